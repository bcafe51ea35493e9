"""Nouns: what a question asks for by name ("the loss", "parameters"), and what prose says that it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from quizproof.kinds.base import Block
from quizproof.proving.prose.sentences import END, MARKUP, NO_UNIT, NUMBER, SO, Sentence, Stated
from quizproof.snippets.syntax import parse

_WHAT = re.compile(
    r"(?i)\bwhat(?: is|'s| are| will be)(?: the| its)? (?P<words>(?:[\w-]+ ){0,2}?[\w-]+)"
    r"(?= of\b| in\b| for\b| when\b| after\b| at\b| here\b|[?,.:]|$)"
    r"|\b(?:what|which) (?P<which>[\w-]+) (?:does|do|has|have|is|will|comes?|results?)\b"
    r"|\bhow (?:large|big|high|long|wide|great|small) (?:is|are)(?: the| its)? (?P<size>(?:[\w-]+ ){0,1}?[\w-]+)"
    r"(?= of\b| in\b| for\b| when\b| after\b| at\b| here\b|[?,.:]|$)"
)
_HOW_MANY = re.compile(r"(?i)\bhow many (?:of the |different |single )?(?P<words>(?:\w+ ){0,2}?\w+s)\b")
_PARAMETERS = re.compile(r"\b(?:count_params|numel|parameters\(|trainable_(?:weights|variables))")
"""What counts the parameters of a layer, whatever the question calls them."""
_VAGUE = frozenset(
    ["program", "code", "line", "answer", "result", "value", "output", "type", "exception", "option", "name"]
)
"""Nouns that say nothing about which number is meant, or are looked at elsewhere."""


def asked(block: Block) -> frozenset[str]:
    """The nouns, in the singular, that name the number a question asks for; empty where it names none.

    They are words of the prompt, and what the expression or the last `print` of the program is called.
    """
    prompt = re.sub(r"`[^`]*`", "…", block.stem())
    found: set[str] = set()
    for match in (*_WHAT.finditer(prompt), *_HOW_MANY.finditer(prompt)):
        words = next(group for group in match.groups() if group)
        found.add(words.split()[-1].lower())
    found.update(_called(getattr(block, "value", None), printed=False))
    found.update(_called(getattr(block, "code", None), printed=True))
    if _PARAMETERS.search(str(getattr(block, "value", None) or "")):
        found.add("parameter")
    return frozenset(_singular(noun) for noun in found) - _VAGUE


def of_what_is_asked(sentence: Sentence, nouns: frozenset[str], prompt: str) -> Iterator[Stated]:
    """Numbers that the sentence gives to what is asked: "so the loss is 0.5", "the layer has 15 parameters".

    nouns   from `asked`
    prompt  of the question: its words may stand beside a noun, others would make it another thing
    """
    words = {word.lower() for word in re.findall(r"[\w-]+", prompt)}
    for noun in nouns:
        for pattern in (_is(noun), _has(noun), _ends_as(noun)):
            for found in pattern.finditer(sentence.text):
                beside = {word.lower() for word in (found.groupdict().get("beside") or "").split()}
                if _ADDS.match(sentence.text, found.end()):
                    continue
                if beside <= words | _BESIDE and sentence.states(found.start()) and _is_whole(sentence, found, words):
                    definite = _concludes(sentence, found) and not _GOES_ON.match(sentence.text, found.end())
                    yield Stated(found["n"], sentence.at(found.start("n")), definite)


_CONTAINERS = frozenset(["list", "tuple", "set", "dictionary", "string", "array", "result"])
_MODELS = frozenset(["layer", "model", "network"])
_MAKES = re.compile(r"(?i)(?:^|, )\W*(?:that|this|which) (?:makes|gives|leaves) \W*$")
_ADDS = re.compile(r"\W* (?:and|plus) (?:the |a |an |its |\d)")
_GOES_ON = re.compile(
    r"\W* (?:and|plus|more|less|besides|in each|per|with|without|for|of|at|before|after|that|which)\b"
)
"""What makes a number of things only a part of what is asked."""
_BESIDE = frozenset(["final", "whole", "total", "resulting", "printed", "correct", "exact"])


def _is_whole(sentence: Sentence, found: re.Match[str], words: set[str]) -> bool:
    """Whether it is about the whole of what is asked: it concludes, or its subject is that of the prompt."""
    if "subject" not in found.re.groupindex:
        return True
    subject = found["subject"]
    if not subject:
        return _concludes(sentence, found)
    return subject.lower() in words | _CONTAINERS or (subject.lower() in _MODELS and _concludes(sentence, found))


def _concludes(sentence: Sentence, found: re.Match[str]) -> bool:
    before = sentence.text[: found.start("n")]
    return bool(SO.search(before) or _MAKES.search(before))


def _is(noun: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?i)\b(?<!of )(?<!than )(?:the|its|this) (?P<beside>(?:[\w-]+ ){{0,2}}?){re.escape(noun)}"
        rf"(?: is| equals| becomes| comes to| amounts to|:) {MARKUP}(?P<n>{NUMBER}){NO_UNIT}{END}"
    )


def _has(noun: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?i)\b(?:the (?:[\w-]+ ){{0,2}}?(?P<subject>\w+) has|it has|there are|makes|gives|we get|leaves) "
        rf"{MARKUP}(?P<n>{NUMBER}){MARKUP} (?P<beside>(?:[\w-]+ ){{0,2}}?){re.escape(noun)}s?\b"
    )


def _ends_as(noun: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?i)(?<![\w.])`?{re.escape(noun)}`? (?:ends up|ends|finishes|winds up)(?: as| at| with| being)? "
        rf"{MARKUP}(?P<n>{NUMBER}){NO_UNIT}{END}"
    )


def _singular(noun: str) -> str:
    return re.sub(r"(?<=[a-z]{2})s$", "", noun) if not noun.endswith(("ss", "us", "is")) else noun


def _called(source: object, *, printed: bool) -> Iterator[str]:
    """What a value is called: `loss` of `loss`, of `loss.item()` and of `criterion.loss(x)`."""
    tree = parse(str(source)) if source else None
    body = getattr(tree, "body", None)
    if not isinstance(body, list) or not body or not isinstance(body[-1], ast.Expr):
        return
    node: ast.expr = body[-1].value
    if printed:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"):
            return
        if len(node.args) != 1:
            return
        node = node.args[0]
    while True:
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="item" | "numpy" | "detach")):
                node = inner
            case ast.Call(func=ast.Name(id="float" | "int" | "round"), args=[inner, *_]):
                node = inner
            case ast.Call(func=ast.Name(id="len"), args=[counted]):
                yield from ("length", "item", "element", "entry")
                if isinstance(counted, ast.Name) and len(counted.id) > 2:
                    yield counted.id.lower()
                return
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) | ast.Name(id=name):
                yield name.lower()
                return
            case _:
                return
