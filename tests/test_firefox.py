"""The site in Debian's Firefox: one question of each way of answering, and no word on the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers import samples
from helpers.firefox import Firefox, firefox
from helpers.replay import ANSWER, expected, responses
from quizproof_renderers.site.build import build_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED = {
    "choice": samples.choice(),
    "several": samples.several(),
    "number": samples.number(),
    "text": samples.text(),
    "line": samples.line(),
    "blanks": samples.blanks(),
    "order": samples.ordering(),
    "order-indented": samples.indented(),
    "match": samples.matching(),
    "open": samples.opened(),
    "program": samples.program(),
}
"""By the ids of the questions."""

_REACHED = """
async (wanted) => {
  const count = () => COUNT;
  for (let tries = 0; count() !== wanted && tries < 500; tries += 1) await new Promise((done) => setTimeout(done, 20));
  return count();
}
"""
RIGHT = "Object.values(JSON.parse(localStorage.getItem('quizproof:sample')) ?? {}).filter(({ right }) => right).length"
"""How many right answers are kept. Pages keep them in turn, one tab after the other."""
SHOWN = "document.querySelectorAll('.answered.was-right').length"
"""How many are shown. Programs are marked once their reader is loaded."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Firefox, Path]]:
    """A browser, and the page of a quiz with all of them and an exhibit of every figure."""
    folder = tmp_path_factory.mktemp("firefox")
    (profile := folder / "profile").mkdir()
    questions = [samples.question(id_, display) for id_, display in ASKED.items()]
    report = samples.report(samples.asking(samples.quiz(), *questions, samples.exhibit("figures", samples.figures())))
    try:
        with firefox(profile) as browser:
            yield browser, build_site(report, folder / "site").out / "samples" / "sample.html"
    except FileNotFoundError:
        pytest.skip("firefox is not installed")


def test_one_question_of_each_kind_is_answered(page: tuple[Firefox, Path]) -> None:
    """Each is marked as the engine marks it, the key and a wrong answer; answers outlive a reload; nothing is said."""
    browser, path = page
    browser.open(path)
    for id_, display in ASKED.items():
        given = [(expected(display, response), response) for response in responses(display)]
        right = next(response for score, response in given if score == 1)
        wrong = next(response for score, response in given if isinstance(score, float | int) and score < 1)
        for response in (wrong, right):
            score, said = browser.evaluate(ANSWER, [[id_, 0, response]])[0]
            assert score == expected(display, response), (id_, response, said)
        assert score == 1
    assert browser.evaluate(_REACHED.replace("COUNT", RIGHT), len(ASKED)) == len(ASKED)
    browser.open(path)
    assert browser.evaluate(_REACHED.replace("COUNT", SHOWN), len(ASKED)) == len(ASKED)
    assert browser.evaluate('() => document.querySelector(".tally").textContent').startswith(f"{len(ASKED)} of")
    browser.open(path.parents[1] / "index.html")
    assert browser.evaluate("() => document.body.innerText.includes('Sample')")
    assert browser.console() == []


def test_console_of_firefox_is_heard(page: tuple[Firefox, Path], tmp_path: Path) -> None:
    """An error that a page makes is on it, so that the test above can fail."""
    browser, _ = page
    faulty = tmp_path / "faulty.html"
    faulty.write_text("<!doctype html><title>Faulty</title><script>nothing.at.all;</script>", encoding="utf-8")
    browser.open(faulty)
    assert any("nothing is not defined" in each for each in browser.console())
