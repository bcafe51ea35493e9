"""The lock's writer: gathers the outcomes of a bank while it is proven."""

from __future__ import annotations

import platform
from collections.abc import Mapping

from quizproof.outcome import Outcome
from quizproof.store.fingerprints import carrying
from quizproof.store.lock import Entry, Lock, entry_of


class LockWriter:
    """Gathers outcomes for a lock, in any order.

    writer = LockWriter()
    writer.note("sums", "sum", "code", key, outcome, 1)
    writer.lock("namespaces", {"python": {"python": "3.11.7"}}).write(path)
    """

    def __init__(self) -> None:
        self._quizzes: dict[str, dict[str, dict[str, Entry]]] = {}

    def note(self, quiz: str, block: str, run: str, program: str, outcome: Outcome, again: int = 0) -> None:
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
