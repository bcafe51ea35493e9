"""Metadata of quizzes and blocks: read, refused, handed down, chosen by, shown, kept in reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from helpers.processes import quizproof
from helpers.replay import answer, opened
from quizproof.errors import UsageError
from quizproof.loading.choosing import Choice
from quizproof.loading.load import load_bank
from quizproof.quizfile.metadata import Metadata, inherited
from quizproof_renderers.site.build import build_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from conftest import ProveBank
    from quizproof.proof import Report

QUIZ = """\
quiz: described
title: Described
topic: samples
tags: [weight-decay, lists]
difficulty: easy
objectives: ["Say what `print` prints."]
authors: [Ada <script>, Grace]
license: CC-BY-4.0
source: Lecture 3
points: 2
blocks:
  - id: own
    kind: number
    prompt: What is 6 times 7?
    value: 6 * 7
    tags: [sums, lists]
    difficulty: 5
    objectives: [Multiply.]
    authors: [Emmy]
    license: CC0-1.0
    source: A book
    points: 0.5
  - id: handed-down
    kind: number
    prompt: What is 6 times 8?
    value: 6 * 8
  - id: weighed
    kind: open
    prompt: Why?
    answer: So.
    weight: 4
    points:
      - text: That.
        proof: assert 6 * 7 == 42
"""
PLAIN = """\
quiz: plain
title: Plain
topic: samples
blocks:
  - id: silent
    kind: number
    prompt: What is 6 times 9?
    value: 6 * 9
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of a quiz with all metadata, and one with none."""
    folder = tmp_path_factory.mktemp("described") / "questions"
    folder.mkdir()
    (folder / "described.yaml").write_text(QUIZ)
    (folder / "plain.yaml").write_text(PLAIN)
    return folder


@pytest.fixture(scope="module")
def report(bank: Path, prove_warm: ProveBank) -> Report:
    """Its proof."""
    return prove_warm(load_bank([bank]))


@pytest.fixture(scope="module")
def site(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its site."""
    return build_site(report, tmp_path_factory.mktemp("described") / "site").out


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (
            "difficulty: easy",
            "difficulty: simple",
            5,
            "write `easy`, `medium` or `hard`, or a whole number from 1 to 5",
        ),
        ("difficulty: 5", "difficulty: 6", 17, "or a whole number from 1 to 5"),
        ("difficulty: 5", "difficulty: 2.5", 17, "or a whole number from 1 to 5"),
        ("difficulty: 5", "difficulty: true", 17, "or a whole number from 1 to 5"),
        ("[sums, lists]", "[Sums]", 16, "`Sums` is not an id"),
        ("[sums, lists]", "[sums, sums]", 16, "name `sums` once"),
        ("[sums, lists]", "sums", 16, "`tags`: write a list"),
        ("points: 0.5", "points: -1", 22, "`points`: should be greater than or equal to 0"),
        ("points: 0.5", "points: much", 22, "`points`: write a number"),
        ("points: 2", "points: 1001", 10, "`points`: should be less than or equal to 1000"),
        ("objectives: [Multiply.]", 'objectives: ["{{ 6 }}"]', 18, "not evaluated here"),
        ("license: CC0-1.0", 'license: ""', 20, "write text that is not empty"),
        ("    weight: 4", "    wieght: 4", 31, "did you mean `weight`"),
    ],
)
def test_what_cannot_be_is_found_in_its_place(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    file = tmp_path / "quiz.yaml"
    file.write_text(QUIZ)
    assert load_bank([file]).findings == ()
    assert old in QUIZ
    file.write_text(QUIZ.replace(old, new))
    (finding,) = load_bank([file]).findings
    assert finding.span.line == line
    assert words in finding.message
    assert finding.code.startswith("QP1")


def test_words_and_numbers_are_one_scale() -> None:
    levels = [
        Metadata.model_validate({"difficulty": each}).difficulty for each in ("easy", 2, "medium", "hard", 4, 1, 5)
    ]
    assert levels == [2, 2, 3, 4, 4, 1, 5]


def test_a_block_has_what_its_quiz_says_and_it_does_not(report: Report) -> None:
    described, plain = report.quizzes
    own, handed_down, weighed = (described.metadata(block) for block in described.blocks)
    assert own.tags == ("weight-decay", "lists", "sums")
    assert (own.difficulty, own.objectives, own.authors) == (5, ("Multiply.",), ("Emmy",))
    assert (own.license, own.source) == ("CC0-1.0", "A book")
    assert handed_down == weighed == inherited(Metadata(), described.header or Metadata())
    assert handed_down.license == "CC-BY-4.0"
    assert [block.points for block in described.blocks] == [0.5, 2, 4]
    assert plain.metadata(plain.blocks[0]) == Metadata()
    assert plain.blocks[0].points == 1


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        ({"tags": ["sums"]}, ["own"]),
        ({"tags": ["lists"]}, ["own", "handed-down", "weighed"]),
        ({"tags": ["sums", "weight-decay"], "levels": [1, 2]}, ["handed-down", "weighed"]),
        ({"levels": [4, 5]}, ["own"]),
        ({"levels": [2], "kinds": ["open"]}, ["weighed"]),
    ],
)
def test_choosing(bank: Path, choice: dict[str, Any], ids: list[str]) -> None:
    files = Choice(**choice).of(load_bank([bank]))
    assert [item.block.id for file in files if file.quiz for item in file.quiz.items] == ids


def test_choosing_what_is_not_there(bank: Path) -> None:
    loaded = load_bank([bank])
    with pytest.raises(UsageError, match="there is no tag `sum`; did you mean `sums`"):
        Choice(tags=["sum"]).of(loaded)
    with pytest.raises(UsageError, match="no question and no exhibit of the bank has all"):
        Choice(levels=[3]).of(loaded)


def test_reports_and_merged_reports(bank: Path, tmp_path: Path) -> None:
    """The JSON report has metadata of quizzes and blocks, and a merged one the same."""

    def of(*arguments: str) -> dict[str, Any]:
        done = quizproof(*arguments, "--format", "json", cwd=bank.parent)
        assert done.returncode == 0, done.stderr
        return {each["id"]: each for key in ("questions", "quizzes") for each in json.loads(done.stdout)[key]}

    whole = of("check")
    assert (whole["own"]["tags"], whole["own"]["points"]) == (["weight-decay", "lists", "sums"], 0.5)
    assert (whole["handed-down"]["difficulty"], whole["handed-down"]["source"]) == (2, "Lecture 3")
    assert (whole["described"]["authors"], whole["plain"]["tags"]) == (["Ada <script>", "Grace"], [])
    parts = [tmp_path / f"{n}.json" for n in (1, 2)]
    for n, part in enumerate(parts, 1):
        quizproof("check", "--shard", f"{n}/2", "--format", "json", "-o", str(part), cwd=bank.parent)
    assert of("merge", *map(str, parts)) == whole
    parts[0].write_text(parts[0].read_text().replace('"difficulty": 2', '"difficulty": 9'))
    parts[1].write_text(parts[1].read_text().replace('"difficulty": 2', '"difficulty": 9'))
    refused = quizproof("merge", *map(str, parts), cwd=bank.parent)
    assert (refused.returncode, "is damaged at" in refused.stderr) == (2, True)


def test_options_of_check(bank: Path) -> None:
    def ids(*arguments: str) -> list[str]:
        done = quizproof("check", *arguments, "--format", "json", cwd=bank.parent)
        return [question["id"] for question in json.loads(done.stdout)["questions"]]

    assert (
        ids("--tag", "sums")
        == ids("--difficulty", "hard")
        == ids("--difficulty", "Hard")
        == ids("--difficulty", "4-5")
        == ["own"]
    )
    assert ids("--difficulty", "1-3", "--tag", "lists") == ["handed-down", "weighed"]
    refused = quizproof("check", "--difficulty", "6", cwd=bank.parent)
    assert (refused.returncode, "'6' is no difficulty" in refused.stderr) == (2, True)
    refused = quizproof("check", "--tag", "sums", "--write-lock", cwd=bank.parent)
    assert (refused.returncode, "`--tag`" in refused.stderr) == (2, True)


def test_pages_show_it_where_it_is_said(site: Path) -> None:
    page = (site / "samples/described.html").read_text()
    head, *blocks = page.split('<section class="question')
    assert "<dt>Tags</dt><dd>weight decay, lists</dd>" in head
    assert "<dt>Objectives</dt><dd>Say what <code>print</code> prints.</dd>" in head
    assert "Ada &lt;script&gt;, Grace" in head
    assert " · easy</p>" in head
    assert "very hard · 0.5 points · sums · lists" in blocks[0]
    assert "Objectives: Multiply." in blocks[0]
    assert "License: CC0-1.0" in blocks[0]
    assert '<p class="standing">2 points</p>' in blocks[1]
    assert "License" not in blocks[1]
    silent = (site / "samples/plain.html").read_text()
    assert not any(word in silent for word in ("Tags", "License", "Objectives", "point", "Source"))


def test_search_by_tag_and_difficulty(browser: Browser, site: Path) -> None:
    with opened(browser, site / "index.html") as page:
        page.get_by_label("Find questions").focus()
        found = page.locator(".results li")
        page.get_by_label("Tag").select_option("lists")
        expect(found).to_have_count(3)
        page.get_by_label("Difficulty").select_option("very hard")
        expect(found).to_have_count(1)
        assert page.get_by_label("Difficulty").locator("option").all_inner_texts() == ["All", "easy", "very hard"]


def test_a_bank_without_metadata_offers_no_such_filter(
    browser: Browser, bank: Path, prove_warm: ProveBank, tmp_path: Path
) -> None:
    out = build_site(prove_warm(load_bank([bank / "plain.yaml"])), tmp_path / "site").out
    with opened(browser, out / "index.html") as page:
        page.get_by_label("Find questions").focus()
        expect(page.get_by_label("Kind")).to_be_visible()
        expect(page.get_by_label("Tag")).to_be_hidden()
        expect(page.get_by_label("Difficulty")).to_be_hidden()


def test_result_counts_points(browser: Browser, site: Path) -> None:
    with opened(browser, site / "samples/described.html") as page:
        answer(page, "own", "41")
        answer(page, "handed-down", "48")
        facts = page.locator(".summary .facts")
        expect(facts).to_contain_text("80 %")
        expect(facts).to_contain_text("2 of 2.5 points, 1 of 3 questions right")
    with opened(browser, site / "samples/plain.html") as page:
        answer(page, "silent", "54")
        expect(page.locator(".summary .facts")).to_contain_text("100 % 1 of 1 question right")
