"""Which outputs differ from a lock, shown as differences.

```
trainable-tensors in freezing-layers
  code
    - 12
    + 14
torch 2.12.0, now 2.13.0
1 output changed
```
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Container, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from rich.console import Console
from rich.text import Text

from quizproof.store.lock import Lock
from quizproof.store.lock_diff import Change, LockDiff, compare
from quizproof_renderers.text import clip, clip_lines, one_line, plural, visible

Versions: TypeAlias = Mapping[str, Mapping[str, str]]
"""Versions by package, by runtime."""

MAX_LINES = 40
"""Lines of one difference that are shown."""
MAX_LINE = 1000
"""Characters of a line that are shown."""
_EDITED = "programs were edited without changing their outputs"
STYLES = {"-": "red", "+": "green"}


@dataclass(frozen=True)
class Comparison:
    """A lock as it was written, beside the outcomes of today."""

    before: Lock
    now: Lock
    diff: LockDiff
    path: str
    """Of the lock."""
    places: Mapping[tuple[str, str], tuple[str, int]]
    """The file and the line of each block that there is, by its quiz and its id."""
    left_out: Mapping[str, tuple[str, ...]]
    """The quizzes that could not be run, by the runtime that is missing: nothing in them is compared."""

    @classmethod
    def of(
        cls,
        before: Lock,
        now: Lock,
        path: str,
        places: Mapping[tuple[str, str], tuple[str, int]],
        left_out: Mapping[str, tuple[str, ...]],
    ) -> Comparison:
        """Compare two locks; the parameters are the fields."""
        lost = {quiz for quizzes in left_out.values() for quiz in quizzes}
        old, new = (
            replace(lock, quizzes={quiz: runs for quiz, runs in lock.quizzes.items() if quiz not in lost})
            for lock in (before, now)
        )
        return cls(old, new, compare(old, new), path, places, left_out)

    @property
    def differs(self) -> bool:
        """Whether any output changed, is new or is gone."""
        return bool(self.diff.changes)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions and the sandbox that changed, a line each. Those of runtimes that are missing are unknown."""
        return tuple(_versions(self.before, self.now, self.left_out))

    @property
    def gaps(self) -> tuple[str, ...]:
        """What was not compared, a line per runtime."""
        return tuple(
            f"the runtime {runtime} is missing, so {plural(len(quizzes), 'quiz')} could not be compared"
            for runtime, quizzes in sorted(self.left_out.items())
        )

    def notes(self) -> Iterator[tuple[str, int, str]]:
        """What differs as notes with a path, a line (0 for none) and a message: one per block, and one per gap."""
        for (quiz, block), changes in itertools.groupby(
            self.diff.changes, key=lambda change: (change.quiz, change.block)
        ):
            path, line = self.places.get((quiz, block), (self.path, 0))
            told = "\n".join(text.plain for change in changes for text in _change(change))
            yield path, line, f"{block} differs from {self.path}:\n{told}"
        for gap in self.gaps:
            yield self.path, 0, gap

    def data(self) -> dict[str, Any]:
        """What differs as JSON data.

        {"changes": [{"quiz": "sums", "block": "sum", "run": "code", "before": "12", "now": "14"}], "edited": 0,
         "versions": ["torch 2.12.0, now 2.13.0"], "not_compared": {"tensorflow": ["keras-quiz"]}}
        """
        return {
            "changes": [asdict(change) for change in self.diff.changes],
            "edited": self.diff.edited,
            "versions": list(self.versions),
            "not_compared": {runtime: list(quizzes) for runtime, quizzes in sorted(self.left_out.items())},
        }


def write(comparison: Comparison, console: Console) -> None:
    """Write which outputs and versions differ, and what could not be compared.

    A program that was edited without changing its output is counted, but is no difference.
    """
    diff = comparison.diff
    changes = diff.changes
    block = ("", "")
    for change in changes:
        if (change.quiz, change.block) != block:
            block = (change.quiz, change.block)
            _print(console, Text.assemble((one_line(change.block), "bold"), f" in {one_line(change.quiz)}"))
        for line in _change(change):
            _print(console, line)
    for fact in (*comparison.versions, *comparison.gaps):
        _print(console, Text(fact))
    counts = (
        (sum(c.before is not None and c.now is not None for c in changes), "output changed", "outputs changed"),
        (sum(c.before is None for c in changes), "run is new", "runs are new"),
        (sum(c.now is None for c in changes), "run is gone", "runs are gone"),
        (diff.edited, "program was edited without changing its output", _EDITED),
    )
    sums = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts if count]
    nothing = "nothing else changed" if comparison.left_out else "nothing changed"
    _print(console, Text(", ".join(sums) or f"{nothing} since the lock was written", "bold"))


def _change(change: Change) -> Iterator[Text]:
    yield Text(f"  {one_line(change.run)}", "cyan")
    old, new = (text.split("\n") if text is not None else [] for text in (change.before, change.now))
    # The first three lines name the files and the first hunk.
    lines = list(difflib.unified_diff(old, new, lineterm="", n=2))[3:]
    for line in clip_lines([clip(visible(line), MAX_LINE) for line in lines], MAX_LINES):
        yield Text(f"    {line[:1]} {line[1:]}".rstrip(), STYLES.get(line[:1], ""))


def _versions(before: Lock, now: Lock, missing: Container[str]) -> Iterator[str]:
    if before.sandbox != now.sandbox:
        yield f"sandbox: {one_line(before.sandbox)}, now {one_line(now.sandbox)}"
    yield from version_changes({n: each for n, each in before.runtimes.items() if n not in missing}, now.runtimes)


def version_changes(before: Versions, now: Versions) -> Iterator[str]:
    """What changed in the versions of packages, a line each: "torch 2.13.0, now 2.14.1".

    before, now  versions by package, by runtime
    """
    for runtime in sorted(before.keys() | now.keys()):
        old, new = before.get(runtime, {}), now.get(runtime, {})
        for name in sorted(old.keys() | new.keys()):
            was, is_ = old.get(name, "was not there"), new.get(name, "is not there")
            if name not in old or name not in new or was != is_:
                yield one_line(f"{'' if name == runtime else f'{runtime}: '}{name} {was}, now {is_}")


def _print(console: Console, line: Text) -> None:
    console.print(line, soft_wrap=True)
