"""Pages that are drawn for each learner, with a time limit and attempts; and their marking by what was seen."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from helpers.processes import quizproof
from quizproof.errors import UsageError
from quizproof.quizfile.header import Exam
from quizproof_renderers.handing_in.account import account
from quizproof_renderers.handing_in.drawing import draw_of, read_learners
from quizproof_renderers.handing_in.response_file import MalformedResponses, read

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BANK = """\
quiz: drawn
title: Drawn
topic: basics
exam: {time_limit: 20, attempts: 2, countdown: true}
blocks:
  - id: product
    kind: number
    prompt: What is {{ a }} times {{ b }}?
    params: {a: [11, 12, 13], b: [21, 22, 23]}
    code: found = {{ a }} * {{ b }}
    value: found
  - id: sum
    kind: choice
    prompt: Which comparison is true?
    setup: total = 0.1 + 0.2
    check: assert verdict is True
    options:
      - {code: verdict = total > 0.3, key: true}
      - {code: verdict = total == 0.3, mistake: Rounds.}
      - {code: verdict = total < 0.3, mistake: Guesses.}
  - id: half
    kind: predict-output
    prompt: What is printed?
    code: print(7 // 2)
    distractors: [{code: print(7 / 2), mistake: Divides.}, {code: print(8 // 2), mistake: Rounds up.}]
"""
NAMES = [f"learner {number}" for number in range(24)]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank, its lock, a class, and the pages that were drawn for it."""
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "questions").mkdir()
    (folder / "questions/drawn.yaml").write_text(BANK, encoding="utf-8")
    (folder / "class.txt").write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    proved = quizproof("check", "--write-lock", "questions", cwd=folder)
    assert "refuted" not in proved.stdout, proved.stdout
    built = quizproof("build", "-o", "exam", "--no-key", "--locked", "--seeds", "class.txt", cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "24 learners: exam-pages.csv says which page is whose" in built.stdout
    return folder


def pages(folder: Path, listed: str = "exam-pages.csv", site: str = "exam") -> dict[str, str]:
    """The text of the page of each learner."""
    with (folder / listed).open(encoding="utf-8", newline="") as stream:
        rows = [*csv.DictReader(stream)]
    return {row["learner"]: (folder / site / row["page"]).read_text(encoding="utf-8") for row in rows}


def seen(page: str) -> tuple[list[str], str, list[str]]:
    """What a page shows: the order of its questions, the numbers of the product, and the order of the options."""
    questions = re.findall(r'data-question="([^"]*)"', page)
    factors = re.search(r"What is (\d+ times \d+)", page)
    part = page.split('data-question="sum"')[1].split("</form>")[0]
    signs = [next(sign for sign in ("&gt;", "==", "&lt;") if sign in row) for row in part.split('class="option"')[1:]]
    assert factors
    return questions, factors[1], signs


def answers(page: str, learner: str, handed_in: str = "2026-11-30T05:15:00Z", **change: Any) -> bytes:
    """A file with the right answer to every question of a page, as that page shows it."""
    asked = dict(re.findall(r'data-question="([^"]*)" data-asked="([^"]*)"', page))
    draw = re.search(r'data-draw="([^"]*)"', page)
    _, factors, signs = seen(page)
    one, other = map(int, factors.split(" times "))
    half = next(
        row.split('value="')[1][0]
        for row in page.split('data-question="half"')[1].split("</form>")[0].split('class="option"')[1:]
        if re.search(r">3\n?<", re.sub(r"<(?!/)[^>]*>", ">", row)) and "3.5" not in row
    )
    given = {"product": str(one * other), "sum": ["ABC"[signs.index("&gt;")]], "half": [half]}
    responses = {id_: {"asked": asked[id_], "response": response} for id_, response in given.items()}
    data = {"quizproof_responses": 1, "quiz": "drawn", "learner": learner, "begun": "2026-11-30T05:00:00Z"}
    data |= {"handed_in": handed_in, "draw": draw[1] if draw else "", "responses": responses}
    return json.dumps(data | change).encode()


# ---- what is drawn


def test_each_learner_gets_another_test(drawn: Path) -> None:
    """Variants, orders of questions and orders of options differ; every question is on every page, once."""
    found = {learner: seen(page) for learner, page in pages(drawn).items()}
    assert list(found) == NAMES
    assert all(sorted(questions) == ["half", "product", "sum"] for questions, _, _ in found.values())
    assert len({tuple(questions) for questions, _, _ in found.values()}) >= 5  # of 6
    assert len({factors for _, factors, _ in found.values()}) >= 6  # of 9
    assert len({tuple(signs) for _, _, signs in found.values()}) >= 5  # of 6
    index = (drawn / "exam/index.html").read_text(encoding="utf-8")
    assert "Open the page that your teacher gave you" in index
    assert not [name for name in NAMES if name in index]
    assert not (drawn / "exam/exam-pages.csv").exists()


def test_the_same_file_gives_the_same_pages(drawn: Path) -> None:
    """Whoever else is in it; and another seed gives another test."""
    (drawn / "some.csv").write_text("learner,seed\nlearner 3,\nLearner 5,another\n", encoding="utf-8")
    built = quizproof("build", "-o", "again", "--no-key", "--locked", "--seeds", "some.csv", cwd=drawn)
    assert built.returncode == 0, built.stderr
    first, again = pages(drawn), pages(drawn, "again-pages.csv", "again")
    assert again["learner 3"] == first["learner 3"]
    assert again["Learner 5"] != first["learner 5"].replace("learner 5", "Learner 5")


def test_seeds_are_for_pages_without_keys(drawn: Path) -> None:
    done = quizproof("build", "-o", "site", "--locked", "--seeds", "class.txt", cwd=drawn)
    assert (done.returncode, done.stderr) == (
        2,
        "quizproof: `--seeds` draws pages that collect responses; add `--no-key`\n",
    )


def test_a_class_is_a_list_or_a_table() -> None:
    assert [each.name for each in read_learners(b"Ada\n\n  Lovelace,  Ada \n", "x")] == ["Ada", "Lovelace, Ada"]
    table = read_learners(b"\xef\xbb\xbfgroup,learner,seed\n1,Ada,s1\n2,Bob,\n", "x")
    assert [(each.name, each.draw) for each in table] == [("Ada", draw_of("s1")), ("Bob", draw_of("Bob"))]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Ada\n ada \n", "x, line 2: ada is in it twice"),
        (b"learner,seed\nAda,1\nBob,1\n", "x: two learners have the same seed"),
        (b"learner,seed\n,1\n", "x, line 2: the column `learner` is empty"),
        (b"name,seed\nAda,1\n", "x, line 1: the columns are 'name', 'seed', and one must be `learner`"),
        (b"\n\n", "x has no learner"),
        (b"\xff", "x is not UTF-8 text"),
        (b"a" * 201, "x, line 1: a name has at most 200 characters"),
    ],
)
def test_what_is_no_class_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UsageError) as refusal:
        read_learners(content, "x")
    assert str(refusal.value).startswith(words)


# ---- marking


def test_each_is_marked_by_what_was_seen(drawn: Path, tmp_path: Path) -> None:
    """Right answers to one's own page earn everything; the same answers are worth nothing on another's."""
    shown = pages(drawn)
    (tmp_path / "in").mkdir()
    for learner in NAMES:
        (tmp_path / f"in/{learner}.json").write_bytes(answers(shown[learner], learner))
    done = quizproof("grade", tmp_path / "in", "-o", tmp_path / "marks.csv", "--feedback", tmp_path / "fb", cwd=drawn)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "marks.csv").open(encoding="utf-8", newline="") as stream:
        marks = [*csv.DictReader(stream)]
    assert len(marks) == 72
    assert {row["standing"] for row in marks} == {"right"}
    # Responses of options are in the author's names, whatever letter they had.
    assert {row["response"] for row in marks if row["question"] == "sum"} == {'["a"]'}
    feedback = [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "fb").iterdir())]
    assert all("3 of 3" in page and "verdict = total &gt; 0.3" in page for page in feedback)
    swapped = answers(shown[NAMES[0]], NAMES[0], draw=draw_of(NAMES[1]))
    (tmp_path / "swapped.json").write_bytes(swapped)
    done = quizproof("grade", tmp_path / "swapped.json", "-o", tmp_path / "swapped.csv", cwd=drawn)
    assert done.returncode == 0
    assert "answers could not be marked" in done.stdout or "answer could not be marked" in done.stdout


def test_only_ones_own_page_counts_where_the_class_is_known(drawn: Path, tmp_path: Path) -> None:
    shown = pages(drawn)
    files = {
        "own.json": answers(shown["learner 1"], " LEARNER 1"),
        "other.json": answers(shown["learner 2"], "learner 3"),
        "unknown.json": answers(shown["learner 2"], "eve"),
    }
    (tmp_path / "in").mkdir()
    for name, content in files.items():
        (tmp_path / "in" / name).write_bytes(content)
    done = quizproof("grade", tmp_path / "in", "-o", tmp_path / "marks.csv", "--seeds", "class.txt", cwd=drawn)
    assert done.returncode == 1
    assert "3 response files: 1 marked, 2 malformed" in done.stdout
    assert "other.json: it is not from the page that was drawn for learner 3" in done.stdout
    assert "unknown.json: no page was drawn for eve" in done.stdout


def test_attempts_are_counted_and_lateness_is_said(tmp_path: Path) -> None:
    exam = Exam(time_limit=20, attempts=2)

    def hand_in(name: str, handed_in: str, **change: Any) -> None:
        data = {"quizproof_responses": 1, "quiz": "drawn", "learner": name.partition("-")[0]}
        data |= {"begun": "2026-11-30T05:00:00Z", "handed_in": handed_in, "responses": {}}
        (tmp_path / f"{name}.json").write_text(json.dumps(data | change), encoding="utf-8")

    hand_in("ada-1", "2026-11-30T05:05:00Z")
    hand_in("ada-2", "2026-11-30T05:10:00Z")
    hand_in("ada-3", "2026-11-30T05:15:00Z")
    hand_in("bob", "2026-11-30T05:27:00Z")
    # Saved late, but nothing was changed any more; and one by the grace of some seconds.
    hand_in("cai", "2026-11-30T05:27:00Z", last_change="2026-11-30T05:19:59Z")
    hand_in("dan", "2026-11-30T05:20:20Z")
    found = {each.path.stem: (each.fate, each.reason) for each in account([tmp_path], {"drawn": exam})}
    assert found["ada-1"] == ("doubled", f"handed in before {tmp_path}/ada-2.json, which counts")
    assert found["ada-2"] == ("marked", "")
    assert found["ada-3"] == ("doubled", "attempt 3, and 2 may be handed in")
    assert found["bob"] == ("marked", "its last change came 7 minutes after the time limit")
    assert found["cai"] == found["dan"] == ("marked", "")
    # A copy is no attempt, and without a limit the last one counts.
    (tmp_path / "ada-1b.json").write_bytes((tmp_path / "ada-1.json").read_bytes())
    found = {each.path.stem: (each.fate, each.reason) for each in account([tmp_path], {"drawn": exam})}
    assert found["ada-2"] == ("marked", "")
    assert {each.path.stem for each in account([tmp_path], {"drawn": None}) if each.fate == "marked"} >= {"ada-3"}


@pytest.mark.parametrize("draw", ["", "x" * 12, "0" * 13, 7])
def test_a_draw_is_what_a_page_writes(draw: object) -> None:
    data = {"quizproof_responses": 1, "quiz": "q", "learner": "a", "begun": "", "responses": {}}
    data |= {"handed_in": "2026-11-30T05:00:00Z"}
    assert read(json.dumps(data | {"draw": "0" * 12}).encode()).draw == "0" * 12
    with pytest.raises(MalformedResponses, match="`draw` is not what a page writes"):
        read(json.dumps(data | {"draw": draw}).encode())


# ---- in a browser, whose clock the test sets


def at_noon(browser: Browser, file: Path) -> Page:
    """A page that is opened at twelve."""
    page = browser.new_page()
    page.clock.install(time="2026-11-30T11:59:00Z")
    page.clock.pause_at("2026-11-30T12:00:00Z")
    page.goto(file.as_uri())
    return page


def page_of(folder: Path, learner: str) -> Path:
    with (folder / "exam-pages.csv").open(encoding="utf-8", newline="") as stream:
        return folder / "exam" / next(row["page"] for row in csv.DictReader(stream) if row["learner"] == learner)


def test_the_clock_starts_with_a_click_and_ends_the_test(drawn: Path, browser: Browser, tmp_path: Path) -> None:
    page = at_noon(browser, page_of(drawn, "learner 7"))
    sum_ = page.locator('[data-question="sum"]')
    expect(page.get_by_text("You have 20 minutes, and the clock cannot be stopped.")).to_be_visible()
    expect(sum_).to_be_hidden()
    expect(page.locator("#hand-in")).to_be_hidden()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(sum_).to_be_visible()
    expect(page.get_by_role("timer")).to_have_text("20:00 left")
    expect(page.get_by_label("Your name or number")).to_have_value("learner 7")
    assert page.get_by_label("Your name or number").get_attribute("readonly") is not None
    sum_.get_by_role("radio").first.check()
    page.clock.fast_forward("10:00")
    expect(page.get_by_role("timer")).to_have_text("10:00 left")
    page.reload()  # the clock goes on
    page.clock.fast_forward("05:00")
    expect(page.get_by_role("timer")).to_have_text("5:00 left")
    expect(page.locator(".countdown .says")).to_have_text("5 minutes left")
    expect(sum_.get_by_role("radio").first).to_be_checked()
    page.clock.fast_forward("05:01")
    expect(page.locator(".countdown")).to_contain_text("The time is over.")
    expect(page.get_by_role("timer")).to_be_hidden()
    sum_.locator(".control").nth(1).click(force=True)
    expect(sum_.locator(".control").first).to_be_checked()
    button = page.get_by_role("button", name="Save the file")
    button.click()  # says what is open
    with page.expect_download() as download:
        button.click()
    download.value.save_as(tmp_path / "handed.json")
    found = read((tmp_path / "handed.json").read_bytes())
    assert (found.learner, found.draw, set(found.responses)) == ("learner 7", draw_of("learner 7"), {"sum"})
    assert found.seconds is not None
    assert found.seconds < 60  # of the last change, not of the file
    page.close()


def test_attempts_are_used_up(drawn: Path, browser: Browser, tmp_path: Path) -> None:
    page = at_noon(browser, page_of(drawn, "learner 8"))
    expect(page.get_by_text("You can hand in 2 times; the last file counts.")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    radio = page.locator('[data-question="sum"]').get_by_role("radio")
    button, complaint = page.get_by_role("button", name="Save the file"), page.locator("#hand-in .complaint")
    texts = []
    for place in range(2):
        radio.nth(place).check()
        button.click()
        expect(complaint).to_contain_text("Press the button again")
        expect(complaint).to_contain_text("Afterwards nothing can be changed" if place else "2 of 3 questions")
        with page.expect_download() as download:
            button.click()
        download.value.save_as(tmp_path / "handed.json")
        texts.append((tmp_path / "handed.json").read_bytes())
    expect(complaint).to_contain_text("Nothing can be changed any more.")
    page.reload()
    radio.nth(0).click(force=True)
    expect(radio.nth(1)).to_be_checked()
    with page.expect_download() as download:  # a file that was lost can be saved again, as it was
        button.click()
    download.value.save_as(tmp_path / "again.json")
    assert texts[0] != texts[1] == (tmp_path / "again.json").read_bytes()
    page.close()


def test_two_learners_share_a_computer(drawn: Path, browser: Browser) -> None:
    """What one has begun is not on the page of the other."""
    context = browser.new_context()
    for learner in ("learner 9", "learner 10"):
        page = context.new_page()
        page.goto(page_of(drawn, learner).as_uri())
        page.get_by_role("button", name="Start", exact=True).click()
        page.locator('[data-question="sum"]').get_by_role("radio").first.check()
        expect(page.locator(".tally")).to_have_text("1 of 3 answered")
    context.close()


def test_usual_pages_count_down_where_the_header_asks(drawn: Path, browser: Browser, tmp_path: Path) -> None:
    """They only show the time; and a quiz that does not ask has nothing of it."""
    built = quizproof("build", "-o", tmp_path / "site", "--locked", cwd=drawn)
    assert built.returncode == 0, built.stderr
    page = at_noon(browser, tmp_path / "site/basics/drawn.html")
    expect(page.get_by_role("timer")).to_be_hidden()
    page.get_by_role("button", name="Start the clock: 20 minutes").click()
    expect(page.get_by_role("timer")).to_have_text("20:00 left")
    page.clock.fast_forward("19:30")
    expect(page.get_by_role("timer")).to_have_text("0:30 left")
    page.reload()
    page.clock.fast_forward("00:31")
    expect(page.locator(".countdown")).to_contain_text("The time is over.")
    expect(page.get_by_role("button", name="Restart the clock")).to_be_visible()
    page.get_by_role("radio", name="Whole page").check(force=True)
    page.locator("#q-sum .option .control").first.check()
    page.locator("#q-sum").get_by_role("button", name="Check").click()
    expect(page.locator("#q-sum .standing")).not_to_be_empty()
    page.close()
    (tmp_path / "questions").mkdir()
    plain = BANK.replace("exam: {time_limit: 20, attempts: 2, countdown: true}", "exam: {time_limit: 20}")
    (tmp_path / "questions/drawn.yaml").write_text(plain, encoding="utf-8")
    (tmp_path / "questions/quizproof.lock").write_bytes((drawn / "questions/quizproof.lock").read_bytes())
    built = quizproof("build", "-o", tmp_path / "plain", cwd=tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "countdown" not in (tmp_path / "plain/basics/drawn.html").read_text(encoding="utf-8")
    assert not [*(tmp_path / "plain/assets").glob("countdown*")]


def test_a_countdown_needs_a_time_limit(tmp_path: Path) -> None:
    (tmp_path / "quiz.yaml").write_text(BANK.replace("time_limit: 20, ", ""), encoding="utf-8")
    done = quizproof("check", "quiz.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "`countdown` counts `time_limit` down, which is not given" in done.stdout


def test_an_exam_in_the_terminal_has_the_limit_of_its_header(drawn: Path) -> None:
    """And `--time-limit` overrides it; a test that is no exam has none."""
    common = ("take", "drawn", "--locked", "--plain", "--no-record")
    said = quizproof(*common, "--exam", cwd=drawn).stdout
    assert "answers are marked when you hand in. You have 20 minutes." in said
    said = quizproof(*common, "--exam", "--time-limit", "5", cwd=drawn).stdout
    assert "You have 5 minutes." in said
    assert "You have" not in quizproof(*common, cwd=drawn).stdout
