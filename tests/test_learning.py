"""What follows from a learner's answers: statistics, reviews by FSRS, mastery, and the next quiz."""

from __future__ import annotations

import io
import json
import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsrs
import pytest

from helpers import samples
from helpers.attempt_writers import event
from helpers.processes import quizproof
from quizproof.loading.load import load_bank
from quizproof_renderers.attempts.agenda import agenda, to_ask
from quizproof_renderers.attempts.event import Event
from quizproof_renderers.attempts.exchange import formats, site_progress
from quizproof_renderers.attempts.history import current, missed
from quizproof_renderers.attempts.schedule import Review, reviews
from quizproof_renderers.attempts.statistics import chosen, statistics
from quizproof_renderers.attempts.statistics_text import write
from quizproof_renderers.attempts.store import AttemptStore
from test_attempts import BANK
from test_flow import FSRS

DAY = 86_400_000
START = 1_796_000_000_000
MOMENT = datetime.fromtimestamp(START / 1000, UTC)


def answered(uid: str, score: float | None, day: float = 0, **fields: object) -> Event:
    """An answer so many days after the start."""
    standing = "unmarked" if score is None else "right" if score == 1 else "partly" if score else "wrong"
    return event(uid, at=START + round(day * DAY), **{"score": score, "standing": standing, **fields})


# ---- history


def test_answers_to_another_edition_do_not_count() -> None:
    old, unknown, new = answered("a", 0, edition="1"), answered("b", 0, edition=""), answered("c", 1, edition="2")
    other = answered("d", 0, question="other", edition="1")
    assert current([old, unknown, new, other]) == (unknown, new, other)
    assert current([old, unknown], {("python-floats", "sum-of-tenths"): "2"}) == (unknown,)


def test_what_was_missed_is_what_was_last_not_right() -> None:
    events = [
        answered("a", 0, 0, question="fixed"),
        answered("b", 0.5, 1, question="half"),
        answered("c", 1, 2, question="fixed"),
        answered("d", 1, 3, question="lost"),
        answered("e", 0, 4, question="lost"),
        answered("f", None, 5, question="lost"),  # which says nothing
        answered("g", None, 5, question="never"),
    ]
    assert missed(events) == (("python-floats", "lost"), ("python-floats", "half"))


# ---- statistics


def test_statistics_of_a_small_table() -> None:
    events = [
        answered("a", 1, 0, topic="t", kind="choice", seconds=10, session="1", confidence="sure"),
        answered("b", 0, 0, topic="t", kind="number", question="b", seconds=20, session="1", confidence="sure"),
        answered("c", 1, 0, topic="t", kind="number", question="b", session="1", tries=2, hints=1),
        answered("d", 0.5, 3, topic="u", kind="choice", question="d", seconds=5, session="2", confidence="guess"),
        answered("e", None, 3, topic="u", kind="choice", question="e", session="2"),
        answered("f", 0, -30, topic="u", kind="choice", question="d", edition="old", session="0"),
    ]
    events.sort(key=lambda each: each.at)
    found = statistics(events)
    assert (found.total.answers, found.total.questions, found.total.score, found.total.seconds) == (5, 4, 0.5, 35)
    assert (found.sessions, found.unmarked, found.outdated) == (2, 1, 1)
    assert [(each.name, each.answers, each.score) for each in found.topics] == [("t", 3, 0.5), ("u", 2, 0.5)]
    # The second try after a hint counts as an answer, and not for the score.
    assert [(each.name, each.answers, each.score) for each in found.kinds] == [("number", 2, 0), ("choice", 3, 0.75)]
    assert [(each.name, each.score) for each in found.confidences] == [("sure", 0.5), ("guess", 0.5)]
    assert found.step == "day"
    assert [each.answers for each in found.time] == [3, 0, 0, 2]
    assert json.loads(json.dumps(found.to_json()))["topics"][0]["name"] == "t"


@pytest.mark.parametrize(("days", "step", "count"), [(13, "day", 14), (14, "week", 3), (200, "month", 8)])
def test_time_is_cut_into_steps_without_gaps(days: int, step: str, count: int) -> None:
    found = statistics([answered("a", 1), answered("b", 1, days)])
    assert (found.step, len(found.time)) == (step, count)
    assert sum(each.answers for each in found.time) == 2


def test_an_answer_counts_for_every_tag() -> None:
    events = [answered("a", 1, tags=("x", "y")), answered("b", 0, tags=("y",)), answered("c", 0)]
    found = statistics(events)
    assert [(each.name, each.answers, each.score) for each in found.tags] == [("y", 2, 0.5), ("x", 1, 1)]
    assert [each.uid for each in chosen(events, None, tag="x")] == ["a"]


def test_only_what_is_asked_for_is_counted() -> None:
    events = [answered("a", 1, topic="t"), answered("b", 0, 9, topic="t"), answered("c", 0, 9, topic="u")]
    assert [each.uid for each in chosen(events, events[1].day, topic="t")] == ["b"]
    assert [each.uid for each in chosen(events, None, topic="t", kind=None)] == ["a", "b"]


@pytest.mark.parametrize("width", ["40", "60", "100"])
def test_no_line_of_the_tables_is_too_long(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    events = [answered(str(n), n % 2, n, topic=f"a-rather-long-topic-{n}" * 2, seconds=4000) for n in range(20)]
    stream = io.StringIO()
    write(statistics(events), stream)
    lines = stream.getvalue().splitlines()
    assert max(map(len, map(str.rstrip, lines))) <= int(width)
    assert sum("50 %" in line or "100 %" in line or " 0 %" in line for line in lines) > 20


def test_stats_in_a_terminal_without_blocks(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    done = quizproof("stats", cwd=tmp_path, QUIZPROOF_DATA=data)
    assert (done.returncode, done.stderr) == (0, "quizproof: no answers are kept; start with `quizproof take`\n")
    with AttemptStore(tmp_path / "data/attempts.sqlite3") as store:
        store.add([answered("a", 1, topic="one"), answered("b", 0, topic="two", question="other")])
    done = quizproof("stats", cwd=tmp_path, python=sys.executable, QUIZPROOF_DATA=data, PYTHONIOENCODING="ascii")
    assert done.stdout.startswith("2 answers to 2 questions, 1 session, 20")
    assert "Mean score of first tries: 50 %" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["one", "1", "#" * 20, "100", "%"] in rows
    assert ["two", "1", "." * 20, "0", "%"] in rows
    done = quizproof("stats", "--topic", "one", "--format", "json", cwd=tmp_path, QUIZPROOF_DATA=data)
    assert json.loads(done.stdout)["total"] == {"name": "", "answers": 1, "questions": 1, "score": 1, "seconds": 0}
    done = quizproof("stats", "--since", "2100-01-01", cwd=tmp_path, QUIZPROOF_DATA=data)
    assert done.stderr == "quizproof: no answers are kept that match\n"
    for wrong in ("2026-13-01", "yesterday", "20261130"):
        done = quizproof("stats", "--since", wrong, cwd=tmp_path, QUIZPROOF_DATA=data)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"'{wrong}' is not a date; write a date such as 2026-11-30" in done.stderr


# ---- reviews


def scheduled(events: list[Event]) -> fsrs.Card:
    """The card of a question as the package itself computes it."""
    scheduler = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = fsrs.Card(card_id=1)
    for each in events:
        help_ = each.hints or each.tries > 1
        rating = fsrs.Rating.Again if each.standing != "right" else fsrs.Rating.Hard if help_ else fsrs.Rating.Good
        card, _ = scheduler.review_card(card, rating, datetime.fromtimestamp(each.at / 1000, UTC))
    return card


def test_the_schedule_is_that_of_the_package() -> None:
    draw = random.Random(15)
    scheduler = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    for _ in range(100):
        day, events = 0.0, []
        for number in range(draw.randrange(1, 9)):
            day += draw.choice((0.01, 1, 2.5, 20))
            score = draw.choice((0, 0.5, 1, 1, 1))
            events.append(answered(str(number), score, day, hints=draw.choice((0, 0, 1)), tries=draw.choice((1, 1, 2))))
        card = scheduled(events)
        moment = MOMENT + timedelta(days=day + draw.randrange(50))
        (found,) = reviews(events, moment)
        assert found.due == card.due
        assert found.recall == scheduler.get_card_retrievability(card, moment)
        assert found.right == (events[-1].standing == "right")


def test_the_terminal_and_the_site_have_one_schedule() -> None:
    """The intervals to which `schedule.js` is held by its own test."""
    for steps, interval in FSRS:
        at, events = 0.0, []
        for number, (days, grade) in enumerate(steps):
            at += days + 60 / 86_400
            events.append(answered(str(number), float(grade > 1), at, hints=int(grade == 2)))
        (found,) = reviews(events, MOMENT)
        assert found.due - datetime.fromtimestamp(events[-1].at / 1000, UTC) == timedelta(days=interval), steps


def test_what_says_nothing_is_not_scheduled() -> None:
    assert reviews([answered("a", None)], MOMENT) == ()
    changed = [answered("a", 0, -90, edition="1"), answered("b", 1, 0, edition="2")]
    assert reviews(changed, MOMENT)[0].due == scheduled(changed[1:]).due


def test_without_the_package_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "fsrs.py").write_text("raise ModuleNotFoundError('fsrs')", encoding="utf-8")
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions/floats.yaml").write_text(BANK, encoding="utf-8")
    done = quizproof("review", cwd=tmp_path, python=sys.executable, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'quizproof: `review` needs fsrs; pip install "quizproof[review]"\n'


def test_agenda_of_a_bank(tmp_path: Path) -> None:
    """What is due, mastery per topic, and the next quiz: what was begun and is least mastered."""
    for name, topic in (("floats", "basics"), ("more", "basics"), ("strange", "other")):
        text = BANK.replace("quiz: floats", f"quiz: {name}").replace("topic: basics", f"topic: {topic}")
        (tmp_path / f"{name}.yaml").write_text(text.replace("id: ", f"id: {name}-"), encoding="utf-8")
    bank = load_bank([tmp_path])
    nothing = agenda([], bank, MOMENT)
    assert nothing.standing.next_quiz
    assert (nothing.due, nothing.later, nothing.standing.next_quiz.name) == ((), (), "floats")
    common = {"quiz": "more", "topic": "basics"}
    events = [
        answered("a", 1, -50, question="more-sum", **common),
        answered("b", 0, -2, question="more-half", **common),
        answered("c", 1, -1, question="more-half", **common),
        answered("d", 1, -9, quiz="gone", question="gone"),  # which the bank no longer has
    ]
    found = agenda(sorted(events, key=lambda each: each.at), bank, MOMENT)
    assert [review.key for review in found.due] == [("more", "more-sum")]
    assert [review.key for review in found.later] == [("more", "more-half")]
    basics, other = found.standing.topics
    recall = sum(review.recall for review in (*found.due, *found.later))
    assert (basics.name, basics.questions, basics.answered, basics.right) == ("basics", 4, 2, 2)
    assert basics.share == pytest.approx(recall / 4)
    assert (other.questions, other.answered, other.share) == (2, 0, 0)
    assert found.standing.next_quiz
    assert found.standing.next_quiz.name == "floats"  # every question of `more` was answered right
    assert agenda(events, bank, MOMENT, topic="other").due == ()
    data = json.loads(json.dumps(found.to_json()))
    assert (data["next_quiz"], data["due"][0]["question"], len(data["topics"])) == ("floats", "more-sum", 2)


def test_a_review_draws_another_variant() -> None:
    """And keeps the order in which questions are due, quiz by quiz, without what is about the whole quiz."""
    report = samples.bank()
    (quiz,) = (each for each in report.quizzes if sum(len(block.variants) > 1 for block in each.blocks))
    several = next(block for block in quiz.blocks if len(block.variants) > 1)
    single = next(block for block in quiz.blocks if len(block.variants) == 1 and not block.exhibit)
    due = [Review((quiz.id, block.id), "", "", MOMENT, 0.5, True, 0) for block in (single, several)]
    (asked,) = to_ask(report.quizzes, due)
    assert [block.id for block in asked.blocks] == [single.id, several.id]
    assert asked.blocks[0].variants == single.variants
    assert asked.blocks[1].variants == several.variants[1:]
    assert asked.header
    assert (asked.header.intro, asked.header.insight) == ("", None)
    assert [block.id for block in to_ask(report.quizzes, due[::-1])[0].blocks] == [several.id, single.id]


def test_review_asks_what_is_due_and_keeps_the_answers(tmp_path: Path) -> None:
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions/floats.yaml").write_text(BANK, encoding="utf-8")
    data = str(tmp_path / "data")

    def review(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        done = quizproof("review", *arguments, cwd=tmp_path, stdin=stdin, QUIZPROOF_DATA=data)
        return done.returncode, done.stdout, done.stderr

    assert review()[2] == "quizproof: no answers to questions of this bank are kept; start with `quizproof take`\n"
    with AttemptStore(tmp_path / "data/attempts.sqlite3") as store:
        store.add([answered("a", 0, -9, quiz="floats", question="half", topic="basics", kind="number", edition="")])
    code, shown, _ = review("--list")
    assert code == 0
    assert shown.startswith("1 question due now, 0 later.\n")
    assert "half" in shown
    code, shown, _ = review("--plain", stdin="2.5\n")
    assert code == 0
    assert "What is the half of 5?" in shown  # not that of 3, which was asked last
    assert "Which comparison" not in shown
    assert "Nothing is due. The next of 1 question is due" in shown
    assert shown.endswith("  quizproof take floats\n")
    with AttemptStore(tmp_path / "data/attempts.sqlite3") as store:
        assert [(each.source, each.variant, each.score) for each in store.events()][1:] == [("review", 1, 1)]
    assert json.loads(review("--format", "json")[1])["due"] == []
    assert review("--topic", "basic")[2] == "quizproof: there is no topic `basic`; did you mean `basics`?\n"


# ---- what was skipped


def test_a_skipped_question_counts_as_skipped_and_as_nothing_else() -> None:
    """It is neither missed nor due, it hides no earlier answer, and no page hears of it."""
    skipped = answered("s", None, 2, standing="skipped", response="", question="half")
    events = [answered("a", 0, 0, question="half"), answered("b", 1, 1, question="right"), skipped]
    assert missed(events) == missed(events[:2]) == (("python-floats", "half"),)
    assert reviews(events, MOMENT) == reviews(events[:2], MOMENT)
    found, without = statistics(events), statistics(events[:2])
    assert (found.skipped, without.skipped) == (1, 0)
    assert replace(found, skipped=0) == without
    stream = io.StringIO()
    write(found, stream)
    assert "1 question skipped." in stream.getvalue()
    assert site_progress.write(events) == site_progress.write(events[:2])
    for format_ in ("jsonl", "csv"):
        assert formats.read("".join(formats.write(events, format_)), 0, {}) == tuple(events)


def test_take_keeps_what_was_skipped(tmp_path: Path) -> None:
    """In a self-test, once per skip; in an exam nothing is skipped before the end."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions/floats.yaml").write_text(BANK, encoding="utf-8")
    data = str(tmp_path / "data")
    done = quizproof("take", "--plain", "--seed", "1", cwd=tmp_path, stdin="s\n0.5\n", QUIZPROOF_DATA=data)
    assert "Skipped." in done.stdout, done.stdout + done.stderr
    exported = quizproof("attempts", "export", cwd=tmp_path, QUIZPROOF_DATA=data).stdout
    kept = [json.loads(line) for line in exported.splitlines()]
    assert len(kept) == 2
    assert (kept[0]["standing"], kept[0]["score"], kept[0]["response"]) == ("skipped", None, "")
    assert "1 question skipped." in quizproof("stats", cwd=tmp_path, QUIZPROOF_DATA=data).stdout
    quizproof("take", "--plain", "--exam", cwd=tmp_path, stdin="s\ns\n", QUIZPROOF_DATA=data)
    again = quizproof("attempts", "export", cwd=tmp_path, QUIZPROOF_DATA=data).stdout
    assert again == exported
