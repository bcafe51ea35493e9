"""Changes: which files of a bank were written, created, renamed or deleted, as soon as they were."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from quizproof.errors import UsageError
from quizproof.loading.files import FILES, SUFFIXES

_STEP_MS = 5
"""How long nothing must have happened until changes are given: an editor writes a file in several steps."""
_MOST_MS = 200
"""How long changes are gathered at most."""
_BREATH_MS = 100
"""How long it waits at most before it looks for signals."""


class Changes:
    """Watches files and folders from the moment it is made. A context manager; iterate once."""

    def __init__(self, paths: Sequence[Path], stopped: Event | None = None) -> None:
        """Start to watch.

        paths    existing files and folders. Of a file its folder is watched, because editors put a new file in the
                 place of the old one
        stopped  ends the iteration, within a tenth of a second, once it is set; None where a signal ends it

        Raises UsageError when the package that does this is missing, or when the system refuses.
        """
        try:
            from watchfiles import watch
        except ImportError:
            raise UsageError('`watch` needs watchfiles; pip install "quizproof[watch]"') from None
        self._stopped = stopped
        self._files = frozenset(path.absolute() for path in paths if not path.is_dir())
        self._folders = tuple(path.absolute() for path in paths if path.is_dir())
        places = {*self._folders, *(path.parent for path in self._files)}
        places |= {folder for path in self._files if (folder := path.parent / FILES).is_dir()}
        self._found = watch(
            *places,
            watch_filter=None,
            debounce=_MOST_MS,
            step=_STEP_MS,
            rust_timeout=_BREATH_MS,
            yield_on_timeout=True,
            recursive=bool(self._folders),
            ignore_permission_denied=True,
        )
        try:
            self._first = next(self._found)  # it begins to watch when it is first asked
        except OSError as error:
            raise UsageError(f"the files cannot be watched: {error}") from None

    def __enter__(self) -> Changes:
        return self

    def __exit__(self, *_: object) -> None:
        self._found.close()

    def __iter__(self) -> Iterator[frozenset[Path]]:
        """Wait for changes, and give the absolute paths of quizzes, and of what their snippets read, that changed.

        What happens while nobody waits is given later. Ctrl-C raises KeyboardInterrupt in the main thread.
        """
        for found in itertools.chain([self._first], self._found):
            if self._stopped and self._stopped.is_set():
                return
            if changed := frozenset(filter(self._concerns, (Path(path) for _, path in found))):
                yield changed

    def _concerns(self, path: Path) -> bool:
        """Whether a path may be that of a quiz, of a folder with some, or of a file that snippets read."""
        if path in self._files:
            return True
        for folder in self._folders:
            if path.is_relative_to(folder):
                parts = path.relative_to(folder).parts
                hidden = any(part.startswith(".") for part in parts)
                return not hidden and (path.suffix in (*SUFFIXES, "") or FILES in parts)
        return FILES in path.parts and any(path.is_relative_to(file.parent / FILES) for file in self._files)
