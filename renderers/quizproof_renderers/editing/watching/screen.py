"""What `quizproof watch` shows: a screen that is cleared for each verdict, or plain lines where there is no screen.

On a terminal, a header, then what is wrong: in full in the files that changed, a line each elsewhere.

```
14:03:12  questions/tuples.yaml  41 ms  1 error; 31 claims proven, 1 refuted

error[QP203] wrong-reason: distractor b: ...
```

In a pipe, a line per finding of the files that changed, and one that sums up:

```
questions/tuples.yaml:17:18: QP203 [wrong-reason] distractor b: ...
questions/tuples.yaml: 1 error; 3 claims proven, 1 refuted in 41 ms, 2 runs
```
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from rich.text import Text

from quizproof.findings import Finding
from quizproof.proof import QuizProof, Result, Totals
from quizproof_renderers import tally
from quizproof_renderers.console import console_for
from quizproof_renderers.reports.concise import line
from quizproof_renderers.reports.full import Full
from quizproof_renderers.text import one_line, plural

_MAX_FULL = 3
"""Findings that are shown in full, so that the first ones stay on the screen."""
_MAX_LINES = 15
"""Of the others."""


@dataclass(frozen=True)
class Verdict:
    """What one change of files came to."""

    changed: Mapping[Path, QuizProof | None]
    """The files that were proven, as sifted; None for one that is gone."""
    every: Sequence[QuizProof]
    """All files of the bank, as sifted, in their order."""
    seconds: float
    """From the change to the verdict."""
    runs: int

    @property
    def subject(self) -> str:
        """The files that changed, in a few words."""
        names = [one_line(str(path)) + (" (gone)" if proof is None else "") for path, proof in self.changed.items()]
        return names[0] if len(names) == 1 else plural(len(names), "file")


class Screen:
    """Shows verdicts."""

    def __init__(self, stream: TextIO) -> None:
        """Nothing is shown yet. `stream`: a terminal, a pipe or a file."""
        self._stream = stream
        self._console = console_for(stream)
        self._clears = stream.isatty()

    def show(self, verdict: Verdict) -> None:
        """Show a verdict, in place of the one before where the stream is a terminal."""
        if self._clears:
            self._redraw(verdict)
        else:
            self._append(verdict)
        self._stream.flush()

    def say(self, text: str) -> None:
        """Show a line below."""
        self._console.print(Text(one_line(text), "dim"), soft_wrap=True)
        self._stream.flush()

    def _redraw(self, verdict: Verdict) -> None:
        result = _result(verdict.every)
        style = {"proven": "bold green", "refuted": "bold red"}.get(result.status, "bold yellow")
        self._console.clear()
        clock = time.strftime("%H:%M:%S")
        parts = [(clock, "dim"), (verdict.subject, "bold"), (_duration(verdict.seconds), "")]
        header = Text("  ").join([Text(*part) for part in parts] + [Text(tally.conclusion(result), style)])
        self._console.print(header, soft_wrap=True)
        self._console.print()
        first = [proof for proof in verdict.changed.values() if proof]
        others = [proof for proof in verdict.every if proof.path not in {each.path for each in first}]
        full, left = Full(self._console), _MAX_FULL
        rest = []
        for proof in first:
            shown = proof.findings[:left]
            full.add(_with_findings(proof, shown))
            left -= len(shown)
            rest += [*proof.findings[len(shown) :]]
        rest += [finding for proof in others for finding in proof.findings]
        for finding in rest[:_MAX_LINES]:
            self._console.print(Text(line(finding)), soft_wrap=True)
        if len(rest) > _MAX_LINES:
            self._console.print(Text(f"… and {plural(len(rest) - _MAX_LINES, 'more finding')}", "dim"))

    def _append(self, verdict: Verdict) -> None:
        proofs = [proof for proof in verdict.changed.values() if proof]
        self._stream.writelines(f"{line(finding)}\n" for proof in proofs for finding in proof.findings)
        words = tally.conclusion(_result(proofs)) if proofs else "nothing to prove"
        cost = f"in {_duration(verdict.seconds)}, {plural(verdict.runs, 'run')}"
        self._stream.write(f"{verdict.subject}: {words} {cost}\n")


def _with_findings(proof: QuizProof, shown: Sequence[Finding]) -> QuizProof:
    """A file with some of its findings alone, as reports take it."""
    blocks = tuple(replace(block, findings=()) for block in proof.blocks)
    return replace(proof, blocks=blocks, file_findings=tuple(shown), lines={})


def _result(proofs: Sequence[QuizProof]) -> Result:
    totals = Totals()
    for proof in proofs:
        totals.add(proof)
    return totals.result(sandbox="", runs=0, cached=0, seconds=0)


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
