"""YAML text to plain data, with the place of every key and value.

YAML is read as 1.2 core, so `no`, `on`, `1_000` and `12:30` stay text. The data is built from the parser's events, not
from its nodes, so nothing expands, and nesting that could overflow the stack is refused first.
"""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NoReturn

import yaml

from quizproof import rules
from quizproof.findings import DataPath, Finding, Span
from quizproof.quizfile.source_text import SourceError, decode
from quizproof.quizfile.yaml_help import UNCLOSED, syntax_help

MAX_DEPTH = 32
MAX_VALUES = 200_000
"""Keys, texts, numbers, lists and mappings of one file: a list of two million numbers took a gigabyte."""

_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

_NO_CHARACTER = "an escape in a quoted string is not a Unicode character"
_SURROGATE = re.compile("[\ud800-\udfff]")

_MAX_KEY = 1024
"""Characters of a key that YAML writes before its colon, and so how far parsers read ahead."""

# The parser written in C is about seven times faster; the other gives the same events.
_Parser: Any = getattr(yaml, "CLoader", yaml.Loader)


class PlainInt(int):
    """An integer that remembers how it was written, for fields that want its text."""

    text: str


class PlainFloat(float):
    """A float that remembers how it was written: `1.50` is not the text `1.5`."""

    text: str


class PlainBool(int):
    """A boolean that remembers how it was written: `True` is also what Python prints."""

    text: str


def written(value: object) -> object:
    """The text of a plain scalar as its author wrote it; anything else as it is.

    value  from the data of a document; text fields call this first, so that `answer: 1.50` is the text "1.50"
    """
    return getattr(value, "text", value)


def resolve(text: str) -> Any:
    """The value of a plain scalar in YAML 1.2's core schema.

    text  as it is in the file, without quotes

    None, a `PlainInt`, `PlainFloat` or `PlainBool`, or the text itself: `no`, `on`, `1_000` and `12:30` are text.
    """
    if text in _NULL:
        return None
    value: PlainInt | PlainFloat | PlainBool
    if text in _BOOL:
        value = PlainBool(_BOOL[text])
    elif _INT.fullmatch(text):
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        try:
            value = PlainInt(int(text, base))
        except ValueError:  # more digits than Python converts: it is not meant as a number
            return text
    elif _FLOAT.fullmatch(text):
        value = PlainFloat(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    else:
        return text
    value.text = text
    return value


@dataclass(frozen=True)
class Document:
    """One parsed file: its data, and the place of everything in it.

    A `DataPath` is the keys and indices that lead to a value: ("blocks", 0, "options", 2, "code").
    """

    path: str
    text: str
    data: Any
    keys: dict[DataPath, Span] = field(repr=False)
    values: dict[DataPath, Span] = field(repr=False)
    styles: dict[DataPath, str] = field(repr=False)
    """Style of each scalar: "" plain, "'" and '"' quoted, "|" literal, ">" folded."""

    def span(self, path: DataPath, *, key: bool = False) -> Span:
        """Where a value is; where the nearest parent is if there is no such value.

        path  ("blocks", 0, "prompt")
        key   give the place of its key instead
        """
        table = self.keys if key else self.values
        if path in table:
            return table[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Span(1, 1, 1, 1))

    def path_at(self, line: int, column: int) -> DataPath:
        """The innermost value, with its key, at a place of the file; both count from 1."""
        place = (line, column)
        spans = (*self.values.items(), *self.keys.items())
        inside = (p for p, s in spans if (s.line, s.column) <= place < (s.end_line, s.end_column))
        return max(inside, key=len, default=())

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines without their ends."""
        return self.text.split("\n")

    def value(self, path: DataPath) -> Any:
        """The data at `path`."""
        data = self.data
        for step in path:
            data = data[step]
        return data

    def text_start(self, path: DataPath) -> tuple[int, int] | None:
        """Line (from 1) and column offset (from 0) at which the text of a scalar begins in the file.

        path  of a scalar

        None if its lines are not those of the file, as in folded blocks and in quoted strings over several lines. Of a
        `|` block it is the line after the `|`, and the indentation of the block.
        """
        span, style = self.values[path], self.styles[path]
        if style == ">" or (style != "|" and span.end_line > span.line):
            return None
        if style != "|":
            return span.line, span.column - 1 + len(style)
        lines = self.lines
        for index, line in enumerate(str(self.value(path)).split("\n")):
            if line.strip():
                return span.line + 1, len(lines[span.line + index]) - len(line)
        return span.line + 1, 0

    def inside(self, path: DataPath, line: int, column: int) -> Span:
        """A place in the text of a scalar; its start if the lines of the text are not those of the file.

        path          of a scalar
        line, column  both from 0, within the text
        """
        start = self.text_start(path)
        if start is None:
            return self.first_line(path)
        row = start[0] + line
        column += start[1] + 1
        return Span(row, column, row, column + 2)

    def first_line(self, path: DataPath, *, key: bool = False) -> Span:
        """Where a value is, cut to its first line; of a `|` block, the first line of its text.

        path  ("blocks", 0, "prompt")
        key   give the place of its key instead
        """
        span = self.span(path, key=key)
        if span.end_line == span.line:
            return span
        line, column = span.line, span.column
        if not key and self.styles.get(path) == "|" and (start := self.text_start(path)):
            line, column = start[0], start[1] + 1
            while line < span.end_line - 1 and not self.lines[line - 1].strip():
                line += 1
        width = len(self.lines[line - 1].rstrip())
        return Span(line, column, line, max(width + 1, column + 1))


def located(findings: Iterable[Finding], document: Document) -> tuple[Finding, ...]:
    """Findings in a file, each with where it is in its data."""
    return tuple(replace(each, at=document.path_at(each.span.line, each.span.column)) for each in findings)


def parse(path: str, raw: bytes) -> Document:
    """Parse the bytes of one file.

    path  the file as findings name it
    raw   its contents, UTF-8 with or without a byte order mark, with any line ends; at most `MAX_BYTES`

    Raises SourceError with the first thing in it that the format does not allow.
    """
    return parse_text(path, decode(path, raw))


def parse_text(path: str, text: str) -> Document:
    """Parse the text of one file, or a piece of it.

    path  the file as findings name it
    text  its lines end with a line feed

    Raises SourceError, as `parse` does.
    """
    return _Builder(path, text).build()


class _Builder:
    """Turns the event stream of one file into data and positions."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.keys: dict[DataPath, Span] = {}
        self.values: dict[DataPath, Span] = {}
        self.styles: dict[DataPath, str] = {}

    def build(self) -> Document:
        try:
            data = self._documents(_Parser)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if error.problem == UNCLOSED and error.context_mark:  # show where it begins, not the end of the file
                mark = error.context_mark
            if mark:
                self._refuse_depth_before(mark.index)
            span = self._at(mark.index) if mark else Span(1, 1, 1, 1)
            message = ", ".join(part for part in (error.context, error.problem) if part)
            if mark and self.text[mark.index : mark.index + 1] == "\t":
                message = message.replace("found character that", "found a tab, which")
            self._refuse(rules.YAML_SYNTAX, span, message, syntax_help(self.text, span, message))
        except yaml.reader.ReaderError as error:
            index = next((i for i, c in enumerate(self.text) if ord(c) == error.character), 0)
            message = f"character U+{error.character:04X} is not allowed in YAML"
            self._refuse(rules.YAML_SYNTAX, self._at(index), message, "Remove it, or write it as an escape.")
        except (ValueError, OverflowError):  # the slower parser's `chr`, which does not say where
            self._refuse(rules.YAML_SYNTAX, Span(1, 1, 1, 1), _NO_CHARACTER, "Look for `\\u` and `\\U` in quotes.")
        if data is None:
            self._refuse(rules.EMPTY, Span(1, 1, 1, 1), "the file holds no quiz", "Start with `quiz: an-id`.")
        return Document(self.path, self.text, data, self.keys, self.values, self.styles)

    def _refuse_depth_before(self, end: int) -> None:
        """Refuse what nests too deeply where the parser gave up at `end` before its events showed us the depth.

        In `[[[[` each bracket may begin a key, so a parser reads ahead before it gives an event; libyaml from 0.2.6 on
        then stops at 1,000 levels, with an error of its own. The slower parser has no such limit.
        """
        ahead = self.text[max(end - _MAX_KEY, 0) : end]
        if ahead.count("[") + ahead.count("{") >= MAX_DEPTH:
            with contextlib.suppress(yaml.YAMLError, ValueError, OverflowError):  # the faster one's error is reported
                _Builder(self.path, self.text)._documents(yaml.Loader)

    def _documents(self, parser_class: Any) -> Any:
        """The data of the one document in the stream; None if there is none."""
        parser = parser_class(self.text)
        self._next = parser.get_event
        data: Any = None
        documents = 0
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "a second document starts here; a file holds one quiz"
                    self._refuse(rules.YAML_SYNTAX, self._span(event), message, "Move it to a file of its own.")
            elif isinstance(event, yaml.NodeEvent):
                data = self._node(event, ())
        return data

    def _node(self, event: yaml.NodeEvent, path: DataPath) -> Any:
        """Build the node that `event` opens. Depth is bounded, so recursion is too."""
        span = self._span(event)
        if len(self.values) + len(self.keys) > MAX_VALUES:
            message = f"the file has more than {MAX_VALUES:,} keys and values"
            self._refuse(rules.TOO_DEEP, span, message, "Split it into several quizzes.")
        if event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            message = f"`{sign}{event.anchor}`: anchors and aliases are not allowed"
            self._refuse(rules.ALIAS, span, message, "Repeat the value, or put it in quotes if it is meant as text.")
        tag = getattr(event, "tag", None)
        if tag is not None:
            message = f"the tag `{str(tag).replace('tag:yaml.org,2002:', '!!')}` is not allowed"
            self._refuse(rules.ALIAS, span, message, "Remove it, or put the text in quotes.")
        if len(path) > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            self._refuse(rules.TOO_DEEP, span, message, "No quiz needs this. Is a bracket not closed?")
        if isinstance(event, yaml.ScalarEvent):
            self.values[path] = span
            self.styles[path] = event.style or ""
            text = self._text(event, span)
            # Quotes, and `|` and `>`, make text of anything.
            return resolve(text) if event.implicit[0] and not event.style else text
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, event)
        return self._mapping(path, event)

    def _sequence(self, path: DataPath, event: yaml.NodeEvent) -> list[Any]:
        items: list[Any] = []
        while not isinstance(step := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(step, (*path, len(items))))
        self.values[path] = self._span(event, step)
        return items

    def _mapping(self, path: DataPath, event: yaml.NodeEvent) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(step := self._next(), yaml.MappingEndEvent):
            span = self._span(step)
            if isinstance(step, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                help_ = "Text that begins with a brace or a bracket, such as `{{ a }}`, needs quotes."
                self._refuse(rules.YAML_SYNTAX, span, "a key must be a plain word", help_)
            if not isinstance(step, yaml.ScalarEvent) or step.anchor or step.tag:
                self._node(step, path)  # refuses it with its own message
            key = self._text(step, span)
            if key in items:
                first = self.keys[(*path, key)]
                message = f"`{key}` was already given on line {first.line}"
                self._refuse(rules.DUPLICATE_KEY, span, message, "Remove or rename one of the two.")
            items[key] = None
            self.keys[(*path, key)] = span
            items[key] = self._node(self._next(), (*path, key))
        self.values[path] = self._span(event, step)
        return items

    def _text(self, event: yaml.ScalarEvent, span: Span) -> str:
        """The text of a scalar. The slower parser accepts half a surrogate pair, which no file could hold."""
        text: str = event.value
        if not text.isascii() and _SURROGATE.search(text):
            self._refuse(rules.YAML_SYNTAX, span, _NO_CHARACTER, "Write the character itself.")
        return text

    def _at(self, index: int) -> Span:
        """The place of the character at `index`. We count lines: YAML 1.1 also breaks them at U+2028."""
        index = min(index, len(self.text))
        line = bisect_right(self.starts, index)
        column = index - self.starts[line - 1] + 1
        return Span(line, column, line, column + 1)

    def _span(self, event: yaml.Event, last: yaml.Event | None = None) -> Span:
        first, final = event.start_mark, (last or event).end_mark
        assert first is not None
        assert final is not None
        start, end = self._at(first.index), self._at(final.index)
        return Span(start.line, start.column, end.line, end.column)

    def _refuse(self, code: str, span: Span, message: str, help_: str) -> NoReturn:
        raise SourceError(Finding(code, self.path, span, message, help=help_))
