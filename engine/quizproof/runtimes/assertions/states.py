"""States: what a value holds, as something that can be compared later, when the value itself may have changed."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from typing import Any

_MAX_ITEMS = 10_000
_MAX_DEPTH = 4
_MAX_BYTES = 32 * 1024 * 1024


def state(value: Any, depth: int = 0) -> Any:
    """What a value holds: equal for two times between which nothing in it has changed.

    value  anything. Tensors count by their elements, collections and objects by what is in them, to a depth of 4; of
           what is larger or deeper, changes go unnoticed
    """
    try:
        return _state(value, depth)
    except Exception:  # a value's own code may raise anything
        return None


def _state(value: Any, depth: int) -> Any:
    if isinstance(value, (str, bytes, int, float, complex, type(None))):
        return value
    if (of_library := _of_library(value)) is not None or depth >= _MAX_DEPTH:
        return of_library
    if isinstance(value, Mapping) and len(value) <= _MAX_ITEMS:
        return [(state(key, depth + 1), state(each, depth + 1)) for key, each in value.items()]
    if isinstance(value, (list, tuple)) and len(value) <= _MAX_ITEMS:
        return [state(each, depth + 1) for each in value]
    if isinstance(value, (set, frozenset)):
        return (len(value), [hash(each) for each in value])
    if isinstance(value, bytearray):
        return bytes(value)
    # Objects of the program's own classes; those of libraries change all the time without any harm.
    if type(value).__module__ == "__main__" and hasattr(value, "__dict__"):
        return [(name, state(each, depth + 1)) for name, each in vars(value).items()]
    return None


def _of_library(value: Any) -> Any:
    """That of a tensor, an array or a model, of whichever library is imported; None of anything else."""
    torch, numpy, tensorflow = (sys.modules.get(name) for name in ("torch", "numpy", "tensorflow"))
    if torch is not None and isinstance(value, torch.Tensor):
        # It counts every change in place.
        return (value._version, value.requires_grad, None if value.grad is None else value.grad._version)
    if torch is not None and isinstance(value, torch.nn.Module):
        return (value.training, [state(each) for each in (*value.parameters(), *value.buffers())])
    if numpy is not None and isinstance(value, numpy.ndarray):
        return hashlib.sha256(value.tobytes()).digest() if value.nbytes <= _MAX_BYTES else None
    if tensorflow is not None and callable(getattr(value, "numpy", None)):  # a tensor, or a variable of either library
        return state(value.numpy())
    if tensorflow is not None and isinstance(value, tensorflow.Module) and hasattr(value, "get_weights"):
        return [state(each) for each in value.get_weights()]
    return None
