"""The self-test in a terminal: `quizproof take`."""

from quizproof_renderers.terminal.session import Answer, Result, run

__all__ = ["Answer", "Result", "run"]
