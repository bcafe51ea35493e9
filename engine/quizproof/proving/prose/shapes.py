"""Shapes, dtypes and types that prose gives to the output of a program: "so the result has the shape (1, 4, 2)"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from quizproof.proving.prose.evidence import Evidence
from quizproof.proving.prose.sentences import MARKUP, SO, Sentence, Stated
from quizproof.quizfile.fields import PROSE, TEXT, texts
from quizproof.snippets.syntax import parse

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


_TYPE = re.compile(
    r"(?i)(?:`(?:\w+\.)*(?P<name>\w+)(?:\([^`\n]*\))?`|\b(?:the (?:result|output)|it|this)) (?:returns|gives|is) an? "
    r"(?:new |plain |single )?(?P<type>list|tuple|dictionary|dict|set)\b(?! of (?:sets|lists|tuples|dict\w*) is)"
)
_TYPES = {"list": list, "tuple": tuple, "dictionary": dict, "dict": dict, "set": set}


def of_output(sentence: Sentence, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """A shape or a dtype that the sentence gives to what is printed, and that no run has shown."""
    printed = str(evidence.names.get("stdout") or evidence.names.get("answer") or "").strip()
    better = "stdout" if evidence.names.get("stdout") else "answer"
    if real := _OUTPUT.fullmatch(printed):
        sizes = _sizes(real["shape"])
        for found in _SHAPE.finditer(sentence.text):
            typed = _sizes(found["shape"])
            # "It has the shape" may be about any step, unless it concludes.
            begins = not re.search(r"\w", sentence.text[: found.start()]) and sentence.last
            concludes = not found["it"] or begins or SO.search(sentence.text[: found.end("it")])
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


def of_type(sentence: Sentence, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """A type that the sentence gives to the value of the call that is printed, and that the output is not of."""
    printed = str(evidence.names.get("stdout") or "").strip()
    tree = parse(str(getattr(evidence.block, "code", None) or ""))
    try:
        value = ast.literal_eval(printed)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    if tree is None or not isinstance(value, (list, tuple, dict, set)):
        return
    for found in _TYPE.finditer(sentence.text):
        stated = _TYPES[found["type"].lower()]
        if isinstance(value, stated) or not _prints_call(tree, found["name"]) or not sentence.affirms(found.start()):
            continue
        real = type(value).__name__
        message = f"the text says {found['type']}, but {printed} is a {real}"
        yield Stated(found["type"], sentence.at(found.start("type"))), message, ""


def _prints_call(tree: ast.Module, name: str | None) -> bool:
    """Whether all that a program prints is the value of one call; of a function with this name, unless it is None."""
    prints = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"]
    if len(prints) != 1 or len(prints[0].args) != 1 or not isinstance(call := prints[0].args[0], ast.Call):
        return False
    return name is None or name in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))


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
