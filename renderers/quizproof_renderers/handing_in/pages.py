"""Pages that collect responses: an index and one page per sheet, which has everything inside that it needs but assets.

Whoever reads the source of a page finds no key in it, because it is rendered from a `Sheet`, which has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from quizproof.errors import UsageError
from quizproof.proof import QuizProof
from quizproof_renderers.handing_in.sheet import Sheet, sheet_of
from quizproof_renderers.site import assets
from quizproof_renderers.site.files import POLICY, File
from quizproof_renderers.site.languages.messages import speaking
from quizproof_renderers.site.pictures import Picture, pictures_in, placed
from quizproof_renderers.site.reach.presentation import Presentation
from quizproof_renderers.site.reuse import hashed
from quizproof_renderers.site.typeset import environment


def files_of(quizzes: Sequence[QuizProof], title: str, presentation: Presentation | None = None) -> Iterator[File]:
    """Every file of pages that collect responses.

    quizzes       proven, with displays; those that could not be read, or have no question to ask, are left out
    title         shown on every page
    presentation  language, footer, logo, style and address of the site; its other settings are for pages with answers

    Raises UsageError when two quizzes have the same page.
    """
    own = presentation or Presentation()
    css = assets.style_sheet(own.language) + own.css.encode()
    script = assets.sheet(own.language)
    names = {"css": f"quizproof.{hashed(css)[:10]}.css", "js": f"sheet.{hashed(script)[:10]}.js"}
    yield File(f"assets/{names['css']}", "", partial(bytes, css))
    yield File(f"assets/{names['js']}", "", partial(bytes, script))
    if own.logo:
        yield File(f"assets/{own.logo.name}", "", partial(bytes, own.logo.image.content))
    common: dict[str, Any] = {"site": {"title": title}, "policy": POLICY, "report": "", "offline": "", **names}
    common |= {"presentation": own, "canonical": "", "structured": "", "description": "", "catalogue": "", "reader": ""}
    sheets = [(quiz, sheet) for quiz in quizzes if quiz.header and (sheet := sheet_of(quiz)).questions]
    _refuse_clashes([sheet for _, sheet in sheets])
    index = _html("sheets.html", common | {"root": "", "sheets": [sheet for _, sheet in sheets]})
    yield File("index.html", "", partial(bytes, index))
    pictures: dict[str, Picture] = {}
    for quiz, sheet in sheets:
        html = _html("sheet.html", common | {"root": "", "sheet": sheet}, pictures_in(quiz.files, sheet), pictures)
        yield File(_page(sheet), "", partial(bytes, html))
    for name, picture in pictures.items():
        yield File(f"assets/{name}", "", picture.content)


def _page(sheet: Sheet) -> str:
    return f"{sheet.quiz}.html"


def _refuse_clashes(sheets: Sequence[Sheet]) -> None:
    taken = {"index"}
    for sheet in sheets:
        if sheet.quiz in taken:
            raise UsageError(f"the page of the quiz `{sheet.quiz}` would overwrite another; give it another id")
        taken.add(sheet.quiz)


def _html(
    template: str,
    variables: Mapping[str, Any],
    known: Mapping[str, Picture] = {},
    used: dict[str, Picture] | None = None,
) -> bytes:
    """A page.

    template   its file
    variables  what it is made from
    known      the pictures that it may show, by their addresses
    used       gets those that it shows, by the names of their copies
    """

    def address(picture: Picture) -> str:
        if used is not None:
            used[picture.name] = picture
        return f"assets/{picture.name}"

    with speaking(variables["presentation"].language):
        html = environment().get_template(template).render(variables)
    return placed(html, known, address).encode("utf-8", "replace")
