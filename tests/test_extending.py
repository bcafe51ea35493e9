"""A package that extends quizproof: built, installed beside it, and used in all that it adds."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from helpers.processes import quizproof

PACKAGE = Path(__file__).parent.parent / "docs/examples/quiz-extras"
BANK = """\
quiz: floats
title: Floats
topic: numbers
runtime: numpy
blocks:
  - id: nan-is-nan
    kind: true-false
    prompt: "`x` is equal to itself."
    code: |
      import numpy as np
      x = np.float32("nan")
    test: bool(x == x)
    mistake: Not-a-number is unequal to everything, itself too.
  - id: kinds-of-number
    kind: choice
    prompt: "What does it print? {a = b}"
    code: |
      import numpy as np
      print(float(np.float32(0.1)) == 0.1)
    options:
      - prints: "False"
        key: true
      - prints: "True"
        mistake: "The nearest number of 32 bits is another one: 0.1 has no exact form."
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter in which the example is installed, as its wheel."""
    folder = tmp_path_factory.mktemp("extended")
    source = shutil.copytree(PACKAGE, folder / "source")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    venv.create(folder / "venv", with_pip=False)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "rest.pth").write_text("".join(f"{place}\n" for place in sys.path if Path(place).is_dir()))
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return folder / "venv/bin/python"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A bank of one file that uses the kind and the runtime; its folder."""
    file = tmp_path / "questions/floats.yaml"
    file.parent.mkdir()
    file.write_text(BANK, encoding="utf-8")
    return tmp_path


def test_kind_runtime_and_report_are_used(python: Path, bank: Path) -> None:
    done = quizproof("check", "--format", "json", "--format", "csv:report.csv", python=python, cwd=bank)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["proven"] == report["summary"]["claims"] > 0
    rows = list(csv.reader((bank / "report.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["file", "block", "kind", "status", "claims"]
    assert [row[1:4] for row in rows[1:]] == [
        ["nan-is-nan", "true-false", "proven"],
        ["kinds-of-number", "choice", "proven"],
    ]
    # A lie in the words of the package is refuted, and its report says so.
    file = bank / "questions/floats.yaml"
    file.write_text(BANK.replace("    mistake: Not", "    answer: true\n    mistake: Not"), encoding="utf-8")
    done = quizproof("check", "--format", "csv", python=python, cwd=bank)
    assert done.returncode == 1
    assert "nan-is-nan,true-false,refuted" in done.stdout


def test_doctor_and_schema_know_what_is_installed(python: Path, tmp_path: Path) -> None:
    told = json.loads(quizproof("doctor", "--format", "json", python=python, cwd=tmp_path).stdout)
    assert told["runtimes"]["numpy"]["versions"].keys() == {"python", "numpy"}
    schema = json.loads(quizproof("schema", python=python, cwd=tmp_path).stdout)
    assert schema["properties"]["runtime"]["enum"] == ["python", "torch", "tensorflow", "numpy"]
    assert "true-false" in schema["definitions"]
    # Without the package, neither is there.
    schema = json.loads(quizproof("schema", cwd=tmp_path).stdout)
    assert schema["properties"]["runtime"]["enum"] == ["python", "torch", "tensorflow"]
    assert "true-false" not in schema["definitions"]


def test_renderer_writes_what_is_proven(python: Path, bank: Path) -> None:
    done = quizproof("build", "--renderer", "gift", "-o", "moodle", python=python, cwd=bank)
    assert done.returncode == 0, done.stderr
    text = (bank / "moodle/floats.gift").read_text(encoding="utf-8")
    assert "::kinds-of-number-1::[markdown]What does it print? \\{a \\= b\\}" in text
    assert "\n  =`False`\n  ~`True`#The nearest number of 32 bits is another one\\: 0.1 has no exact form.\n" in text
    # It replaces what it has written, and nothing else; and what is not proven is not written.
    assert quizproof("build", "--renderer", "gift", "-o", "moodle", python=python, cwd=bank).returncode == 0
    (bank / "moodle/notes.txt").write_text("mine", encoding="utf-8")
    refused = quizproof("build", "--renderer", "gift", "-o", "moodle", python=python, cwd=bank)
    assert (refused.returncode, "notes.txt" in refused.stderr) == (2, True)
    (bank / "questions/floats.yaml").write_text(BANK.replace('"False"', "Nothing"), encoding="utf-8")
    assert quizproof("build", "--renderer", "gift", "-o", "other", python=python, cwd=bank).returncode == 1
    assert not (bank / "other").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("build", "-o", "out", "--renderer", "gifts"), "did you mean `gift`?"),
        (("build", "-o", "out", "--renderer", "gift", "--title", "T"), "--title is for sites"),
        (("check", "--format", "cvs"), "'cvs' is not one of"),
    ],
)
def test_wrong_names_are_refused_before_anything_is_run(
    python: Path, bank: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = quizproof(*arguments, python=python, cwd=bank)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (bank / "out").exists()


def test_runtime_that_is_not_installed_is_refused_at_its_place(bank: Path) -> None:
    done = quizproof("validate", "questions/floats.yaml", cwd=bank)
    assert done.returncode == 1
    assert "floats.yaml:4:10" in done.stdout
    assert "there is no runtime `numpy`; there are `python`, `torch`, `tensorflow`" in done.stdout
