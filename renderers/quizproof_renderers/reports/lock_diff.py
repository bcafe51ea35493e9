"""What moved since a lock was written, shown as differences."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from quizproof.store.lock import Lock
from quizproof.store.lock_diff import Change, compare
from quizproof_renderers.text import clip, clip_lines, one_line, visible

LINES = 40
"""Lines of one difference that are shown."""
LONGEST = 1000
"""Characters of a line that are shown."""
STYLES = {"-": "red", "+": "green"}


def write(before: Lock, now: Lock, console: Console) -> bool:
    """Write what moved, and which versions are others; whether any output moved, came or went."""
    diff = compare(before, now)
    moved = diff.changes
    shown = ("", "")
    for change in moved:
        if (change.quiz, change.block) != shown:
            shown = (change.quiz, change.block)
            _print(console, Text.assemble((one_line(change.block), "bold"), f" in {one_line(change.quiz)}"))
        for line in _change(change):
            _print(console, line)
    for words in _versions(before, now):
        _print(console, Text(words))
    counts = (
        (sum(c.before is not None and c.now is not None for c in moved), "output moved", "outputs moved"),
        (sum(c.before is None for c in moved), "run is new", "runs are new"),
        (sum(c.now is None for c in moved), "run is gone", "runs are gone"),
        (diff.edited, "program was edited and comes to the same", "programs were edited and come to the same"),
    )
    sums = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts if count]
    _print(console, Text(", ".join(sums) or "nothing moved since the lock was written", "bold"))
    return bool(moved)


def _change(change: Change) -> Iterator[Text]:
    yield Text(f"  {one_line(change.run)}", "cyan")
    old, new = (text.split("\n") if text is not None else [] for text in (change.before, change.now))
    lines = list(difflib.unified_diff(old, new, lineterm="", n=2))[3:]
    for line in clip_lines([clip(visible(line), LONGEST) for line in lines], LINES):
        yield Text(f"    {line[:1]} {line[1:]}".rstrip(), STYLES.get(line[:1], ""))


def _versions(before: Lock, now: Lock) -> Iterator[str]:
    if before.sandbox != now.sandbox:
        yield f"sandbox: {one_line(before.sandbox)}, now {one_line(now.sandbox)}"
    for runtime in sorted(before.runtimes.keys() | now.runtimes.keys()):
        old, new = before.runtimes.get(runtime, {}), now.runtimes.get(runtime, {})
        for name in sorted(old.keys() | new.keys()):
            was, is_ = old.get(name, "was not there"), new.get(name, "is not there")
            if name not in old or name not in new or was != is_:
                yield one_line(f"{'' if name == runtime else f'{runtime}: '}{name} {was}, now {is_}")


def _print(console: Console, line: Text) -> None:
    console.print(line, soft_wrap=True)
