"""A printed output taken apart: its numbers, and everything else, which must be the same to the letter.

What belongs to a name is not a number: `layer1`, `0.weight`, `cuda:0`, `2026-01-05`, `12:30`, `2.13.0`, what is in
quotes, and what is in brackets after a `shape` or `size`. In arrays white space only separates: how much there is
depends on the widest number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from quizproof.comparison.layout import ARRAY_NAMES, STRING

# With commas only in groups of three: `1,5` are two numbers. Atomic, so that no digit is given back to make another
# match.
_DIGITS = r"(?>[1-9][0-9]{0,2}(?:,[0-9]{3}){1,8}(?!,?[0-9])|[0-9]+)"
_EXPONENT = r"[eE][-+]?[0-9]{1,4}"
_FLOAT = rf"(?:(?:{_DIGITS}\.[0-9]*+|\.[0-9]++)(?:{_EXPONENT})?|[0-9]++{_EXPONENT})"
_COMPONENT = rf"(?:{_FLOAT}|{_DIGITS}|nan|inf)"
# Not inside a word or a version, nor the seconds of a time.
_FREE = r"(?<![\w.])(?<!:[0-9][0-9]:)"
_SIZES = r"(?:[0-9]|None|[, ])*"
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_TOKEN = re.compile(
    rf"""(?P<exact>(?<![\w\\])[bru]?{STRING}(?!\w)
                  |\w*(?:[sS]hape|[sS]ize)(?:=|:?[ ]?)(?:\(\[{_SIZES}\]\)|\({_SIZES}\)|\[{_SIZES}\]))
    |{_FREE}(?:(?P<real>[-+]?{_COMPONENT})[ ]*(?P<imaginary>[-+]{_COMPONENT})j(?!\w)
              |(?P<only_imaginary>[-+]?(?:{_FLOAT}|{_DIGITS}))j(?!\w)
              |(?P<number>[-+]?{_FLOAT}(?!\w|\.\w)|(?<!\w[-/:])[-+]?{_DIGITS}(?!\w|[-/:.]\w)))
    |(?P<word>\w+)
    |(?P<space>[ \t\n]+)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_NUMERIC = {"imaginary", "only_imaginary", "number"}
_IN_ARRAYS = {"[", "]", "(", ")", ".", "+", "-", "nan", "inf"}

_VALUE = rf"(?:{STRING}|[^'\"<>])*?"
_TF_TENSOR = re.compile(
    r"<tf\.Tensor: (?P<about>shape=(?P<shape>\([^()]*\)), dtype=(?P<dtype>\w+)), numpy=\s*"
    rf"(?:array\((?P<array>{_VALUE})(?:,\s*shape=(?P=shape))?(?:,\s*dtype=(?:(?P=dtype)|object))?\)"
    rf"|(?P<scalar>{_VALUE}))>"
)
# `repr` of an array separates by commas and `str` by spaces; commas inside quotes stay.
_COMMA = re.compile(rf"({STRING})|,")


class Printed(NamedTuple):
    """An output without its numbers, and the numbers."""

    text: list[str]
    """Words and signs in their order, with an empty string in place of each number."""
    numbers: list[Decimal]


def take_apart(output: str) -> Printed:
    """Separate the numbers of an output from everything else, so that two outputs can be compared with a tolerance.

    output  after `fold`

        >>> take_apart("loss: 0.5")
        Printed(text=['loss', ':', ''], numbers=[Decimal('0.5')])
    """
    # TensorFlow breaks the line before some arrays, which says nothing about them.
    unbroken = re.sub(r"numpy=\s+array\(", "numpy=array(", _TF_TENSOR.sub(_as_str, output))
    # Every character is in some token: the last alternative takes any.
    tokens = list(_TOKEN.finditer(unbroken))
    depths, dtypes = _arrays(tokens)
    printed = Printed([], [])
    for index, token in enumerate(tokens):
        if token.lastgroup in _NUMERIC:
            _add_number(printed, token, in_array=depths[index] > 0)
        elif token.lastgroup != "space":
            printed.text.append(token[0])
        elif not depths[index]:
            before_number = index + 1 < len(tokens) and tokens[index + 1].lastgroup in _NUMERIC
            beside_number = before_number or printed.text[-1:] == [""]
            printed.text.extend(_gap(token[0], needed=not beside_number))
        if index in dtypes:
            printed.text.append(dtypes[index])
    return printed


def ungrouped(number: str) -> str:
    """A number as it was typed, without the commas between thousands.

    >>> ungrouped("1,526,400"), ungrouped("1,5")
    ('1526400', '1,5')
    """
    return number.replace(",", "") if _THOUSANDS.fullmatch(number) else number


def _as_str(tensor: re.Match[str]) -> str:
    """A TensorFlow tensor as `str` gives it, from what `repr` gives."""
    value = tensor["scalar"] if tensor["array"] is None else _COMMA.sub(lambda m: m[1] or " ", tensor["array"])
    return f"tf.Tensor({value}, {tensor['about']})"


def _add_number(printed: Printed, token: re.Match[str], *, in_array: bool) -> None:
    for group in ("number", "real", "imaginary", "only_imaginary"):
        text = token[group]
        if text is None:
            continue
        if "imaginary" in group:
            printed.text.append("+j")
        if text.endswith(("nan", "inf")):
            # As Python prints it elsewhere; `+` only joins it to the real part.
            printed.text.append(text.removeprefix("+"))
            continue
        printed.text.append("")
        printed.numbers.append(Decimal(text.replace(",", "")))
        if text.endswith(".") and not in_array:  # only arrays print a number as `1.`; elsewhere a sentence ends
            printed.text.append(".")


def _gap(space: str, *, needed: bool) -> Iterator[str]:
    """White space outside arrays: line ends count, several blanks are one, and beside a number they are none."""
    if lines := space.count("\n"):
        yield "\n" * lines
    if needed and not space.endswith("\n"):
        yield " "


def _arrays(tokens: list[re.Match[str]]) -> tuple[list[int], dict[int, str]]:
    """In how many arrays and lists each token is; and, by the token at which an array ends, what numbers it holds.

    An array is `tensor(...)`, `array(...)` or the like, or nothing but numbers without commas in square brackets.
    """
    change = [0] * (len(tokens) + 1)
    dtypes = {}
    numbers = floats = foreign = 0
    opened: dict[str, list[tuple[int, bool, int, int, int]]] = {"(": [], "[": []}
    for index, token in enumerate(tokens):
        text = token[0]
        if token.lastgroup in _NUMERIC:
            numbers += 1
            floats += not text.lstrip("+-").replace(",", "").isdecimal()
        elif token.lastgroup != "space" and text not in _IN_ARRAYS:
            foreign += 1
        elif text in opened:
            named = text == "(" and index > 0 and tokens[index - 1][0].endswith(ARRAY_NAMES)
            opened[text].append((index, named, numbers, floats, foreign))
        elif text in (")", "]") and (waiting := opened["(" if text == ")" else "["]):
            start, named, *before = waiting.pop()
            if named or text == "]":
                change[start] += 1
                change[index] -= 1
            if numbers > before[0] and (named or (text == "]" and foreign == before[2])):
                dtypes[index] = "of floats" if floats > before[1] else "of integers"
    return list(accumulate(change)), dtypes
