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
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NotRequired, TypeAlias, TypedDict, cast

from quizproof.errors import UsageError
from quizproof.json_forms import anything, either, flag, items, mapping, one_of, record, row, text, whole
from quizproof.loading.walk import read_regular
from quizproof.outcome import KEPT, Frame, Outcome, PartResult, Status
from quizproof.store.fingerprints import digest

_REMEDY = "; rewrite it with `quizproof check --write-lock`"

NAME = "quizproof.lock"
"""Its file, in the folder of the bank."""
VERSION = 2
MAX_MIB = 256
"""Of a lock: it is read whole, and takes ten times as much then."""
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


_USUAL = Outcome("finished").to_json()
_USUAL_PART = PartResult().to_json()
"""What stands for everything that an entry leaves out."""
_FRAME_FIELDS = tuple(field.name for field in fields(Frame))
_LINES = either(text, items(text))
_OUTPUTS = {"stdout": _LINES, "stderr": _LINES}
_ENTRY = record(
    {
        "program": text,
        "status": one_of(sorted(_CONCLUSIVE)),
        "detail": text,
        # Whether a part holds what it should is seen when it is an outcome.
        "parts": items(
            record(dict.fromkeys(_USUAL_PART, anything) | {"stdout": _LINES, "stderr": _LINES}, _USUAL_PART)
        ),
        "raised": record(
            {
                "type": text,
                "message": _LINES,
                "part": whole(0),
                "frames": items(row(*(anything for _ in _FRAME_FIELDS))),
                "meant": text,
                "aliases": items(text),
                "bases": items(text),
            },
            optional=("meant", "aliases", "bases"),
        ),
        "drew": flag,
        "again": whole(0),
    },
    optional=("status", "detail", "raised", "drew", "again"),
)
_LOCK = record(
    {
        "about": text,
        "version": whole(VERSION),
        "engine": text,
        "architecture": text,
        "sandbox": text,
        "runtimes": mapping(mapping(text)),
        "quizzes": mapping(mapping(mapping(_ENTRY))),
    },
    optional=("about",),
)


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
    blob: str = ""
    """The id that git gives to the content of that file: `git log --find-object=ID` names the commits that have it."""

    @classmethod
    def read(cls, path: Path, quizzes: Collection[str] | None = None) -> Lock:
        """Read a lock, and check all that is read, so that nothing has to be checked later.

        path, quizzes  the file, and the ids of the quizzes to read: all when None, or few, for who cannot wait long

        Raises UsageError when there is none, or when it is something else: not JSON, damaged, or ambiguous.
        """
        return cls.parse(_content(path), str(path), quizzes)

    @classmethod
    def parse(cls, content: bytes, path: str, quizzes: Collection[str] | None = None) -> Lock:
        """The lock that a file's content is, checked.

        content  as `text` gives it, in ASCII; `path` is for messages, and `quizzes` as `read` takes it

        Raises UsageError as `read` does.
        """
        data = _data(content, path)
        if quizzes is not None and isinstance(data.get("quizzes"), dict):
            data["quizzes"] = {name: each for name, each in data["quizzes"].items() if name in quizzes}
        if wrong := _LOCK(data):
            raise UsageError(f"{path} is damaged: {wrong.strip()}{_REMEDY}")
        lock = cls(
            data["engine"],
            data["architecture"],
            data["sandbox"],
            data["runtimes"],
            data["quizzes"],
            hashlib.sha256(content).hexdigest(),
            _blob(content),
        )
        programs: dict[str, Entry] = {}
        for quiz, block, run, entry in lock.entries():
            try:
                outcome_of(entry)
            except ValueError as error:
                where = f"the run `{run}` of `{block}` in `{quiz}`"
                raise UsageError(f"{path} is damaged: of {where}, {error}{_REMEDY}") from None
            # Programs are looked up by key alone, wherever they are in the bank. How often one was run again depends on
            # what it is for.
            alone = cast("Entry", {key: value for key, value in entry.items() if key != "again"})
            if programs.setdefault(entry["program"], alone) != alone:
                raise UsageError(f"{path} has two outcomes of one program{_REMEDY}")
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


def glance(path: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """What the lock at `path` is of: by quiz, the `of_programs` of those that it names; and versions, by runtime.

    Raises UsageError as `Lock.read` does. Quick, because nothing is believed here: outcomes are not looked at.
    """
    data = _data(_content(path), str(path))
    try:
        programs = {
            quiz: of_programs(entry["program"] for runs in blocks.values() for entry in runs.values())
            for quiz, blocks in data["quizzes"].items()
        }
        return programs, {runtime: dict(versions) for runtime, versions in data["runtimes"].items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UsageError(f"{path} is damaged{_REMEDY}") from None


def _content(path: Path) -> bytes:
    try:
        content, size = read_regular(path, MAX_MIB << 20)
        if size > len(content):
            raise UsageError(f"{path} has more than {MAX_MIB} MiB, and is not read{_REMEDY}")
    except FileNotFoundError:
        raise UsageError(f"there is no {path}; `quizproof check --write-lock {path.parent}` writes it") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return content


def _data(content: bytes, path: str) -> dict[str, Any]:
    """What the file of a lock of this version holds, whose form is still to be checked."""
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
    return cast("dict[str, Any]", data)


def of_programs(keys: Iterable[str]) -> str:
    """A fingerprint of some programs, by which a lock is compared with a bank quiz by quiz.

    keys  their `program_key`s, in any order; one that occurs twice counts once
    """
    return digest(sorted(set(keys)))


def _blob(content: bytes) -> str:
    # Computed, and git not asked: its commands run what the configuration of a stranger's repository says.
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


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

    entry  made here, or of the form `_ENTRY`

    Raises ValueError, with what is wrong, when its values are not those of an outcome.
    """
    parts = [
        {**_USUAL_PART, **part, "stdout": _text(part.get("stdout", "")), "stderr": _text(part.get("stderr", ""))}
        for part in entry["parts"]
    ]
    raised: dict[str, Any] | None = None
    if data := entry.get("raised"):
        frames = [dict(zip(_FRAME_FIELDS, frame, strict=True)) for frame in data["frames"]]
        raised = {"meant": "", "aliases": [], "bases": [], **data, "message": _text(data["message"]), "frames": frames}
    outcome: dict[str, Any] = {**_USUAL, **entry, "parts": parts, "raised": raised}
    for key in ("program", "again"):
        outcome.pop(key, None)
    return Outcome.from_json(outcome)


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
