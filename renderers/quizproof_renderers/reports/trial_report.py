"""The result of a learner's own script, for a terminal or a pipe.

```
   target  wanted     seed 0  seed 1
✓  Score   above 0.8  0.9     0.85
✗  Cost    below 4    4       3       missed

   constraint
✓  Same data         kept
·  The rate is used  not reached

✗ improve: not met, 1 target missed (Python 3.11.7)
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from quizproof.comparison.numbers import figure
from quizproof.marking.mark import Mark
from quizproof.proving.trial import Keeping, Reached, Trial
from quizproof_renderers.console import console_for
from quizproof_renderers.tally import all_versions
from quizproof_renderers.text import clip, clip_lines, one_line, plural, visible

MIN_WIDTH = 60
"""Cells below which a screen has no room for the table."""
_MAX_LINES = 30
"""Lines of what a script printed or raised that are shown."""
_MAX_LINE = 500
"""Characters of a line that are shown."""
_SIGNS: dict[Keeping, tuple[str, str]] = {"kept": ("✓", "+"), "broken": ("✗", "x"), "not reached": ("·", "-")}
"""On streams that can write them, and on others."""
_STYLES: dict[Keeping, str] = {"kept": "green", "broken": "bold red", "not reached": "dim"}


def write(trial: Trial, stream: TextIO) -> None:
    """Show what was printed, the targets with the values reached, the constraints, and the verdict.

    trial   what `try_script` gives: one value per target and seed, without the seeds with which the script fails
    stream  where to write
    """
    write_on(trial, console_for(stream))


def write_on(trial: Trial, console: Console) -> None:
    """The same, on a console that is there already."""
    for line in (*_quoted("It printed:", trial.stdout), *_quoted("", trial.failure, "bold red")):
        console.print(line, soft_wrap=True)
    console.print(_targets(trial, console))
    console.print()
    for line in _constraints(trial, console):
        console.print(line, soft_wrap=True)
    ran_on = f" ({visible(all_versions(trial.versions))})" if trial.versions else ""
    sign = _sign("kept" if trial.met else "broken", console)
    console.print(Text.assemble(sign, " ", (f"{trial.id}: {_verdict(trial)}", "bold"), ran_on), soft_wrap=True)


def sentences(trial: Trial) -> Iterator[str]:
    """The same in words, line by line, for screen readers and for narrow screens."""
    for line in (*_quoted("It printed:", trial.stdout), *_quoted("", trial.failure)):
        yield line.plain
    for target in trial.reached:
        values = zip(trial.seeds, map(figure, target.values), strict=False)
        reached = ", ".join(f"{value} with seed {seed}" for seed, value in values)
        result = _miss(target) or "met"
        yield f"Target {one_line(target.name)}, {target.wanted}: {f'{reached}: ' if reached else ''}{result}."
    for constraint in trial.kept:
        words = f" {one_line(constraint.words)}" if constraint.words else ""
        yield clip(f"Constraint {one_line(constraint.name)}: {constraint.verdict}{words}.", _MAX_LINE)
    yield f"{trial.id}: {_verdict(trial)}."


def write_mark(id_: str, mark: Mark, file: str, stream: TextIO) -> None:
    """Show the result of a program for a write-code question.

    id_     of the question
    mark    what `judge` gives
    file    how the learner named the program, for the head of a traceback
    stream  where to write
    """
    console = console_for(stream)
    evidence = mark.evidence
    if evidence is not None:
        traceback = evidence.traceback.replace("Traceback (most recent call last):", f"In {file}:")
        for line in (*_quoted("It printed:", evidence.stdout), *_quoted("", traceback, "red")):
            console.print(line, soft_wrap=True)
        if mark.correct:
            console.print(Text(visible(evidence.summary)), soft_wrap=True)
    if mark.feedback:
        console.print(Text(visible(mark.feedback)), soft_wrap=True)
    verdict = "all checks pass" if mark.correct else "not all checks pass"
    sign = _sign("kept" if mark.correct else "broken", console)
    console.print(Text.assemble(sign, " ", (f"{id_}: {verdict}", "bold")), soft_wrap=True)


def _targets(trial: Trial, console: Console) -> Table:
    """One row per target, with its value for each seed."""
    table = Table(box=None, pad_edge=False, header_style="dim", collapse_padding=True)
    for name in ("", "target", "wanted", *(f"seed {seed}" for seed in trial.seeds), ""):
        table.add_column(name, no_wrap=True)
    for target in trial.reached:
        values = [figure(value) for value in target.values]
        missing = len(trial.seeds) - len(values)
        verdict: Keeping = "kept" if target.met else "broken" if values else "not reached"
        miss = Text(_miss(target), _STYLES[verdict])
        table.add_row(_sign(verdict, console), one_line(target.name), target.wanted, *values, *[""] * missing, miss)
    return table


def _miss(target: Reached) -> str:
    """In what way a target was not met; empty when it was."""
    if not target.values:
        return "not reached"
    if target.missed_by:
        return f"missed by {figure(target.missed_by)}"
    return "" if target.met else "missed"


def _constraints(trial: Trial, console: Console) -> Iterator[Text]:
    """One line per constraint, under a head, and an empty line; nothing where there are none."""
    if not trial.kept:
        return
    names = [one_line(constraint.name) for constraint in trial.kept]
    width = max(map(cell_len, names))
    yield Text("   constraint", "dim")
    for name, constraint in zip(names, trial.kept, strict=True):
        result = clip(f"{constraint.verdict} {one_line(constraint.words)}".rstrip(), _MAX_LINE)
        padding = " " * (width - cell_len(name) + 2)
        yield Text.assemble(
            _sign(constraint.verdict, console), f"  {name}{padding}", (result, _STYLES[constraint.verdict])
        )
    yield Text()


def _quoted(title: str, text: str, style: str = "") -> Iterator[Text]:
    """A script's output or traceback under a title, cut to what can be read; nothing when it is empty."""
    if not text.strip():
        return
    if title:
        yield Text(title, "dim")
    for line in clip_lines(visible(text).rstrip("\n").split("\n"), _MAX_LINES):
        yield Text(clip(line, _MAX_LINE), style)
    yield Text()


def _verdict(trial: Trial) -> str:
    """The result as the end of a sentence about the experiment."""
    if trial.met:
        return f"everything is met with {plural(len(trial.seeds), 'seed')}"
    missed = sum(not target.met for target in trial.reached)
    broken = sum(constraint.verdict == "broken" for constraint in trial.kept)
    reasons = ["the script fails"] if trial.failure else [f"{plural(missed, 'target')} missed"] if missed else []
    if broken:
        reasons.append(f"{plural(broken, 'constraint')} broken")
    return f"not met, {', '.join(reasons)}"


def _sign(verdict: Keeping, console: Console) -> Text:
    """A sign that the stream can write."""
    fancy, plain = _SIGNS[verdict]
    try:
        fancy.encode(console.encoding)  # the console would write an escape instead, which is no sign
    except UnicodeEncodeError:
        fancy = plain
    return Text(fancy, _STYLES[verdict])
