"""Links to the official documentation of the functions that a question uses: no link rather than a wrong one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from quizproof.displays import Blanks, Code, Display, LineInput, Options, Ordering, ProgramInput
from quizproof.snippets.syntax import parse
from quizproof_renderers.site.reach.doc_pages import COMMON, PAGES

MAX_LINKS = 5
"""Links below one question. More would not be read."""
_ALSO = {"tensorflow": "tf", "keras": "tf.keras"}
"""Modules by the names that their documentation gives them."""


@dataclass(frozen=True)
class DocLink:
    """A link to the documentation of a function, a class or a method."""

    name: str
    """As its documentation calls it: `torch.nn.Linear`; a built-in function is `sum`."""
    address: str


def documentation(sources: Iterable[str], *, built_in: bool = False) -> tuple[DocLink, ...]:
    """The documentation of what some programs use, at most `MAX_LINKS` links.

    sources   the texts of the programs of one question; what one imports, all may use, since they run together
    built_in  whether built-in functions count

    A name counts when a program imports it, or the module that it is in, and no program gives it another meaning. What
    nearly every program uses comes last.
    """
    trees = [tree for tree in map(parse, dict.fromkeys(sources)) if tree is not None]
    meanings = {name: full for tree in trees for name, full in _imported(tree)}
    bound = {name for tree in trees for name in _bound(tree)}
    known = {name: full for name, full in meanings.items() if name not in bound}
    if built_in:
        known = {name: f"builtins.{name}" for name in _built_in() if name not in bound and name not in meanings} | known
    found = dict.fromkeys(page for tree in trees for full in _used(tree, known) if (page := _documented(full)))
    links = sorted(found, key=lambda name: name in COMMON)[:MAX_LINKS]
    return tuple(DocLink(name.removeprefix("builtins."), addresses()[name]) for name in links)


def programs_of(display: Display) -> Iterator[str]:
    """The texts of the programs that a question shows, before or after it is answered."""
    for content in (*display.prompt, *display.solution):
        if isinstance(content, Code):
            yield content.source
    match display.input:
        case Options(options=options):
            yield from (option.content.source for option in options if isinstance(option.content, Code))
        case LineInput(source=source) | Blanks(source=source):
            yield source
        case Ordering(lines=lines):
            yield "\n".join("    " * line.indent + line.source for line in lines if not line.distractor)
        case ProgramInput(setup=setup, attempts=attempts):
            yield setup
            yield attempts[0].source
    if display.evidence:
        yield display.evidence.code


@cache
def addresses() -> Mapping[str, str]:
    """The address of the page about each name."""
    return {
        name: page.format(
            name=name, module=name.rpartition(".")[0], last=name.rpartition(".")[2], path=name.replace(".", "/")
        )
        for page, names in PAGES.items()
        for name in names.split()
    }


@cache
def _built_in() -> tuple[str, ...]:
    return tuple(name.removeprefix("builtins.") for name in addresses() if name.startswith("builtins."))


def _documented(full: str) -> str:
    """The name with a page that a full name is, or is a part of: `torch.nn.Linear` of `torch.nn.Linear.forward`."""
    while full and full not in addresses():
        full = full.rpartition(".")[0]
    return full


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What each name that is imported means, as its documentation calls it: ("nn", "torch.nn")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield alias.asname or top, _official(alias.name if alias.asname else top)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, _official(f"{node.module}.{alias.name}")


def _official(name: str) -> str:
    top, dot, rest = name.partition(".")
    return f"{_ALSO.get(top, top)}{dot}{rest}"


def _bound(tree: ast.AST) -> Iterator[str]:
    """Names that a program gives a meaning of its own."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.ExceptHandler(name=str(name)):
                yield name


def _used(tree: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    """The full names of what a program uses, in its order: `torch.nn.Linear` of `nn.Linear(2, 3)`."""
    for node in ast.iter_child_nodes(tree):
        full = _full_name(node, known)
        if full:
            yield full
        else:
            yield from _used(node, known)


def _full_name(node: ast.AST, known: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        of = _full_name(node.value, known)
        return f"{of}.{node.attr}" if of else ""
    return ""
