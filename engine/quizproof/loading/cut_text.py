"""Text that a comment cuts: in YAML ` #` ends an unquoted text, so of "see issue #3" only "see issue" is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quizproof.findings import DataPath, Span
from quizproof.quizfile.yaml_document import Document
from quizproof.snippets.syntax import parse

_COMMENT = re.compile(r"(\s+)#(.*)")
_REMARK = re.compile(r"(?i)#?(todo|fixme|xxx|noqa|type:|pragma)\b")
"""What begins a comment that is written without a space."""
_END = (".", "?", "!", ":", ";")
"""What ends a sentence, after which a comment cuts nothing."""
_QUOTED = "`'\")"


@dataclass(frozen=True)
class Cut:
    """An unquoted text of which a part was read as a comment."""

    path: DataPath
    span: Span
    """The place of the comment."""
    read: str
    """What is left of the text."""
    lost: str
    """What was read as a comment, from the `#` on."""


def cuts(document: Document, code: frozenset[DataPath]) -> Iterator[Cut]:
    """Every text of a file that a comment seems to cut, in the order of the file.

    document  the file
    code      the places of its snippets: a comment after one is one in Python too, unless what is left is half a
              statement

    A comment is left alone where it may be meant as one: after two spaces, after the end of a sentence, and after what
    is no text, such as a number.
    """
    for path, style in document.styles.items():
        text = document.value(path)
        if style or not isinstance(text, str):
            continue
        span = document.values[path]
        line = document.lines[span.end_line - 1]
        found = _COMMENT.fullmatch(line, span.end_column - 1)
        if found and _is_cut(text, len(found[1]), found[2], is_code=path in code):
            place = Span(span.end_line, found.start(2), span.end_line, len(line.rstrip()) + 1)
            yield Cut(path, place, text, f"#{found[2].rstrip()}")


def _is_cut(text: str, gap: int, comment: str, *, is_code: bool) -> bool:
    """Whether a text goes on in the comment that follows after `gap` spaces."""
    if is_code:
        return parse(text) is None and parse(f"{text} #{comment}") is not None
    if gap > 1 or _REMARK.match(comment) or text.rstrip(_QUOTED).endswith(_END):
        return False
    if comment[:1].strip():
        return comment[0].isdigit() or " " in text
    # A comment is seldom a sentence that ends and does not begin.
    return " " in text and comment.rstrip().rstrip(_QUOTED).endswith(_END[:3]) and comment.strip()[:1].islower()
