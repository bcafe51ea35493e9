"""Plans: the runs that one block calls for, and the judgement of its claims once their outcomes are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from quizproof import rules
from quizproof.claims import Claim, Judgement, Program, at_frame, obstacle, refuted
from quizproof.comparison.outcome_diff import compare
from quizproof.displays import Display
from quizproof.findings import DataPath, Finding, Span
from quizproof.kinds.base import Block, Exhibit
from quizproof.loading.prose_faults import filled
from quizproof.loading.quiz import Item, Quiz
from quizproof.outcome import LASTING, Outcome
from quizproof.proof import BlockProof, JudgedClaim, VariantProof
from quizproof.proving.advice import advise
from quizproof.proving.collisions import clash
from quizproof.proving.places import Places
from quizproof.proving.preconditions import unmet
from quizproof.proving.preparation import named
from quizproof.proving.prose.contradictions import contradictions
from quizproof.proving.reading.block import read
from quizproof.proving.stability import closer_look, judge_stability, second_look, stress_conditions
from quizproof.proving.variants import Variant, VariantError, misused, variant_of
from quizproof.proving.writing.likeness import likeness
from quizproof.quizfile.fields import PROSE, rewrite
from quizproof.quizfile.metadata import metadata_of
from quizproof.quizfile.template import TemplateError, has_expression
from quizproof.runtimes.conditions import USUAL, Conditions
from quizproof.verdicts import Verdict

MAX_PROGRAMS = 20_000
"""Of one block, over all its variants: some minutes of a processor."""

_MAY_BE_LUCK = (rules.KEY_REFUTED, rules.PROOF_FAILED, rules.DISTRACTOR_HOLDS)
"""What is wrong in this run, and might be right in the next."""


@dataclass(frozen=True)
class Request:
    """A run that a plan asks for."""

    program: Program
    conditions: Conditions = USUAL


@dataclass
class Plan:
    """One block on its way from claims to proof: ask for `waiting`, give each outcome to `receive`, then `judge`.

    plan = Plan(quiz, item)
    waiting = list(plan.waiting)
    while waiting:
        request = waiting.pop()
        waiting += plan.receive(request, outcome_of(request))
    plan.judge({"python": "3.11.7"})
    """

    quiz: Quiz
    item: Item
    stress: int = 0
    """How many more times every program is run, each time under other conditions."""
    variants: list[Variant] = field(default_factory=list)
    waiting: set[Request] = field(default_factory=set)
    """The runs whose outcomes are not in."""
    outcomes: dict[Program, Outcome] = field(default_factory=dict)
    """Under the usual conditions."""
    again: dict[Program, dict[Conditions, Outcome]] = field(default_factory=dict)
    """The outcomes of programs that were run again."""
    findings: list[Finding] = field(default_factory=list)
    _keys: set[Program] = field(default_factory=set)
    """The programs that the right answer rests on."""
    _probes: set[Program] = field(default_factory=set)
    """The programs that only try out the checks."""

    refusal: str = ""
    """Why nothing is run, where it took too much to look at the block."""
    unprepared: str = ""
    """Why what reads files of the header's steps cannot be judged; empty when it can."""

    def __post_init__(self) -> None:
        self._places = Places(self.quiz.document, self.item.at)
        if self.refusal:
            self._refuse_all(rules.TOO_COSTLY, self.refusal)
            return
        programs = 0
        for params in self.item.block.combinations():
            variant = self._variant(params)
            programs += sum(len(claim.programs) for claim in variant.claims)
            # Counted while they are made, because a hostile bank could ask for more than the memory holds.
            if programs > MAX_PROGRAMS:
                message = f"it asks for more than {MAX_PROGRAMS:,} runs"
                self._refuse_all(rules.LIMIT_HIT, message, "Lower `variants`, or what is tried in each.")
                return
            self.variants.append(variant)
            self._ask(variant)

    def _variant(self, params: Mapping[str, Any]) -> Variant:
        """The variant with these parameters; one without claims, and a finding, where they cannot be filled in."""
        try:
            return variant_of(self.quiz, self.item.block, params)
        except VariantError as error:
            place = self._places
            span = place.within(error.at, *error.place) if error.place else place.of(error.at)
            self._find(error.code, span, error.message)
            return Variant(params, self.item.block, ())

    def _ask(self, variant: Variant) -> None:
        """Ask for the runs of a variant, and note what each is for."""
        # A set: claims and variants with equal programs share one run.
        self.waiting.update(map(Request, variant.programs()))
        for claim in variant.claims:
            if claim.key:
                self._keys.update(claim.programs)
            if claim.probe:
                self._probes.update(claim.programs)
        if variant.facts:
            self._keys.add(variant.facts)

    def _refuse_all(self, code: str, message: str, help: str = "") -> None:
        """Run nothing, and say why."""
        self._find(code, self._places.of(()), message, help=help)
        self.variants = [Variant({}, self.item.block, ())]
        self.waiting.clear()

    def receive(self, request: Request, outcome: Outcome) -> tuple[Request, ...]:
        """Take in the outcome of a run.

        request  one of `waiting`
        outcome  what it gave

        Returns the further runs that it calls for: the same program under other conditions. They are among `waiting`
        already.
        """
        self.waiting.discard(request)
        program = request.program
        if request.conditions != USUAL:
            self.again.setdefault(program, {})[request.conditions] = outcome
            tolerance = self.item.block.numeric_tolerance
            conditions = closer_look(request.conditions, self.outcomes[program], outcome, tolerance)
        else:
            self.outcomes[program] = outcome
            conditions = self._further_conditions(program, outcome)
        further = tuple(Request(program, each) for each in conditions)
        self.waiting.update(further)
        return further

    def _further_conditions(self, program: Program, outcome: Outcome) -> list[Conditions]:
        """The conditions under which a program is run again."""
        # An outcome that says nothing about the program would differ for reasons of its own.
        if outcome.status not in LASTING or program in self._probes - self._keys:
            return []
        if self.stress:
            return stress_conditions(self.stress)
        measured = isinstance(self.item.block, Exhibit)
        return second_look(program, outcome, key=program in self._keys, measured=measured)

    @property
    def runs(self) -> int:
        """How many different runs there were."""
        return len(self.outcomes) + sum(map(len, self.again.values()))

    def forget(self) -> None:
        """Let go of the outcomes: the block is judged."""
        self.outcomes.clear()
        self.again.clear()

    def audit(self, program: Program, known: Outcome, now: Outcome) -> None:
        """Compare what was known of a program with its outcome now; a difference becomes a finding, QP402.

        program  which was run although its outcome is known
        known    the outcome in the cache, or in the lock of a revision
        now      the outcome of the new run
        """
        if now.status not in LASTING:
            return  # it is judged as any run that was lost or stopped
        diff = compare(known, now, self.item.block.numeric_tolerance)
        if diff:
            diff = named(program, known, now, diff)
            message = f"an earlier run says that the program {diff.before}; it {diff.now}"
            # Where an author would look first: at the answer, or at what the program ends with.
            at = next((part.at for part in program.parts if part.role == "answer"), program.parts[-1].at)
            help_ = "See `quizproof explain QP402`."
            self._find(rules.AUDIT, self._places.of(at), message, help=help_, expected=diff.before, actual=diff.now)

    def names_of_runs(self) -> Iterator[tuple[str, Program, Outcome, int]]:
        """Every run under the usual conditions: its name, program and outcome, and under how many others it ran again.

        A name tells parameters and the places of parts. Programs that differ in nothing else, as orders of the same
        lines do, are told apart by numbers: "a=10: setup + options.2.code + check #3".
        """
        named: set[Program] = set()
        names: Counter[str] = Counter()
        for variant in self.variants:
            for program in variant.programs():
                if program in named or program not in self.outcomes:
                    continue
                named.add(program)
                places = " + ".join(_dotted(part.at) for part in program.parts)
                name = f"{variant.drawn}: {places}" if variant.params else places
                names[name] += 1
                number = f" #{names[name]}" if names[name] > 1 else ""
                yield name + number, program, self.outcomes[program], len(self.again.get(program, ()))

    def judge(self, versions: Mapping[str, str]) -> BlockProof:
        """Judge every claim; all outcomes are in.

        versions  those of the quiz's runtime, by package, for prose that shows them

        Returns the block with the verdict of each claim of each variant, and what was found wrong. Raises nothing about
        the block: its faults are findings.
        """
        proofs = tuple(self._judge_variant(variant, versions) for variant in self.variants)
        # Variants differ in parameters alone, so advice about the first is advice about all.
        first = proofs[0].display if proofs else None
        if first:
            self._advise(first)
        block = self.item.block
        return BlockProof(
            id=block.id,
            kind=block.kind,
            title=block.title,
            prompt=block.stem(),
            line=self._line,
            answer=(first.answer or None) if first else None,
            variants=proofs,
            findings=tuple(sorted(self.findings, key=lambda finding: finding.span)),
            exhibit=isinstance(block, Exhibit),
            metadata=metadata_of(block),
            points=block.worth(self.quiz.header.points),
            likeness=likeness(block),
        )

    @property
    def _line(self) -> int:
        """Where the block begins in its file."""
        return self.quiz.document.span(self.item.at).line

    def _advise(self, display: Display) -> None:
        """Note what the assessment field advises against."""
        first, told = self.variants[0], {each.code for each in self.findings}
        for advice in (*advise(display), *read(first.block, first.claims, self.outcomes, told)):
            place = self._places
            span = place.of(advice.at) if advice.line is None else place.of_line(advice.at, advice.line)
            self._find(advice.rule, span, advice.message, help=advice.help)

    def _judge_variant(self, variant: Variant, versions: Mapping[str, str]) -> VariantProof:
        if not variant.claims:  # its expressions failed
            return VariantProof(variant.params, (JudgedClaim("expressions", "refuted", self._line),), None)
        judged = [self._judge_claim(claim, variant) for claim in variant.claims]
        # Prose and display quote the runs, which are not what they should be.
        if any(claim.verdict not in ("proven", "unproven") for claim in judged):
            return VariantProof(variant.params, tuple(judged), None)
        facts, failure = self._facts(variant)
        if failure:
            return VariantProof(variant.params, (*judged, failure), None)
        # A parameter wins over evidence of its name, and a name of the run over a fact.
        names = facts | variant.block.names(self.outcomes) | {"versions": dict(versions), **variant.params}
        rendered, prose = self._render(variant, names)
        judged.extend(prose)
        if rendered is None:
            return VariantProof(variant.params, tuple(judged), None)
        self._contradict(variant, names)
        display = rendered.whole_display(self.outcomes)
        if display.input:
            judged.append(self._judge_difference(variant, display))
        return VariantProof(variant.params, tuple(judged), display)

    def _contradict(self, variant: Variant, names: Mapping[str, Any]) -> None:
        """Note what typed prose says otherwise than the runs."""
        for found in contradictions(variant.block, names, self.outcomes, tuple(variant.programs())):
            advice = found.advice
            span = self._places.within(advice.at, found.line, found.column)
            self._find(advice.rule, span, advice.message + variant.suffix, help=advice.help)

    def _judge_claim(self, claim: Claim, variant: Variant) -> JudgedClaim:
        line = self._places.of(claim.at).line
        if claim.unproven:
            return JudgedClaim(claim.what, "unproven", line, {"reason": claim.unproven})
        outcomes = [self.outcomes[program] for program in claim.programs]
        blocked = self._unmet(zip(claim.programs, outcomes, strict=True))
        judgement = blocked or claim.judge(*outcomes)
        # A typed key that a run contradicts may have been right in the author's run: what moves has no right answer.
        if not blocked and (judgement.verdict == "proven" or judgement.code in _MAY_BE_LUCK):
            stability = self._stability(claim, variant)
            if stability.verdict != "proven" or (judgement.verdict == "proven" and stability.code):
                judgement = replace(stability, evidence=judgement.evidence)
        # The runs of a probe are many, and say nothing one by one.
        run = (claim.programs[-1], outcomes[-1]) if outcomes and not claim.probe else None
        if judgement.code:
            self._report(claim, judgement, variant, run)
        evidence = run[0].evidence(run[1]) if run else {}
        return JudgedClaim(claim.what, judgement.verdict, line, {**evidence, **judgement.evidence})

    def _unmet(self, runs: Iterable[tuple[Program, Outcome]]) -> Judgement | None:
        return unmet(runs, self.quiz.header.packages, self.unprepared)

    def _stability(self, claim: Claim, variant: Variant) -> Judgement:
        """Judge a proven claim by the further runs of its programs."""
        return judge_stability(
            claim,
            self.outcomes,
            self.again,
            skip=lambda program: program in self._keys and not claim.key,  # reported once, where the key is
            tolerance=variant.block.numeric_tolerance,
        )

    def _report(
        self, claim: Claim, judgement: Judgement, variant: Variant, run: tuple[Program, Outcome] | None
    ) -> None:
        """Note a finding about a claim that is not proven. `run`: the one that decided, where there is one."""
        at = judgement.at if judgement.at is not None else claim.at
        rule = rules.RULES[judgement.code]
        message, actual, help_ = judgement.message, judgement.actual, judgement.help
        if not rule.shared_by_claims:
            message = f"{claim.what}: {message}"
        if run is not None:
            actual = actual or self._places.traceback(*run)
            message = self._places.in_file_lines(message, *run)
            help_ = misused(variant.params, run[1]) or help_
        if not rule.shared_by_variants:
            message += variant.suffix
        span = self._places.of_frame(at, judgement.frame) if judgement.frame else self._places.of(at)
        self._find(judgement.code, span, message, help=help_, expected=judgement.expected, actual=actual)

    def _facts(self, variant: Variant) -> tuple[dict[str, Any], JudgedClaim | None]:
        """The values of the facts by name; or the claim that failed, when they could not be evaluated."""
        program = variant.facts
        if program is None:
            return {}, None
        outcome = self.outcomes[program]
        claim = Claim("facts", ("facts",), (program,), key=True)
        judgement = self._unmet([(program, outcome)])
        if judgement is None:
            judgement = self._stability(claim, variant) if outcome.status == "finished" else obstacle(program, outcome)
        if judgement is not None and judgement.verdict == "proven":
            if judgement.code:
                self._report(claim, judgement, variant, (program, outcome))
            named = zip(program.parts, outcome.parts, strict=True)
            return {str(part.at[-1]): result.value for part, result in named if part.role == "value"}, None
        if judgement is None:
            assert outcome.raised is not None
            at = program.parts[outcome.raised.part].at
            failed = refuted(rules.FACT_FAILED, f"a fact raised {outcome.raised}", at=at)
            judgement = at_frame(program, outcome, failed)
        self._report(claim, judgement, variant, (program, outcome))
        return {}, JudgedClaim("facts", judgement.verdict, self._places.of(claim.at).line)

    def _render(self, variant: Variant, names: Mapping[str, Any]) -> tuple[Block | None, list[JudgedClaim]]:
        """The block with its prose filled in, and a claim for each prose field that quotes the run."""
        judged: list[JudgedClaim] = []

        def fill(at: DataPath, text: str) -> str:
            if not has_expression(text):
                return text
            verdict: Verdict = "proven"
            try:
                text = filled(text, names)
            except TemplateError as error:
                verdict = "refuted"
                code = rules.PROSE_REFUTED if error.refuted else rules.TEMPLATE
                self._find(code, self._places.within(at, error.line, error.column), f"{error}{variant.suffix}")
            judged.append(JudgedClaim(f"prose {_dotted(at)}", verdict, self._places.of(at).line))
            return text

        rendered = rewrite(variant.block, (PROSE,), fill)
        return (None if any(claim.verdict == "refuted" for claim in judged) else rendered), judged

    def _judge_difference(self, variant: Variant, display: Display) -> JudgedClaim:
        """Judge whether a reader can tell all responses apart."""
        found = clash(display, variant.block.numeric_tolerance)
        if found is None:
            return JudgedClaim("options differ", "proven", self._places.of(()).line)
        message, first, at = found
        message += f", as on line {self._places.of(first).line}{variant.suffix}"
        span = self._places.of(at)
        self._find(rules.OPTIONS_COINCIDE, span, message, help="Change one of the two, or the parameters.")
        return JudgedClaim("options differ", "refuted", span.line)

    def _find(
        self, code: str, span: Span, message: str, *, help: str = "", expected: str = "", actual: str = ""
    ) -> None:
        """Note a finding, once: other variants, and other claims that met the same obstacle, do not repeat it."""
        if any((old.code, old.span) == (code, span) for old in self.findings):
            return
        block = self.item.block.id
        found = Finding(
            code, self._places.path, span, message, help=help, block=block, expected=expected, actual=actual
        )
        self.findings.append(found)


def _dotted(at: DataPath) -> str:
    """A place in a block as people read it, counted from 1: "options.2.code"."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in at)
