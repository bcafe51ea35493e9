"""Trials: a learner's own script, run as an experiment's solution is, and held to the same targets and constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from quizproof.claims import Program
from quizproof.comparison.numbers import is_number
from quizproof.comparison.outputs import quoted
from quizproof.errors import CannotVerify
from quizproof.kinds.exhibits.experiment import Experiment, Target
from quizproof.loading.quiz import Item, Quiz
from quizproof.marking.attempt import own_traceback
from quizproof.outcome import LOST, Outcome
from quizproof.proving.variants import VariantError, filled
from quizproof.runners.job import job_for
from quizproof.runners.recipe import Recipe, reads_prepared
from quizproof.runners.runner import Runner

Keeping: TypeAlias = Literal["kept", "broken", "not reached"]


@dataclass(frozen=True)
class Reached:
    """How a script did at one target."""

    name: str
    wanted: str
    """What is asked for: "above 0.8"."""
    values: tuple[float, ...]
    """What the script reached, by seed; without those for which it did not come so far."""
    met: bool
    """Whether it was reached with every seed."""
    missed_by: float = 0.0
    """How far the worst value is on the wrong side."""


@dataclass(frozen=True)
class Kept:
    """How a script did at one constraint."""

    name: str
    verdict: Keeping
    words: str = ""
    """Of a broken one: with which seed, and what its check says."""


@dataclass(frozen=True)
class Trial:
    """The result of a learner's script."""

    id: str
    """The experiment's."""
    seeds: tuple[int, ...]
    reached: tuple[Reached, ...]
    kept: tuple[Kept, ...]
    failure: str = ""
    """Why the script did not come to its end, with its own lines; empty when it did, with every seed."""
    stdout: str = ""
    """What the script printed, with the first seed."""
    versions: Mapping[str, str] | None = None
    """What it ran on."""

    @property
    def met(self) -> bool:
        """Whether every target was met and every constraint kept."""
        return (
            not self.failure
            and all(target.met for target in self.reached)
            and all(constraint.verdict == "kept" for constraint in self.kept)
        )


def try_script(
    quiz: Quiz, item: Item, source: str, file: str, runner: Runner[Any], prepared: Recipe | None = None
) -> Trial:
    """Run a script for every seed of an experiment, and judge it.

    quiz      the quiz that has the experiment
    item      the experiment's place in it
    source    the text of the script
    file      what the script is called in tracebacks
    runner    the caller has entered it, and it has nothing else to do
    prepared  the steps of the quiz, whose files the script can read; None when it has none

    Raises CannotVerify when a run was lost or could not begin, or when the experiment's own code failed. What is wrong
    with the script is in the trial that is returned.
    """
    experiment, programs = script_programs(quiz, item, source)
    for index, program in enumerate(programs):
        job = job_for(index, quiz.header.runtime, program, quiz.files)
        runner.submit(replace(job, prepared=prepared if reads_prepared(program) else None))
    outcomes: dict[int, Outcome] = {}
    while len(outcomes) < len(programs):
        outcomes.update(runner.collect())
    versions = runner.versions.get(quiz.header.runtime, {})
    return judge_script(experiment, programs, [outcomes[seed] for seed in range(len(programs))], file, versions)


def script_programs(quiz: Quiz, item: Item, source: str) -> tuple[Experiment, tuple[Program, ...]]:
    """The first variant of an experiment, and what is run to judge a script: a program for each of its seeds.

    quiz    the quiz that has the experiment
    item    the experiment's place in it
    source  the text of the script

    Raises CannotVerify when the experiment's own code cannot be filled in.
    """
    experiment = _prepared(quiz, item)
    return experiment, tuple(experiment.script(source, seed, ("script",)) for seed in range(len(experiment.seeds)))


def judge_script(
    experiment: Experiment,
    programs: Sequence[Program],
    outcomes: Sequence[Outcome],
    file: str,
    versions: Mapping[str, str] | None = None,
) -> Trial:
    """Judge the runs of a script.

    experiment, programs  what `script_programs` gives
    outcomes              of these programs, in their order
    file                  what the script is called in tracebacks
    versions              what they ran on; None when that is not known

    Raises CannotVerify as `try_script` does.
    """
    pairs = enumerate(zip(programs, outcomes, strict=True))
    runs = [_Run(experiment, seed, program, outcome, file) for seed, (program, outcome) in pairs]
    for run in runs:
        run.require()
    return Trial(
        id=experiment.id,
        seeds=experiment.seeds,
        reached=tuple(_reached(target, index, runs) for index, target in enumerate(experiment.targets)),
        kept=tuple(_kept(index, runs) for index in range(len(experiment.constraints))),
        failure=next(filter(None, (run.failure() for run in runs)), ""),
        stdout=programs[0].stdout(outcomes[0], "answer"),
        versions=versions,
    )


def _prepared(quiz: Quiz, item: Item) -> Experiment:
    """The first variant of the experiment."""
    block = item.block
    assert isinstance(block, Experiment)
    try:
        return filled(quiz, block, block.combinations()[0])
    except VariantError as error:
        raise CannotVerify(f"the experiment is at fault: {error.message}; `quizproof check` shows where") from None


@dataclass(frozen=True)
class _Run:
    """The script with one seed."""

    experiment: Experiment
    index: int
    program: Program
    outcome: Outcome
    file: str

    @property
    def seed(self) -> int:
        return self.experiment.seeds[self.index]

    @property
    def end(self) -> int | None:
        """The index of the part in which it ended; None when it came to its end."""
        return None if self.outcome.status == "finished" else self.program.reached(self.outcome)

    def require(self) -> None:
        """Raise CannotVerify when it tells nothing of the script."""
        if self.outcome.status in LOST:
            raise CannotVerify(f"the script could not be run: {self.outcome.detail}")
        if self.end is not None and self.program.parts[self.end].role == "setup":
            raise CannotVerify(f"the experiment's own setup failed: {self.outcome.raised or self.outcome.detail}")

    def values(self) -> list[Any]:
        """What was reached, target by target, as far as it came."""
        return list(self.program.values(self.outcome).values())

    def failure(self) -> str:
        """Why it did not come to its targets' values, as a text of several lines."""
        seed = f"With seed {self.seed}"
        # It may have ended before the last target.
        for target, value in zip(self.experiment.targets, self.values(), strict=False):
            if not is_number(value):
                return f"{seed} `{target.value.strip()}` ({target.name}) is {quoted(value)}, not a finite number."
        if self.end is None or (part := self.program.parts[self.end]).role == "check":
            return ""
        if self.outcome.status in ("limit", "died"):
            return f"{seed} the script was stopped: {self.outcome.detail}."
        traceback = f"\n{self._traceback()}"
        if part.role == "value":
            target = self.experiment.targets[int(part.at[1])]
            return f"{seed} `{target.value.strip()}` ({target.name}) cannot be evaluated after the script:{traceback}"
        return f"{seed} the script fails:{traceback}"

    def breaks(self, constraint: int) -> str | None:
        """What the check of a constraint says against it; empty when it passed, None when it was not reached."""
        place = next(
            index for index, part in enumerate(self.program.parts) if part.at == ("constraints", constraint, "check")
        )
        if self.end is None or self.end > place:
            return ""
        if self.end < place:
            return None
        raised = self.outcome.raised
        if raised is None:
            return f"with seed {self.seed}: {self.outcome.detail}"
        line = f" (`{raised.frames[-1].text.strip()}`)" if raised.frames else ""
        return f"with seed {self.seed}: {raised}{line}"

    def _traceback(self) -> str:
        """The exception, with the script's own lines and no others."""
        return own_traceback(self.program, self.outcome, self.file)


def _reached(target: Target, index: int, runs: list[_Run]) -> Reached:
    values = tuple(value for run in runs for value in run.values()[index : index + 1] if is_number(value))
    # The worst seed decides. Without any value it cannot be said how far the target is.
    slack = min(map(target.slack, values), default=0.0)
    met = len(values) == len(runs) and slack > 0
    return Reached(target.name, target.condition, values, met, 0.0 if slack > 0 else -slack)


def _kept(index: int, runs: list[_Run]) -> Kept:
    name = runs[0].experiment.constraints[index].name
    said = [run.breaks(index) for run in runs]
    if broken := next(filter(None, said), ""):
        return Kept(name, "broken", broken)
    return Kept(name, "not reached" if None in said else "kept")
