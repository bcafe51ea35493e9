"""`order-lines`: put the lines of a program in order, a Parsons problem. Every order that passes the check is right.

Claims: the author's order passes the check, and the check fails without the lines; each distractor fails it in place of
any line; and of all orders, up to `most_orders` are run, nearest to the author's first, to know which others are right.

After Parsons and Haden, "Parson's programming puzzles" (2006). Others compare with one stored order; here runs decide.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import keyword
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from quizproof import displays, rules
from quizproof.checks import can_fail, passes
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, obstacle, refuted, warned
from quizproof.comparison.outputs import fold_expression
from quizproof.findings import DataPath
from quizproof.kinds.arrangements import (
    Arrangement,
    Line,
    Search,
    indent_of,
    is_python,
    search,
    source_of,
    swapped,
    unit_of,
    written,
)
from quizproof.kinds.base import LETTERS, Question, Runs, given
from quizproof.kinds.evidence import evidence
from quizproof.kinds.leavings import difference, left_in, recording, results, shown
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Flag, Integer, Model, Prose, Snippet, refuse
from quizproof.snippets.syntax import parse

_MIN_LINES, _MAX_LINES = 2, 12
_MAX_EXCHANGES = 24
"""Ways to exchange equal lines: two pairs of equal lines have four, four equal lines 24."""


class LineDistractor(Model):
    """A line that no right program contains."""

    line: Snippet
    """The line. Without `indentation`, spaces before it (in quotes) are its indentation."""
    mistake: Prose = ""
    """The misconception of learners who use it, as feedback."""

    @field_validator("line")
    @classmethod
    def _one_line(cls, line: str) -> str:
        if "\n" in line.strip():
            raise ValueError("a distractor is one line")
        return line


class OrderLines(Question):
    """Put lines in order. A response is right if its program passes the check and has exactly the lines of `lines`."""

    kind_name: ClassVar[str] = "order-lines"
    kind: Literal["order-lines"]
    setup: Snippet | None = None
    """Code that runs first; shown as given."""
    lines: Snippet
    """A right program of 2 to 12 lines, in a right order. The learner gets them shuffled. Empty lines do not count."""
    distractors: Annotated[tuple[LineDistractor, ...], Field(max_length=12)] = ()
    """Lines that no right program contains. In place of any line of `lines`, each must fail the check."""
    check: Snippet
    """Assertions that hold after a right order, and fail when the lines are left out."""
    indentation: Flag = False
    """Whether the learner also gives the indentation of each line. If not, lines keep the indentation they have."""
    most_orders: Annotated[Integer, Field(ge=1, le=5040)] = 120
    """The largest number of orders to run. Five lines have 120 orders, six 720, seven 5040."""

    @field_validator("lines")
    @classmethod
    def _can_be_put_in_order(cls, lines: str) -> str:
        texts = written(lines)
        if not _MIN_LINES <= len(texts) <= _MAX_LINES:
            raise ValueError(f"write {_MIN_LINES} to {_MAX_LINES} lines that are not empty; there are {len(texts)}")
        if any("\t" in indent_of(text) for text in texts):
            raise ValueError("indent with spaces, not with tabs")
        unit = unit_of(texts)
        odd = next((text for text in texts if len(indent_of(text)) % unit), None)
        if odd is not None:
            one_level = f"{unit} spaces, which is one level here"
            raise ValueError(f"the indentation of {odd.strip()!r} is not a multiple of {one_level}")
        # The learner's lines are stripped at the end and none is empty, which would change such a string.
        if _constants_in(lines) != _constants_in("\n".join(texts)):
            raise ValueError("a string has an empty line or spaces at a line's end, which the learner does not get")
        counts = Counter(text.strip() for text in texts)
        if math.prod(map(math.factorial, counts.values())) > _MAX_EXCHANGES:
            raise ValueError("too many lines are equal to each other; at most four can be")
        return lines

    @model_validator(mode="after")
    def _distractors_fit(self) -> OrderLines:
        unit = unit_of(written(self.lines))
        for distractor in self.distractors:
            indent = indent_of(distractor.line)
            line = f"the distractor {distractor.line.strip()!r}"
            if self.indentation and indent:
                raise refuse(rules.CONTRADICTION, f"the learner gives the indentation, so {line} must have none")
            if "\t" in indent or len(indent) % unit:
                raise refuse(rules.CONTRADICTION, f"the indentation of {line} is not a multiple of {unit} spaces")
        return self

    def claims(self) -> Iterator[Claim]:
        """What the module lists: the key, that the check can fail, all orders together, and each distractor.

        The orders are one claim, because none of them need pass but the author's.
        """
        reference = self._reference()
        yield Claim("key", ("lines",), (reference,), partial(_judge_own, reference), key=True)
        bare = self.program(*given(self.setup), self._check())
        others = tuple(self._program(order) for order in self._search().run[1:])
        judge = partial(can_fail, bare, (reference,), others)
        yield Claim("check can fail", ("check",), (reference, *others, bare), judge)
        # The author's own order is last, because a claim is reported with the run of its last program.
        programs = (*others, reference)
        yield Claim("orders", ("lines",), programs, partial(self._judge_orders, programs))
        yield from self._agreement()
        for index in range(len(self.distractors)):
            yield self._claim_of_distractor(index)

    def _agreement(self) -> Iterator[Claim]:
        """That right orders leave the same values: tried with each two neighbours that have a name in common."""
        own, run = self._own(), self._search().run[1:]
        places = [place for place in range(len(own) - 1) if _share(own[place], own[place + 1])]
        orders = {place: order for place in places if (order := swapped(own, place)) in run}
        names = results(self.with_shared(self.setup), self.lines, every=True)
        if orders and names:
            judged = [self._program(order) for order in orders.values()]
            sources = [self.lines, *(source_of(order, unit_of(written(self.lines))) for order in orders.values())]
            parts = [Part("answer", source, ("lines",)) for source in sources]
            recorded = [self.program(*given(self.setup), part, *recording(names)) for part in parts]
            pairs = [(own[place].source, own[place + 1].source) for place in orders]
            judge = partial(_judge_agreement, tuple(judged), pairs)
            yield Claim("right orders agree", ("lines",), (*judged, *recorded), judge, probe=True)

    def right_parts(self) -> tuple[Part, ...]:
        """The setup and the lines in the author's order."""
        return tuple(part for part in self._reference().parts if part.role != "check")

    def names(self, runs: Runs) -> dict[str, object]:
        """`stdout` of the author's order."""
        reference = self._reference()
        return {"stdout": reference.stdout(runs[reference], "answer").strip()}

    def display(self, runs: Runs) -> displays.Display:
        """The lines and the distractors in the author's order; renderers shuffle them."""
        reference, search = self._reference(), self._search()
        right = [order for order in search.run if self._is_right(order, runs)]
        orders = tuple(named for order in right for named in self._named(order))
        form = displays.Ordering(
            self._shown_lines(),
            orders,
            self.indentation,
            search.tried,
            search.total,
            setup=self.with_shared(self.setup),
            check=self.check,
            limits=reference.limits.model_dump(),
            stdin=reference.stdin,
            spaces=unit_of(written(self.lines)),
            sure=search.sure,
        )
        return displays.Display(
            prompt=self.asked(self.setup),
            input=form,
            answer=self.lines.rstrip(),
            solution=self.worked_solution(
                displays.Code(self.lines.rstrip(), "One right order" if len(right) > 1 else "The right order"),
                displays.Prose(_tried(form, len(right))),
                displays.Code(self.check, "The check that judged every order"),
            ),
            evidence=evidence(reference, runs[reference]),
        )

    def _own(self) -> Arrangement:
        """The lines as the author wrote them."""
        texts = written(self.lines)
        unit = unit_of(texts)
        return tuple(Line(text.strip(), len(indent_of(text)) // unit) for text in texts)

    def _search(self) -> Search:
        return search(self._own(), self.indentation, self.most_orders)

    def _check(self) -> Part:
        return Part("check", self.check, ("check",))

    def _reference(self) -> Program:
        """The program as the author wrote it, so that its tracebacks name lines of the file."""
        return self.program(*given(self.setup), Part("answer", self.lines, ("lines",)), self._check())

    def _program(self, order: Arrangement, at: DataPath = ("lines",)) -> Program:
        source = source_of(order, unit_of(written(self.lines)))
        return self.program(*given(self.setup), Part("answer", source, at), self._check())

    def _is_right(self, order: Arrangement, runs: Runs) -> bool:
        program = self._reference() if order == self._own() else self._program(order)
        return _passed(program, runs[program])

    def _judge_orders(self, programs: tuple[Program, ...], *outcomes: Outcome) -> Judgement:
        """Judge all orders: any may pass or fail, but no run may be lost, and the author's own order must pass."""
        for program, outcome in zip(programs, outcomes, strict=True):
            if lost := _lost(program, outcome):
                return lost
        search = self._search()
        right = sum(map(_passed, programs, outcomes))
        counts = {"orders": search.total, "tried": search.tried, "right": right}
        return replace(_judge_own(programs[-1], outcomes[-1]), evidence=counts)

    def _claim_of_distractor(self, index: int) -> Claim:
        own, at = self._own(), ("distractors", index, "line")
        distractor = self._distractor(index)
        placed = []
        for place, line in enumerate(own):
            level = line.level if self.indentation else distractor.level
            placed.append((*own[:place], replace(distractor, level=level), *own[place + 1 :]))
        # By program, because two places may give the same text.
        programs = {self._program(order, at): number for number, order in enumerate(placed) if is_python(order)}
        judge = partial(self._judge_distractor, index, programs)
        return Claim(f"distractor {index + 1}", at, tuple(programs), judge)

    def _judge_distractor(self, index: int, programs: dict[Program, int], *outcomes: Outcome) -> Judgement:
        distractor, own = self._distractor(index), self._own()
        for number, line in enumerate(own, 1):
            same = fold_expression(line.source) == fold_expression(distractor.source)
            if same and (self.indentation or line.level == distractor.level):
                message = f"this distractor is line {number} of the program"
                return refuted(rules.OPTIONS_COINCIDE, message, help="Change it, or remove it.")
        for (program, place), outcome in zip(programs.items(), outcomes, strict=True):
            if lost := _lost(program, outcome):
                return lost
            if outcome.status == "finished":
                message = f"in place of line {place + 1}, `{own[place].source}`, this distractor passes the check"
                actual = "every assertion passed"
                return refuted(rules.DISTRACTOR_HOLDS, message, expected="the check fails", actual=actual)
        return PROVEN

    def _distractor(self, index: int) -> Line:
        line = self.distractors[index].line
        return Line(line.strip(), len(indent_of(line)) // unit_of(written(self.lines)))

    def _shown_lines(self) -> tuple[displays.OrderLine, ...]:
        own = self._own()
        lines = [displays.OrderLine(LETTERS[n], line.source, line.level, at=("lines",)) for n, line in enumerate(own)]
        for index, distractor in enumerate(self.distractors):
            line, at = self._distractor(index), ("distractors", index, "line")
            id_ = LETTERS[len(own) + index]
            lines.append(displays.OrderLine(id_, line.source, line.level, True, distractor.mistake, at))
        return tuple(lines)

    def _named(self, order: Arrangement) -> Iterator[tuple[str, ...]]:
        """The ids of an arrangement, in each way in which equal lines can be exchanged."""
        ids: dict[object, list[str]] = {}
        places: dict[object, list[int]] = {}
        for number, line in enumerate(self._own()):
            ids.setdefault(self._looks(line), []).append(LETTERS[number])
        for place, line in enumerate(order):
            places.setdefault(self._looks(line), []).append(place)
        for exchanged in itertools.product(*(itertools.permutations(ids[look]) for look in places)):
            at = dict(zip(itertools.chain(*places.values()), itertools.chain(*exchanged), strict=True))
            suffixes = (f":{line.level}" if self.indentation else "" for line in order)
            yield tuple(at[place] + suffix for place, suffix in enumerate(suffixes))

    def _looks(self, line: Line) -> object:
        """What the learner sees of a line: not its indentation, if the learner has to give it."""
        return line.source if self.indentation else line


def _constants_in(source: str) -> list[object]:
    """The constants of a program, strings among them; none if it cannot be parsed."""
    tree = parse(source)
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)] if tree else []


def _judge_own(program: Program, outcome: Outcome) -> Judgement:
    message = "the lines, in the order in which they are written, fail the check"
    return passes(program, outcome, code=rules.KEY_REFUTED, message=message, expected="the check passes")


def _judge_agreement(programs: tuple[Program, ...], pairs: Sequence[tuple[str, str]], *outcomes: Outcome) -> Judgement:
    """Judge what swaps of two lines leave, of which some are right.

    programs  the swaps, with the check
    pairs     the lines that each swaps
    outcomes  those of the programs, and what the author's order and each swap leave
    """
    own, *others = map(left_in, outcomes[len(programs) :])
    for program, outcome, other, (one, two) in zip(programs, outcomes, others, pairs, strict=False):
        if own is None or other is None or not _passed(program, outcome) or not (name := difference(own, other)):
            continue
        message = (
            f"with `{two}` before `{one}` the check passes, too, but then {name} is {shown(other[name])} and not "
            f"{shown(own[name])}"
        )
        return warned(rules.ANSWERS_DIFFER, message, help=f"Let the check look at {name}, too.", at=("lines",))
    return PROVEN


def _share(one: Line, other: Line) -> bool:
    """Whether two lines have a name in common, so that their order may matter."""
    first, second = (set(re.findall(r"[A-Za-z_]\w*", line.source)) for line in (one, other))
    return bool(first & second - set(dir(builtins)) - set(keyword.kwlist))


def _passed(program: Program, outcome: Outcome) -> bool:
    return _judge_own(program, outcome).verdict == "proven"


def _lost(program: Program, outcome: Outcome) -> Judgement | None:
    """Why an outcome says nothing about an order; None if it does. An order that hits a limit, or exits, is wrong."""
    blocked = obstacle(program, outcome, syntax_ok=program.raised_in(outcome) == "answer")
    return None if blocked is None or blocked.code in (rules.LIMIT_HIT, rules.SNIPPET_DIED) else blocked


def _tried(form: displays.Ordering, right: int) -> str:
    """What was tried and how many of these orders are right, for learners."""
    orders = f"{form.total:,} orders of these lines"
    if form.indented:
        orders += ", counting those with one line a level further in or out,"
    are = "only this one is right" if right == 1 else f"{right:,} are right"
    if form.complete:
        return f"All {orders} were tried: {are}."
    nearest = f"Of the {orders} only the {form.tried:,} nearest to this one were tried"
    return f"{nearest}: {are}. Another order may be right as well: only a run can say."
