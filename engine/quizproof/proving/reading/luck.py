"""Luck: comparisons of what is drawn without a seed, or of how long something took, which held in the runs so far.

`assert x.mean().abs() < 0.03` of ten thousand draws holds nearly always, so that no number of further runs shows that
it need not. A run says whether the program drew without a seed; which values come from the draw is read from its text.
What holds of every draw, such as `0 <= random() < 1` or the shape of a tensor, is no luck.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from quizproof import rules
from quizproof.claims import Part, Program
from quizproof.findings import Advice
from quizproof.kinds.base import Runs
from quizproof.snippets.syntax import parse

_UNIT = re.compile(r"rand|random|random_sample|rand_like")
"""Draws between 0 and 1."""
_NORMAL = re.compile(r"randn|randn_like|normal_?|gauss|normalvariate|standard_normal|dropout|noise")
_ORDER = re.compile(r"shuffle|permutation|randperm|random_shuffle|random_flip\w*|random_crop")
"""Draws of an order: what their values are in all is no chance."""
_BOUNDED = re.compile(r"randint|randrange|integers|choices?|sample|uniform_?|multinomial|bernoulli_?")
"""Draws from what is given, whose bounds a comparison may well name."""
_CLOCK = re.compile(r"(?:perf_counter|monotonic|process_time|thread_time)(?:_ns)?|timeit")
"""What measures how long something takes, which is no draw, and as little certain."""
_KINDS = (("unit", _UNIT), ("normal", _NORMAL), ("order", _ORDER), ("bounded", _BOUNDED), ("clock", _CLOCK))
_SHORT = 1
"""Seconds. What has to be done in less may take longer on another machine."""
_FIXED = re.compile(
    r"shape|size|dtype|ndim|dim|numel|device|requires_grad|grad_fn|grad|is_\w+|stride|names|itemsize|nbytes|rank"
    r"|data_ptr|__\w+__"
)
"""Attributes that do not depend on what was drawn."""
_BOUNDS = re.compile(r"softmax|sigmoid|tanh|clamp|clip\w*|relu|round|floor|ceil")
"""Functions whose results are within bounds, whatever they are given."""
_COUNTS = frozenset(["len", "type", "isinstance", "callable", "hasattr", "id", "zeros_like", "ones_like"])
_OF_ALL = frozenset(["sorted", "set", "frozenset", "Counter", "sum", "min", "max", "sort", "bincount"])
"""Functions that do not see an order."""
_CERTAIN = (0, 1, -1)
"""Limits of what many draws are, and numbers that other things than draws are compared with."""


@dataclass
class _Draws:
    """Which names of a program hold what was drawn, and of which kind."""

    names: dict[str, str] = field(default_factory=dict)

    def read(self, tree: ast.AST) -> None:
        """Follow the draws through the assignments, loops and functions of a part."""
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self._bind(target, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._bind(target, value)
                case ast.AugAssign(target=target, value=value):
                    self._bind(target, value)
                case ast.For(target=target, iter=items) | ast.comprehension(target=target, iter=items):
                    self._bind(target, items)
                case ast.FunctionDef(name=name):
                    values = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
                    if kind := next(filter(None, (self.kind(value) for value in values if value)), ""):
                        self.names[name] = kind
                case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args):
                    self._change(owner, name, args)
                case _:
                    pass

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        kind = self.kind(value)
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and kind:
                self.names[name.id] = kind
            elif isinstance(name, ast.Name) and isinstance(target, ast.Name):
                self.names.pop(name.id, None)

    def _change(self, owner: ast.expr, method: str, args: list[ast.expr]) -> None:
        """Note what a method changes in place: `random.shuffle(cards)`, `x.normal_()`."""
        if method == "shuffle" and args and isinstance(args[0], ast.Name):
            self.names[args[0].id] = "order"
        elif isinstance(owner, ast.Name) and method in ("normal_", "uniform_"):
            self.names[owner.id] = "normal"
        elif isinstance(owner, ast.Name) and method in ("sort", "clear"):
            self.names.pop(owner.id, None)

    def kind(self, node: ast.expr) -> str:
        """Of which kind the draw is that a value depends on; empty when it depends on none."""
        match node:
            case ast.Attribute(attr=name) if _FIXED.fullmatch(name):
                return ""
            case ast.Call(func=ast.Attribute(attr=name)) if _FIXED.fullmatch(name):
                return ""
            case ast.Call(func=ast.Name(id=name)) if name in _COUNTS:
                return ""
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return self._of_call(node, name)
            case ast.Call(func=ast.Call(func=layer)) if "ropout" in ast.unparse(layer):
                # A layer of Keras drops nothing unless it is told to.
                return "" if re.search(r"keras|layers", ast.unparse(layer)) else "normal"
            case ast.Name(id=name):
                return self.names.get(name, "")
            case ast.Lambda() | ast.Constant():
                return ""
        return next(filter(None, map(self.kind, _parts(node))), "")

    def _of_call(self, node: ast.Call, name: str) -> str:
        own = self.names.get(name, "") if isinstance(node.func, ast.Name) else ""
        within = next(filter(None, map(self.kind, _parts(node))), "")
        kind = own or _drawing(name) or within
        if name == "uniform" and node.args and isinstance(node.args[0], (ast.Tuple, ast.List)):
            kind = "unit"  # of a shape, and without bounds of its own
        if name in _OF_ALL and kind == "order":
            return ""
        return "bounded" if kind and _BOUNDS.fullmatch(name) else kind


def _parts(node: ast.AST) -> list[ast.expr]:
    """The expressions right within a node."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            found.append(child)
        elif isinstance(child, (ast.keyword, ast.comprehension)):
            found += _parts(child)
    return found


def _drawing(name: str) -> str:
    """The kind of draw that a function of this name makes; empty where it makes none."""
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(name)), "")


def lucky(programs: Iterable[Program], runs: Runs) -> Iterator[Advice]:
    """Each comparison that a claim rests on and that chance decides: one for a program.

    programs  of the claims of a block
    runs      their outcomes; those that did not draw without a seed are left alone
    """
    told: set[tuple[object, ...]] = set()
    for program in programs:
        outcome = runs.get(program)
        if outcome is None:
            continue
        for advice in _of_program(program, drew=outcome.drew):
            if (advice.at, advice.line) not in told:
                told.add((advice.at, advice.line))
                yield advice
                break


def _of_program(program: Program, *, drew: bool) -> Iterator[Advice]:
    if not drew and not any(_CLOCK.search(part.source) for part in program.parts):
        return
    draws = _Draws()
    drawn: Part | None = None
    for part in program.parts:
        tree = parse(part.source)
        if tree is None:
            return
        known = dict(draws.names)
        draws.read(tree)
        if draws.names != known and part.role == "answer":
            drawn = part
        for compare in _decisive(tree, part):
            timed = _is_timed(compare, draws)
            if not timed and not (drew and _is_luck(compare, draws)):
                continue
            line = compare.lineno - part.lead
            at, place = (drawn.at, 1) if drawn and part.role == "check" else (part.at, line)
            what = "how long something took" if timed else "what is drawn without a seed"
            message = f"`{ast.unparse(compare)}` compares {what}, so it holds by luck"
            help_ = "Seed the generator first, or assert what holds of every draw."
            if timed:
                help_ = "Count steps, or compare two durations that differ by far."
            yield Advice(rules.LUCK, at, message, place, help_)


def _decisive(tree: ast.Module, part: Part) -> Iterator[ast.Compare]:
    """The comparisons that something rests on: those of assertions, and those that are printed."""
    for node in ast.walk(tree):
        asserts = isinstance(node, ast.Assert) and part.role == "check"
        prints = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print" and part.role == "code"
        if asserts or prints:
            yield from (each for each in ast.walk(node) if isinstance(each, ast.Compare))


def _is_luck(compare: ast.Compare, draws: _Draws) -> bool:
    sides = [compare.left, *compare.comparators]
    kinds = [draws.kind(side) for side in sides]
    if len(sides) != 2 or not any(kinds) or all(kinds):
        return False  # a range between two bounds is what every draw is in; of two draws nothing is known
    kind, other = next(filter(None, kinds)), sides[bool(kinds[0])]
    number = _number(other)
    match compare.ops[0]:
        case ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE():
            if number is None:
                return False
            return 0 < number < 1 if kind == "unit" else kind == "normal" and number not in _CERTAIN
        case ast.Eq() | ast.NotEq():
            return kind in ("unit", "normal", "order") and number not in (*_CERTAIN,) and not _is_plain(other)
        case _:
            return False


def _is_timed(compare: ast.Compare, draws: _Draws) -> bool:
    """Whether something must have taken less than a short time."""
    sides = [compare.left, *compare.comparators]
    if len(sides) != 2:
        return False
    if isinstance(compare.ops[0], (ast.Gt, ast.GtE)):
        sides.reverse()
    elif not isinstance(compare.ops[0], (ast.Lt, ast.LtE)):
        return False
    limit = _number(sides[1])
    return draws.kind(sides[0]) == "clock" and limit is not None and 0 < limit < _SHORT


def _number(node: ast.expr) -> float | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _is_plain(node: ast.expr) -> bool:
    """Whether something is True, False or None, which flags are compared with."""
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))
