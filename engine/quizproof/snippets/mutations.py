"""Mutations: small changes of a program, as learners make them, to see whether its checks notice them.

After DeMillo, Lipton and Sayward, "Hints on Test Data Selection" (1978): tests that notice small changes of a right
program notice most large mistakes too. The changes are made in the text, so that layout and comments stay.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

Sort: TypeAlias = Literal[
    "statement", "operator", "name", "argument", "dimension", "keyword", "condition", "comparison", "flag", "number"
]
"""What is changed; the most telling sorts come first."""


@dataclass(frozen=True)
class Mutation:
    """A program in which one thing was changed."""

    sort: Sort
    description: str
    """What was changed, in a few words: "`mean` for `sum`"."""
    source: str
    line: int
    """The first line, from 1, that differs from the program."""
    text: str
    """That line as it is now, without its indentation."""


@lru_cache(maxsize=64)
def mutations_of(source: str) -> tuple[Mutation, ...]:
    """All mutations of a program that compile, in the order of their places; none of a program that does not.

    Loops with `while` are left alone, for most changes of one make it endless.
    """
    tree = _parsed(source)
    if tree is None:
        return ()
    editor = _Editor(source, tree)
    found: dict[str, Mutation] = {}
    edits = [edit for node in _nodes(tree) for edit in editor.edits(node)]
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        mutant = editor.applied(edit)
        if mutant != source and mutant not in found and _parsed(mutant) is not None:
            line, text = first_change(source, mutant)
            found[mutant] = Mutation(edit.sort, edit.description, mutant, line, text)
    return tuple(found.values())


def sample(mutations: Sequence[Mutation], most: int) -> list[Mutation]:
    """At most so many of them, as evenly over their sorts and places as can be, in their order."""
    by_sort = {sort: [each for each in mutations if each.sort == sort] for sort in get_args(Sort)}
    quotas = dict.fromkeys(by_sort, 0)
    left = min(most, len(mutations))
    while left:
        for sort in [sort for sort, each in by_sort.items() if len(each) > quotas[sort]][:left]:
            quotas[sort] += 1
            left -= 1
    chosen = {by_sort[sort][n * len(by_sort[sort]) // quota] for sort, quota in quotas.items() for n in range(quota)}
    return [each for each in mutations if each in chosen]


def first_change(source: str, mutant: str) -> tuple[int, str]:
    """The number, from 1, of the first line in which a mutant differs from the program, and the mutant's line."""
    before, after = source.split("\n"), mutant.split("\n")
    pairs = enumerate(zip(before, after, strict=False))
    index = next((n for n, (one, other) in pairs if one != other), min(len(before), len(after)) - 1)
    return index + 1, after[index].strip()


@dataclass(frozen=True)
class _Edit:
    """A replacement of some bytes of a program."""

    sort: Sort
    start: int
    end: int
    new: bytes
    description: str


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
"""Names that are easily taken for each other."""
_SYMMETRIC = frozenset(["allclose", "equal", "isclose", "max", "maximum", "min", "minimum"])
"""Functions whose arguments may change places."""
_KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)
"""Statements without which a program only misses a name."""
_DIMENSIONS = frozenset(["dim", "axis", "start_dim", "end_dim"])
_GREATEST = 1e15
"""Beyond it one more makes no difference to a float."""


def _parsed(source: str) -> ast.Module | None:
    """The program as a tree; None when it does not compile."""
    try:
        with warnings.catch_warnings(action="ignore"):  # such as for `1 is not x`
            tree = ast.parse(source)
            compile(source, "snippet.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may be changed. Inside f-strings, Python before 3.12 does not know where they stand."""
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, (ast.JoinedStr, ast.While)):
            yield child
            yield from _nodes(child)


class _Editor:
    """Knows a program's text, and finds the edits that a node of its tree allows."""

    def __init__(self, source: str, tree: ast.Module) -> None:
        self._bytes = source.encode()
        self._starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._lone = {block[0] for block in _bodies(tree) if len(block) == 1}
        stores = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        self._first: dict[str, int] = {}
        for name in stores:
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
        """The bytes of a node: positions in trees count bytes within a line."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        start, end = self._span(node)
        return self._bytes[start:end].decode()

    def _without(self, node: ast.stmt) -> Iterator[_Edit]:
        """The statement made a comment, so that lines keep their numbers; `pass`, where it stands alone in a block."""
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
            return  # it shares its line with another
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

    def _swap(self, sort: Sort, words: tuple[str, str], left: ast.expr, right: ast.expr) -> Iterator[_Edit]:
        """Another sign between two expressions."""
        old, new = words
        start = self._span(left)[1]
        pattern = re.escape(old).replace(r"\ ", r"\s+").encode()
        if found := re.search(pattern, self._bytes[start : self._span(right)[0]]):
            yield _Edit(sort, start + found.start(), start + found.end(), new.encode(), f"`{new}` for `{old}`")

    def _negated(self, test: ast.expr) -> Iterator[_Edit]:
        if isinstance(test, (ast.Compare, ast.UnaryOp)):
            return  # it has an edit of its own to the same effect
        start, end = self._span(test)
        text = self._text(test)
        yield _Edit("condition", start, end, f"not ({text})".encode(), f"`not ({_short(text)})` for `{_short(text)}`")

    def _arguments(self, call: ast.Call) -> Iterator[_Edit]:
        """Two neighbours swapped, a keyword argument left out, and a function's twin."""
        if isinstance(call.func, ast.Name) and call.func.id in _TWINS:
            yield self._twin(call.func.id, self._span(call.func)[0])
        for one, other in zip(call.args, call.args[1:], strict=False):
            if _name(call.func) in _SYMMETRIC or isinstance(one, ast.Starred) or isinstance(other, ast.Starred):
                continue
            (start, left), (right, end) = self._span(one), self._span(other)
            new = self._bytes[right:end] + self._bytes[left:right] + self._bytes[start:left]
            words = f"`{_short(self._text(other))}` and `{_short(self._text(one))}` swapped"
            yield _Edit("argument", start, end, new, words)
        for keyword in call.keywords:
            if keyword.arg is not None:
                start, end = self._span(keyword)
                before = self._bytes.rfind(b",", self._span(call.func)[1], start)
                ends = [self._span(each)[1] for each in call.args] + [self._span(each)[1] for each in call.keywords]
                others = [each for each in ends if each <= start]
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
        if type(dimension) is int and abs(dimension) < _GREATEST:
            for other in (dimension + 1, dimension - 1):
                words = f"`{name}={other}` for `{name}={dimension}`"
                yield _Edit("dimension", *self._span(value), str(other).encode(), words)

    def _constant(self, node: ast.Constant, value: object) -> Iterator[_Edit]:
        start, end = self._span(node)
        if isinstance(value, bool):
            yield _Edit("flag", start, end, str(not value).encode(), f"`{not value}` for `{value}`")
        elif isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < _GREATEST:
            yield _Edit("number", start, end, repr(value + 1).encode(), f"`{value + 1}` for `{self._text(node)}`")
        elif isinstance(value, str) and value in _TWINS and end - start == len(value.encode()) + 2:
            yield self._twin(value, start + 1)


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block of statements but the program itself."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, ast.Module):
                yield block


def _name(function: ast.expr) -> str:
    """The last name of what is called."""
    return getattr(function, "attr", getattr(function, "id", ""))


def _short(text: str, most: int = 40) -> str:
    """A piece of code on one line, cut when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]} …"
