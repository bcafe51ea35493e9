"""What importing costs, and which module may know which: contracts, held by running and reading the code."""

from __future__ import annotations

import ast
import graphlib
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "tensorflow", "keras", "numpy", "jinja2", "rich", "markdown_it", "math_core", "pygments"}


ENGINE = ROOT / "engine/quizproof"
RENDERERS = ROOT / "renderers/quizproof_renderers"
MODULES = sorted(ENGINE.rglob("*.py"))


def layers() -> list[set[str]]:
    """The rooms of the engine line by line, as docs/design.md lists them; the lowest first."""
    page = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    table = page.split("holds every folder")[1].split("\n\n")[1]
    return [set(re.findall(r"`(\w+)/?`", row.split("|")[1])) for row in table.splitlines() if "`" in row]


def imported(path: Path) -> set[str]:
    """The modules of the engine that the file imports, also where only a type checker reads it: `kinds.base`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # A module may be imported from its package by name.
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    modules = {".".join(each.relative_to(ENGINE.parent).with_suffix("").parts) for each in MODULES}
    return {name.partition(".")[2] for name in names & modules}


def name_of(path: Path) -> str:
    """`kinds.base` for the file of that module."""
    return ".".join(path.relative_to(ENGINE).with_suffix("").parts)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_engine_imports_downwards(path: Path) -> None:
    """Data flows one way: no room of the engine knows a room below it in the table, and none knows a renderer."""
    assert "quizproof_renderers" not in path.read_text(encoding="utf-8")
    room = name_of(path).partition(".")[0]
    if room.startswith("__"):
        return  # the front door, which opens on every room
    lines = layers()
    level = next(index for index, line in enumerate(lines) if room in line)
    below = set().union(*lines[:level]) | {room}
    assert {name.partition(".")[0] for name in imported(path)} <= below


def test_no_circle_inside_a_room() -> None:
    """Modules can be read in an order in which each knows only those before it."""
    order = graphlib.TopologicalSorter({name_of(path): imported(path) for path in MODULES})
    assert len(list(order.static_order())) >= len(MODULES)  # it raises CycleError, and names the circle


def test_design_page_lists_every_room() -> None:
    """Each once, and none that is not there."""
    listed = sorted(room for line in layers() for room in line)
    assert listed == sorted(
        path.stem for path in ENGINE.iterdir() if path.suffix in ("", ".py") and path.name[0] != "_"
    )


@pytest.mark.parametrize("root", [ENGINE, RENDERERS, ROOT / "benchmarks", ROOT / "tools"], ids=lambda root: root.name)
def test_house_stays_small(root: Path) -> None:
    """No folder holds more than 14 modules, and no module more than 400 lines."""
    modules = [path for path in root.rglob("*.py") if path.name != "__init__.py"]
    assert modules
    counts = Counter(path.parent for path in modules)
    assert {str(folder): count for folder, count in counts.items() if count > 14} == {}
    lines = {
        str(path): path.read_text(encoding="utf-8").count("\n") for path in [*modules, *root.rglob("static/*/*.js")]
    }
    assert {path: count for path, count in lines.items() if count > 400} == {}


def test_packages_are_empty() -> None:
    """What a package is for stands in its docstring; code has a module with a name. The two front doors are exceptions,
    and test_library.py holds what they may have.
    """
    for path in [*ENGINE.rglob("*/__init__.py"), *RENDERERS.rglob("__init__.py")]:
        if path.parent not in (ENGINE, RENDERERS):
            assert len(ast.parse(path.read_text(encoding="utf-8")).body) == 1, path


def test_runtimes_do_not_know_quiz_files() -> None:
    """The runtimes and the loader do not know each other."""
    for path in (ENGINE / "runtimes").rglob("*.py"):
        assert {name.partition(".")[0] for name in imported(path)} <= {"runtimes", "outcome", "json_forms"}
    for path in (ENGINE / "loading").glob("*.py"):
        assert "runtimes" not in {name.partition(".")[0] for name in imported(path)}


@pytest.mark.parametrize(
    "statement",
    [
        "import quizproof",
        "import quizproof.loading.load, quizproof.proving.prove, quizproof.marking.mark",
        "import quizproof_renderers.cli.main",
    ],
)
def test_importing_brings_in_no_framework(statement: str) -> None:
    """Neither a framework nor a renderer's library is imported before it is needed."""
    script = f"import json, sys\n{statement}\nprint(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(json.loads(done.stdout))


def test_help_imports_nothing_but_click() -> None:
    """`quizproof --help` imports no library beside click: neither pydantic nor yaml."""
    script = (
        "import sys\nfrom quizproof_renderers.cli.main import main\n"
        "try: main(['--help'])\nfinally: print(sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "Usage: " in done.stdout
    loaded = set(ast.literal_eval(done.stderr))
    assert "click" in loaded
    assert not loaded & (HEAVY | {"pydantic", "yaml"})


ELSEWHERE = """
import ctypes, importlib.abc, os, signal, sys
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "pwd", "termios"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
for name in ("fcntl", "resource"):
    sys.modules.pop(name, None)
for module, names in ((os, ["fork", "uname", "sched_getaffinity", "memfd_create", "O_PATH"]), (signal, ["SIGHUP"])):
    for name in names:
        delattr(module, name)
class Refused(ctypes.CDLL):
    def __init__(self, name, *arguments, **options):
        if name is None:
            raise TypeError("LoadLibrary() argument 1 must be str, not None")
        super().__init__(name, *arguments, **options)
ctypes.CDLL = Refused
"""
"""What a platform without Linux's functions lacks when modules are imported."""


@pytest.mark.parametrize(
    "module",
    [
        "runners.runner",
        "runners.job",
        "runners.locked",
        "runners.pool",
        "runtimes.sandbox.levels",
        *(f"store.{path.stem}" for path in sorted((ENGINE / "store").glob("[a-z]*.py"))),
    ],
)
def test_what_runs_nothing_can_be_imported_anywhere(module: str) -> None:
    """A lock can be read, and the pool named, on a platform where no program can be run."""
    script = f"{ELSEWHERE}\nimport quizproof.{module}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
