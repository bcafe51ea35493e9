"""The result of grading as a file: the mark files that `analyse` reads, with more columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from quizproof_renderers.handing_in.account import Entry
from quizproof_renderers.handing_in.grading import COLUMNS, Row

_JSON = ("response", "options")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(rows: Iterable[Row]) -> str:
    """A table with a row per learner and question. No cell is a formula to a spreadsheet."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(_cell(name, row[name]) for name in COLUMNS)
    return stream.getvalue()


def to_json(rows: Sequence[Row], entries: Iterable[Entry]) -> str:
    """All marks and the account of all files."""
    files = [{"file": str(entry.path), "fate": entry.fate, "reason": entry.reason} for entry in entries]
    return json.dumps({"version": 1, "marks": rows, "files": files}, indent=1, ensure_ascii=False) + "\n"


def _cell(name: str, value: object) -> object:
    if value is None:
        return ""
    if name in _JSON:
        return json.dumps(value, ensure_ascii=False)
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """A text as a spreadsheet shows it, rather than computes it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
