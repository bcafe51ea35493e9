"""What `show` says of one block: what is asked, the key, and what each run did, as text or as JSON data."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from quizproof.displays import (
    Blanks,
    Display,
    Input,
    LineInput,
    Matching,
    Mistake,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    ProgramInput,
    TextInput,
)
from quizproof.proof import BlockProof, QuizProof
from quizproof.quizfile.metadata import NAMES
from quizproof_renderers.reports.json_report import as_data
from quizproof_renderers.tally import all_versions, percent
from quizproof_renderers.terminal.faces.base import Account, Face
from quizproof_renderers.terminal.forms.dispatch import form_for
from quizproof_renderers.text import one_line, plural


def write(quiz: QuizProof, block: BlockProof, face: Face) -> None:
    """One block as its author needs to see it: the prompt, the ways to answer, the key, and the evidence.

    quiz   that it is in
    block  proven, with displays; its first variant is shown
    face   where to write

    Of a block that has no display, because it is not proven, the findings are written.
    """
    face.say(f"{block.id}: {', '.join(_facts(quiz, block))}")
    shown = [variant for variant in block.variants if variant.display]
    for finding in block.findings:
        face.say(f"{finding.place}: {finding.code} {finding.message}")
    if not shown:
        return
    variant, display = shown[0], shown[0].display
    assert display is not None
    if variant.params:
        drawn = ", ".join(f"{name}={value}" for name, value in variant.params.items())
        face.say(f"Variant 1 of {len(block.variants)}: {drawn}.")
    face.gap()
    face.contents(display.prompt)
    face.gap()
    _write_input(display, face)
    if display.answer:
        face.heading("Key")
        face.say(display.answer)
    if display.solution:
        face.heading("Solution")
        face.contents(display.solution)
    if accounts := list(_accounts(display)):
        face.heading(f"What the runs did ({all_versions(quiz.versions)})" if quiz.versions else "What the runs did")
        for name, account in accounts:
            face.gap()
            if name:
                face.say(name)
            face.account(account)
    face.heading("Claims")
    for claim in block.claims:
        face.say(f"{claim.what}: {claim.verdict}, line {claim.line}")


def data(quiz: QuizProof, block: BlockProof) -> dict[str, Any]:
    """The same as JSON data: the question as in a report, its prompt, its findings, and each variant in full.

    {"version": 1, "question": {...}, "prompt": "What is printed?", "versions": {...}, "findings": [...],
     "variants": [{"params": {}, "display": {"prompt": [...], "input": {"type": "options", ...}, ...}}]}
    """
    question, findings = as_data(quiz, block)
    return {
        "version": 1,
        "question": question,
        "prompt": block.prompt,
        "versions": dict(quiz.versions),
        "findings": findings,
        "variants": [
            {
                "params": dict(variant.params),
                "display": variant.display and TypeAdapter(Display).dump_python(variant.display, mode="json"),
            }
            for variant in block.variants
        ],
    }


def _facts(quiz: QuizProof, block: BlockProof) -> Iterator[str]:
    known = quiz.metadata(block)
    proven = sum(claim.verdict == "proven" for claim in block.claims)
    yield block.kind
    yield f"{quiz.path}:{block.line}"
    yield f"{block.status} ({percent(proven, len(block.claims))} of {plural(len(block.claims), 'claim')})"
    if known.difficulty:
        yield NAMES[known.difficulty]
    if block.points != 1 and not block.exhibit:
        yield f"{block.points:g} points"
    yield from known.tags


def _write_input(display: Display, face: Face) -> None:
    """The ways to answer, in the author's order."""
    if isinstance(display.input, Options):
        face.choices([(option.id, option.content) for option in display.input.options])
    elif display.input:
        form_for(display.input, display, random.Random(0)).show(face)


def _accounts(display: Display) -> Iterator[tuple[str, Account]]:
    """What the runs did, in the order of the author, each with whose run it was."""
    if display.evidence:
        yield "", Account(display.evidence)
    asked = display.input
    match asked:
        case Options(options):
            for option in options:
                name = f"{option.id}, {'right' if option.correct else 'wrong'}:"
                # As if chosen, so that the program is shown of a wrong one, too.
                yield name, Account(option.evidence, chosen=True, feedback=option.feedback, unproven=option.unproven)
        case OpenInput(points):
            for point in points:
                yield f"{point.id}:", Account(point.evidence, chosen=True, unproven=point.unproven)
        case ProgramInput(attempts=attempts):
            for attempt in attempts:
                if attempt.origin not in ("mutation", "equivalent"):
                    passed = f"passes {attempt.passed} of {plural(len(asked.checks), 'check')}"
                    yield f"{attempt.origin}, {passed}:", Account(attempt.evidence, feedback=attempt.feedback)
    for mistake in _mistakes(asked):
        yield (
            f"{one_line(mistake.shown or mistake.value)}, wrong:",
            Account(mistake.evidence, chosen=True, feedback=mistake.feedback),
        )


def _mistakes(asked: Input | None) -> Iterator[Mistake]:
    match asked:
        case NumberInput(mistakes=found) | TextInput(mistakes=found) | LineInput(mistakes=found):
            yield from found
        case Blanks(blanks=blanks):
            yield from (mistake for blank in blanks for mistake in blank.mistakes)
        case Options() | Ordering() | Matching() | OpenInput() | ProgramInput() | None:
            pass
