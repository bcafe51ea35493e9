r"""The lock: the outcomes of a bank's runs as a text that people can review and a build can rely on.

    {
     "about": "The outcome of every run of this bank. Written by `quizproof check --write-lock`; do not edit.",
     "version": 2,
     "engine": "4f0c…",                            of the code that carried out the runs, a fingerprint
     "architecture": "x86_64",                     of the processor
     "sandbox": "namespaces",
     "runtimes": {"python": {"python": "3.11.7"}},
     "quizzes": {
      "sums": {                                    a quiz
       "sum": {                                    a block of it
        "most=3, step=1: code": {                  a run: parameters, and the places of its parts in the block
         "program": "9b1f…",
         "parts": [{"stdout": ["0 1\n", "1 2\n"]}]
        }
       }
      }
     }
    }

A run is an `Entry`: an outcome without times and memory, in which everything that is as usual is left out, and strings
of several lines are lists of lines, so that a comparison shows them line by line. Because people read it, it is not the
form that machines exchange, which is `OutcomeData` of `quizproof.outcome`.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypeAlias, TypedDict, cast

from quizproof.errors import UsageError
from quizproof.outcome import KEPT, Frame, Outcome, PartResult, Raised, Status, Weak
from quizproof.store.fingerprints import carrying, digest

_REMEDY = "; rewrite it with `quizproof check --write-lock`"

NAME = "quizproof.lock"
"""Its file, in the folder of the bank."""
VERSION = 2
_CONCLUSIVE: frozenset[Status] = KEPT | {"limit", "died"}
"""The statuses that proofs rest on: an order of lines that never ends is proven wrong by its limit."""

Lines: TypeAlias = str | list[str]
"""A string; one of several lines as a list of them, each with its line end."""


class EntryPart(TypedDict):
    """A `PartResult`."""

    stdout: NotRequired[Lines]
    stderr: NotRequired[Lines]
    assertions: NotRequired[int]
    value: NotRequired[Any]
    dtype: NotRequired[str]
    warned: NotRequired[list[str]]
    weak: NotRequired[list[list[Any]]]
    """Of each `Weak` its fields, in their order."""
    tried: NotRequired[int]
    noticed: NotRequired[int]
    missed: NotRequired[str]


class EntryRaised(TypedDict):
    """A `Raised`."""

    type: str
    message: Lines
    part: int
    frames: list[list[Any]]
    """Of each the line, column, end column, function and text."""
    meant: NotRequired[str]
    aliases: NotRequired[list[str]]
    bases: NotRequired[list[str]]


class Entry(TypedDict):
    """An outcome with the key of its program."""

    program: str
    """See `store.proof_cache.program_key`."""
    status: NotRequired[Status]
    """Left out when it is "finished"."""
    detail: NotRequired[str]
    parts: list[EntryPart]
    raised: NotRequired[EntryRaised]
    drew: NotRequired[bool]
    """Whether it drew from a generator that its program had not seeded. Left out when it did not."""
    again: NotRequired[int]
    """Under how many other conditions the program was run, and came to the same. Left out when under none."""


@dataclass(frozen=True)
class Lock:
    """The outcome of every run of a bank, and what gave it."""

    engine: str
    """The fingerprint of the code that carried out the runs: see `fingerprints.carrying`."""
    architecture: str
    """Of the processor, as `platform.machine()` has it."""
    sandbox: str
    runtimes: Mapping[str, Mapping[str, str]]
    quizzes: Mapping[str, Mapping[str, Mapping[str, Entry]]]
    """By quiz, block and run. A run is named after its parameters and the places of its parts in the block."""
    fingerprint: str = ""
    """Of the file that it was read from."""

    @classmethod
    def read(cls, path: Path) -> Lock:
        """Read a lock, and check it whole, so that nothing has to be checked later.

        path  of the file

        Raises UsageError when there is none, or when the file is something else: not JSON, of another version, damaged,
        or with two outcomes of one program.
        """
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise UsageError(f"there is no {path}; `quizproof check --write-lock {path.parent}` writes it") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: bytes, path: str) -> Lock:
        """The lock that a file's content is, checked whole.

        content  as `text` gives it, in ASCII
        path     what to call it in messages

        Raises UsageError as `read` does.
        """
        try:
            data = json.loads(content.decode("utf-8"), object_pairs_hook=_unique)
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
            made_by = str(data["engine"]), str(data["architecture"]), str(data["sandbox"])
            lock = cls(*made_by, runtimes, data["quizzes"], hashlib.sha256(content).hexdigest())
            programs: dict[str, Entry] = {}
            for _, _, _, entry in lock.entries():
                if outcome_of(entry).status not in _CONCLUSIVE:
                    raise ValueError
                # Programs are looked up by key alone, wherever they are in the bank. How often one was run again
                # depends on what it is for.
                alone = cast("Entry", {key: value for key, value in entry.items() if key != "again"})
                if programs.setdefault(entry["program"], alone) != alone:
                    raise UsageError(f"{path} has two outcomes of one program{_REMEDY}")
        except (AttributeError, KeyError, TypeError, ValueError):
            raise UsageError(f"{path} is damaged{_REMEDY}") from None
        return lock

    def write(self, path: Path) -> None:
        """Write it in one step: the file that was there stays whole until then. Raises OSError.

        path  of the file; a new one is written beside it and then renamed
        """
        new = path.with_name(f".{path.name}.new")
        try:
            new.write_text(self.text(), encoding="ascii")
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    def entries(self) -> Iterator[tuple[str, str, str, Entry]]:
        """Every run: its quiz, its block, its name, and its outcome."""
        for quiz, blocks in self.quizzes.items():
            for block, runs in blocks.items():
                for run, entry in runs.items():
                    yield quiz, block, run, entry

    def programs(self) -> dict[str, str]:
        """By quiz, a fingerprint of the programs that the lock has of it."""
        return {
            quiz: of_programs(entry["program"] for runs in blocks.values() for entry in runs.values())
            for quiz, blocks in self.quizzes.items()
        }

    def text(self) -> str:
        """The lock as it is written, as the module shows it. The same outcomes give the same text.

        It is in ASCII, so that no character deceives a reader: others are written as escapes.
        """
        data = {
            "about": "The outcome of every run of this bank. Written by `quizproof check --write-lock`; do not edit.",
            "version": VERSION,
            "engine": self.engine,
            "architecture": self.architecture,
            "sandbox": self.sandbox,
            "runtimes": {name: dict(sorted(of.items())) for name, of in sorted(self.runtimes.items())},
            "quizzes": {
                quiz: {block: dict(runs) for block, runs in sorted(blocks.items())}
                for quiz, blocks in sorted(self.quizzes.items())
            },
        }
        return json.dumps(data, indent=1) + "\n"


def of_programs(keys: Iterable[str]) -> str:
    """A fingerprint of some programs, by which a lock is compared with a bank quiz by quiz.

    keys  their `program_key`s, in any order; one that occurs twice counts once
    """
    return digest(sorted(set(keys)))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses duplicate keys: people would read one value, and we another."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a duplicate key")
    return dict(pairs)


def entry_of(program: str, outcome: Outcome, again: int = 0) -> Entry:
    r"""An outcome as it is in a lock: without times, memory and whatever is as usual.

    program  the key of the program
    outcome  `outcome_of` gives it back, but for these figures
    again    under how many other conditions it was run, and came to the same

        {"program": "9b1f…", "parts": [{"stdout": ["0 1\n", "1 2\n"]}]}
    """
    entry = cast("Entry", {"program": program})  # the order of keys is that of the text
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
        if raised.aliases:
            entry["raised"]["aliases"] = list(raised.aliases)
        if raised.bases:
            entry["raised"]["bases"] = list(raised.bases)
    if outcome.drew:
        entry["drew"] = True
    if again:
        entry["again"] = again
    return entry


def outcome_of(entry: Entry) -> Outcome:
    """The outcome of an entry: what `entry_of` left out is as usual, and times and memory are 0.

    entry  from a file that people may have edited

    Raises AttributeError, KeyError, TypeError or ValueError when it is damaged.
    """
    raised = None
    if data := entry.get("raised"):
        frames = tuple(Frame(*frame) for frame in data["frames"])
        names = (tuple(map(_text, data.get("aliases", ()))), tuple(map(_text, data.get("bases", ()))))
        raised = Raised(data["type"], _text(data["message"]), data["part"], frames, data.get("meant", ""), *names)
    parts = tuple(
        PartResult(
            _text(p.get("stdout", "")),
            _text(p.get("stderr", "")),
            p.get("assertions", 0),
            p.get("value"),
            str(p.get("dtype", "")),
            tuple(map(_text, p.get("warned", ()))),
            tuple(Weak(*weak) for weak in p.get("weak", ())),
            p.get("tried", 0),
            p.get("noticed", 0),
            p.get("missed", ""),
        )
        for p in entry["parts"]
    )
    drew = bool(entry.get("drew", False))
    return Outcome(entry.get("status", "finished"), parts, raised, entry.get("detail", ""), drew=drew)


def _part(part: PartResult) -> EntryPart:
    entry: EntryPart = {}
    if part.stdout:
        entry["stdout"] = _lines(part.stdout)
    if part.stderr:
        entry["stderr"] = _lines(part.stderr)
    if part.assertions:
        entry["assertions"] = part.assertions
    if part.value is not None:
        entry["value"] = part.value
    if part.dtype:
        entry["dtype"] = part.dtype
    if part.warned:
        entry["warned"] = list(part.warned)
    if part.weak:
        entry["weak"] = [[*vars(weak).values()] for weak in part.weak]
    if part.tried:
        entry["tried"], entry["noticed"] = part.tried, part.noticed
    if part.missed:
        entry["missed"] = part.missed
    return entry


def _lines(text: str) -> Lines:
    """A string as it is in a lock."""
    lines = text.splitlines(keepends=True)
    # splitlines(keepends=True) loses nothing, so joining the lines gives the string back.
    return lines if len(lines) > 1 else text


def _text(lines: Lines) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


class LockWriter:
    """Gathers outcomes for a lock, in any order.

    writer = LockWriter()
    writer.note("sums", "sum", "code", key, outcome, 1)
    writer.lock("namespaces", {"python": {"python": "3.11.7"}}).write(path)
    """

    def __init__(self) -> None:
        self._quizzes: dict[str, dict[str, dict[str, Entry]]] = {}

    def note(self, quiz: str, block: str, run: str, program: str, outcome: Outcome, again: int) -> None:
        """Note the outcome of a run. A later one of the same name replaces it.

        quiz, block  the ids of the quiz and of its block
        run          the name of the run, from its parameters and the places of its parts
        program      the key of its program
        outcome      its times and memory are dropped
        again        under how many other conditions it was run, and came to the same
        """
        self._quizzes.setdefault(quiz, {}).setdefault(block, {})[run] = entry_of(program, outcome, again)

    def lock(self, sandbox: str, runtimes: Mapping[str, Mapping[str, str]]) -> Lock:
        """The lock of everything that was noted.

        sandbox   the level under which it was run: "namespaces", "landlock" or "none"
        runtimes  versions by package, by runtime
        """
        return Lock(carrying(), platform.machine(), sandbox, runtimes, self._quizzes)
