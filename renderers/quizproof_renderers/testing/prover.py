"""The prover of a test run: proves quiz files, each once, also where several processes share the tests."""

from __future__ import annotations

import fcntl
import hashlib
import pickle
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from quizproof.errors import CannotVerify, UsageError
from quizproof.loading.ids import Ids
from quizproof.loading.load import load_file
from quizproof.loading.quiz import Loaded
from quizproof.proof import QuizProof
from quizproof.proving.prove import Proving
from quizproof.runners.capped import CappedRunner, Caps
from quizproof.runners.local import local_runner
from quizproof.runners.runner import Runner
from quizproof.runtimes.sandbox.levels import LEVELS, strongest
from quizproof.store.cache import Cache, default_path
from quizproof.store.prepared_files import kept_beside
from quizproof_renderers.policy.baseline import NAME, Baseline
from quizproof_renderers.policy.misspelt import Speller
from quizproof_renderers.policy.selection import Selection
from quizproof_renderers.policy.settings import Settings, settings_for
from quizproof_renderers.policy.sieve import Sieve


class Prover:
    """Proves files as `quizproof check` does, with the settings of their bank, on runtimes that stay warm."""

    def __init__(self, banks: Sequence[Path], shared: Path | None = None) -> None:
        """Nothing is started before a file is proven.

        banks   the files and folders that tests are collected from
        shared  a folder of the processes that share the tests, where each leaves its proofs; None where this one has
                all tests. Nobody else may write there

        Raises pytest's UsageError for settings that are wrong.
        """
        self._shared = shared
        self._ids = Ids()
        self._loaded: dict[Path, Loaded] = {}
        self._proofs: dict[Path, QuizProof] = {}
        self._open = ExitStack()
        self._runner: Runner[Any] | None = None
        self._cache: Cache | None = None
        try:
            self._settings = settings_for(banks)
            self._sieve = _sieve(self._settings, banks)
        except UsageError as error:
            raise pytest.UsageError(f"quizproof: {error}") from None

    def load(self, path: Path) -> Loaded:
        """A file as it is read, without blocks whose ids came before, in the order of collection."""
        if path not in self._loaded:
            self._loaded[path] = self._ids.keep(load_file(path))
        return self._loaded[path]

    def proof(self, path: Path) -> QuizProof:
        """The proof of a file, sifted. It is proven by the first process that asks for it; the others wait for that."""
        if path not in self._proofs:
            self._proofs[path] = self._sieve.sift(self._shared_proof(path))
        return self._proofs[path]

    def close(self) -> None:
        """End the runtimes."""
        self._open.close()

    def _shared_proof(self, path: Path) -> QuizProof:
        if self._shared is None:
            return self._prove(path)
        place = self._shared / hashlib.sha256(str(path).encode()).hexdigest()
        with place.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # released when it is closed, or when this process dies
            if place.exists():
                proof: QuizProof = pickle.loads(place.read_bytes())
                return proof
            proof = self._prove(path)
            whole = place.with_suffix(".new")
            whole.write_bytes(pickle.dumps(proof))
            whole.rename(place)
            return proof

    def _prove(self, path: Path) -> QuizProof:
        if self._runner is None:
            self._runner = self._open.enter_context(self._running())
            try:
                self._cache = self._open.enter_context(Cache())
            except UsageError:
                self._cache = None  # it only saves time
        (proof,) = Proving([self.load(path)], self._runner, cache=self._cache, displays=False)
        return proof

    def _running(self) -> Runner[Any]:
        """What carries out runs; in one of several processes, one run at a time."""
        level = strongest()
        required = self._settings.value("require-sandbox")
        if required and LEVELS.index(level) > LEVELS.index(required):
            raise CannotVerify(f"runs would have the sandbox `{level}`, which is weaker than the required `{required}`")
        try:
            prepared = kept_beside(default_path())
        except RuntimeError:  # there is no home folder
            prepared = None
        return CappedRunner[Any](local_runner(1 if self._shared else None, level, prepared), Caps())


def _sieve(settings: Settings, banks: Sequence[Path]) -> Sieve:
    """What sifts findings, as `check` does it for these banks."""
    selection = Selection.of(
        settings.value("select"), settings.value("ignore"), settings.value("per-file-ignores"), settings.folder
    )
    found = settings.baseline
    if found is None and settings.value("baseline") is not False:
        found = next((bank / NAME for bank in banks if (bank / NAME).is_file()), None)
    return Sieve(selection, Baseline.read(found) if found else None, Speller.of(settings))
