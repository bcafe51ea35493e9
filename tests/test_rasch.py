"""The Rasch scale: against the package girth, against numerical derivatives, and on simulated learners."""

from __future__ import annotations

import csv
import io
import json
import math
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from helpers.learners import SOUND, simulate
from helpers.replay import opened
from quizproof_renderers.analysis import report_data, report_html, report_text
from quizproof_renderers.analysis.items import analyse
from quizproof_renderers.analysis.linear import inverse
from quizproof_renderers.analysis.marks import MarkRow
from quizproof_renderers.analysis.rasch import MIN_LEARNERS, RaschFigures, rasch
from quizproof_renderers.analysis.scale_plot import bands

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

DIFFICULTIES = tuple(-1.5 + 0.25 * place for place in range(13))
Scores = Mapping[str, Mapping[str, float]]


def learners(count: int, seed: int, *, mean: float = 0.4, spread: float = 1.2, missing: float = 0.0) -> Scores:
    """Scores of learners who follow the model exactly."""
    draw = random.Random(seed)
    table: dict[str, dict[str, float]] = {}
    for number in range(count):
        ability = draw.gauss(mean, spread)
        row = {
            f"q{place}": float(draw.random() < 1 / (1 + math.exp(difficulty - ability)))
            for place, difficulty in enumerate(DIFFICULTIES)
            if draw.random() >= missing
        }
        table[f"l{number}"] = row
    return table


def fitted(scores: Scores) -> RaschFigures:
    """The fit, which there must be."""
    found = rasch(scores)
    assert isinstance(found, RaschFigures), found
    return found


def matrix(scores: Scores) -> Any:
    """Scores as girth takes them: a row per question."""
    return np.array([[int(row[f"q{place}"]) for row in scores.values()] for place in range(len(DIFFICULTIES))])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_difficulties_agree_with_girth(seed: int) -> None:
    """By marginal likelihood, which girth solves for one slope of all questions; and by conditional, nearly."""
    from girth import onepl_mml, rasch_conditional

    scores = learners(400, seed)
    found = fitted(scores)
    ours = np.array([item.difficulty for item in found.items])
    marginal = onepl_mml(matrix(scores))
    theirs = np.array(marginal["Difficulty"]) * marginal["Discrimination"]
    assert ours == pytest.approx(theirs - theirs.mean(), abs=0.02)
    assert found.mean == pytest.approx(-theirs.mean(), abs=0.02)
    assert found.spread == pytest.approx(marginal["Discrimination"], abs=0.01)
    conditional = np.array(rasch_conditional(matrix(scores))["Difficulty"])
    assert ours == pytest.approx(conditional - conditional.mean(), abs=0.04)


def log_likelihood(scores: Scores, questions: Sequence[str], difficulties: Any, spread: float) -> float:
    """The marginal likelihood with the mean ability at 0, by Gauss and Hermite's rule."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    weights = weights / weights.sum()
    total = 0.0
    for row in scores.values():
        logs = np.zeros(len(nodes))
        for question, difficulty in zip(questions, difficulties, strict=True):
            if question in row:
                logits = spread * nodes - difficulty
                logs += row[question] * logits - np.log1p(np.exp(logits))
        total += math.log(float(np.sum(weights * np.exp(logs))))
    return total


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_fit_is_the_maximum_and_errors_are_its_curvature(missing: float) -> None:
    """The derivatives of the likelihood, taken numerically, are 0; the inverse of the second ones has the errors."""
    scores = learners(120, 4, missing=missing)
    found = fitted(scores)
    questions = [item.question for item in found.items]
    at = np.array([*(item.difficulty - found.mean for item in found.items), found.spread])
    size = len(at)

    def value(*steps: tuple[int, float]) -> float:
        moved = at.copy()
        for place, step in steps:
            moved[place] += step
        return log_likelihood(scores, questions, moved[:-1], float(moved[-1]))

    step = 1e-3
    here = value()
    slopes = [(value((i, step)) - value((i, -step))) / (2 * step) for i in range(size)]
    assert slopes == pytest.approx([0.0] * size, abs=1e-3)
    hessian = np.zeros((size, size))
    for i in range(size):
        hessian[i, i] = (value((i, step)) - 2 * here + value((i, -step))) / step**2
        for j in range(i):
            corners = value((i, step), (j, step)) - value((i, step), (j, -step))
            corners -= value((i, -step), (j, step)) - value((i, -step), (j, -step))
            hessian[i, j] = hessian[j, i] = corners / (4 * step**2)
    covariance = np.linalg.inv(-hessian)[:-1, :-1]
    centred = np.eye(size - 1) - 1 / (size - 1)
    errors = np.sqrt(np.diag(centred @ covariance @ centred.T))
    assert [item.error for item in found.items] == pytest.approx(list(errors), rel=2e-3)


def test_learners_who_left_out_different_questions_are_on_one_scale() -> None:
    """Difficulties come back within three standard errors; so do those of learners who have all or nothing right."""
    found = fitted(learners(600, 5, missing=0.4))
    true = {f"q{place}": difficulty for place, difficulty in enumerate(DIFFICULTIES)}
    assert {item.question for item in found.items} == set(true)
    assert all(abs(item.difficulty - true[item.question]) < 3 * item.error for item in found.items)
    assert all(0.8 < item.infit < 1.2 for item in found.items)
    assert found.spread == pytest.approx(1.2, abs=0.15)
    assert found.mean == pytest.approx(0.4, abs=0.15)
    scores = dict(learners(200, 6)) | {
        name: {f"q{n}": right for n in range(13)} for name, right in (("a", 1), ("z", 0))
    }
    extremes = {each.learner: each for each in fitted(scores).learners}
    others = [each.ability for each in extremes.values()]
    assert extremes["a"].ability == max(others) < 6
    assert extremes["z"].ability == min(others) > -6
    assert extremes["a"].error > 1


def test_guesswork_does_not_fit() -> None:
    """Infit is above 1.2 of the one question that abilities do not decide, and near 1 of the others."""
    draw = random.Random(7)
    scores = {name: {**row, "guess": float(draw.random() < 0.5)} for name, row in learners(400, 7).items()}
    infit = {item.question: item.infit for item in fitted(scores).items}
    assert max(infit, key=lambda name: infit[name]) == "guess"
    assert infit.pop("guess") > 1.2
    assert max(infit.values()) < 1.15


def test_a_hundred_learners_are_the_fewest() -> None:
    table = dict(learners(MIN_LEARNERS, 8))
    assert isinstance(rasch(table), RaschFigures)
    table.popitem()
    assert rasch(table) == "it takes 100 learners, and these are 99"


def test_what_has_no_place_on_the_scale() -> None:
    """A question that all have right, and scores without anything in common. A partial score is not right."""
    table = {name: {**row, "easy": 1.0, "half": 0.5} for name, row in learners(150, 9).items()}
    assert {item.question for item in fitted(table).items}.isdisjoint({"easy", "half"})
    assert rasch({f"l{n}": {"easy": 1.0, "one": n % 2} for n in range(150)}) == (
        "it takes two questions that some learners have right and some have wrong"
    )
    draw = random.Random(1)
    opposed = {}
    for n in range(400):
        first = float(draw.random() < 0.5)
        opposed[f"l{n}"] = {"one": first, "other": 1 - first}
    assert rasch(opposed) == "what learners have right in one question says nothing about the others"


def test_an_inverse() -> None:
    assert inverse([[0, 2], [4, 0]]) == [[0, 0.25], [0.5, 0]]
    with pytest.raises(ZeroDivisionError):
        inverse([[1, 1], [1, 1]])


def test_bands_have_every_learner_and_question_once() -> None:
    found = fitted(learners(200, 10))
    parts = bands(found)
    assert sum(band.learners for band in parts) == 200
    assert [item.difficulty for band in parts for item in band.items] == sorted(i.difficulty for i in found.items)
    assert all(band.start <= item.difficulty < band.start + 0.5 for band in parts for item in band.items)


# ---- what is written


def test_every_format_has_the_scale() -> None:
    quizzes = analyse(simulate(SOUND, 150, 1))
    assert quizzes[0].rasch is not None
    item = next(each for each in quizzes[0].rasch.items if each.question == "sound-3")
    stream = io.StringIO()
    report_text.write(quizzes, stream)
    assert f"sound-3   {item.difficulty:.2f} ± {item.error:.2f}   {item.infit:.2f}" in stream.getvalue()
    rows = [*csv.DictReader(io.StringIO(report_data.to_csv(quizzes)))]
    (row,) = [row for row in rows if (row["question"], row["option"]) == ("sound-3", "")]
    assert (row["logits"], row["logits_error"]) == (f"{item.difficulty:.4f}", f"{item.error:.4f}")
    assert {row["infit"] for row in rows if row["option"]} == {""}
    data = json.loads(json.dumps(report_data.to_json(quizzes)))["quizzes"][0]["rasch"]
    assert len(data["learners"]) == 150
    assert {each["question"]: each["difficulty"] for each in data["items"]}["sound-3"] == item.difficulty


def test_every_format_says_why_there_is_no_scale() -> None:
    quizzes = analyse(simulate(SOUND, 99, 1))
    why = "No Rasch scale: it takes 100 learners, and these are 99. Its figures would be mostly chance."
    stream = io.StringIO()
    report_text.write(quizzes, stream)
    assert why in " ".join(stream.getvalue().split())
    assert why in report_html.page(quizzes)
    data = report_data.to_json(quizzes)["quizzes"][0]
    assert (data["rasch"], data["no_rasch"]) == (None, "it takes 100 learners, and these are 99")
    assert {row["logits"] for row in csv.DictReader(io.StringIO(report_data.to_csv(quizzes)))} == {""}


@pytest.mark.parametrize("width", ["40", "64", "100"])
def test_no_line_of_the_scale_is_too_long(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    long = [MarkRow(r.learner, r.quiz, r.question + "-" * 60, "", None, (), r.score) for r in simulate(SOUND, 120, 2)]
    stream = io.StringIO()
    report_text.write(analyse(long), stream)
    assert max(len(line.rstrip()) for line in stream.getvalue().splitlines()) <= int(width)
    assert "Rasch scale" in stream.getvalue()


def test_the_page_draws_learners_beside_questions(browser: Browser, tmp_path: Path) -> None:
    (quiz,) = analyse(simulate(SOUND, 150, 1))
    (tmp_path / "page.html").write_text(report_html.page([quiz]), encoding="utf-8")
    with opened(browser, tmp_path / "page.html") as page:
        plot = page.get_by_role("img", name="Abilities of 150 learners above difficulties of 12 questions")
        expect(plot.locator("circle")).to_have_count(12)
        counts = page.locator(".bin + text").all_text_contents()
        assert sum(map(int, counts)) == 150
        places = [plot.locator("circle").nth(n).bounding_box() for n in range(12)]
        across = [place["x"] for place in places if place]
        assert across == sorted(across, reverse=True)  # the hardest on top, and furthest to the right
        page.set_viewport_size({"width": 360, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
