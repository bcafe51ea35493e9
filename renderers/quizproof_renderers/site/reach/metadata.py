"""What a page says of itself to search engines, previews and crawlers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from quizproof_renderers.site.markup import plain_line
from quizproof_renderers.site.names import tag_name
from quizproof_renderers.site.pages.block import PageBlock
from quizproof_renderers.site.pages.quiz import QuizPage
from quizproof_renderers.site.pages.topic import TopicPage
from quizproof_renderers.site.typeset import form

_MAX_DESCRIPTION = 200
"""Characters; search engines show fewer."""
_ASKS = {"options": "Multiple choice", "match": "Matching", "blanks": "Fill in the blank", "open": "Open-ended"}
"""What schema.org and others call a way of answering; every other way is a "Short answer"."""


def description_of(markdown: str, otherwise: str) -> str:
    """A description of a page in plain text.

    markdown   what its author says of it; its beginning is taken
    otherwise  what is said where the author says nothing
    """
    text = plain_line(markdown) or otherwise
    return text if len(text) <= _MAX_DESCRIPTION else text[:_MAX_DESCRIPTION].rpartition(" ")[0] + "…"


def structured_data(quiz: QuizPage, topic: TopicPage, language: str, address: str) -> Markup:
    """A quiz and its questions as JSON-LD (https://schema.org/Quiz), to be put into a `script` element.

    address  the public address of the page

    The answers are not in it: a search engine that showed them would spoil the quiz.
    """
    data = {
        "@context": "https://schema.org",
        "@type": "Quiz",
        "name": quiz.title,
        "about": {"@type": "Thing", "name": topic.title},
        "url": address,
        "inLanguage": language,
        "isAccessibleForFree": True,
        "hasPart": [_question(block, address) for block in quiz.questions if block.markable],
    }
    if quiz.header.tags:
        data["keywords"] = [tag_name(tag) for tag in quiz.header.tags]
    if quiz.level:
        data["educationalLevel"] = quiz.level
    if quiz.header.authors:
        data["author"] = [{"@type": "Person", "name": name} for name in quiz.header.authors]
    if quiz.minutes:
        data["timeRequired"] = f"PT{quiz.minutes}M"
    # Nothing in it may end the script.
    return Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))


def _question(block: PageBlock, address: str) -> dict[str, Any]:
    asked = block.variants[0].display.input
    assert asked is not None
    return {
        "@type": "Question",
        "name": plain_line(block.name),
        "eduQuestionType": _ASKS.get(form(asked), "Short answer"),
        "text": description_of(block.proof.prompt, block.name),
        "url": f"{address}#q-{block.id}",
    }


def site_map(addresses: Iterable[str]) -> bytes:
    """A site map (https://www.sitemaps.org/protocol.html) of some public addresses."""
    urls = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{urls}</urlset>\n".encode()
