"""Faults of prose that no run is needed for: formulas that cannot be read, and images that cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quizproof import rules
from quizproof.markdown.contents import Formula, Image, contents
from quizproof.quizfile.template import TemplateError, has_expression, masked, render


@dataclass(frozen=True)
class ProseFault:
    """One thing that is wrong in a text."""

    code: str
    """The rule that is broken."""
    index: int
    """Where, from 0, in the text."""
    message: str


def prose_faults(text: str, folder: str | None) -> Iterator[ProseFault]:
    """What is wrong with the formulas and images of a text, in their order.

    text    Markdown as its author wrote it; a number stands for every expression in it
    folder  the folder `files` beside the quiz; None when there is none
    """
    for found in contents(masked(text)):
        if isinstance(found, Formula):
            yield from _formula_faults(found)
        else:
            yield from _image_faults(found, text, folder)


def filled(text: str, names: Mapping[str, Any]) -> str:
    """A text with its expressions replaced, as `render` does it, in which every formula can still be read.

    text   Markdown as its author wrote it
    names  what expressions can use, by name

    Raises TemplateError with the place in the text, also for a value that is no part of a formula.
    """
    result = render(text, names)
    if "$" in result and not any(fault.code == rules.UNREADABLE_FORMULA for fault in prose_faults(text, None)):
        for found in contents(result):
            for fault in _formula_faults(found) if isinstance(found, Formula) else ():
                raise TemplateError(f"with the value of its expression, {fault.message}")
    return result


def _formula_faults(formula: Formula) -> Iterator[ProseFault]:
    """Why a formula cannot be read; nothing when it can."""
    # Here, as the reader of images below: most banks have neither.
    from quizproof.markdown.formulas import FormulaError, read

    try:
        read(formula.tex, block=formula.block)
    except FormulaError as error:
        # A caret at the end of a formula would be behind its dollar sign.
        index = formula.index + min(error.index, max(len(formula.tex) - 1, 0))
        shown = formula.tex if len(formula.tex) <= 40 else f"{formula.tex[:40]}…"
        message = f"the formula `{' '.join(shown.split())}` cannot be read: {error}"
        yield ProseFault(rules.UNREADABLE_FORMULA, index, message)


def _image_faults(image: Image, text: str, folder: str | None) -> Iterator[ProseFault]:
    from quizproof.loading.images import ImageError, read_image

    if not image.alt:
        yield ProseFault(rules.IMAGE_WITHOUT_TEXT, image.index, f"`{image.address}` does not say what it shows")
    end = text.find(")", image.index)
    if has_expression(text[image.index : end]) and has_expression(text[text.find("](", image.index) : end]):
        message = "the address of an image is the same in all variants, and holds no `{{ expression }}`"
        yield ProseFault(rules.MISSING_IMAGE, image.index, message)
        return
    try:
        read_image(folder, image.address)
    except ImageError as error:
        yield ProseFault(rules.MISSING_IMAGE, image.index, str(error))
