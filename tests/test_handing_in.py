"""Tests at a distance: pages that hold no key, and the marking of what learners hand in."""

from __future__ import annotations

import base64
import csv
import html
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from helpers import samples
from helpers.processes import quizproof
from helpers.replay import opened
from quizproof.displays import (
    Attempt,
    Blanks,
    Code,
    Display,
    Evidence,
    Input,
    LineInput,
    Matching,
    Mistake,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    Point,
    ProgramInput,
    Prose,
    TextInput,
)
from quizproof.marking.mark import mark
from quizproof.proof import QuizProof
from quizproof_renderers.analysis.reading import read as read_marks
from quizproof_renderers.handing_in.account import account
from quizproof_renderers.handing_in.feedback_page import file_name
from quizproof_renderers.handing_in.marker import Item, items_of, mark_one
from quizproof_renderers.handing_in.pages import files_of
from quizproof_renderers.handing_in.response_file import GivenResponse, MalformedResponses, read
from quizproof_renderers.handing_in.sheet import page_names
from quizproof_renderers.site.build import write_files

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SECRET = Evidence("SECRET summary", "SECRET output", "SECRET traceback", "SECRET code", "SECRET warning")


def other_key(form: Input) -> Input:
    """The same question with another key: what is right, what is known of runs, and the author's order differ."""
    wrong = (Mistake("77", "SECRET", SECRET),)
    match form:
        case Options():
            flipped = [replace(each, correct=not each.correct, feedback="SECRET") for each in form.options]
            renamed = [replace(each, id=f"x{place}") for place, each in enumerate(reversed(flipped))]
            return replace(form, options=tuple(replace(each, evidence=SECRET) for each in renamed))
        case NumberInput():
            return replace(form, value=31415.5, display="SECRET", mistakes=wrong, slack=0.25)
        case TextInput():
            return replace(form, accepted="SECRET", multiline=not form.multiline, mistakes=wrong)
        case LineInput():
            lines = range(1, len(form.source.split("\n")) + 1)
            return replace(form, correct=tuple(n for n in lines if n not in form.correct)[:1], mistakes=wrong)
        case Blanks():
            filled = [replace(each, accepted=("SECRET" * 9,), mistakes=wrong) for each in form.blanks]
            return replace(form, blanks=tuple(filled), setup="SECRET", check="SECRET")
        case Ordering():
            others = [replace(each, indent=7, distractor=not each.distractor, feedback="SECRET") for each in form.lines]
            renamed_lines = tuple(replace(each, id=f"x{place}") for place, each in enumerate(reversed(others)))
            return replace(form, lines=renamed_lines, orders=(("x1", "x0"),), tried=1, total=9)
        case Matching():
            right = [replace(each, id=f"x{n}", feedback="SECRET") for n, each in enumerate(reversed(form.right))]
            return replace(form, right=tuple(right), key=tuple("x0" for _ in form.key))
        case OpenInput():
            return OpenInput((Point("x", "SECRET", SECRET),))
        case ProgramInput():
            checks = [replace(each, source="SECRET") if each.hidden else each for each in form.checks]
            attempts = (Attempt("SECRET", 1, "solution", "SECRET", SECRET),)
            return replace(form, checks=tuple(checks), attempts=attempts, setup="SECRET")


def with_other_keys(quiz: QuizProof) -> QuizProof:
    """A quiz that asks the same, and in which everything differs that says what is right."""
    blocks = []
    for block in quiz.blocks:
        variants = []
        for variant in block.variants[:1]:
            shown = variant.display
            if shown is not None and shown.input is not None:
                hidden: dict[str, Any] = {"answer": "SECRET", "solution": (Prose("SECRET"), Code("SECRET"))}
                hidden |= {
                    "evidence": SECRET,
                    "hints": ("SECRET",),
                    "belief": "SECRET",
                    "input": other_key(shown.input),
                }
                shown = replace(shown, **hidden)
            variants.append(replace(variant, display=shown, params={"SECRET": 1}))
        blocks.append(replace(block, variants=tuple(variants), answer="SECRET"))
    return replace(quiz, blocks=tuple(blocks), versions={"python": "SECRET"})


def contents(quizzes: tuple[QuizProof, ...]) -> dict[str, bytes]:
    """Every file of the pages of some quizzes."""
    return {file.path: file.make() for file in files_of(quizzes, "Exam")}


def test_pages_depend_on_nothing_that_says_what_is_right() -> None:
    """Of every way of answering: with other keys, feedback, evidence, hints and orders, each byte is the same."""
    quizzes = samples.bank().quizzes
    first, second = contents(quizzes), contents(tuple(map(with_other_keys, quizzes)))
    assert first == second
    assert not any(b"SECRET" in content for content in second.values())
    ways = {type(item.form) for each in items_of(quizzes).values() for item in each}
    assert len(ways) == 9
    # The question itself is there, and a change of it is seen.
    page = first["freezing-layers-pytorch-practice.html"].decode()
    assert "Which code freezes" in page
    prompts = {path: content for path, content in contents(tuple(map(asking_more, quizzes))).items() if path in first}
    assert prompts != first


def asking_more(quiz: QuizProof) -> QuizProof:
    """A quiz whose stems have one more sentence."""

    def more(display: Display | None) -> Display | None:
        return replace(display, prompt=(*display.prompt, Prose("And why?"))) if display else None

    blocks = (
        replace(block, variants=tuple(replace(each, display=more(each.display)) for each in block.variants))
        for block in quiz.blocks
    )
    return replace(quiz, blocks=tuple(blocks))


def test_no_file_has_what_only_marking_knows() -> None:
    """No attribute of the pages that mark, no catalogue, no search index, no structured data, no progress."""
    files = contents(samples.bank().quizzes)
    assert {Path(path).suffix for path in files} == {".html", ".css", ".js"}
    assert [path for path in files if path.endswith(".js")] == [path for path in files if "assets/sheet." in path]
    words = ("data-correct", "data-value", "data-accepted", "data-orders", "data-key", "data-known", "ld+json")
    for path, content in files.items():
        found = [word for word in (*words, "quizproofCatalogue", "evidence") if word in content.decode()]
        assert not found or path.endswith(".css"), (path, found)


def keyed(item: Item) -> Any:
    """A response to a question that is right, in the names of the page."""
    letters = page_names(item.quiz.id, item.block, item.form)
    match item.form:
        case Options(options=options, multiple=multiple):
            keys = [letters[option.id] for option in options if option.correct]
            return keys if multiple else keys[:1]
        case NumberInput(value=value):
            return str(value)
        case TextInput(accepted=accepted):
            return accepted
        case LineInput(correct=correct):
            return str(correct[0])
        case Blanks(blanks=blanks):
            return [blank.accepted[0] for blank in blanks]
        case Ordering(orders=orders):
            parts = [part.partition(":") for part in orders[0]]
            return [letters[name] + colon + level for name, colon, level in parts]
        case Matching(key=key):
            return [letters[id_] for id_ in key]
        case OpenInput():
            return "In my own words."
        case ProgramInput(attempts=attempts):
            return attempts[0].source


FILL = """
([question, response]) => {
  const form = document.querySelector(`[data-question="${question}"] form`);
  const given = [response].flat();
  if (["options", "line"].includes(form.dataset.form)) {
    for (const input of form.querySelectorAll(".control")) if (given.includes(input.value)) input.click();
  } else if (form.dataset.form === "order") {
    for (const line of given) {
      const [id, level] = line.split(":");
      form.querySelector(`[data-id="${id}"] [data-move=swap]`).click();
      for (let n = 0; n < Number(level || 0); n += 1) form.querySelector(`[data-id="${id}"] [data-move=in]`).click();
    }
  } else {
    form.querySelectorAll(".field").forEach((field, index) => { field.value = given[index]; });
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
"""


def test_a_learner_answers_and_hands_in(browser: Browser, tmp_path: Path) -> None:
    """Every way of answering in a real browser; what the page saves earns the full score."""
    quizzes = samples.bank().quizzes
    site = write_files(files_of(quizzes, "Exam"), tmp_path / "exam").out
    items = items_of(quizzes)
    ways = set()
    for quiz in (f"freezing-layers-pytorch-{mode}" for mode in ("practice", "experiment", "metrics")):
        with opened(browser, site / f"{quiz}.html", whole=False) as page:
            end = page.locator("#hand-in")
            for item in items[quiz]:
                page.evaluate(FILL, [item.block.id, keyed(item)])
            expect(end.locator(".tally")).to_have_text(f"{len(items[quiz])} of {len(items[quiz])} answered")
            end.get_by_role("button", name="Save the file").click()
            expect(end.locator(".complaint")).to_have_text("Type your name or number first.")
            page.get_by_label("Your name or number").fill("Ada Ł")
            page.reload()  # what was typed is kept
            expect(end.locator(".tally")).to_have_text(f"{len(items[quiz])} of {len(items[quiz])} answered")
            with page.expect_download() as download:
                end.get_by_role("button", name="Save the file").click()
            assert download.value.suggested_filename == f"{quiz}-Ada.json"
            download.value.save_as(tmp_path / "handed.json")
        found = read((tmp_path / "handed.json").read_bytes())
        assert (found.quiz, found.learner) == (quiz, "Ada Ł")
        for item in items[quiz]:
            marking = mark_one(item, found.responses[item.block.id], None)
            ways.add(type(item.form))
            expected = "unmarked" if isinstance(item.form, OpenInput) else "right"
            assert (item.block.id, marking.standing) == (item.block.id, expected), marking
    assert ways == {type(item.form) for each in items.values() for item in each}


def test_a_page_warns_of_what_is_open(browser: Browser, tmp_path: Path) -> None:
    site = write_files(files_of(samples.bank().quizzes, "Exam"), tmp_path / "exam").out
    with opened(browser, site / "freezing-layers-pytorch-practice.html", whole=False) as page:
        page.get_by_label("Your name or number").fill("Bob")
        button = page.get_by_role("button", name="Save the file")
        button.click()
        expect(page.locator("#hand-in .complaint")).to_contain_text(
            "6 of 6 questions are not answered. Press the button"
        )
        with page.expect_download() as download:
            button.click()
        download.value.save_as(tmp_path / "handed.json")
        assert read((tmp_path / "handed.json").read_bytes()).responses == {}
        page.set_viewport_size({"width": 360, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


# ---- response files

GOOD: dict[str, Any] = {
    "quizproof_responses": 1,
    "quiz": "exam",
    "learner": "ada",
    "begun": "2026-11-30T05:00:00Z",
    "handed_in": "2026-11-30T05:30:00Z",
    "responses": {"sum": {"asked": "x", "response": ["A"]}},
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quizproof_responses": 2}, "its version is 2, and this quizproof knows 1"),
        ({"learner": "  "}, "`learner` is empty"),
        ({"responses": {"sum": {"asked": "x"}}}, "`responses.sum` lacks `response`"),
        ({"responses": {"sum": {"asked": "x", "response": {}}}}, "`responses.sum.response` is of type dict"),
        ({"score": 1}, "it has an unknown key, `score`"),
        ({"handed_in": "yesterday"}, "`handed_in` is 'yesterday', not a time such as 2026-11-30T05:32:01Z"),
        ({"handed_in": "2026-11-30T05:30:00"}, "`handed_in` is '2026-11-30T05:30:00', not a time"),  # of which zone?
    ],
)
def test_what_is_no_response_file_is_refused(change: dict[str, Any], words: str) -> None:
    assert read(json.dumps(GOOD).encode()).responses == {"sum": GivenResponse("x", ("A",))}
    with pytest.raises(MalformedResponses) as refusal:
        read(json.dumps(GOOD | change).encode())
    assert words in str(refusal.value)


def test_what_is_nested_too_deeply_is_said_so() -> None:
    with pytest.raises(MalformedResponses, match="it is not JSON: its brackets are nested too deeply"):
        read(b"[" * 100_000)


def test_the_letter_of_an_option_can_be_a_text() -> None:
    """As other programs write it. A letter that the page does not show stays no answer, and is kept."""
    items = [each for quiz in items_of(samples.bank().quizzes).values() for each in quiz]
    item = next(each for each in items if isinstance(each.form, Options) and not each.form.multiple)
    fingerprint = item.asked.fingerprint
    marks = {
        choice.name: mark_one(item, GivenResponse(fingerprint, choice.name), None) for choice in item.asked.choices
    }
    assert sorted(each.standing for each in marks.values()) == ["right"] + ["wrong"] * (len(marks) - 1)
    assert not any(each.note for each in marks.values())
    for letter, found in marks.items():
        assert mark_one(item, GivenResponse(fingerprint, (letter,)), None) == found
    for response in ("Z", ("Z",)):
        found = mark_one(item, GivenResponse(fingerprint, response), None)
        assert (found.standing, found.response) == ("wrong", response)
        assert found.note == f"not an answer that can be marked: choose from {', '.join(marks)}"


def test_every_file_is_counted_once(tmp_path: Path) -> None:
    def hand_in(name: str, **fields: Any) -> None:
        (tmp_path / name).write_text(json.dumps(GOOD | fields), encoding="utf-8")

    hand_in("ada-first.json")
    hand_in("ada-second.json", learner=" ADA ", handed_in="2026-11-30T06:00:00Z")
    hand_in("ada-third.json", learner="Ada", handed_in="2026-11-30T06:45:00+01:00")  # 05:45 in UTC
    hand_in("ada-other.json", quiz="other")
    hand_in("bob.json", learner="bob")
    hand_in("bob-copy.json", learner="bob")
    hand_in("eve.json", learner="eve", quiz="gone")
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    entries = account([tmp_path, tmp_path / "bob.json"], {"exam": None, "other": None})
    assert [(entry.path.name, entry.fate) for entry in entries] == [
        ("ada-first.json", "doubled"),
        ("ada-other.json", "marked"),
        ("ada-second.json", "marked"),
        ("ada-third.json", "doubled"),
        ("bob-copy.json", "doubled"),
        ("bob.json", "marked"),
        ("eve.json", "malformed"),
        ("notes.txt", "malformed"),
    ]
    reasons = [entry.reason.partition(str(tmp_path))[0] for entry in entries if entry.reason]
    assert reasons == ["handed in before "] * 2 + ["the same as ", "the bank has no quiz `gone`", reasons[-1]]
    assert reasons[-1].startswith("it is not JSON")


def test_names_of_feedback_pages_differ() -> None:
    names = [file_name(learner, "exam") for learner in ("ada", "Ada B", "Ada-B", "李", "王", "../../x")]
    assert len(set(names)) == len(names)
    assert not any("/" in name or "." in name for name in names)


# ---- the commands

BANK = """\
quiz: exam
title: Exam
topic: basics
limits: {seconds: 2}
insight: {text: SECRET insight, rests_on: [sum]}
blocks:
  - id: sum
    kind: choice
    title: A sum
    prompt: Which comparison is true?
    setup: total = 0.1 + 0.2
    check: assert verdict is True
    options:
      - {code: verdict = total > 0.3, key: true, why: SECRET reason}
      - {code: verdict = total == 0.3, mistake: SECRET mistake}
      - {code: verdict = total < 0.3, mistake: SECRET error}
    hints: [SECRET hint]
    explanation: SECRET explanation
  - id: product
    kind: number
    prompt: What is 1,234 times 567?
    points: 3
    code: found = 1234 * 567
    value: found
    mistakes: [{value: 1801, mistake: "SECRET addition ![a sum](files/sum.png)"}]
  - id: double
    kind: write-code
    prompt: Double every item.
    setup: items = [1, 2]
    starter: |
      items
    solution: |
      items = [2 * item for item in items]
    checks:
      - {name: Doubled, code: "assert items == [2, 4]"}
    wrong:
      - {code: "items = items * 2", mistake: SECRET repetition}
"""

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""One pixel."""


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank, its lock, and its pages without keys."""
    folder = tmp_path_factory.mktemp("exam")
    (folder / "questions/files").mkdir(parents=True)
    (folder / "questions/files/sum.png").write_bytes(PICTURE)
    (folder / "questions/exam.yaml").write_text(BANK, encoding="utf-8")
    proved = quizproof("check", "--write-lock", "questions", cwd=folder)
    assert "refuted" not in proved.stdout, proved.stdout
    built = quizproof("build", "questions", "-o", "exam", "--no-key", "--locked", cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def respond(exam: Path) -> Callable[..., bytes]:
    """Writes a response file: responses by the ids of questions, with what an option shows for its letter."""
    page = (exam / "exam/exam.html").read_text(encoding="utf-8")
    asked = {
        part.split('"')[0]: part.split('data-asked="')[1].split('"')[0] for part in page.split('data-question="')[1:]
    }
    letters = {}
    for part in page.split('<li class="option">')[1:]:
        sign = next(sign for sign in ("&gt;", "==", "&lt;") if sign in part.split("</li>")[0])
        letters[sign] = part.split('value="')[1][0]

    def file(learner: str, handed_in: str = "2026-11-30T05:30:00Z", **responses: Any) -> bytes:
        given = {
            id_: {"asked": asked[id_], "response": [letters[response]] if id_ == "sum" else response}
            for id_, response in responses.items()
        }
        return json.dumps(GOOD | {"learner": learner, "handed_in": handed_in, "responses": given}).encode()

    return file


def written(folder: Path) -> str:
    """All that the files of a folder hold: as they are, and as readers see it."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".png"]
    raw = "\n".join(path.read_bytes().decode() for path in files)
    return raw + html.unescape(re.sub(r"<[^>]*>", "", raw))


def test_built_pages_have_no_secret(exam: Path) -> None:
    """Nor the key of a number, nor the solution; as they have the question and what learners may see."""
    words = ("SECRET", "699678", "2 * item for item in items", "items * 2")
    whole = written(exam / "exam")
    assert [word for word in words if word in whole] == []
    assert not [*(exam / "exam").rglob("*.png")]  # the one of the feedback
    assert "What is 1,234 times 567?" in whole
    assert "Doubled" in whole
    assert quizproof("build", "questions", "-o", "site", "--locked", cwd=exam).returncode == 0
    whole = written(exam / "site")
    assert [word for word in words if word in whole] == [*words]  # the same search finds all in pages that mark


def test_grade_marks_and_runs_programs(exam: Path, respond: Callable[..., bytes]) -> None:
    folder = exam / "handed-in"
    folder.mkdir()
    loop = "items = [n + n for n in items]  # nobody has run this"
    files = {
        "ada.json": respond("ada", sum="&gt;", product="699,678", double=loop),
        "bob.json": respond("bob", sum="==", product="1801", double="while True: pass"),
        "eve.json": respond("eve", sum="&lt;", double="items = 1 / 0"),
        "late.json": respond("ada", "2026-11-30T05:00:00Z", sum="=="),
        "broken.json": b'{"quizproof_responses": 1',
        "old.json": respond("old", sum="&gt;").replace(b'"asked": "', b'"asked": "0'),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    done = quizproof("grade", "handed-in", "-o", "marks.csv", "--feedback", "feedback", "-j", "2", cwd=exam)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "6 response files: 4 marked, 1 malformed, 1 doubled; 12 marks in marks.csv"
    assert "  malformed  handed-in/broken.json: it is not JSON" in done.stdout
    assert "  doubled    handed-in/late.json: handed in before handed-in/ada.json, which counts" in lines
    with (exam / "marks.csv").open(encoding="utf-8", newline="") as stream:
        marks = {(row["learner"], row["question"]): row for row in csv.DictReader(stream)}
    found = {key: (row["standing"], row["score"]) for key, row in marks.items()}
    assert found["ada", "sum"] == found["ada", "product"] == found["ada", "double"] == ("right", "1.0")
    assert found["bob", "sum"] == found["bob", "product"] == ("wrong", "0.0")
    assert found["bob", "double"] == ("wrong", "0.0")
    assert found["eve", "product"] == ("unanswered", "0.0")
    assert found["eve", "double"] == ("wrong", "0.0")
    assert found["old", "sum"] == ("unmarked", "")
    assert marks["old", "sum"]["note"] == "the question has changed since the page was built"
    assert json.loads(marks["bob", "sum"]["response"]) == ["b"]  # in the author's names
    assert len(read_marks([exam / "marks.csv"])) == 11  # what `analyse` reads: all but the unmarked one
    pages = {path.name: path.read_text(encoding="utf-8") for path in (exam / "feedback").iterdir()}
    assert set(pages) == {f"{name}-exam.html" for name in ("ada", "bob", "eve", "old")}
    assert {row["question"]: row["points"] for row in marks.values()} == {
        "sum": "1.0",
        "product": "3.0",
        "double": "1.0",
    }
    assert "5 of 5" in pages["ada-exam.html"]
    assert "SECRET mistake" in pages["bob-exam.html"]
    assert 'SECRET addition <em class="image">a sum</em>' in pages["bob-exam.html"]
    assert "verdict = total == 0.3" in pages["bob-exam.html"]
    assert not (exam / "marks.csv.unfinished").exists()


def test_grade_as_json_accounts_for_every_file(exam: Path, respond: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "ada.json").write_bytes(respond("=ada", sum="&gt;"))
    done = quizproof("grade", tmp_path, "-o", tmp_path / "marks.json", cwd=exam)
    assert done.returncode == 0, done.stderr
    data = json.loads((tmp_path / "marks.json").read_text(encoding="utf-8"))
    assert [(each["learner"], each["question"], each["score"]) for each in data["marks"]] == [
        ("=ada", "sum", 1.0),
        ("=ada", "product", 0.0),
        ("=ada", "double", 0.0),
    ]
    assert data["files"] == [{"file": str(tmp_path / "ada.json"), "fate": "marked", "reason": ""}]
    assert quizproof("grade", tmp_path / "none", "-o", "x.csv", cwd=exam).returncode == 2


def test_no_response_is_lost(exam: Path, respond: Callable[..., bytes], tmp_path: Path) -> None:
    """Neither one to a question that the bank no longer has, nor one to a question that is not proven here."""
    shutil.copytree(exam / "questions/files", tmp_path / "questions/files")
    blocks = BANK.partition("  - id: double")
    (tmp_path / "questions/exam.yaml").write_text(blocks[0], encoding="utf-8")
    (tmp_path / "ada.json").write_bytes(respond("ada", sum="&gt;", double="items = [2, 4]"))
    done = quizproof("grade", "ada.json", "-o", "marks.json", "--feedback", "feedback", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    marks = json.loads((tmp_path / "marks.json").read_text(encoding="utf-8"))["marks"]
    assert [(each["question"], each["standing"], each["note"]) for each in marks] == [
        ("sum", "right", ""),
        ("product", "unanswered", ""),
        ("double", "unmarked", "the bank has no such question"),
    ]
    assert "1 of 4" in (tmp_path / "feedback/ada-exam.html").read_text(encoding="utf-8")
    refuted = blocks[0].replace("total > 0.3, key: true", "total > 0.4, key: true")
    (tmp_path / "questions/exam.yaml").write_text(refuted, encoding="utf-8")
    done = quizproof("grade", "ada.json", "-o", "marks.json", cwd=tmp_path)
    assert done.returncode == 3
    assert "`sum` is not proven here, so it cannot be marked; `quizproof check` says why" in done.stderr


def test_two_thousand_responses_killed_in_the_middle(exam: Path, respond: Callable[..., bytes], tmp_path: Path) -> None:
    """Of 2,000 files 1 % are malformed. After the kill the same command goes on, and the result is the same."""
    draw = random.Random(15)
    folder = tmp_path / "handed-in"
    folder.mkdir()
    for number in range(2000):
        chosen = draw.choice(("&gt;", "==", "&lt;"))
        content = respond(f"l{number:04}", sum=chosen, product=str(draw.choice((699678, 1801))))
        (folder / f"{number:04}.json").write_bytes(content[:-9] if number % 100 == 7 else content)
    command = [sys.executable, "-c", "from quizproof_renderers.cli.main import main; main()", "grade", str(folder)]
    journal = tmp_path / "killed.csv.unfinished"
    running = subprocess.Popen(
        [*command, "-o", str(tmp_path / "killed.csv")], cwd=exam, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    patience = time.monotonic() + 120
    while not journal.exists() or journal.read_bytes().count(b"\n") < 300:
        assert time.monotonic() < patience
        assert running.poll() is None, "it was done before it could be killed"
        time.sleep(0.002)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert not (tmp_path / "killed.csv").exists()
    before = journal.read_bytes().count(b"\n")
    assert 300 <= before < 1900
    done = quizproof("grade", folder, "-o", tmp_path / "killed.csv", cwd=exam)
    assert done.stdout.startswith("2,000 response files: 1,980 marked, 20 malformed; 5,940 marks in")
    whole = quizproof("grade", folder, "-o", tmp_path / "whole.csv", cwd=exam)
    assert Counter(line.split()[0] for line in whole.stdout.splitlines()[1:]) == {"malformed": 20}
    assert (tmp_path / "killed.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not journal.exists()


def test_a_journal_of_another_bank_is_not_believed(exam: Path, respond: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "ada.json").write_bytes(respond("ada", sum="&gt;"))
    journal = tmp_path / "marks.csv.unfinished"
    journal.write_text('{"bank": "another"}\n{"file": "x", "rows": []}\nhalf a li', encoding="utf-8")
    assert quizproof("grade", tmp_path / "ada.json", "-o", tmp_path / "marks.csv", cwd=exam).returncode == 0
    assert "ada,exam,sum,choice" in (tmp_path / "marks.csv").read_text(encoding="utf-8")
    assert not journal.exists()


def test_marking_agrees_with_the_engine() -> None:
    """A response in the names of the page earns what the same earns in the author's names."""
    for each in items_of(samples.bank().quizzes).values():
        for item in each:
            if isinstance(item.form, OpenInput):
                continue
            response = keyed(item)
            given = GivenResponse(item.asked.fingerprint, tuple(response) if isinstance(response, list) else response)
            marking = mark_one(item, given, None)
            assert marking.response is not None
            assert (marking.score, mark(item.form, marking.response).score) == (1, 1), item.block.id
