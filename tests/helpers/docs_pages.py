"""The README and the pages under docs/, read for their tests: fenced blocks, examples, links.

The words after the three backticks say what a block is, and so how it is held to the truth:

    yaml quiz [name=FILE] [refuted=CODE,...]   a whole quiz file; with `sandbox=LEVEL`, one about this level
    yaml question [runtime=R] [refuted=...]    an item of `blocks:`; the rest of its quiz is put around it
    yaml plugin                                the same, of a kind that the page itself defines
    yaml fragment                              a part of either; it must parse, and its keys must exist
    yaml copy=PATH, and of python and toml     the file docs/PATH
    yaml bad, yaml good                        examples of rules, proven by tests/test_examples.py; of text, by none
    text finding                               exactly the findings of the yaml block before it
    python run                                 a program; all of a page run one after the other, with the same variables
    text printed                               exactly what the python block before it prints; without one it is nothing
    console                                    commands after `$ `, and what they print on a terminal
    text layout                                a picture; each folder and module in it is in the repository or a package
    toml settings                              a quizproof.toml, or a pyproject.toml with its table
    yaml step                                  a step of a workflow that uses our action
    toml pytest                                settings of pytest: the ini options in it exist
    yaml hooks                                 a .pre-commit-config.yaml
    json editor                                settings of an editor, as JSON
    json responses                             a file that a learner hands in
    sh, text requirements, lua                 what a test cannot run, such as an installation

Quizzes and questions with a `name` are written to the folder in which the page's console and python blocks run.
`refuted` names the codes of the findings where another block shows their messages. In what is printed, a line `...`
stands for any lines.
"""

from __future__ import annotations

import itertools
import re
import shlex
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")))


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

    def option(self, name: str) -> str:
        """What stands after `name=` among the words; empty when it does not."""
        return dict(self.options).get(name, "")

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
    """A quiz or question that a page shows, and what the engine must find in it."""

    fence: Fence
    expected: tuple[str, ...]
    """`QP202 [distractor-holds] message`, in the order of the report; codes alone where the block names them."""

    @property
    def codes_only(self) -> bool:
        """Whether the messages are shown elsewhere, in a console block."""
        return bool(self.fence.option("refuted"))

    @property
    def text(self) -> str:
        """The whole quiz file."""
        return whole_quiz(self.fence)


def whole_quiz(fence: Fence) -> str:
    """The text of a quiz file: that of the block, with a header around it where it shows a question alone."""
    if fence.sort not in ("yaml question", "yaml plugin"):
        return fence.text
    runtime = fence.option("runtime") or "python"
    header = f"quiz: example\ntitle: Example\ntopic: example\nruntime: {runtime}\nblocks:\n"
    return header + textwrap.indent(fence.text, "  ")


def examples(*sorts: str) -> tuple[Example, ...]:
    """The blocks of these sorts on all pages, each with the findings that the page shows below it."""
    found = []
    for page in PAGES:
        for fence, following in itertools.pairwise((*fences(page), None)):
            if fence and fence.sort in sorts:
                expected = tuple(code for code in fence.option("refuted").split(",") if code)
                if following and following.sort == "text finding":
                    expected = tuple(following.text.splitlines())
                found.append(Example(fence, expected))
    return tuple(found)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    names: set[str] = set()
    for token, inline in itertools.pairwise(MarkdownIt().parse(page.read_text(encoding="utf-8"))):
        if token.type == "heading_open":
            plain = "".join(child.content for child in inline.children or ())
            name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
            again = sum(re.fullmatch(rf"{re.escape(name)}(-\d+)?", known) is not None for known in names)
            names.add(f"{name}-{again}" if again else name)
    return names


def links(page: Path) -> list[str]:
    """The targets of all links of a page."""
    tokens = MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8"))
    inline = [child for token in tokens for child in token.children or () if child.type in ("link_open", "image")]
    return [str(child.attrGet("href") or child.attrGet("src")) for child in inline]
