#!/usr/bin/env bash
# Rewrites the constraints file that is named: resolves everything anew, in an environment that is thrown away.
set -euo pipefail
out=$1
python=${PYTHON:-python3}

if [ "$("$python" -c 'import sys; print(*sys.version_info[:2], sep=".")')" != 3.11 ]; then
    echo "the constraints hold for Python 3.11; run: make update PYTHON=python3.11" >&2
    exit 2
fi
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[torch,tensorflow,dev,bench]'

# Written as a whole, or not at all. `+cpu` and the like name a build, which another index does not have.
versions=$("$venv/bin/python" -m pip --disable-pip-version-check freeze --exclude-editable | sed 's/+.*$//')
if grep -vE '^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$' <<<"$versions" >&2; then
    echo "these are not plain versions; the constraints stay as they were" >&2
    exit 1
fi
{
    echo '# Versions that work together, of everything that is installed on Linux and Python 3.11. Rewritten by `make update`.'
    echo '# The ranges that users get are in pyproject.toml. What torch brings for a GPU follows from the version of torch.'
    echo "$versions"
} >"$out"
