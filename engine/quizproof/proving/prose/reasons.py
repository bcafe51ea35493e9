"""Reasons: what prose gives as the reason of a result, and is false of Python or of a framework whatever the program.

"Strings are mutable", "`append` returns the list", "`backward` overwrites the gradients". No run of a block shows such
a sentence false, because its result is right. So the commonest of them are listed, each with what is so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quizproof.proving.prose.sentences import Sentence, Stated


@dataclass(frozen=True)
class _Falsehood:
    """Something that is never so."""

    pattern: re.Pattern[str]
    real: str
    """What is so, as the rest of a sentence."""
    unless: str = ""
    """A pattern of code in which the words may mean something else."""


_LIBRARIES = r"\b(?:np|numpy|torch|tf|tensorflow|pd|pandas|jnp|deque|class)\b"
_METHOD = r"`(?:\w+\.)*"
_CALL = r"(?:\([^`\n()]*\))?`"
_IMMUTABLE = (
    r"(?<!of )(?:strings|tuples|integers|ints|floats|booleans|frozensets|ranges|an? (?:string|tuple|integer|int|float))"
)
_MUTABLE = r"(?<!frozen )(?<!of )(?:lists|dictionaries|dicts|sets|bytearrays|a list|a dictionary|a dict|a set)"


def _never(pattern: str, real: str, unless: str = "") -> _Falsehood:
    return _Falsehood(re.compile(rf"(?i){pattern}"), real, unless)


_OF_PYTHON = (
    _never(rf"\b{_IMMUTABLE} (?:are|is) mutable\b", "they are immutable"),
    _never(rf"\b{_IMMUTABLE} can be (?:changed|modified|sorted|altered)(?: in place)?\b", "they never change"),
    _never(rf"\b{_MUTABLE} (?:are|is) immutable\b", "they are mutable"),
    _never(rf"\b{_MUTABLE} cannot be (?:changed|modified|altered)\b", "they can be changed"),
    _never(
        rf"{_METHOD}(?:append|extend|insert|sort|reverse|shuffle|clear){_CALL}[^.;]{{0,40}}?\breturns (?!nothing|no\b)"
        r"(?!`?none\b)(?:(?:the|a|its) )?(?:(?:new|same|longer|changed|sorted|reversed|whole|modified|shuffled) )?"
        r"(?:list\b|itself|copy\b|result\b|`\w+`(?! ))",
        "it returns None",
        _LIBRARIES,
    ),
    _never(
        r"\b(?:sorts|works|reverses)(?: it| the list)? in place,? and (?:then )?(?:returns|gives back)"
        r" (?:the |a |its )?(?:\w+ )?(?:list|result|itself)\b",
        "what works in place returns None",
        _LIBRARIES,
    ),
    _never(r"\bassignment (?:copies|makes a copy|creates a copy)\b", "it gives the object another name"),
    _never(rf"{_METHOD}sorted{_CALL} (?:sorts|changes|works)[^.;]{{0,30}} in place\b", "it returns a new list"),
    _never(rf"{_METHOD}sorted{_CALL} (?:returns|gives) (?:`?None`?|nothing)\b", "it returns a new list"),
    _never(
        rf"{_METHOD}(?:upper|lower|replace|strip|title|capitalize){_CALL} (?:changes|modifies|works|sorts|alters)"
        r"[^.;]{0,40}in place\b",
        "it returns a new string",
        _LIBRARIES,
    ),
    _never(
        rf"{_METHOD}zip{_CALL} (?:stops|goes on|ends|runs|continues)[^.;]{{0,20}} (?:at|when|until|with|as long as) the"
        r" long(?:est|er)\b",
        "it stops with the shortest",
    ),
    _never(
        rf"{_METHOD}range{_CALL} (?:includes|contains) (?:its|the) (?:end|stop|last (?:number|value)|upper bound)\b",
        "its end is not in it",
    ),
    _never(rf"{_METHOD}enumerate{_CALL} (?:counts|starts|begins) (?:from|at|with) (?:1|one)\b", "it starts at 0"),
    _never(
        r"\b(?:indices|indexes|positions|indexing)(?: in python| of lists)? (?:start|begin)s? (?:at|from|with)"
        r" (?:1|one)\b",
        "they start at 0",
    ),
    _never(r"`//` (?:rounds|truncates|cuts)[^.;]{0,20} towards? (?:zero|0)\b", "it rounds down"),
    _never(r"`is` compares (?:the )?values\b", "it compares identity"),
    _never(r"`==` compares (?:the )?(?:identity|identities|addresses)\b", "it compares values"),
    _never(
        rf"{_METHOD}round{_CALL} (?:always )?rounds (?:a )?(?:halves|half|\.5|0\.5)(?: always)? up\b",
        "it rounds halves to the even neighbour",
        _LIBRARIES,
    ),
    _never(
        r"(?:^\W*|\b(?:because|since|and|but) )(?:(?:a set|sets)(?: of \w+)? (?:keeps?|preserves?|remembers?)"
        r"(?: the| their)? (?:insertion )?order\b|sets are (?:always )?(?:sorted|ordered)\b)",
        "a set has no order that one can rely on",
    ),
    _never(
        r"\b(?:dictionaries|dicts) (?:are unordered|(?:have|keep) no order)\b",
        "they keep the order of insertion",
    ),
    _never(
        r"\bdefaults?(?: values?| arguments?| parameters?)? (?:are|is) (?:evaluated|created|made) (?:anew )?"
        r"(?:at|in|on|for|with) (?:each|every) call\b",
        "a default is evaluated once, when `def` runs",
    ),
    _never(
        rf"{_METHOD}get{_CALL} raises an? `?KeyError`?\b",
        "it returns None, or the default",
        r"\b(?:requests|tf|torch|queue|class)\b",
    ),
)
_OF_TORCH = (
    _never(r"(?<!of )\btensors (?:are|is) immutable\b", "PyTorch's tensors are mutable"),
    _never(
        rf"{_METHOD}(?:detach|view){_CALL} (?:copies|makes a copy|creates a copy|returns a copy)\b", "it shares memory"
    ),
    _never(rf"{_METHOD}clone{_CALL} shares\b", "it copies"),
    _never(
        rf"{_METHOD}backward{_CALL} (?:overwrites|replaces|resets)(?: the| old)? grad(?:ient)?s?\b", "it adds to them"
    ),
    _never(
        rf"{_METHOD}zero_grad{_CALL} (?:resets|zeroes|clears|updates|sets)(?: all)?(?: the| its)?"
        r" (?:weights|parameters)\b(?! ?['’]| grad)",
        "it resets gradients",
    ),
    _never(
        rf"{_METHOD}eval{_CALL} (?:turns off|switches off|disables|stops)(?: the)? (?:gradients|autograd|gradient"
        r" (?:tracking|computation))\b",
        "it sets the mode of layers such as dropout, and leaves autograd as it is",
    ),
    _never(
        rf"{_METHOD}no_grad{_CALL} (?:turns off|switches off|disables)(?: the)? (?:dropout|batch norm\w*)\b",
        "it turns off autograd alone",
    ),
    _never(
        rf"{_METHOD}CrossEntropyLoss{_CALL} (?:expects|takes|wants|needs)"
        r" (?:probabilities|the output of (?:a )?softmax)",
        "it takes logits",
    ),
    _never(rf"{_METHOD}step{_CALL} (?:computes|calculates)(?: the)? gradients\b", "it uses them; `backward` does that"),
)
_OF_TENSORFLOW = (
    _never(r"(?<!of )\btensors (?:are|is) mutable\b", "TensorFlow's tensors are immutable"),
    _never(r"\b(?:`tf\.Variable`s?|variables) (?:are|is) immutable\b", "a variable can be assigned"),
    _never(
        r"`from_logits=True` (?:expects|means|says|tells)[^.;]{0,30} probabilities\b", "it means that logits are given"
    ),
)
_FALSEHOODS = {"torch": (*_OF_PYTHON, *_OF_TORCH), "tensorflow": (*_OF_PYTHON, *_OF_TENSORFLOW)}
_SUPPOSED = re.compile(
    r"(?i)\b(?:if|unless|would|could|might|may|were|think\w*|thought|believ\w*|expect\w*|assum\w*|suppos\w*"
    r"|pretend\w*|confus\w*|mistak\w*|wrong\w*|claim\w*|myth|false\w*|say|says|said)\b|\?|^\W*(?:does|do|are|is)\b"
)
"""Words before it by which a sentence does not state what it says."""
_DENIED = re.compile(r"(?i)\b(?:not|never|nor|no|neither|nobody|only|some|other|than)\b|n['’]t\b")
"""Words by which its own clause does not."""

_TAKEN_BACK = re.compile(
    r"(?i) (?:nothing|none|nobody|neither|no|only|merely|just|(?:of )?(?:the |a )?(?:references?|names?|pointers?))\b"
)
"""Words right after it that turn it round: "assignment copies nothing"."""


def of_reasons(sentence: Sentence, runtime: str, code: str) -> Iterator[tuple[Stated, str, str]]:
    """What a sentence says that is never so: where, in which words, and no expression.

    runtime  of the quiz; what holds of tensors differs
    code     of the block, in which a method may be another one than Python's
    """
    words = re.sub(r"`[^`\n]*`", lambda each: "…" * len(each[0]), sentence.text)
    for falsehood in _FALSEHOODS.get(runtime, _OF_PYTHON):
        found = falsehood.pattern.search(sentence.text)
        if not found or _SUPPOSED.search(before := words[: found.start()]):
            continue
        if _DENIED.search(re.split(r"[,;:(–—]|\b(?:because|since|so|as)\b", before)[-1]):
            continue
        if _TAKEN_BACK.match(sentence.text, found.end()):
            continue
        if falsehood.unless and re.search(falsehood.unless, code):
            continue
        stated = Stated(found[0], sentence.at(found.start()))
        yield stated, f"the text says {found[0]!r}, but {falsehood.real}", ""
