"""Attempts that are taken elsewhere and back: JSON lines, CSV, and the progress file of the site in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect

from helpers import samples
from helpers.attempt_writers import event
from helpers.processes import quizproof
from helpers.replay import expected, opened, responses
from quizproof_renderers.attempts.event import Event, MalformedEvent
from quizproof_renderers.attempts.exchange import formats
from quizproof_renderers.attempts.recorder import Recorder
from quizproof_renderers.attempts.store import AttemptStore
from quizproof_renderers.site.build import build_site
from quizproof_renderers.terminal.record import Marked
from test_text import ANY_TEXT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from quizproof_renderers.attempts.exchange.formats import Format

SAMPLES = (
    event("a", tags=("x", "y"), response="=1+1", options=(), seconds=0.5, confidence="guess", tries=2, hints=1),
    event("b", title='A "sum", of\ntenths', response=("b", "c"), score=1 / 3, standing="partly"),
    event("c", response="print('x')\r\n\u2028\x85ü", score=None, standing="unmarked", topic="", kind="", edition=""),
)
PRACTICE = "freezing-layers/freezing-layers-pytorch-practice"
"""The page of a quiz in the sample bank."""


def written(events: tuple[Event, ...], format_: Format) -> str:
    """The text of a file."""
    return "".join(formats.write(events, format_))


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_events_survive_a_file(format_: Format) -> None:
    assert formats.read(written(SAMPLES, format_), 0, {}) == SAMPLES
    assert formats.read("\ufeff" + written(SAMPLES, format_), 0, {}) == SAMPLES  # as spreadsheets write it
    assert formats.read(written((), format_), 0, {}) == ()


@given(text=ANY_TEXT, other=st.lists(ANY_TEXT, max_size=3))
def test_any_text_survives_a_file(text: str, other: list[str]) -> None:
    try:
        text.encode()
        "".join(other).encode()
    except UnicodeEncodeError:
        return  # half a character cannot be typed
    events = (event("a", response=text), event("b", response=tuple(other)))
    for format_ in ("jsonl", "csv"):
        assert formats.read(written(events, format_), 0, {}) == events


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (written(SAMPLES[:2], "jsonl") + "{}\n", "line 3: event lacks `at`"),
        (written(SAMPLES[:1], "jsonl") + "{broken\n", "line 2 is not JSON"),
        (written(SAMPLES[:1], "csv").replace("wrong", "great"), "line 2: `standing` is 'great', not one of"),
        (
            written(SAMPLES[:1], "csv").replace(",uid", "").replace("uid,", "id,"),
            "the first row of a table of attempts",
        ),
        (written(SAMPLES[:1], "csv").replace('"""=1+1"""', "=1+1"), "line 2: a cell cannot be read"),
        ("[1]", "the first row of a table of attempts"),
        ('{"quizproof": 2, "quizzes": {}}', "a progress file of version 2, and this quizproof knows 1"),
        ('{"quizproof": 1, "quizzes": {"a": {"b": {"variant": 0}}}}', "`quizzes.a.b` lacks `response`"),
        ('{"quizproof": 1}', "not a progress file of the site: it lacks `quizzes`"),
        ('{"quizproof"', "not JSON"),
    ],
)
def test_what_cannot_be_read_is_named(content: str, words: str) -> None:
    with pytest.raises(MalformedEvent) as refusal:
        formats.read(content, 0, {})
    assert words in str(refusal.value)


def test_an_import_takes_all_or_nothing_and_each_event_once(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    (tmp_path / "sound.jsonl").write_text(written(SAMPLES, "jsonl"), encoding="utf-8", newline="")
    (tmp_path / "broken.csv").write_text("uid\n", encoding="utf-8")
    done = quizproof("attempts", "import", "sound.jsonl", "broken.csv", cwd=tmp_path, QUIZPROOF_DATA=data)
    assert (done.returncode, done.stdout) == (2, "")
    assert "broken.csv cannot be imported: the first row of" in done.stderr
    assert done.stderr.endswith("; nothing was imported\n")
    assert quizproof("attempts", "export", cwd=tmp_path, QUIZPROOF_DATA=data).stdout == ""
    for said in ("3 answers imported\n", "0 answers imported, 3 were known\n"):
        done = quizproof("attempts", "import", "sound.jsonl", cwd=tmp_path, QUIZPROOF_DATA=data)
        assert (done.returncode, done.stdout) == (0, said)
    done = quizproof("attempts", "export", "--format", "csv", "-o", "out.csv", cwd=tmp_path, QUIZPROOF_DATA=data)
    assert (done.returncode, done.stderr) == (0, "quizproof: 3 answers written to out.csv\n")
    assert formats.read((tmp_path / "out.csv").read_bytes().decode(), 0, {}) == SAMPLES


def test_an_answer_that_comes_back_from_the_site_counts_once(tmp_path: Path) -> None:
    """The site's file has the last answer to each question, and no uid: one that is kept is known, another is new."""
    data = str(tmp_path / "data")

    def run(*arguments: str) -> str:
        done = quizproof("attempts", *arguments, cwd=tmp_path, QUIZPROOF_DATA=data)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    with AttemptStore(tmp_path / "data/attempts.sqlite3") as store:
        store.add([*SAMPLES, event("d", at=1_796_000_000_000, response=("c",)), event("e", question="other")])
    said = "quizproof: 2 answers written to p.json: the last one to each question\n"
    assert run("export", "--format", "site", "-o", "p.json") == said
    assert run("import", "p.json") == "0 answers imported, 2 were known\n"
    sent = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    sent["quizzes"]["python-floats"]["other"]["response"] = ["a"]
    (tmp_path / "q.json").write_text(json.dumps(sent), encoding="utf-8")
    for said in ("1 answer imported, 1 was known\n", "0 answers imported, 2 were known\n"):
        assert run("import", "q.json") == said
    # What was answered in between makes no old answer new.
    with AttemptStore(tmp_path / "data/attempts.sqlite3") as store:
        store.add([event("f", question="other", at=1_796_000_000_001, response=("c",))])
        assert len(store.events()) == 7
    assert run("import", "p.json", "q.json") == "0 answers imported, 4 were known\n"
    # Where nothing is kept, a file of the site beside one that has the same answer adds none.
    run("export", "-o", "all.jsonl")
    run("delete", "--all", "--yes")
    assert run("import", "p.json", "all.jsonl") == "7 answers imported, 2 were known\n"


def test_delete_asks_first(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    with AttemptStore(tmp_path / "data/attempts.sqlite3") as store:
        store.add(SAMPLES)
        store.add([event("d", question="other")])

    def delete(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        done = quizproof("attempts", "delete", *arguments, cwd=tmp_path, stdin=stdin, QUIZPROOF_DATA=data)
        return done.returncode, done.stdout, done.stderr

    assert delete() == (2, "", "quizproof: say what to delete: `--quiz ID`, `--question ID`, or `--all`\n")
    assert delete("--all", "--quiz", "python-floats")[0] == 2
    assert delete("--question", "othr") == (0, "", "quizproof: there are no such answers\n")
    code, _, said = delete("--question", "other", stdin="n\n")
    assert (code, said.endswith("nothing was deleted\n")) == (0, True)
    assert delete("--question", "other", stdin="y\n")[:2] == (0, "1 answer deleted\n")
    assert delete("--all", "--yes")[:2] == (0, "3 answers deleted\n")


def test_progress_goes_to_the_site_and_back(browser: Browser, tmp_path: Path) -> None:
    """Of every way of answering: the page gives the same marks, and its export is read as the same answers."""
    report = samples.bank()
    site = build_site(report, tmp_path / "site").out
    (quiz,) = (quiz for quiz in report.quizzes if quiz.id in PRACTICE)
    with AttemptStore(tmp_path / "attempts.sqlite3") as store:
        recorder = Recorder(store, [quiz], "take")
        for number, block in enumerate(quiz.blocks):
            display = block.variants[0].display
            if display is None or display.input is None:
                continue
            # Of every second question another response than the key.
            given = [each for each in responses(display) if isinstance(expected(display, each), (int, float))]
            response = given[min(number % 2 * 2, len(given) - 1)]
            score = expected(display, response)
            assert isinstance(score, (int, float))
            recorder(Marked(block.id, quiz.id, block.variants[0].params, response, score, score == 1, 0, 3, 0))
        kept = store.events()
        assert not recorder.failure
    assert {each.standing for each in kept} >= {"right", "wrong"}
    (tmp_path / "progress.json").write_text(written(kept, "site"), encoding="utf-8")
    with opened(browser, site / "index.html") as page:
        page.get_by_label("Import progress").set_input_files(tmp_path / "progress.json")
        expect(page.locator(".keep .notice")).to_have_text("Imported your progress in 1 quiz.")
        page.goto((site / f"{PRACTICE}.html").as_uri())
        shown: dict[str, Any] = page.locator("[data-question]").evaluate_all(
            "all => Object.fromEntries(all.map((each) => [each.dataset.question, each.querySelector('.variant')])"
            ".map(([id, variant]) => [id, variant.matches('.answered') ? Number(variant.dataset.score) : null]))"
        )
        assert shown == {each.question: each.score for each in kept}
        page.goto((site / "index.html").as_uri())
        with page.expect_download() as download:
            page.get_by_role("button", name="Export progress").click()
        download.value.save_as(tmp_path / "back.json")
    known = {(each.quiz, each.question): (each.topic, each.kind, each.title) for each in kept}
    back = formats.read((tmp_path / "back.json").read_text(encoding="utf-8"), 77, known)

    def answers(events: tuple[Event, ...]) -> list[tuple[object, ...]]:
        return sorted(
            (
                each.quiz,
                each.question,
                each.topic,
                each.kind,
                each.edition,
                each.standing,
                str(each.response),
                each.score,
            )
            for each in events
        )

    assert answers(back) == answers(kept)
    assert {(each.at, each.source) for each in back} == {(77, "site")}
    again = formats.read((tmp_path / "back.json").read_text(encoding="utf-8"), 99, {})
    assert [each.uid for each in again] == [each.uid for each in back]  # it is the same file, whenever it is read


def test_what_the_site_never_ran_is_unmarked() -> None:
    """And what a learner has marked has that mark; of old answers, without scores, it is all or nothing."""
    run = {"earned": 1, "of": 2, "parts": [True, False]}
    answers = {
        "never-run": {"variant": 0, "response": "x", "right": False, "unrun": True},
        "run-live": {"variant": 0, "response": ["x"], "right": False, "unrun": True, "ran": run, "score": 0.5},
        "own-mark": {"variant": 0, "response": ["x", "y"], "right": False, "unrun": True, "own": ["x"], "score": 0.5},
        "old": {"variant": 1, "response": ["a"], "right": True},
        "peeked": {"variant": 0, "response": "3", "right": True, "score": 0.75, "hints": 1, "peeked": True},
    }
    found = formats.read(json.dumps({"quizproof": 1, "quizzes": {"quiz": answers}}), 0, {})
    assert [(each.question, each.standing, each.score, each.hints) for each in found] == [
        ("never-run", "unmarked", None, 0),
        ("run-live", "partly", 0.5, 0),
        ("own-mark", "partly", 0.5, 0),
        ("old", "right", 1, 0),
        ("peeked", "right", 0.75, 2),
    ]
