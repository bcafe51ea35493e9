"""Flags: what is worth a look in the figures of a quiz, in plain words.

The limits are those of the literature, cited in `formulas`. A flag is a question to the author, not a verdict: what the
flag is about may be chance, the more so the fewer learners there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from quizproof_renderers.analysis.formulas import is_beyond_chance
from quizproof_renderers.analysis.items import ItemFigures, OptionFigures, QuizFigures
from quizproof_renderers.text import plural

Name: TypeAlias = Literal[
    "second-key", "negative", "weak", "dead-distractor", "too-easy", "too-hard", "unreliable", "few-learners"
]

MIN_LEARNERS = 20
"""Below it nothing is said about single questions: every figure would be mostly chance."""
WEAK = 0.2
"""The discrimination below which a question should be improved: Ebel & Frisbie (1991)."""
DEAD = 0.05
"""A distractor that fewer choose does nothing: Haladyna & Downing (1993)."""
EASY, HARD = 0.95, 0.2
RELIABLE = 0.7
"""The least reliability for use in groups: Nunnally (1978)."""


@dataclass(frozen=True)
class Flag:
    """One thing that is worth a look."""

    name: Name
    question: str
    """Empty where it is about the whole quiz."""
    message: str


def flags_of(quiz: QuizFigures) -> tuple[Flag, ...]:
    """What is worth a look in a quiz, first what is about all of it, then by question."""
    if quiz.learners < MIN_LEARNERS:
        message = f"only {plural(quiz.learners, 'learner')}: too few to say anything about single questions"
        return (Flag("few-learners", "", f"{message}, which takes {MIN_LEARNERS}"),)
    return (*_of_quiz(quiz), *(flag for item in quiz.items for flag in _of_item(item)))


def _of_quiz(quiz: QuizFigures) -> Iterator[Flag]:
    if quiz.alpha is not None and quiz.alpha < RELIABLE:
        message = f"alpha is {quiz.alpha:.2f}, below {RELIABLE}: scores of single learners say little; add questions"
        yield Flag("unreliable", "", message)


def _of_item(item: ItemFigures) -> Iterator[Flag]:
    if item.learners < MIN_LEARNERS:
        message = f"only {plural(item.learners, 'learner')} answered it: too few to say anything"
        yield Flag("few-learners", item.question, message)
        return
    rivals = [option for option in item.options if _rivals_key(option, item)]
    for option in rivals:
        message = f"the best learners choose {option.name}: a second right option, or a false key?"
        yield Flag("second-key", item.question, message)
    found = item.discrimination
    if found is not None and is_beyond_chance(-found, item.learners):
        message = f"better learners do worse here (discrimination {found:.2f}): is the key right, is the stem clear?"
        yield Flag("negative", item.question, message)
    elif found is not None and found < WEAK and HARD <= item.difficulty <= EASY and not rivals:
        message = f"it hardly tells better learners from weaker ones (discrimination {found:.2f}, below {WEAK})"
        yield Flag("weak", item.question, message)
    if item.difficulty > EASY:
        yield Flag("too-easy", item.question, f"nearly everyone is right (mean score {item.difficulty:.2f})")
    elif item.difficulty < HARD:
        yield Flag("too-hard", item.question, f"nearly everyone is wrong (mean score {item.difficulty:.2f})")
    if item.complete and item.difficulty <= EASY and any(option.key for option in item.options):
        for option in item.options:
            # Where few are wrong, few choose each distractor.
            if not option.key and option.share < min(DEAD, _even_share(item) / 2):
                who = f"{option.count} of {item.learners}" if option.count else "nobody"
                verb = "chooses" if option.count < 2 else "choose"
                message = f"{who} {verb} {option.name}: a distractor that does nothing"
                yield Flag("dead-distractor", item.question, message)


def _rivals_key(option: OptionFigures, item: ItemFigures) -> bool:
    """Whether a distractor attracts better learners, which none should."""
    if option.key or not item.complete or option.share < DEAD:
        return False
    keys = [each.groups[2] for each in item.options if each.key]
    beats_key = bool(keys) and option.groups[2] > max(keys)
    found = option.discrimination
    # Where it also beats the key among the best, half as much is enough.
    return found is not None and is_beyond_chance(found * (2 if beats_key else 1), item.learners)


def _even_share(item: ItemFigures) -> float:
    """The share that each distractor would have if those who are wrong chose among them evenly."""
    return (1 - item.difficulty) / max(1, sum(not option.key for option in item.options))
