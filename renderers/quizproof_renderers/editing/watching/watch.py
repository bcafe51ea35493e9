"""Watch: the loop from a change to its verdict."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from quizproof.proof import QuizProof
from quizproof_renderers.editing.prover import LiveProver
from quizproof_renderers.editing.watching.changes import Changes
from quizproof_renderers.editing.watching.screen import Screen, Verdict
from quizproof_renderers.progress import progress_on

Sift = Callable[[QuizProof], QuizProof]
"""Takes out of a proof the findings that do not count."""


def watch(
    changes: Changes, prover: LiveProver, screen: Screen, sift: Sift, after: Callable[[], str] | None = None
) -> None:
    """Prove the bank, then what changes, and show each verdict. Ends with KeyboardInterrupt alone.

    changes  watched since before anything was read, so that no change is missed
    prover   of the same files
    sift     takes out findings that do not count
    after    called after each verdict, for what takes longer than a verdict may; gives a line to show
    """
    sifted: dict[str, QuizProof] = {}
    started, runs = time.monotonic(), prover.runs
    with progress_on(sys.stderr) as progress:  # the first time may take long
        for proof in prover.start(progress.show):
            sifted[proof.path] = sift(proof)
    first = {Path(path): proof for path, proof in sifted.items()}
    screen.show(Verdict(first, tuple(first.values()), time.monotonic() - started, prover.runs - runs))
    if after:
        screen.say(after())
    for changed in changes:
        started, runs = time.monotonic(), prover.runs
        found = {path: sift(proof) if proof else None for path, proof in prover.update(changed)}
        if not found:
            continue
        sifted |= {proof.path: proof for proof in found.values() if proof}
        every = tuple(sifted[proof.path] for proof in prover.proofs)
        screen.show(Verdict(found, every, time.monotonic() - started, prover.runs - runs))
        if after:
            screen.say(after())
