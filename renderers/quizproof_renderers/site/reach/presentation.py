"""How a site presents itself: everything that its owner can set and that no quiz says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from quizproof.loading.images import Image
from quizproof_renderers.site.languages.language import ENGLISH, Language
from quizproof_renderers.site.pictures import Picture
from quizproof_renderers.site.reach.problem_report import ReportTo

_PAPER = {"light": "#f3efe4", "dark": "#201e1b"}
"""The grounds on which the accent must be legible: in each theme the one that is nearest to it."""
_LEGIBLE = 4.5
"""The contrast that WCAG 2.2 asks for (https://www.w3.org/TR/WCAG22/#contrast-minimum)."""


class TopicText(NamedTuple):
    """What a topic is called, and what is said of it."""

    title: str = ""
    """Empty for its id, spelled out."""
    intro: str = ""
    """Markdown."""


@dataclass(frozen=True)
class OwnPage:
    """A page that the owner has written."""

    name: str
    """Of its file: "about.html"."""
    title: str
    text: str
    """Markdown, without the title."""
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """Its images, by their addresses in the text."""


@dataclass(frozen=True)
class Logo:
    """The owner's logo."""

    name: str
    """Of its copy, after its content: "logo.3f2a91c04d.svg"."""
    image: Image


@dataclass(frozen=True)
class Presentation:
    """How a site presents itself."""

    description: str = ""
    """For search engines and previews, in plain text."""
    language: Language = ENGLISH
    base_url: str = ""
    """Where the site is published, with a slash at the end; empty when that is not known."""
    topics: Mapping[str, TopicText] = field(default_factory=dict)
    """By their ids."""
    logo: Logo | None = None
    accent: str = ""
    """The colour of links and buttons as CSS; empty for ours."""
    footer: str = ""
    """Markdown."""
    report: ReportTo | None = None
    """Where readers report problems."""
    pages: tuple[OwnPage, ...] = ()
    style: str = ""
    """CSS that comes after ours."""
    templates: str = ""
    """A folder with templates that come before ours."""
    templates_hash: str = ""
    """A hash of what is in it."""
    embed: bool = False
    """Whether each question has a page for frames on other sites."""
    offline: bool = False
    """Whether browsers keep the site for reading without a network."""

    @property
    def ingredients(self) -> tuple[object, ...]:
        """Everything in it that affects all pages."""
        logo = self.logo and self.logo.name
        pages = tuple((page.name, page.title) for page in self.pages)
        kept = (self.description, self.language, self.base_url, logo, self.footer, self.report, pages)
        return (*kept, self.templates_hash, self.embed, self.offline)

    def address(self, path: str) -> str:
        """The public address of a page; empty when it is not known.

        path  from the folder of the site: "index.html" is the folder itself
        """
        return self.base_url and self.base_url + path.removesuffix("index.html")

    @property
    def css(self) -> str:
        """What comes after our style sheet."""
        accent = f":root{{--link:{self.accent}}}\n" if self.accent else ""
        return accent + self.style


def legible(colour: str) -> str:
    """A colour for both themes, darker or lighter than given where text in it could not be read.

    colour  "#rrggbb"

    Returns CSS: "light-dark(#1d4e89, #8fbaf0)".
    """
    return f"light-dark({_towards(colour, 0, _PAPER['light'])}, {_towards(colour, 255, _PAPER['dark'])})"


def _towards(colour: str, end: int, ground: str) -> str:
    """The first mixture of a colour with black (0) or white (255) that is legible on a ground."""
    channels = _channels(colour)
    mixtures = (tuple(round(c + (end - c) * step / 20) for c in channels) for step in range(21))
    shown = ("#" + "".join(f"{c:02x}" for c in mixture) for mixture in mixtures)
    return next(each for each in shown if _contrast(each, ground) >= _LEGIBLE)


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = (c / 255 for c in _channels(colour))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
