"""The keeper: renders the site when it starts, and again after every save, in a thread of its own.

What the lock of the bank knows is rendered first, so that pages are there before any framework is imported. What it
does not know is then run, and after that only what a save has changed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quizproof.errors import UsageError
from quizproof.loading.files import find_files
from quizproof.proof import QuizProof, Report
from quizproof.proving.prove import Proving
from quizproof.runners.locked import LockedRunner
from quizproof.runners.runner import Runner
from quizproof.store.cache import Cache
from quizproof.store.known import Known
from quizproof.store.lock import Lock
from quizproof_renderers.editing.watching.changes import Changes
from quizproof_renderers.editing.watching.screen import Screen, Verdict
from quizproof_renderers.serving.edition import Edition
from quizproof_renderers.site.build import build_site
from quizproof_renderers.site.reach.presentation import Presentation
from quizproof_renderers.site.settings import SiteSettings

Opening = Callable[[], AbstractContextManager[Cache | None]]
"""Opens the cache; called in the thread that uses it."""


class Stopped(Exception):
    """The server ends, and so does the proof that goes on."""


@dataclass(frozen=True)
class Bank:
    """What is served, and how it is proven."""

    paths: tuple[Path, ...]
    settings: SiteSettings
    presentation: Presentation
    """How its site presents itself here."""
    lock: Lock | None = None
    """What is believed without a run, as `take` does; None for nothing."""


class Keeper:
    """Keeps the site of a bank current. A context manager: leaving it ends its thread."""

    def __init__(
        self,
        bank: Bank,
        folder: Path,
        runner: Runner[Any] | None,
        opening: Opening,
        screen: Screen,
        sift: Callable[[QuizProof], QuizProof],
        banner: str,
        published: Callable[[Edition], None],
        failed: Callable[[], None],
    ) -> None:
        """Nothing is read or run yet.

        bank       to be served
        folder     of the site; it does not exist yet
        runner     carries out what the lock does not know; None where nothing can be run
        opening    of the cache
        screen     where verdicts are shown
        sift       takes out findings that do not count
        banner     the line below each verdict
        published  called in our thread with each edition
        failed     called in our thread when nothing can be rendered any longer: see `failure`
        """
        self._bank = bank
        self._folder = folder
        self._runner = runner
        self._opening = opening
        self._screen = screen
        self._sift = sift
        self._banner = banner
        self._published = published
        self._failed = failed
        self._proofs: dict[Path, QuizProof] = {}
        self._refusals: dict[str, str] = {}
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)
        self._stopped = threading.Event()
        self.progress = (0, 0)
        """How many blocks are judged, and how many there are, about; before there is an edition."""
        self.failure: Exception | None = None
        """What has ended the thread."""

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    # ---- in the thread of the keeper

    def _work(self) -> None:
        try:
            with ExitStack() as stack:
                cache = stack.enter_context(self._opening())
                runner = stack.enter_context(self._runner) if self._runner else None
                # Before anything is read, so that no change is missed.
                changes = stack.enter_context(Changes(self._bank.paths, self._stopped))
                self._begin(runner, cache)
                for _ in changes:
                    self._render_anew(runner, cache)
        except Stopped:
            pass
        except Exception as error:  # the command that waits for us reports it
            self.failure = error
            self._failed()

    def _begin(self, runner: Runner[Any] | None, cache: Cache | None) -> None:
        """Render what the lock knows, and then, where it does not know everything, what runs say."""
        started = time.monotonic()
        if self._bank.lock is not None:
            with LockedRunner[Any](self._bank.lock) as locked:
                report = self._prove(locked, cache)
            self._publish(report)
            statuses = {block.status for quiz in report.quizzes for block in quiz.blocks}
            if runner is None or statuses <= {"proven", "unproven"}:
                self._show(report, started, 0)
                return
        self._render_anew(runner, cache)

    def _render_anew(self, runner: Runner[Any] | None, cache: Cache | None) -> None:
        """Prove the bank as it is now, render it, and show the verdict on what differs."""
        started, runs = time.monotonic(), runner.runs if runner else 0
        try:
            if runner is None:
                assert self._bank.lock is not None
                with LockedRunner[Any](self._bank.lock) as locked:
                    report = self._prove(locked, cache)
            else:
                report = self._prove(runner, cache, self._known(runner.level))
            self._publish(report)
        except UsageError as error:
            if self._proofs:
                self._screen.say(f"the site was not rendered: {error}")  # the next save may be the remedy
                return
            raise
        if cache:
            cache.flush()
        self._show(report, started, runner.runs - runs if runner else 0)

    def _known(self, level: str) -> Known | None:
        """What the lock knows, where it was made as runs are made here. Says once what is not believed of it."""
        if self._bank.lock is None:
            return None
        known = Known(self._bank.lock, "its lock", level)
        if known.refusals != self._refusals:
            self._refusals = known.refusals
            for runtime, why in known.refusals.items():
                self._screen.say(f"nothing is taken from the lock for the runtime {runtime}: {why}")
        return known

    def _prove(self, runner: Runner[Any], cache: Cache | None, known: Known | None = None) -> Report:
        proving = Proving(find_files(self._bank.paths), runner, cache=cache, known=known, progress=self._count)
        return Report(tuple(proving), proving.result)

    def _count(self, judged: int, blocks: int, _runs: int) -> None:
        self.progress = (judged, blocks)
        if self._stopped.is_set():
            raise Stopped

    def _publish(self, report: Report) -> None:
        settings, presentation = self._bank.settings, self._bank.presentation
        build_site(report, self._folder, settings.title, settings.order, settings.source, presentation)
        self._published(Edition.of(self._folder, report.quizzes))

    def _show(self, report: Report, started: float, runs: int) -> None:
        """Show the verdict on the files that differ from before."""
        proofs = {Path(proof.path): self._sift(proof) for proof in report.quizzes}
        before, self._proofs = self._proofs, proofs
        changed: dict[Path, QuizProof | None] = {p: proof for p, proof in proofs.items() if before.get(p) != proof}
        changed |= dict.fromkeys(before.keys() - proofs.keys())
        if changed:
            self._screen.show(Verdict(changed, tuple(proofs.values()), time.monotonic() - started, runs))
            self._screen.say(self._banner)
