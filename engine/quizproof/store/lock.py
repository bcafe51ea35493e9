"""The lock: the outcomes of a bank's runs as a text that people can review and a build can rely on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from quizproof.errors import UsageError
from quizproof.outcome import LASTING, Frame, Outcome, PartResult, Raised, Status

NAME = "quizproof.lock"
"""Its file, in the folder of the bank."""
VERSION = 1
_TELLING: frozenset[Status] = LASTING | {"limit", "died"}
"""What an outcome may be that proofs rest on: an order of lines that never ends is proven wrong by its limit."""

Entry: TypeAlias = dict[str, Any]
"""An outcome as JSON data, with the key of its `program`; what is as usual is left out."""


@dataclass(frozen=True)
class Lock:
    """What came of every run of a bank, and on which versions."""

    sandbox: str
    runtimes: Mapping[str, Mapping[str, str]]
    quizzes: Mapping[str, Mapping[str, Mapping[str, Entry]]]
    """By quiz, block and run. A run is named after its parameters and the places of its parts in the block."""
    fingerprint: str = ""
    """Of the file that it was read from."""

    @classmethod
    def read(cls, path: Path) -> Lock:
        """Read a lock. Raises UsageError when there is none, or something else."""
        try:
            content = path.read_bytes()
            data = json.loads(content.decode("utf-8"), object_pairs_hook=_unique)
        except FileNotFoundError:
            raise UsageError(f"there is no {path}; `quizproof check --write-lock {path.parent}` writes it") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError(f"{path} is not text in UTF-8{_REMEDY}") from None
        except (ValueError, RecursionError) as error:
            where = f":{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            raise UsageError(f"{path}{where} is not JSON (was it merged by hand?){_REMEDY}") from None
        version = data.get("version") if isinstance(data, dict) else None
        if type(version) is not int or version != VERSION:  # `true` equals 1
            raise UsageError(f"{path} is not a lock of this version of quizproof{_REMEDY}")
        try:
            runtimes = {str(name): {str(k): str(v) for k, v in of.items()} for name, of in data["runtimes"].items()}
            lock = cls(str(data["sandbox"]), runtimes, data["quizzes"], hashlib.sha256(content).hexdigest())
            programs: dict[str, Entry] = {}
            for _, _, _, entry in lock.entries():
                if outcome_of(entry).status not in _TELLING:
                    raise ValueError
                if programs.setdefault(entry["program"], entry) != entry:
                    raise UsageError(f"{path} says two things of one program{_REMEDY}")
        except (AttributeError, KeyError, TypeError, ValueError):
            raise UsageError(f"{path} is damaged{_REMEDY}") from None
        return lock

    def write(self, path: Path) -> None:
        """Write it, in one go: what was there stays whole until then. Raises OSError."""
        new = path.with_name(f".{path.name}.new")
        try:
            new.write_text(self.text(), encoding="ascii")
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    def entries(self) -> Iterator[tuple[str, str, str, Entry]]:
        """Every run: its quiz, its block, its name, and what came of it."""
        for quiz, questions in self.quizzes.items():
            for question, runs in questions.items():
                for run, entry in runs.items():
                    yield quiz, question, run, entry

    def text(self) -> str:
        """The lock as it is written: the same outcomes give the same text. In ASCII, so that nothing in it deceives."""
        data = {
            "about": "What came of every run of this bank. Written by `quizproof check --write-lock`; do not edit.",
            "version": VERSION,
            "sandbox": self.sandbox,
            "runtimes": {name: dict(sorted(of.items())) for name, of in sorted(self.runtimes.items())},
            "quizzes": {
                quiz: {question: dict(runs) for question, runs in sorted(questions.items())}
                for quiz, questions in sorted(self.quizzes.items())
            },
        }
        return json.dumps(data, indent=1) + "\n"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that is there twice, readers would see one value and we another."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)


_REMEDY = "; write it anew with `quizproof check --write-lock`"


def entry_of(program: str, outcome: Outcome) -> Entry:
    """An outcome as it stands in a lock: without times and memory."""
    entry: Entry = {"program": program}
    if outcome.status != "finished":
        entry["status"] = outcome.status
    if outcome.detail:
        entry["detail"] = outcome.detail
    entry["parts"] = [_part(part) for part in outcome.parts]
    if outcome.raised:
        raised = outcome.raised
        entry["raised"] = {
            "type": raised.type,
            "message": _lines(raised.message),
            "part": raised.part,
            "frames": [[f.line, f.column, f.end_column, f.function, f.text] for f in raised.frames],
        }
        if raised.meant:
            entry["raised"]["meant"] = raised.meant
    return entry


def outcome_of(entry: Entry) -> Outcome:
    """The outcome that an entry tells of. Raises KeyError, TypeError or ValueError when it is damaged."""
    raised = None
    if told := entry.get("raised"):
        frames = tuple(Frame(*frame) for frame in told["frames"])
        raised = Raised(told["type"], _text(told["message"]), told["part"], frames, told.get("meant", ""))
    parts = tuple(
        PartResult(_text(p.get("stdout", "")), _text(p.get("stderr", "")), p.get("assertions", 0), p.get("value"))
        for p in entry["parts"]
    )
    return Outcome(entry.get("status", "finished"), parts, raised, entry.get("detail", ""))


def _part(part: PartResult) -> Entry:
    entry: Entry = {}
    if part.stdout:
        entry["stdout"] = _lines(part.stdout)
    if part.stderr:
        entry["stderr"] = _lines(part.stderr)
    if part.assertions:
        entry["assertions"] = part.assertions
    if part.value is not None:
        entry["value"] = part.value
    return entry


def _lines(text: str) -> str | list[str]:
    """A text of several lines as a list of them, which a comparison shows line by line."""
    lines = text.splitlines(keepends=True)
    return lines if len(lines) > 1 else text


def _text(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


class LockWriter:
    """Gathers outcomes for a lock."""

    def __init__(self) -> None:
        self._quizzes: dict[str, dict[str, dict[str, Entry]]] = {}

    def note(self, quiz: str, question: str, run: str, program: str, outcome: Outcome) -> None:
        """Take down one outcome."""
        self._quizzes.setdefault(quiz, {}).setdefault(question, {})[run] = entry_of(program, outcome)

    def lock(self, sandbox: str, runtimes: Mapping[str, Mapping[str, str]]) -> Lock:
        """All that was noted."""
        return Lock(sandbox, runtimes, self._quizzes)
