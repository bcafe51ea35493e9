"""One block as a page of its own: a whole HTML document that fetches nothing, to be saved, served or framed."""

from __future__ import annotations

import base64
import hashlib

from markupsafe import Markup

from quizproof.proof import Report
from quizproof_renderers.site import assets
from quizproof_renderers.site.languages.language import language_of
from quizproof_renderers.site.languages.messages import speaking
from quizproof_renderers.site.pages.contents import site_of
from quizproof_renderers.site.pictures import Picture, placed
from quizproof_renderers.site.typeset import environment


def block_page(report: Report, id_: str, language: str = "en") -> str:
    """The question or exhibit of this id as an HTML document, with the site's style and script inside.

    report  what `prove` gives, with displays
    id_     of a question or an exhibit
    language  a tag, such as "de", of what the page says besides the block

    It shows and marks the block as the site does: variants, hints, and what every option really did. A block that was
    refuted, or that could not be verified, is shown with the reasons and cannot be answered.

    The head of the document holds its content-security policy (https://www.w3.org/TR/CSP3/), which names the one script
    and the one style by their hashes, and allows nothing else:

        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-…'; …">

    Raises UsageError when the report has no such block, or the language is not known.
    """
    report.block(id_)  # raises for an unknown id, before anything is arranged
    spoken = language_of(language)
    quizzes = (quiz for topic in site_of(report, "quizproof").topics for quiz in topic.quizzes)
    quiz, block = next((quiz, block) for quiz in quizzes for block in quiz.blocks if block.id == id_)
    style, script = (
        assets.style_sheet(spoken).decode(),
        b"".join((assets.reader(), assets.printed(spoken), assets.script(spoken))).decode(),
    )
    policy = (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    template = environment().get_template("block.html")
    with speaking(spoken):
        page = template.render(
            quiz=quiz, block=block, policy=policy, language=spoken, style=Markup(style), script=Markup(script)
        )
    return placed(page, quiz.pictures, Picture.data_url)


def _source(inline: str) -> str:
    """What a content-security policy calls an inline style or script that it lets through: 'sha256-…'."""
    # Over every character between the tags, so the template puts nothing around them.
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
