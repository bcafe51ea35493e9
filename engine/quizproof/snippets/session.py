"""Sessions: code with the interpreter's prompts, as it is copied from a terminal.

    >>> words = ["b", "a"]
    >>> words.sort()
    >>> words
    ['a', 'b']
    >>> words[0]

Each statement becomes a part of its own, so that it is known what it printed. The output that a session shows below a
statement must be the real one; output that it does not show is what is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from quizproof import rules
from quizproof.claims import Judgement, Part, Program, refuted
from quizproof.comparison.happens import is_raised
from quizproof.comparison.outputs import difference, fold, quoted, same_output
from quizproof.outcome import Frame, Outcome, Raised

_PROMPT, _MORE = ">>>", "..."
_TRACEBACK = "Traceback (most recent call last):"
_WARNING = re.compile(r"\S.*:\d+: (?P<name>\w+(?:\.\w+)*): (?P<message>.*)")


def is_session(source: str) -> bool:
    """Whether code is a session. No Python begins with a prompt."""
    return source.startswith(_PROMPT)


def by_statement(parts: Iterable[Part]) -> Iterator[Part]:
    """Parts with every session divided into its statements, each with the output shown below it."""
    for part in parts:
        if not is_session(part.source):
            yield part
            continue
        lines = part.source.rstrip("\n").split("\n")
        starts = [number for number, line in enumerate(lines) if line.startswith(_PROMPT)]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            # A negative lead: the lines before it are its author's too, but belong to other parts.
            yield replace(part, source="\n".join(lines[start:end]) + "\n", lead=part.lead - start)


def asked_output(program: Program, outcome: Outcome) -> str:
    """What the code of a program printed, without what a session shows already."""
    pairs = zip(program.parts, outcome.parts, strict=False)
    return "".join(result.stdout for part, result in pairs if part.role == "code" and not _shown(part))


def false_output(program: Program, outcome: Outcome) -> Judgement | None:
    """The judgement of a session that shows an output which is not the real one; None when there is none.

    Refuted, at the line below which the difference is.
    """
    for part, result in zip(program.parts, outcome.parts, strict=False):
        shown = _shown(part)
        # A statement that left an exception ended the program; whoever judges it speaks of that.
        if not shown or (outcome.raised and result is outcome.parts[-1]):
            continue
        text, warned = _without_warnings(shown)
        missing = next((each for each in warned if not any(_is_same_warning(each, w) for w in result.warned)), "")
        if missing:
            real = f"it warned of {quoted('; '.join(result.warned))}" if result.warned else "it showed no warning"
            message = f"the session shows a warning that the run did not give: {real}"
        elif _is_traceback(text) and _is_traceback(result.stdout):
            if _same_exception(text, result.stdout):
                continue
            message = f"the session shows another exception: the run raised {_exception(result.stdout)}"
        elif same_output(text, result.stdout):
            continue
        elif not result.stdout.strip():
            message = "the session shows an output where the run prints nothing"
        else:
            message = f"the session shows another output than the run: {difference(text, result.stdout)}"
        line = len(_typed(part)) - part.lead
        frame = Frame(line, 1, len(shown.split("\n")[0]) + 1, "<module>", "")
        help_ = "Correct it, or leave out all of this statement's output, and it is asked for."
        judgement = refuted(
            rules.KEY_REFUTED, message, help=help_, expected=fold(shown), actual=fold(result.stdout), at=part.at
        )
        return replace(judgement, frame=frame)
    return None


def shows_everything(program: Program) -> bool:
    """Whether it is a session with an output below its last statement."""
    last = next((part for part in reversed(program.parts) if part.role == "code"), None)
    return last is not None and bool(_shown(last))


def _typed(part: Part) -> list[str]:
    """The lines of a statement."""
    lines = part.source.rstrip("\n").split("\n")
    count = next((n for n, line in enumerate(lines) if not line.startswith((_PROMPT, _MORE))), len(lines))
    return lines[:count]


def _shown(part: Part) -> str:
    """The output that a session shows below a statement; empty where it shows none, and for other parts."""
    if not is_session(part.source):
        return ""
    return fold("\n".join(part.source.rstrip("\n").split("\n")[len(_typed(part)) :]))


def _without_warnings(shown: str) -> tuple[str, list[str]]:
    """A shown output without the warnings in it, and these: ["UserWarning: a message"]."""
    kept: list[str] = []
    warned: list[str] = []
    quotes = False
    for line in shown.split("\n"):
        found = _WARNING.fullmatch(line)
        if found and found["name"].endswith("Warning"):
            warned.append(f"{found['name'].rpartition('.')[2]}: {found['message']}")
            quotes = True
        elif quotes and line.startswith("  "):
            quotes = False  # the line of code that follows a warning
        else:
            kept.append(line)
            quotes = False
    return "\n".join(kept), warned


def _is_same_warning(shown: str, real: str) -> bool:
    # A message of several lines goes on in lines that cannot be told from output.
    return real.split("\n")[0].rstrip() == shown.rstrip()


def _is_traceback(text: str) -> bool:
    return text.lstrip().startswith(_TRACEBACK)


def _exception(traceback: str) -> str:
    """What a traceback ends with, from the type on: "KeyError: 'a'"."""
    lines = fold(traceback).split("\n")[1:]
    return "\n".join(lines[next((n for n, line in enumerate(lines) if not line.startswith(" ")), 0) :])


def _same_exception(shown: str, real: str) -> bool:
    """Whether two tracebacks end with the same exception; the lines in between are those of another file."""
    (name, _, message), (type_, _, said) = _exception(shown).partition(":"), _exception(real).partition(":")
    return is_raised(name.strip(), Raised(type_, "", 0)) and same_output(message.strip(), said.strip())
