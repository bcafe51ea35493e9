"""What is shipped: a wheel with two packages, all they need at run time, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

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
