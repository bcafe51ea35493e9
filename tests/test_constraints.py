"""The versions that `make` installs: those known to work, or the newest on request."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
CONSTRAINTS = (ROOT / "tools/constraints.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIRED = [Requirement(r) for r in chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())]


def test_constraints_hold_everything() -> None:
    """One plain version of each package, within the ranges of the project; no build, no place to get it from."""
    lines = [line for line in CONSTRAINTS.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    versions = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}
    assert len(versions) == len(lines)
    for required in REQUIRED:
        assert required.specifier.contains(versions[canonicalize_name(required.name)]), required


@pytest.mark.parametrize(
    ("arguments", "extras", "folder"),
    [
        (["demo"], "torch,tensorflow,dev", ".venv"),
        (["test"], "torch,tensorflow,dev", ".venv"),
        (["bench"], "torch,tensorflow,dev,bench", ".venv"),
        (["test", "NEWEST=1"], "torch,tensorflow,dev", ".venv-newest"),
    ],
)
def test_make_installs_all_it_needs(arguments: list[str], extras: str, folder: str) -> None:
    """All extras, with the constraints unless the newest are asked for, in an environment of their own."""
    command = ["make", "--dry-run", "--always-make", *arguments]
    # Not what a `make` that runs these tests hands down.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "NEWEST")}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    last = [line for line in done.stdout.splitlines() if " pip install " in line][-1]
    assert last.endswith(f"\"$@\" --editable '.[{extras}]'")
    assert f"; {folder}/bin/python -m pip install " in last
    newest = "1" if "NEWEST=1" in arguments else ""
    assert last.startswith(f'case "{newest}$({folder}/bin/python -c ')
    assert " 3.11) set -- --constraint tools/constraints.txt ;;" in last
