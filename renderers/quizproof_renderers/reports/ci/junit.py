"""`junit`: JUnit's XML, which most CI services read: a test case per question or exhibit, a suite per quiz file.

```
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="quizproof">
<testsuite name="truth" tests="1" failures="1" errors="0" skipped="0" file="truth.yaml">
<testcase name="text-of-false" classname="truth" file="truth.yaml" line="5">
<failure type="QP201" message="key: …">truth.yaml:9:13: QP201 [key-refuted] key: …</failure>
</testcase>
</testsuite>
</testsuites>
```

A refuted or unstable block is a failure. What could not be verified is an error, because nothing failed; what nobody
proved, as it is marked `unproven` or its error is ignored, is skipped. Findings about a file as a whole are a test case
of their own. Warnings are the output of a test case, and change nothing. There are no times: blocks share their runs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from quizproof.findings import Finding
from quizproof.proof import BlockProof, Ignored, QuizProof, Result
from quizproof_renderers.reports import concise
from quizproof_renderers.reports.ci.plain import told
from quizproof_renderers.text import one_line, visible

WHOLE_FILE = "(file)"
"""The name of the test case for what is wrong with a file as a whole."""
_NO_XML = re.compile("[\ufffe\uffff]")
"""Characters that XML 1.0 refuses, beside those that `visible` escapes."""


class Junit:
    """Writes one suite after the other."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = False

    def add(self, quiz: QuizProof) -> None:
        """The suite of a file."""
        self._begin()
        cases = [_case(quiz, block.id, block.line, *_judged(quiz, block)) for block in quiz.blocks]
        own = [finding for finding in quiz.findings if finding.block not in {block.id for block in quiz.blocks}]
        ignored = [each for each in quiz.ignored if each.finding.block is None]
        if own or ignored or quiz.header is None:
            cases.insert(0, _case(quiz, WHOLE_FILE, 1, *_outcome(own, ignored)))
        counts = Counter(kind for _, kind in cases)
        attributes: dict[str, str | int] = {
            "name": quiz.id or quiz.path,
            "tests": len(cases),
            "failures": counts["failure"],
            "errors": counts["error"],
            "skipped": counts["skipped"],
            "file": quiz.path,
        }
        self._stream.write(f"<testsuite{_attributes(attributes)}>\n")
        if quiz.versions:
            versions = (_element("property", {"name": n, "value": v}) for n, v in quiz.versions.items())
            self._stream.write(f"<properties>\n{''.join(versions)}</properties>\n")
        self._stream.writelines(text for text, _ in cases)
        self._stream.write("</testsuite>\n")

    def finish(self, result: Result) -> None:
        """The end; the counts are those of the suites."""
        self._begin()
        self._stream.write("</testsuites>\n")

    def _begin(self) -> None:
        if not self._begun:
            self._stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="quizproof">\n')
            self._begun = True


def _judged(quiz: QuizProof, block: BlockProof) -> tuple[str, str, Sequence[Finding]]:
    """How a block turned out: the name of the element, what it has, and the warnings."""
    findings = [finding for finding in quiz.findings if finding.block == block.id]
    ignored = [each for each in quiz.ignored if each.finding.block == block.id]
    kind, inside, warnings = _outcome(findings, ignored)
    if not kind and block.status == "unverified":  # the file's own finding says why, once for all blocks
        return "error", _element("error", {"type": "unverified", "message": "it could not be verified"}), warnings
    if not kind and block.status == "unproven":
        reasons = [str(claim.evidence.get("reason", "")) for claim in block.claims if claim.verdict == "unproven"]
        message = f"unproven: {'; '.join(dict.fromkeys(reasons))}"
        return "skipped", _element("skipped", {"message": message}), warnings
    return kind, inside, warnings


def _outcome(findings: Sequence[Finding], ignored: Sequence[Ignored]) -> tuple[str, str, Sequence[Finding]]:
    """The same for findings alone; an empty name where nothing is wrong."""
    errors = [finding for finding in findings if finding.severity == "error"]
    warnings = [finding for finding in findings if finding.severity == "warning"]
    wrong = [finding for finding in errors if not finding.is_unverified]
    if errors:
        kind, first = ("failure", wrong[0]) if wrong else ("error", errors[0])
        text = "\n\n".join(map(told, errors))
        attributes = {"type": first.code, "message": one_line(first.message)}
        return kind, _element(kind, attributes, text), warnings
    known = [each for each in ignored if each.finding.severity == "error"]
    if known:
        why = "; ".join(
            f"{each.finding.code} is ignored by {'its comment' if each.by == 'comment' else 'the baseline'}"
            + (f": {each.reason}" if each.reason else "")
            for each in known
        )
        return "skipped", _element("skipped", {"message": why}), warnings
    return "", "", warnings


def _case(
    quiz: QuizProof, name: str, line: int, kind: str, inside: str, warnings: Iterable[Finding]
) -> tuple[str, str]:
    """A test case, and the name of the element that says how it turned out."""
    attributes: dict[str, str | int] = {
        "name": name,
        "classname": quiz.id or quiz.path,
        "file": quiz.path,
        "line": line,
    }
    output = "\n".join(concise.line(finding) for finding in warnings)
    written = inside + (_element("system-out", {}, output) if output else "")
    return f"<testcase{_attributes(attributes)}>\n{written}</testcase>\n", kind


def _element(name: str, attributes: Mapping[str, str], text: str = "") -> str:
    return f"<{name}{_attributes(attributes)}>{escape(_safe(text))}</{name}>\n"


def _attributes(values: Mapping[str, str | int]) -> str:
    return "".join(f" {key}={quoteattr(_safe(str(value)))}" for key, value in values.items())


def _safe(text: str) -> str:
    """Text that every reader of XML accepts."""
    return _NO_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", visible(text))
