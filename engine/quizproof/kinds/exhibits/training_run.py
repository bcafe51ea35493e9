"""`training-run`: the curves of a training that a run recorded, and what holds of them for every seed."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from quizproof import displays, rules
from quizproof.claims import PROVEN, Claim, Judgement, Part, Program, crash, proven, refuted
from quizproof.comparison.numbers import exact, figure, is_number, spread, thinned
from quizproof.comparison.outputs import quoted
from quizproof.findings import DataPath
from quizproof.kinds.base import ALIKE, Exhibit, Runs, Seeds, seeds_in_words
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Fixed, Model, Number, Plain, Snippet, refuse
from quizproof.spelling import meant

History: TypeAlias = Mapping[str, list[float]]
"""Numbers by the names of their series, one an epoch."""


class TrainingEvent(Model):
    """Something that happened during the training."""

    epoch: Snippet
    """When: a number that counts epochs from 1, or an expression that gives it, evaluated after the code."""
    name: Fixed
    """What happened, in a few words."""


class CurveClaim(Model):
    """What must hold of the curves, for every seed."""

    series: Plain | None = None
    """The series that it is about."""
    gap: Annotated[tuple[Plain, ...], Field(min_length=2, max_length=2)] | None = None
    """Two series instead: the last value of the first less that of the second."""
    trend: Literal["falling", "rising"] | None = Field(default=None, alias="is")
    """What every step from an epoch to the next does."""
    ends: Literal["above", "below"] | None = None
    """On which side of `value` the last epoch lies."""
    value: Number | None = None
    """The bound that `ends` speaks of."""
    margin: Annotated[Number, Field(ge=0)] = 0
    """By how much more it must hold: how far every step falls or rises, how far the end is from `value`."""

    @model_validator(mode="after")
    def _one(self) -> CurveClaim:
        if (self.series is None) == (self.gap is None):
            raise refuse(rules.CONTRADICTION, "a claim needs exactly one of `series` and `gap`")
        if (self.trend is None) == (self.ends is None):
            raise refuse(rules.CONTRADICTION, "a claim needs exactly one of `is` and `ends`")
        if (self.ends is None) != (self.value is None):
            raise refuse(rules.CONTRADICTION, "`ends: above` and `ends: below` need a `value`, and nothing else does")
        if self.gap and self.trend:
            raise refuse(rules.CONTRADICTION, "a `gap` has no trend; say where it `ends`")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The series that it needs."""
        return self.gap or (self.series or "",)

    def __str__(self) -> str:
        if self.trend:
            step = f" by more than {exact(self.margin)}" if self.margin else ""
            return f"`{self.series}` is {self.trend} at every epoch{step}"
        subject = f"the gap from `{self.gap[1]}` to `{self.gap[0]}`" if self.gap else f"`{self.series}`"
        margin = f", by more than {exact(self.margin)}" if self.margin else ""
        return f"{subject} ends {self.ends} {exact(self.value or 0)}{margin}"

    def slack(self, history: History) -> tuple[float, str]:
        """By how much it holds beyond its margin, more than 0 where it does; and the figures that decide it."""
        if self.trend:
            values = history[self.series or ""]
            sign = -1 if self.trend == "falling" else 1
            steps = [sign * (after - before) for before, after in itertools.pairwise(values)]
            if not steps:
                return -math.inf, "there is one epoch only"
            worst = min(range(len(steps)), key=steps.__getitem__)
            told = f"{figure(values[worst])} at epoch {worst + 1}, {figure(values[worst + 1])} at epoch {worst + 2}"
            return steps[worst] - self.margin, told
        ends = [history[name][-1] for name in self.names]
        end = ends[0] - ends[1] if self.gap else ends[0]
        above = end - (self.value or 0)
        slack = (above if self.ends == "above" else -above) - self.margin
        told = " - ".join(map(figure, ends)) + (f" = {figure(end)}" if self.gap else "")
        return slack, f"{told} at epoch {len(history[self.names[0]])}"


class TrainingRun(Exhibit):
    """A training, run once for each seed; the first is drawn."""

    kind_name: ClassVar[str] = "training-run"
    own_names: ClassVar[frozenset[str]] = frozenset(["epochs", "final", "history", "spread"])
    kind: Literal["training-run"]
    code: Snippet
    """The training. `seed` is set before it; seed the framework with it."""
    history: Snippet
    """The expression that gives what was recorded: a mapping of names to lists of numbers, one an epoch."""
    seeds: Seeds = (0, 1, 2)
    """The values of `seed`. All claims must hold for each."""
    events: tuple[TrainingEvent, ...] = ()
    """What happened on the way; marked in the curves."""
    curves: tuple[Plain, ...] = ()
    """The series that are drawn, all without it. `loss`, `val_loss` and `loss_frozen` share one chart."""
    claims_: tuple[CurveClaim, ...] = Field(default=(), alias="claims")
    """What must hold, for every seed."""

    def claims(self) -> Iterator[Claim]:
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
        return tuple(part for part in self._program(0).parts if part.role != "value")

    def names(self, runs: Runs) -> dict[str, Any]:
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

    def display(self, runs: Runs) -> displays.Display:
        histories = self._histories(runs)
        content: list[displays.Content] = [displays.Code(self.code)]
        content.extend(self._charts(histories[0], runs[self._program(0)]))
        if len(self.seeds) > 1:
            content.append(self._ends(histories))
        if self.claims_:
            content.append(self._what_holds(histories))
        return displays.Display(self.exhibited(*content), None)

    def _charts(self, history: History, outcome: Outcome) -> Iterator[displays.Chart]:
        """A chart for each quantity: its value in training, in validation and so on are lines of one chart."""
        groups: dict[str, list[str]] = {}
        drawn = tuple(self.curves or history)
        for name in drawn:
            groups.setdefault(_quantity(name, drawn), []).append(name)
        events = tuple(
            displays.Event(event.name, float(self._epoch(index, outcome))) for index, event in enumerate(self.events)
        )
        epochs = thinned(range(1, _epochs(history) + 1))
        for quantity, names in groups.items():
            points = {
                name: tuple((float(epoch), float(history[name][epoch - 1])) for epoch in epochs) for name in names
            }
            rows = ((str(epoch), *(figure(history[name][epoch - 1]) for name in names)) for epoch in epochs)
            yield displays.Chart(
                series=tuple(displays.Series(name, points[name]) for name in names),
                x="Epoch",
                y=quantity,
                events=events,
                caption=f"Recorded with seed {self.seeds[0]}.",
                table=displays.Table(("Epoch", *names), tuple(rows)),
            )

    def _ends(self, histories: list[History]) -> displays.Table:
        shown = [name for name in self.curves or histories[0] if all(name in each for each in histories)]
        rows = tuple((name, spread([each[name][-1] for each in histories])) for name in shown)
        return displays.Table(("At the last epoch", "Mean (range)"), rows, f"Over the {seeds_in_words(self.seeds)}.")

    def _what_holds(self, histories: list[History]) -> displays.Table:
        rows = []
        for claim in self.claims_:
            closest = min(range(len(histories)), key=lambda index: claim.slack(histories[index])[0])
            rows.append((str(claim), f"{claim.slack(histories[closest])[1]}, with seed {self.seeds[closest]}"))
        return displays.Table(("What holds for every seed", "The closest call"), tuple(rows))

    def _program(self, index: int) -> Program:
        """The training with one of the seeds. Only the first is asked for the events, which are drawn."""
        parts = [
            Part("setup", f"seed = {self.seeds[index]}\n", ("seeds", index)),
            Part("code", self.code, ("code",)),
            Part("value", self.history, ("history",)),
        ]
        if index == 0:
            parts.extend(Part("value", e.epoch, ("events", i, "epoch")) for i, e in enumerate(self.events))
        return self.program(*parts)

    def _history(self, index: int, outcome: Outcome) -> History:
        """What was recorded with one of the seeds; nothing when it is no history."""
        found: Any = self._program(index).values(outcome).get(("history",))
        return {} if _flaw(found) else found

    def _histories(self, runs: Runs) -> list[History]:
        """What was recorded, by seed."""
        return [self._history(index, runs[self._program(index)]) for index in range(len(self.seeds))]

    def _epoch(self, event: int, outcome: Outcome) -> Any:
        """When an event happened, as the author says."""
        return self._program(0).values(outcome).get(("events", event, "epoch"))

    def _blocked(self, index: int, outcome: Outcome, at: DataPath = ("history",)) -> Judgement | None:
        """Why there is no history with one of the seeds, or no value at `at`."""
        program = self._program(index)
        values = program.values(outcome)
        if ("history",) not in values or at not in values:
            return crash(program, outcome)
        if flaw := _flaw(values["history",]):
            words = f"with seed {self.seeds[index]}, {flaw}"
            return refuted(rules.NOT_RECORDABLE, words, help=_A_HISTORY, at=("history",))
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
            words = f"the event is at {quoted(epoch)}, but the epochs are 1 to {last}"
            return refuted(rules.NOT_RECORDABLE, words, help="Epochs count from 1.")
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
                words = f"with seed {seed} it does not hold that {claim}: {figures}"
                help_ = "Weaken the claim, or mend the training; a lucky seed proves nothing."
                return refuted(rules.CURVE_REFUTED, words, help=help_, expected=str(claim), actual=figures)
            decided[str(seed)] = figures
        return proven(value=decided)


_A_HISTORY = 'Give `{"loss": [...], "val_loss": [...]}`, one number an epoch; for Keras, that is `fit(...).history`.'


def _flaw(value: Any) -> str:
    """What keeps a value from being a history, in words; empty when it is one."""
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
    """The judgement when a series is asked for that was not recorded."""
    if name in history:
        return None
    instead = meant(name, history) or f"; it has {', '.join(f'`{each}`' for each in history)}"
    return refuted(rules.NOT_RECORDABLE, f"the history has no `{name}`{instead}")


def _quantity(series: str, others: tuple[str, ...]) -> str:
    """What a series measures: `loss`, `val_loss` and, beside `loss`, `loss_frozen` all measure the loss."""
    bare = re.sub(r"^(val|valid|validation|train|training|test)[_ ]", "", series) or series
    return next((other for other in others if re.match(rf"{re.escape(other)}[_ ]", bare)), bare)
