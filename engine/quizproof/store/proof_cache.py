"""Keeping: outcomes and proofs as JSON in a cache, under keys that hold all that decides them and nothing else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import astuple
from functools import cache
from typing import Any, Protocol, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from quizproof.claims import Program
from quizproof.outcome import LASTING, Outcome
from quizproof.proof import QuizProof
from quizproof.runtimes.conditions import Conditions
from quizproof.store.cache import Cache
from quizproof.store.fingerprints import digest, engine, machine

_NO_DISPLAYS: Any = {"blocks": {"__all__": {"variants": {"__all__": {"display"}}}}}

_VERSIONS = TypeAdapter(dict[str, str])

T = TypeVar("T", Outcome, QuizProof)


class Isolation(Protocol):
    """What decides outcomes beside the programs, as every runner tells it."""

    @property
    def level(self) -> str:
        """The isolation of runs: "namespaces", "landlock" or "none"."""

    @property
    def machine(self) -> str:
        """A fingerprint of where programs are run; empty for this machine."""


def program_key(runtime: str, program: Program, data: str) -> str:
    """The key of a program: its code and limits, never its place in a file. `data` is the fingerprint of its files."""
    parts = [(part.role, part.source) for part in program.parts]
    return digest(runtime, parts, program.limits.model_dump(), data)


class Keeper:
    """Finds outcomes and proofs of earlier times in a cache, and puts new ones there."""

    def __init__(self, cache: Cache, runner: Isolation, *options: Any) -> None:
        """`runner` carries out the runs; `options` are what else decides verdicts, as JSON data."""
        self._cache = cache
        self._circumstances = digest(runner.machine or machine(), runner.level)
        self._options = (engine(), *options)

    def quiz_key(self, path: str, content: bytes, data: str) -> str:
        """The key of the proof of a whole file. `data` is the fingerprint of the files that its snippets may read."""
        return f"quiz:{digest(self._circumstances, self._options, path, content.hex(), data)}"

    def outcome(self, program: str, conditions: Conditions) -> Outcome | None:
        """The outcome of an earlier run of the program with this key."""
        return self._read(self._run(program, conditions), Outcome)

    def keep_outcome(self, program: str, conditions: Conditions, outcome: Outcome) -> None:
        """Keep an outcome, unless it is of a sort that another attempt may change."""
        if outcome.status in LASTING:
            self._write(self._run(program, conditions), outcome)

    def versions(self, runtime: str) -> dict[str, str] | None:
        """The versions that a runtime told of at an earlier time."""
        text = self._cache.get(self._runtime(runtime))
        with contextlib.suppress(ValidationError):  # of what others wrote
            return None if text is None else _VERSIONS.validate_json(text)
        return None

    def keep_versions(self, runtime: str, versions: Mapping[str, str]) -> None:
        """Keep what a runtime tells of its versions."""
        self._cache.put(self._runtime(runtime), json.dumps(dict(versions)))

    def proof(self, key: str, *, displays: bool) -> QuizProof | None:
        """The proof of a file, with or without how its blocks are shown."""
        return self._read(_with_displays(key) if displays else key, QuizProof)

    def keep_proof(self, key: str, proof: QuizProof) -> None:
        """Keep the proof of a file: once as a whole and once without displays, which are most of it."""
        self._write(key, proof, exclude=_NO_DISPLAYS)
        self._write(_with_displays(key), proof)

    def _run(self, program: str, conditions: Conditions) -> str:
        return f"run:{digest(self._circumstances, program, astuple(conditions))}"

    def _runtime(self, runtime: str) -> str:
        return f"versions:{digest(self._circumstances, runtime)}"

    def _read(self, key: str, form: type[T]) -> T | None:
        text = self._cache.get(key)
        with contextlib.suppress(ValidationError):  # of what others wrote
            return None if text is None else cast("T", _adapters()[form].validate_json(text))
        return None

    def _write(self, key: str, value: Outcome | QuizProof, exclude: Any = None) -> None:
        # By way of Python, for JSON as pydantic writes it has no NaN.
        data = _adapters()[type(value)].dump_python(value, exclude=exclude)
        self._cache.put(key, json.dumps(data, separators=(",", ":")))


def _with_displays(key: str) -> str:
    return f"pages:{key}"


@cache
def _adapters() -> dict[type, TypeAdapter[Any]]:
    return {form: TypeAdapter(form) for form in (Outcome, QuizProof)}
