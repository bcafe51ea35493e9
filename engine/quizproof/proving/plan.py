"""Plans: what one block claims, the programs that this takes, and the judgement once their outcomes are in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from quizproof import rules
from quizproof.claims import PROVEN, Claim, Judgement, Program, at_frame, obstacle
from quizproof.comparison.outcome_diff import drift, same_value
from quizproof.comparison.outputs import same_output
from quizproof.displays import Display
from quizproof.findings import DataPath, Finding, Span
from quizproof.kinds.base import Block, Exhibit
from quizproof.loading.quiz import Item, Quiz
from quizproof.outcome import LASTING, LOST, Frame, Outcome
from quizproof.proof import BlockProof, JudgedClaim, VariantProof
from quizproof.proving.advice import advise
from quizproof.proving.collisions import clash
from quizproof.quizfile.fields import CODE, PROSE, TEXT, Limits, rewrite
from quizproof.quizfile.template import TemplateError, has_expression, render
from quizproof.quizfile.wording import worded
from quizproof.runtimes.conditions import USUAL, Conditions
from quizproof.snippets.nondeterminism import looks_at_clock_or_chance, looks_at_order
from quizproof.verdicts import Verdict

_MOST_PROGRAMS = 20_000
"""Of one block, over all its variants: some minutes of a processor."""


@dataclass
class _Variant:
    """A block with its parameters filled in, and what it claims."""

    params: Mapping[str, Any]
    block: Block
    claims: tuple[Claim, ...]

    @property
    def suffix(self) -> str:
        """What messages about this variant end with, to tell it from the others."""
        return _suffix(self.params)


def _suffix(params: Mapping[str, Any]) -> str:
    drawn = ", ".join(f"{name}={value!r}" for name, value in params.items())
    return f" (with {drawn})" if drawn else ""


@dataclass(frozen=True)
class Request:
    """A run that a plan asks for."""

    program: Program
    conditions: Conditions = USUAL


@dataclass
class Plan:
    """One block on its way from claims to proof."""

    quiz: Quiz
    item: Item
    stress: int = 0
    """How many more times every program is run, each time under other conditions."""
    variants: list[_Variant] = field(default_factory=list)
    waiting: set[Request] = field(default_factory=set)
    """The runs whose outcomes are not in."""
    outcomes: dict[Program, Outcome] = field(default_factory=dict)
    again: dict[Program, dict[Conditions, Outcome]] = field(default_factory=dict)
    """What came of programs that were run again."""
    findings: list[Finding] = field(default_factory=list)
    _keys: set[Program] = field(default_factory=set)
    """The programs that the right answer rests on."""
    _probes: set[Program] = field(default_factory=set)
    """The programs that only try out the checks."""

    def __post_init__(self) -> None:
        block = self.item.block
        asked = 0
        for params in block.combinations():
            try:
                filled = bound(self.quiz, block, params)
            except Misplaced as error:
                self._find(error.code, error.span(self), error.message)
                self.variants.append(_Variant(params, block, ()))
                continue
            variant = _Variant(params, filled, tuple(filled.claims()))
            asked += sum(len(claim.programs) for claim in variant.claims)
            if asked > _MOST_PROGRAMS:
                self._refuse_all()
                return
            self.variants.append(variant)
            for claim in variant.claims:
                self.waiting.update(map(Request, claim.programs))
                if claim.key:
                    self._keys.update(claim.programs)
                if claim.probe:
                    self._probes.update(claim.programs)
            if facts := filled.facts_program():
                self.waiting.add(Request(facts))
                self._keys.add(facts)

    def _refuse_all(self) -> None:
        """Run nothing, and say why."""
        words = f"it asks for more than {_MOST_PROGRAMS:,} runs"
        self._find(rules.LIMIT_HIT, self._place(()), words, "Lower `variants`, or what is tried in each.")
        self.variants = [_Variant({}, self.item.block, ())]
        self.waiting.clear()

    def receive(self, request: Request, outcome: Outcome) -> tuple[Request, ...]:
        """Take in what came of a run; the further runs that it calls for."""
        self.waiting.discard(request)
        program = request.program
        if request.conditions != USUAL:
            self.again.setdefault(program, {})[request.conditions] = outcome
            return ()
        self.outcomes[program] = outcome
        if outcome.status not in LASTING or program in self._probes - self._keys:
            return ()
        if self.stress:
            conditions = [_stressful(round_) for round_ in range(1, self.stress + 1)]
        else:
            conditions = self._second_look(program, outcome) if program in self._keys else []
        further = tuple(Request(program, each) for each in conditions)
        self.waiting.update(further)
        return further

    def _second_look(self, program: Program, outcome: Outcome) -> list[Conditions]:
        """The conditions under which a key is run again, if there is a reason to."""
        if any(looks_at_order(part.source) for part in program.parts):
            # One is not enough: two texts have the same order half of the time.
            return [Conditions(hash_seed=seed, attempt=1) for seed in _OTHER_HASHES]
        if any(looks_at_clock_or_chance(part.source) for part in program.parts):
            # What an exhibit records is measured: figures with many digits do not come out alike by luck.
            attempts = _ATTEMPTS[:1] if isinstance(self.item.block, Exhibit) else _ATTEMPTS
            return [Conditions(attempt=attempt) for attempt in attempts]
        if outcome.drew:  # most often to make a layer whose weights are not what is asked for
            return [Conditions(attempt=1)]
        return []

    @property
    def runs(self) -> int:
        """How many different runs there were."""
        return len(self.outcomes) + sum(map(len, self.again.values()))

    def forget(self) -> None:
        """Let go of the outcomes: the block is judged."""
        self.outcomes.clear()
        self.again.clear()

    def audit(self, program: Program, known: Outcome, now: Outcome) -> None:
        """Compare what the cache says of a program with what came of it now."""
        if now.status not in LASTING:
            return  # it is judged as any run that was lost or stopped
        old, new = drift(known, now, getattr(self.item.block, "tolerance", None))
        if old:
            words = f"the cache says that the program {old}; it {new}"
            at = next((part.at for part in program.parts if part.role == "answer"), program.parts[-1].at)
            self._find(rules.AUDIT, self._place(at), words, "See `quizproof explain QP402`.", old, new)

    def names_of_runs(self) -> Iterator[tuple[str, Program, Outcome]]:
        """Every run under the usual conditions: its parameters and the places of its parts, and what came of it.

        Programs that differ in nothing else, such as orders of the same lines, are told apart by numbers.
        """
        named: set[Program] = set()
        names: Counter[str] = Counter()
        for variant in self.variants:
            drawn = ", ".join(f"{name}={value!r}" for name, value in variant.params.items())
            claimed = [program for claim in variant.claims for program in claim.programs]
            facts = variant.block.facts_program() if variant.claims else None
            for program in (*claimed, *([facts] if facts else [])):
                if program in named or program not in self.outcomes:
                    continue
                named.add(program)
                places = " + ".join(_dotted(part.at) for part in program.parts)
                name = f"{drawn}: {places}" if drawn else places
                names[name] += 1
                number = f" #{names[name]}" if names[name] > 1 else ""
                yield name + number, program, self.outcomes[program]

    def judge(self, versions: Mapping[str, str]) -> BlockProof:
        """Judge every claim; all outcomes are in. `versions` are those of the quiz's runtime."""
        proofs = tuple(self._judge_variant(variant, versions) for variant in self.variants)
        for variant in proofs[:1]:
            if variant.display:
                for advice in advise(variant.display):
                    span = self._place(advice.at) if advice.line is None else self._line_of(advice.at, advice.line)
                    self._find(advice.rule, span, advice.message)
        line = self.quiz.document.span(self.item.at).line
        findings = tuple(sorted(self.findings, key=lambda finding: finding.span))
        block = self.item.block
        answer = next((variant.display.answer for variant in proofs[:1] if variant.display), None)
        return BlockProof(
            block.id,
            block.kind,
            block.title,
            block.stem(),
            line,
            answer or None,
            proofs,
            findings,
            exhibit=isinstance(block, Exhibit),
        )

    def _judge_variant(self, variant: _Variant, versions: Mapping[str, str]) -> VariantProof:
        if not variant.claims:  # its expressions failed
            line = self.quiz.document.span(self.item.at).line
            return VariantProof(variant.params, (JudgedClaim("expressions", "refuted", line),), None)
        judged = [self._judge_claim(claim, variant) for claim in variant.claims]
        if any(claim.verdict not in ("proven", "unproven") for claim in judged):
            return VariantProof(variant.params, tuple(judged), None)
        names: dict[str, Any] = {}
        if facts := variant.block.facts_program():
            values, failure = self._facts(facts, variant)
            if failure:
                return VariantProof(variant.params, (*judged, failure), None)
            names.update(values)
        names |= variant.block.names(self.outcomes)
        names |= {"versions": dict(versions), **variant.params}
        rendered, prose = self._render(variant, names)
        judged.extend(prose)
        if rendered is None:
            return VariantProof(variant.params, tuple(judged), None)
        display = rendered.whole_display(self.outcomes)
        if display.input:
            judged.append(self._judge_difference(variant, display))
        return VariantProof(variant.params, tuple(judged), display)

    def _judge_claim(self, claim: Claim, variant: _Variant) -> JudgedClaim:
        line = self._place(claim.at).line
        if claim.unproven:
            return JudgedClaim(claim.what, "unproven", line, {"reason": claim.unproven})
        outcomes = [self.outcomes[program] for program in claim.programs]
        judgement = claim.judge(*outcomes)
        if judgement.verdict == "proven" and (steady := self._steadiness(claim, variant)).verdict != "proven":
            judgement = steady
        if judgement.verdict != "proven":
            run = (claim.programs[-1], outcomes[-1]) if outcomes and not claim.probe else None
            self._report(claim, judgement, variant, run)
        told = _evidence(claim.programs[-1], outcomes[-1]) if outcomes and not claim.probe else {}
        return JudgedClaim(claim.what, judgement.verdict, line, {**told, **judgement.told})

    def _steadiness(self, claim: Claim, variant: _Variant) -> Judgement:
        """Judge a proven claim by the further runs of its programs."""
        tolerance = getattr(variant.block, "tolerance", None)
        for program in claim.programs:
            if program in self._keys and not claim.key:
                continue  # told of once, where the key is
            before = self.outcomes[program]
            for conditions, now in self.again.get(program, {}).items():
                if now.status == "limit":
                    continue  # under other conditions it says nothing about the claim
                if now.status in LOST:
                    return obstacle(program, now) or PROVEN
                old, new = drift(before, now, tolerance)
                judged = claim.judge(*(now if each == program else self.outcomes[each] for each in claim.programs))
                if judged.verdict == "proven" and not (old and _matters(claim, before, now, tolerance)):
                    continue
                words = f"it {old}, and {_again(conditions)} it {new}" if old else judged.message
                return Judgement("unstable", rules.UNSTABLE, words, _remedy(before, conditions), at=claim.at)
        return PROVEN

    def _report(
        self, claim: Claim, judgement: Judgement, variant: _Variant, run: tuple[Program, Outcome] | None
    ) -> None:
        at = judgement.at if judgement.at is not None else claim.at
        span = self._inside(at, judgement.frame) if judgement.frame else self._place(at)
        rule = rules.RULES[judgement.code]
        message = judgement.message if rule.shared_by_claims else f"{claim.what}: {judgement.message}"
        actual = judgement.actual
        if run is not None:
            actual = actual or self._traceback(*run)
            message = self._in_file_lines(message, *run)
        if not rule.shared_by_variants:
            message += variant.suffix
        self._find(judgement.code, span, message, judgement.help, judgement.expected, actual)

    def _inside(self, at: DataPath, frame: Frame) -> Span:
        """The place in the file of a frame that counts its lines from the start, 0, of the text at `at`."""
        line, column = self.quiz.document.text_start((*self.item.at, *at)) or (1, 0)
        return self._clamp(frame.line + line, frame.column + column, frame.end_column + column)

    def _file_line(self, program: Program, line: int) -> int:
        part, within = program.locate(line)
        start = self.quiz.document.text_start((*self.item.at, *part.at))
        return (start[0] if start else 1) + within

    def _traceback(self, program: Program, outcome: Outcome) -> str:
        """The outcome's traceback in the author's file and lines."""
        if outcome.raised is None:
            return ""
        frames = tuple(replace(f, line=self._file_line(program, f.line)) for f in program.frames(outcome))
        return replace(outcome, raised=replace(outcome.raised, frames=frames)).traceback(self.quiz.path)

    def _in_file_lines(self, message: str, program: Program, outcome: Outcome) -> str:
        """The message with the line numbers that Python's parser put into it turned into the file's."""
        if outcome.status != "syntax":
            return message
        return re.sub(r"\bon line (\d+)", lambda m: f"on line {self._file_line(program, int(m[1]))}", message)

    def _facts(self, program: Program, variant: _Variant) -> tuple[dict[str, Any], JudgedClaim | None]:
        """The values of the facts; or the claim that failed, when they could not be evaluated."""
        outcome = self.outcomes[program]
        claim = Claim("facts", ("facts",), (program,), key=True)
        judgement: Judgement | None = None
        if outcome.status == "finished":
            judgement = self._steadiness(claim, variant)
            if judgement.verdict == "proven":
                named = zip(program.parts, outcome.parts, strict=True)
                return {str(part.at[-1]): result.value for part, result in named if part.role == "value"}, None
        judgement = judgement or obstacle(program, outcome)
        if judgement is None:
            assert outcome.raised is not None
            at = program.parts[outcome.raised.part].at
            words = f"a fact raised {outcome.raised}"
            judgement = at_frame(program, outcome, Judgement("refuted", rules.FACT_FAILED, words, at=at))
        self._report(claim, judgement, variant, (program, outcome))
        return {}, JudgedClaim("facts", judgement.verdict, self._place(claim.at).line)

    def _render(self, variant: _Variant, names: Mapping[str, Any]) -> tuple[Block | None, list[JudgedClaim]]:
        """The block with its prose filled in, and a claim for each prose field that quotes the run."""
        judged: list[JudgedClaim] = []

        def fill(at: DataPath, text: str) -> str:
            if not has_expression(text):
                return text
            verdict: Verdict = "proven"
            try:
                text = render(text, names)
            except TemplateError as error:
                verdict = "refuted"
                code = rules.PROSE_REFUTED if error.refuted else rules.TEMPLATE
                span = self.quiz.document.inside((*self.item.at, *at), error.line, error.column)
                self._find(code, span, f"{error}{variant.suffix}")
            judged.append(JudgedClaim(f"prose {_dotted(at)}", verdict, self._place(at).line))
            return text

        filled = rewrite(variant.block, (PROSE,), fill)
        return (None if any(claim.verdict == "refuted" for claim in judged) else filled), judged

    def _judge_difference(self, variant: _Variant, display: Display) -> JudgedClaim:
        tolerance = getattr(variant.block, "tolerance", None)
        found = clash(display, tolerance)
        if found is None:
            return JudgedClaim("options differ", "proven", self._place(()).line)
        message, first, at = found
        message += f", as on line {self._place(first).line}{variant.suffix}"
        span = self._place(at)
        self._find(rules.OPTIONS_COINCIDE, span, message, "Change one of the two, or the parameters.")
        return JudgedClaim("options differ", "refuted", span.line)

    def _place(self, at: DataPath) -> Span:
        return self.quiz.document.first_line((*self.item.at, *at))

    def _line_of(self, at: DataPath, line: int) -> Span:
        """A line, from 1, of the text at `at`, without its indentation."""
        row = (self.quiz.document.text_start((*self.item.at, *at)) or (1, 0))[0] + line - 1
        text = self.quiz.document.lines[row - 1]
        return self._clamp(row, len(text) - len(text.lstrip()) + 1, len(text.rstrip()) + 1)

    def _clamp(self, line: int, column: int, end: int) -> Span:
        """A place in code, kept within its line: with parameters filled in, the run's columns may lie beyond."""
        lines = self.quiz.document.lines
        width = len(lines[line - 1]) if line <= len(lines) else 0
        column = max(1, min(column, width))
        return Span(line, column, line, max(column + 1, min(end, width + 1)))

    def _find(self, code: str, span: Span, message: str, help_: str = "", expected: str = "", actual: str = "") -> None:
        """Note a finding, once: other variants, and other claims that met the same obstacle, do not repeat it."""
        finding = Finding(code, self.quiz.path, span, message, help_, self.item.block.id, expected, actual)
        if not any((old.code, old.span) == (code, span) for old in self.findings):
            self.findings.append(finding)


_OTHER_HASHES = (1, 2, 3)
"""The hash seeds under which a key is looked at again that may depend on hashes."""


_ATTEMPTS = (1, 2, 3)
"""The further attempts at a key that may depend on the clock or on chance: one of two comes out alike too easily."""


def _stressful(round_: int) -> Conditions:
    """The conditions of one round of stress: other hashes each time, and threads and a cold start by turns."""
    return Conditions(hash_seed=round_, threads=1 + round_ % 2, cold=round_ % 2 == 0, attempt=round_)


def _matters(claim: Claim, before: Outcome, now: Outcome, tolerance: float | None) -> bool:
    """Whether a drift touches what the block relies on: all of a key; of a wrong option, what it prints."""
    if claim.key or len(before.parts) != len(now.parts):
        return True
    pairs = zip(before.parts, now.parts, strict=True)
    return any(
        not same_output(one.stdout, other.stdout, tolerance) or not same_value(one.value, other.value, tolerance)
        for one, other in pairs
    )


def _again(conditions: Conditions) -> str:
    """The conditions in words."""
    words = [
        "in a fresh interpreter" if conditions.cold else "",
        "with other hashes and addresses" if conditions.hash_seed else "",
        f"with {conditions.threads} threads" if conditions.threads > 1 else "",
    ]
    return " and ".join(filter(None, words)) or "when run again"


def _remedy(outcome: Outcome, conditions: Conditions) -> str:
    if conditions.hash_seed:
        return "Do not rely on the order of a set, on `hash()`, or on addresses: sort, or compare."
    if outcome.drew:
        return "It draws random numbers without a seed: seed the generator first."
    return "Let it not depend on the clock, or on random numbers that no seed decides."


Filled = TypeVar("Filled", bound=Block)


class Misplaced(Exception):
    """Something about code or literal text that goes wrong only once the parameters are filled in."""

    def __init__(self, code: str, at: DataPath, message: str, place: tuple[int, int] | None = None) -> None:
        super().__init__(code, at, message, place)
        self.code = code
        self.at = at
        self.message = message
        self.place = place
        """Line and column, from 0, within the text at `at`, where it is about one place in it."""

    def span(self, plan: Plan) -> Span:
        at = (*plan.item.at, *self.at)
        return plan.quiz.document.inside(at, *self.place) if self.place else plan._place(self.at)


def bound(quiz: Quiz, block: Filled, params: Mapping[str, Any]) -> Filled:
    """A variant of a block of `quiz`: parameters are filled into its code and literal texts, its limits are settled.

    Raises Misplaced where an expression cannot be evaluated, and where the block would not be taken had its author
    written it so: a gap that is given no text, say, or a line that becomes two.
    """
    block = block.model_copy(update={"limits": block.limits or quiz.header.limits or Limits()})
    if not params:
        return block

    def fill(at: DataPath, text: str) -> str:
        try:
            return render(text, params, exact=True)
        except TemplateError as error:
            raise Misplaced(rules.TEMPLATE, at, str(error), (error.line, error.column)) from None

    filled = rewrite(block, (CODE, TEXT), fill)
    try:
        return type(block).model_validate(filled.model_dump(by_alias=True, exclude_unset=True))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        code, message = worded(detail, detail["loc"])
        raise Misplaced(code, detail["loc"], f"{message}{_suffix(params)}") from None


def _evidence(program: Program, outcome: Outcome) -> dict[str, Any]:
    """What a run gave, for reports."""
    told: dict[str, Any] = {}
    answered = any(part.role == "answer" for part in program.parts)
    stdout = program.stdout(outcome, "answer" if answered else "code", "check")
    if stdout or not outcome.raised:
        told["stdout"] = stdout
    if outcome.raised:
        told["raised"] = str(outcome.raised)
    if outcome.detail:
        told["detail"] = outcome.detail
    values = [r.value for p, r in zip(program.parts, outcome.parts, strict=False) if p.role == "value"]
    if values:
        told["value"] = values[0] if len(values) == 1 else values
    return told


def _dotted(at: DataPath) -> str:
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in at)
