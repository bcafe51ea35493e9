"""Every file of a site, each with what it is made from, so that one of an earlier build can be taken over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from jinja2 import TemplateError
from markupsafe import Markup

from quizproof.errors import UsageError
from quizproof_renderers.site import assets
from quizproof_renderers.site.languages.messages import gettext, speaking
from quizproof_renderers.site.pages.catalogue import catalogue
from quizproof_renderers.site.pages.contents import Site
from quizproof_renderers.site.pages.quiz import QuizPage
from quizproof_renderers.site.pages.repeats import shown_in
from quizproof_renderers.site.pages.topic import TopicPage
from quizproof_renderers.site.pictures import Picture, placed
from quizproof_renderers.site.reach import metadata
from quizproof_renderers.site.reach.embedding import SIZING, frame, sizing
from quizproof_renderers.site.reuse import fingerprint, hashed
from quizproof_renderers.site.typeset import environment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
"""The content-security policy of every page.

In a page from `file://`, Chromium takes 'self' to mean any `file://` address (measured with 156, and held by a browser
test), so one policy serves for reading from a disk and from a server. `frame-ancestors` has no effect in a `meta`.
"""


@dataclass(frozen=True)
class File:
    """A file of the site. Its content is made only if the old site does not have it."""

    path: str
    """From the folder of the site."""
    made_from: str
    """The fingerprint of its ingredients; empty for a file that is always made."""
    make: Callable[[], bytes]


def files_of(site: Site) -> Iterator[File]:
    """Every file of a site but its marker.

    Raises UsageError when two quizzes have the same page.
    """
    _refuse_clashes(site)
    # As a list, because what is made one by one would be made after the language is forgotten.
    with speaking(site.presentation.language):
        files = [*_Files(site).all()]
    yield from files


class _Files:
    """The files of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.presentation = site.presentation
        self.language = site.presentation.language
        self.names: dict[str, str] = {"report": "", "offline": ""}
        self.assets: list[File] = []
        self._asset("css", "quizproof", "css", assets.style_sheet(self.language) + self.presentation.css.encode())
        self._asset(
            "contents_css",
            "contents",
            "css",
            assets.contents_style_sheet(self.language) + self.presentation.css.encode(),
        )
        self._asset("js", "quizproof", "js", assets.script(self.language))
        self._asset("home", "home", "js", assets.home(self.language))
        self._asset("more", "more", "js", assets.more(self.language))
        self._asset("printed", "printed", "js", assets.printed(self.language))
        self._asset("reader", "reader", "js", assets.reader())
        if any(quiz.countdown for topic in site.topics for quiz in topic.quizzes):
            self._asset("countdown", "countdown", "js", assets.countdown(self.language))
            self._asset("countdown_css", "countdown", "css", assets.countdown_style_sheet())
        if self.presentation.report:
            self._asset("report", "report", "js", assets.report(self.language))
        if self.presentation.embed:
            self._asset("framed", "framed", "js", assets.framed())
        if self.presentation.offline:
            self._asset("offline", "offline", "js", assets.offline())
        if logo := self.presentation.logo:
            self.assets.append(File(f"assets/{logo.name}", "", partial(bytes, logo.image.content)))
        self._asset("catalogue", "catalogue", "js", catalogue(site))
        # Only the first page names it, and no other is made again when a question has changed.
        self.catalogue = self.names.pop("catalogue")

    def _asset(self, key: str, stem: str, suffix: str, content: bytes) -> None:
        # Named after their content, so that browsers can keep them for ever and never mix two editions of a site.
        self.names[key] = f"{stem}.{hashed(content)[:10]}.{suffix}"
        self.assets.append(File(f"assets/{self.names[key]}", "", partial(bytes, content)))

    def all(self) -> Iterator[File]:
        yield from self.assets
        pages = [*self._pages()]
        yield from pages
        quizzes = [quiz for topic in self.site.topics for quiz in topic.quizzes]
        # Quizzes may share images, and a name is that of one content.
        shown = [picture for quiz in quizzes for picture in quiz.pictures.values()]
        shown += (picture for page in self.presentation.pages for picture in page.pictures.values())
        for name, picture in {picture.name: picture for picture in shown}.items():
            yield File(f"assets/{name}", "", picture.content)
        if self.presentation.offline:
            kept = [file for file in (*self.assets, *pages) if not file.path.startswith("embed/")]
            edition = fingerprint([(file.path, file.made_from) for file in kept])
            yield File("worker.js", "", partial(assets.worker, edition[:10], [file.path for file in kept]))
        if self.presentation.base_url:
            yield self._page("404.html", "404.html", (), canonical="", root=urlsplit(self.presentation.base_url).path)
            found = [self.presentation.address(page.path) for page in pages if not page.path.startswith("embed/")]
            yield File("sitemap.xml", "", partial(metadata.site_map, found))

    def _pages(self) -> Iterator[File]:
        site, own = self.site, self.presentation
        about = own.description or gettext("{extent}, proven by running them.", extent=site.extent)
        ingredients = (site.ingredients, self.catalogue)
        home = {"css": self.names["contents_css"], "js": self.names["home"], "catalogue": self.catalogue}
        yield self._page("index.html", "index.html", ingredients, description=about, own=home)
        yield self._page("proven.html", "proven.html", site.unproven)
        for page in own.pages:
            about = metadata.description_of(page.text, page.title)
            yield self._page(page.name, "own_page.html", page, page.pictures, page=page, description=about)
        contents = {"css": self.names["contents_css"]}
        for topic in site.topics:
            about = metadata.description_of(topic.intro, _about(topic.title, topic.extent))
            path = f"{topic.id}/index.html"
            yield self._page(path, "topic.html", topic.ingredients, topic=topic, description=about, own=contents)
            for quiz in topic.quizzes:
                yield self._quiz(topic, quiz)
        if own.embed:
            yield from self._embedding()

    def _quiz(self, topic: TopicPage, quiz: QuizPage) -> File:
        path = f"{topic.id}/{quiz.file}"
        after = self.site.after(quiz)
        about = metadata.description_of(quiz.header.intro, _about(quiz.title, quiz.extent))
        address = self.presentation.address(path)

        def structured() -> Markup:
            return metadata.structured_data(quiz, topic, self.language.tag, address) if address else Markup()

        return self._page(
            path,
            "quiz.html",
            (topic.surroundings(quiz), after, quiz.ingredients),
            quiz.pictures,
            topic=topic,
            after=after,
            quiz=quiz,
            description=about,
            structured=structured,
        )

    def _embedding(self) -> Iterator[File]:
        """Each question on a page of its own, and a page on how to put them into other pages."""
        quizzes = [(topic, quiz) for topic in self.site.topics for quiz in topic.quizzes]
        names = tuple((quiz.title, block.id, block.name) for _, quiz in quizzes for block in quiz.blocks)
        yield self._page("embed.html", "embedding.html", names, frame=frame, sizing=sizing)
        # Its name stays the same, because other sites have it in their pages.
        yield File(SIZING, "", partial(bytes, assets.frames()))
        for topic, quiz in quizzes:
            shared = shown_in(quiz.shared_code)
            for block in quiz.blocks:
                # Of what is above it on the page of its quiz, only the common code is here as well.
                alone = replace(block, above=shared)
                whole = f"{topic.id}/{quiz.file}#q-{block.id}"
                ingredients = (topic.id, quiz.file, quiz.header, quiz.versions, quiz.shared_code, block.ingredients)
                yield self._page(
                    f"embed/{block.id}.html",
                    "embed.html",
                    ingredients,
                    quiz.pictures,
                    quiz=quiz,
                    block=alone,
                    whole=whole,
                    canonical=self.presentation.address(f"{topic.id}/{quiz.file}"),
                )

    def _page(
        self,
        path: str,
        template_name: str,
        ingredients: object,
        pictures: Mapping[str, Picture] = {},
        *,
        root: str | None = None,
        canonical: str | None = None,
        description: str = "",
        structured: Callable[[], Markup] = Markup,
        own: Mapping[str, str] | None = None,
        **variables: object,
    ) -> File:
        """A page.

        path        from the folder of the site
        root        what leads to that folder from the page
        canonical   its public address
        structured  what it says of itself as JSON-LD
        own         names of assets that it has instead of those of other pages
        """
        # Relative, so that links work from a disk as well.
        root = "../" * path.count("/") if root is None else root
        common = {
            "site": self.site,
            "presentation": self.presentation,
            "policy": POLICY,
            "root": root,
            "canonical": self.presentation.address(path) if canonical is None else canonical,
            "description": description,
            **self.names,
            **(own or {}),
        }

        def make() -> bytes:
            try:
                template = environment(self.presentation.templates).get_template(template_name)
                with speaking(self.language):
                    html = template.render(common, structured=structured(), **variables)
            except TemplateError as error:
                if not self.presentation.templates:
                    raise
                raise UsageError(f"`templates`: {template_name}: {error}") from None
            html = placed(html, pictures, lambda picture: f"{root}assets/{picture.name}")
            # A lone surrogate, which has no UTF-8, becomes a question mark.
            return html.encode("utf-8", "replace")

        about = (self.site.title, self.presentation.ingredients, sorted(self.names.items()), description)
        return File(path, fingerprint(about, ingredients), make)


def _about(title: str, extent: str) -> str:
    """What is said of a page whose author says nothing."""
    return gettext("{title}: {extent}, proven by running them.", title=title, extent=extent)


def _refuse_clashes(site: Site) -> None:
    """Raise UsageError for two quizzes with one id, or a quiz called `index`: one page would overwrite the other."""
    taken = dict.fromkeys((f"{topic.id}/index.html" for topic in site.topics), "the page of its topic")
    if site.presentation.embed:
        alone = (block.id for topic in site.topics for quiz in topic.quizzes for block in quiz.blocks)
        taken |= dict.fromkeys((f"embed/{id_}.html" for id_ in alone), "the page of a question for frames")
    for topic in site.topics:
        for quiz in topic.quizzes:
            page = f"{topic.id}/{quiz.file}"
            if page in taken:
                raise UsageError(f"{quiz.path}: the quiz `{quiz.id}` would overwrite {taken[page]}, {page}")
            taken[page] = f"the page of {quiz.path}"
