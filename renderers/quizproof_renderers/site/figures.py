"""Figures that are set as a run gave them: tables, confusion matrices, the stations of a pipeline, and drawings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from quizproof import drawings
from quizproof.figures import Drawing, Flow, Matrix, Stage, Table
from quizproof_renderers.site import markup
from quizproof_renderers.site.languages import phrases
from quizproof_renderers.site.languages.messages import gettext, html_gettext, number
from quizproof_renderers.text import share, visible

_FIGURE = re.compile(r"[-+\N{MINUS SIGN}±≈<>≤≥~ ]*\d[\d,.]*(\s?(%|±|to|–|e[-+]?\d|[a-zA-Z]{1,3}\b).*)?|[–—-]?")
"""A cell that is set flush right: a number, perhaps with a unit or a range; or nothing."""
_SHADES = 10


def caption(text: str) -> Markup:
    """The caption below a figure, `<figcaption>…</figcaption>`; nothing when there is none.

    text  inline Markdown
    """
    return Markup("<figcaption>{}</figcaption>").format(markup.inline(text)) if text else Markup("")


def table(display: Table) -> Markup:
    """A table with its caption: `<figure class="figure"><div class="table"><table>…</table></div>…</figure>`."""
    # The caption is the figure's. The table would show it once more.
    return Markup('<figure class="figure">{}{}</figure>').format(
        rows(Table(display.head, display.rows)), caption(display.caption)
    )


def rows(display: Table) -> Markup:
    """The table itself; columns of figures are set flush right.

    display  rows may be shorter than the head, or longer

    Returns `<div class="table"><table>…</table></div>`. The box around the table scrolls where the page is too narrow.
    The first cell of each row is its heading, and cells of figures have the class `number`:

        <tr><th scope="row" class="number">1</th><td class="number">0.5</td></tr>
    """
    columns = range(max(len(display.head), *(len(row) for row in display.rows), 0))
    right = [_is_figures([row[column] for row in display.rows if column < len(row)]) for column in columns]
    head = _row(display.head, right, "col")
    body = Markup("").join(_row(row, right, "row") for row in display.rows)
    described = Markup("<caption>{}</caption>").format(markup.inline(display.caption)) if display.caption else ""
    return Markup('<div class="table"><table>{}<thead>{}</thead><tbody>{}</tbody></table></div>').format(
        described, head, body
    )


def matrix(display: Matrix) -> Markup:
    """A confusion matrix: each cell with its count and its share of the row, by which it is shaded.

    display  n labels, and n rows of n counts; a row is a true class

    A cell has one of eleven shades from `shade-0` to `shade-10`; those on the diagonal have the class `hit` as well:

        <td class="cell shade-8 hit"><b>3</b> <span class="share">75 %</span></td>

    A cell that has a name shows the first letters of its words: `<abbr title="true positives">TP</abbr>`.
    """
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(visible(label)) for label in display.labels)
    body = Markup("").join(
        _counts(visible(label), counts, index, display.names[index] if display.names else ())
        for index, (label, counts) in enumerate(zip(display.labels, display.counts, strict=True))
    )
    # Readers must know which way shares add up to a whole.
    about = " ".join(filter(None, (display.caption, gettext("Percentages are of the row."))))
    return Markup(
        '<figure class="figure"><div class="table"><table class="matrix"><thead>'
        '<tr><td></td><th class="axis" colspan="{}" scope="colgroup">{}</th><td></td></tr>'
        '<tr><th class="axis" scope="col">{}</th>{}<th class="sum" scope="col">{}</th></tr></thead>'
        "<tbody>{}</tbody></table></div>{}</figure>"
    ).format(
        len(display.labels),
        gettext("Predicted class"),
        gettext("True class"),
        head,
        gettext("Sum"),
        body,
        caption(about),
    )


def flow(display: Flow) -> Markup:
    """The stations of a pipeline, one below the other along a line: `<ol class="flow"><li>…</li>…</ol>`.

    Each has the code that leads to it, its name, and its shape, in which sizes that differ from the station before are
    bold.
    """
    # One longer than the stages: the last shape is before no station.
    before: tuple[tuple[int, ...] | None, ...] = (None, *(stage.shape for stage in display.stages))
    stations = Markup("").join(_station(stage, shape) for stage, shape in zip(display.stages, before, strict=False))
    return Markup('<figure class="figure"><ol class="flow">{}</ol>{}</figure>').format(
        stations, caption(display.caption)
    )


def drawing(display: Drawing) -> Markup:
    """A picture that a run drew, in the colours of the page: `<figure class="figure"><svg …>…</svg></figure>`.

    display  its SVG may be anything: what no page can hold is shown as what it shows, in words
    """
    alt = markup.plain_line(display.alt)
    try:
        inner, width, height = drawings.harmless(display.svg)
    except drawings.DrawingError:
        return Markup('<figure class="figure"><p class="undrawn">{}</p></figure>').format(alt)
    # Its words are in it already, so a reader is not told all the numbers at its axes.
    return Markup(
        '<figure class="figure"><div class="drawing"><svg role="img" aria-label="{}" width="{:g}" height="{:g}"'
        ' viewBox="0 0 {:g} {:g}">{}</svg></div></figure>'
    ).format(alt, width, height, width * 0.75, height * 0.75, Markup(inner))


def _is_figures(cells: Sequence[str]) -> bool:
    return any(cells) and all(_FIGURE.fullmatch(cell.strip()) for cell in cells)


def _row(cells: Sequence[str], right: Sequence[bool], scope: str) -> Markup:
    def cell(index: int, text: str) -> Markup:
        # An empty cell heads nothing, so it is no heading for a screen reader.
        head = scope == "col" or index == 0
        tag = "th" if head and text else "td"
        scoped = Markup(' scope="{}"').format(scope) if tag == "th" else ""
        kind = Markup(' class="number"') if right[index] else ""
        return Markup("<{tag}{}{}>{}</{tag}>").format(scoped, kind, markup.inline(text), tag=tag)

    return Markup("<tr>{}</tr>").format(Markup("").join(cell(*each) for each in enumerate(cells)))


def _counts(label: str, counts: Sequence[int], row: int, names: Sequence[str]) -> Markup:
    total = sum(counts)
    cell = '<td class="cell shade-{}{}"><b>{}</b> <span class="share">{}{}</span></td>'
    cells = Markup("").join(
        Markup(cell).format(
            round(count / total * _SHADES) if total else 0,
            " hit" if column == row else "",
            number(count),
            _abbreviated(names[column]) if names else "",
            _share(count, total),
        )
        for column, count in enumerate(counts)
    )
    return Markup('<tr><th scope="row">{}</th>{}<td class="sum">{}</td></tr>').format(label, cells, number(total))


def _abbreviated(name: str) -> Markup:
    """The name of a cell by the first letters that it has in English, as in formulas: "true positives" as TP."""
    letters = "".join(word[:1].upper() for word in name.split())
    return Markup('<abbr title="{}">{}</abbr> · ').format(visible(phrases.cell(name)), visible(letters))


def _share(count: int, total: int) -> str:
    return share(count, total) if total else "\N{EN DASH}"


def _shape(shape: Sequence[int], before: Sequence[int] | None) -> Markup:
    """A shape as it is said, "4 × 3 × 32 × 32", with the sizes that the station before did not have in their place."""
    if not shape:
        return escape(gettext("scalar"))
    known = shape if before is None else before
    sizes = (
        Markup("{}" if index < len(known) and size == known[index] else "<b>{}</b>").format(size)
        for index, size in enumerate(shape)
    )
    return Markup(" × ").join(sizes)


def _station(stage: Stage, before: Sequence[int] | None) -> Markup:
    parts = [Markup('<p class="station">{}</p>').format(visible(stage.name))]
    about = Markup('<span class="shape">{}</span>').format(_shape(stage.shape, before))
    if stage.dtype:
        about += Markup(' <span class="dtype">{}</span>').format(visible(stage.dtype))
    if stage.sample:
        value = Markup("<code>{}</code>").format(visible(stage.sample))
        name = Markup("<code>{}</code>").format(visible(stage.sampled))
        if stage.sampled:
            says = html_gettext("{name} is {value}", name=name, value=value)
        else:
            says = (
                html_gettext("first value {value}", value=value)
                if stage.shape
                else html_gettext("value {value}", value=value)
            )
        about += Markup(' <span class="sample">{}</span>').format(says)
    parts.append(Markup('<p class="shapes">{}</p>').format(about))
    if stage.note:
        parts.append(Markup('<div class="note prose">{}</div>').format(markup.prose(stage.note)))
    code = markup.code(stage.code) if stage.code else ""
    return Markup("<li>{}{}</li>").format(code, Markup("").join(parts))
