"""Files of a learner: programs that are read from them, and what a question gives to start from, written to them."""

from __future__ import annotations

from pathlib import Path

from quizproof.marking.mark import MalformedResponse

MAX_BYTES = 256 * 1024
"""Of a file that is read as a program."""
_SAVE = "w "
"""What is typed before the path of a file to write to."""


def named_to_write(text: str) -> str:
    """The path in `w PATH`; empty where the text is something else, such as the Python `w = 1`."""
    bare = text.strip()
    return bare[len(_SAVE) :].strip() if bare.startswith(_SAVE) and "\n" not in bare and "=" not in bare else ""


def write_new(name: str, source: str) -> None:
    """Write a program to a new file. Raises MalformedResponse when the file is there already, or cannot be written."""
    try:
        with Path(name).expanduser().open("x", encoding="utf-8") as stream:
            stream.write(source.rstrip("\n") + "\n")
    except FileExistsError:
        raise MalformedResponse(f"the file {name} exists already, and is not overwritten; name another") from None
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise MalformedResponse(f"the file {name} cannot be written: {why}") from None


def read_program(name: str) -> str:
    """The program in a file. Raises MalformedResponse when there is none."""
    try:
        path = Path(name).expanduser()
        if not path.is_file():
            raise MalformedResponse(f"there is no file {name}")
        if path.stat().st_size > MAX_BYTES:
            raise MalformedResponse(f"the file {name} is too large; a program may have at most {MAX_BYTES:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise MalformedResponse(f"the file {name} cannot be read: {why}") from None
