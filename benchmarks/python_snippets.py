"""Snippets of plain Python, one template per function: statements, an expression, its output, and common mistakes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.template import Numbers, Template


def _python_late(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        functions = [lambda: {a} * i + {c} for i in range({b})]
        """
    return body, "functions[0]()", a * (b - 1) + c, [c, a * b + c]


def _python_step(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    values = list(range(a, a + b * c))
    body = f"""
        values = list(range({a}, {a + b * c}))
        """
    return body, f"values[::-{c}][:3]", values[::-c][:3], [values[::c][:3], values[-3:]]


def _python_floor(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    top = 7 * a + c
    body = f"""
        debt = -{top}
        share = {b}
        whole = debt // share
        """
    return body, f"(whole, debt % share, {c})", (-top // b, -top % b, c), [(-(top // b), top % b, c), (top // b, 0, c)]


def _python_shared(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        def put(item, basket=[]):
            basket.append(item)
            return basket
        for item in range({a}):
            last = put(item)
        other = put({b})
        """
    return body, f"len(other) + {c}", a + 1 + c, [1 + c, a + c]


def _python_exhausted(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    total = sum(k * b for k in range(a))
    body = f"""
        prices = (number * {b} for number in range({a}))
        total = sum(prices)
        """
    return body, f"(total, sum(prices) + {c})", (total, c), [(total, total + c), (0, c)]


def _python_distinct(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        remainders = {{number % {a} for number in range({a * b})}}
        remainders.add({c})
        """
    return body, "len(remainders)", a + (c >= a), [a * b, a * b + 1, a, a + 1]


def _python_multiples(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    total = sum(k for k in range(a, a * b) if k % c == 0)
    body = f"""
        total = 0
        for number in range({a}, {a * b}):
            if number % {c}:
                continue
            total += number
        """
    return body, "total", total, [sum(range(a, a * b)) - total, total + a * b]


def _python_aliased(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        row = [{a}, {b}]
        table = [row] * 3
        table[0][1] = {c}
        """
    return body, "table[2]", [a, c], [[a, b], [c, b], [a, b, c]]


def _python_merged(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        first = {{"epochs": {a}, "batch": {b}}}
        second = {{"batch": {b + c}}}
        """
    merged = {"epochs": a, "batch": b + c}
    return body, "{**first, **second}", merged, [{"epochs": a, "batch": b}, {"batch": b + c}]


def _python_formatted(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        done = {a}
        of = {a + b + c}
        width = {c}
        """
    share = f"{a / (a + b + c):.0%}"
    mistaken = [f"{a / (a + b + c):.2f}, {a:0{c}}", f"{share}, {a}"]
    return body, 'f"{done / of:.0%}, {done:0{width}}"', f"{share}, {a:0{c}}", mistaken


TEMPLATES: tuple[Template, ...] = (
    _python_late,
    _python_step,
    _python_floor,
    _python_shared,
    _python_exhausted,
    _python_distinct,
    _python_multiples,
    _python_aliased,
    _python_merged,
    _python_formatted,
)
