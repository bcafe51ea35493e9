"""The settings of a site, in a small YAML file beside the bank."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationError, ValidationInfo

from quizproof.errors import UsageError
from quizproof.loading.images import ImageError, image_at
from quizproof.quizfile.fields import Flag, Model, Plain, Slug
from quizproof.quizfile.source_text import SourceError
from quizproof.quizfile.wording import worded
from quizproof.quizfile.yaml_document import parse
from quizproof_renderers.site.languages.language import is_tag, language_of, missing
from quizproof_renderers.site.names import spelled_out
from quizproof_renderers.site.pages.bank_source import BankSource
from quizproof_renderers.site.pictures import pictures_in
from quizproof_renderers.site.reach.presentation import Logo, OwnPage, Presentation, TopicText, legible
from quizproof_renderers.site.reach.problem_report import ReportTo

_TITLE = re.compile(r"#\s+(.+?)\s*#*\n?(?:\n|$)")
_TAKEN = ("index", "proven", "404", "embed")
"""Names of pages that every site may have."""


def _language(text: str, info: ValidationInfo) -> str:
    # The owner's own messages may be in any language.
    if says := "" if info.data.get("messages") and is_tag(text) else missing(text):
        raise ValueError(says)
    return text


def web_address(text: str) -> str:
    """The address of a site with a slash at its end. Raises ValueError when it is not one of http or https."""
    if not re.fullmatch(r"https?://[^\s/?#\"'<>]+(/[^\s?#\"'<>]*)?", text):
        raise ValueError("write an address such as `https://example.org/quizzes/`")
    return text.rstrip("/") + "/"


def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError('write a colour in quotation marks, such as `"#1d4e89"`')
    return text.lower()


def _report(text: str) -> str:
    if not ReportTo(text).known:
        raise ValueError("write a mail address, or an address that begins with `https://`")
    return text


class TopicSettings(Model):
    """What is said of one topic."""

    id: Slug
    """Of the topic, as quizzes name it."""
    title: Plain = ""
    """Shown instead of the id."""
    intro: Plain = ""
    """Markdown, shown on the topic's page."""


def _with_ids(value: object) -> object:
    """Topics that are only named become topics without a title."""
    if not isinstance(value, list):
        return value
    return [{"id": item} if isinstance(item, str) else item for item in value]


class SiteSettings(Model):
    """What `site.yaml` holds. Paths are relative to its folder."""

    title: Plain = "quizproof"
    """Shown on every page; `--title` overrides it."""
    description: Plain = ""
    """What the site is, in one sentence, for search engines and previews."""
    topics: Annotated[tuple[TopicSettings, ...], BeforeValidator(_with_ids)] = ()
    """Topics in the order of the contents, others follow by name: each an id, or an `id` with `title` and `intro`."""
    messages: Plain = ""
    """A file of compiled messages (`.mo`), for a language that quizproof does not have, or for other words."""
    language: Annotated[Plain, AfterValidator(_language)] = "en"
    """The language of the site and its quizzes: `en`, `de`, or one of these with a region, such as `de-AT`."""
    base_url: Annotated[Plain, AfterValidator(web_address)] = ""
    """Where the site is published; `--base-url` overrides it. It gives a site map, a 404 page and previews."""
    logo: Plain = ""
    """An image, shown in front of the title and as the icon of the browser's tab."""
    accent: Annotated[Plain, AfterValidator(_colour)] = ""
    """The colour of links and buttons, such as `"#1d4e89"`. It is made darker or lighter where it could not be read."""
    footer: Plain = ""
    """Markdown at the foot of every page."""
    report: Annotated[Plain, AfterValidator(_report)] = ""
    """Where readers report problems: a mail address, or the address of a form for new issues."""
    pages: tuple[Plain, ...] = ()
    """Markdown files that become pages, linked at the foot of every page."""
    style: Plain = ""
    """A style sheet that comes after the one of quizproof."""
    templates: Plain = ""
    """A folder of templates that come before those of quizproof."""
    embed: Flag = False
    """Whether each question also has a page of its own, for frames on other sites."""
    offline: Flag = False
    """Whether browsers keep the site, so that it can be read without a network."""
    bank: Plain = ""
    """Where readers get the bank: the address of a git repository, with a folder in it after `#`."""
    package: Plain = ""
    """Where readers get quizproof, if not from the package index: what `pip` installs, such as git+https://..."""

    @property
    def source(self) -> BankSource:
        """Where readers get the bank and quizproof."""
        return BankSource(self.bank, self.package)

    @property
    def order(self) -> tuple[str, ...]:
        """The ids of topics, in the order of the contents."""
        return tuple(topic.id for topic in self.topics)

    def presentation(self, folder: Path) -> Presentation:
        """How the site presents itself, with everything that its files hold.

        folder  what paths are relative to

        Raises UsageError when a file cannot be used; the message says which, and why.
        """
        return Presentation(
            description=self.description,
            language=language_of(self.language, folder / self.messages if self.messages else None),
            base_url=self.base_url,
            topics={topic.id: TopicText(topic.title, topic.intro) for topic in self.topics},
            logo=_logo(folder, self.logo) if self.logo else None,
            accent=legible(self.accent) if self.accent else "",
            footer=self.footer,
            report=ReportTo(self.report) if self.report else None,
            pages=_own_pages(folder, self.pages),
            style=_read(folder / self.style, "style") if self.style else "",
            templates=str(folder / self.templates) if self.templates else "",
            templates_hash=_templates(folder / self.templates) if self.templates else "",
            embed=bool(self.embed),
            offline=bool(self.offline),
        )


def load_settings(file: Path) -> SiteSettings:
    """Read the settings of a site.

    file  YAML such as

              title: Deep learning, proven
              topics: [freezing-layers, metrics]
              bank: https://example.org/bank.git#questions

    Raises UsageError when it cannot be read, and, with file:line:column, for the first mistake in it.
    """
    try:
        document = parse(str(file), file.read_bytes())
        return SiteSettings.model_validate(document.data)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except SourceError as error:
        raise UsageError(f"{error.finding.place}: {error.finding.message}") from None
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        path = tuple(step for step in detail["loc"] if isinstance(step, (str, int)))
        # Of a key that is unknown, the key is the mistake; of all others, the value.
        span = document.first_line(path, key=detail["type"] == "extra_forbidden")
        _, message = worded(detail, path, (TopicSettings if len(path) > 1 else SiteSettings).model_fields)
        if not path:  # the whole file is a list or a single value
            message = "write a mapping with keys such as `title` and `topics`"
        raise UsageError(f"{file}:{span.line}:{span.column}: {message}") from None


def _read(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"`{key}`: {path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _logo(folder: Path, name: str) -> Logo:
    try:
        image = image_at(folder / name, name)
    except ImageError as error:
        raise UsageError(f"`logo`: {error}") from None
    return Logo(f"logo.{hashlib.sha256(image.content).hexdigest()[:10]}.{image.suffix}", image)


def _templates(folder: Path) -> str:
    """A hash of the templates in a folder."""
    if not folder.is_dir():
        raise UsageError(f"`templates`: {folder} is not a folder")
    texts = [(str(path.relative_to(folder)), path.read_bytes()) for path in sorted(folder.rglob("*.html"))]
    return hashlib.sha256(repr(texts).encode()).hexdigest()


def _own_pages(folder: Path, names: tuple[str, ...]) -> tuple[OwnPage, ...]:
    pages: dict[str, OwnPage] = {}
    for name in names:
        path = folder / name
        text = _read(path, "pages")
        stem = "-".join(re.findall("[a-z0-9]+", path.stem.lower()))
        if not stem or stem in _TAKEN or f"{stem}.html" in pages:
            raise UsageError(f"`pages`: {name} would become {stem}.html, which the site has already; rename the file")
        heading = _TITLE.match(text.lstrip())
        title = heading[1] if heading else spelled_out(stem)
        body = text.lstrip()[heading.end() :] if heading else text
        files = path.parent / "files"
        pictures = pictures_in(str(files), body) if files.is_dir() else {}
        pages[f"{stem}.html"] = OwnPage(f"{stem}.html", title, body, pictures)
    return tuple(pages.values())
