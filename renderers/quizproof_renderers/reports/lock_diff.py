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
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from quizproof.store.lock import Lock
from quizproof.store.lock_diff import Change, compare
from quizproof_renderers.text import clip, clip_lines, one_line, visible

MAX_LINES = 40
"""Lines of one difference that are shown."""
MAX_LINE = 1000
"""Characters of a line that are shown."""
_EDITED = "programs were edited without changing their outputs"
STYLES = {"-": "red", "+": "green"}


def write(before: Lock, now: Lock, console: Console) -> bool:
    """Write which outputs and versions differ.

    before   the lock as it was written
    now      the outcomes of today, as a lock
    console  where to write

    Returns whether any output changed, is new or is gone. A program that was edited without changing its output is
    counted, but is no difference.
    """
    diff = compare(before, now)
    changes = diff.changes
    block = ("", "")
    for change in changes:
        if (change.quiz, change.block) != block:
            block = (change.quiz, change.block)
            _print(console, Text.assemble((one_line(change.block), "bold"), f" in {one_line(change.quiz)}"))
        for line in _change(change):
            _print(console, line)
    for version in _versions(before, now):
        _print(console, Text(version))
    counts = (
        (sum(c.before is not None and c.now is not None for c in changes), "output changed", "outputs changed"),
        (sum(c.before is None for c in changes), "run is new", "runs are new"),
        (sum(c.now is None for c in changes), "run is gone", "runs are gone"),
        (diff.edited, "program was edited without changing its output", _EDITED),
    )
    sums = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts if count]
    _print(console, Text(", ".join(sums) or "nothing changed since the lock was written", "bold"))
    return bool(changes)


def _change(change: Change) -> Iterator[Text]:
    yield Text(f"  {one_line(change.run)}", "cyan")
    old, new = (text.split("\n") if text is not None else [] for text in (change.before, change.now))
    # The first three lines name the files and the first hunk.
    lines = list(difflib.unified_diff(old, new, lineterm="", n=2))[3:]
    for line in clip_lines([clip(visible(line), MAX_LINE) for line in lines], MAX_LINES):
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
