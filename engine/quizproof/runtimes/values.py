"""Values: what the expressions of a program give, as JSON data that can be left in a reply."""

from __future__ import annotations

from typing import Any

_MAX_DEPTH = 32


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON data. Tensors and arrays of one element become numbers.

    Raises TypeError for a value that cannot be shown, and ValueError for one that is nested too deeply.
    """
    if depth > _MAX_DEPTH:
        raise ValueError(f"a value nested deeper than {_MAX_DEPTH} levels cannot be shown")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    if _exact_type(value):
        return str(value)
    if isinstance(value, dict):
        return {_text(str(key)): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    # `numpy` makes an array of a tensor where it can; `item` fails where there are several elements, which `tolist`
    # then gives.
    for name in ("numpy", "item", "tolist"):
        method = getattr(value, name, None)
        if callable(method):
            try:
                return plain(method(), depth + 1)
            except (TypeError, ValueError, RuntimeError):
                continue
    raise TypeError(f"a value of type {type(value).__name__} cannot be shown; convert it to a number or a string")


def _exact_type(value: Any) -> str:
    """The type of a number that JSON does not have, and that is shown as text so that it stays exact."""
    if isinstance(value, complex):
        return "complex"
    # By name, because few programs import them.
    name = type(value).__name__
    return name if (name, type(value).__module__) in (("Fraction", "fractions"), ("Decimal", "decimal")) else ""


def dtype_of(value: Any) -> str:
    """The type in which a value was computed, where it says more than the value itself."""
    dtype = str(getattr(value, "dtype", ""))
    narrow = next((name for name in ("bfloat16", "float16", "float32") if name in dtype), "")
    is_complex = "complex" in dtype or isinstance(value, complex)
    return "complex" if is_complex else narrow or _exact_type(value)


def _text(text: str) -> str:
    """Text as it can be written out; half of a surrogate pair becomes an escape."""
    return str.encode(text, "utf-8", "backslashreplace").decode()  # it may be of a class that overrides `encode`
