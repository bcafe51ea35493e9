"""The documentation is held to the truth: its examples are proven, its sessions run, its tables generated."""

from __future__ import annotations

import importlib
import io
import json
import re
import tomllib
from difflib import unified_diff
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml

from helpers import docs_tables
from helpers.docs_pages import DOCS, PAGES, ROOT, Example, Fence, anchors, examples, fences, links
from helpers.docs_runs import Played, on_terminal, play, prove_examples, run_programs, scrubbed, told
from quizproof.comparison.outputs import same_output
from quizproof.comparison.quantity import quantity
from quizproof.displays import Input
from quizproof.kinds import registry
from quizproof.kinds.base import Question
from quizproof.kinds.registry import kinds
from quizproof.marking.mark import MalformedResponse, parse_number
from quizproof.quizfile.template import FILTERS, TemplateError, render
from quizproof.quizfile.yaml_document import PlainBool, PlainFloat, PlainInt, parse
from quizproof.rules import RULES
from quizproof.verdicts import VERDICTS
from quizproof_renderers.cli.main import main
from quizproof_renderers.handing_in.response_file import read as read_responses
from quizproof_renderers.policy.settings import OWN_FILE, PROJECT_FILE, settings_for
from quizproof_renderers.reports import formats
from quizproof_renderers.reports.formats import FORMATS
from quizproof_renderers.site.reach.embedding import frame, sizing
from quizproof_renderers.site.settings import SiteSettings
from quizproof_renderers.site.typeset import environment

if TYPE_CHECKING:
    from conftest import ProveBank, ProveText
    from quizproof.findings import Finding

REFERENCE = DOCS / "reference.md"
FENCES = [fence for page in PAGES for fence in fences(page)]
EXAMPLES = examples("yaml quiz", "yaml question")
TESTED = {"yaml quiz", "yaml question", "yaml plugin", "yaml fragment", "yaml copy", "text finding"}
TESTED |= {"python copy", "toml copy"}
TESTED |= {f"{language} {side}" for language in ("yaml", "text") for side in ("bad", "good")}  # by test_examples.py
TESTED |= {"json editor", "json responses", "toml settings", "toml pytest", "yaml hooks", "yaml step", "yaml settings"}
TESTED |= {"html template", "html frame", "console", "python run", "text printed", "text layout"}
UNTESTED = {"sh", "text requirements", "lua"}
SOURCES = (ROOT, ROOT / "engine/quizproof", ROOT / "renderers/quizproof_renderers")

# ---- quizzes and questions


@pytest.fixture(scope="session")
def found(prove_warm: ProveBank) -> dict[str, list[Finding]]:
    """What the engine finds in each example."""
    return prove_examples(EXAMPLES, prove_warm)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.fence.id)
def test_example_is_proven_or_refuted_as_shown(example: Example, found: dict[str, list[Finding]]) -> None:
    """An example gives exactly the findings that the page shows below it: none, unless it shows some."""
    if example.fence.id not in found:
        pytest.skip(f"this machine refuses the sandbox level {example.fence.option('sandbox')}")
    findings = found[example.fence.id]
    if example.codes_only:
        assert [finding.code for finding in findings] == list(example.expected)
    else:
        assert told(findings) == list(example.expected)


def test_templates_and_frames_in_the_reference_are_those_of_a_site(tmp_path: Path) -> None:
    (template,) = (fence for fence in FENCES if fence.sort == "html template")
    (tmp_path / "base.html").write_text(template.text, encoding="utf-8")
    blocks = environment(str(tmp_path)).get_template("base.html").blocks
    assert blocks.keys() <= environment().get_template("base.html").blocks.keys()
    pasted = [fence.text.strip() for fence in FENCES if fence.sort == "html frame"]
    root = "https://example.org/quizzes/"
    assert pasted == [frame(root, "freeze-two", "Freeze two of three"), sizing(root)]


@pytest.mark.parametrize("fence", FENCES, ids=lambda fence: fence.id)
def test_every_block_is_of_a_sort_that_is_tested(fence: Fence, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """No example escapes: each fenced block says what it is, and is what it says."""
    assert fence.sort in TESTED | UNTESTED
    if fence.sort == "yaml fragment":
        assert set(parse(fence.id, fence.text.encode()).data) <= docs_tables.known_keys()
    elif fence.sort == "yaml settings":
        assert SiteSettings.model_validate(parse(fence.id, fence.text.encode()).data).title
    elif fence.sort == "toml settings":
        own = "[tool.quizproof" not in fence.text
        (tmp_path / (OWN_FILE if own else PROJECT_FILE)).write_text(fence.text, encoding="utf-8")
        settings = settings_for([tmp_path])
        assert settings.given
        assert all(settings.lines[name] for name in settings.given)
    elif fence.sort == "toml pytest":
        options = tomllib.loads(fence.text)["tool"]["pytest"]["ini_options"]
        assert all(pytestconfig.getini(name) is not None for name in options)
    elif fence.sort == "yaml step":
        known = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
        assert all(set(step["with"]) <= set(known) for step in yaml.safe_load(fence.text))
    elif fence.sort == "yaml hooks":
        known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
        assert {hook["id"] for repo in yaml.safe_load(fence.text)["repos"] for hook in repo["hooks"]} <= known
    elif fence.option("copy"):
        assert fence.text == (DOCS / fence.option("copy")).read_text(encoding="utf-8")
    elif fence.sort == "text finding":
        blocks = fences(fence.page)
        assert blocks[blocks.index(fence) - 1].sort in ("yaml quiz", "yaml question", "yaml plugin")
    elif fence.sort == "text printed":
        blocks = fences(fence.page)
        assert blocks[blocks.index(fence) - 1].sort == "python run"
    elif fence.sort == "text layout":
        for name in re.findall(r"[\w/]+(?:/|\.py)(?!\w)", fence.text):
            assert any((root / name).exists() for root in SOURCES), name


def test_example_kind_works(monkeypatch: pytest.MonkeyPatch, prove_text: ProveText) -> None:
    """The kind of the example package proves and refutes as the page shows."""
    package = DOCS / "examples/quiz-extras"
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, value),) = project["entry-points"]["quizproof.kinds"].items()
    entry = EntryPoint(name, value, "quizproof.kinds")
    monkeypatch.syspath_prepend(package)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])
    kinds.cache_clear()
    try:
        assert name in kinds()
        for example in examples("yaml plugin"):
            assert told(list(prove_text(example.fence.text).findings)) == list(example.expected)
    finally:
        kinds.cache_clear()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_sessions(page: Path, tmp_path: Path) -> None:
    """Every command that a page shows prints what is shown. If not, see tools/docs_update.py."""
    for played in play(page, tmp_path):
        assert_agrees(played)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_programs(page: Path, tmp_path: Path) -> None:
    """Every program that a page shows prints what is shown. If not, see tools/docs_update.py."""
    for played in run_programs(page, tmp_path):
        assert_agrees(played)


def assert_agrees(played: Played) -> None:
    """The page is right about what a command or a program prints; the message has the difference."""
    texts = scrubbed(played.shown).splitlines(), scrubbed(played.printed).splitlines()
    difference = "\n".join(unified_diff(*texts, "page", "run", lineterm=""))
    assert played.agrees, f"{played.fence.id}: $ {played.command}\n{difference}\n\nIt printed:\n{played.printed}"


def test_guide_for_programs_is_made_of_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is current, has every kind and every rule, and nothing in it leads to another file."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    llms_guide = importlib.import_module("llms_guide")
    text = llms_guide.guide()
    assert text == (DOCS / "llms.txt").read_text(encoding="utf-8"), "run tools/llms_guide.py"
    headings = set(re.findall(r"^## (.*)$", text, re.MULTILINE))
    assert headings >= set(kinds()) | {"Header", "Every question", "The JSON report"}
    assert set(re.findall(r"\bQP\d{3}\b", text)) == set(RULES)
    assert re.findall(r"\]\([^)]*\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL).replace("`", "")) == []


# ---- the reference


def test_generated_tables_are_current() -> None:
    """The tables of keys and rules are those of the program. If not: `python tests/docs_update.py`."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert text == docs_tables.current(text), page.name
    text = REFERENCE.read_text(encoding="utf-8")
    assert set(docs_tables.names(text)) == {
        "question",
        "exhibit",
        "rules",
        *docs_tables.PARTS,
        *docs_tables.SITE,
        *kinds(),
    }


def test_scoring_is_told_of_every_question() -> None:
    """The table in the author's guide has each kind of question, and each way of answering."""
    assert docs_tables.names((DOCS / "authors.md").read_text(encoding="utf-8")) == ["scoring"]
    told = {name for words in docs_tables.SCORED for name in code(words)}
    assert told == {name for name, kind in kinds().items() if issubclass(kind, Question)}
    assert {type(shown) for shown in docs_tables.SCORED.values()} == set(get_args(Input))


def test_rules_that_pages_name_exist() -> None:
    """A page speaks of no rule that is not there, and gives it its right name in a heading."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"\bQP\d{3}\b", text)) <= set(RULES)
        for rule, name in re.findall(r"^#+ (QP\d{3}) (\S+)$", text, re.MULTILINE):
            assert RULES[rule].name == name


def rows(heading: str, page: Path = REFERENCE) -> list[list[str]]:
    """The rows of all tables between a heading and the next one, without the tables' heads."""
    _, _, section = page.read_text(encoding="utf-8").partition(f"# {heading}\n")
    lines = re.split(r"^#+ ", section, maxsplit=1, flags=re.MULTILINE)[0].splitlines()
    cells = [[c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", ln)[1:-1]] for ln in lines if ln[:1] == "|"]
    rules = {index for index, row in enumerate(cells) if set(row[0]) == {"-"}}
    return [row for index, row in enumerate(cells) if not {index, index + 1} & rules]


def code(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_yaml_scalars_are_read_as_the_reference_says() -> None:
    """Booleans, numbers and texts, in every spelling that the table gives."""
    sorts = {"true": PlainBool, "false": PlainBool, "whole number": PlainInt, "number": PlainFloat, "text": str}
    for written, meaning in rows("YAML"):
        for text in code(written):
            value = parse("x", f"key: {text}\n".encode()).data["key"]
            assert type(value) is sorts.get(meaning, type(None)), text
            if meaning in ("true", "false"):
                assert bool(value) is (meaning == "true")


def test_expressions_give_what_the_reference_says() -> None:
    """Every filter is listed, and every row of both tables holds."""
    used = set()
    for expression, result in rows("Filters") + rows("`stated`"):
        (source,) = code(expression)
        used |= set(re.findall(r"\| (\w+)", source))
        if result == "refuted":
            with pytest.raises(TemplateError) as caught:
                render(source, {})
            assert caught.value.refuted
        else:
            assert [render(source, {})] == code(result)
    assert used == set(FILTERS)


def test_outputs_are_compared_as_the_reference_says() -> None:
    """Every row of the table, with its tolerance and without."""
    table = rows("Printed output")
    assert table
    for one, other, *verdicts in table:
        (ours,), (theirs,) = code(one), code(other)
        assert ["same" if same_output(ours, theirs, t) else "different" for t in (None, 0.01)] == verdicts, one


def test_typed_numbers_are_read_as_the_reference_says() -> None:
    """Decimal forms, thousands, fractions; and what is asked for again."""
    table = [row for row in rows("Responses and marks") if len(row) == 2]
    assert table
    for typed, value in table:
        if value == "asked again":
            with pytest.raises(MalformedResponse):
                parse_number(code(typed)[0])
        else:
            assert parse_number(code(typed)[0]) == quantity(value)


def test_verdicts_are_complete() -> None:
    """The reference has all verdicts, worst first, and the author's guide has all of them."""
    assert tuple(code(row[0])[0] for row in rows("Verdicts")) == VERDICTS
    guide = rows("How a question is judged", DOCS / "authors.md")
    assert {cells[0] for row in guide if len(cells := code(row[0])) == 1} >= set(VERDICTS)


SIMPLEST = {
    "choice": "code: print(1)\noptions:\n  - {prints: 1, key: true}\n  - {prints: 2, mistake: m}",
    "predict-output": "code: print(1)",
    "number": "value: 1",
    "write-code": "solution: a = 1\nchecks: [{name: It is 1, code: assert a == 1}]",
    "fill-blank": "code: a = ___b___\ncheck: assert a == 1\nblanks: {b: {accept: [1]}}",
    "order-lines": "lines: |\n  a = 1\n  b = a\ncheck: assert b == 1",
    "match": (
        "pairs:\n  - {code: a = 1, match: M, check: assert a < 2}\n  - {code: a = 2, match: N, check: assert a > 1}"
    ),
    "open": "answer: A\npoints:\n  - text: T\n    proof: assert len([]) == 0",
    "confusion-matrix": "code: a = [0, 1]\nlabels: a\nscores: a",
    "pipeline": "setup: import numpy\nstages: [{name: N, value: numpy.zeros(1)}]",
    "figure": "code: import matplotlib.pyplot as p; p.plot([1])\nalt: A",
    "training-run": "code: h = dict(a=[1])\nhistory: h\nseeds: [0]",
    "experiment": "baseline: a = 1\nsolution: a = 2\nseeds: [0]\ntargets: [{name: T, value: a, above: 1}]",
    "find-bug": "code: a = 1\nfix: a = 2\ncheck: assert a == 2\nhappens: runs silently",
}
"""The least that a block of each kind has."""


def test_names_in_expressions_are_those_of_the_reference(prove_text: ProveText) -> None:
    """The names that the engine knows, which it tells when one is unknown, are those of the table, kind by kind."""
    table = {code(row[0])[0]: row[1] for row in rows("Names in expressions")}
    assert set(table) == set(SIMPLEST) == set(kinds())
    for kind, keys in SIMPLEST.items():
        asked = "prompt: P\nexplanation" if issubclass(kinds()[kind], Question) else "text"
        text = f"id: a\nkind: {kind}\n{asked}: '{{{{ nonsense }}}}'\n{keys}"
        (finding,) = prove_text("- " + text.replace("\n", "\n  ")).findings
        known = re.search(r"known names: ([^)]*)", finding.message)
        assert known, finding.message
        assert set(known[1].split(", ")) == {name for name in code(table[kind]) if name.isidentifier()} | {"versions"}


def test_json_keys_are_those_of_the_reference(prove_text: ProveText) -> None:
    """Every key of the JSON report is in the table, in its order, and no other."""
    stream = io.StringIO()
    formats.write(prove_text("- {id: a, kind: number, prompt: P, value: 1, answer: 2}"), "json", stream)
    data = json.loads(stream.getvalue())
    keys = [*data, *(f"summary.{key}" for key in data["summary"])]
    keys += [f"questions[].{key}" for key in data["questions"][0]]
    keys += [f"questions[].claims[].{key}" for key in data["questions"][0]["claims"][0]]
    keys += [f"findings[].{key}" for key in data["findings"][0]]
    keys += [f"quizzes[].{key}" for key in data["quizzes"][0]]
    assert [code(row[0])[0] for row in rows("The JSON report")] == keys


def test_commands_and_formats_are_those_of_the_reference() -> None:
    """Every command, and every format of `check`, is in its table."""
    table = [code(row[0])[0] for row in rows("Commands")]
    assert {line.split()[1] for line in table if line.startswith("quizproof ")} == set(main.commands)
    assert [line for line in table if not line.startswith("quizproof ")] == list(FORMATS)


def test_settings_of_editors_are_json() -> None:
    """They can be copied as they are."""
    assert [json.loads(fence.text) for fence in FENCES if fence.sort == "json editor"]


def test_the_file_that_learners_hand_in_can_be_read() -> None:
    (shown,) = (fence for fence in FENCES if fence.sort == "json responses")
    assert read_responses(shown.text.encode()).responses


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
    """The example workflow asks for no rights, pins its actions, and its quizproof commands run."""
    text = (DOCS / "examples/quizproof.yml").read_text(encoding="utf-8")
    data: Any = yaml.load(text, yaml.BaseLoader)
    assert set(data["on"]) == {"push", "pull_request"}
    assert data["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    (job,) = data["jobs"].values()
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)
    assert job["steps"][0]["with"] == {"persist-credentials": "false", "fetch-depth": "2"}
    assert job["env"] == {"KNOWN": "${{ github.event_name == 'pull_request' && '--known HEAD^1' || '' }}"}
    example = next(e for e in EXAMPLES if e.fence.option("name") == "questions/rounding.yaml")
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions/rounding.yaml").write_text(example.text, encoding="utf-8")
    commands = [step["run"] for step in job["steps"] if step.get("run", "").startswith("quizproof ")]
    commit = "git -c user.name=a -c user.email=a commit --quiet --allow-empty --message"
    merged = f"git init --quiet . && git add questions && {commit} One && {commit} Two && KNOWN='--known HEAD^1'; "
    for known in ("", merged):  # a push, and a pull request to a branch without a lock
        for command in commands:
            shown, status = on_terminal(known + command, tmp_path)
            assert status == 0, shown
            assert ("so everything is run" in shown) == bool(known)
    report = json.loads((tmp_path / job["steps"][-1]["with"]["path"]).read_text(encoding="utf-8"))
    assert report["summary"]["proof_coverage"] == 1


def test_publishing_workflow_builds_from_the_lock(tmp_path: Path) -> None:
    """It may write pages and nothing else, and what it uploads is the folder that its one command of ours makes."""
    text = (DOCS / "examples/publish.yml").read_text(encoding="utf-8")
    data: Any = yaml.load(text, yaml.BaseLoader)
    assert data["on"] == {"push": {"branches": ["main"]}}  # never the code of a pull request
    assert data["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert "secrets." not in text
    (job,) = data["jobs"].values()
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)
    for fence in fences(DOCS / "tutorial.md"):
        if name := fence.option("name"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(fence.text, encoding="utf-8")
    (command,) = (step["run"] for step in job["steps"] if step.get("run", "").startswith("quizproof "))
    shown, status = on_terminal(command, tmp_path)
    assert status != 0, shown  # the author has written no lock
    shown, status = on_terminal(f"quizproof check --write-lock && {command}", tmp_path)
    assert status == 0, shown
    (folder,) = (step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {}))
    assert "Python basics" in (tmp_path / folder / "index.html").read_text(encoding="utf-8")
