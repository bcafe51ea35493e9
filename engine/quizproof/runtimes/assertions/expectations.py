"""Expectations: `raises` and `warns`, which every check and proof can use without an import.

    with raises(TypeError, "unhashable"):
        {[]: 1}
    with warns(UserWarning, "broadcast"):
        loss(prediction, target)

Unlike `try … except Exception`, they hold for one type only, so that a misspelt name in the block does not pass.
"""

from __future__ import annotations

import builtins
import warnings
from types import TracebackType
from typing import Any

from quizproof.runtimes.assertions.sites import RECORDER

_TOO_BROAD = (BaseException, Exception, Warning)


class raises:  # noqa: N801 - it reads as a word, as `open` does
    """A block that must raise an exception of this type, or of one derived from it."""

    def __init__(self, expected: type[BaseException], fragment: str = "") -> None:
        """Expect an exception.

        expected  its type; `Exception` is refused, because every mistake in the block would satisfy it
        fragment  what its message must contain

        Raises TypeError when `expected` is not such a type.
        """
        _check(expected, BaseException, "raises")
        self.expected = expected
        self.fragment = fragment
        self.exception: BaseException | None = None
        """What was raised, once the block has ended."""

    def __enter__(self) -> raises:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            raise AssertionError(f"{self.expected.__name__} was expected, and nothing was raised")
        if not isinstance(error, self.expected):
            raise AssertionError(
                f"{self.expected.__name__} was expected, and {type(error).__name__} was raised: {error}"
            ) from error
        if self.fragment not in str(error):
            raise AssertionError(f"a message with {self.fragment!r} was expected, and it is {str(error)!r}") from error
        if not self.fragment and (meant := _misspelt(error)):
            raise AssertionError(
                f"AttributeError was raised for a misspelt name: {error}, but there is {meant!r}; "
                "if that is the point, quote the message"
            ) from error
        self.exception = error
        if recorder := getattr(builtins, RECORDER, None):
            recorder.expected(error, self.fragment)
        return True


class warns:  # noqa: N801
    """A block that must give a warning of this category, or of one derived from it. Other warnings go on their way."""

    def __init__(self, expected: type[Warning], fragment: str = "") -> None:
        """Expect a warning.

        expected  its category, such as `UserWarning`; `Warning` is refused
        fragment  what its message must contain

        Raises TypeError when `expected` is not such a category.
        """
        _check(expected, Warning, "warns")
        self.expected = expected
        self.fragment = fragment
        self._caught = warnings.catch_warnings(record=True)
        self._seen: list[Any] = []

    def __enter__(self) -> warns:
        seen = self._caught.__enter__()
        assert seen is not None  # it records
        self._seen = seen
        # Each time: by default a place in the code warns once.
        warnings.simplefilter("always")
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._caught.__exit__(type_, error, trace)
        fitting = [each for each in self._seen if self._fits(each)]
        for each in self._seen:
            if each not in fitting:
                warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
        if error is None and not fitting:
            given = ", ".join(f"{each.category.__name__}: {each.message}" for each in self._seen) or "none came"
            what = f"{self.expected.__name__} with {self.fragment!r}" if self.fragment else self.expected.__name__
            raise AssertionError(f"the warning {what} was expected, and {given}")

    def _fits(self, seen: Any) -> bool:
        return issubclass(seen.category, self.expected) and self.fragment in str(seen.message)


EXPECTATIONS = {"raises": raises, "warns": warns}
"""By the names under which programs find them."""


def _misspelt(error: BaseException) -> str:
    """The attribute that is there, of a name that differs from it by case or by one letter; empty when none is."""
    if type(error) is not AttributeError or not isinstance(error.name, str):
        return ""
    try:
        names = [name for name in dir(error.obj) if not name.startswith("_")]
    except Exception:  # `dir` runs the object's own code
        return ""
    return next((name for name in names if _nearly(error.name, name)), "")


def _nearly(one: str, other: str) -> bool:
    if one.lower() == other.lower():
        return True
    shorter, longer = sorted((one, other), key=len)
    return len(longer) == len(shorter) + 1 and any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


def _check(expected: Any, base: type, name: str) -> None:
    if not (isinstance(expected, type) and issubclass(expected, base)) or expected in _TOO_BROAD:
        example = "UserWarning" if base is Warning else "TypeError"
        raise TypeError(f"{name}() needs one exact type, such as {name}({example})")
