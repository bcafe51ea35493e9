"""Gold files: whole expected texts, kept under `tests/gold`."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent.parent


def compare(name: str, actual: str) -> None:
    """Hold a text against `tests/gold/<name>`. What differs is saved under `tests/actual`, to look at and to accept."""
    __tracebackhide__ = True
    gold = HERE / "gold" / name
    expected = gold.read_bytes().decode() if gold.exists() else ""
    if actual != expected:
        saved = HERE / "actual" / name
        saved.parent.mkdir(parents=True, exist_ok=True)
        saved.write_bytes(actual.encode())
    assert actual == expected
