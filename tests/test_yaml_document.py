"""Reading YAML: what is accepted, as which values, at which places, and that all else ends in a finding."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from quizproof.findings import DataPath, Finding, Span
from quizproof.quizfile import yaml_document
from quizproof.quizfile.source_text import MAX_BYTES, SourceError
from quizproof.quizfile.yaml_document import MAX_DEPTH, Document, parse

PARSERS = [yaml.CLoader, yaml.Loader]


@contextmanager
def read_by(parser: type) -> Iterator[None]:
    """Let `parse` use this parser of the two."""
    usual = yaml_document._Parser
    yaml_document._Parser = parser
    try:
        yield
    finally:
        yaml_document._Parser = usual


def attempt(raw: bytes, parser: type = yaml.CLoader) -> Document | Finding:
    """The document, or why it is none; any other exception is a failure of the test."""
    with read_by(parser):
        try:
            return parse("bank.yaml", raw)
        except SourceError as error:
            return error.finding


def value_of(text: str) -> Any:
    document = attempt(f"key: {text}\n".encode())
    assert isinstance(document, Document), document
    return document.data["key"]


# Never anything but a finding

SPACED = ["\n", "\n  ", "\n    ", " ", ": ", "- ", "? ", ", ", " # c", ">\n", "\r\n", "\r", "{{ a }}"]
BLOCKS = ["|\n", "|-\n", "|2\n"]
MARKERS = ["\n---\n", "\n...\n", "%YAML 1.1\n", "\u2028", "\x85", "\ufeff", "\x00", "\x07"]
WORDS = r""": - [ ] { } , # &a *a ! !!str ' " % @ ` a b key 1 1.5 0x1 true ~ --- ... = << '' "" """
ESCAPES = r"\ \n \x41 \ud800 \U00110000 é 😀"
TOKENS = st.sampled_from([*SPACED, *BLOCKS, *MARKERS, *WORDS.split(), *ESCAPES.split()])
"""What YAML is made of. Without tabs and without `|#`, where the faster parser is lenient, as YAML 1.2 is with tabs."""

YAMLISH = st.lists(TOKENS, max_size=16).map(lambda tokens: "".join(tokens).encode())


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")) | YAMLISH
)
def test_bytes_give_a_document_or_a_finding(raw: bytes) -> None:
    """No bytes whatever make either parser raise anything but SourceError, and its place lies within the file."""
    for parser in PARSERS:
        result = attempt(raw, parser)
        if isinstance(result, Finding):
            lines = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
            assert 1 <= result.span.line <= len(lines)
            assert 1 <= result.span.column <= len(lines[result.span.line - 1]) + 1
            assert result.message


@given(YAMLISH)
def test_both_parsers_agree(raw: bytes) -> None:
    """The parser in C and the one in Python accept the same files, as the same data at the same places."""
    fast, slow = (attempt(raw, parser) for parser in PARSERS)
    assert type(fast) is type(slow)
    if isinstance(fast, Document) and isinstance(slow, Document):
        assert repr(fast.data) == repr(slow.data)  # not ==: a NaN differs from itself
        assert (fast.keys, fast.values, fast.styles) == (slow.keys, slow.values, slow.styles)


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("opening", "code", "column"),
    [
        ("[", "QP105", 40),
        ("[{", "QP102", 10),
        ("- ", "QP105", 72),
        ("? ", "QP102", 10),
        ("{", "QP102", 9),
        ("{[", "QP102", 9),
        ("{a: ", "QP105", 136),
        ("[? ", "QP102", 11),
    ],
)
def test_nesting_is_bounded(opening: str, code: str, column: int, parser: type) -> None:
    """However deep a file nests, our own limit is reported at its place, before any that the parser has."""
    start = "quiz: deep\ntitle: " if opening[0] in "[{" else "quiz: deep\ntitle:\n       "
    result = attempt((start + opening * 20_000).encode(), parser)
    assert isinstance(result, Finding)
    assert (result.code, result.span.column) == (code, column)


def test_limit_of_the_parser_does_not_hide_ours() -> None:
    """A parser that gives up at any depth beyond ours, while it reads ahead, still leads to our finding."""

    class Shallow(yaml.Loader):
        flow_level = property(lambda self: self.level, lambda self, level: self.set_level(level))
        level = 0

        def set_level(self, level: int) -> None:
            self.level = level
            if level > 2 * MAX_DEPTH:
                raise yaml.scanner.ScannerError(None, None, "that is too deep", self.get_mark())

    for end in ("", "]" * 100):
        result = attempt(f"quiz: deep\ntitle: {'[' * 100}{end}".encode(), Shallow)
        assert result == attempt(f"quiz: deep\ntitle: {'[' * 100}{end}".encode(), yaml.Loader)
        assert isinstance(result, Finding)
        assert (result.code, result.span) == ("QP105", Span(2, 40, 2, 41))


def test_brackets_before_an_error_do_not_hide_it() -> None:
    """Many brackets that do not nest deeply leave the syntax error what it is."""
    result = attempt(b"quiz: a\ntitle: [" + b"[], " * 100 + b"]]")
    assert isinstance(result, Finding)
    assert (result.code, result.span.column) == ("QP102", 410)


def test_size_is_bounded() -> None:
    """The largest file that is read, and the smallest that is not."""
    assert isinstance(attempt(b"a: b # " + b"x" * (MAX_BYTES - 7)), Document)
    finding = attempt(b"a: b # " + b"x" * (MAX_BYTES - 6))
    assert isinstance(finding, Finding)
    assert finding.code == "QP105"


def test_deepest_nesting_that_is_read() -> None:
    """The bound itself is still accepted."""
    assert isinstance(attempt(b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH), Document)
    assert isinstance(attempt(b"[" * (MAX_DEPTH + 1) + b"1" + b"]" * (MAX_DEPTH + 1)), Finding)


# Values

CORE = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "nULL": "nULL",
    "true": True,
    "True": True,
    "TRUE": True,
    "tRUE": "tRUE",
    "false": False,
    "yes": "yes",
    "no": "no",
    "on": "on",
    "off": "off",
    "y": "y",
    "0": 0,
    "-0": 0,
    "+12": 12,
    "-12": -12,
    "012": 12,
    "0o14": 12,
    "0O14": "0O14",
    "0o8": "0o8",
    "-0o14": "-0o14",
    "0xFf": 255,
    "0xG": "0xG",
    "0b11": "0b11",
    "1_000": "1_000",
    "1,000": "1,000",
    "12:30": "12:30",
    "12:30:45": "12:30:45",
    "2001-12-14": "2001-12-14",
    "1.": 1.0,
    ".5": 0.5,
    "-.5": -0.5,
    "1.5e3": 1500.0,
    "1e3": 1000.0,
    "1E-2": 0.01,
    "e3": "e3",
    ".": ".",
    "1.2.3": "1.2.3",
    ".inf": math.inf,
    "-.INF": -math.inf,
    "+.Inf": math.inf,
    "inf": "inf",
    "nan": "nan",
    "Infinity": "Infinity",
    "=": "=",
    "<<": "<<",
    "'1'": "1",
    '"true"': "true",
    "''": "",
    '"\\x41\\u00e9\\n"': "Aé\n",
    "a # comment": "a",
    "a#b": "a#b",
    "a b:c": "a b:c",
    "café 😀": "café 😀",
}
"""Plain scalars by YAML 1.2's core schema (section 10.3.2), and how texts are written."""


@pytest.mark.parametrize(("text", "value"), CORE.items())
def test_scalars_of_the_core_schema(text: str, value: object) -> None:
    """Only what YAML 1.2 calls a number, a boolean or null is one; everything else stays text."""
    found = value_of(text)
    # Booleans are integers that remember how they were written.
    kind = int if isinstance(value, bool) else type(value)
    assert isinstance(found, kind)
    assert found == value
    if isinstance(value, str):
        assert type(found) is str


def test_not_a_number() -> None:
    """`.nan` alone is equal to nothing, not even itself."""
    assert all(math.isnan(value_of(text)) for text in (".nan", ".NaN", ".NAN"))


@given(st.integers() | st.floats() | st.booleans() | st.none())
def test_values_survive_being_written(value: object) -> None:
    """What YAML 1.2 can write, is read back as the same value."""
    text = {"True": "true", "False": "false", "None": "null", "inf": ".inf", "-inf": "-.inf", "nan": ".nan"}
    found = value_of(text.get(repr(value), repr(value)))
    assert found == value or (isinstance(value, float) and math.isnan(value) and math.isnan(found))


@pytest.mark.parametrize("text", ["1.50", "True", "0x10", "+1", "1e3", ".5", "007"])
def test_plain_scalars_remember_how_they_were_written(text: str) -> None:
    """A field that wants text gets the author's: `1.50` is not `1.5`, and `True` is what Python prints."""
    assert yaml_document.written(value_of(text)) == text


def test_number_beyond_pythons_limit_stays_text() -> None:
    """An integer of 5,000 digits, which Python refuses to convert, is nobody's number."""
    assert value_of("9" * 5000) == "9" * 5000


# Places


@dataclass
class Page:
    """A YAML text as it grows, with the place of everything written so far. Lines and columns count from 1."""

    lines: list[str] = field(default_factory=lambda: [""])
    data: dict[DataPath, object] = field(default_factory=dict)
    keys: dict[DataPath, tuple[int, int]] = field(default_factory=dict)
    values: dict[DataPath, tuple[int, int]] = field(default_factory=dict)
    texts: dict[DataPath, tuple[int, int]] = field(default_factory=dict)
    """Where the first character of each text stands."""

    @property
    def here(self) -> tuple[int, int]:
        return len(self.lines), len(self.lines[-1]) + 1

    def put(self, text: str) -> None:
        first, *others = text.split("\n")
        self.lines[-1] += first
        self.lines += others

    def node(self, shape: Any, path: DataPath, indent: int, step: int) -> None:
        """Write `shape` behind what stands there: a dict, a list, or a style and a text."""
        if isinstance(shape, tuple):
            style, text = shape
            self.scalar(style, text, path, indent)
            return
        items = shape.items() if isinstance(shape, dict) else enumerate(shape)
        for number, (key, inner) in enumerate(items):
            if number or self.lines[-1].strip():
                self.put("\n" + " " * indent)
            if not number:
                self.values[path] = self.here
            if isinstance(shape, dict):
                self.keys[(*path, key)] = self.here
                self.put(f"{key}:")
            else:
                self.put("-")
            self.put(" " if isinstance(inner, tuple) else "\n" + " " * (indent + step))
            self.node(inner, (*path, key), indent + step, step)

    def scalar(self, style: str, text: str, path: DataPath, indent: int) -> None:
        self.values[path] = self.here
        self.data[path] = text
        line, column = self.here
        if style == "|":
            self.data[path] = text + "\n"
            self.texts[path] = (line + 1, indent + 1)
            self.put("|" + "".join("\n" + " " * indent + row if row else "\n" for row in text.split("\n")))
        else:
            self.texts[path] = (line, column + len(style))
            self.put(f"{style}{text}{style}")


PLAIN = st.text("abcxzé😀", min_size=1, max_size=6)
KEYS = st.text("abcé_😀", min_size=1, max_size=4)
CODE = st.lists(st.text("ab é(=) ", max_size=8).map(str.rstrip), min_size=1, max_size=4).map("\n".join)
LITERALS = CODE.filter(lambda text: text.strip("\n") == text and text.strip() and not text.startswith(" "))
SCALARS = (
    st.tuples(st.sampled_from(["", "'", '"']), PLAIN)
    | st.tuples(st.just("'"), st.text("ab: #{}é", max_size=6))
    | st.tuples(st.just("|"), LITERALS)
)
SHAPES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, SHAPES, min_size=1, max_size=4), st.integers(1, 4), st.booleans(), st.booleans())
def test_places_of_keys_values_and_texts(shape: dict[str, Any], step: int, windows: bool, bom: bool) -> None:
    """Every key, value and first character of a text is found where it was written, whatever stands around it."""
    page = Page()
    page.node(shape, (), 0, step)
    text = "\n".join(page.lines) + "\n"
    raw = (text.replace("\n", "\r\n") if windows else text).encode("utf-8-sig" if bom else "utf-8")
    document = attempt(raw)
    assert isinstance(document, Document), (document, text)
    assert {path: (span.line, span.column) for path, span in document.keys.items()} == page.keys
    assert {path: (span.line, span.column) for path, span in document.values.items()} == page.values
    for path, written in page.data.items():
        assert document.value(path) == written
        start = document.text_start(path)
        assert start is not None
        assert (start[0], start[1] + 1) == page.texts[path]


@given(st.dictionaries(KEYS, SHAPES, min_size=1, max_size=4))
def test_spans_hold_their_text(shape: dict[str, Any]) -> None:
    """What a span covers in the file is the key, or begins and ends as the value does."""
    page = Page()
    page.node(shape, (), 0, 2)
    document = attempt("\n".join(page.lines).encode())
    assert isinstance(document, Document)
    for path, span in document.keys.items():
        assert cut(document, span) == path[-1]
        assert document.path_at(span.line, span.column) == path
    for path, style in document.styles.items():
        assert document.path_at(document.values[path].line, document.values[path].column) == path
        shown = cut(document, document.values[path])
        if style != "|":
            assert shown == f"{style}{page.data[path]}{style}"


def cut(document: Document, span: Span) -> str:
    """What stands at a place of one line."""
    assert span.line == span.end_line or span.end_column == 1 or document.lines[span.line - 1][span.column - 1] == "|"
    return document.lines[span.line - 1][span.column - 1 : span.end_column - 1]


BLOCK = """\
quiz: a
code: |

    x = 1
      y = 2

    é = "3"
folded: >
  one
  two
quoted: "one
  two"
plain: |
  x
"""


def test_places_inside_texts() -> None:
    """A line and a column of code become those of the file; where lines are not the file's, the text is named whole."""
    document = attempt(BLOCK.encode())
    assert isinstance(document, Document)
    assert document.text_start(("code",)) == (3, 4)
    assert document.inside(("code",), 1, 0) == Span(4, 5, 4, 7)
    assert document.inside(("code",), 4, 4) == Span(7, 9, 7, 11)
    assert document.first_line(("code",)) == Span(4, 5, 4, 10)
    for path, line in ((("folded",), 8), (("quoted",), 11)):
        assert document.text_start(path) is None
        assert document.inside(path, 1, 1).line == line
    assert document.first_line(("quoted",)) == Span(11, 9, 11, 13)
    assert document.span(("code",), key=True) == Span(2, 1, 2, 5)


def test_places_of_what_is_not_there() -> None:
    """A missing key is placed at the mapping that lacks it; in an empty document, at the beginning."""
    document = attempt(b"a:\n  b: 1\n")
    assert isinstance(document, Document)
    assert document.span(("a", "c", 0, "d")) == document.span(("a",)) == Span(2, 3, 3, 1)
    assert document.span(("x",)) == document.span(())
    assert Document("p", "", None, {}, {}, {}).span(("a",)) == Span(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("raw", "code", "line", "column", "message"),
    [
        (b"a: 1\na: 2\n", "QP103", 2, 1, "`a` was already given on line 1"),
        (b"{a: 1, 'a': 2}", "QP103", 1, 8, "`a` was already given on line 1"),
        (b"a: &x 1\n", "QP104", 1, 4, "`&x`: anchors and aliases are not allowed"),
        (b"&k a: 1\n", "QP104", 1, 1, "`&k`: anchors and aliases are not allowed"),
        (b"a: 1\n*x : 2\n", "QP104", 2, 1, "`*x`: anchors and aliases are not allowed"),
        (b"a: !!int '1'\n", "QP104", 1, 4, "the tag `!!int` is not allowed"),
        (b"a: ! b\n", "QP104", 1, 4, "the tag `!` is not allowed"),
        (b"a: !b {}\n", "QP104", 1, 4, "the tag `!b` is not allowed"),
        (b"a: {{ b }}\n", "QP102", 1, 5, "a key must be a plain word"),
        (b"a: 1\n---\nb: 2\n", "QP102", 2, 1, "a second document starts here; a file holds one quiz"),
        (b"a: \xef\xbb\xbfb\n", "QP102", 1, 4, "there is an invisible character, U+FEFF, here"),
        (b"a:\n  b: \x1b[31m\n", "QP102", 2, 6, "character U+001B is not allowed in YAML"),
        (b"a: b\nc: \xff\n", "QP101", 2, 4, "byte 0xff is not UTF-8"),
        ("a: é\nbé: ".encode() + b"\xe9", "QP101", 2, 5, "byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbfa: b\nc: \xff", "QP101", 2, 4, "byte 0xff is not UTF-8"),
        (b"\xef\xbb\xbfa: \xff", "QP101", 1, 4, "byte 0xff is not UTF-8"),
        (b"a\0b", "QP101", 1, 1, "this is a binary file, not a quiz"),
        (b"", "QP106", 1, 1, "the file holds no quiz"),
        (b"---\n...\n", "QP106", 1, 1, "the file holds no quiz"),
        (b"null\n", "QP106", 1, 1, "the file holds no quiz"),
    ],
)
@pytest.mark.parametrize("parser", PARSERS)
def test_refusals(raw: bytes, code: str, line: int, column: int, message: str, parser: type) -> None:
    """What is refused by us, rather than by the parser, is told in the same words at the same place by either."""
    finding = attempt(raw, parser)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.span.line, finding.span.column, finding.message) == (code, line, column, message)


@pytest.mark.parametrize("break_", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_lines_break_at_line_feeds_only(break_: str) -> None:
    """Unicode's other line breaks, which Python and YAML 1.1 know, do not shift the lines after them."""
    document = attempt(f'a: "x{break_}y"\nb: 1\n'.encode())
    if isinstance(document, Finding):  # a control character
        assert document.span.line == 1
    else:
        assert document.span(("b",), key=True).line == 2
