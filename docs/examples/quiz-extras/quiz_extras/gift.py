"""`build --renderer gift`: the questions with options as GIFT, which Moodle and other platforms import.

The format is described in Moodle's documentation, "GIFT format". Only what was proven is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from quizproof.displays import Code, Display, Option, Options, Output, Prose
from quizproof.proof import Report


def render(report: Report, folder: Path) -> None:
    """Write a file for each quiz that has questions with options: `<quiz>.gift`."""
    for quiz in report.quizzes:
        questions = [
            _question(f"{block.id}-{number}", variant.display, variant.display.input)
            for block in quiz.blocks
            for number, variant in enumerate(block.variants, start=1)
            if variant.display and isinstance(variant.display.input, Options)
        ]
        if questions:
            (folder / f"{quiz.id}.gift").write_text("\n\n".join(questions) + "\n", encoding="utf-8")


def _question(name: str, display: Display, given: Options) -> str:
    """One question: `::name::[markdown]stem {=right ~wrong#why it is wrong}`."""
    answers = "\n".join(f"  {_answer(option, given.options)}" for option in given.options)
    return f"::{name}::[markdown]{_written(display.prompt)} {{\n{answers}\n}}"


def _answer(option: Option, options: Sequence[Option]) -> str:
    """With one key, `=` marks it. With several, each gets its share in percent, and a wrong one takes all away."""
    keys = sum(each.correct for each in options)
    right, wrong = ("=", "~") if keys == 1 else (f"~%{100 / keys:.5f}%", "~%-100%")
    mark = right if option.correct else wrong
    return f"{mark}{_written([option.content])}" + (f"#{_escaped(option.feedback)}" if option.feedback else "")


def _written(parts: Sequence[object]) -> str:
    """Prose as it is, programs and outputs as blocks of code; what is drawn is left out."""
    texts = []
    for part in parts:
        match part:
            case Prose(text):
                texts.append(text)
            case Code(source) | Output(source):
                texts.append(f"```\n{source}\n```" if "\n" in source else f"`{source}`")
    return _escaped("\n\n".join(texts))


def _escaped(text: str) -> str:
    r"""GIFT gives a meaning to ~ = # { } : and takes `\n` for a line break."""
    return re.sub(r"([\\~=#{}:])", r"\\\1", text).replace("\n", "\\n")
