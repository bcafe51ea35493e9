"""Comments that ignore a finding: `# quizproof: ignore QP304 The key quotes the documentation.`

A comment covers the key or the list item that begins on its line, with everything in it. On a line of its own, it
covers what begins on the next line that is neither empty nor a comment:

    - text: A long key, word for word.     # quizproof: ignore QP304 It quotes the documentation.
    # quizproof: ignore QP302, QP303 An old question, kept as it was set.
    - id: covered-as-a-whole
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quizproof import rules
from quizproof.findings import DataPath, Finding, Ignore, Span
from quizproof.quizfile.yaml_document import Document
from quizproof.rulebook.rule import Rule
from quizproof.spelling import meant

MARK = "quizproof:"
MAX_COMMENT = 500
"""Characters."""
_COMMENT = re.compile(r"(?<!\S)#\s*quizproof:(.*)")
_IGNORE = re.compile(r"ignore\b\s*(?P<rest>.*)")
_CODE = re.compile(r"QP\d+", re.IGNORECASE)
_HELP = "Write it as `# quizproof: ignore QP304 The reason.`"


def ignores_in(document: Document) -> Iterator[Ignore | Finding]:
    """Every such comment of a file, in the order of its lines; a finding in place of one that cannot be used."""
    if MARK not in document.text:
        return
    for number, line in enumerate(document.lines, 1):
        found = _COMMENT.search(line) if MARK in line else None
        if found and _is_comment(document, number, found.start() + 1):
            span = Span(number, found.start() + 1, number, len(line.rstrip()) + 1)
            yield _ignore(document, span, found[1].strip(), alone=not line[: found.start()].strip())


def _ignore(document: Document, span: Span, text: str, *, alone: bool) -> Ignore | Finding:
    def wrong(message: str, help: str = _HELP) -> Finding:
        at = document.path_at(span.line, span.column)
        return Finding(rules.BAD_IGNORE, document.path, span, message, help=help, at=at)

    if len(text) > MAX_COMMENT:
        return wrong(f"the comment has more than {MAX_COMMENT} characters", "Shorten the reason.")
    ignore = _IGNORE.fullmatch(text)
    if not ignore:
        return wrong(f"`{text}` is no instruction; the only one is `ignore`")
    names, reason = _parted(ignore["rest"])
    if not names:
        return wrong("the comment names no rule")
    codes = []
    for name in names:
        rule = _rule(name)
        if rule is None:
            known = [*rules.RULES, *(each.name for each in rules.RULES.values())]
            return wrong(f"there is no rule `{name}`{meant(name, known)}")
        if not rule.may_be_ignored:
            message = f"{rule.code} cannot be ignored: it says that something could not be verified"
            return wrong(message, "Remove the comment.")
        codes.append(rule.code)
    if not re.search(r"\w", reason):
        return wrong(f"the comment gives no reason to ignore {codes[0]}, so nothing is ignored")
    at = _covered(document, span.line, alone=alone)
    if at is None:
        return wrong("no key and no list item begins here, so the comment covers nothing", "Move it to the line.")
    return Ignore(span, at, tuple(codes), reason)


def _parted(text: str) -> tuple[list[str], str]:
    """The rules that a comment names, and its reason: a list with commas, or codes in a row, and then the rest."""
    names: list[str] = []
    rest = text
    while match := re.match(r"(,?)\s*([\w-]+)(?=[\s,:]|$)\s*", rest):
        comma, word = match.groups()
        # The first word is meant as a rule, and so is one after a comma; other words only if they are codes.
        if names and not comma and not _CODE.fullmatch(word):
            break
        names.append(word)
        rest = rest[match.end() :]
    return names, rest.lstrip(" ,:-–—")


def _rule(name: str) -> Rule | None:
    """The rule with this code or name."""
    if name.upper() in rules.RULES:
        return rules.RULES[name.upper()]
    return next((rule for rule in rules.RULES.values() if rule.name == name), None)


def _covered(document: Document, line: int, *, alone: bool) -> DataPath | None:
    """The outermost key or list item that begins on a line; None when none does.

    line   from 1
    alone  whether the line has nothing but a comment, so that the next one with more is meant
    """
    if alone:
        after = range(line + 1, len(document.lines) + 1)
        line = next((n for n in after if not re.match(r"\s*(#|$)", document.lines[n - 1])), line)
    items = (path for path, span in document.values.items() if span.line == line and path and _is_item(path))
    keys = (path for path, span in document.keys.items() if span.line == line)
    return min((*items, *keys), key=len, default=None)


def _is_item(path: DataPath) -> bool:
    return isinstance(path[-1], int)


def _is_comment(document: Document, line: int, column: int) -> bool:
    """Whether a `#` is none of the characters of a text. Line and column count from 1."""
    for path, style in document.styles.items():
        span = document.values[path]
        if (span.line, span.column) <= (line, column) < (span.end_line, span.end_column):
            return style in ("|", ">") and line == span.line  # beside the `|`, before the text
    return True
