"""Item analysis: formulas against tables computed by hand, planted faults that must be found, and every input."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import statistics
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from helpers.attempt_writers import event
from helpers.learners import FAULTY, OPTIONS, SOUND, Item, simulate
from helpers.processes import quizproof
from helpers.replay import opened
from quizproof.errors import UsageError
from quizproof_renderers.analysis import formulas, report_data, report_html, report_text
from quizproof_renderers.analysis.flags import MIN_LEARNERS, flags_of
from quizproof_renderers.analysis.items import QuizFigures, analyse
from quizproof_renderers.analysis.marks import MarkRow
from quizproof_renderers.analysis.reading import read
from quizproof_renderers.attempts.exchange import formats
from quizproof_renderers.attempts.store import AttemptStore
from test_attempts import BANK

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from quizproof_renderers.attempts.exchange.formats import Format

LADDER = ((1, 1, 1, 1), (1, 1, 1, 0), (1, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 0))
"""Five learners and four questions. By hand: the variances of the questions are 0.2, 0.3, 0.3 and 0.2, that of the
totals 4, 3, 2, 1 and 0 is 2.5, so alpha is 4 / 3 * (1 - 1 / 2.5) = 0.8."""


def rows(table: tuple[tuple[float, ...], ...]) -> list[MarkRow]:
    """The marks of a table with a row per learner."""
    return [
        MarkRow(f"l{learner}", "quiz", f"q{place}", "number", str(score), (), score)
        for learner, scores in enumerate(table)
        for place, score in enumerate(scores)
    ]


def simulated(learners: int = 200, seed: int = 1, items: tuple[Item, ...] = (*SOUND, *FAULTY)) -> QuizFigures:
    """The figures of simulated learners."""
    (quiz,) = analyse(simulate(items, learners, seed))
    return quiz


# ---- formulas


def test_a_table_computed_by_hand() -> None:
    (quiz,) = analyse(rows(LADDER))
    assert quiz.alpha == pytest.approx(0.8)
    assert quiz.mean == pytest.approx(0.5)
    assert quiz.spread == pytest.approx(0.395285, abs=1e-6)  # sqrt(2.5) / 4
    assert quiz.error == pytest.approx(0.176777, abs=1e-6)  # 0.395285 * sqrt(0.2)
    assert [item.difficulty for item in quiz.items] == pytest.approx([0.8, 0.6, 0.4, 0.2])
    # Of the first: 1, 1, 1, 1, 0 with 3, 2, 1, 0, 0 on the rest: 1.2 / sqrt(0.8 * 6.8).
    # Of the second: 1, 1, 1, 0, 0 with 3, 2, 1, 1, 0: 1.8 / sqrt(1.2 * 5.2). The others mirror them.
    by_hand = [0.514496, 0.720577, 0.720577, 0.514496]
    assert [item.discrimination for item in quiz.items] == pytest.approx(by_hand, abs=1e-6)
    # 27 % of five are one. On all but the first, two learners have nothing: each is half of the lower group.
    assert [item.extremes for item in quiz.items] == [0.5, 1, 1, 0.5]
    # Without the first: variances 0.3, 0.3, 0.2, totals 3, 2, 1, 0, 0 with 1.7: 3 / 2 * (1 - 0.8 / 1.7).
    assert quiz.items[0].alpha_without == pytest.approx(0.794118, abs=1e-6)


def test_a_table_of_options_computed_by_hand() -> None:
    """Ten learners, of whom the three best choose B; the ranking is by two other questions."""
    chosen = ["a", "a", "c", "a", "a", "a", "c", "b", "b", "b"]
    ids = ("a", "b", "c", "d")
    marks = []
    for number, option in enumerate(chosen):
        marks.append(MarkRow(f"l{number}", "quiz", "asked", "choice", (option,), ids, float(option == "a")))
        marks += [MarkRow(f"l{number}", "quiz", f"other{n}", "number", "", (), number / 10) for n in (1, 2)]
    (quiz,) = analyse(marks)
    item = quiz.items[0]
    found = [(each.name, each.key, each.count, each.share) for each in item.options]
    assert found == [("a", True, 5, 0.5), ("b", False, 3, 0.3), ("c", False, 2, 0.2), ("d", False, 0, 0)]
    # 27 % of ten are three.
    assert [each.groups for each in item.options] == [(2 / 3, 3 / 4, 0), (0, 0, 1), (1 / 3, 1 / 4, 0), (0, 0, 0)]
    # 0 and 1 with 0 to 9: the means are 0.3 and 4.5; 10.5 / sqrt(2.1 * 82.5).
    assert item.options[1].discrimination == pytest.approx(0.797724, abs=1e-6)
    assert item.options[3].discrimination is None


def test_formulas_agree_with_those_of_python() -> None:
    draw = random.Random(1)
    for _ in range(50):
        count = draw.randrange(3, 40)
        first = [draw.choice((0, 0.5, 1)) + draw.random() / 100 for _ in range(count)]
        second = [draw.random() for _ in range(count)]
        assert formulas.correlation(first, second) == pytest.approx(statistics.correlation(first, second))
        assert formulas.variance(first) == pytest.approx(statistics.variance(first))
        table = [*zip(first, second, strict=True)]
        totals = statistics.variance([sum(row) for row in table])
        within = statistics.variance(first) + statistics.variance(second)
        assert formulas.alpha(table) == pytest.approx(2 * (1 - within / totals))


def test_what_is_not_defined_is_none() -> None:
    assert formulas.correlation([1, 1, 1], [1, 2, 3]) is None
    assert formulas.correlation([1, 2], [1, 2]) is None
    assert formulas.alpha([[1, 0], [0, 1]]) is None  # totals do not vary
    assert formulas.alpha([[1], [0]]) is None
    assert formulas.variance([1]) is None
    (quiz,) = analyse(rows(((1,), (0,))))
    assert (quiz.alpha, quiz.error, quiz.items[0].discrimination) == (None, None, None)
    with pytest.raises(ValueError, match="differ in length"):
        formulas.correlation([1, 2, 3], [1, 2])


def test_questions_that_were_not_reached_are_missing_and_not_wrong() -> None:
    """Alpha is of those who answered everything; the rest of a learner is what there is of it."""
    marks = [row for row in rows(LADDER) if (row.learner, row.question) != ("l1", "q3")]
    (quiz,) = analyse(marks)
    assert (quiz.learners, quiz.complete, quiz.items[3].learners) == (5, 4, 4)
    assert quiz.items[3].difficulty == 0.25
    complete = [row for number, row in enumerate(LADDER) if number != 1]
    assert quiz.alpha == pytest.approx(formulas.alpha(complete))


def test_only_first_answers_count() -> None:
    first, again = MarkRow("a", "q", "x", "", None, (), 0.0), MarkRow("a", "q", "x", "", None, (), 1.0)
    assert analyse([first, again])[0].items[0].difficulty == 0
    assert analyse([again, first])[0].items[0].difficulty == 1


# ---- flags


def test_planted_faults_are_found() -> None:
    """In nearly every class of 200: a false key, a second right option, a dead distractor, guesswork."""
    found: Counter[tuple[str, str, str]] = Counter()
    for seed in range(20):
        found.update({(f.question, f.name, f.message.partition(":")[0]) for f in flags_of(simulated(seed=seed))})
    assert found["false-key", "second-key", "the best learners choose a"] == 20
    assert found["dead-distractor", "dead-distractor", "nobody chooses b"] == 20
    assert found["second-right", "second-key", "the best learners choose d"] >= 14
    assert sum(count for (question, name, _), count in found.items() if (question, name) == ("guesswork", "weak")) >= 17
    # And of 240 sound questions hardly any is called faulty; the hardest are hard.
    sound = Counter(name for (question, name, _), n in found.items() if question.startswith("sound") for _ in range(n))
    assert sound["second-key"] == sound["negative"] == 0
    assert sound["weak"] + sound["dead-distractor"] <= 6


def test_too_few_learners_are_said_to_be_too_few() -> None:
    (flag,) = flags_of(simulated(MIN_LEARNERS - 1))
    assert flag.message == "only 19 learners: too few to say anything about single questions, which takes 20"
    assert "few-learners" not in {flag.name for flag in flags_of(simulated(MIN_LEARNERS))}
    for_one = [*simulate(SOUND, 100, 1), MarkRow("l001", "simulated", "late", "choice", ("a",), OPTIONS, 1.0)]
    (quiz,) = analyse(for_one)
    assert [flag.message for flag in flags_of(quiz) if flag.question == "late"] == [
        "only 1 learner answered it: too few to say anything"
    ]


@pytest.mark.parametrize(("difficulty", "name"), [(-6.0, "too-easy"), (6.0, "too-hard"), (0.0, "")])
def test_what_is_too_easy_and_too_hard(difficulty: float, name: str) -> None:
    quiz = simulated(items=(*SOUND, Item("this", difficulty=difficulty)))
    assert [flag.name for flag in flags_of(quiz) if flag.question == "this"] == ([name] if name else [])


def test_a_short_quiz_is_unreliable() -> None:
    names = [flag.name for flag in flags_of(simulated(items=SOUND[5:8])) if not flag.question]
    assert names == ["unreliable"]
    assert [flag.name for flag in flags_of(simulated(items=SOUND * 2)) if not flag.question] == []


# ---- what is read


def test_every_input_gives_the_same_marks(tmp_path: Path) -> None:
    """Mark files as CSV and JSON, and, of one learner, exports of attempts, the store and the file of the site."""
    marks = list(simulate(SOUND[:3], 2, 1))
    data = [
        {"learner": m.learner, "quiz": m.quiz, "question": m.question, "kind": m.kind, "score": m.score, "note": "x"}
        | {"response": list(m.response or ()), "options": list(m.options)}
        for m in marks
    ]
    (tmp_path / "marks.json").write_text(json.dumps({"version": 1, "marks": data}), encoding="utf-8")
    with (tmp_path / "marks.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, [*data[0]])
        table.writeheader()
        table.writerows(row | {n: json.dumps(row[n]) for n in ("response", "options")} for row in data)
    assert read([tmp_path / "marks.json"]) == read([tmp_path / "marks.csv"]) == tuple(marks)

    ada = tuple(
        event(str(n), quiz=m.quiz, question=m.question, response=m.response, options=m.options, score=m.score)
        for n, m in enumerate(marks[:3])
    )
    folder = tmp_path / "attempts"
    folder.mkdir()
    files: tuple[tuple[Format, str], ...] = (("jsonl", "ada.jsonl"), ("csv", "bob.csv"), ("site", "eve.json"))
    for format_, name in files:
        (folder / name).write_text("".join(formats.write(ada, format_)), encoding="utf-8", newline="")
    with AttemptStore(folder / "dan.sqlite3") as store:
        store.add(ada)
    found = read([folder])
    assert Counter(row.learner for row in found) == {"ada": 3, "bob": 3, "eve": 3, "dan": 3}
    for row in found:
        expected = next(mark for mark in marks if mark.question == row.question)
        assert (row.quiz, row.response, row.score) == (expected.quiz, expected.response, expected.score)
        assert row.options == (() if row.learner == "eve" else OPTIONS)  # the site's file does not say


def test_files_of_one_name_are_of_two_learners(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "progress.jsonl").write_text(
            "".join(formats.write((event("1"),), "jsonl")), encoding="utf-8"
        )
    assert len({row.learner for row in read([tmp_path])}) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("learner,question,score\nada,q,1.5\n", "line 2: the score is 1.5, not a number from 0 to 1"),
        ("learner,question,score\nada,q,much\n", "line 2: the score is 'much', not a number"),
        ("learner,question,score\nada,,1\n", "line 2: learner, quiz, question and kind are texts"),
        ('{"version": 1, "marks": [{"learner": "a", "score": 1}]}', "mark 1 lacks `question`"),
        ('{"version": 2, "marks": []}', "marks of version 2, and this quizproof knows 1"),
        ('{"version": 1, "marks": [1]}', "mark 1 is not a mapping"),
        ('{"version": 1}', 'marks are a list under the key "marks"'),
        ("{", "not JSON"),
        ('{"marks": ' + "[" * 100_000, "not JSON: its brackets are nested too deeply"),
        (
            "learner;question;score\nada;q;1\n",
            "a mark file needs the columns `learner`, `question` and `score`: its columns are separated by semicolons",
        ),
        ("learner;question\nada;q\n", "`score`: its first row lacks `score`"),
        ("learner,mark\nada,1\n", "`score`: its first row lacks `question` and `score`"),
        ("uid,score\n1,1\n", "the first row of a table of attempts is uid,at"),
        ("learner,question,score\nada,q,\n", "there is no mark in these files"),
        ("", "there is no mark in these files"),
    ],
)
def test_what_holds_no_marks_is_refused(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "marks.csv"
    file.write_text("learner,question,score,more\nada,q,1,x\n", encoding="utf-8")
    assert read([file])[0].score == 1
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        read([file])
    assert words in str(refusal.value)


# ---- what is written


def test_the_command_writes_every_format(tmp_path: Path) -> None:
    with (tmp_path / "marks.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["learner", "quiz", "question", "kind", "response", "options", "score"])
        for m in simulate((*SOUND, *FAULTY), 200, 1):
            options = [json.dumps(each) for each in (m.response, m.options)]
            table.writerow([m.learner, m.quiz, m.question, m.kind, *options, m.score])
    done = quizproof("analyse", "marks.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(
        "simulated: 200 learners, 16 questions, mean 49 % (SD 22 %), alpha 0.76, standard error"
    )
    assert "false-key: the best learners choose a: a second right option, or a false key?" in done.stdout
    assert "sound-3\n" not in done.stdout
    everything = quizproof("analyse", "marks.csv", "--options", cwd=tmp_path).stdout
    assert "  sound-3\n" in everything
    data = json.loads(quizproof("analyse", "marks.csv", "--format", "json", cwd=tmp_path).stdout)
    assert {flag["name"] for flag in data["quizzes"][0]["flags"]} >= {"second-key", "dead-distractor", "weak"}
    done = quizproof("analyse", "marks.csv", "--format", "csv", "-o", "items.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    with (tmp_path / "items.csv").open(encoding="utf-8", newline="") as stream:
        written = list(csv.DictReader(stream))
    assert len(written) == 16 * 5
    assert next(row["flags"] for row in written if row["question"] == "dead-distractor") == "dead-distractor"
    assert quizproof("analyse", "none.csv", cwd=tmp_path).stderr == (
        "quizproof: none.csv cannot be read: No such file or directory\n"
    )


def test_a_bank_knows_the_options_that_nobody_chose(tmp_path: Path) -> None:
    (tmp_path / "questions").mkdir()
    third = "      - {code: verdict = total < 0.3, mistake: It is more.}\n  - id: half"
    (tmp_path / "questions/floats.yaml").write_text(BANK.replace("  - id: half", third), encoding="utf-8")
    (tmp_path / "exports").mkdir()
    for n in range(MIN_LEARNERS):
        answers = {"sum": {"variant": 0, "response": ["ab"[n % 2]], "right": n % 2 == 0, "score": 1 - n % 2}}
        text = json.dumps({"quizproof": 1, "quizzes": {"floats": answers}})
        (tmp_path / f"exports/{n}.json").write_text(text, encoding="utf-8")
    assert "nobody chooses" not in quizproof("analyse", "exports", cwd=tmp_path).stdout
    done = quizproof("analyse", "exports", "--bank", "questions", cwd=tmp_path)
    assert "sum: nobody chooses c: a distractor that does nothing" in done.stdout
    done = quizproof("analyse", "exports", "--bank", "exports", cwd=tmp_path)
    assert done.returncode == 2


@pytest.mark.parametrize("width", ["40", "100"])
def test_no_line_is_too_long(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    stream = io.StringIO()
    report_text.write([simulated()], stream)
    assert max(len(line.rstrip()) for line in stream.getvalue().splitlines()) <= int(width)


def test_a_learner_cannot_write_a_formula_or_a_tag() -> None:
    """In a spreadsheet, and on the page."""
    marks = [MarkRow(f"l{n}", "quiz", "q", "number", "=1+1<script>x</script>", (), 0.0) for n in range(3)]
    quizzes = analyse(marks)
    assert "'=1+1" in report_data.to_csv(quizzes)
    html = report_html.page(quizzes)
    assert "<script" not in html
    assert "=1+1&lt;script&gt;" in html


def test_the_page_shows_a_plot_and_every_question(browser: Browser, tmp_path: Path) -> None:
    quiz = simulated()
    (tmp_path / "page.html").write_text(report_html.page([quiz]), encoding="utf-8")
    with opened(browser, tmp_path / "page.html") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Item analysis")
        expect(page.locator(".plot").first.locator("circle")).to_have_count(16)
        expect(page.locator("h3[id]")).to_have_count(16)
        expect(page.locator(".flags")).to_contain_text(["the best learners choose a"])
        page.set_viewport_size({"width": 360, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("link", name="false-key").click()
        expect(page.locator("h3", has_text=re.compile("^false-key"))).to_be_in_viewport()
