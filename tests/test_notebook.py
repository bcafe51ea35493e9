"""Notebooks: what of them runs, what is left out, and what is no notebook."""

from __future__ import annotations

import json
from typing import Any

import pytest

from quizproof_renderers.notebook import read


def notebook(*cells: Any) -> str:
    """A file with these code cells; a mapping stands for itself."""
    made = [cell if isinstance(cell, dict) else {"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


def test_code_cells_run_in_their_order() -> None:
    """A text and a list of lines mean the same, and other cells are not code."""
    text = notebook(
        "x = 1\n", {"cell_type": "markdown", "source": "# total = 7"}, ["y = x\n", "y"], "", "\n\nz = 2\n\n"
    )
    assert read(text) == ("x = 1\n\ny = x\ny\n\nz = 2\n", ())


@pytest.mark.parametrize(
    ("cell", "source", "left_out"),
    [
        ("%matplotlib inline\nx = 1", "# %matplotlib inline\nx = 1\n", ("%matplotlib inline",)),
        ("if x:\n    !ls -l\n    y = 1", "if x:\n#     !ls -l\n    y = 1\n", ("!ls -l",)),
        ("%%time\nx = 1", "# %%time\nx = 1\n", ("%%time",)),
        ("len?\nx = 1", "# len?\nx = 1\n", ("len?",)),
        ("x = 7 % 4\ny = x != 2\nz = '50 %'", "x = 7 % 4\ny = x != 2\nz = '50 %'\n", ()),
    ],
)
def test_what_only_jupyter_understands_is_left_out(cell: str, source: str, left_out: tuple[str, ...]) -> None:
    """It becomes a comment, so that lines keep their numbers; operators of Python stay."""
    assert read(notebook(cell)) == (source, left_out)


def test_a_cell_in_another_language_is_left_out() -> None:
    """As a whole; the cells beside it run."""
    assert read(notebook("%%bash\nrm -r x", "x = 1")) == ("# %%bash\n# rm -r x\n\nx = 1\n", ("%%bash", "rm -r x"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is not JSON: "),
        ("[" * 100_000, "it is not JSON: "),
        ("[]", "it has no list `cells`"),
        ('{"worksheets": []}', "it has no list `cells`"),
        (notebook(), "it has no code"),
        (notebook({"cell_type": "markdown", "source": "x = 1"}), "it has no code"),
        (notebook("%matplotlib inline\n# x"), "it has no code"),
        (json.dumps({"cells": [3]}), "cell 1 is no mapping"),
        (notebook("x = 1", {"cell_type": "code", "source": [1]}), "cell 2 has no text as its `source`"),
        (notebook({"cell_type": "code"}), "cell 1 has no text as its `source`"),
    ],
)
def test_what_is_no_notebook_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}"):
        read(text)
