"""`experiment`: a baseline script that misses its targets, and a solution that meets them and keeps the constraints.

Claims, each for every seed: the baseline misses at least one target, by its margin or more; the solution meets every
target by more than its margin, and keeps every constraint; each `broken` script breaks its constraint; and the seeds
make a difference. Each variation runs and has a value for every target.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from quizproof import displays, figures, rules
from quizproof.checks import weak_assertion
from quizproof.claims import (
    PROVEN,
    Claim,
    Judgement,
    Part,
    Program,
    at_frame,
    crash,
    obstacle,
    proven,
    refuted,
    warned,
)
from quizproof.comparison.numbers import exact, figure, is_number, spread
from quizproof.comparison.outputs import quoted
from quizproof.findings import Advice, DataPath
from quizproof.kinds.base import ALIKE, Exhibit, Runs, Seeds, advice_on_one_seed, given, seeds_in_words
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Fixed, Model, Number, Prose, Snippet, refuse
from quizproof.snippets.syntax import names_bound, names_read

Script: TypeAlias = DataPath
"""Where a script is in its experiment: ("baseline",), ("variations", 0, "code")."""


class Target(Model):
    """What a script has to reach."""

    name: Fixed
    """What is measured, in a few words."""
    value: Snippet
    """The expression that gives the value, evaluated after the script."""
    above: Number | None = None
    """The value must be above this."""
    below: Number | None = None
    """The value must be below this."""
    margin: Annotated[Number, Field(ge=0)] = 0
    """By how much the solution must meet the target, and the baseline miss it. Learners' scripts need no margin."""

    @model_validator(mode="after")
    def _one(self) -> Target:
        if (self.above is None) == (self.below is None):
            raise refuse(rules.CONTRADICTION, "a target needs exactly one of `above` and `below`")
        return self

    @property
    def condition(self) -> str:
        """What is asked for: `above 0.8`."""
        return f"above {exact(self.above)}" if self.above is not None else f"below {exact(self.below or 0)}"

    def slack(self, value: float) -> float:
        """By how much a value meets the target, in its unit; 0 or less if it does not.

        value  what a script reached; the margin is not taken off
        """
        return value - self.above if self.above is not None else (self.below or 0) - value


class Constraint(Model):
    """What a script must not change."""

    name: Fixed
    """The constraint in a few words."""
    check: Snippet
    """Assertions that hold after a script that keeps the constraint."""
    broken: Snippet | None = None
    """A script that breaks the constraint, to show that the check can fail."""


class Variation(Model):
    """Another script to compare with."""

    name: Fixed
    """What is different in it."""
    code: Snippet
    """The script."""


class Experiment(Exhibit):
    """A script to improve. Every script is run for every seed; `quizproof try` judges a learner's own."""

    kind_name: ClassVar[str] = "experiment"
    own_names: ClassVar[frozenset[str]] = frozenset(["baseline", "solution", "variations"])
    kind: Literal["experiment"]
    setup: Snippet | None = None
    """What every script starts from: data, architecture, a pretrained model. `seed` is set before it runs."""
    baseline: Snippet
    """The script to start with. For every seed it must miss a target."""
    solution: Snippet
    """The script that meets every target and keeps every constraint, for every seed."""
    targets: Annotated[tuple[Target, ...], Field(min_length=1, max_length=12)]
    """What has to be reached."""
    constraints: Annotated[tuple[Constraint, ...], Field(max_length=12)] = ()
    """What must not change."""
    seeds: Seeds = (0, 1, 2)
    """The values of `seed`."""
    hints: tuple[Prose, ...] = ()
    """Help, given one by one in this order."""
    variations: Annotated[tuple[Variation, ...], Field(max_length=12)] = ()
    """Other scripts to compare with. Each is run, and has its own row in the table."""

    @model_validator(mode="after")
    def _distinct(self) -> Experiment:
        for what, named in (("targets", self.targets), ("constraints", self.constraints)):
            if len({each.name for each in named}) < len(named):
                raise refuse(rules.CONTRADICTION, f"two of the `{what}` have the same name")
        return self

    def claims(self) -> Iterator[Claim]:
        """What the module lists, script by script.

        All claims about the solution share its runs. Its first seed alone is a key, so that of all trainings one is run
        again.
        """
        baseline, solution = self._programs(("baseline",)), self._programs(("solution",))
        yield Claim("baseline", ("baseline",), baseline, self._judge_baseline)
        yield Claim("solution", ("solution",), solution[:1], partial(self._judge_run, ("solution",)), key=True)
        if len(self.seeds) > 1:
            yield Claim("seeds", ("seeds",), (*baseline, *solution), self._judge_seeds)
        for index, target in enumerate(self.targets):
            judge = partial(self._judge_target, index)
            yield Claim(f"solution, target {target.name!r}", ("targets", index), solution, judge)
        for index, constraint in enumerate(self.constraints):
            at = ("constraints", index, "check")
            judge = partial(self._judge_constraint, index)
            yield Claim(f"solution, constraint {constraint.name!r}", at, solution, judge)
            if constraint.broken is not None:
                program = self._broken(index)
                judge = partial(self._judge_broken, program)
                at = ("constraints", index, "broken")
                yield Claim(f"constraint {constraint.name!r} can fail", at, (program,), judge)
        for index in range(len(self.variations)):
            script: Script = ("variations", index, "code")
            programs = self._programs(script)
            yield Claim(f"variation {index + 1}", script, programs, partial(self._judge_run, script))

    def right_parts(self) -> tuple[Part, ...]:
        """The setup and the solution, with the first seed."""
        return (*self._before(0), Part("answer", self.solution, ("solution",)))

    def names(self, runs: Runs) -> dict[str, Any]:
        """The mean over the seeds, by script and by the name of the target.

        {"baseline": {"accuracy": 0.71}, "solution": {"accuracy": 0.86}, "variations": [{"accuracy": 0.8}]}
        """

        def means(script: Script) -> dict[str, float]:
            values = self._measured(script, runs)
            return {t.name: sum(v) / len(v) for t, v in zip(self.targets, values, strict=True)}

        return {
            "baseline": means(("baseline",)),
            "solution": means(("solution",)),
            "variations": [means(("variations", index, "code")) for index in range(len(self.variations))],
        }

    def advice(self, runs: Runs) -> Iterator[Advice]:
        """Whether chance was tried with one seed only, in the baseline or in the solution."""
        scripts: tuple[Script, ...] = (("baseline",), ("solution",))
        found = (advice_on_one_seed(self.seeds, p, runs[p]) for script in scripts for p in self._programs(script))
        yield from next((tuple(each) for each in map(tuple, found) if each), ())

    def display(self, runs: Runs) -> displays.Display:
        """The baseline, the table of all scripts, and the constraints. The solution is shown after answering."""
        content: list[displays.Content] = []
        if self.setup is not None:
            content.append(displays.Code(self.setup, "Given"))
        content.append(displays.Code(self.baseline, "Baseline"))
        content.append(self._comparison(runs))
        if self.constraints:
            content.append(displays.Prose("A script must keep these constraints:"))
            content.extend(displays.Code(each.check, each.name) for each in self.constraints)
        solution = [displays.Code(self.solution, "Solution")]
        solution.extend(displays.Code(each.code, each.name) for each in self.variations)
        script = displays.Script(self.baseline)
        return displays.Display(
            self.exhibited(*content), None, solution=tuple(solution), hints=self.hints, script=script
        )

    def script(self, source: str, seed: int, at: Script) -> Program:
        """The program that runs a script with one seed: its targets' values, then the constraints.

        source  the text of the script
        seed    the index of the seed, from 0
        at      where the script is in the block; a baseline or a variation need not keep the constraints
        """
        checks = () if at[0] in ("baseline", "variations") else self._checks()
        values = (Part("value", target.value, ("targets", i, "value")) for i, target in enumerate(self.targets))
        return self.program(*self._before(seed), Part("answer", source, at), *values, *checks)

    def _comparison(self, runs: Runs) -> figures.Table:
        scripts: list[tuple[str, Script]] = [("Baseline", ("baseline",)), ("Solution", ("solution",))]
        scripts += [(each.name, ("variations", i, "code")) for i, each in enumerate(self.variations)]
        rows = []
        for name, script in scripts:
            columns = zip(self.targets, self._measured(script, runs), strict=True)
            rows.append((name, *(f"{spread(values)}, {_met(target, values)}" for target, values in columns)))
        head = ("Script", *(f"{target.name} ({target.condition})" for target in self.targets))
        seeds = seeds_in_words(self.seeds)
        caption = f"Mean and range over the {seeds}." if len(self.seeds) > 1 else f"With {seeds}."
        return figures.Table(head, tuple(rows), caption)

    def _before(self, seed: int) -> tuple[Part, ...]:
        return (Part("setup", f"seed = {self.seeds[seed]}\n", ("seeds", seed)), *given(self.setup))

    def _checks(self) -> tuple[Part, ...]:
        """The constraints. They come last, so that a broken one hides no value."""
        return tuple(Part("check", each.check, ("constraints", i, "check")) for i, each in enumerate(self.constraints))

    def _programs(self, script: Script) -> tuple[Program, ...]:
        """A script of the author's with every seed."""
        match script:
            case ("variations", int(index), "code"):
                source = self.variations[index].code
            case _:
                source = self.baseline if script == ("baseline",) else self.solution
        return tuple(self.script(source, seed, script) for seed in range(len(self.seeds)))

    def _broken(self, index: int) -> Program:
        """The script that breaks a constraint, followed by the check of that constraint only."""
        script = Part("answer", self.constraints[index].broken or "", ("constraints", index, "broken"))
        return self.program(*self._before(0), script, self._checks()[index])

    def _measured(self, script: Script, runs: Runs) -> list[list[float]]:
        """What a script reaches: for each target, its values in the order of the seeds."""
        values = [program.values(runs[program]) for program in self._programs(script)]
        return [[found["targets", i, "value"] for found in values] for i in range(len(self.targets))]

    def _blocked(self, program: Program, outcome: Outcome) -> Judgement | None:
        """Why a script has no value for some target; None if it has them all."""
        values = program.values(outcome)
        for index, target in enumerate(self.targets):
            at = ("targets", index, "value")
            if at not in values:
                return crash(program, outcome)
            if not is_number(values[at]):
                message = f"the value of {target.name!r} is {quoted(values[at])}, not a finite number"
                return refuted(rules.NOT_RECORDABLE, message, at=at)
        return None

    def _judge_run(self, script: Script, *outcomes: Outcome) -> Judgement:
        reached: dict[str, list[float]] = {target.name: [] for target in self.targets}
        # The claim about the key has the run of the first seed alone.
        for program, outcome in zip(self._programs(script), outcomes, strict=False):
            if blocked := self._blocked(program, outcome):
                return blocked
            for target, value in zip(self.targets, program.values(outcome).values(), strict=True):
                reached[target.name].append(value)
        return proven(value=reached)

    def _judge_baseline(self, *outcomes: Outcome) -> Judgement:
        judged = self._judge_run(("baseline",), *outcomes)
        if judged.verdict != "proven":
            return judged
        reached: dict[str, list[float]] = judged.evidence["value"]
        for index, seed in enumerate(self.seeds):
            if all(target.slack(reached[target.name][index]) > -target.margin for target in self.targets):
                values = ", ".join(f"{target.name} {figure(reached[target.name][index])}" for target in self.targets)
                margin = " by its margin" if any(target.margin for target in self.targets) else ""
                message = f"with seed {seed} it misses no target{margin}: {values}"
                return refuted(rules.BASELINE_MEETS, message, expected="a target is missed", actual=values)
        return judged

    def _judge_seeds(self, *outcomes: Outcome) -> Judgement:
        """Whether seeds make a difference. A few coarse values can be equal by chance, so using `seed` is enough."""
        for script, own in ((("baseline",), outcomes[: len(self.seeds)]), (("solution",), outcomes[len(self.seeds) :])):
            judged = self._judge_run(script, *own)
            if judged.verdict != "proven" or any(len(set(values)) > 1 for values in judged.evidence["value"].values()):
                return replace(judged, evidence={})
        mentioned = any(re.search(r"\bseed\b", code) for code in (self.setup or "", self.baseline, self.solution))
        return PROVEN if mentioned else ALIKE

    def _judge_target(self, index: int, *outcomes: Outcome) -> Judgement:
        judged = self._judge_run(("solution",), *outcomes)
        if judged.verdict != "proven":
            return judged
        target = self.targets[index]
        for seed, value in zip(self.seeds, judged.evidence["value"][target.name], strict=True):
            if not target.slack(value) > target.margin:
                margin = f" by more than {exact(target.margin)}" if target.margin else ""
                wanted = f"{target.condition}{margin}"
                message = f"with seed {seed} it is {exact(value)}, not {wanted}"
                return refuted(rules.TARGET_MISSED, message, expected=wanted, actual=exact(value))
        return proven(value=judged.evidence["value"][target.name])

    def _overwritten(self, index: int) -> str:
        """A name that a constraint's check overwrites without reading anything that a script could change."""
        check = self.constraints[index].check
        made = names_bound(self.setup or "") | names_bound(self.solution) | names_bound(self.baseline)
        return "" if names_read(check) & made else min(names_bound(check) & made, default="")

    def _judge_constraint(self, index: int, *outcomes: Outcome) -> Judgement:
        for seed, program, outcome in zip(self.seeds, self._programs(("solution",)), outcomes, strict=True):
            if blocked := self._blocked(program, outcome):
                return blocked
            place = [part.at for part in program.parts].index(("constraints", index, "check"))
            raised = outcome.raised
            end = raised.part if raised else len(outcome.parts) - 1
            # It ended after this check, so this one passed, whatever a later one did.
            if outcome.status == "finished" or end > place:
                if not outcome.parts[place].assertions:
                    message = "the check executed no assertion that could fail"
                    return refuted(rules.NO_ASSERTION, message, help="Assert what the script must not change.")
                if weak := weak_assertion(program, outcome, only=program.parts[place]):
                    return weak
                continue
            if blocked := obstacle(program, outcome):
                return blocked
            assert raised is not None
            kept = not raised.is_failure
            code = rules.CHECK_CRASHED if kept else rules.CONSTRAINT_BROKEN
            does = "the check itself raised" if kept else "the solution breaks it:"
            judgement = refuted(code, f"with seed {seed} {does} {raised}", at=program.parts[raised.part].at)
            return at_frame(program, outcome, judgement)
        if own := self._overwritten(index):
            message = f"the check gives `{own}` a value of its own, so it does not look at the script's"
            return refuted(rules.OVERWRITES_ANSWER, message, help="Compare with another name.")
        result = outcomes[0].parts[place]
        if self.constraints[index].broken is None and result.missed and outcomes[0].status == "finished":
            message = f"it holds with {result.missed}, too, and no script is known that breaks it"
            return warned(rules.UNNOTICED_CHANGE, message, help="Give one under `broken:`.", value=list(self.seeds))
        return proven(value=list(self.seeds))

    def _judge_broken(self, program: Program, outcome: Outcome) -> Judgement:
        raised = outcome.raised
        if raised and program.raised_in(outcome) == "check" and not obstacle(program, outcome):
            if raised.is_failure:
                return proven(value=str(raised))
            message = f"the check itself raised {raised}"
            return at_frame(program, outcome, refuted(rules.CHECK_CRASHED, message))
        if blocked := crash(program, outcome):
            return blocked
        message = "the constraint holds after the script that should break it"
        return refuted(rules.CONSTRAINT_HOLDS, message, expected="the check fails", actual="every assertion passed")


def _met(target: Target, values: list[float]) -> str:
    """With how many seeds a target was met."""
    count = sum(target.slack(value) > 0 for value in values)
    return "met" if count == len(values) else "missed" if not count else f"met with {count} of {len(values)} seeds"
