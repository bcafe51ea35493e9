"""Quick fixes: edits of a quiz file that do away with a finding. An edit is offered only if it reads as it should."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from quizproof import rules
from quizproof.findings import DataPath, Finding, Span
from quizproof.loading.recovery import read
from quizproof.quizfile.source_text import SourceError
from quizproof.quizfile.yaml_document import Document, parse_text, resolve, written
from quizproof.snippets.syntax import parse

_ANSWERS = ("answer", "prints")
_LISTS = ("authors", "hints", "objectives", "tags")
"""Keys that take a list of texts."""
_KEY_AND_TEXT = re.compile(r"(\s*(?:- +)?[\w-]+: +)(\S.*?)\s*")
"""A line whose text may need quotes."""


@dataclass(frozen=True)
class Edit:
    """A place of a file, and what to put there."""

    span: Span
    text: str


@dataclass(frozen=True)
class Fix:
    """Edits that belong together."""

    title: str
    edits: tuple[Edit, ...]
    is_safe: bool = True
    """Whether it changes nothing but what the finding is about, so that it can be made without a person's look."""

    def applied(self, text: str) -> str:
        """The text of a file after the edits, which do not overlap."""
        lines = text.split("\n")
        for edit in sorted(self.edits, key=lambda edit: edit.span, reverse=True):
            span = edit.span
            head = lines[span.line - 1][: span.column - 1]
            tail = lines[span.end_line - 1][span.end_column - 1 :] if span.end_line <= len(lines) else ""
            lines[span.line - 1 : span.end_line] = (head + edit.text + tail).split("\n")
        return "\n".join(lines)


def fixes(text: str, document: Document | None, finding: Finding) -> Iterator[Fix]:
    """What can be done about a finding.

    text      of the file that it is about
    document  the same, as it was read; None where that is not possible
    finding   about it
    """
    if finding.code == rules.YAML_SYNTAX:
        yield from _quoted_line(text, finding)
    if document is None:
        return
    if finding.code == rules.KEY_REFUTED:
        yield from _accepted(text, document, finding)
    if finding.code == rules.DISTRACTOR_HOLDS:
        yield from _made_key(text, document, finding)
    if finding.code == rules.CUT_TEXT:
        yield from _uncut(text, document, finding)
    if finding.code == rules.UNKNOWN_KEY:
        yield from _renamed(text, document, finding)
    if finding.code == rules.CODE_STYLE:
        yield from _as_block(text, document, finding)
    if finding.code == rules.INVALID_VALUE:
        yield from _listed(text, document, finding)
    yield from _named(text, document, finding)


def readable(text: str) -> Document | None:
    """What can be read of a file: without the blocks whose YAML is wrong. None where that is nothing."""
    return read("", text.encode("utf-8", "surrogateescape")).document


def scalar(text: str, indentation: int) -> str:
    """A text as a value of YAML: plain where that reads the same, a `|` block of several lines, else in quotes.

    indentation  of the lines of a block, in spaces
    """
    if "\n" in text and text == text.strip("\n") and _is_printable(text):
        pad = " " * indentation
        return "|-\n" + "\n".join(f"{pad}{line}" if line else "" for line in text.split("\n"))
    plain = bool(re.fullmatch(r"[\w.+][\w .+()/=-]*", text)) and text == text.strip() and resolve(text) is not None
    return text if plain else json.dumps(text, ensure_ascii=False)


def _is_printable(text: str) -> bool:
    lines = text.split("\n")
    return not lines[0].startswith(" ") and all(line.isprintable() and line == line.rstrip() for line in lines)


def _accepted(text: str, document: Document, finding: Finding) -> Iterator[Fix]:
    """Take what the run gave as the answer."""
    at = finding.at
    if not at or at[-1] not in _ANSWERS or at not in document.styles or not finding.actual:
        return
    if finding.actual.startswith("Traceback"):
        return
    fix = Fix("Accept the real output", (_replacing(document, at, finding.actual.strip("\n")),))
    if _reads(fix, text, at, finding.actual.strip("\n")):
        yield fix


def _replacing(document: Document, at: DataPath, text: str) -> Edit:
    """The edit that replaces the value at a place."""
    span = document.values[at]
    end_line, end_column = span.end_line, span.end_column
    if document.styles[at] in ("|", ">") and end_line > span.line:  # it ends where the next line begins
        end_line -= 1
        end_column = len(document.lines[end_line - 1]) + 1
    key = document.keys.get(at)
    indentation = (key.column if key else span.column) + 1
    return Edit(Span(span.line, span.column, end_line, end_column), scalar(text, indentation))


def _reads(fix: Fix, text: str, at: DataPath, wanted: str) -> bool:
    """Whether the edited file has this text at a place, and is otherwise the same."""
    try:
        document = readable(fix.applied(text))
        return document is not None and str(written(document.value(at))) == wanted
    except (KeyError, IndexError, TypeError):
        return False


def _made_key(text: str, document: Document, finding: Finding) -> Iterator[Fix]:
    """Make an option that is right a key: its misconception becomes its feedback."""
    at = finding.at
    if at[:1] != ("blocks",) or len(at) < 4 or at[2] != "options":
        return
    option = at[:4]
    block, data = document.value(at[:2]), document.value(option)
    if not isinstance(data, dict) or data.get("key") or str(block.get("kind")) != "choice":
        return
    edits = [*_key_line(document, option)]
    for name, new in (("mistake", "why"), ("refute", "proof")):
        if (*option, name) in document.keys:
            edits.append(Edit(document.keys[(*option, name)], new))
    if (*option, "happens") in document.keys:
        edits.append(_without(document, (*option, "happens")))
    if "prints" in data:  # one program prints one output
        for index, other in enumerate(block["options"]):
            if isinstance(other, dict) and other.get("key") and (*at[:3], index, "key") in document.keys:
                edits.append(_without(document, (*at[:3], index, "key")))
    fix = Fix("Make this option a key", tuple(edits), is_safe=False)
    if edits and _reads(fix, text, (*option, "key"), "true"):
        yield fix


def _key_line(document: Document, option: DataPath) -> Iterator[Edit]:
    """The edit that adds `key: true` to an option."""
    if (*option, "key") in document.values:
        yield Edit(document.values[(*option, "key")], "true")
        return
    last = max(
        (document.keys[path].line, path)
        for path in document.keys
        if len(path) == len(option) + 1 and path[:-1] == option
    )[1]
    key = document.keys[last]
    if document.lines[key.line - 1][: key.column - 1].strip() not in ("", "-"):
        return  # in braces
    yield Edit(Span(key.line, key.column, key.line, key.column), f"key: true\n{' ' * (key.column - 1)}")


def _without(document: Document, at: DataPath) -> Edit:
    """The edit that takes out a key with its value, where both have lines of their own."""
    key, value = document.keys[at], document.values[at]
    line = document.lines[key.line - 1]
    end = value.end_line if value.end_line == key.line or value.end_column > 1 else value.end_line - 1
    if line[: key.column - 1].strip() == "-":  # the first of its item: the next one takes its place
        after = document.lines[end]
        return Edit(Span(key.line, key.column, end + 1, len(after) - len(after.lstrip()) + 1), "")
    return Edit(Span(key.line, 1, end + 1, 1), "")


def _uncut(text: str, document: Document, finding: Finding) -> Iterator[Fix]:
    """Put a text that a comment cuts into quotes, with the comment."""
    at = document.path_at(finding.span.line, finding.span.column) or finding.at
    line = document.lines[finding.span.line - 1].rstrip()
    here = [path for path, span in document.values.items() if span.end_line == finding.span.line]
    for path in sorted({at, *here} & document.styles.keys(), key=len, reverse=True):
        span = document.values[path]
        if span.line != finding.span.line or span.end_column > finding.span.column or document.styles[path]:
            continue
        whole = line[span.column - 1 :]
        place = Span(span.line, span.column, span.line, len(line) + 1)
        fix = Fix("Put the text in quotes", (Edit(place, json.dumps(whole, ensure_ascii=False)),))
        if _reads(fix, text, path, whole):
            yield fix
        return


def _renamed(text: str, document: Document, finding: Finding) -> Iterator[Fix]:
    """Write a key that does not exist as the one that was meant, where that is not there as well."""
    at, meant = finding.at, finding.expected
    if not meant or at not in document.keys or (*at[:-1], meant) in document.keys:
        return
    fix = Fix(f"Write `{meant}`", (Edit(document.keys[at], meant),))
    if _reads(fix, text, (*at[:-1], meant), str(written(document.value(at)))):
        yield fix


def _as_block(text: str, document: Document, finding: Finding) -> Iterator[Fix]:
    """Write code whose lines cannot be told as a `|` block: of a folded one the lines as they are, else its text."""
    at = finding.at
    if at not in document.styles:
        return
    span = document.values[at]
    if document.styles[at] == ">":
        fix = Fix("Write a `|` block", (Edit(Span(span.line, span.column, span.line, span.column + 1), "|"),))
        code = _text_at(fix, text, at)
    else:
        code = str(document.value(at)).strip("\n")
        fix = Fix("Write a `|` block", (_replacing(document, at, code),))
        if _text_at(fix, text, at) != code:
            return
    if code and parse(code) is not None:
        yield fix


def _text_at(fix: Fix, text: str, at: DataPath) -> str:
    """The text at a place of the edited file; empty where it cannot be read."""
    try:
        document = readable(fix.applied(text))
        return str(written(document.value(at))) if document else ""
    except (KeyError, IndexError, TypeError):
        return ""


def _named(text: str, document: Document, finding: Finding) -> Iterator[Fix]:
    """Put a `null` that is meant as a word, or a value that must be text, into quotes."""
    for path in (finding.at, *((*finding.at, name) for name in ("prints", "text", "raises", "answer", "match"))):
        if path not in document.styles or document.styles[path] or document.value(path) is not None:
            continue
        span = document.values[path]
        typed = document.lines[span.line - 1][span.column - 1 : span.end_column - 1]
        if typed and (fix := Fix("Put the text in quotes", (Edit(span, f'"{typed}"'),))):
            if _reads(fix, text, path, typed):
                yield fix
            return


def _listed(text: str, document: Document, finding: Finding) -> Iterator[Fix]:
    """Write the one value of a key that takes a list as a list. A comma may part two of them."""
    at = finding.at
    if not at or at[-1] not in _LISTS or document.styles.get(at, "|") in ("|", ">"):
        return
    value, span = str(written(document.value(at))), document.values[at]
    if document.value(at) is None or "," in value or span.line != span.end_line:
        return
    typed = document.lines[span.line - 1][span.column - 1 : span.end_column - 1]
    fix = Fix("Write a list", (Edit(span, f"[{typed}]"),))
    if _reads(fix, text, (*at, 0), value):
        yield fix


def _quoted_line(text: str, finding: Finding) -> Iterator[Fix]:
    """Put the text of a line that is no YAML into quotes, if that makes it readable."""
    lines = text.split("\n")
    line = lines[finding.span.line - 1] if finding.span.line <= len(lines) else ""
    found = _KEY_AND_TEXT.fullmatch(line)
    if not found or found[2][0] in "\"'|>":
        return
    place = Span(finding.span.line, found.start(2) + 1, finding.span.line, found.end(2) + 1)
    fix = Fix("Put the text in quotes", (Edit(place, json.dumps(found[2], ensure_ascii=False)),))
    try:
        parse_text("", fix.applied(text))
    except SourceError as error:
        if error.finding.span.line <= finding.span.line:
            return
    yield fix
