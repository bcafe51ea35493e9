r"""Formulas: TeX as a tree of MathML, by one reader for checks, pages and the terminal.

The reader is math-core, which refuses what it does not know and says where. Its tree is passed on only as far as it is
of a kind that pages can show without a style attribute, which their security policy forbids.
"""

from __future__ import annotations

import html
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from quizproof.errors import QuizproofError
from quizproof.spelling import meant

if TYPE_CHECKING:
    from math_core import LatexToMathML

MAX_LENGTH = 2_000
"""Characters of a formula. The reader calls itself for each level, and a level takes two characters at least."""
MAX_DEPTH = 60
"""Levels of its tree: what a browser draws, and what walks the tree by calling itself, has a limit too."""

_ATTRIBUTES = {
    "math": ("display",),
    "mi": ("mathvariant",),
    "mo": ("stretchy", "form", "lspace", "rspace", "minsize", "maxsize", "movablelimits", "symmetric", "largeop"),
    "mn": (),
    "mtext": (),
    "mspace": ("width",),
    "mrow": ("displaystyle", "scriptlevel"),
    "mfrac": ("displaystyle", "linethickness"),
    "msqrt": (),
    "mroot": (),
    "msub": (),
    "msup": (),
    "msubsup": (),
    "mmultiscripts": (),
    "mprescripts": (),
    "mover": ("accent",),
    "munder": ("accentunder",),
    "munderover": ("accent", "accentunder"),
    "mphantom": (),
    "mpadded": ("width", "height", "depth"),
    "mtable": ("displaystyle", "scriptlevel"),
    "mtr": (),
    "mtd": (),
    # Inside of \textbf, \textit and \texttt.
    "b": (),
    "i": (),
    "code": (),
}
"""The elements that are passed on, and the attributes that they keep."""
_CLASSES = {
    ("text-align", "left"): "left",
    ("text-align", "right"): "right",
    ("border-right", ""): "line-right",
    ("border-left", ""): "line-left",
    ("border-top", ""): "line-top",
    ("border-bottom", ""): "line-bottom",
}
"""What the style of a cell becomes, as classes. Paddings are those of the style sheet."""
_NAMED = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)\w+;")
_AT = re.compile(r"(\d+): ", re.ASCII)
_REFUSED = re.compile(
    r"\\(?:def|gdef|newcommand|renewcommand|providecommand|let|color|textcolor|label|tag|cancel|bcancel|xcancel|boxed|fbox)"
    r"(?![a-zA-Z])"
)
"""Commands that the reader knows and no page shows: a formula defines nothing, and colours are the theme's."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_NUMBERED = re.compile(r"\\begin\{(align|gather|equation|multline)\}")
_COMMAND = re.compile(r'"\\([a-zA-Z]+)"')
_NAMES = r"""
\frac \sqrt \hat \bar \tilde \vec \dot \widehat \overline \underline \mathbb \mathcal \mathbf \mathrm \mathsf \mathtt
\boldsymbol \text \operatorname \left \right \begin \end \sum \prod \int \partial \nabla \infty \alpha \beta \gamma
\delta \epsilon \varepsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi \pi \rho \sigma \tau \upsilon \phi
\varphi \chi \psi \omega \times \cdot \div \leq \geq \neq \approx \equiv \propto \rightarrow \leftarrow \Rightarrow
\mapsto \forall \exists \notin \subset \subseteq \setminus \ldots \cdots \vdots \ddots \quad \qquad \log \exp \max
\min \lim \argmax \argmin \tanh \langle \rangle \lfloor \rfloor \lceil \rceil \underbrace \overbrace \binom \odot
\otimes \oplus
"""
_COMMON = _NAMES.split()
"""What a misspelt command may be meant as."""


class FormulaError(QuizproofError):
    """A formula that cannot be read.

    `message` says why, in lower case and without a full stop; `index` is the place in the TeX, from 0.
    """

    def __init__(self, message: str, index: int = 0) -> None:
        super().__init__(message, index)
        self.message = message
        self.index = index

    def __str__(self) -> str:
        return self.message


@lru_cache(maxsize=4096)
def read(tex: str, *, block: bool = False) -> ElementTree.Element:
    r"""A formula as MathML Core (https://www.w3.org/TR/mathml-core/), the element `math`.

    tex    without its dollar signs: `\hat{y}`, of at most `MAX_LENGTH` characters
    block  whether it is set on lines of its own, with room for limits above and below

        >>> from xml.etree.ElementTree import tostring
        >>> tostring(read("x^2"), encoding="unicode")
        '<math><msup><mi>x</mi><mn>2</mn></msup></math>'

    Cells have classes in place of style attributes: `left`, `right`, `line-top`. Callers leave the tree as it is: it is
    kept.

    Raises FormulaError for a command that is unknown, a brace that is missing, and all else that is not a formula.
    """
    if len(tex) > MAX_LENGTH:
        raise FormulaError(f"a formula of {len(tex):,} characters; at most {MAX_LENGTH:,} are read", MAX_LENGTH)
    if found := _CONTROL.search(tex):
        character = f"U+{ord(found[0]):04X}"
        message = f"it holds the control character {character}, as which YAML reads `\\f` or `\\b` in double quotes"
        raise FormulaError(message, found.start())
    if found := _REFUSED.search(tex):
        raise FormulaError(f"`{found[0]}` cannot be used in formulas here", found.start())
    if found := _NUMBERED.search(tex):
        raise FormulaError(f"`{found[0]}` numbers its lines; write `\\begin{{aligned}}`", found.start())
    return _shown(_parsed(tex, block))


def _parsed(tex: str, block: bool) -> ElementTree.Element:
    """What the reader makes of the TeX."""
    from math_core import LatexError

    try:
        mathml = _reader().convert_with_local_state(tex, displaystyle=block)
    except LatexError as error:
        raise _explained(str(error)) from None
    except UnicodeEncodeError as error:
        raise FormulaError("a formula cannot hold half a surrogate pair", error.start) from None
    # Entities of HTML, which XML does not know.
    return ElementTree.fromstring(_NAMED.sub(lambda name: html.unescape(name[0]), mathml))


def _explained(reported: str) -> FormulaError:
    """What the reader reports, `8: Expected argument but reached end of input.`, as an error of ours."""
    place = _AT.match(reported)
    message = reported[place.end() :] if place else reported
    message = message[:1].lower() + message[1:].rstrip(".").replace("end of input", "the end of the formula")
    if message.startswith("unknown command") and (command := _COMMAND.search(message)):
        name = f"\\{command[1]}"
        message = f"unknown command `{name}`{meant(name, _COMMON)}"
    return FormulaError(message, int(place[1]) if place else 0)


@cache
def _reader() -> LatexToMathML:
    # Here, because most banks have no formulas.
    from math_core import LatexToMathML

    # Without colours in its messages, and with the place as a number before them.
    return LatexToMathML(fancy_error=False, macros={"substack": r"\begin{matrix}#1\end{matrix}"})


def _shown(element: ElementTree.Element, depth: int = 0) -> ElementTree.Element:
    """A copy of the tree with nothing in it that a page cannot show."""
    if depth > MAX_DEPTH:
        raise FormulaError(f"nested deeper than {MAX_DEPTH} levels")
    if element.tag not in _ATTRIBUTES:
        raise FormulaError(f"it becomes the element `{element.tag}`, which pages do not show")
    kept = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES[element.tag]}
    copy = ElementTree.Element(element.tag, kept)
    if classes := _classes(element):
        copy.set("class", classes)
    copy.text, copy.tail = element.text, element.tail
    copy.extend([_shown(child, depth + 1) for child in element])
    return copy


def _classes(element: ElementTree.Element) -> str:
    """The style attribute of an element as the classes of the style sheet."""
    if element.tag == "mspace" and "margin-left:-" in element.get("style", ""):
        return "thin"
    found = []
    for rule in element.get("style", "").split(";"):
        name, _, value = (part.strip() for part in rule.partition(":"))
        found.append(_CLASSES.get((name, "" if name.startswith("border-") else value), ""))
    return " ".join(dict.fromkeys(filter(None, found)))
