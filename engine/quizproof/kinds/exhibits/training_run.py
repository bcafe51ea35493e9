"""`training-run`: the curves of a training, as a run recorded them, and what holds for every seed.

Claims: each seed gives a history; not all histories are equal; the curves and events that are drawn are in the first
seed's history; and each claim of the author holds for every seed by more than its margin.

A history is what Keras' `fit(...).history` is, `{"loss": [...], "val_loss": [...]}`: one number per epoch and series.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from quizproof import displays, figures, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, crash, proven, refuted
from quizproof.comparison.numbers import exact, figure, is_number, spread, thinned
from quizproof.comparison.outputs import quoted
from quizproof.findings import Advice, DataPath
from quizproof.kinds.base import ALIKE, Exhibit, Runs, Seeds, advice_on_one_seed, seeds_in_words
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Fixed, Model, Number, Plain, Snippet, refuse
from quizproof.spelling import meant

History: TypeAlias = Mapping[str, list[float]]
"""Lists of numbers, one number per epoch, by the names of their series."""

_A_HISTORY = 'Give `{"loss": [...], "val_loss": [...]}`, one number per epoch; with Keras, that is `fit(...).history`.'


class TrainingEvent(Model):
    """Something that happened during the training."""

    epoch: Snippet
    """When: the number of an epoch, counted from 1, or an expression that gives it, evaluated after the code."""
    name: Fixed
    """What happened, in a few words."""


class CurveClaim(Model):
    """What must hold for the curves of every seed."""

    series: Plain | None = None
    """The series that it is about."""
    gap: Annotated[tuple[Plain, ...], Field(min_length=2, max_length=2)] | None = None
    """Two series instead of one: the last value of the first minus the last value of the second."""
    trend: Literal["falling", "rising"] | None = Field(default=None, alias="is")
    """What the series does at every step from one epoch to the next."""
    ends: Literal["above", "below"] | None = None
    """On which side of `value` the last epoch is."""
    value: Number | None = None
    """The limit for `ends`."""
    margin: Annotated[Number, Field(ge=0)] = 0
    """The claim must hold by more than this: each step falls or rises by more, the end is further from `value`."""

    @model_validator(mode="after")
    def _one(self) -> CurveClaim:
        if (self.series is None) == (self.gap is None):
            raise refuse(rules.CONTRADICTION, "a claim needs exactly one of `series` and `gap`")
        if (self.trend is None) == (self.ends is None):
            raise refuse(rules.CONTRADICTION, "a claim needs exactly one of `is` and `ends`")
        if (self.ends is None) != (self.value is None):
            raise refuse(rules.CONTRADICTION, "`ends: above` and `ends: below` need a `value`, and `is` has none")
        if self.gap and self.trend:
            raise refuse(rules.CONTRADICTION, "a `gap` has no trend; say where it `ends`")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The series that the claim is about."""
        return self.gap or (self.series or "",)

    def __str__(self) -> str:
        if self.trend:
            step = f" by more than {exact(self.margin)}" if self.margin else ""
            return f"`{self.series}` is {self.trend} at every epoch{step}"
        subject = f"the gap from `{self.gap[1]}` to `{self.gap[0]}`" if self.gap else f"`{self.series}`"
        margin = f", by more than {exact(self.margin)}" if self.margin else ""
        return f"{subject} ends {self.ends} {exact(self.value or 0)}{margin}"

    def slack(self, history: History) -> tuple[float, str]:
        """By how much the claim holds beyond its margin, in the unit of the series, and the figures that decide it.

        history  has every series of `names`

        More than 0 if it holds. Of a trend, the worst step decides: (0.02, "0.41 at epoch 3, 0.39 at epoch 4").
        """
        if self.trend:
            values = history[self.series or ""]
            sign = -1 if self.trend == "falling" else 1
            steps = [sign * (new - old) for old, new in itertools.pairwise(values)]
            if not steps:
                # Without a step nothing falls or rises, so no margin is small enough.
                return -math.inf, "there is only one epoch"
            worst = min(range(len(steps)), key=steps.__getitem__)
            before, after = figure(values[worst]), figure(values[worst + 1])
            return steps[worst] - self.margin, f"{before} at epoch {worst + 1}, {after} at epoch {worst + 2}"
        ends = [history[name][-1] for name in self.names]
        end = ends[0] - ends[1] if self.gap else ends[0]
        above = end - (self.value or 0)
        slack = (above if self.ends == "above" else -above) - self.margin
        computed = " - ".join(map(figure, ends)) + (f" = {figure(end)}" if self.gap else "")
        return slack, f"{computed} at epoch {len(history[self.names[0]])}"


class TrainingRun(Exhibit):
    """A training, run once per seed. The curves of the first seed are drawn."""

    kind_name: ClassVar[str] = "training-run"
    own_names: ClassVar[frozenset[str]] = frozenset(["epochs", "final", "history", "spread"])
    kind: Literal["training-run"]
    code: Snippet
    """The training. `seed` is set before it runs; seed the framework with it."""
    history: Snippet
    """The expression that gives what was recorded: a mapping of names to lists of numbers, one number per epoch."""
    seeds: Seeds = (0, 1, 2)
    """The values of `seed`. Every claim must hold for each of them."""
    events: tuple[TrainingEvent, ...] = ()
    """What happened during the training; marked in the charts."""
    curves: tuple[Plain, ...] = ()
    """The series to draw; all by default. `loss`, `val_loss` and `loss_frozen` share one chart."""
    claims_: tuple[CurveClaim, ...] = Field(default=(), alias="claims")
    """What must hold for every seed."""

    def claims(self) -> Iterator[Claim]:
        """What the module lists: the recording of each seed, their difference, then curves, events and the author's
        claims.

        Curves and events are of the first seed, because only its history is drawn.
        """
        programs = [self._program(index) for index in range(len(self.seeds))]
        for index, program in enumerate(programs):
            judge = partial(self._judge_recording, index)
            yield Claim(f"recording with seed {self.seeds[index]}", ("history",), (program,), judge, key=index == 0)
        if len(programs) > 1:
            yield Claim("seeds", ("seeds",), tuple(programs), self._judge_seeds)
        for index in range(len(self.curves)):
            at = ("curves", index)
            yield Claim(f"curve {index + 1}", at, (programs[0],), partial(self._judge_curve, index))
        for index in range(len(self.events)):
            judge = partial(self._judge_event, index)
            yield Claim(f"event {index + 1}", ("events", index, "epoch"), (programs[0],), judge)
        for index in range(len(self.claims_)):
            judge = partial(self._judge_claim, index)
            yield Claim(f"claim {index + 1}", ("claims", index), tuple(programs), judge)

    def right_parts(self) -> tuple[Part, ...]:
        """The seed and the code, with the first seed."""
        return tuple(part for part in self._program(0).parts if part.role != "value")

    def names(self, runs: Runs) -> dict[str, Any]:
        """`history`, `epochs` and `final` of the first seed, and the `spread` of last values over all seeds.

        {"history": {"loss": [0.9, 0.4]}, "epochs": 2, "final": {"loss": 0.4},
         "spread": {"loss": {"low": 0.38, "high": 0.43, "mean": 0.4}}}
        """
        histories = self._histories(runs)
        first = histories[0]
        ends = {name: [each[name][-1] for each in histories if name in each] for name in first}
        return {
            "history": first,
            "epochs": _epochs(first),
            "final": {name: values[-1] for name, values in first.items()},
            "spread": {
                name: {"low": min(values), "high": max(values), "mean": sum(values) / len(values)}
                for name, values in ends.items()
            },
        }

    def advice(self, runs: Runs) -> Iterator[Advice]:
        """Whether chance was tried with one seed only."""
        program = self._program(0)
        yield from advice_on_one_seed(self.seeds, program, runs[program])

    def display(self, runs: Runs) -> displays.Display:
        """The code, a chart per quantity, and tables of the last values and of what holds for every seed."""
        histories = self._histories(runs)
        content: list[displays.Content] = [displays.Code(self.code)]
        content.extend(self._charts(histories[0], runs[self._program(0)]))
        if len(self.seeds) > 1:
            content.append(self._ends(histories))
        if self.claims_:
            content.append(self._what_holds(histories))
        return displays.Display(self.exhibited(*content), None)

    def _charts(self, history: History, outcome: Outcome) -> Iterator[figures.Chart]:
        """A chart for each quantity. Its values in training, in validation and so on are lines of one chart."""
        groups: dict[str, list[str]] = {}
        drawn = tuple(self.curves or history)
        for name in drawn:
            groups.setdefault(_quantity(name, drawn), []).append(name)
        events = tuple(
            figures.Event(event.name, float(self._epoch(index, outcome))) for index, event in enumerate(self.events)
        )
        # A chart has room for at most 200 points; the first and the last are among them.
        epochs = thinned(range(1, _epochs(history) + 1))
        for quantity, names in groups.items():
            points = {
                name: tuple((float(epoch), float(history[name][epoch - 1])) for epoch in epochs) for name in names
            }
            rows = ((str(epoch), *(figure(history[name][epoch - 1]) for name in names)) for epoch in epochs)
            yield figures.Chart(
                series=tuple(figures.Series(name, points[name]) for name in names),
                x="Epoch",
                y=quantity,
                events=events,
                caption=f"Recorded with seed {self.seeds[0]}.",
                table=figures.Table(("Epoch", *names), tuple(rows)),
            )

    def _ends(self, histories: list[History]) -> figures.Table:
        names = [name for name in self.curves or histories[0] if all(name in each for each in histories)]
        rows = tuple((name, spread([each[name][-1] for each in histories])) for name in names)
        return figures.Table(("At the last epoch", "Mean (range)"), rows, f"Over the {seeds_in_words(self.seeds)}.")

    def _what_holds(self, histories: list[History]) -> figures.Table:
        rows = []
        for claim in self.claims_:
            closest = min(range(len(histories)), key=lambda index: claim.slack(histories[index])[0])
            rows.append((str(claim), f"{claim.slack(histories[closest])[1]}, with seed {self.seeds[closest]}"))
        return figures.Table(("What holds for every seed", "The closest call"), tuple(rows))

    def _program(self, index: int) -> Program:
        """The training with one of the seeds. Only the first seed's events are evaluated, because they are drawn."""
        parts = [
            Part("setup", f"seed = {self.seeds[index]}\n", ("seeds", index)),
            Part("code", self.code, ("code",)),
            Part("value", self.history, ("history",)),
        ]
        if index == 0:
            parts.extend(Part("value", e.epoch, ("events", i, "epoch")) for i, e in enumerate(self.events))
        return self.program(*parts)

    def _history(self, index: int, outcome: Outcome) -> History:
        """What was recorded with one of the seeds; empty if it is not a history."""
        found: Any = self._program(index).values(outcome).get(("history",))
        return {} if _flaw(found) else found

    def _histories(self, runs: Runs) -> list[History]:
        """What was recorded, in the order of the seeds."""
        return [self._history(index, runs[self._program(index)]) for index in range(len(self.seeds))]

    def _epoch(self, event: int, outcome: Outcome) -> Any:
        """The epoch of an event, as the author's expression gives it: any value, until it is judged."""
        return self._program(0).values(outcome).get(("events", event, "epoch"))

    def _blocked(self, index: int, outcome: Outcome, at: DataPath = ("history",)) -> Judgement | None:
        """Why there is no history with one of the seeds, or no value at `at`."""
        program = self._program(index)
        values = program.values(outcome)
        if ("history",) not in values or at not in values:
            return crash(program, outcome)
        if flaw := _flaw(values["history",]):
            message = f"with seed {self.seeds[index]}, {flaw}"
            return refuted(rules.NOT_RECORDABLE, message, help=_A_HISTORY, at=("history",))
        return None

    def _judge_recording(self, index: int, outcome: Outcome) -> Judgement:
        blocked = self._blocked(index, outcome)
        if blocked:
            return blocked
        history = self._history(index, outcome)
        return proven(value={name: values[-1] for name, values in history.items()})

    def _judge_seeds(self, *outcomes: Outcome) -> Judgement:
        histories = []
        for number, outcome in enumerate(outcomes):
            if blocked := self._blocked(number, outcome):
                return blocked
            histories.append(self._history(number, outcome))
        return ALIKE if all(each == histories[0] for each in histories) else PROVEN

    def _judge_curve(self, index: int, outcome: Outcome) -> Judgement:
        return self._blocked(0, outcome) or _lacking(self.curves[index], self._history(0, outcome)) or PROVEN

    def _judge_event(self, index: int, outcome: Outcome) -> Judgement:
        blocked = self._blocked(0, outcome, ("events", index, "epoch"))
        if blocked:
            return blocked
        epoch, last = self._epoch(index, outcome), _epochs(self._history(0, outcome))
        if not is_number(epoch) or not 1 <= epoch <= last:
            message = f"the event is at {quoted(epoch)}, but the epochs are 1 to {last}"
            return refuted(rules.NOT_RECORDABLE, message, help="Epochs are counted from 1.")
        return proven(value=epoch)

    def _judge_claim(self, index: int, *outcomes: Outcome) -> Judgement:
        claim = self.claims_[index]
        decided = {}
        for number, outcome in enumerate(outcomes):
            seed = self.seeds[number]
            blocked = self._blocked(number, outcome)
            if blocked:
                return blocked
            history = self._history(number, outcome)
            for name in claim.names:
                if lacking := _lacking(name, history):
                    return replace(lacking, message=f"with seed {seed}, {lacking.message}")
            slack, figures = claim.slack(history)
            if not slack > 0:
                message = f"with seed {seed} it does not hold that {claim}: {figures}"
                help_ = "Weaken the claim, or fix the training. A lucky seed proves nothing."
                return refuted(rules.CURVE_REFUTED, message, help=help_, expected=str(claim), actual=figures)
            decided[str(seed)] = figures
        return proven(value=decided)


def _flaw(value: Any) -> str:
    """Why a value is not a history; empty if it is one."""
    if not isinstance(value, dict):
        return f"the history is {quoted(value)}, not a mapping of names to lists"
    if not value:
        return "the history is empty"
    for name, numbers in value.items():
        if not isinstance(numbers, list) or not numbers:
            return f"`{name}` is {quoted(numbers)}, not a list of numbers"
        wrong = next((i for i, number in enumerate(numbers) if not is_number(number)), None)
        if wrong is not None:
            return f"`{name}` is {quoted(numbers[wrong])} at epoch {wrong + 1}, not a finite number"
    first, *others = value
    for name in others:
        if len(value[name]) != len(value[first]):
            return f"`{first}` has {len(value[first])} epochs and `{name}` has {len(value[name])}"
    return ""


def _epochs(history: History) -> int:
    return len(next(iter(history.values())))


def _lacking(name: str, history: History) -> Judgement | None:
    """The judgement if a series was not recorded; None if it was."""
    if name in history:
        return None
    instead = meant(name, history) or f"; it has {', '.join(f'`{each}`' for each in history)}"
    return refuted(rules.NOT_RECORDABLE, f"the history has no `{name}`{instead}")


def _quantity(series: str, others: tuple[str, ...]) -> str:
    """What a series measures: `loss`, `val_loss` and, if there is a `loss`, `loss_frozen` all measure the loss."""
    bare = re.sub(r"^(val|valid|validation|train|training|test)[_ ]", "", series) or series
    return next((other for other in others if re.match(rf"{re.escape(other)}[_ ]", bare)), bare)
