"""Stems that do not fit their questions: they name what the code lacks, or ask for what the learner cannot give."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator

from quizproof import rules
from quizproof.claims import Program
from quizproof.comparison.numbers import is_number
from quizproof.findings import Advice
from quizproof.kinds.base import Block, Question, Runs
from quizproof.kinds.questions.choice import Choice
from quizproof.kinds.questions.number import NumberQuestion
from quizproof.kinds.questions.predict_output import PredictOutput
from quizproof.proving.writing.wording import without_code
from quizproof.quizfile.fields import CODE, TEXT, texts

_AT = ("prompt",)
_ALL = re.compile(r"(?i)\b(?:choose|select|pick|tick|mark|check|find) (?:all|every(?! line)|each)\b|\ball that apply\b")
_NUMBER = re.compile(
    r"(?i)\b(?:which|choose|select|pick|tick) (?P<n>two|three|four) (?:of these|of the following|options|statements"
    r"|lines|expressions|answers|calls|claims)\b(?! of the)"
)
_NUMBERS = {"two": 2, "three": 3, "four": 4}
_LINE = re.compile(r"(?i)\b(?:in|on|of|at|by|does|after|before) line (?P<n>\d+)\b")
_HOW_MANY_LINES = re.compile(
    r"(?i)\bhow many lines (?:does|will) (?:this|the) (?:program|code|loop|script|snippet) (?:print|output|write)\b"
)
_OUTPUT = re.compile(r"(?i)\bwhat does (?:this|the) (?:program|code|script|snippet) (?:print|output)\s*\?\s*$")
_EXCEPTION = re.compile(
    r"(?i)\b(?:which|what) (?:exception|error)\b[^.?!]*\b(?:raise|raised|raises|throw|thrown|fail)\b"
)
_ID = r"`(?P<name>[A-Za-z_]\w*)(?:\([^`\n]*\))?`"
_NAMED = (
    re.compile(
        r"(?i)\b(?:functions?|variables?|class|lists?|dictionary|tuple|set|argument|parameter|generator|string|tensor"
        rf"|array) {_ID}"
    ),
    re.compile(
        rf"(?i)\b(?:what|how many|which)\b[^.?!`]*\b(?:does|do|will|is|are) {_ID}"
        r"(?: (?:return|give|contain|hold|have|become|print)\b|[^.?!`]{0,12}\?)"
    ),
    re.compile(rf"(?i)\b(?:values?|length|contents?|items?) of {_ID}"),
    re.compile(rf"(?:^|[.] )(?:Write|Define|Complete|Implement)(?: a| the)?(?: function)? {_ID}"),
)
"""Names that a stem says are there, or that the learner has to define."""
_EVERYWHERE = frozenset(dir(builtins)) | frozenset(keyword.kwlist)
_METHODS = frozenset(name for kind in (str, list, dict, set, tuple, int, float, bytes) for name in dir(kind))


def misfits(block: Block, runs: Runs) -> Iterator[Advice]:
    """What the stem of a question says that does not fit it; nothing of an exhibit, which has no stem.

    block  its first variant
    runs   the outcomes of its programs, all as its claims say
    """
    if not isinstance(block, Question):
        return
    stem = block.stem()
    for message, help_ in (*_of_keys(block, stem), *_of_names(block, stem), *_of_lines(block, stem, runs)):
        yield Advice(rules.STEM_MISFIT, _AT, message, help=help_)


def _of_keys(block: Question, stem: str) -> Iterator[tuple[str, str]]:
    """What is asked for in another number than there is, or as another thing."""
    if isinstance(block, Choice):
        keys = sum(option.key for option in block.options)
        words = without_code(stem)
        if keys == 1 and (found := _ALL.search(words)):
            message = f"the stem says {found[0]!r}, but only one option is a key, so learners can choose only one"
            yield message, "Ask for the one, or mark every right option with `key: true`."
        found = _NUMBER.search(words)
        if found and block.choose == "all" and _NUMBERS[found["n"].lower()] != keys:
            options = [text for at, text in texts(block, CODE) if at[0] == "options"]
            if not any("\n" in text.strip() for text in options):
                yield f"the stem says {found[0]!r}, but {keys} of the options are keys", "Correct the number."
    if isinstance(block, PredictOutput):
        if block.asks == "output" and (found := _EXCEPTION.search(stem)):
            message = f"the stem asks {found[0]!r}, but the answer is what the program prints"
            yield message, "Write `asks: exception`, or ask for the output."
        if block.asks == "exception" and (found := _OUTPUT.search(stem)):
            message = f"the stem asks {found[0]!r}, but the answer is an exception"
            yield message, "Ask for the exception, or leave out `asks`."


def _of_names(block: Question, stem: str) -> Iterator[tuple[str, str]]:
    """Names of functions and variables that are nowhere in the code."""
    written = "\n".join(text for role in (CODE, TEXT) for _, text in texts(block, role))
    code = f"{written}\n{block.with_shared(None)}\n{getattr(block, 'blanks', '')}"
    if not re.search(r"\w", code):
        return
    named = (found["name"] for pattern in _NAMED for found in pattern.finditer(stem))
    for name in named:
        known = name in _EVERYWHERE | _METHODS | block.params.keys()
        if known or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code):
            continue
        yield f"the stem names `{name}`, which is nowhere in the code", "Use the name that the code has."
        return


def _of_lines(block: Question, stem: str, runs: Runs) -> Iterator[tuple[str, str]]:
    """Lines that the program does not have, and how many it prints."""
    source = str(getattr(block, "code", None) or getattr(block, "lines", None) or "")
    lines = block.with_shared(getattr(block, "setup", None)).count("\n") + source.rstrip("\n").count("\n") + 1
    for found in _LINE.finditer(without_code(stem)) if source else ():
        if int(found["n"]) > lines:
            yield f"the stem is about line {found['n']}, but the program has {lines} lines", "Correct the number."
    if isinstance(block, NumberQuestion) and block.code and _HOW_MANY_LINES.search(stem):
        value = block.names(runs).get("value")
        printed = _printed(runs)
        full = [line for line in printed.split("\n") if line.strip()]
        if printed and is_number(value) and value not in (len(full), printed.count("\n")):
            message = f"the stem asks how many lines are printed: {len(full)}, but the key is {value}"
            yield message, "Count them in `value`, such as `len(out.splitlines())`."


def _printed(runs: Runs) -> str:
    """What the program that is shown prints."""
    programs: list[Program] = [program for program in runs if any(part.at == ("code",) for part in program.parts)]
    return programs[0].stdout(runs[programs[0]], "code") if programs else ""
