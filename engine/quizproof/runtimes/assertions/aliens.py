"""Aliens: values of no known type, to see whether an assertion looks at a value at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Always:
    """Whatever is asked of it, it is true; or, made so, false. It has every attribute, and one item: itself."""

    def __init__(self, answer: bool) -> None:
        self.__dict__["_answer"] = answer

    def __bool__(self) -> bool:
        answer: bool = self.__dict__["_answer"]
        return answer

    def _self(self, *args: Any, **kwargs: Any) -> Always:
        return self

    __getattr__ = __call__ = __getitem__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _self
    __truediv__ = __rtruediv__ = __neg__ = __abs__ = __and__ = __or__ = __invert__ = __enter__ = __matmul__ = _self
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _self  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        pass

    def __contains__(self, item: object) -> bool:
        return bool(self)

    def __iter__(self) -> Iterator[Always]:
        yield self

    def __len__(self) -> int:
        return 1

    def __hash__(self) -> int:
        return 0


def aliens() -> Iterator[Any]:
    """One that is always false, one that is always true, one that has nothing, and None."""
    yield Always(False)
    yield Always(True)
    yield object()
    yield None
