"""The pages under docs/, read for their tests: fenced blocks, and the quizzes and sessions that stand in them.

The words after the three backticks say what a block is, and so how it is held to the truth:

    yaml quiz [name=FILE] [refuted=CODE,...]   a whole quiz file
    yaml question [runtime=R] [refuted=...]    an item of `blocks:`; the rest of its quiz is put around it
    yaml fragment                              a part of either; it must parse, and its keys must exist
    yaml copy=PATH, python copy=PATH           the file docs/PATH
    text finding                               exactly the findings of the yaml block before it
    console [typed=A,B,...]                    commands after `$ `, and what they print on a terminal
    sh                                         commands that a test cannot run, such as an installation

Quizzes with a `name` are written to the folder in which the page's console blocks run.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = tuple(sorted(DOCS.glob("*.md")))


@dataclass(frozen=True)
class Fence:
    """One fenced block of a page."""

    page: Path
    line: int
    """Where its first line of text stands in the page."""
    language: str
    words: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    text: str

    def option(self, name: str, default: str = "") -> str:
        """The value of `name=value` among the words after the backticks."""
        return dict(self.options).get(name, default)

    @property
    def sort(self) -> str:
        """What the block is, in the words of this module's docstring."""
        copied = ("copy",) if self.option("copy") else ()
        return " ".join((self.language, *self.words, *copied))

    @property
    def id(self) -> str:
        """`page:line`, for the names of tests."""
        return f"{self.page.name}:{self.line}"


@cache
def fences(page: Path) -> tuple[Fence, ...]:
    """All fenced blocks of a page, in order."""
    found = []
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "fence":
            language, *rest = shlex.split(token.info) or [""]
            words = tuple(word for word in rest if "=" not in word)
            options = tuple((n, v) for n, _, v in (word.partition("=") for word in rest if "=" in word))
            found.append(Fence(page, (token.map or [0])[0] + 2, language, words, options, token.content))
    return tuple(found)


@dataclass(frozen=True)
class Example:
    """A quiz or question that a page shows, as a whole file, and what the engine must find in it."""

    fence: Fence
    expected: tuple[str, ...]
    """`QP202 [distractor-holds] message`, in the order of the report; only the codes where the block names codes."""

    @property
    def codes_only(self) -> bool:
        """Whether the messages are shown elsewhere, in a console block."""
        return bool(self.fence.option("refuted"))

    @property
    def text(self) -> str:
        """The quiz file."""
        if "quiz" in self.fence.words:
            return self.fence.text
        item = self.fence.text if self.fence.text.startswith("- ") else "- " + textwrap.indent(self.fence.text, "  ")[2:]
        header = {"quiz": "example", "title": "Example", "topic": "example", "runtime": self.runtime}
        return "".join(f"{key}: {value}\n" for key, value in header.items()) + "blocks:\n" + textwrap.indent(item, "  ")

    @property
    def runtime(self) -> str:
        """The runtime of a question's example."""
        return self.fence.option("runtime", "python")


def examples() -> tuple[Example, ...]:
    """Every quiz and question on every page."""
    found = []
    for page in PAGES:
        blocks = fences(page)
        for fence, following in zip(blocks, (*blocks[1:], None), strict=True):
            if fence.sort in ("yaml quiz", "yaml question"):
                expected = tuple(code for code in fence.option("refuted").split(",") if code)
                if following and following.sort == "text finding":
                    expected = tuple(following.text.splitlines())
                found.append(Example(fence, expected))
    return tuple(found)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    names: set[str] = set()
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open":
            plain = "".join(child.content for child in inline.children or ())
            name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
            count = sum(known == name or re.fullmatch(rf"{re.escape(name)}-\d+", known) is not None for known in names)
            names.add(f"{name}-{count}" if count else name)
    return names


def links(page: Path) -> list[str]:
    """The targets of all links of a page."""
    found = []
    for token in MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8")):
        for child in token.children or ():
            if child.type in ("link_open", "image"):
                found.append(str(child.attrGet("href") or child.attrGet("src")))
    return found
