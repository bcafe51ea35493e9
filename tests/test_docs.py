"""The documentation is held to the truth: its examples are proven, its sessions run, its tables generated."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import termios
from collections.abc import Iterator
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from typing import Any

import docs_tables
import pytest
from docs_pages import DOCS, PAGES, ROOT, Example, Fence, anchors, examples, fences, links

from quizproof.claims import VERDICTS
from quizproof.errors import Finding
from quizproof.kinds import kinds
from quizproof.load import load_file
from quizproof.marking import MalformedResponse, parse_number
from quizproof.prove import prove
from quizproof.quiz import Bank
from quizproof.source import PlainBool, PlainFloat, PlainInt, parse, resolve
from quizproof.template import FILTERS, TemplateError, render

REFERENCE = DOCS / "reference.md"
ALL = [fence for page in PAGES for fence in fences(page)]
SORTS = {
    "yaml quiz", "yaml question", "yaml fragment", "yaml copy", "python copy", "text finding", "console", "sh", "text",
}  # fmt: skip

# ---- quizzes and questions


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """What the engine finds in each example, by the example's id; all are proven at once."""
    folder = tmp_path_factory.mktemp("examples")
    quizzes = []
    findings: dict[str, list[Finding]] = {}
    owners = {}
    for number, example in enumerate(examples()):
        file = folder / f"{number}.yaml"
        file.write_text(example.text, encoding="utf-8")
        quiz, wrong = load_file(file)
        findings[example.fence.id] = list(wrong)
        owners[str(file)] = example.fence.id
        if quiz is not None:
            quizzes.append(quiz)
    for finding in prove(Bank(tuple(quizzes), ())).findings:
        findings[owners[finding.path]].append(finding)
    return findings


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.fence.id)
def test_example_is_proven_or_refuted_as_shown(example: Example, found: dict[str, list[Finding]]) -> None:
    """An example gives exactly the findings that the page shows below it: none, unless it shows some."""
    findings = found[example.fence.id]
    if example.codes_only:
        assert [finding.code for finding in findings] == list(example.expected)
    else:
        told = [f"{f.code} [{f.rule.name}] {f.message}" for f in findings]
        assert told == list(example.expected)


@pytest.mark.parametrize("fence", ALL, ids=lambda fence: fence.id)
def test_every_block_is_of_a_sort_that_is_tested(fence: Fence) -> None:
    """No example escapes: each fenced block says what it is, and what stands below a finding is a quiz."""
    assert fence.sort in SORTS
    if fence.sort == "yaml fragment":
        data = parse(fence.id, fence.text.encode()).data
        assert set(data) <= docs_tables.known_keys()
    elif fence.option("copy"):
        assert fence.text == (DOCS / fence.option("copy")).read_text(encoding="utf-8")
    elif fence.sort == "sh":
        assert "$ " not in fence.text
    elif fence.sort == "text finding":
        blocks = fences(fence.page)
        assert blocks[blocks.index(fence) - 1].sort in ("yaml quiz", "yaml question")


# ---- sessions

_SCRUB = [
    (re.compile(r"\x1b\[[0-9;?]*[A-Za-z]"), ""),
    (re.compile(r"\bin [\d,.]+ s\b"), "in # s"),
    (re.compile(r"\b(Python|torch|tensorflow|keras|numpy) \d[\w.+]*"), r"\1 #"),
    (re.compile(r"[ \t]+(?=\n|$)"), ""),
]


def scrubbed(text: str) -> str:
    """The text without colours, times and versions."""
    for pattern, replacement in _SCRUB:
        text = pattern.sub(replacement, text)
    return text


def commands(fence: Fence) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what the page says it prints."""
    parts = re.split(r"^\$ (.*)\n", fence.text, flags=re.M)
    assert parts[0] == "", "a console block begins with a command"
    yield from zip(parts[1::2], parts[2::2], strict=True)


def on_terminal(command: str, folder: Path, typed: str, status: int) -> tuple[str, int]:
    """What a shell command prints on a terminal of 100 columns, and its exit status. `status` is what `$?` is before."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (50, 100))
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(folder),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "PYTHONWARNINGS": "error",
    }
    script = f"(exit {status}); {command}"
    with subprocess.Popen(
        ["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.PIPE if typed else theirs,
        stdout=theirs, stderr=theirs, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        if process.stdin:
            process.stdin.write(typed.encode())
            process.stdin.close()
        shown = b""
        while True:
            try:
                data = os.read(ours, 1 << 16)
            except OSError:  # Linux says so when the last writer has gone
                break
            if not data:
                break
            shown += data
        os.close(ours)
    return shown.decode().replace("\r\n", "\n"), process.returncode


def matches(expected: str, actual: str) -> bool:
    """Whether the output is what the page shows; a line `...` stands for any lines."""
    pieces = [re.escape(line + "\n") if line.strip() != "..." else "(?:.*\n)*?" for line in expected.splitlines()]
    return re.fullmatch("".join(pieces), actual) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_sessions(page: Path, tmp_path: Path) -> None:
    """Every command that a page shows is run, in a folder that holds the page's named files, and prints what is shown."""
    status = 0
    for fence in fences(page):
        name = fence.option("name")
        if name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(fence.text, encoding="utf-8")
        if fence.sort != "console":
            continue
        typed = "".join(answer + "\n" for answer in fence.option("typed").split(",") if answer)
        for command, expected in commands(fence):
            actual, status = on_terminal(command, tmp_path, typed, status)
            expected, actual = scrubbed(expected), scrubbed(actual)
            shown = "\n".join(unified_diff(expected.splitlines(), actual.splitlines(), "page", "run", lineterm=""))
            assert matches(expected, actual), f"{fence.id}: $ {command}\n{shown}\n--- the run printed:\n{actual}"
