"""What to do about a syntax error of YAML, guessed from the parser's message and the line it is about."""

from __future__ import annotations

import ast
import re
import warnings

from quizproof.findings import Span

UNCLOSED = "found unexpected end of stream"
"""What both parsers say of a quote or bracket that is never closed."""
_VALUE = re.compile(r"\s*(?:- )*([A-Za-z_]\w*):\s+(.*)")


def syntax_help(text: str, span: Span, message: str) -> str:
    r"""What an author should do about a syntax error, in one sentence.

    text     of the whole file
    span     where the parser stopped
    message  of the parser

        >>> syntax_help("check: assert f(lambda: 1)", Span(1, 23, 1, 24), "mapping values are not allowed here")
        'Code that contains `: ` goes in a `|` block: write `check: |`, and the code on the lines below it.'
    """
    line = text.split("\n")[span.line - 1] if span.line <= text.count("\n") + 1 else ""
    if "unknown escape character" in message:
        # One parser stops at the backslash, the other after it.
        letter = line[line.find("\\", max(span.column - 2, 0)) + 1 :][:1]
        return f"In double quotes a backslash begins an escape: write `\\\\{letter}`, or use single quotes."
    if "\t" in line[: span.column]:
        return "YAML is indented with spaces, never with tabs."
    if UNCLOSED in message:
        return "The quote or bracket that starts here is never closed."
    if "an alias" in message or "an anchor" in message:
        return "Text that begins with `*` or `&` needs quotes."
    if "cannot start any token" in message:
        return f"Text that begins with {line[span.column - 1 : span.column]!r} needs quotes."
    before = "\n".join(text.split("\n")[max(span.line - 2, 0) : span.line])
    if re.search(r"[\w,;] #\w", before):
        return "In YAML ` #` begins a comment, which cuts the text before it: put the text in quotes."
    if "a flow " in message:
        return "Is a comma missing, or is a bracket or brace not closed?"
    if (value := _VALUE.fullmatch(line)) and "mapping values" in message and _is_code(value[2]):
        key = value[1]
        return f"Code that contains `: ` goes in a `|` block: write `{key}: |`, and the code on the lines below it."
    if line.count(": ") > 1:
        return "Text that contains `: ` needs quotes."
    return "Check the indentation and the quotes here and on the line before."


def _is_code(text: str) -> bool:
    """Whether a text is a program, and no text that happens to be one: `Note: this` is an annotation in Python."""
    try:
        with warnings.catch_warnings(action="ignore"):
            [*_, last] = ast.parse(text).body or [ast.Pass()]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Half of a statement, such as `for x in xs:`, is code nevertheless.
        return bool(re.match(r"(assert|class|def|elif|for|if|try|while|with)\b.*[(\[=]", text))
    return not (isinstance(last, ast.AnnAssign) and last.value is None)
