"""The answer as the checks see it: whether any of them notices when a value that it made is another one."""

from __future__ import annotations

import dis
import time
import types
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from quizproof.outcome import is_failed_assertion
from quizproof.runtimes.assertions.states import state
from quizproof.runtimes.assertions.values import changes, is_effective

_MAX_SECONDS = 3.0
"""Of processor time, for all checks of a run. What was not tried by then counts for nothing."""
_MAX_NAMES = 12
_MAX_CHANGES = 8
_MISSING = object()


@dataclass
class Notices:
    """What one check made of the changes."""

    tried: int = 0
    """Changes with which it came to its end, or failed an assertion."""
    noticed: int = 0
    """Those that failed one."""
    missed: str = ""
    """The first that it did not notice, in words: "`total` plus 1"."""


def made_by(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The names that a part has bound, and their values; without modules, and without names that begin with `_`.

    before, after  the names of the program before and after the part
    """
    return {
        name: value
        for name, value in after.items()
        if before.get(name, _MISSING) is not value and name[0] != "_" and not isinstance(value, types.ModuleType)
    }


def notices(
    names: dict[str, Any],
    made: Mapping[str, Any],
    checks: Mapping[int, types.CodeType],
    given: Set[str],
    *,
    nan: bool = False,
) -> dict[int, Notices]:
    """Run each check again and again, each time with another value that the answer could have made.

    names   the names of the program, after its end; they are as before afterwards
    made    what the answer has bound
    checks  by the index of the part
    given   the names that the program had when its first check began
    nan     whether they ask for NaN

    A check whose unchanged repetition does not pass is left out, as is one that changes what it looks at. A change in
    which a check raises anything but a failed assertion counts for nothing.
    """
    end = time.process_time() + _MAX_SECONDS
    # As after the answer: a check may have bound some of these names itself.
    saved = dict(names)
    found: dict[int, Notices] = {}
    for index, code in checks.items():
        codes = [*_needed(index, checks), code]
        reads = set[str]().union(*map(_names_read, codes))
        before = [state(saved[name]) for name in sorted(reads & saved.keys())]
        if _passes(codes, names, saved, made) is not True:
            continue
        if before != [state(saved[name]) for name in sorted(reads & saved.keys())]:
            continue
        found[index] = Notices()
        # What a check does not read it cannot notice, and need not: it may be a step on the way.
        read = {name: value for name, value in made.items() if name in reads}
        if not reads & given:  # but if it reads nothing of the program, it notices nothing at all
            read = dict(made)
        for words, changed in _changes(read, nan=nan):
            if time.process_time() > end:
                break
            passed = _passes(codes, names, saved, {**made, **changed})
            if passed is None:
                continue
            if passed and not all(map(is_effective, changed.values())):
                continue
            found[index].tried += 1
            if passed:
                found[index].missed = found[index].missed or words
            else:
                found[index].noticed += 1
                break
    return found


def _needed(index: int, checks: Mapping[int, types.CodeType]) -> list[types.CodeType]:
    """The checks before one that bind names that it reads, and those that these need, in their order.

    A check may look at what the one before it has got from the answer: `second = f(x)`, then `assert second == 12`.
    """
    reads = _names_read(checks[index])
    needed: list[types.CodeType] = []
    for code in [code for each, code in sorted(checks.items(), reverse=True) if each < index]:
        if reads & {i.argval for i in dis.get_instructions(code) if i.opname in ("STORE_NAME", "STORE_GLOBAL")}:
            needed.insert(0, code)
            reads |= _names_read(code)
    return needed


def _names_read(code: types.CodeType) -> set[str]:
    """The names that code reads from the program, those in its functions included."""
    inner = [_names_read(each) for each in code.co_consts if isinstance(each, types.CodeType)]
    return set(code.co_names).union(*inner)


def _changes(made: Mapping[str, Any], *, nan: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """One value changed at a time: the first change of each name, then the second of each, and so on."""
    waiting = [(name, changes(value, nan=nan)) for name, value in list(made.items())[: -_MAX_NAMES - 1 : -1]]
    for _ in range(_MAX_CHANGES):
        for name, of in list(waiting):
            change = next(of, None)
            if change is None:
                waiting.remove((name, of))
                continue
            yield f"`{name}` {change[0]}", {name: change[1]}


def _passes(
    codes: Sequence[types.CodeType], names: dict[str, Any], saved: dict[str, Any], values: Mapping[str, Any]
) -> bool | None:
    """Whether the last of these checks passes with these values; None if it neither passes nor fails an assertion."""
    *needed, check = codes
    reached = False
    names.update(values)
    try:
        for code in needed:
            exec(code, names)
        reached = True
        exec(check, names)
        return True
    except Exception as error:
        return False if reached and is_failed_assertion(type(error).__name__, str(error)) else None
    finally:
        names.clear()
        names.update(saved)
