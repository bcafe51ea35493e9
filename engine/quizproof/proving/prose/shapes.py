"""Shapes and dtypes that prose gives to the output of a program: "so the result has the shape (1, 4, 2)"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from quizproof.proving.prose.evidence import Evidence
from quizproof.proving.prose.sentences import MARKUP, SO, Sentence, Stated
from quizproof.quizfile.fields import PROSE, TEXT, texts

_TUPLE = re.compile(r"[\[(]\s*(?:\d+\s*(?:,\s*\d+\s*)*,?)?\s*[\])]")
_OUTPUT = re.compile(r"(?:torch\.Size\(|TensorShape\()?(?P<shape>[\[(][\d, ]*[\])])\)?")
_RESULT = r"(?:result|output|printed shape|new tensor|new array|outcome)"
_SHAPE = re.compile(
    rf"(?i)\b(?:(?:the|this) {_RESULT} (?:has|gets|is of)(?: then| thus| therefore)? (?:the |a )?shape(?: of)?"
    rf"|(?P<it>it|this|that|python|which) (?:has|gives|leaves|makes|prints|gets)(?: us)? (?:the |a )?shape(?: of)?"
    rf"|the (?:(?:final|new|resulting|printed|whole) )?shape (?:of the (?:result|output) )?"
    rf"(?:is|becomes)(?: therefore| thus| then| now)?):? {MARKUP}(?P<shape>[\[(][\d, ]*[\])])"
)
_NAME = r"(?:u?int|b?float|complex)\d+|bool"
_DTYPE_OUTPUT = re.compile(rf"(?:<dtype: ')?(?:torch\.)?(?P<dtype>{_NAME})(?:'>)?")
_DTYPE = re.compile(
    rf"(?i)\b(?:(?:the|its) (?:(?:new|resulting|printed) )?dtype (?:of the (?:result|output) )?"
    rf"(?:is|stays|becomes|remains)(?: therefore| thus| then| still| now)?"
    rf"|the {_RESULT} (?:has (?:the )?dtype|is|stays)) {MARKUP}(?:torch\.|tf\.|np\.)?(?P<dtype>{_NAME})\b"
)


def of_output(sentence: Sentence, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """A shape or a dtype that the sentence gives to what is printed, and that no run has shown."""
    printed = str(evidence.names.get("stdout") or evidence.names.get("answer") or "").strip()
    better = "stdout" if evidence.names.get("stdout") else "answer"
    if real := _OUTPUT.fullmatch(printed):
        sizes = _sizes(real["shape"])
        for found in _SHAPE.finditer(sentence.text):
            typed = _sizes(found["shape"])
            # "It has the shape" may be about any step, unless it concludes.
            concludes = not found["it"] or SO.search(sentence.text[: found.end("it")])
            known = typed is None or typed == sizes or _is_known(typed, evidence)
            if concludes and not known and sizes not in _shapes_told(evidence) and sentence.states(*found.span()):
                stated = Stated(found["shape"], sentence.at(found.start("shape")))
                yield stated, f"the text says {found['shape']}, but the run printed {printed}", better
    if real := _DTYPE_OUTPUT.fullmatch(printed):
        told = " ".join(text for at, text in texts(evidence.block, PROSE) if at[-1] != "prompt" and "mistake" not in at)
        for found in _DTYPE.finditer(sentence.text):
            if (
                found["dtype"].lower() != real["dtype"]
                and not re.search(rf"\b{real['dtype']}\b|\{{\{{", told)
                and sentence.states(*found.span())
            ):
                stated = Stated(found["dtype"], sentence.at(found.start("dtype")))
                yield stated, f"the text says {found['dtype']}, but the run printed {printed}", better


def _is_known(sizes: tuple[int, ...], evidence: Evidence) -> bool:
    """Whether some other value of the block has the shape."""
    options = [text for _, text in texts(evidence.block, TEXT)]
    written = "\n".join((*evidence.outputs, evidence.code, *options))
    return any(_sizes(found[0]) == sizes for found in _TUPLE.finditer(written))


def _shapes_told(evidence: Evidence) -> list[tuple[int, ...] | None]:
    """The shapes that the prose about the right answer has."""
    prose = [text for at, text in texts(evidence.block, PROSE) if at[-1] not in ("prompt", "mistake")]
    if any("{{" in text for text in prose):
        prose.append(str(evidence.names.get("stdout") or evidence.names.get("answer")))
    return [_sizes(found[0]) for text in prose for found in _TUPLE.finditer(text)]


def _sizes(text: str) -> tuple[int, ...] | None:
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return None
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)
