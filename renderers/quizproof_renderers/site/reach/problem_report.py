"""Reports of problems: the link by which a reader tells the owner of a site what is wrong with a question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from quizproof_renderers.site.languages.messages import gettext

_MAIL = re.compile(r"[^\s@/?&#]+@[^\s@/?&#]+\.[^\s@/?&#]+")
_WEB = re.compile(r"https://[^\s/?#]+(/\S*)?")


@dataclass(frozen=True)
class ReportTo:
    """Where reports go."""

    address: str
    """A mail address, or that of a form for issues, with or without `{title}` and `{body}` in it."""

    @property
    def known(self) -> bool:
        """Whether it is an address of one of these forms."""
        return bool(_MAIL.fullmatch(self.address) or _WEB.fullmatch(self.address))

    def link(self, question: str, variant: int, versions: str, page: str) -> str:
        """The address behind "Report a problem".

        question  its id
        variant   its number, from 1
        versions  what it ran on
        page      the public address of its page; empty when that is not known

        The page's script adds the reader's answer at the end, so the body is the last part of the address where the
        owner has not given it another place.
        """
        lines = [
            gettext("Question: {question}", question=question),
            gettext("Variant: {variant}", variant=variant),
            gettext("Ran on: {versions}", versions=versions),
        ]
        if page:
            lines.append(gettext("Page: {page}", page=page))
        title = quote(gettext("Problem with {question}", question=question), safe="")
        body = quote("\n".join([gettext("What is wrong:"), "", "", *lines, ""]), safe="")
        if "@" in self.address and not self.address.startswith("https:"):
            return f"mailto:{self.address}?subject={title}&body={body}"
        if "{body}" in self.address or "{title}" in self.address:
            return self.address.replace("{title}", title).replace("{body}", body)
        return f"{self.address}{'&' if '?' in self.address else '?'}title={title}&body={body}"
