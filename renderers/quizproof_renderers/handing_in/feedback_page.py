"""The feedback page of one learner: every question with the response, the mark and the right answer, as plain HTML."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from quizproof_renderers.handing_in.grading import Row
from quizproof_renderers.handing_in.marker import Item
from quizproof_renderers.handing_in.sheet import page_names
from quizproof_renderers.site import markup
from quizproof_renderers.site.pictures import placed
from quizproof_renderers.text import visible

_WORDS = {
    "right": "Right",
    "partly": "Partly right",
    "wrong": "Wrong",
    "unanswered": "Not answered",
    "unmarked": "Not marked",
}


def page(rows: Sequence[Row], items: Mapping[str, Item]) -> str:
    """The text of a page.

    rows   the marks of one learner on one sheet
    items  its questions, by their ids
    """
    loader = PackageLoader("quizproof_renderers.handing_in")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"prose": markup.prose, "inline": markup.inline, "visible": visible}
    marked = [row for row in rows if row["score"] is not None]
    questions = []
    for row in (row for row in rows if row["question"] in items):
        item = items[row["question"]]
        questions.append((item, row, _WORDS[row["standing"]], shown(item, row)))
    quiz = next(iter(items.values())).quiz
    html = environment.get_template("feedback_page.html").render(
        learner=rows[0]["learner"],
        title=quiz.header.title if quiz.header else quiz.id,
        earned=_rounded(math.fsum(row["score"] * row["points"] for row in marked)),
        possible=_rounded(math.fsum(row["points"] for row in marked)),
        unmarked=len(rows) - len(marked),
        questions=questions,
    )
    # A page that is sent as one file has descriptions instead of images.
    return placed(html, {}, lambda picture: picture.name)


def _rounded(points: float) -> str:
    """Points with at most two digits after the point."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def shown(item: Item, row: Row) -> str:
    """A response in the learner's terms: with the letters and texts of the page that asked."""
    response = row["response"]
    if response is None:
        return ""
    if isinstance(response, str):
        return response
    names = {choice.name: choice.content for choice in item.asked.choices}
    letters = page_names(item.salt, item.block, item.form)
    parts = []
    for part in response:
        id_, colon, level = part.partition(":") if names else (part, "", "")
        content = names.get(letters.get(id_, ""))
        text = getattr(content, "source", getattr(content, "text", part)) if content is not None else part
        parts.append(f"{'    ' * int(level) if colon and level.isdecimal() else ''}{text}")
    return "\n".join(parts)


def file_name(learner: str, quiz: str) -> str:
    """The name of the file of a learner's page."""
    plain = unicodedata.normalize("NFKD", learner).encode("ascii", "ignore").decode()
    name = "-".join(re.findall("[A-Za-z0-9]+", plain)) or "learner"
    # Of two names that are spelled alike here, each keeps a file of its own.
    sign = "" if name == learner else f"-{hashlib.sha256(learner.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"
    return f"{name}{sign}-{quiz}"
