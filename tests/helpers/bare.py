"""Interpreters on which something is not installed."""

from __future__ import annotations

import venv
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FRAMEWORKS = ("torch", "tensorflow", "keras", "numpy", "scikit_learn", "sklearn")


def bare_interpreter(folder: Path, without: Collection[str] = FRAMEWORKS) -> Path:
    """A real interpreter with everything that the tests have but some packages; its path.

    folder   an empty one, for it
    without  how the names of what is left out begin
    """
    packages = folder / "packages"
    packages.mkdir()
    places = {Path(pytest.__file__).parent.parent}
    if found := find_spec("watchfiles"):  # extras may be installed elsewhere than the rest
        places.add(Path(str(found.origin)).parent.parent)
    for entry in {entry.name: entry for place in places for entry in place.iterdir()}.values():
        if not entry.name.startswith(tuple(without)):
            (packages / entry.name).symlink_to(entry)
    venv.create(folder / "venv", with_pip=False)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    on_path = [packages, ROOT / "engine", ROOT / "renderers"]
    (site / "bare.pth").write_text("".join(f"{place}\n" for place in on_path))
    return folder / "venv" / "bin" / "python"
