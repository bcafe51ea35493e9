r"""Notebooks: the code cells of a Jupyter notebook, in order, as one program.

Such a file is JSON: `{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1\n", "x"]}]}`. See the format of
nbformat, https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_COMMAND = re.compile(r"\s*(?:[%!]|\?|[\w.]+\?{1,2}\s*$)")
"""What a line begins with that Jupyter, and not Python, understands: `%matplotlib inline`, `!pip install x`, `?len`."""
_OF_A_CELL = re.compile(r"%%(?!time\b|timeit\b|capture\b)")
"""The magic words after which a cell is no Python; those that are left out run the cell as it is."""


class Notebook(NamedTuple):
    """What a notebook has to run."""

    source: str
    """Its code cells, with an empty line between them. What is for Jupyter alone is a comment there."""
    left_out: tuple[str, ...]
    """The lines that are such comments now, in their order."""


def read(text: str) -> Notebook:
    """The program of a notebook.

    text  the content of the file

    Raises ValueError, with what is wrong as its text, when that is no notebook of version 4, or has no code.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise ValueError("it has no list `cells`: save it with Jupyter in the format 4")
    cells = [_source(cell, number) for number, cell in enumerate(data["cells"], 1)]
    left_out: list[str] = []
    code = [_as_python(cell, left_out) for cell in cells if cell is not None and cell.strip()]
    if not any(line.strip() and not line.lstrip().startswith("#") for cell in code for line in cell.splitlines()):
        raise ValueError("it has no code")
    return Notebook("\n\n".join(cell.strip("\n") for cell in code) + "\n", tuple(left_out))


def _source(cell: object, number: int) -> str | None:
    """The text of a code cell; None for a cell of another sort."""
    if not isinstance(cell, dict):
        raise ValueError(f"cell {number} is no mapping")
    if cell.get("cell_type") != "code":
        return None
    source = cell.get("source")
    lines = [source] if isinstance(source, str) else source
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"cell {number} has no text as its `source`")
    return "".join(lines)


def _as_python(cell: str, left_out: list[str]) -> str:
    """A cell in which what is for Jupyter alone is a comment."""
    whole = bool(_OF_A_CELL.match(cell.lstrip()))
    lines = []
    for line in cell.split("\n"):
        if line.strip() and (whole or _COMMAND.match(line)):
            left_out.append(line.strip())
            lines.append(f"# {line}")
        else:
            lines.append(line)
    return "\n".join(lines)
