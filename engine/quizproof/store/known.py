"""What a committed lock knows: outcomes that need not be run again, because a revision of the bank has them.

A pull request can change its own lock, but not that of the revision it is based on. So a check may believe the latter,
and runs only what was changed. It believes nothing that was made by other versions or other code than what is here.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from quizproof.errors import UsageError
from quizproof.outcome import Outcome
from quizproof.runtimes.conditions import USUAL, Conditions
from quizproof.runtimes.sandbox.levels import LEVELS
from quizproof.store.fingerprints import carrying
from quizproof.store.lock import MAX_MIB, Entry, Lock, outcome_of

_GIT_SECONDS = 20
_ALONE = {
    # What a clone leaves out git would fetch, by a program that the configuration of a stranger's repository names.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
"""Variables for git, so that it reads what is there, and starts nothing."""
_SHORT = 7
"""Digits of a revision's name, as people write it."""
_DISTRIBUTIONS = {"tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly")}
"""By package, where it comes from a distribution of another name."""


class Known:
    """The outcomes of a lock as far as they can be believed here."""

    def __init__(self, lock: Lock, revision: str, level: str) -> None:
        """Compare how the lock was made with what is here. Nothing is imported for it.

        lock      of a revision that can be trusted
        revision  its name, for messages
        level     the isolation of the runs that would be made instead: "namespaces", "landlock" or "none"
        """
        self.revision = revision
        self.fingerprint = lock.fingerprint
        self.refusals: dict[str, str] = {}
        """By runtime, why none of its outcomes is believed."""
        self.versions: dict[str, Mapping[str, str]] = {}
        """Those of the runtimes whose outcomes are believed, by package."""
        why = _made_otherwise(lock, level)
        for runtime, versions in lock.runtimes.items():
            if refusal := why or _other_versions(versions):
                self.refusals[runtime] = refusal
            else:
                self.versions[runtime] = versions
        self._entries: dict[str, Entry] = {}
        self._again: dict[str, int] = {}
        for _, _, _, entry in lock.entries():
            program = entry["program"]
            self._entries[program] = entry
            self._again[program] = max(entry.get("again", 0), self._again.get(program, 0))
        self._given: dict[str, set[Conditions]] = {}
        """The other conditions under which an outcome was given for a program."""

    def outcome(self, runtime: str, program: str, conditions: Conditions) -> Outcome | None:
        """The outcome of a program; None if it has to be run.

        runtime     the name of its runtime
        program     its `program_key`
        conditions  the state of the process. A lock holds what came out under the usual one, and under how many others
                    the same came out: of so many, it is given
        """
        entry = self._entries.get(program) if runtime in self.versions else None
        if entry is None:
            return None
        if conditions != USUAL:
            given = self._given.setdefault(program, set())
            if conditions not in given and len(given) >= self._again[program]:
                return None
            given.add(conditions)
        return outcome_of(entry)


def known_at(path: Path, revision: str, level: str) -> Known | None:
    """What the lock of a bank knows, as it was committed at a git revision.

    path      of the lock, whether it is still there or not
    revision  whatever git takes for a commit: "main", "HEAD~1", "7b4104b"
    level     the isolation of the runs that would be made instead

    None when that revision has no lock. Raises UsageError when there is no such revision, when its lock is damaged, or
    without git.
    """
    commit = _git(path.parent, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        inside = _git(path.parent, "rev-parse", "--is-inside-work-tree") is not None
        what = f"git knows no revision `{revision}`" if inside else f"{path.parent} is not in a git repository"
        fetch = "; a shallow clone has the last commit only: fetch that revision first" if inside else ""
        raise UsageError(f"{what}{fetch}")
    name = commit.decode("ascii").strip()
    place = f"{name}:./{path.name}"
    size = _git(path.parent, "cat-file", "-s", place)
    if size is None:
        return None
    if int(size) > MAX_MIB << 20:
        raise UsageError(f"{path} at {name[:_SHORT]} has more than {MAX_MIB} MiB, and is not read")
    content = _git(path.parent, "cat-file", "blob", place)
    if content is None:
        return None
    return Known(Lock.parse(content, f"{path} at {name[:_SHORT]}"), name[:_SHORT], level)


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What a git command prints; None when it fails. Raises UsageError when it cannot be run."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=os.environ | _ALONE,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_GIT_SECONDS,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, and `--known` asks it for the lock") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git could not be asked for the lock: {error}") from None
    if b"dubious ownership" in done.stderr:
        raise UsageError(f"git refuses to read {folder}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout if done.returncode == 0 else None


def _made_otherwise(lock: Lock, level: str) -> str:
    """What was different when a lock was made, for all runtimes; empty when nothing was."""
    if lock.engine != carrying():
        return "another version of quizproof carried out its runs"
    if lock.architecture != platform.machine():
        return f"it was made on a processor of the sort {lock.architecture}, and this is {platform.machine()}"
    if lock.sandbox not in LEVELS or LEVELS.index(lock.sandbox) > LEVELS.index(level):
        return f"its runs had the sandbox `{lock.sandbox}`, which is weaker than `{level}`"
    return ""


def _other_versions(versions: Mapping[str, str]) -> str:
    """Which package has another version here; empty when all have the same."""
    for package, version in versions.items():
        here = platform.python_version() if package == "python" else _installed(package)
        if here != version:
            return f"it was made with {package} {version}, and here is {here or 'none'}"
    return ""


def _installed(package: str) -> str:
    """The version of a package that is installed, from its metadata; empty when there is none."""
    for name in _DISTRIBUTIONS.get(package, (package,)):
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return ""
