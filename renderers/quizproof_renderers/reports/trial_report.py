"""How a learner's own script did, for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quizproof.comparison.numbers import figure
from quizproof.marking.mark import Mark
from quizproof.proving.trial import Keeping, Trial
from quizproof_renderers.console import console_for
from quizproof_renderers.tally import all_versions
from quizproof_renderers.text import clip, clip_lines, one_line, plural, visible

_LINES = 30
"""Of what a script printed or raised that are shown."""
_LONGEST = 500
"""Characters of a line that are shown."""
_SIGNS: dict[Keeping, tuple[str, str]] = {"kept": ("✓", "+"), "broken": ("✗", "x"), "not reached": ("·", "-")}
"""On streams that can write them, and on others."""
_STYLES: dict[Keeping, str] = {"kept": "green", "broken": "bold red", "not reached": "dim"}


def write(trial: Trial, stream: TextIO) -> None:
    """Show the targets with what was reached, the constraints, and the verdict."""
    console = console_for(stream)
    for line in (*_told("It printed:", trial.stdout), *_told("", trial.failure, "bold red")):
        console.print(line, soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="dim", collapse_padding=True)
    for name in ("", "target", "wanted", *(f"seed {seed}" for seed in trial.seeds), ""):
        table.add_column(name, no_wrap=True)
    for target in trial.reached:
        values = [figure(value) for value in target.values]
        missing = len(trial.seeds) - len(values)
        missed = f"missed by {figure(target.missed_by)}" if target.missed_by else "" if target.met else "missed"
        verdict: Keeping = "kept" if target.met else "broken" if values else "not reached"
        words = missed if values else "not reached"
        style = _STYLES[verdict]
        table.add_row(
            _sign(verdict, console), one_line(target.name), target.wanted, *values, *[""] * missing, Text(words, style)
        )
    console.print(table)
    for constraint in trial.kept:
        name = one_line(constraint.name)
        said = f": {constraint.verdict} {one_line(constraint.words)}" if constraint.words else f": {constraint.verdict}"
        line = Text.assemble(_sign(constraint.verdict, console), f"  {name}", clip(said, _LONGEST))
        console.print(line, soft_wrap=True)
    console.print()
    ran_on = f" ({visible(all_versions(trial.versions))})" if trial.versions else ""
    sign = _sign("kept" if trial.met else "broken", console)
    console.print(Text.assemble(sign, " ", (_verdict(trial), "bold"), ran_on), soft_wrap=True)


def write_mark(id_: str, mark: Mark, file: str, stream: TextIO) -> None:
    """Show how a program did at a write-code question."""
    console = console_for(stream)
    evidence = mark.evidence
    if evidence is not None:
        traceback = evidence.traceback.replace("Traceback (most recent call last):", f"In {file}:")
        for line in (*_told("It printed:", evidence.stdout), *_told("", traceback, "red")):
            console.print(line, soft_wrap=True)
        if mark.correct:
            console.print(Text(visible(evidence.summary)), soft_wrap=True)
    if mark.feedback:
        console.print(Text(visible(mark.feedback)), soft_wrap=True)
    verdict = "All checks pass" if mark.correct else "Not all checks pass"
    sign = _sign("kept" if mark.correct else "broken", console)
    console.print(Text.assemble(sign, " ", (f"{verdict}: {id_}", "bold")), soft_wrap=True)


def _told(title: str, text: str, style: str = "") -> Iterator[Text]:
    """What a script printed or raised, cut to what can be read."""
    if not text.strip():
        return
    if title:
        yield Text(title, "dim")
    for line in clip_lines(visible(text).rstrip("\n").split("\n"), _LINES):
        yield Text(clip(line, _LONGEST), style)
    yield Text()


def _verdict(trial: Trial) -> str:
    """The result in words."""
    if trial.met:
        return f"All is met, with {plural(len(trial.seeds), 'seed')}: {trial.id}"
    missed = sum(not target.met for target in trial.reached)
    broken = sum(constraint.verdict == "broken" for constraint in trial.kept)
    parts = ["the script fails"] if trial.failure else [f"{plural(missed, 'target')} missed"] if missed else []
    if broken:
        parts.append(f"{plural(broken, 'constraint')} broken")
    return f"Not met: {', '.join(parts)}"


def _sign(verdict: Keeping, console: Console) -> Text:
    """A sign that the stream can write."""
    fancy, plain = _SIGNS[verdict]
    try:
        fancy.encode(console.encoding)
    except UnicodeEncodeError:
        fancy = plain
    return Text(fancy, _STYLES[verdict])
