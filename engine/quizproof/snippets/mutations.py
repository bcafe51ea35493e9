"""Mutations: small changes of a program, like the mistakes of learners, to see whether its checks notice them.

After DeMillo, Lipton and Sayward, "Hints on Test Data Selection" (1978): tests that notice small changes of a right
program also notice most large mistakes. The changes are made in the text, so that layout and comments stay.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from quizproof.snippets.syntax import parse_compilable

Target: TypeAlias = Literal[
    "statement", "operator", "name", "argument", "dimension", "keyword", "condition", "comparison", "flag", "number"
]
"""What is changed. Those whose changes show most about the checks come first."""

_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", ">="),
    ast.GtE: (">=", "<"),
    ast.Gt: (">", "<="),
    ast.LtE: ("<=", ">"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
_OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
}
_PAIRS = (
    *(("sum", "mean"), ("min", "max"), ("argmin", "argmax"), ("train", "eval"), ("any", "all"), ("zeros", "ones")),
    *(("floor", "ceil"), ("no_grad", "enable_grad"), ("reduce_sum", "reduce_mean"), ("reduce_min", "reduce_max")),
    *(("minimum", "maximum"), ("zeros_like", "ones_like"), ("append", "extend")),
)
_TWINS = {**dict(_PAIRS), **{other: one for one, other in _PAIRS}}
"""Names that are easily confused."""
_SYMMETRIC = frozenset(["allclose", "equal", "isclose", "max", "maximum", "min", "minimum"])
"""Functions whose arguments can change places without effect."""
_KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)
"""Statements that are kept, because without one the program would only lack a name."""
_DIMENSIONS = frozenset(["dim", "axis", "start_dim", "end_dim"])
"""Keyword arguments that name a dimension."""
_MAX_NUMBER = 1e15
"""For a larger float, adding 1 may change nothing."""


@dataclass(frozen=True)
class Mutation:
    """A program in which one thing was changed."""

    target: Target
    description: str
    """What was changed, in a few words: "`mean` for `sum`"."""
    source: str
    line: int
    """The first line, from 1, that differs from the program."""
    text: str
    """That line as it is now, without its indentation."""


_MAX_EDITS = 400
"""Each is compiled, which takes time in proportion to the whole program."""


@lru_cache(maxsize=64)
def mutations_of(source: str) -> tuple[Mutation, ...]:
    """All mutations of a program that compile, in the order of their places; none if the program does not compile.

    source  the text of a right program

    After DeMillo, Lipton and Sayward, as the module says. Of more than `_MAX_EDITS` changes, so many are tried, evenly
    spread. `while` loops are not changed, because most changes make one endless.

        >>> [mutation.description for mutation in mutations_of("total = sum(x) + 1")]
        ['`mean` for `sum`', '`-` for `+`', '`2` for `1`']
    """
    tree = parse_compilable(source)
    if tree is None:
        return ()
    editor = _Editor(source, tree)
    found: dict[str, Mutation] = {}
    edits = sorted(
        (edit for node in _nodes(tree) for edit in editor.edits(node)), key=lambda edit: (edit.start, edit.end)
    )
    step = max(1, math.ceil(len(edits) / _MAX_EDITS))
    for edit in edits[::step]:
        mutant = editor.applied(edit)
        # Two edits may give one text, and some give none that compiles.
        if mutant != source and mutant not in found and parse_compilable(mutant) is not None:
            line, text = first_change(source, mutant)
            found[mutant] = Mutation(edit.target, edit.description, mutant, line, text)
    return tuple(found.values())


def sample(mutations: Sequence[Mutation], most: int) -> list[Mutation]:
    """At most `most` of some mutations, in their order, spread evenly over what they change and where.

    mutations  as `mutations_of` gives them
    most       how many to keep; 0 for none

    Each target in turn gets a place until none is left; a target's places go to mutations at equal steps.
    """
    by_target = {target: [each for each in mutations if each.target == target] for target in get_args(Target)}
    quotas = dict.fromkeys(by_target, 0)
    left = min(most, len(mutations))
    while left:
        for target in [target for target, each in by_target.items() if len(each) > quotas[target]][:left]:
            quotas[target] += 1
            left -= 1
    chosen = {
        each[n * len(each) // quotas[target]] for target, each in by_target.items() for n in range(quotas[target])
    }
    return [each for each in mutations if each in chosen]


def first_change(source: str, mutant: str) -> tuple[int, str]:
    """The first line in which a mutant differs from the program: its number, from 1, and its text there, stripped.

    source, mutant  two programs that differ
    """
    before, after = source.split("\n"), mutant.split("\n")
    pairs = enumerate(zip(before, after, strict=False))
    index = next((n for n, (one, other) in pairs if one != other), min(len(before), len(after)) - 1)
    return index + 1, after[index].strip()


@dataclass(frozen=True)
class _Edit:
    """A replacement of some bytes of a program."""

    target: Target
    start: int
    end: int
    new: bytes
    description: str


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may be changed. Python before 3.12 does not know the places of nodes inside f-strings."""
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, (ast.JoinedStr, ast.While)):
            yield child
            yield from _nodes(child)


class _Editor:
    """The text of a program, and the edits of it that a node of its tree allows."""

    def __init__(self, source: str, tree: ast.Module) -> None:
        self._bytes = source.encode()
        self._starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        # Without it, the block around it would be empty, which is not valid Python.
        self._lone = {block[0] for block in _bodies(tree) if len(block) == 1}
        stores = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        self._first: dict[str, int] = {}
        for name in stores:
            # `ast.walk` goes by depth, so the first that it meets need not be the first in the text.
            self._first[name.id] = min(self._span(name)[0], self._first.get(name.id, len(self._bytes)))

    def applied(self, edit: _Edit) -> str:
        """The program after an edit."""
        return (self._bytes[: edit.start] + edit.new + self._bytes[edit.end :]).decode()

    def edits(self, node: ast.AST) -> Iterator[_Edit]:
        """Every edit of the node itself."""
        if isinstance(node, ast.stmt):
            yield from self._of_statement(node)
        elif isinstance(node, ast.expr):
            yield from self._of_expression(node)
        elif isinstance(node, ast.keyword) and node.arg in _DIMENSIONS:
            yield from self._dimension(node.arg, node.value)
        elif isinstance(node, ast.comprehension):
            for test in node.ifs:
                yield from self._negated(test)

    def _of_statement(self, node: ast.stmt) -> Iterator[_Edit]:
        yield from self._without(node)
        if isinstance(node, ast.AugAssign):
            yield from self._operator(node.op, node.target, node.value, "=")
        elif isinstance(node, ast.If):
            yield from self._negated(node.test)

    def _of_expression(self, node: ast.expr) -> Iterator[_Edit]:
        match node:
            case ast.BinOp(left, op, right):
                yield from self._operator(op, left, right)
            case ast.Compare(left, [op], [right]):
                yield from self._swap("comparison", _COMPARISONS[type(op)], left, right)
            case ast.Call():
                yield from self._arguments(node)
            case ast.Attribute(attr=name) if name in _TWINS:
                yield self._twin(name, self._span(node)[1] - len(name))
            case ast.Constant(value):
                yield from self._constant(node, value)
            case ast.UnaryOp(ast.Not()):
                start = self._span(node)[0]
                text = self._bytes[start:].removeprefix(b"not")
                yield _Edit("condition", start, len(self._bytes) - len(text.lstrip(b" ")), b"", "without `not`")
            case ast.IfExp(test=test):
                yield from self._negated(test)

    def _span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """The bytes of a node: a tree counts columns in bytes of UTF-8."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        start, end = self._span(node)
        return self._bytes[start:end].decode()

    def _without(self, node: ast.stmt) -> Iterator[_Edit]:
        """The statement as a comment, so that lines keep their numbers; after a `pass`, if its block has no other."""
        if isinstance(node, _KEPT):
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring, or dots
        if isinstance(node, ast.Assign) and all(self._is_first(target) for target in node.targets):
            return  # the next line would only miss the name
        start, end = self._span(node)
        line = self._starts[node.lineno - 1]
        rest = self._bytes[end : self._starts[node.end_lineno or 0]].strip()
        if self._bytes[line:start].strip() or (rest and not rest.startswith(b"#")):
            return  # it shares its line with another statement
        first, *more = self._bytes[start:end].split(b"\n")
        shown = first.decode().strip()
        description = f"without `{shown}`" if not more else f"without `{shown}` and what belongs to it"
        new = b"\n".join([b"# " + first, *(re.sub(rb"^\s*", rb"\g<0># ", each) for each in more)])
        if node in self._lone:
            new = b"pass  " + new
        yield _Edit("statement", start, end, new, description)

    def _is_first(self, target: ast.expr) -> bool:
        """Whether a name, or every name of a tuple, is assigned for the first time."""
        if isinstance(target, (ast.Tuple, ast.List)):
            return all(map(self._is_first, target.elts))
        return isinstance(target, ast.Name) and self._first[target.id] == self._span(target)[0]

    def _operator(self, op: ast.operator, left: ast.expr, right: ast.expr, after: str = "") -> Iterator[_Edit]:
        if type(op) in _OPERATORS:
            old, new = _OPERATORS[type(op)]
            yield from self._swap("operator", (old + after, new + after), left, right)

    def _swap(self, target: Target, signs: tuple[str, str], left: ast.expr, right: ast.expr) -> Iterator[_Edit]:
        """Another sign between two expressions."""
        old, new = signs
        start = self._span(left)[1]
        # `is not` may be written with several spaces, and brackets may come before it.
        pattern = re.escape(old).replace(r"\ ", r"\s+").encode()
        if found := re.search(pattern, self._bytes[start : self._span(right)[0]]):
            yield _Edit(target, start + found.start(), start + found.end(), new.encode(), f"`{new}` for `{old}`")

    def _negated(self, test: ast.expr) -> Iterator[_Edit]:
        if isinstance(test, (ast.Compare, ast.UnaryOp)):
            return  # another edit of it has the same effect
        start, end = self._span(test)
        text = self._text(test)
        yield _Edit("condition", start, end, f"not ({text})".encode(), f"`not ({_short(text)})` for `{_short(text)}`")

    def _arguments(self, call: ast.Call) -> Iterator[_Edit]:
        """Two neighbours swapped, a keyword argument left out, and a function's twin."""
        if isinstance(call.func, ast.Name) and call.func.id in _TWINS:
            yield self._twin(call.func.id, self._span(call.func)[0])
        for one, other in zip(call.args, call.args[1:], strict=False):
            if _called(call.func) in _SYMMETRIC or isinstance(one, ast.Starred) or isinstance(other, ast.Starred):
                continue
            (start, left), (right, end) = self._span(one), self._span(other)
            new = self._bytes[right:end] + self._bytes[left:right] + self._bytes[start:left]
            description = f"`{_short(self._text(other))}` and `{_short(self._text(one))}` swapped"
            yield _Edit("argument", start, end, new, description)
        for keyword in call.keywords:
            if keyword.arg is not None:
                start, end = self._span(keyword)
                before = self._bytes.rfind(b",", self._span(call.func)[1], start)
                ends = [self._span(each)[1] for each in call.args] + [self._span(each)[1] for each in call.keywords]
                others = [each for each in ends if each <= start]
                # The comma before it goes too; a first argument takes the comma after it along.
                if others and before >= max(others):
                    start = before
                elif after := re.match(rb"\s*,\s*", self._bytes[end:]):
                    end += after.end()
                yield _Edit("keyword", start, end, b"", f"without `{_short(self._text(keyword))}`")

    def _twin(self, name: str, start: int) -> _Edit:
        return _Edit("name", start, start + len(name), _TWINS[name].encode(), f"`{_TWINS[name]}` for `{name}`")

    def _dimension(self, name: str, value: ast.expr) -> Iterator[_Edit]:
        try:
            dimension = ast.literal_eval(value)
        except ValueError:
            return
        if type(dimension) is int and abs(dimension) < _MAX_NUMBER:
            for other in (dimension + 1, dimension - 1):
                description = f"`{name}={other}` for `{name}={dimension}`"
                yield _Edit("dimension", *self._span(value), str(other).encode(), description)

    def _constant(self, node: ast.Constant, value: object) -> Iterator[_Edit]:
        start, end = self._span(node)
        if isinstance(value, bool):
            yield _Edit("flag", start, end, str(not value).encode(), f"`{not value}` for `{value}`")
        elif isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < _MAX_NUMBER:
            yield _Edit("number", start, end, repr(value + 1).encode(), f"`{value + 1}` for `{self._text(node)}`")
        # Written with one quote on each side, so that the text is where it seems to be.
        elif isinstance(value, str) and value in _TWINS and end - start == len(value.encode()) + 2:
            yield self._twin(value, start + 1)


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block of statements inside the program."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, ast.Module):
                yield block


def _called(function: ast.expr) -> str:
    """The last name of what is called: `mean` of `x.mean`."""
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _short(text: str, most: int = 40) -> str:
    """A piece of code on one line, cut when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]} …"
