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


# ---- the reference


def test_generated_tables_are_current() -> None:
    """The tables of keys and rules are those of the program. If not: `python tests/docs_tables.py`."""
    text = REFERENCE.read_text(encoding="utf-8")
    assert text == docs_tables.current(text)
    made = set(re.findall(r"<!-- table: ([\w-]+) -->", text))
    assert made == {"question", "rules", *docs_tables.PARTS, *kinds()}


def rows(heading: str, page: Path = REFERENCE) -> list[list[str]]:
    """The rows of the first table below a heading, or of all tables that follow it, without their heads."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page.read_text(encoding="utf-8"), re.M | re.S)
    assert section, heading
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    cells = [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    rules = [index for index, row in enumerate(cells) if set(row[0]) == {"-"}]
    return [row for index, row in enumerate(cells) if index not in rules and index + 1 not in rules]


def code(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_yaml_scalars_are_read_as_the_reference_says() -> None:
    """Booleans, numbers and texts, in every spelling that the table gives."""
    sorts = {"true": PlainBool(1), "false": PlainBool(0), "nothing": None}
    for written, meaning in rows("YAML"):
        for text in code(written):
            value = parse("x", f"key: {text}\n".encode()).data["key"]
            if meaning in sorts:
                assert value == sorts[meaning]
                assert type(value) is type(sorts[meaning])
            else:
                expected = {"whole number": PlainInt, "number": PlainFloat, "text": str}[meaning]
                assert type(value) is expected, text
    assert resolve("1.50").text == "1.50"


def test_expressions_give_what_the_reference_says() -> None:
    """Every filter is listed, and every row of both tables holds."""
    used = set()
    for expression, result in rows("Filters") + rows("`stated`"):
        source = code(expression)[0]
        used |= set(re.findall(r"\| (\w+)", source))
        if result == "refuted":
            with pytest.raises(TemplateError) as caught:
                render(source, {})
            assert caught.value.refuted
        else:
            assert render(source, {}) == code(result)[0]
    assert used == set(FILTERS)


def test_typed_numbers_are_read_as_the_reference_says() -> None:
    """Decimal forms, thousands, fractions; and what is asked for again."""
    table = [row for row in rows("Responses and marks") if len(row) == 2]
    assert table
    for typed, value in table:
        if value == "asked again":
            with pytest.raises(MalformedResponse):
                parse_number(code(typed)[0])
        else:
            assert parse_number(code(typed)[0]) == float(value)


def test_verdicts_are_listed_worst_first() -> None:
    """The reference has all verdicts in their order, and the author's guide has all of them."""
    assert tuple(code(row[0])[0] for row in rows("Verdicts")) == VERDICTS
    guide = rows("How a question is judged", DOCS / "authors.md")
    assert {code(row[0])[0] for row in guide if len(row) == 2} == set(VERDICTS)


SIMPLEST = {
    "`choice`": """
kind: choice
options:
  - {text: a, key: true, proof: "assert abs(1)"}
  - {text: b, mistake: m, refute: "assert abs(1)"}
""",
    "`choice` with `code` or `prints`": """
kind: choice
code: print(1)
options:
  - {prints: 1, key: true}
  - {prints: 2, mistake: m}
""",
    "`predict-output`": "kind: predict-output\ncode: print(1)",
    "`number`": "kind: number\nvalue: 1",
    "`find-bug`": "kind: find-bug\ncode: a = 1\nfix: a = 2\ncheck: assert a == 2\nhappens: runs silently",
}
"""A question of each row of the reference's table of names."""


def test_names_in_expressions_are_those_of_the_reference(prove_text: ProveText) -> None:
    """The names that the engine knows, which it tells when one is unknown, are those of the table, kind by kind."""
    table = {row[0]: row[1] for row in rows("Names in expressions")}
    assert set(table) == set(SIMPLEST)
    for kind, question in SIMPLEST.items():
        text = "id: a\nprompt: P\nexplanation: '{{ nonsense }}'\n" + question.strip()
        (finding,) = prove_text("- " + text.replace("\n", "\n  ")).findings
        known = re.search(r"known names: ([^)]*)", finding.message)
        assert known, finding.message
        expected = {name for name in code(table[kind]) if name.isidentifier()} | {"versions"}
        if kind == "`choice` with `code` or `prints`":
            expected |= {"options"}
        assert set(known[1].split(", ")) == expected


def test_json_keys_are_those_of_the_reference(prove_text: ProveText) -> None:
    """Every key of the JSON report is in the table, and no other."""
    report = prove_text("- {id: a, kind: number, prompt: P, value: 1, answer: 2}")
    data = json_report.as_data(report)
    keys = [*data, *(f"summary.{key}" for key in data["summary"])]
    keys += [f"questions[].{key}" for key in data["questions"][0]]
    keys += [f"questions[].claims[].{key}" for key in data["questions"][0]["claims"][0]]
    keys += [f"findings[].{key}" for key in data["findings"][0]]
    assert [code(row[0])[0] for row in rows("The JSON report")] == keys


def test_commands_and_formats_are_those_of_the_reference() -> None:
    """Every command, and every format of `check`, is in its table."""
    table = [code(row[0])[0] for row in rows("Commands")]
    assert {line.split()[1] for line in table if line.startswith("quizproof ")} == set(cli.main.commands)
    assert [line for line in table if not line.startswith("quizproof ")] == list(cli.FORMATS)


# ---- pages and files


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Links between the pages name a file that is there, and a heading that is in it."""
    for link in links(page):
        if not re.match(r"[a-z]+:", link):
            target, _, anchor = link.partition("#")
            file = (page.parent / target).resolve() if target else page
            assert file.exists(), link
            assert not anchor or anchor in anchors(file), link


def test_workflow_is_safe_and_works(tmp_path: Path) -> None:
    """The example workflow asks for no rights, pins its actions, and its quizproof commands do what the page says."""
    text = (DOCS / "examples/quizproof.yml").read_text(encoding="utf-8")
    data: Any = yaml.load(text, yaml.BaseLoader)
    assert set(data["on"]) == {"push", "pull_request"}
    assert data["permissions"] == {"contents": "read"}
    assert "secrets" not in text
    (job,) = data["jobs"].values()
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)
    assert job["steps"][0]["with"] == {"persist-credentials": "false"}
    (tmp_path / "questions").mkdir()
    example = next(e for e in examples() if e.fence.option("name") == "questions/rounding.yaml")
    (tmp_path / "questions/rounding.yaml").write_text(example.text, encoding="utf-8")
    for step in job["steps"]:
        if step.get("run", "").startswith("quizproof "):
            shown, status = on_terminal(step["run"], tmp_path, "", 0)
            assert status == 0, shown
    assert json.loads((tmp_path / "quizproof-report.json").read_text(encoding="utf-8"))["summary"]["refuted"] == 0
