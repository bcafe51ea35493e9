"""Write `docs/llms.txt`, the guide for programs that write questions: `python tools/llms_guide.py`.

It is one file, because a language model reads best what it has at once: what a quiz file is, each kind with its keys
and an example, how to check, and what each finding means. All of it comes from the pages for people; a test holds it to
them. The form is that of llmstxt.org: a title, a summary, sections.
"""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
OUT = DOCS / "llms.txt"
_ABOUT = """\
# quizproof

> quizproof proves quizzes by running them. A question is YAML with runnable Python, PyTorch or TensorFlow. The key must
> hold when it is run, every wrong option must fail, and numbers in prose come from a run. This guide has all that is
> needed to write questions, to check them, and to repair what is found.

Work in a loop:

1. Write a quiz file into the folder `questions`, as the sections below say. Prefer values that a run gives, such as
   `{{ stdout }}`, to values that you type.
2. Run `quizproof check --format json questions`. It exits with 0 when everything is proven, and with 1 when there are
   findings.
3. For each item of `findings`: `code` is the rule, `path`, `line` and `column` are the place, and `at` is the path of
   keys and positions to the value in the YAML. `expected` and `actual` are what was claimed and what the run gave, and
   `help` says what to do. Change what is wrong: the key if the run disagrees with it, the distractor if it holds, the
   check if it cannot fail. Never weaken a check to make a finding go away.
4. Repeat until the exit code is 0. What no run can settle is marked with `unproven: reason`, and counted.
"""
_SECTIONS = (
    ("authors.md", ("How a question is judged",)),
    ("reference.md", ("Files", "YAML", "Header", "Every question")),
    (
        "reference.md",
        (
            "choice",
            "predict-output",
            "number",
            "find-bug",
            "write-code",
            "fill-blank",
            "order-lines",
            "match",
            "open",
            "Every exhibit",
            "confusion-matrix",
            "pipeline",
            "training-run",
            "experiment",
            "figure",
        ),
    ),
    ("reference.md", ("Names in expressions", "Filters", "`happens`", "Limits", "Verdicts")),
    ("authors.md", ("Prose that cannot drift", "Good distractors")),
    ("reference.md", ("Rules", "Exit codes", "The JSON report")),
)
"""What the guide has, in this order: the page, and the headings of its sections."""


def guide() -> str:
    """The text of the guide. Raises KeyError when a page has no such section any more."""
    texts = {page: (DOCS / page).read_text(encoding="utf-8") for page, _ in _SECTIONS}
    sections = {page: _sections(text) for page, text in texts.items()}
    parts = [sections[page][heading] for page, headings in _SECTIONS for heading in headings]
    return _ABOUT + "\n" + "\n".join(map(_plain, parts))


def _sections(page: str) -> dict[str, str]:
    """The sections of a page by their headings of the second level, with these."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].removeprefix("## "): part for part in parts}


def _plain(text: str) -> str:
    """Without what is for browsers and tests: links, comments, and words behind the language of a block."""
    text = re.sub(r"^<!--.*-->\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^(```\w+).*$", r"\1", text, flags=re.MULTILINE)
    return re.sub(r"(?<!!)\[([^\]\n]+)\]\([^)\s]+\)", r"\1", text).rstrip() + "\n"


if __name__ == "__main__":
    OUT.write_text(guide(), encoding="utf-8")
