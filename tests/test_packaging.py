"""What is shipped: a wheel with two packages, all they need at run time, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import quizproof

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
    """Modules, templates, style, script, typing marker, the sample bank; no test, and no generic top-level name."""
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
    assert any(name.endswith("locale/de.mo") for name in shipped)
    assert "quizproof_renderers/sample/quizproof.lock" in shipped
    assert any(name.startswith("quizproof_renderers/sample/") and name.endswith(".yaml") for name in shipped)


def test_metadata(wheel: zipfile.ZipFile) -> None:
    """The core install is small; frameworks are extras, pinned to the tested range; the command is installed."""
    (name,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    lines = wheel.read(name).decode().splitlines()
    required = {
        line.split()[1].partition(">")[0].partition("<")[0]
        for line in lines
        if line.startswith("Requires-Dist") and ";" not in line
    }
    assert f"Version: {quizproof.__version__}" in lines
    assert required == {"click", "jinja2", "markdown-it-py", "math-core", "pydantic", "pygments", "pyyaml", "rich"}
    assert "Requires-Dist: torch>=2.13; extra == 'torch'" in lines
    assert "Requires-Dist: tensorflow-cpu>=2.21; extra == 'tensorflow'" in lines
    scripts = wheel.read(name.replace("METADATA", "entry_points.txt")).decode()
    assert "quizproof = quizproof_renderers.cli.start:main" in scripts


# ---- a program that uses the wheel

CONSUMER = """\
from pathlib import Path

import quizproof
from quizproof import displays
from quizproof_renderers import block_page, build_site


def wrong(report: quizproof.Report) -> list[tuple[str, str]]:
    return [(finding.place, finding.message) for finding in report.findings if finding.severity == "error"]


def keys(block: quizproof.BlockProof) -> list[str]:
    found: list[str] = []
    for variant in block.variants:
        display: quizproof.Display | None = variant.display
        if display and isinstance(display.input, displays.Options):
            found += [option.id for option in display.input.options if option.correct]
    return found


bank: quizproof.Bank = quizproof.load_bank(["questions"])
with quizproof.Cache(Path("cache.sqlite3")) as cache:
    report = quizproof.prove(bank, jobs=1, cache=cache)
block = report.block("double")
display = block.variants[0].display
assert display
try:
    mark: quizproof.Mark = quizproof.mark(display.input, keys(block))
except quizproof.MalformedResponse as error:
    raise SystemExit(str(error)) from error
html: str = block_page(report, block.id)
built: Path = build_site(report, Path("public")).out
print(block.status, wrong(report), mark.score, mark.correct, html[:15], built.name, quizproof.__file__)
"""
"""What a user of the library may write."""

MISUSES = {
    'quizproof.proof_of("questions")': 'Module has no attribute "proof_of"',
    "from quizproof import RULES": 'Module "quizproof" has no attribute "RULES"',
    'quizproof.prove("questions")': 'Argument 1 to "prove" has incompatible type "str"; expected "Bank"',
    'quizproof.prove(quizproof.load_bank(["q"]), workers=2)': 'Unexpected keyword argument "workers"',
    'quizproof.prove(quizproof.load_bank(["q"])).block(1)': 'Argument 1 to "block" of "Report" has incompatible type',
    'quizproof.prove(quizproof.load_bank(["q"])).questions': '"Report" has no attribute "questions"',
    "quizproof.mark(None, 0.5)": 'Argument 2 to "mark" has incompatible type "float"',
    "quizproof.Mark(1.0).score = 0": 'Property "score" defined in "Mark" is read-only',
    'block_page("questions", "a")': 'Argument 1 to "block_page" has incompatible type "str"; expected "Report"',
}
"""What a type checker must find, line by line."""

BANK = """\
quiz: doubles
title: Doubles
topic: numbers
blocks:
  - id: double
    kind: choice
    prompt: Which line doubles `a`?
    setup: a = 2
    check: assert a == 4
    options:
      - {code: a *= 2, key: true}
      - {code: a * 2, mistake: Drops the product., happens: runs silently}
"""


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel in it, and with the libraries of this one, but not this checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    wheel.extractall(packages)
    # Folders that a .pth file adds have their own .pth files left alone, and so the editable install too.
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "libraries.pth").write_text("\n".join(libraries), encoding="utf-8")
    return folder / "bin/python"


def checked(installed: Path, script: Path, cache: Path) -> list[str]:
    """What mypy, as strict as can be and without the settings of this project, says of a script."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary"]
    options = [f"--python-executable={installed}", f"--cache-dir={cache}", script.name]
    done = subprocess.run([*command, *options], cwd=script.parent, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def test_a_typed_program_uses_the_wheel(installed: Path, tmp_path: Path) -> None:
    """It passes mypy in strict mode with the types of the wheel, misuse does not pass, and it runs."""
    consumer = tmp_path / "consumer.py"
    consumer.write_text(CONSUMER, encoding="utf-8")
    assert checked(installed, consumer, tmp_path / "mypy") == []
    misuse = tmp_path / "misuse.py"
    lines = ["import quizproof", "from quizproof_renderers import block_page", *MISUSES]
    misuse.write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = checked(installed, misuse, tmp_path / "mypy")
    found = {int(text.split(":")[1]): text for text in said if re.match(r"misuse.py:\d+: error", text)}
    for number, message in enumerate(MISUSES.values(), 3):
        assert message in found.get(number, ""), said
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions/doubles.yaml").write_text(BANK, encoding="utf-8")
    ran = subprocess.run([installed, consumer], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    assert ran.stdout.startswith("proven [] 1.0 True <!doctype html> public ")
    assert Path(ran.stdout.split()[-1]).is_relative_to(installed.parent.parent)
    version = subprocess.run([installed, "-m", "quizproof", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout == f"quizproof {quizproof.__version__}\n"
