"""`python -m quizproof`: the command `quizproof`, found as an installed script, since the engine names no renderer."""

import sys
from importlib.metadata import entry_points
from typing import NoReturn


def main() -> None:
    """Run the command line, and exit as it does; with 2 when it is not installed."""
    command = next(iter(entry_points(group="console_scripts", name="quizproof")), None)
    if command is None:
        _refuse("the command line is not installed; run `pip install quizproof`")
    try:
        command.load()()  # it imports what it needs when it is called
    except ModuleNotFoundError as error:
        _refuse(f"the command line needs `{error.name}`, which is not installed; run `pip install quizproof`")


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"quizproof: {message}\n")
    sys.exit(2)


if __name__ == "__main__":
    main()
