"""The front doors for programs: what `import quizproof` and `import quizproof_renderers` give, and what that costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import threading
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

import quizproof
import quizproof_renderers
from helpers import samples
from helpers.docs_pages import DOCS
from helpers.replay import answer, expected, opened, responses
from quizproof.displays import Input
from quizproof_renderers.site.reach.documentation import addresses

if TYPE_CHECKING:
    from types import ModuleType

    from playwright.sync_api import Browser

    from conftest import ProveText

DOORS = [quizproof, quizproof_renderers]


def run(script: str, *options: str, **how: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script with this interpreter."""
    return subprocess.run([sys.executable, *options, "-c", script], capture_output=True, text=True, check=True, **how)  # type: ignore[call-overload,no-any-return]


def tables(heading: str) -> list[str]:
    """The first cell of each row between a heading of the library's page and the next heading."""
    section = (DOCS / "library.md").read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]


def starred(door: ModuleType) -> dict[str, object]:
    """All that a door gives, by name."""
    names: dict[str, object] = {}
    exec(f"from {door.__name__} import *", names)
    return names


# ---- the doors themselves


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_importing_a_door_imports_nothing_else(door: ModuleType) -> None:
    """Neither a library nor a module of ours before a name is used; after that, what the name needs."""
    name = door.__name__
    script = f"import sys; import typing; old = set(sys.modules)\nimport {name}\nprint(*sorted({{*sys.modules}} - old))"
    assert run(script).stdout.split() == [name]
    used = run("import sys, quizproof; quizproof.Finding; print(*sys.modules)").stdout.split()
    assert "quizproof.findings" in used
    assert not {"pydantic", "yaml"} & set(used)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_both_lists_of_a_door_agree(door: ModuleType) -> None:
    """Type checkers are given the very names, from the very modules, that a program gets; and both are sorted."""
    assert door.__file__
    tree = ast.parse(Path(door.__file__).read_text(encoding="utf-8"))
    (choice,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = {}
    for node in choice.body:
        assert isinstance(node, ast.ImportFrom)
        (alias,) = node.names
        assert alias.name == alias.asname  # or it is not exported
        typed[alias.name] = node.module
    modules = vars(door)["_MODULES"]
    assert typed == {name: f"{door.__name__}.{module}" for name, module in modules.items()}
    assert list(modules) == sorted(modules)
    assert set(vars(door)["__all__"]) - {"__version__"} == set(modules)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_every_name_of_a_door_is_there(door: ModuleType) -> None:
    """One by one, with a star, and in `dir`; each is the thing of that name. An unknown name is an AttributeError."""
    things = starred(door)
    for name in vars(door)["__all__"]:
        assert things[name] is vars(door)[name]
        assert name == "__version__" or vars(door)[name].__name__ == name
        assert name in dir(door)
    with pytest.raises(AttributeError, match=f"module '{door.__name__}' has no attribute 'proof_of'"):
        door.proof_of  # noqa: B018


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_door_holds_nothing_but_its_list(door: ModuleType) -> None:
    """No code lives in a door: it has its imports for type checkers, and what imports a name when it is used."""
    assert door.__file__
    tree = ast.parse(Path(door.__file__).read_text(encoding="utf-8"))
    (choice,) = (node for node in tree.body if isinstance(node, ast.If))
    functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert functions == ["__getattr__", "__dir__"]
    assert len(tree.body) <= 4
    assert ast.unparse(choice.test) == "TYPE_CHECKING"


def test_page_lists_the_names_and_the_ways_of_answering() -> None:
    """The tables of docs/library.md: every name of the engine's door, and every input that can be marked."""
    listed = {name for cell in tables("The names") for name in re.findall(r"`(\w+)`", cell)}
    assert listed == set(vars(quizproof)["__all__"])
    inputs = [name for cell in tables("Mark a response") for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(inputs) == sorted(kind.__name__ for kind in get_args(Input))
    names = {name for cell in tables("Exceptions") for name in re.findall(r"`(\w+)`", cell)}
    things = {name: thing for name, thing in starred(quizproof).items() if isinstance(thing, type)}
    assert names == {name for name, thing in things.items() if issubclass(thing, Exception)} - {"QuizproofError"}


def test_changelog_names_where_modules_have_gone() -> None:
    """In its table of moved modules, none is where it was, and each is where it says."""
    text = (DOCS.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    rows = [row.split("|")[1:3] for row in text.splitlines() if row.startswith("  | `")]
    assert rows
    for before, now in rows:
        assert all(find_spec(name) for name in re.findall(r"`([\w.]+)`", now)), now
        for name in set(re.findall(r"`([\w.]+)`", before)) - {"quizproof.marking"}:  # it has become a package
            assert find_spec(name) is None, before


# ---- what they give


def test_block_of_a_report() -> None:
    """By its id, question or exhibit; an unknown id is refused, and a near one is named."""
    report = samples.bank()
    for block in report.blocks:
        assert report.block(block.id) is block
    with pytest.raises(quizproof.UsageError, match=r"^the report has no block `freeze-two-of-thre`; did you mean"):
        report.block("freeze-two-of-thre")
    with pytest.raises(quizproof.UsageError, match=r"^the report has no block `zzzz`$"):
        report.block("zzzz")


def test_proving_in_threads(tmp_path: Path) -> None:
    """Several threads prove at once, none of them the main one, and each has a report of its own."""
    reports: dict[int, quizproof.Report] = {}

    def prove(number: int) -> None:
        file = tmp_path / f"{number}.yaml"
        block = f"{{id: n{number}, kind: number, prompt: P, value: {number} + 1}}"
        file.write_text(f"quiz: q{number}\ntitle: T\ntopic: t\nblocks: [{block}]\n", encoding="utf-8")
        reports[number] = quizproof.prove(quizproof.load_bank([file]), jobs=1)

    threads = [threading.Thread(target=prove, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: report.block(f"n{number}").answer for number, report in reports.items()} == {0: "1", 1: "2", 2: "3"}
    assert all(report.status == "proven" for report in reports.values())


# ---- one block as HTML


def test_block_page_needs_nothing_beside_itself() -> None:
    """It is one document with one block; it fetches nothing, and links to documentation only."""
    report = samples.bank()
    for block in report.blocks:
        html = quizproof_renderers.block_page(report, block.id)
        assert html.startswith("<!doctype html>\n")
        assert re.findall(r'<section class="question[^>]* id="q-([\w-]+)"', html) == [block.id]
        links = re.findall(r'<a href="(https://[^"]+)">', html)
        assert set(links) <= set(addresses().values())
        assert set(re.findall(r"\w+://[\w.]+", re.sub(r'<a href="[^"]+">', "", html))) <= {"http://www.w3.org"}
        assert not re.findall(r'(?:src|href)="(?!data:|#)', re.sub(r'<a href="https:', "", html))
        # Or the document would end inside its own style or script.
        assert (html.count("</style"), html.count("</script")) == (1, 1)


def test_block_page_shows_why_a_block_is_not_proven(prove_text: ProveText) -> None:
    """A refuted question is shown with the reason and without a form; an unknown id is refused."""
    report = prove_text("- {id: a, kind: number, prompt: P, value: 1, answer: 2}")
    html = quizproof_renderers.block_page(report, "a")
    assert "This question cannot be answered here" in html
    assert report.findings[0].message.split("'")[0] in html
    assert "<form" not in html
    with pytest.raises(quizproof.UsageError, match="no block `b`"):
        quizproof_renderers.block_page(report, "b")


def test_block_page_marks_as_the_engine_does(browser: Browser, tmp_path: Path) -> None:
    """In a browser, opened from a disk: clean, answerable in every way, and not hindered by its own policy."""
    report = samples.bank()
    displays = {block.id: variant.display for block in report.blocks for variant in block.variants[:1]}
    # One block for each way of answering, and an exhibit.
    ways = {type(display.input): (id_, display) for id_, display in displays.items() if display}
    assert set(ways) == {*get_args(Input), type(None)}
    for id_, _ in ways.values():
        html = quizproof_renderers.block_page(report, id_)
        (tmp_path / f"{id_}.html").write_text(html, encoding="utf-8")
    with opened(browser, tmp_path / f"{id_}.html", viewport={"width": 900, "height": 800}) as page:
        for id_, display in ways.values():
            page.goto((tmp_path / f"{id_}.html").as_uri())
            assert page.evaluate("document.documentElement.className") == "js"
            assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
            for response in list(responses(display))[:2]:
                assert answer(page, id_, response)[0] == pytest.approx(expected(display, response), abs=1e-9)


def test_block_page_is_framed(browser: Browser, tmp_path: Path) -> None:
    """In an `iframe` of somebody else's page, where it may keep nothing, it is answered as on its own."""
    html = quizproof_renderers.block_page(samples.bank(), "freeze-two-of-three")
    file = tmp_path / "around.html"
    frame = f'<iframe sandbox="allow-scripts allow-forms" width="900" height="800" srcdoc="{escape(html)}"></iframe>'
    file.write_text(f"<!doctype html><title>Around</title><p>Mine</p>{frame}", encoding="utf-8")
    with opened(browser, file) as page:
        inner = page.frame_locator("iframe")
        inner.locator('[data-option="a"] input').check()
        inner.get_by_role("button", name="Check answer").click()
        inner.get_by_text("Right. You answered").wait_for()
        assert page.locator("p").count() == 1


# ---- python -m quizproof


def test_module_runs_as_the_command(tmp_path: Path) -> None:
    """`python -m quizproof` does what `quizproof` does, and calls itself what was typed."""

    def module(*arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "quizproof", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert module("--version") == (0, f"quizproof {quizproof.__version__}\n", "")
    assert module("--help")[1].startswith("Usage: python -m quizproof [OPTIONS] COMMAND")
    assert module("check", "--help")[1].startswith("Usage: python -m quizproof check [OPTIONS]")
    code, out, err = module("check", "nowhere")
    assert (code, out) == (2, "")
    assert err.startswith("quizproof: nowhere does not exist")


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("import importlib.metadata as m; m.entry_points = lambda **_: ()", "the command line is not installed"),
        ("import sys; sys.modules['click'] = None", "the command line needs `click`, which is not installed"),
    ],
)
def test_module_says_when_there_is_no_command(missing: str, message: str) -> None:
    """One sentence and exit code 2, no traceback."""
    script = f"{missing}\nimport runpy; runpy.run_module('quizproof', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"quizproof: {message}; run `pip install quizproof`\n"
