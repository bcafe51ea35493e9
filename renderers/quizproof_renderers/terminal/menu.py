"""The menu: which topics and quizzes there are, for a learner who named none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from quizproof.spelling import meant
from quizproof_renderers.terminal.faces.dispatch import face_for
from quizproof_renderers.terminal.reader import reader_for
from quizproof_renderers.text import plural, sentence

RESUME = "r"
"""What is typed to go on with an unfinished test."""


@dataclass(frozen=True)
class Entry:
    """One quiz in the menu."""

    id: str
    title: str
    topic: str
    extent: str
    """How many questions and exhibits it has: "3 questions"."""
    questions: int


def ask_what_to_take(
    entries: Sequence[Entry], unfinished: str, *, plain: bool, stdin: TextIO, stdout: TextIO
) -> tuple[str, ...] | None:
    """The names of the quizzes and topics that a learner wants; none when the unfinished test is to go on.

    entries     the quizzes of the bank
    unfinished  the test that was left, in a few words; empty when there is none
    plain       whether to write for screen readers
    stdin       where the choice is read
    stdout      where the menu is shown

    Returns None when the learner wants nothing. Raises EOFError and KeyboardInterrupt as a reader does.
    """
    face, reader = face_for(stdout, plain=plain), reader_for(stdin, stdout)
    names = _numbered(entries)
    face.heading("What do you want to take?")
    number = {name: number for number, name in names.items()}
    for topic, quizzes in _by_topic(entries).items():
        face.gap()
        total = plural(sum(quiz.questions for quiz in quizzes), "question")
        if topic in number:
            face.menu_line(number[topic], topic, f"all {plural(len(quizzes), 'quiz')}, {total}", is_topic=True)
        for quiz in quizzes:
            face.menu_line(number[quiz.id], quiz.title, f"{quiz.id}, {quiz.extent}", is_topic=False)
    if unfinished:
        face.gap()
        face.menu_line(RESUME, "go on", unfinished, is_topic=False)
    face.gap()
    known = {*names.values(), *(entry.topic for entry in entries)}
    while True:
        typed = reader.line("  Numbers or names, or q to quit: ").replace(",", " ").split()
        if typed in (["q"], ["Q"]):
            return None
        if unfinished and typed in ([RESUME], [RESUME.upper()]):
            return ()
        wanted = [names.get(word, word) for word in typed]
        unknown = next((word for word in wanted if word not in known), None)
        if unknown is not None:
            face.say(sentence(f"there is no quiz and no topic {unknown}{meant(unknown, sorted(known))}"))
        elif wanted:
            return tuple(wanted)


def _by_topic(entries: Sequence[Entry]) -> Mapping[str, list[Entry]]:
    topics: dict[str, list[Entry]] = {}
    for entry in entries:
        topics.setdefault(entry.topic, []).append(entry)
    return topics


def _numbered(entries: Sequence[Entry]) -> dict[str, str]:
    """The name behind each number, in the order in which they are shown. A topic of one quiz has no number."""

    def names() -> Iterator[str]:
        for topic, quizzes in _by_topic(entries).items():
            if len(quizzes) > 1:
                yield topic
            yield from (quiz.id for quiz in quizzes)

    return {str(number): name for number, name in zip(itertools.count(1), names(), strict=False)}
