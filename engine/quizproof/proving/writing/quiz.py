"""What the questions of a quiz give away together: keys that are always in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from quizproof import rules
from quizproof.comparison.outputs import fold
from quizproof.comparison.printed import take_apart
from quizproof.displays import Code, Display, Options
from quizproof.findings import Advice, Finding
from quizproof.loading.quiz import Quiz
from quizproof.proof import BlockProof
from quizproof.quizfile.yaml_document import located

MIN_CHOICES = 6
"""Choices of one quiz from which on a key that is always in one place is no accident."""
MIN_NUMERIC = 4
"""The same of choices between numbers."""


def advise_on_quiz(displays: Sequence[tuple[str, Display]]) -> Iterator[tuple[str, Advice]]:
    """What to advise against in a quiz as a whole, each with the block where it is reported.

    displays  the first variant of each block that has one, with its id, in order
    """
    asked = [(name, display.input) for name, display in displays if isinstance(display.input, Options)]
    single = [(name, each) for name, each in asked if not each.multiple and not each.any_right]
    yield from _same_place(single)
    yield from _in_the_middle(single)


def advised(quiz: Quiz, proofs: tuple[BlockProof, ...]) -> tuple[BlockProof, ...]:
    """The blocks of a quiz, each with what is to be advised against in the quiz as a whole.

    proofs  with displays, of all its blocks
    """
    shown = [(proof.id, proof.variants[0].display) for proof in proofs if proof.variants]
    found = list(advise_on_quiz([(name, display) for name, display in shown if display]))
    places = {item.block.id: item.at for item in quiz.items}

    def told(proof: BlockProof) -> BlockProof:
        mine = [advice for name, advice in found if name == proof.id]
        if not mine:
            return proof
        findings = [
            Finding(
                advice.rule,
                quiz.path,
                quiz.document.first_line((*places[proof.id], *advice.at)),
                advice.message,
                block=proof.id,
            )
            for advice in mine
        ]
        own = located(findings, quiz.document)
        return replace(proof, findings=tuple(sorted((*proof.findings, *own), key=lambda finding: finding.span)))

    return tuple(map(told, proofs))


def _same_place(asked: Sequence[tuple[str, Options]]) -> Iterator[tuple[str, Advice]]:
    """A warning when the author always writes the key in one place, and not first.

    First is where many write it on purpose, since pages and the terminal shuffle options.
    """
    # Only options that an author puts in order; of a program's output the key has no place of its own.
    written = [(name, each) for name, each in asked if all(o.at[:1] == ("options",) for o in each.options)]
    places = {next(i for i, option in enumerate(each.options) if option.correct) for _, each in written}
    if len(written) >= MIN_CHOICES and len(places) == 1 and places != {0}:
        (place,) = places
        name, first = written[0]
        message = f"the key is option {first.options[place].id} in all {len(written)} choices of this quiz"
        yield name, Advice(rules.KEY_PLACE, first.options[place].at, message)


def _in_the_middle(asked: Sequence[tuple[str, Options]]) -> Iterator[tuple[str, Advice]]:
    """A warning when the key is never the smallest number, nor the largest."""
    numeric = [(name, numbers) for name, each in asked if (numbers := _numbers(each))]
    if len(numeric) < MIN_NUMERIC:
        return
    if all(min(numbers) < numbers[0] < max(numbers) for _, numbers in numeric):
        name, _ = numeric[0]
        where = f"in all {len(numeric)} choices between numbers"
        message = f"{where} of this quiz, the key is neither the smallest nor the largest"
        yield name, Advice(rules.MIDDLE_KEY, (), message)


def _numbers(asked: Options) -> list[Fraction]:
    """The options as numbers, the key first; none where they are something else, or fewer than three."""
    found = []
    for option in sorted(asked.options, key=lambda option: not option.correct):
        text = "" if isinstance(option.content, Code) else option.content.text
        apart = take_apart(fold(text))
        numbers = [number for number in apart.numbers if number is not None]
        if len(numbers) != 1 or any(sign.isalpha() for sign in text.replace("e", "")):
            return []
        found.append(Fraction(numbers[0]))
    return found if len(found) > 2 else []
