"""Changes of a value: others of the same type, such as a slightly wrong answer would have."""

from __future__ import annotations

import contextlib
import copy
import functools
import math
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

_MAX_ITEMS = 10_000
"""Of a larger collection no copies are made."""
_MAX_ELEMENTS = 4_000_000
"""Of a larger tensor neither."""

_NAN = "as NaN"

Change = tuple[str, Any]
"""What was done, in words that follow the name of the value, and the changed value: ("plus 1", 4)."""


def changes(value: Any, *, nan: bool = False) -> Iterator[Change]:
    """Other values of the same type; none for what we know nothing of. The value itself stays as it is.

    value  anything that a program has made
    nan    whether NaN is among them, which fails nearly every comparison

    >>> list(changes(2))
    [('plus 1', 3), ('negated', -2), ('as 0', 0)]
    """
    found = _of_type(value)
    while True:
        try:
            words, changed = next(found)
        except StopIteration:
            return
        except Exception:  # a value's own code may raise anything
            return
        if nan or words != _NAN:
            yield words, changed


def _of_type(value: Any) -> Iterator[Change]:
    match value:
        case None:
            yield "as 0", 0
        case bool():
            yield "negated", not value
        case int() | float() | complex() if type(value) in (int, float, complex):
            yield from _numbers(value)
        case str() | bytes():
            yield from _texts(value)
        case list() | tuple() | dict() | set() | frozenset():
            yield from _collections(value)
        case types.FunctionType():
            for number in range(3):
                yield "with another result", Wrapped(value, number)
            yield "with its arguments added to its result", Wrapped(value, None)
        case type():
            yield from _classes(value)
        case _:
            yield from _of_library(value)


def _texts(value: Any) -> Iterator[Change]:
    yield "with another letter", value + ("x" if isinstance(value, str) else b"x")
    yield "as an empty text", type(value)()
    if value != value.swapcase():
        yield "in other case", value.swapcase()
    if value != value[::-1]:
        yield "backwards", value[::-1]


def _collections(value: Any) -> Iterator[Change]:
    if len(value) > _MAX_ITEMS:
        return
    if isinstance(value, dict):
        yield from _mappings(value)
    elif isinstance(value, (list, tuple)):
        yield from _sequences(value)
    else:
        yield "with one more", value | {object()}
        yield "empty", type(value)()


def _numbers(value: Any) -> Iterator[Change]:
    yield "plus 1", value + 1
    if value:
        yield "negated", -value
        yield "as 0", type(value)(0)
    if isinstance(value, float):
        yield _NAN, math.nan


def _sequences(value: Any) -> Iterator[Change]:
    def made(items: list[Any]) -> Any:
        return items if isinstance(value, list) else tuple(items)

    if hasattr(value, "_replace"):  # a named tuple, or torch.Size
        for words, changed in islice(changes(value[0]), 2):
            yield f"with its first item {words}", value._replace(**{value._fields[0]: changed})
        return
    items = list(value)
    if items and items != items[::-1]:
        yield "in reverse", made(items[::-1])
    for words, changed in islice(changes(items[0]), 3) if items else ():
        yield f"with its first item {words}", made([changed, *items[1:]])
    if len(items) > 1:
        for words, changed in islice(changes(items[-1]), 2):
            yield f"with its last item {words}", made([*items[:-1], changed])
        every = [next(changes(item), ("", item))[1] for item in items]
        yield "with every item changed", made(every)
        yield "without its last item", made(items[:-1])
    yield "with one more item", made([*items, items[-1] if items else 0])
    if items:
        yield "empty", made([])


def _mappings(value: dict[Any, Any]) -> Iterator[Change]:
    for key in islice(value, 3):
        for words, changed in islice(changes(value[key]), 2):
            yield f"with {key!r} {words}", _dict_like(value, {**value, key: changed})
        yield f"without {key!r}", _dict_like(value, {each: value[each] for each in value if each is not key})
    if len(value) > 1:
        yield "in reverse", _dict_like(value, dict(reversed(list(value.items()))))
    yield "with one more key", _dict_like(value, {**value, "another": 0})


def _dict_like(value: dict[Any, Any], items: dict[Any, Any]) -> Any:
    if type(value) is dict:
        return items
    new = copy.copy(value)  # a Counter, a defaultdict
    new.clear()
    new.update(items)
    return new


class Wrapped:
    """A function with the same arguments and effects as another one, and another result where one is known."""

    def __init__(self, function: Callable[..., Any], number: int | None) -> None:
        """Wrap `function`. `number` chooses among the changes of its result; None adds the arguments to it.

        A sum with the arguments has another gradient too, where "plus 1" has the same.
        """
        functools.update_wrapper(self, function)
        self._function = function
        self._number = number
        self.effective = True
        """Whether it gave another result whenever it was called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = self._function(*args, **kwargs)
        if self._number is None:
            total = _sum([result, *args, *kwargs.values()])
            self.effective = self.effective and total is not result
            return total
        if isinstance(result, types.GeneratorType):
            return iter(self._other(self._number, list(islice(result, _MAX_ITEMS))))
        return self._other(self._number, result)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def _other(self, number: int, result: Any) -> Any:
        others = [changed for _, changed in changes(result)]
        # Of a function that returns nothing, the effects count, and these are as before.
        self.effective = self.effective and bool(others) and result is not None
        return others[number % len(others)] if others else result


def _sum(values: Sequence[Any]) -> Any:
    """The first of some values plus the sum of each other one, of those that are floating-point numbers or tensors."""
    torch, tensorflow = sys.modules.get("torch"), sys.modules.get("tensorflow")
    total, *others = values
    for value in others:
        with contextlib.suppress(Exception):  # what cannot be added is left out
            if isinstance(total, float) and isinstance(value, (int, float)):
                total = total + value
            elif torch is not None and isinstance(total, torch.Tensor) and total.is_floating_point():
                total = total + value.sum()
            elif tensorflow is not None and tensorflow.is_tensor(total) and total.dtype.is_floating:
                total = total + tensorflow.cast(tensorflow.reduce_sum(value), total.dtype)
    return total


def is_effective(value: Any) -> bool:
    """Whether a changed value was another one: of some results of functions no other ones are known."""
    if isinstance(value, type):
        wrapped = [each for each in vars(value).values() if isinstance(each, Wrapped)]
        return not wrapped or all(each.effective for each in wrapped)
    return not isinstance(value, Wrapped) or value.effective


def _pick(value: Any, number: int) -> Any:
    others = [changed for _, changed in changes(value)]
    return others[number % len(others)] if others else value


def _classes(value: type) -> Iterator[Change]:
    names = [
        name
        for name, each in vars(value).items()
        if isinstance(each, types.FunctionType) and (not name.startswith("__") or name == "__call__")
    ]
    for number in range(2 if names else 0):
        methods = {name: Wrapped(vars(value)[name], number) for name in names}
        yield "with other results of its methods", type(value.__name__, (value,), methods)


def _of_library(value: Any) -> Iterator[Change]:
    """Changes of tensors, arrays and models, of whichever library is imported."""
    torch, numpy, tensorflow = (sys.modules.get(name) for name in ("torch", "numpy", "tensorflow"))
    if torch is not None and isinstance(value, torch.Tensor):
        yield from _torch_tensors(torch, value)
    elif torch is not None and isinstance(value, torch.nn.Module):
        yield from _torch_modules(torch, value)
    elif numpy is not None and isinstance(value, numpy.ndarray):
        yield from _arrays(numpy, value)
    elif numpy is not None and isinstance(value, numpy.generic):
        yield from ((words, type(value)(changed)) for words, changed in changes(value.item()))
    elif tensorflow is not None and hasattr(tensorflow, "is_tensor") and tensorflow.is_tensor(value):
        yield from _tensorflow_tensors(tensorflow, value)


def _torch_tensors(torch: Any, value: Any) -> Iterator[Change]:
    if value.numel() > _MAX_ELEMENTS:
        return

    def like(changed: Any) -> Any:
        """With the attributes of the value, so that only what is named has changed."""
        if isinstance(value, torch.nn.Parameter):
            return torch.nn.Parameter(changed, requires_grad=value.requires_grad)
        if value.requires_grad and changed.is_floating_point():
            changed.requires_grad_()
        return changed

    with torch.no_grad():
        plain = value.detach().clone()
        if value.dtype == torch.bool:
            yield "negated", ~plain
        else:
            yield "plus 1", like(plain + 1)
            if plain.any():
                yield "negated", like(-plain)
                yield "as zeros", like(torch.zeros_like(plain))
        if plain.dim() and plain.numel() > 1:
            yield "in reverse", like(plain.flip(0))
            yield "without its last", like(plain[:-1].clone())
        yield "of another shape", like(plain.unsqueeze(0))
        if plain.is_floating_point():
            yield _NAN, like(torch.full_like(plain, math.nan))
            other = torch.float64 if plain.dtype != torch.float64 else torch.float32
            yield "of another dtype", like(plain.to(other))
            if value.is_leaf:
                flipped = plain.clone()
                yield "with requires_grad flipped", flipped.requires_grad_(not value.requires_grad)
            else:
                yield "cut from its graph", plain.clone()
        elif plain.dtype != torch.bool:
            yield "of another dtype", plain.float()
        if plain.dim() > 1 and plain.numel() > 1:
            yield "laid out otherwise", like(plain.transpose(0, -1).contiguous().transpose(0, -1))


def _torch_modules(torch: Any, value: Any) -> Iterator[Change]:
    def copied() -> Any:
        return copy.deepcopy(value)

    if any(True for _ in value.parameters()):
        other = copied()
        with torch.no_grad():
            for parameter in other.parameters():
                parameter.add_(1)
        yield "with other weights", other
        other = copied()
        for parameter in other.parameters():
            parameter.requires_grad_(not parameter.requires_grad)
        yield "with requires_grad flipped", other
    other = copied()
    yield "in the other mode", other.train(not value.training)
    other = copied()
    other.register_forward_hook(lambda module, inputs, output: _pick(output, 0))
    yield "with another output", other
    other = copied()
    other.register_forward_hook(lambda module, inputs, output: _pick(output, 4))
    yield "with another output", other


def _arrays(numpy: Any, value: Any) -> Iterator[Change]:
    if value.size > _MAX_ELEMENTS:
        return
    if value.dtype == bool:
        yield "negated", ~value
    elif numpy.issubdtype(value.dtype, numpy.number):
        yield "plus 1", value + 1
        if value.any():
            yield "negated", -value if not numpy.issubdtype(value.dtype, numpy.unsignedinteger) else value + 2
            yield "as zeros", numpy.zeros_like(value)
        if numpy.issubdtype(value.dtype, numpy.inexact):
            yield _NAN, numpy.full_like(value, math.nan)
        yield "of another dtype", value.astype(numpy.float32 if value.dtype == numpy.float64 else numpy.float64)
    if value.ndim and value.size > 1:
        yield "in reverse", value[::-1].copy()
        yield "without its last", value[:-1].copy()
    yield "of another shape", value[numpy.newaxis].copy()


def _tensorflow_tensors(tf: Any, value: Any) -> Iterator[Change]:
    plain = tf.convert_to_tensor(value)

    def made(changed: Any) -> Any:
        return tf.Variable(changed, trainable=value.trainable) if isinstance(value, tf.Variable) else changed

    if plain.dtype == tf.bool:
        yield "negated", made(tf.logical_not(plain))
    elif plain.dtype != tf.string:
        yield "plus 1", made(plain + tf.ones_like(plain))
        yield "as zeros", made(tf.zeros_like(plain))
        if plain.dtype.is_floating:
            yield _NAN, made(plain * tf.cast(math.nan, plain.dtype))
            yield "negated", made(-plain)
        yield "of another dtype", made(tf.cast(plain, tf.float64 if plain.dtype != tf.float64 else tf.float32))
    if plain.shape.rank:
        yield "in reverse", made(tf.reverse(plain, [0]))
    yield "of another shape", made(tf.expand_dims(plain, 0))
