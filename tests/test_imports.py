"""What importing costs, and which module may know which: contracts, held by running and reading the code."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "tensorflow", "keras", "numpy", "jinja2", "rich", "markdown_it", "pygments"}


def layers() -> list[set[str]]:
    """The engine's modules line by line, as docs/design.md lists them; the lowest first."""
    page = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    table = page.split("| module | what it does |")[1].split("\n\n")[0]
    return [set(re.findall(r"`(\w+)/?`", row.split("|")[1])) for row in table.splitlines() if "`" in row]


def imported(path: Path, package: str) -> set[str]:
    """The modules of `package` that the file imports, by the first name after the package."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} if node.module != package else {f"{package}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith(f"{package}.")}


@pytest.mark.parametrize("path", sorted((ROOT / "engine/quizproof").rglob("*.py")), ids=lambda p: p.stem)
def test_engine_imports_downwards(path: Path) -> None:
    """Data flows one way: no module of the engine knows a layer above its own, and none knows a renderer."""
    assert "quizproof_renderers" not in path.read_text(encoding="utf-8")
    room = path.relative_to(ROOT / "engine/quizproof").parts[0].removesuffix(".py")
    if room == "__init__":
        return
    lines = layers()
    level = next(index for index, line in enumerate(lines) if room in line)
    below = set().union(*lines[:level]) | {room}
    assert imported(path, "quizproof") - {"__version__"} <= below


def test_design_page_lists_every_module() -> None:
    """Each once, and none that is not there."""
    listed = sorted(module for line in layers() for module in line)
    files = (ROOT / "engine/quizproof").iterdir()
    assert listed == sorted(path.stem for path in files if path.suffix in ("", ".py") and path.name[0] != "_")


def test_runtimes_do_not_know_quiz_files() -> None:
    """The runtimes and the loader do not know each other."""
    for path in (ROOT / "engine/quizproof/runtimes").glob("*.py"):
        assert imported(path, "quizproof") <= {"runtimes", "outcome"}
    assert "runtimes" not in imported(ROOT / "engine/quizproof/load.py", "quizproof")


@pytest.mark.parametrize(
    "statement",
    ["import quizproof", "import quizproof.load, quizproof.prove, quizproof.marking", "import quizproof_renderers.cli"],
)
def test_importing_brings_in_no_framework(statement: str) -> None:
    """Neither a framework nor a renderer's library is imported before it is needed."""
    script = f"import json, sys\n{statement}\nprint(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(json.loads(done.stdout))


def test_help_imports_nothing_but_click() -> None:
    """`quizproof --help` imports no library beside click: neither pydantic nor yaml."""
    script = (
        "import sys\nfrom quizproof_renderers.cli import main\n"
        "try: main(['--help'])\nfinally: print(sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "Usage: " in done.stdout
    loaded = set(ast.literal_eval(done.stderr))
    assert "click" in loaded
    assert not loaded & (HEAVY | {"pydantic", "yaml"})
