"""Embedding: the lines that show a question in a frame on another page."""

from __future__ import annotations

import html

from quizproof_renderers.site.languages.messages import gettext
from quizproof_renderers.site.markup import plain_line

HEIGHT = 640
"""Of a frame, in CSS pixels: most questions fit, and the others scroll."""
SIZING = "embed/frames.js"
"""The script that gives frames the height of their questions, on the site."""


def frame(root: str, id_: str, name: str) -> str:
    """The HTML of a frame, to be pasted.

    root  the public address of the site, with a slash at the end; empty when it is not known
    id_   of the question
    name  of the question, in Markdown

        <iframe src="https://example.org/quizzes/embed/freeze-two.html" title="Question: Freeze two"
          width="100%" height="640" loading="lazy" style="border: 0"></iframe>
    """
    title = html.escape(gettext("Question: {name}", name=plain_line(name)))
    first = f'<iframe src="{html.escape(root)}embed/{id_}.html" title="{title}"'
    return f'{first}\n  width="100%" height="{HEIGHT}" loading="lazy" style="border: 0"></iframe>'


def sizing(root: str) -> str:
    """The HTML, to be pasted once into a page, that lets its frames grow and shrink with their questions.

    root  as for `frame`

        <script src="https://example.org/quizzes/embed/frames.js" async></script>
    """
    return f'<script src="{html.escape(root)}{SIZING}" async></script>'
