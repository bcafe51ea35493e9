"""What is shipped: a wheel with two packages, all they need at run time, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_wheel_has_every_file_of_both_packages(wheel: zipfile.ZipFile) -> None:
    """Modules, templates, style, script and the typing marker; no test, no bank, no generic top-level name."""
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = [ROOT / "engine/quizproof", ROOT / "renderers/quizproof_renderers"]
    files = {
        str(path.relative_to(source.parent))
        for source in sources
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped == files
    assert {"quizproof/py.typed", "quizproof_renderers/py.typed"} <= shipped
    assert any(name.endswith(".css") for name in shipped)


def test_metadata(wheel: zipfile.ZipFile) -> None:
    """The core install is small; frameworks are extras, pinned to the tested range; the command is installed."""
    (name,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    lines = wheel.read(name).decode().splitlines()
    required = {
        line.split()[1].partition(">")[0].partition("<")[0]
        for line in lines
        if line.startswith("Requires-Dist") and ";" not in line
    }
    assert required == {"click", "jinja2", "markdown-it-py", "pydantic", "pygments", "pyyaml", "rich"}
    assert "Requires-Dist: torch<2.14,>=2.13; extra == 'torch'" in lines
    assert "Requires-Dist: tensorflow-cpu<2.22,>=2.21; extra == 'tensorflow'" in lines
    scripts = wheel.read(name.replace("METADATA", "entry_points.txt")).decode()
    assert "quizproof = quizproof_renderers.cli.main:main" in scripts


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
