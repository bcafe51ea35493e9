"""Scripts: a learner's own program in a file, as Python or as a notebook."""

from __future__ import annotations

from dataclasses import dataclass

from quizproof_renderers import notebook

MAX_BYTES = 1 << 20
"""Of a script."""
MAX_NOTEBOOK_BYTES = 16 << 20
"""Of a notebook, which may have pictures in it."""
NOTEBOOK = ".ipynb"
SUFFIXES = (".py", NOTEBOOK)


@dataclass(frozen=True)
class Script:
    """The program in a file."""

    source: str
    left_out: tuple[str, ...] = ()
    """Lines of a notebook that only Jupyter understands."""


def max_bytes(suffix: str) -> int:
    """The size of a file that can be read."""
    return MAX_NOTEBOOK_BYTES if suffix == NOTEBOOK else MAX_BYTES


def read_script(content: bytes, suffix: str) -> Script:
    """The program in the bytes of a file.

    suffix  of the file's name: of a notebook, the code cells are read in their order

    Raises ValueError where there is no program, with the end of a sentence that begins with the file's name.
    """
    if len(content) > (most := max_bytes(suffix)):
        raise ValueError(f"has more than {most:,} bytes, which is all that it may have")
    try:
        text = content.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None
    if not text.strip():
        raise ValueError("is empty")
    left_out: tuple[str, ...] = ()
    if suffix == NOTEBOOK:
        try:
            found = notebook.read(text)
        except ValueError as error:
            raise ValueError(f"is no notebook that can be run: {error}") from None
        text, left_out = found.source, tuple(found.left_out)
    return Script(text.replace("\r\n", "\n"), left_out)
