"""Snippets of any number, all different, and what they are written as: a bank, scripts, notebooks, documents.

What a snippet prints is worked out here by arithmetic and never by running it, so every tool has something to check.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import python_snippets, tensorflow_snippets, torch_snippets
from benchmarks.template import Numbers, Runtime, Template

PER_FILE = 10
"""Questions in a quiz, and snippets in a document."""
_FILES_PER_TOPIC = 10


@dataclass(frozen=True)
class Snippet:
    """A small program: statements that print nothing, then one expression, whose value is printed."""

    body: str
    expression: str
    prints: str
    mistaken: tuple[str, ...]
    """What people with some misconception expect instead."""

    @property
    def source(self) -> str:
        """The whole program."""
        return f"{self.body}print({self.expression})\n"


_TEMPLATES: dict[Runtime, tuple[Template, ...]] = {
    "torch": torch_snippets.TEMPLATES,
    "tensorflow": tensorflow_snippets.TEMPLATES,
    "python": python_snippets.TEMPLATES,
}


def snippet(runtime: Runtime, index: int) -> Snippet:
    """The snippet of this number; no two numbers give the same source."""
    templates = _TEMPLATES[runtime]
    turn, place = divmod(index, len(templates))
    body, expression, prints, mistaken = templates[place](_numbers(turn))
    others = dict.fromkeys(map(str, mistaken))
    others.pop(str(prints), None)
    return Snippet(textwrap.dedent(body).lstrip(), expression, str(prints), tuple(others))


def snippets(runtime: Runtime, count: int) -> list[Snippet]:
    """The first so many snippets."""
    return [snippet(runtime, index) for index in range(count)]


def _numbers(turn: int) -> Numbers:
    """Three small numbers, from 3 on, differing for each of the first 14,000 turns and beyond."""
    turn, first = divmod(turn, 23)
    turn, second = divmod(turn, 21)
    return 3 + first, 4 + second, 3 + turn


def write_bank(folder: Path, runtime: Runtime, count: int, *, mixed: bool = True) -> None:
    """A bank of so many questions, ten in a file.

    Mixed, seven of ten ask for the output, two let choose between outputs, and one between programs: its options run
    too. Else all ask for the output, so that there are as many runs as questions.
    """
    for start in range(0, count, PER_FILE):
        _write_quiz(folder, runtime, range(start, min(count, start + PER_FILE)), mixed, {})


def edit(folder: Path, runtime: Runtime, index: int, questions: int = PER_FILE) -> None:
    """Change one snippet of a mixed bank: its first, in a file of so many questions, becomes the one of this number."""
    _write_quiz(folder, runtime, range(questions), True, {0: index})


def write_scripts(folder: Path, of: Iterable[Snippet]) -> None:
    """For each snippet a script, and a file with what it should print."""
    for number, each in enumerate(of):
        _write(folder / f"{number:05}.py", each.source)
        _write(folder / f"{number:05}.txt", f"{each.prints}\n")


def write_notebooks(folder: Path, of: Iterable[Snippet]) -> None:
    """For each snippet a notebook of one cell, and a file with what it should print."""
    for number, each in enumerate(of):
        cell = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "execution_count": None, "outputs": []}
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}}
        _write(folder / f"{number:05}.ipynb", json.dumps(book | {"cells": [cell | {"source": each.source}]}))
        _write(folder / f"{number:05}.txt", f"{each.prints}\n")


def write_print_comments(folder: Path, of: Sequence[Snippet]) -> None:
    """Documents as pytest-examples reads them: the output stands in a comment below `print`."""
    _write_documents(folder, [f"{each.source}#> {each.prints}\n" for each in of])


def write_doctests(folder: Path, of: Sequence[Snippet]) -> None:
    """Documents as Sybil reads them: doctests."""
    _write_documents(folder, [f"{_prompted(each.source)}{each.prints}\n" for each in of])


def _write_documents(folder: Path, examples: Sequence[str]) -> None:
    for start in range(0, len(examples), PER_FILE):
        blocks = [f"```python\n{example}```\n" for example in examples[start : start + PER_FILE]]
        _write(folder / f"{start // PER_FILE:04}.md", "# Examples\n\n" + "\n".join(blocks))


def _prompted(source: str) -> str:
    lines = [line for line in source.splitlines() if line]
    return "".join(f"{'...' if line.startswith(' ') else '>>>'} {line}\n" for line in lines)


def _write_quiz(folder: Path, runtime: Runtime, numbers: range, mixed: bool, instead: dict[int, int]) -> None:
    name = f"{runtime}-{numbers.start // PER_FILE:05}"
    topic = f"{runtime}-{numbers.start // PER_FILE // _FILES_PER_TOPIC:04}"
    header = f"quiz: {name}\ntitle: Generated quiz {name}\ntopic: {topic}\nruntime: {runtime}\nblocks:\n"
    questions = [_question(runtime, number, instead.get(number, number), mixed) for number in numbers]
    _write(folder / topic / f"{name}.yaml", header + "".join(questions))


def _question(runtime: Runtime, number: int, index: int, mixed: bool) -> str:
    """One question in YAML; texts are written as JSON, which YAML includes."""
    this = snippet(runtime, index)
    lines = [f"- id: {runtime}-{number:06}"]
    if mixed and number % PER_FILE == PER_FILE - 1:
        lines += ["  kind: choice", _text("prompt", f"Which program ends with the result `{this.prints}`?")]
        lines += ["  check: |", f"    assert str(result) == {this.prints!r}", "  options:"]
        lines += ["    - code: |", *_indented(_assigning(this), 8), "      key: true"]
        for wrong in _others(runtime, index, this.prints):
            lines += ["    - code: |", *_indented(_assigning(wrong), 8)]
            lines += ["    " + _text("mistake", f"The result of this one is `{wrong.prints}`.")]
    elif mixed and number % PER_FILE in (4, 8):
        lines += ["  kind: choice", "  prompt: What does this program print?"]
        lines += ["  code: |", *_indented(this.source, 4), "  options:"]
        lines += [f"    - prints: {json.dumps(this.prints)}", "      key: true", *_mistakes(this)]
    else:
        lines += ["  kind: predict-output", "  prompt: What does this program print?"]
        lines += ["  code: |", *_indented(this.source, 4)]
        lines += [f"  answer: {json.dumps(this.prints)}", "  distractors:", *_mistakes(this)]
    lines += [_text("explanation", f"The result is `{this.prints}`. Follow the program line by line to see why.")]
    return "".join(f"  {line}\n" if line else "\n" for line in lines)


def _text(key: str, text: str) -> str:
    return f"  {key}: {json.dumps(text)}"


def _mistakes(of: Snippet) -> list[str]:
    lines = []
    for text in of.mistaken:
        lines += [f"    - prints: {json.dumps(text)}", "      mistake: One step was left out, or taken twice."]
    return lines


def _others(runtime: Runtime, index: int, prints: str) -> list[Snippet]:
    """Two snippets of the same sort that print something else."""
    step = len(_TEMPLATES[runtime])
    candidates = (snippet(runtime, index + step * turn) for turn in range(1, 50))
    return [each for each in candidates if each.prints != prints][:2]


def _assigning(of: Snippet) -> str:
    return f"{of.body}result = {of.expression}\n"


def _indented(text: str, by: int) -> list[str]:
    return textwrap.indent(text, " " * by).splitlines()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# A question with a slow setup.


_SLOW_SETUP = """\
import torch

torch.manual_seed(0)
target = torch.linspace(-1, 1, 64)
weights = torch.zeros(64, requires_grad=True)
for _ in range({steps}):
    loss = ((weights - target) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        weights -= weights.grad * 0.01
        weights.grad.zero_()
"""
_SLOW_SOLUTION = """\
def summary(values, low, high):
    kept = values[(values >= low) & (values <= high)]
    if kept.numel() == 0:
        return 0.0
    return kept.sum().item() / kept.numel()
"""
_SLOW_CHECKS = """\
assert summary(torch.tensor([0.0, 1.0, 2.0, 4.0]), 1, 2) == 1.5
assert summary(torch.tensor([4.0]), 1, 2) == 0.0
assert round(summary(weights, -2, 2), 2) == 0
"""


def _slow_question(steps: int) -> str:
    """A bank of one `write-code` question, whose small changes the engine tries, too."""

    def block(text: str, by: int) -> str:
        return "".join(" " * by + line + "\n" if line else "\n" for line in text.splitlines())

    numbered = enumerate(_SLOW_CHECKS.splitlines(), 1)
    checks = "".join(f"      - name: Check {number}\n        code: {line}\n" for number, line in numbered)
    return (
        "quiz: slow-setup\ntitle: A slow setup\ntopic: benchmarks\nruntime: torch\n\nblocks:\n"
        "  - kind: write-code\n    id: average-of-range\n    prompt: Write `summary(values, low, high)`.\n"
        f"    setup: |\n{block(_SLOW_SETUP.format(steps=steps), 6)}"
        "    starter: |\n      def summary(values, low, high):\n          ...\n"
        f"    solution: |\n{block(_SLOW_SOLUTION, 6)}"
        f"    checks:\n{checks}"
    )


def write_slow_setup(folder: Path, steps: int) -> Path:
    """Write a bank of one question whose setup takes a second, and its program as a script, which is returned."""
    bank = folder / "bank"
    bank.mkdir()
    (bank / "slow-setup.yaml").write_text(_slow_question(steps))
    script = folder / "solution.py"
    script.write_text(_SLOW_SETUP.format(steps=steps) + _SLOW_SOLUTION + _SLOW_CHECKS)
    return script
