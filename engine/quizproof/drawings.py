"""Drawings: SVG that a run drew, made harmless so that pages can hold it, and compared as people see it.

The run is a stranger's. So nothing of its SVG is passed on that is not in the lists below: no script, no style sheet,
no event, no address but places in the drawing itself and pixels that it holds. Colours that the run took from
`PALETTE` become those of the page, in the light and the dark theme.
"""

from __future__ import annotations

import hashlib
import math
import re
from html import escape
from itertools import zip_longest
from typing import TypeAlias
from xml.etree import ElementTree

MAX_KIB = 64
"""Of one drawing as text: the lock keeps it, and the page holds it."""
PALETTE = {
    "#010203": "currentColor",
    "#010210": "var(--series-0,#1d4e89)",
    "#010211": "var(--series-1,#9c4512)",
    "#010212": "var(--series-2,#1c6a45)",
    "#010213": "var(--series-3,#8a2a63)",
    "#010214": "var(--series-4,#5b5346)",
    "#010215": "var(--series-5,#755a00)",
}
"""What a page puts in place of colours that no author chooses: first that of text and axes, then those of the lines."""

_MAX_DEPTH = 32
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENT = re.compile("circle|clipPath|defs|ellipse|g|image|line|path|pattern|polygon|polyline|rect|text|tspan|use")
_SHAPES = frozenset(["circle", "ellipse", "line", "path", "polygon", "polyline", "rect"])
_REFERRING = ("clip-path", "fill", "stroke")
"""Attributes that may refer to a place in the drawing."""
_ATTRIBUTE = re.compile(
    "[dxyr]|[xy][12]|[cdr][xy]|id|width|height|points|transform|opacity|clip-path|clip-rule|preserveAspectRatio"
    "|pattern(Transform|Units)|fill(-opacity|-rule)?|stroke(-dash(array|offset)|-line(cap|join)|-miterlimit|-opacity|-width)?"
    "|text-anchor|dominant-baseline|font-(size|style|weight)"
)
"""What is kept of an element, as attributes or from its `style`. Fonts are those of the page."""
_VALUE = re.compile(r"[-\w.,#%+() ]*")
_PLACE = re.compile(r"url\(#([\w.-]+)\)")
_PIXELS = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]+")
_FONT = re.compile(r"(?:(italic|oblique)\s+)?(?:(bold|[1-9]00)\s+)?(?:[\w-]+\s+)?([0-9.]+)px\b.*", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]*)?")
_Places: TypeAlias = dict[str, tuple[str, str]]
"""Of each id in a drawing the new one, and the tag of its element."""
_UNSEEN = 0.1
"""By how much places in two drawings may differ, in points or as a share of a hundredth: nobody sees it."""


class DrawingError(ValueError):
    """A drawing that no page can hold; the text says why, after "the drawing"."""


def harmless(svg: str) -> tuple[str, float, float]:
    """A drawing as HTML that can stand in any page: what is inside `<svg>`, and its width and height in CSS pixels.

    svg  from a run; anything at all

    Ids are new ones that no other drawing has. Raises DrawingError when it is too large, not SVG, or holds an element
    that is not in the list of those that draw.
    """
    root = _root(svg)
    box = [float(each) for each in _NUMBER.findall(root.get("viewBox", ""))]
    if len(box) != 4 or box[:2] != [0, 0] or not all(0 < each < 10_000 for each in box[2:]):
        raise DrawingError("has no `viewBox` that begins at 0 0")
    prefix = f"d{hashlib.sha256(svg.encode('utf-8', 'replace')).hexdigest()[:8]}"
    places: _Places = {}
    for element in root.iter():
        if id_ := element.get("id"):
            places.setdefault(id_, (f"{prefix}-{len(places)}", _tag(element)))
    inner = "".join(_written(child, places, 1) for child in root)
    width, height = (round(each * 96 / 72, 2) for each in box[2:])
    return inner, width, height


def look_the_same(one: str, other: str) -> bool:
    """Whether nobody can tell two drawings apart: they differ in places alone, and by less than can be seen."""
    if one == other:
        return True
    if _NUMBER.sub("0", one) != _NUMBER.sub("0", other):
        return False
    pairs = zip_longest(_NUMBER.findall(one), _NUMBER.findall(other), fillvalue="nan")
    # Text is compared to the letter: what it says is no place.
    return _texts(one) == _texts(other) and all(
        math.isclose(float(here), float(there), rel_tol=_UNSEEN / 100, abs_tol=_UNSEEN) for here, there in pairs
    )


def _texts(svg: str) -> list[str]:
    try:
        return ["".join(each.itertext()) for each in _root(svg).iter(f"{_SVG}text")]
    except DrawingError:
        return [svg]


def _root(svg: str) -> ElementTree.Element:
    if len(svg) > MAX_KIB << 10:
        raise DrawingError(f"has {len(svg) >> 10:,} KiB; at most {MAX_KIB} can be kept")
    if "<!" in svg or "<?" in svg:
        raise DrawingError("holds a declaration, a comment or an instruction")
    try:
        root = ElementTree.fromstring(svg)
    except (ElementTree.ParseError, ValueError) as error:
        raise DrawingError(f"is not SVG: {error}") from None
    if root.tag != f"{_SVG}svg":
        raise DrawingError("is not SVG")
    return root


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).removeprefix(_SVG)


def _written(element: ElementTree.Element, places: _Places, depth: int, *, refers: bool = True) -> str:
    """An element as HTML, without what is not in the lists. `refers`: whether it may refer to others."""
    tag = _tag(element)
    if not _ELEMENT.fullmatch(tag):
        raise DrawingError(f"holds `<{tag.rpartition('}')[2][:40]}>`, which no page takes from a drawing")
    if depth > _MAX_DEPTH:
        raise DrawingError(f"is nested more than {_MAX_DEPTH} levels deep")
    kept = _attributes(tag, element, places, refers=refers)
    if tag in _SHAPES and kept.get("fill") == "none" and kept.get("stroke", "none") == "none" and "id" not in kept:
        return ""
    # What is drawn many times draws nothing else many times: a few lines could keep a browser busy for ever.
    refers = refers and tag not in ("clipPath", "defs", "pattern")
    is_text = tag in ("text", "tspan")
    inner = escape(element.text or "", quote=False) if is_text else ""
    for child in element:
        inner += _written(child, places, depth + 1, refers=refers)
        inner += escape(child.tail or "", quote=False) if is_text else ""
    if tag in ("g", "defs") and not inner:
        return ""
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _attributes(tag: str, element: ElementTree.Element, places: _Places, *, refers: bool) -> dict[str, str]:
    """The attributes that are kept, with those of its `style` among them."""
    kept: dict[str, str] = {}
    for name, value in _given(element).items():
        if name.rpartition("}")[2] == "href":
            place = places.get(value[1:]) if value[:1] == "#" else None
            if tag == "use" and refers and place and place[1] in _SHAPES:
                kept["href"] = f"#{place[0]}"
            elif tag == "image" and _PIXELS.fullmatch(value):
                kept["href"] = "".join(value.split())
        elif name == "id":
            kept["id"] = places[value][0]
        elif not _ATTRIBUTE.fullmatch(name):
            continue
        elif found := _PLACE.fullmatch(value):
            if refers and name in _REFERRING and found[1] in places:
                kept[name] = f"url(#{places[found[1]][0]})"
        elif _VALUE.fullmatch(value) and "url" not in value.lower():
            kept[name] = PALETTE.get(value.lower(), value)
    return kept


def _given(element: ElementTree.Element) -> dict[str, str]:
    given = {name: value for name, value in element.items() if value}
    for declaration in given.pop("style", "").split(";"):
        name, value = (each.strip() for each in declaration.partition(":")[::2])
        if name == "font" and (font := _FONT.fullmatch(value)):
            parts = zip(("font-style", "font-weight", "font-size"), font.groups(), strict=True)
            given |= {part: what for part, what in parts if what and what != "400"}
        elif name and value:
            given[name] = value
    return given
