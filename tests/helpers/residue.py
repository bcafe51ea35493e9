"""Residue: what nobody would write by hand, and what says nothing, on the pages of a site."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from quizproof.snippets.tidied import computes

_CONSTANT = r"""(?:\d[\d.]*|True|False|"[^"]*"|'[^']*')"""
RULES = {
    "an import inside an expression": r"__import__\(",
    "a loop that never runs": r"\bin range\(0\)",
    "a condition that is decided": rf"\bif {_CONSTANT}(?: (?:==|!=|<|>|<=|>=) {_CONSTANT})?(?: else\b|:)",
    "an expression that was not filled in": r"\{\{|\}\}|\{%",
    "a full stop after a full stop": r"[a-z]\.\.(?![./\w])",
    "a run that says what every run says": r"\bA run shows that this is|^What this mistake computes|^Computed:",
}
"""Patterns of what a reader sees of an element."""
_TAIL = re.compile(r"\d\.\d{9,}")
_READ = re.compile(r'<(\w+) class="(?:given|run-says|answer)"[^>]*>(.*?)</\1>', re.DOTALL)
"""Elements with numbers that people read, rather than those of a traceback or of a table."""
_COMPUTED = re.compile(
    r"(?:You get this from <code>|What this mistake computes.*?<summary>The code</summary>)(.*?)</(?:code|pre)>",
    re.DOTALL,
)


def residues(page: Path) -> Iterator[tuple[str, str]]:
    """What is left over on a page, as pairs of what it is and the text around it."""
    source = page.read_text(encoding="utf-8")
    # What TensorFlow raised is shown as it is.
    shown = re.sub(r'<pre class="traceback">.*?</pre>', "", source, flags=re.DOTALL)
    for line in re.split(r"\n|</?(?:summary|p|span class=\"run-says\")[^>]*>", shown):
        text = _text(line)
        for name, pattern in RULES.items():
            for found in re.finditer(pattern, text):
                yield name, text[max(0, found.start() - 40) : found.end() + 40]
    for _, read in _READ.findall(shown):
        if _TAIL.search(_text(read)):
            yield "a number with a long tail", _text(read)
    for code in _COMPUTED.findall(shown):
        if not computes(_text(code)):
            yield "a computation of nothing", _text(code)
    for variant in shown.split('<div class="variant')[1:]:
        count = len(re.findall(r'class="run-on">|class="ran-on">Ran on', variant))
        if count > 1:
            yield "versions more than once", f"{count} times"


def _text(source: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", source)).strip()
