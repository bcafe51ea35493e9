r"""Formulas as text: `\frac{TP}{TP + FP} \le x^2` becomes `TP / (TP + FP) ≤ x²`, for terminals and wherever HTML has no
place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from quizproof.markdown.formulas import FormulaError, read

_BINARY = frozenset("+-−±∓×÷·⋅∗*⊙⊗⊕⊖∘∪∩∖∧∨⋆⨂⨁")
"""Operators between two operands; before an operand alone they are signs."""
_RELATIONS = frozenset("=≠≈≡∼~∝≤≥<>≪≫∈∉∋⊂⊆⊃⊇→←↔⇒⇐⇔⟹⟸⟺↦≔≜≃≅∣∥⊥⊢⊨∶⟶⟵")
_LARGE = frozenset("∑∏∐∫∬∭∮⋃⋂⨆⋁⋀")
_OPENING = frozenset("([{⟨⌊⌈⟦")
_CLOSING = frozenset(")]}⟩⌋⌉⟧!")
_INVISIBLE = re.compile("[\u2061-\u2064\ufe00-\ufe0f]")
_APPLIED = "\u2061"
_SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ⊤′″‴∗*",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡᵀ′″‴**",
)
_SUBSCRIPTS = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
_ACCENTS = {
    "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "~": "\u0303", "¯": "\u0304", "‾": "\u0304", "→": "\u20d7",
    "˙": "\u0307", "¨": "\u0308", "ˇ": "\u030c", "˘": "\u0306", "´": "\u0301", "`": "\u0300", "˚": "\u030a",
    "\u20d7": "\u20d7",
}  # fmt: skip
"""Signs above a letter, as the characters that combine with it."""
_BARS = frozenset("‾¯_\u0332\u0305")
"""Lines above and below several letters."""
_ROOTS = {"2": "√", "3": "∛", "4": "∜"}


def readable(tex: str, *, block: bool = False) -> str:
    r"""A formula as people would type it, in Unicode.

    tex    without its dollar signs: `\hat{y}_i`, which becomes `ŷᵢ`
    block  whether it is on lines of its own: then each line of `aligned` is one

    Raises nothing: a formula that cannot be read stays as it was written.
    """
    try:
        tree = read(tex, block=block)
    except FormulaError:
        return tex.strip()
    rows = _lines(tree) if block else None
    texts = [_spaced(each for cell in row for each in cell) for row in rows] if rows else [_spaced(tree)]
    return "\n".join(re.sub(r"[^\S\n]+", " ", text).strip().replace("...", "…") for text in texts)


@dataclass(frozen=True)
class _Piece:
    """A part of a row."""

    text: str
    kind: str
    """One of `operand`, `word` (a name of several letters), `text`, `fraction`, `open`, `close`, `large` (a sum),
    `binary`, `sign`, `relation`, `comma`, `applied` (between a function and its argument), `space`, and `start` for
    none.
    """


_START = _Piece("", "start")
_LETTERS = ("operand", "word", "fraction")
_ENDING = ("operand", "word", "fraction", "text", "close")
"""Kinds after which an operator is between two operands."""
_BEGINNING = ("operand", "word", "fraction", "open", "large")
"""Kinds that, without a sign before them, are multiplied with what is before them."""
_SCRIPTED = ("msub", "msup", "msubsup", "mover", "munder", "munderover")
_INDEXED = re.compile(r"[_^][^()]$")
_ENCLOSED = re.compile(r"\([^()]*\)|\|[^|]*\||‖[^‖]*‖")


def _lines(tree: Element) -> list[Element] | None:
    """The lines of a formula that is nothing but a table without brackets, as `aligned` is."""
    if len(tree) != 1 or tree[0].tag != "mtable":
        return None
    return list(tree[0])


def _spaced(row: Iterable[Element], *, tight: bool = False) -> str:
    """A row as text. `tight`: without spaces, as in an index."""
    pieces = list(_signed(_pieces(row, tight)))
    text = ""
    for before, piece, after in zip([_START, *pieces], pieces, [*pieces[1:], _START], strict=False):
        shown = piece.text
        # Without brackets, what stands beside a fraction would seem to be a part of it.
        if piece.kind == "fraction" and (before.kind in _ENDING or after.kind in _BEGINNING):
            shown = f"({shown})"
        text += _gap(before, piece, tight) + shown
    return text


def _signed(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """The pieces, with operators that have nothing before them as signs: `−x`, `(−1)`."""
    before = _START
    for piece in pieces:
        if piece.kind == "binary" and before.kind not in _ENDING:
            piece = _Piece(piece.text, "sign")
        if piece.kind != "space":
            before = piece
        elif before.kind in ("start", "sign", "open"):
            continue
        yield piece


def _gap(before: _Piece, piece: _Piece, tight: bool) -> str:
    """What is between two pieces: a space or nothing."""
    if tight or "start" in (before.kind, piece.kind):
        return ""
    if piece.kind in ("binary", "relation") or before.kind in ("binary", "relation", "comma"):
        return " "
    if before.kind == "applied":
        return "" if piece.kind == "open" else " "
    if before.kind == "large":
        return " "
    if piece.kind in ("large", "word") and before.kind in _ENDING:
        return " "
    if before.kind == "word" and piece.kind in (*_LETTERS, "large", "sign"):
        return " "
    # Beside a fraction, and after an index that TeX's own sign begins: `σ_X σ_Y`.
    if piece.kind == "fraction" and before.kind in _ENDING:
        return " "
    beside = _BEGINNING if before.kind == "fraction" else _LETTERS if _INDEXED.search(before.text) else ()
    return " " if piece.kind in beside else ""


def _pieces(row: Iterable[Element], tight: bool) -> Iterator[_Piece]:
    for element in row:
        # What is in braces is no unit of its own.
        if element.tag == "mrow" and not _is_table(element):
            yield from _pieces(element, tight)
        else:
            yield from _piece(element, tight)


def _piece(element: Element, tight: bool) -> Iterator[_Piece]:
    """An element as a piece; none for what cannot be seen."""
    match element.tag:
        case "mspace":
            if not tight and element.get("class") != "thin" and element.get("width"):
                yield _Piece(" ", "space")
        case "mo":
            yield from _operator(element)
        case "mtext":
            yield _Piece("".join(element.itertext()), "text")
        case "mphantom":
            pass
        case "mfrac":
            yield _fraction(element, tight)
        case _:
            core = element
            while core.tag in _SCRIPTED and len(core):
                core = core[0]
            # An operator with an index is an operator still.
            operators = [each.kind for each in _operator(core)] if core.tag == "mo" else []
            text = _text(element)
            kind = operators[0] if operators else "word" if _is_word(core) else "operand"
            if text:
                yield _Piece(text, kind if kind != "close" else "operand")


def _operator(element: Element) -> Iterator[_Piece]:
    sign = element.text or ""
    if sign == _APPLIED:
        yield _Piece("", "applied")
        return
    sign = _plain(sign)
    if not sign:
        return
    if sign in (",", ";"):
        yield _Piece(sign, "comma" if element.get("rspace") != "0" else "operand")
        return
    kinds = {"open": _OPENING, "close": _CLOSING, "binary": _BINARY, "relation": _RELATIONS, "large": _LARGE}
    yield _Piece(sign, next((kind for kind, signs in kinds.items() if sign in signs), "operand"))


def _text(element: Element) -> str:
    """What is no operator, as text."""
    match element.tag:
        case "mi" | "mn":
            return _plain(element.text or "")
        case "msub" | "munder" if element.get("accentunder") != "true":
            return _grouped(element[0]) + _script(element[1], _SUBSCRIPTS, "_")
        case "msup":
            return _grouped(element[0]) + _script(element[1], _SUPERSCRIPTS, "^")
        case "msubsup" | "munderover":
            lower = _script(element[1], _SUBSCRIPTS, "_")
            return _grouped(element[0]) + lower + _script(element[2], _SUPERSCRIPTS, "^")
        case "mover" if element.get("accent") != "true" and _plain(element[1].text or "") not in _BARS:
            # What is a brace is left out; its label is an index.
            return _grouped(element[0]) + ("" if element[1].text == "⏞" else _script(element[1], _SUPERSCRIPTS, "^"))
        case "mover" | "munder":
            return _accented(_spaced([element[0]], tight=True), _plain(element[1].text or ""), element.tag == "munder")
        case "msqrt":
            return f"√{_bracketed(_spaced(element))}"
        case "mroot":
            degree = _spaced([element[1]], tight=True)
            sign = _ROOTS.get(degree) or f"{_script(element[1], _SUPERSCRIPTS, '^')}√"
            return f"{sign}{_bracketed(_spaced([element[0]]))}"
        case "mtable":
            return "; ".join(" ".join(_spaced(cell) for cell in row) for row in element)
        case _:
            return _spaced(element)


def _fraction(element: Element, tight: bool) -> _Piece:
    top, bottom = (_spaced([part], tight=tight) for part in element)
    # Without a line it is a binomial coefficient.
    if element.get("linethickness") == "0":
        return _Piece(f"{top} choose {bottom}", "operand")
    stroke = "/" if tight else " / "
    return _Piece(f"{_bracketed(top)}{stroke}{_bracketed(bottom)}", "fraction")


def _script(element: Element, table: dict[int, int], sign: str) -> str:
    """Raised or lowered characters where Unicode has all of them, else the sign of TeX: `x²`, `x^(a/b)`."""
    text = _spaced([element], tight=True).strip()
    if not text:
        return ""
    if all(ord(character) in table for character in text):
        return text.translate(table)
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"


def _grouped(element: Element) -> str:
    """What an index is at, in brackets where the index would seem to be at its last letter only."""
    text = _spaced([element])
    return f"({text})" if element.tag in ("mfrac", "msup", "msub", "msubsup") else text


def _bracketed(text: str) -> str:
    """The text in brackets, where it would be read wrongly without them beside a stroke or a root."""
    text = text.strip()
    return f"({text})" if re.search(r"[\s+\-−*/×·=]", text) and not _ENCLOSED.fullmatch(text) else text


def _accented(text: str, sign: str, below: bool) -> str:
    """A letter with its accent: `ŷ`; several letters, each with a line, or with the accent's sign after them."""
    if len(unicodedata.normalize("NFC", text)) <= 1 and sign in _ACCENTS:
        return unicodedata.normalize("NFC", text + _ACCENTS[sign])
    if sign in _BARS:
        return "".join(character + ("\u0332" if below else "\u0305") for character in text)
    if sign in ("⏞", "⏟"):
        return f"({text})"
    return f"({text}){sign}"


def _is_table(element: Element) -> bool:
    """Whether a row is a table with what encloses it."""
    return any(child.tag == "mtable" for child in element)


def _is_word(element: Element) -> bool:
    """Whether an element is a name of several letters: `log`."""
    return element.tag == "mi" and len(_plain(element.text or "")) > 1 and _plain(element.text or "").isalpha()


def _plain(text: str) -> str:
    """The text without what cannot be seen."""
    return _INVISIBLE.sub("", text)
