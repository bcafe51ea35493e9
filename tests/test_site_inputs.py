"""The newer ways of answering in a real browser: marks, hints, confidence, moves, and what is kept."""

from __future__ import annotations

import json
import keyword
import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from helpers import samples
from helpers.chart_text import outside_pictures
from helpers.replay import answer, answer_all, expected, opened, responses
from quizproof.displays import (
    Attempt,
    Blank,
    Blanks,
    Check,
    Matching,
    MatchItem,
    Mistake,
    OpenInput,
    Ordering,
    OrderLine,
    Point,
    ProgramInput,
    Prose,
)
from quizproof.figures import Chart, Event, Series
from quizproof.marking import scoring
from quizproof.marking.mark import mark
from quizproof_renderers.edition import edition_of
from quizproof_renderers.site import assets, lexer
from quizproof_renderers.site.build import build_site
from quizproof_renderers.site.feedback import fingerprint
from quizproof_renderers.site.pages.contents import site_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from helpers.replay import Response
    from quizproof.displays import Display, Input

QUIZ = "freezing-layers-pytorch-experiment"
PAGE = f"freezing-layers/{QUIZ}.html"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample bank's site."""
    return build_site(samples.bank(), tmp_path_factory.mktemp("inputs") / "site").out


@pytest.fixture
def quiz(browser: Browser, site: Path) -> Iterator[Page]:
    """The page with the newer ways of answering."""
    with opened(browser, site / PAGE) as page:
        yield page


def asked(page: Page, id_: str) -> Locator:
    """One question of the page."""
    return page.locator(f'[data-question="{id_}"]')


def check(within: Locator, sure: str = "Sure") -> None:
    """Say how sure one is, and check the answer."""
    within.get_by_label(sure, exact=True).check()
    within.locator(".check").click()


def kept(page: Page) -> dict[str, dict[str, object]]:
    """The answers that the browser keeps of this quiz."""
    answers: dict[str, dict[str, object]] = json.loads(page.evaluate(f"localStorage['quizproof:{QUIZ}'] || '{{}}'"))
    return answers


def _generated() -> list[tuple[Display, Response]]:
    """Inputs of each newer kind, and random responses to them: right, half right, wrong and malformed."""
    draw = random.Random(20261122)
    pieces = ["a", " ", "  ", "=", "'", '"', "b", "\t", "(", "\u00a0", "0", "é", "_", "\\"]
    table: list[tuple[Display, Response]] = []

    def add(shown: Input, given: list[Response]) -> None:
        table.extend((samples.display(shown), response) for response in given)

    soup = ["".join(draw.choices(pieces, k=draw.randint(0, 5))) for _ in range(90)]
    blanks = (
        Blank("one", ("a = 'b'", "a b"), (Mistake("a=b", "First."), Mistake("a  =  b", "Second."))),
        Blank("two", ("'a'",), (Mistake("a", "No text."), Mistake("é b", "Accented."))),
    )
    add(Blanks("f(___one___)\ng(___two___)", blanks), [[draw.choice(soup), draw.choice(soup)] for _ in range(150)])
    add(
        Blanks("f(___one___)\ng(___two___)", blanks),
        [
            ["a = 'b' ", "'a '"],
            ["a=' b'", '" a"'],
            ['a="b', r"'\'a'"],
            ['a="b"', '"a"'],
            ["a\tb", " 'a' "],
            ["a   b", "''a"],
            ["ab", "a"],
            ["a= b", "é  b"],
            ["a = b", "x"],
            ["a = 'b'", "a"],
        ],
    )
    lines = tuple(
        OrderLine(i, f"line_{i}", n % 3, i in "ef", f"About {i}." if i in "ef" else "") for n, i in enumerate("abcdef")
    )
    orders = (("a", "b", "c", "d"), ("b", "a", "c", "d"), ("b", "a"))
    picks = [draw.sample("abcdef", draw.randint(0, 6)) for _ in range(120)]
    add(Ordering(lines, orders), [*picks, *(list(order) for order in orders)])
    levelled = tuple(tuple(f"{line}:{n % 2}" for n, line in enumerate(order)) for order in orders)
    add(Ordering(lines, levelled, indented=True), [[f"{i}:{draw.randint(0, 1)}" for i in pick] for pick in picks])
    add(Ordering(lines, levelled, indented=True), [list(order) for order in levelled])
    right = tuple(MatchItem(i, Prose(f"To {i}"), f"Not {i}." if i in "de" else "") for i in "abcde")
    matching = Matching(tuple(MatchItem(i, Prose(i)) for i in "xyz"), right, ("a", "b", "c"))
    add(matching, [["a", "b", "c"]])
    add(matching, [[draw.choice(["a", "b", "c", "d", "e", ""]) for _ in range(3)] for _ in range(80)])
    points = OpenInput(tuple(Point(i, f"Point {i}") for i in "abc"))
    add(points, [[i for i in "abc" if draw.random() < 0.5] for _ in range(12)])
    program = ProgramInput(
        "...",
        (Check("One", "assert x"), Check("Two", "assert y"), Check("Three", "assert z", hidden=True)),
        (
            Attempt("x = 1\nif x:\n    y = 'ü'", 3, "solution"),
            Attempt("x = 1", 1, "wrong", "No `y`."),
            Attempt("x = 2  # 2", 2, "wrong", "Not `z`."),
            Attempt("...", 0, "starter"),
            Attempt("x = 1", 2, "mutation", "The first that is alike counts."),
        ),
    )
    texts = [
        "x = 1",
        "# a\nx = 1",
        "x = 1  \n\n",
        " x = 1",
        "x = 1\nif x:\n\n    # why\n    y = 'ü'\u3000",
        "x = 2  # 2",
    ]
    add(program, [*texts, "x = 2", "...", "", "\n# only", "x = 1\nif x:\n\ty = 'ü'", "x\u2028= 1"])
    return table


def test_script_scores_as_the_engine_does(browser: Browser, tmp_path: Path) -> None:
    """Every response: the same score to the last bit, and the feedback of the same mistakes in the same order."""
    table = _generated()
    ids: dict[str, str] = {}
    questions = []
    for display, _ in table:
        if repr(display) not in ids:
            ids[repr(display)] = f"q-{len(ids)}"
            questions.append(samples.question(ids[repr(display)], display))
    report = samples.report(samples.asking(samples.quiz(), *questions))
    differences, scores = [], set()
    with opened(browser, build_site(report, tmp_path / "site").out / "samples" / "sample.html") as page:
        marks = answer_all(page, ((ids[repr(display)], response, 0) for display, response in table))
        for (display, response), (score, said) in zip(table, marks, strict=True):
            scores.add((ids[repr(display)], score))
            told = mark(display.input, response).feedback.replace("`", "") if isinstance(score, float | int) else ""
            if score != expected(display, response) or told.replace("\n\n", "") not in said:
                differences.append((response, score, expected(display, response), told, said))
    assert differences == []
    for id_ in ids.values():
        own = {score for of, score in scores if of == id_}
        assert 1 in own
        assert any(isinstance(score, float) and 0 < score < 1 for score in own)


def test_fingerprint_of_a_program() -> None:
    """As published for FNV-1a of 64 bits."""
    assert fingerprint("") == "cbf29ce484222325"
    assert fingerprint("a") == "af63dc4c8601ec8c"
    assert fingerprint("foobar") == "85944171f73967e8"


def test_lines_are_ordered_by_keyboard_alone(quiz: Page) -> None:
    """Every move is said. In the end nothing is left to a pointer."""
    within = asked(quiz, "order-and-indent")
    said = within.locator(".moved")
    press = quiz.keyboard.press

    def reach(target: Locator) -> None:
        for _ in range(60):
            if target.evaluate("element => element === document.activeElement"):
                return
            press("Tab")
        pytest.fail("not reached by Tab")

    within.locator("h2").focus()
    for id_ in ("b", "a", "d", "c"):
        within.locator("h2").focus()
        reach(within.locator(f'[data-id="{id_}"] .grip'))
        press("Enter")
    expect(said).to_have_text("layer.requires_grad_(False): 4 of 4 in your program, indented 0.")
    expect(within.locator('[data-id="c"] .grip')).to_be_focused()
    press("ArrowUp")
    expect(said).to_have_text("layer.requires_grad_(False): 3 of 4 in your program, indented 0.")
    press("ArrowRight")
    press("ArrowRight")
    press("ArrowRight")
    press("ArrowLeft")
    expect(said).to_have_text("layer.requires_grad_(False): 3 of 4 in your program, indented 2.")
    within.locator("h2").focus()
    reach(within.locator('[data-id="b"] .grip'))
    press("ArrowRight")
    press("ArrowDown")
    expect(said).to_have_text("if isinstance(layer, nn.Linear):: 2 of 4 in your program, indented 1.")
    name = "Line if isinstance(layer, nn.Linear):, 2 of 4 in your program, indented 1"
    expect(within.get_by_role("button", name=name, exact=True)).to_be_focused()
    reach(within.get_by_label("Sure", exact=True))
    press("Space")
    reach(within.get_by_role("button", name="Check answer"))
    press("Enter")
    expect(within.locator(".result")).to_have_text("Right.")
    expect(within.locator(".result")).to_be_focused()
    expect(within.locator(".program .is-right")).to_have_count(4)


def test_lines_are_dragged(quiz: Page) -> None:
    within = asked(quiz, "order-a-step")

    def drag(id_: str, target: Locator, share: float) -> None:
        within.locator(f'[data-id="{id_}"] .source').hover()
        quiz.mouse.down()
        for part in (0.5, share, share):  # what it is dragged to makes way, so look again where it is
            box = target.bounding_box()
            assert box is not None
            quiz.mouse.move(box["x"] + 60, box["y"] + box["height"] * part, steps=4)
        quiz.mouse.up()

    def ids(area: str) -> list[str | None]:
        return [piece.get_attribute("data-id") for piece in within.locator(f".{area} > .piece").all()]

    within.scroll_into_view_if_needed()
    drag("c", within.locator(".program"), 0.5)
    drag("a", within.locator('.program > [data-id="c"]'), 0.2)
    drag("b", within.locator('.program > [data-id="c"]'), 0.2)
    drag("d", within.locator('.program > [data-id="c"]'), 0.9)
    drag("e", within.locator('.program > [data-id="c"]'), 0.2)
    assert ids("program") == ["a", "b", "e", "c", "d"]
    drag("e", within.locator(".pool"), 0.1)
    assert ids("program") == ["a", "b", "c", "d"]
    assert sorted(map(str, ids("pool"))) == ["e", "f"]
    check(within)
    expect(within.locator(".result")).to_have_text("Right.")
    drag("a", within.locator(".pool"), 0.5)
    assert ids("program") == ["a", "b", "c", "d"]  # what was marked stays


def test_lines_are_indented_by_dragging(quiz: Page) -> None:
    within = asked(quiz, "order-and-indent")
    within.locator('[data-id="b"] [data-move="swap"]').click()
    within.locator('[data-id="b"] .grip').hover()
    quiz.mouse.down()
    box = within.locator('[data-id="b"]').bounding_box()
    assert box is not None
    quiz.mouse.move(box["x"] + 10 + 56, box["y"] + 10, steps=5)
    quiz.mouse.up()
    expect(within.locator('[data-id="b"]')).to_have_attribute("data-level", "2")


def test_ordering_shows_the_lines_in_order_and_the_authors_order(quiz: Page) -> None:
    answer(quiz, "order-a-step", ["b", "a", "e", "c"])
    within = asked(quiz, "order-a-step")
    expect(within.locator(".result")).to_have_text("Partly right: 3 of 4. Optimizers have no backward.")
    classes = within.locator(".program > .piece").evaluate_all("all => all.map((each) => each.className)")
    assert classes == ["piece is-right"] * 2 + ["piece is-wrong", "piece is-right"]
    expect(within.locator(".sheet")).to_contain_text("one of 2 orders that pass")
    expect(within.locator(".sheet pre").first).to_contain_text("optimizer.zero_grad()\nloss = loss_fn")


def test_first_order_is_not_the_authors() -> None:
    """Nor another that is right, as a whole; and it is the same at each build."""
    display = samples.ordering()
    page = samples.report(samples.asking(samples.quiz(), samples.question("one", display)))
    (variant,) = site_of(page, "x").topics[0].quizzes[0].blocks[0].variants
    assert isinstance(display.input, Ordering)
    assert sorted(line.id for line in variant.pool) == [line.id for line in display.input.lines]
    assert variant.pool != display.input.lines


def test_hints_come_one_by_one_and_cost(quiz: Page) -> None:
    within = asked(quiz, "fill-the-gaps")
    hints = within.locator(".help")
    expect(within.locator(".help:visible")).to_have_count(1)
    within.get_by_text("Hint 1 of 3 (costs 10 %)").click()
    within.get_by_text("Hint 2 of 3 (costs 10 %)").click()
    expect(hints.nth(1)).to_contain_text("requires_grad false")
    hints.nth(0).locator("summary").click()  # to close one gives nothing back
    for field, text in zip(within.locator(".field").all(), ("0", "False", "frozen"), strict=True):
        field.fill(text)
    expect(within.locator(".scoring")).to_have_text(
        f"Scoring: {scoring.rule(_input(samples.blanks()))} {scoring.hint_rule(0.1)}"
    )
    check(within)
    expect(within.locator(".result")).to_have_text("Right. After 2 hints: 80 %.")
    saved = kept(quiz)["fill-the-gaps"]
    assert saved.pop("edition") == within.get_attribute("data-edition")
    assert saved == {
        "variant": 0,
        "response": ["0", "False", "frozen"],
        "right": True,
        "score": scoring.after_hints(1.0, 2, 0.1),
        "hints": 2,
        "confidence": "sure",
    }
    within.get_by_text("Hint 3 of 3").click()  # after the answer it is free
    quiz.reload()
    expect(within.locator(".result")).to_have_text("Right. After 2 hints: 80 %.")
    assert kept(quiz)["fill-the-gaps"]["hints"] == 2


def test_confidence_is_asked_first_and_told_in_the_end(quiz: Page) -> None:
    within = asked(quiz, "match-losses")
    table = quiz.locator(".calibration")
    expect(table).to_be_hidden()
    for select, id_ in zip(within.locator("select").all(), ("r1", "r2", "r2"), strict=True):
        select.select_option(id_)
    within.locator(".check").click()
    expect(within.locator(".complaint")).to_have_text("Say how sure you are first.")
    assert kept(quiz) == {}
    check(within, "Guess")
    expect(within.locator(".result")).to_have_text("Partly right: 2 of 3.")
    answer(quiz, "order-a-step", ["a", "b", "c", "d"])
    answer(quiz, "order-and-indent", ["a:0", "c:0"])
    rows = table.locator("tbody tr")
    expect(rows).to_have_text(["Sure262.5 %", "Guess166.7 %"])
    means = scoring.calibration([("sure", 1.0), ("sure", 0.25), ("guess", 2 / 3)])
    assert [(m.confidence, m.answers, m.score) for m in means] == [("sure", 2, 0.625), ("guess", 1, 2 / 3)]
    quiz.reload()
    expect(rows).to_have_count(2)
    expect(within.get_by_label("Guess")).to_be_checked()


def test_everything_is_restored(quiz: Page) -> None:
    given: dict[str, Response] = {
        "fill-the-gaps": ["2", " False", "frozen"],
        "order-a-step": ["b", "a", "e"],
        "order-and-indent": ["a:0", "b:1", "c:1"],
        "match-losses": ["r1", "r4", "r3"],
        "in-your-words": ["a", "c"],
        "write-it": "model.requires_grad = False",
    }
    asked(quiz, "in-your-words").locator(".words").fill("Because\nof the head")
    said = {id_: answer(quiz, id_, response) for id_, response in given.items()}
    assert [score for score, _ in said.values()] == [2 / 3, 0.5, 0.5, 2 / 3, 2 / 3, 0]
    tally = "6 of 6 answered, 0 right, 5 partly"
    expect(quiz.locator(".tally")).to_have_text(tally)
    quiz.reload()
    expect(quiz.locator(".tally")).to_have_text(tally)
    for id_, (score, words) in said.items():
        expect(asked(quiz, id_).locator(".variant")).to_have_attribute("data-score", str(score))
        assert asked(quiz, id_).locator(".result").text_content() == words
    expect(asked(quiz, "in-your-words").locator(".words")).to_have_value("Because\nof the head")
    expect(quiz.get_by_role("link", name="Question 1 partly right")).to_be_visible()
    expect(quiz.get_by_role("link", name="Question 6 wrong")).to_be_visible()


def test_answers_of_before_there_were_scores(browser: Browser, site: Path) -> None:
    old = {"match-losses": {"variant": 0, "response": ["r1", "r2", "r3"], "right": True}}
    with opened(browser, site / PAGE, init=f"localStorage['quizproof:{QUIZ}'] ||= '{json.dumps(old)}'") as page:
        expect(page.locator(".tally")).to_have_text("1 of 6 answered, 1 right")
        expect(page.locator(".calibration")).to_be_hidden()


@pytest.mark.parametrize(
    "odd",
    [
        {"score": 2},
        {"score": "1"},
        {"hints": -1},
        {"hints": 0.5},
        {"confidence": "toString"},
        {"confidence": "sure"},
        {"words": 1},
        {"ran": {"earned": 2, "of": 1}},
        {"ran": {"earned": 0, "of": 0}},
        {"ran": {"earned": 1, "of": 2, "parts": ["right"]}},
        {"response": ["r1", "r2"]},
        {"response": ["r1", "r2", "r9"]},
        {"response": ["r1", "r2", "r3", "r4"]},
    ],
)
def test_odd_answers_are_dropped(browser: Browser, site: Path, odd: dict[str, object]) -> None:
    entry = {"match-losses": {"variant": 0, "response": ["r1", "r2", "r3"], "right": True, **odd}}
    with opened(browser, site / PAGE, init=f"localStorage['quizproof:{QUIZ}'] ||= '{json.dumps(entry)}'") as page:
        expect(page.locator(".tally")).to_have_text("0 of 6 answered, 0 right")
        expect(page.locator(".answered")).to_have_count(0)
        expect(asked(page, "match-losses").locator("select").first).to_have_value("")


def test_program_that_nobody_has_run(quiz: Page, tmp_path: Path) -> None:
    within = asked(quiz, "write-it")
    editor = within.get_by_role("textbox", name="Your program")
    editor.fill("model[2].requires_grad_(True)")
    check(within)
    expect(within.locator(".result")).to_contain_text("Not run here. It may well be right.")
    panel = within.locator(".unrun")
    expect(panel).to_contain_text("quizproof try write-it.py --question write-it")
    expect(quiz.locator(".tally")).to_have_text("1 of 6 answered, 0 right, 1 not run here")
    saved = kept(quiz)["write-it"]
    assert (saved["unrun"], saved["right"], "score" in saved) == (True, False, False)
    expect(quiz.locator(".calibration")).to_be_hidden()
    with quiz.expect_download() as download:
        panel.get_by_role("button", name="Save as write-it.py").click()
    assert download.value.suggested_filename == "write-it.py"
    download.value.save_as(tmp_path / "saved.py")
    assert (tmp_path / "saved.py").read_text() == "model[2].requires_grad_(True)"
    panel.get_by_role("button", name="Copy the program").click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    editor.fill("# Mine\nmodel.requires_grad=False")
    expect(panel).to_be_hidden()
    expect(within.locator(".result")).to_be_empty()
    within.locator(".check").click()
    within.get_by_role("button", name="Show the answer").click()
    expect(within.locator(".result")).to_have_text("Not right. It sets an attribute that nobody reads.")
    states = within.locator(".check-item .state")
    expect(states).to_have_text([" fails", " not reached", " not reached"])
    expect(within.locator(".mistakes .is-given")).to_contain_text("AssertionError: 0.weight")
    expect(within.locator(".sheet")).to_contain_text(
        "2 small changes to it were run as well. The checks catch all of them."
    )


def test_what_was_not_run_is_marked_by_the_learner(quiz: Page) -> None:
    """Check by check; and it stays so when the page is opened again."""
    within = asked(quiz, "write-it")
    within.get_by_role("textbox", name="Your program").fill("model[2].requires_grad_(True)")
    check(within)
    quiz.reload()
    expect(within.locator(".unrun")).to_be_visible()
    for own in within.locator(".own").all()[:2]:
        own.check()
    within.get_by_role("button", name="Use my marks").click()
    for _ in range(2):
        expect(within.locator(".result")).to_have_text("By your own marks: partly right: 2 of 3.")
        expect(within.locator(".check-item .state")).to_have_text([" you: passes", " you: passes", " you: fails"])
        expect(within.locator(".unrun")).to_be_hidden()
        expect(quiz.locator(".tally")).to_have_text("1 of 6 answered, 0 right, 1 partly")
        assert kept(quiz)["write-it"]["own"] == ["0", "1"]
        quiz.reload()


def test_blank_that_was_not_run_is_marked_by_the_learner(quiz: Page) -> None:
    """The others are marked by the page, and the learner cannot change that."""
    within = asked(quiz, "fill-the-gaps")
    for field, text in zip(within.locator(".field").all(), ("0", "0 == 1", "frozen"), strict=True):
        field.fill(text)
    check(within)
    expect(within.locator(".result")).to_contain_text("Not run here: blank 2.")
    ticks = within.locator(".own")
    assert [(tick.is_checked(), tick.is_enabled()) for tick in ticks.all()] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    ticks.nth(1).check()
    within.get_by_role("button", name="Use my marks").click()
    expect(within.locator(".result")).to_have_text("By your own marks: right.")
    expect(within.locator(".blank.is-right")).to_have_count(3)


def test_second_try_with_a_hint(quiz: Page) -> None:
    """Nothing is shown before the learner asks for it, and the hint costs."""
    within = asked(quiz, "fill-the-gaps")
    for field, text in zip(within.locator(".field").all(), ("2", "False", "frozen"), strict=True):
        field.fill(text)
    check(within)
    expect(within.locator(".result strong")).to_have_text("Partly right: 2 of 3.")
    expect(within.locator(".sheet-body")).to_be_hidden()
    assert kept(quiz)["fill-the-gaps"]["score"] == 2 / 3
    within.get_by_role("button", name="Try again with a hint (costs 10 %)").click()
    expect(within.locator(".help .prose").first).to_be_visible()
    within.locator(".field").first.fill("0")
    check(within)
    expect(within.locator(".result")).to_have_text("Right. After 1 hint: 90 %.")
    assert kept(quiz)["fill-the-gaps"]["score"] == 0.9


def test_opening_the_answer_first_costs_as_a_hint_does(quiz: Page) -> None:
    within = asked(quiz, "fill-the-gaps")
    within.get_by_text("to open it first costs 10 %").click()
    expect(within.locator(".sheet-body")).to_be_visible()
    quiz.reload()  # it was seen, whatever was done since
    for field, text in zip(within.locator(".field").all(), ("0", "False", "frozen"), strict=True):
        field.fill(text)
    check(within)
    expect(within.locator(".result")).to_have_text("Right. After a look at the answer: 90 %.")


def test_nothing_typed_or_read_is_lost(quiz: Page) -> None:
    """A program, an essay, a choice and hints are there after a reload, and gone from the drafts once answered."""
    program = asked(quiz, "write-it").get_by_role("textbox", name="Your program")
    program.fill("model = None\n")
    asked(quiz, "in-your-words").locator(".words").fill("Because")
    blanks = asked(quiz, "fill-the-gaps")
    blanks.get_by_text("Hint 1 of 3").click()
    blanks.locator(".field").first.fill("0")
    quiz.reload()
    expect(program).to_have_value("model = None\n")
    expect(asked(quiz, "in-your-words").locator(".words")).to_have_value("Because")
    expect(blanks.locator(".field").first).to_have_value("0")
    expect(blanks.locator(".help:visible")).to_have_count(2)
    for field, text in zip(blanks.locator(".field").all(), ("0", "False", "frozen"), strict=True):
        field.fill(text)
    check(blanks)
    expect(blanks.locator(".result")).to_have_text("Right. After 1 hint: 90 %.")
    drafts = json.loads(quiz.evaluate(f"localStorage['quizproof-drafts:{QUIZ}']"))
    assert sorted(drafts) == ["in-your-words", "write-it"]


def test_answers_to_another_edition_are_dropped_with_a_word(quiz: Page) -> None:
    """And never shown as an answer to what is asked now; those to the same text stay."""
    answer(quiz, "order-a-step", ["a", "b", "c", "d"])
    answer(quiz, "match-losses", ["r1", "r2", "r2"])
    quiz.evaluate(
        f"""() => {{
            const answers = JSON.parse(localStorage["quizproof:{QUIZ}"]);
            answers["order-a-step"].edition = "00000000";
            localStorage["quizproof:{QUIZ}"] = JSON.stringify(answers);
        }}"""
    )
    quiz.reload()
    expect(quiz.locator(".outdated")).to_have_text(
        "1 answer of an earlier visit was dropped, because its question has changed since."
    )
    expect(quiz.locator(".answered")).to_have_count(1)
    assert sorted(kept(quiz)) == ["match-losses"]
    quiz.reload()
    expect(quiz.locator(".outdated")).to_be_hidden()


def test_edition_is_that_of_what_is_asked() -> None:
    """Another option or another key is another edition; other feedback, evidence or hints are not."""
    display = samples.ordering()
    assert isinstance(display.input, Ordering)
    first = edition_of((display,))
    lines = display.input.lines
    assert edition_of((replace(display, hints=("A hint.",), solution=(), evidence=None),)) == first
    told = replace(display.input, lines=(*lines[:-1], replace(lines[-1], feedback="Other.")))
    assert edition_of((replace(display, input=told),)) == first
    edited = replace(display.input, lines=(*lines[:-1], replace(lines[-1], source="other()")))
    assert edition_of((replace(display, input=edited),)) != first
    assert edition_of((replace(display, prompt=(Prose("Other"),)),)) != first


def test_two_tabs_keep_both_answers(quiz: Page) -> None:
    other = quiz.context.new_page()
    other.goto(quiz.url)
    answer(quiz, "order-a-step", ["a", "b", "c", "d"])
    answer(other, "match-losses", ["r1", "r2", "r2"])
    # A tab hears of what another has kept a moment later.
    expect(quiz.locator(".tally")).to_have_text("2 of 6 answered, 1 right, 1 partly")
    assert sorted(kept(quiz)) == ["match-losses", "order-a-step"]


def test_a_failed_second_answer_takes_nothing_back(quiz: Page) -> None:
    answer(quiz, "order-a-step", ["a", "b", "c", "d"])
    answer(quiz, "order-a-step", ["d", "c"])
    expect(quiz.locator(".tally")).to_have_text("1 of 6 answered, 1 right")
    assert kept(quiz)["order-a-step"]["right"] is True


def test_a_small_change_is_told_of_only_to_whoever_writes_it(quiz: Page) -> None:
    within = asked(quiz, "write-it")
    editor = within.get_by_role("textbox", name="Your program")
    solution = within.locator(".sheet .key, .sheet pre.code").first.text_content() or ""
    editor.fill(solution.replace("(True)", "(False)"))
    check(within)
    within.get_by_role("button", name="Show the answer").click()
    expect(within.locator(".result")).to_have_text("Partly right: 1 of 3. False for True.")
    expect(within.locator(".mistakes > li.is-change")).to_have_count(2)
    expect(within.locator(".mistakes > li.is-change").filter(visible=True)).to_have_text(re.compile("False for True"))


def test_tab_indents_and_escape_lets_go(quiz: Page) -> None:
    editor = asked(quiz, "write-it").get_by_role("textbox")
    editor.fill("if x:\n")
    editor.press("Tab")
    editor.press_sequentially("y")
    expect(editor).to_have_value("if x:\n    y")
    expect(editor).to_be_focused()
    editor.press("ControlOrMeta+z")
    editor.press("Escape")
    editor.press("Tab")
    expect(editor).not_to_be_focused()
    editor.focus()
    editor.press("Escape")
    editor.press("Shift+Tab")
    expect(editor).not_to_be_focused()


def test_the_editor_indents_as_programs_need_it(quiz: Page) -> None:
    """Enter keeps the indentation, and selected lines are moved in and out rather than replaced."""
    editor = asked(quiz, "write-it").get_by_role("textbox")
    editor.fill("")
    editor.press_sequentially("for x in y:  # each\nif x:\nreturn x\nelse")
    expect(editor).to_have_value("for x in y:  # each\n    if x:\n        return x\n    else")
    editor.press("ControlOrMeta+a")
    editor.press("Tab")
    expect(editor).to_have_value("    for x in y:  # each\n        if x:\n            return x\n        else")
    editor.press("Shift+Tab")
    editor.press("Shift+Tab")
    expect(editor).to_have_value("for x in y:  # each\nif x:\n    return x\nelse")
    editor.press("ControlOrMeta+z")
    expect(editor).to_have_value("for x in y:  # each\n    if x:\n        return x\n    else")
    editor.press("ControlOrMeta+a")
    editor.press("ArrowRight")
    editor.press("Shift+Tab")
    editor.press_sequentially(":")
    expect(editor).to_have_value("for x in y:  # each\n    if x:\n        return x\nelse:")
    editor.press("Enter")
    editor.press("Backspace")
    editor.press_sequentially("z")
    expect(editor).to_have_value("for x in y:  # each\n    if x:\n        return x\nelse:\nz")


def test_the_editor_shows_its_program_in_colours(quiz: Page) -> None:
    """The copy in colours is the text of the field, letter for letter, also of a program that is filled in."""
    within = asked(quiz, "write-it")
    editor, ink = within.get_by_role("textbox"), within.locator(".ink")
    program = 'def f(x, dim=-1):  # a \'b\'\n    return x.sum(1.5e3) if None else f"""open\n'
    editor.evaluate("(field, program) => { field.value = program; }", program)
    assert ink.text_content() == program
    spans = ink.locator("span").evaluate_all("spans => spans.map((span) => [span.className, span.textContent])")
    assert spans == [
        ["k", "def"], ["d", "f"], ["m", "1"], ["c", "# a 'b'"], ["k", "return"], ["m", "1.5e3"], ["k", "if"],
        ["k", "None"], ["k", "else"], ["s", 'f"""open\n'],
    ]  # fmt: skip
    places = [each.bounding_box() for each in (editor, ink)]
    assert places[0] is not None
    assert places[1] is not None
    # The caret must be where the letters are.
    assert abs(places[0]["y"] - places[1]["y"]) < 1


def test_highlighting_knows_the_words_that_the_lexer_knows() -> None:
    source = assets.script().decode()
    for name, known in (("KEYWORDS", keyword.kwlist), ("BUILTINS", lexer._BUILTINS.split())):
        lines = re.findall(rf"const {name} =\n((?: *\".*\n)+)", source)
        assert "".join(re.findall(r'"([^"]*)"', lines[0])).split() == known


def test_open_answer(quiz: Page) -> None:
    within = asked(quiz, "in-your-words")
    model = within.get_by_text("Because the head on top")
    expect(model).to_be_hidden()
    expect(within.locator(".check")).to_be_hidden()
    within.get_by_role("textbox").fill("The head learns.")
    within.get_by_role("button", name="Show the model answer").click()
    expect(model).to_be_visible()
    expect(within.get_by_role("checkbox", name="The head is trained.")).to_be_focused()
    within.get_by_role("checkbox", name="The head is trained.").check()
    within.get_by_label("Unsure").check()
    within.get_by_role("button", name="Mark my answer").click()
    expect(within.locator(".result")).to_have_text("Partly right: 1 of 3.")
    expect(within.locator(".feedback-list")).to_contain_text("It depends on the data.")
    expect(within.locator(".feedback-list .run-says")).to_have_count(2)
    assert kept(quiz)["in-your-words"]["words"] == "The head learns."
    quiz.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(within.locator(".sheet .solution")).to_have_count(1)
    quiz.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(within.locator(".model .solution")).to_have_count(1)
    within.get_by_role("button", name="Try again").click()
    expect(model).to_be_hidden()


def test_gaps_tell_which_are_right(quiz: Page) -> None:
    within = asked(quiz, "fill-the-gaps")
    check(within)
    expect(within.locator(".complaint")).to_have_text("Fill every blank first.")
    expect(within.get_by_role("textbox", name="Blank 1 of 3")).to_be_focused()
    answer(quiz, "fill-the-gaps", ["2", "bool(0)", "frozen"])
    classes = within.locator(".blank").evaluate_all("all => all.map((each) => each.className)")
    assert classes == ["blank is-wrong", "blank is-right", "blank is-right"]
    expect(within.locator(".result")).to_have_text("Partly right: 2 of 3. That is the last layer.")
    expect(within.locator(".is-given .run-says")).to_have_text("The check fails.")


def test_exhibits_are_shown_and_not_counted(quiz: Page) -> None:
    exhibit = quiz.get_by_role("region", name="A training run")
    expect(
        exhibit.get_by_role("img", name=re.compile("Chart of Loss over Epoch: loss from 2.31 to 0.4;"))
    ).to_be_visible()
    expect(quiz.locator(".ticks li")).to_have_count(6)
    solution = exhibit.get_by_text("The base was unfrozen.")
    expect(solution).to_be_hidden()
    exhibit.get_by_text("Show the solution").click()
    expect(solution).to_be_visible()
    expect(exhibit.locator(".help:visible")).to_have_count(1)
    exhibit.get_by_text("Hint 1 of 2").click()
    expect(exhibit.get_by_text("Hint 2 of 2")).to_be_visible()
    exhibit.get_by_text("The numbers").first.click()
    expect(exhibit.get_by_role("row", name="5 0.90 1.17")).to_be_visible()
    rests = quiz.get_by_role("region", name="Key insight").get_by_role("link")
    expect(rests).to_have_text(["Fill the gaps", "A training run"])


def test_topic_tells_what_is_commonly_believed(browser: Browser, site: Path) -> None:
    with opened(browser, site / "freezing-layers" / "index.html") as page:
        beliefs = page.get_by_role("region", name="Common beliefs, refuted by a run")
        expect(beliefs.locator("li")).to_have_count(2)
        expect(beliefs).to_contain_text("2 beliefs")
        beliefs.get_by_role("link", name="Fill the gaps").click()
        expect(page.locator("#q-fill-the-gaps")).to_be_in_viewport()


def test_without_javascript_all_can_be_read(browser: Browser, site: Path) -> None:
    with opened(browser, site / PAGE, java_script_enabled=False) as page:
        for control in page.locator("button, .control, .field, .grip, .confident").all():
            expect(control).to_be_hidden()
        expect(page.locator(".blank").first).to_have_text("______")
        expect(page.locator(".pool .source").first).to_be_visible()
        expect(page.locator("#q-write-it .js-less pre")).to_contain_text("# model is there already")
        hint = page.get_by_text("Hint 3 of 3")
        hint.click()
        expect(page.locator("#q-fill-the-gaps").get_by_text("Read the task.")).to_be_visible()
        page.get_by_text("Answer to question 5").click()
        expect(page.get_by_text("Because the head on top")).to_be_visible()
        expect(page.locator("#q-a-training-run svg").first).to_be_visible()


def test_charts_can_be_read_on_a_narrow_screen(browser: Browser, site: Path) -> None:
    """The letters of a chart are no smaller than 9 pixels, and it scrolls within its own box."""
    with opened(browser, site / PAGE, viewport={"width": 360, "height": 700}) as page:
        for picture in page.locator(".picture").all():
            width = picture.locator("svg").evaluate("svg => svg.getBoundingClientRect().width")
            assert 12.5 * width / 600 >= 9
            expect(picture).to_have_attribute("tabindex", "0")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _crowded_charts() -> list[Chart]:
    """Charts whose labels are as long, as many and as near to the edges as can be."""
    long = "Top two layers unfrozen at a tenth of the rate"
    ends = ((0.0, 0.0), (1_000_000.0, 1_000_000.0))
    steep = tuple((float(x), 1 / (x + 1)) for x in range(10))
    return [
        Chart((Series(long, steep), Series(f"{long} of the head", steep), Series("loss", steep)), "Epoch", "Loss"),
        Chart(tuple(Series(f"{n} W{'m' * 7}", steep) for n in range(6)), f"{long}, {long}", f"{long}, {long}"),
        Chart((Series("x", ends),), "x", "y", tuple(Event(f"{long} {x}", x) for x in (0.0, 3e5, 5e5, 7e5, 1e6))),
        Chart((Series("x", ends),), "x", "y", tuple(Event(long, x, x) for x in (0.0, 5e5, 1e6))),
        Chart((Series("x", ends),), "x", "y", (Event("m" * 70, 5e5), Event("W" * 70, 1e6, 1e6))),
        Chart((Series("x", ((0.0, 0.0), (1.0, 1.0))),), "x", "y", (Event(long, 1.0), Event("at 1", 1.0, 0.0))),
    ]


def test_text_of_charts_is_inside_whatever_the_font(browser: Browser, tmp_path: Path) -> None:
    """With a narrow and a wide font, in a wide and a narrow window."""
    displays = [replace(samples.choice(), prompt=(chart,)) for chart in _crowded_charts()]
    questions = [samples.question(f"q{n}", display) for n, display in enumerate(displays)]
    report = samples.report(samples.asking(samples.quiz(), *questions))
    with opened(browser, build_site(report, tmp_path / "site").out / "samples" / "sample.html") as page:
        assert page.locator(".picture").count() == len(displays)
        assert outside_pictures(page) == []


@pytest.mark.parametrize("name", ["chart", "curve"])
def test_labels_of_a_chart_do_not_collide(browser: Browser, site: Path, name: str) -> None:
    """As the browser really sets them, whatever the font."""
    with opened(browser, site / PAGE) as page:
        picture = page.locator(".picture").nth(["chart", "curve"].index(name))
        boxes = picture.locator("text:not([transform])").evaluate_all(
            "all => all.map((e) => [e, e.getBBox()]).map(([e, b]) => [e.textContent, b.x, b.y, b.width, b.height])"
        )
        for index, (text, x, y, width, height) in enumerate(boxes):
            assert x >= 0
            assert x + width <= 600, text
            for other, x2, y2, width2, height2 in boxes[index + 1 :]:
                apart = x + width <= x2 or x2 + width2 <= x or y + height * 0.8 <= y2 or y2 + height2 * 0.8 <= y
                assert apart, (text, other)


def test_every_sample_through_the_page(quiz: Page) -> None:
    tried = 0
    for proof in samples.workshop().blocks:
        display = proof.variants[0].display
        assert display is not None
        if display.input is None:
            continue
        for response in responses(display):
            score, _ = answer(quiz, proof.id, response)
            assert score == expected(display, response), (proof.id, response)
            tried += 1
    assert tried > 60


def _input(display: Display) -> Input:
    assert display.input is not None
    return display.input
