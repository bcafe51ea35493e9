"""What a page says after an answer: in which order, in which words, and what "proven" means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from helpers.replay import answer, opened, site_of
from quizproof import rules
from quizproof.displays import NumberInput, Options
from quizproof.kinds.questions.number import rounded
from quizproof.snippets.tidied import computes, tidied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from conftest import ProveBank, ProveText

BANK = """
quiz: said
title: What is said
topic: said
blocks:
  - id: chosen
    kind: choice
    prompt: Which one appends?
    setup: items = [1]
    check: assert items == [1, 2]
    options:
      - code: items.append(2)
        key: true
        why: It changes the list itself.
      - code: items + [2]
        mistake: The sum is a new list, which nobody keeps.
      - code: items.add(2)
        mistake: Lists have no such method.
        happens: AttributeError
    explanation: Methods of lists change them in place.
  - id: stated
    kind: choice
    prompt: What holds?
    options:
      - text: Two is even.
        key: true
        proof: assert 2 % 2 == 0
      - text: Two is odd.
        mistake: Odd numbers leave a rest.
        refute: assert 2 % 2 == 0
      - text: Two is beautiful.
        mistake: That is no fact.
        unproven: A matter of taste.
  - id: counted
    kind: number
    prompt: How many are there?
    code: n = 3
    value: n
    mistakes:
      - expression: "10 / n"
        mistake: You divided.
      - expression: "4"
        mistake: You counted the end.
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, prove_warm: ProveBank) -> Path:
    """The site of the bank."""
    return site_of(BANK, tmp_path_factory.mktemp("said"), prove_warm)


@pytest.fixture
def quiz(browser: Browser, built: Path) -> Iterator[Page]:
    """Its one quiz."""
    with opened(browser, built / "said/said.html") as page:
        yield page


def test_reasons_come_first_and_evidence_is_folded(quiz: Page) -> None:
    """Result, why the answer fails, why the right one holds; below them the runs, closed, and the versions once."""
    answer(quiz, "chosen", ["b"])
    section = quiz.locator("#q-chosen")
    said = " ".join(section.locator(".result").inner_text().split())
    letters = dict(
        section.locator(".option").evaluate_all(
            "all => all.map(one => [one.dataset.option, one.querySelector('.letter').textContent])"
        )
    )
    wrong, right = letters["b"], letters["a"]
    assert re.fullmatch(
        rf"Not right\. You answered {wrong}\. {wrong} is wrong\. The sum is a new list, which nobody keeps\. "
        rf"{right} is right\. It changes the list itself\.",
        said,
    )
    # Each reason is said once, and that of the other wrong option is with it.
    assert section.inner_text().count("The sum is a new list") == 1
    expect(section.get_by_text("Lists have no such method.")).to_be_visible()
    runs = section.locator("details.run")
    assert runs.count() >= 1
    assert runs.evaluate_all("all => all.some(run => run.open)") is False
    assert section.get_by_text("Ran on").count() == 1


def test_a_right_answer_says_why_it_holds(quiz: Page) -> None:
    answer(quiz, "chosen", ["a"])
    said = quiz.locator("#q-chosen .result").inner_text()
    assert "is right. It changes the list itself." in said
    assert "is wrong" not in said


def test_reasons_stay_with_the_options_on_paper(quiz: Page) -> None:
    """There the result is left out, so that nothing gives the answers away before they are read."""
    answer(quiz, "chosen", ["b"])
    quiz.emulate_media(media="print")
    expect(quiz.locator("#q-chosen .result")).to_be_hidden()
    expect(quiz.locator("#q-chosen .option").get_by_text("The sum is a new list")).to_be_visible()


def test_mistakes_say_how_their_number_is_computed(built: Path, quiz: Page) -> None:
    """With the digits that people read; a number that is only typed was not computed."""
    html = (built / "said/said.html").read_text(encoding="utf-8")
    assert "3.33333</span>" in html
    assert "3.3333333333333335</span>" not in html
    assert re.findall(r"You get this from <code>(.*?)</code>", html) == ["10 / n"]
    score, said = answer(quiz, "counted", "3.3333333333333335")
    assert (score, "You divided." in said) == (0, True)


def test_the_unproven_statement_is_behind_its_count(quiz: Page) -> None:
    """A click on the count shows the author's reason, also before an answer."""
    quiz.locator("#q-stated .standing").get_by_role("link", name="1 unproven").click()
    expect(quiz.get_by_text("A matter of taste.")).to_be_visible()
    quiz.locator(".apparatus summary").click()
    quiz.locator(".ledger").get_by_role("link", name="1 unproven").click()
    assert quiz.url.endswith("#u-stated-c")


def test_a_statement_says_proof_and_not_that_a_run_shows_it(built: Path) -> None:
    html = (built / "said/said.html").read_text(encoding="utf-8")
    assert html.count('<span class="run-name">Proof</span>') == 2
    assert "A run shows" not in html


def test_proven_leads_to_what_it_means(quiz: Page, prove_text: ProveText) -> None:
    """The page lists what is unproven here, and its example of a question gone wrong is refused as it says."""
    quiz.locator("#q-chosen .standing").get_by_role("link", name="Proven").click()
    expect(quiz.get_by_role("heading", level=1)).to_have_text("What “proven” means")
    refusal = quiz.locator("article pre").inner_text().strip()
    codes = quiz.locator("article code").all_inner_texts()
    setup, key, distractor, check = (code for code in codes if code != refusal)
    (finding, *_) = prove_text(
        f"""
        - id: sum-of-tenths
          kind: choice
          prompt: Which comparison is true?
          setup: {setup}
          check: {check}
          options:
            - code: {key}
              key: true
            - code: {distractor}
              mistake: The sum is too large.
        """
    ).findings
    assert f"[{rules.RULES[finding.code].name}] {finding.message}" == refusal
    quiz.get_by_role("link", name="Question 2").click()
    assert quiz.url.endswith("said/said.html#u-stated-c")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("40 * 0.1 if 0.99 == 0.9 else 40 * 0.01", "40 * 0.01"),
        ("40 * 0.1 if 0.9 == 0.9 else 40 * 0.01", "40 * 0.1"),
        ("len(a) if 0 else (3 if 1 else 4) + n", "(3) + n"),
        ("f('é', 1 if 'x' == 'y' else 2)", "f('é', 2)"),
        ('["a", "b"].index("b")', "1"),
        ('__import__("a.b").b.f(1)', "a.b.f(1)"),
        ("x if y else z", "x if y else z"),
        ("[1, 2].index(n)", "[1, 2].index(n)"),
        ('["a"].index("b")', '["a"].index("b")'),
        ("not valid python", "not valid python"),
    ],
)
def test_shown_code_is_without_what_templates_leave(source: str, shown: str) -> None:
    assert tidied(source) == shown


@pytest.mark.parametrize(
    ("source", "does"),
    [("3", False), ("-3", False), ("print((2, 3), None)", False), ("2 * 3", True), ("n", True), ("print(n)", True)],
)
def test_what_computes(source: str, *, does: bool) -> None:
    assert computes(source) is does


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.7000000000000001, "0.7"),
        (3.321928094887362, "3.32193"),
        (1234567.123456789, "1234567"),
        (0.25, ""),
        (12, ""),
        ("1/3", ""),
    ],
)
def test_numbers_are_shown_with_the_digits_that_people_read(value: float | str, shown: str) -> None:
    assert rounded(value) == shown


def test_terminal_and_engine_keep_the_whole_number(prove_text: ProveText) -> None:
    """Only what is shown is shorter: a mistake is recognised by its value."""
    report = prove_text(
        """
        - id: third
          kind: number
          prompt: What is a third of ten?
          value: 10 / 4
          mistakes:
            - {expression: 10 / 3, mistake: You divided by three.}
        """
    )
    display = report.blocks[0].variants[0].display
    assert display is not None
    assert isinstance(display.input, NumberInput)
    (mistake,) = display.input.mistakes
    assert (mistake.value, mistake.shown) == ("3.3333333333333335", "3.33333")
    assert mistake.evidence is not None
    assert mistake.evidence.summary == "What this mistake computes: 3.33333."


def test_a_distractor_that_only_prints_what_is_typed_has_no_evidence(prove_text: ProveText) -> None:
    report = prove_text(
        """
        - id: printed
          kind: predict-output
          prompt: What is printed?
          code: |
            n = 2
            print(n)
          distractors:
            - {code: print(3), mistake: No.}
            - {code: print(n + 2), mistake: No.}
        """
    )
    display = report.blocks[0].variants[0].display
    assert display is not None
    assert isinstance(display.input, Options)
    assert [bool(option.evidence) for option in display.input.options] == [True, False, True]
