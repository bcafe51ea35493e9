"""What is around a learner's program, as far as it matters to what the program can be told by: see `normal_form`."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quizproof.snippets.scopes import Names, Occurrence, names_of
from quizproof.snippets.trees import Node, tree_of

WORD = re.compile(r"[^\W\d]\w*")
REFLECTIVE = frozenset(
    [
        "__annotations__",
        "__closure__",
        "__code__",
        "__dict__",
        "__doc__",
        "__import__",
        "__main__",
        "__name__",
        "__qualname__",
        "ast",
        "dir",
        "dis",
        "eval",
        "exec",
        "gc",
        "getsource",
        "get_type_hints",
        "globals",
        "inspect",
        "locals",
        "signature",
        "sys",
        "traceback",
        "vars",
    ]
)
"""Names by which programs look at themselves. Of these, only the tree as it is written counts."""


@dataclass(frozen=True)
class Given:
    """What is around a program, as far as its normal form depends on it."""

    names: frozenset[str] = frozenset()
    """What the code around the program calls by name: a variable of a module that has such a name keeps it."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """What the given code imports, by the name that it binds: {"F": "torch.nn.functional"}."""
    plain: bool = False
    """Whether only the tree counts, because the code around it looks at the program or binds a builtin name."""
    sort_keywords: bool = True
    """Whether the order of keywords does not count, because no function of the given code collects them."""


def given_by(before: str, *after: str) -> Given:
    """What is around a program.

    before  the code that runs before it
    after   the code that runs after it: checks
    """
    trees = [tree for tree in map(tree_of, (before, *after)) if tree]
    if len(trees) <= len(after):
        return Given(plain=True)
    read = [names_of(tree) for tree in trees]
    bound = {o.name for names in read for o in names.occurrences if o.use != "load"}
    plain = any(map(looks_at_itself, trees)) or bool(bound & set(dir(builtins))) or "*" in bound
    paths = import_paths(trees[0])
    setup = [o for o in read[0].occurrences if o.use != "load" and read[0].homes[o] is read[0].module]
    once = {o.name: o for o in setup if sum(other.name == o.name for other in setup) == 1 and id(o.node) in paths}
    modules = {name: paths[id(o.node)] for name, o in once.items()}
    collects = any(n.type == "arguments" and n.parts["kwarg"] for n in trees[0].walk())
    return Given(frozenset(_shared(trees, read)), modules, plain, not collects)


def _shared(trees: list[Node], read: list[Names]) -> Iterator[str]:
    """The names of modules that the given code and a program have in common, if both use them.

    They are not those that a check gives a value to before it uses them.
    """
    first: dict[str, Occurrence] = {}
    for names in read:
        for occurrence in names.occurrences:
            if names.homes[occurrence] in (names.module, None):
                first.setdefault(occurrence.name, occurrence)
    assigned = {id(n) for tree in trees[1:] for s in tree.nodes("body") if s.type == "Assign" for n in s.walk()}
    for name, occurrence in first.items():
        if occurrence.use == "load" or id(occurrence.node) not in assigned:
            yield name
    for tree in trees:
        yield from (word for text in strings_of(tree) for word in WORD.findall(text))
        yield from (name for node in tree.walk() if node.type in ("Global", "Nonlocal") for name in ("global",))


def looks_at_itself(tree: Node) -> bool:
    """Whether a program can see how it is written, or binds names that nobody can know."""
    for node in tree.walk():
        match node.type:
            case "Name":
                words = [node.text("id")]
            case "Attribute":
                words = [node.text("attr")] if node.text("attr").startswith("__") else []
            case "alias":
                words = node.text("name").split(".")
            case _:
                words = []
        if REFLECTIVE & set(words):
            return True
    return False


def strings_of(tree: Node) -> Iterator[str]:
    """The strings of a program."""
    return (n.text("value")[1:] for n in tree.walk() if n.type == "Constant" and n.text("value")[0] == "s")


def import_paths(tree: Node) -> dict[int, str]:
    """What the names of imports stand for, by the `alias` nodes at the top of a program: "torch.nn.functional"."""
    paths = {}
    for statement in tree.nodes("body"):
        for alias in statement.nodes("names") if statement.type == "Import" else ():
            whole = alias.text("name")
            paths[id(alias)] = whole if alias.parts["asname"] else whole.partition(".")[0]
        if statement.type == "ImportFrom" and statement.parts["level"] == "0":
            for alias in statement.nodes("names"):
                paths[id(alias)] = f"{statement.text('module')}.{alias.text('name')}"
    return paths
