"""The static site in a real browser: answering, marking, progress, keyboard, paper and narrow screens."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from helpers import same_outputs, samples
from helpers.replay import Response, Watch, answer, answer_all, expected, opened, responses
from quizproof.comparison.quantity import slack
from quizproof.comparison.tolerance import Tolerance
from quizproof.displays import Blanks, Mistake, NumberInput, TextInput
from quizproof.marking.mark import mark
from quizproof_renderers.site.build import build_site
from test_build import hostile_inputs, hostile_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from quizproof.displays import Display

PRACTICE = "freezing-layers/freezing-layers-pytorch-practice.html"
METRICS = "freezing-layers/freezing-layers-pytorch-metrics.html"
KERAS = "freezing-layers/freezing-layers-keras-practice.html"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample bank's site."""
    return build_site(samples.bank(), tmp_path_factory.mktemp("built") / "site").out


@pytest.fixture
def quiz(browser: Browser, site: Path) -> Iterator[Page]:
    """The page with every way of answering."""
    with opened(browser, site / PRACTICE) as page:
        yield page


def question(page: Page, id_: str) -> Locator:
    """One question of a page."""
    return page.locator(f'[data-question="{id_}"]')


def choose(within: Locator, *ids: str) -> None:
    """Tick options and check the answer."""
    for id_ in ids:
        within.locator(f'[data-option="{id_}"] input').check()
    within.get_by_role("button", name="Check answer").click()


def type_in(within: Locator, text: str) -> None:
    """Type an answer and check it."""
    within.get_by_role("textbox").fill(text)
    within.get_by_role("button", name="Check answer").click()


def letters(within: Locator) -> list[tuple[str, str]]:
    """The options as shown: letter and id."""
    found: list[tuple[str, str]] = within.locator(".option").evaluate_all(
        "items => items.map(item => [item.querySelector('.letter').textContent, item.dataset.option])"
    )
    return [(letter, id_) for letter, id_ in found]


def wide(display: Display | None) -> Response:
    """A response to a question, as long as can be."""
    assert display is not None
    match display.input:
        case NumberInput() | TextInput():
            return "1" * 200
        case Blanks(blanks=blanks):
            return ["x" * 200] * len(blanks)
        case _:
            return next(responses(display))


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1200)])
def test_every_page_is_clean_and_fits(browser: Browser, site: Path, scheme: str, width: int) -> None:
    """No message on the console, no foreign request, no sideways scrolling; before answering and after."""
    displays = [(proof.id, proof.variants[0].display) for proof in samples.bank().blocks if not proof.exhibit]
    for path in sorted(site.rglob("*.html")):
        with opened(browser, path, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
            fits = "document.documentElement.scrollWidth <= innerWidth"
            assert page.evaluate(fits), path
            for id_, display in displays:
                if page.locator(f'[data-question="{id_}"]').count():
                    answer(page, id_, wide(display))
                    expect(question(page, id_).locator(".variant")).to_have_class(re.compile("answered|was-unrun"))
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            assert page.evaluate(fits), path


def test_policy_holds_from_a_file(browser: Browser, site: Path) -> None:
    """The policy lets our own script and style through, and stops inline ones; and the tests' watch would notice."""
    watch = Watch()
    with browser.new_context() as context:
        page = context.new_page()
        watch.follow(page)
        page.goto((site / "index.html").as_uri())
        assert page.evaluate("document.documentElement.className") == "js"
        assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
        blocked = page.evaluate("""() => new Promise((resolve) => {
            document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
            const script = document.createElement("script");
            script.textContent = "window.pwned = true";
            document.head.append(script);
        })""")
        assert blocked == "script-src-elem"
        assert page.evaluate("window.pwned") is None
    with pytest.raises(AssertionError, match="violates the following Content Security Policy"):
        watch.check()


def test_right_option(quiz: Page) -> None:
    asked = question(quiz, "freeze-two-of-three")
    choose(asked, "a")
    expect(asked.get_by_role("status").first).to_contain_text("Right. You answered")
    assert asked.locator(".option.is-chosen").get_attribute("data-option") == "a"
    expect(asked.locator(".solution")).to_be_visible()
    expect(asked.get_by_text("The check that judged every option")).to_be_visible()


def test_wrong_option_shows_what_each_option_really_did(quiz: Page) -> None:
    asked = question(quiz, "freeze-two-of-three")
    choose(asked, "b")
    expect(asked.locator(".result")).to_contain_text("Not right.")
    for option in asked.locator(".option").all():
        expect(option.locator(".run-says")).to_be_visible()
    # Each run is one line until it is opened.
    chosen = asked.locator('[data-option="b"]')
    for option in (chosen, asked.locator('[data-option="c"]')):
        expect(option.locator(".traceback")).to_be_hidden()
        option.locator("summary.run-head").click()
        expect(option.locator(".traceback")).to_be_visible()
    expect(asked.get_by_text("PyTorch 2.13.0, Python 3.11.7")).to_be_visible()
    expect(chosen).to_contain_text("Wrong — your answer")
    expect(asked.locator(".result")).to_contain_text("Nothing is frozen, and nothing warns you.")
    expect(chosen).to_contain_text("AssertionError: layer1.weight")
    expect(asked.locator('[data-option="a"]')).to_contain_text("Right")
    raised = asked.locator('[data-option="c"] .raised')
    expect(raised).to_have_text("AttributeError: 'Net' object has no attribute 'freeze_layers'")


def test_code_behind_a_run_is_in_a_disclosure(quiz: Page) -> None:
    asked = question(quiz, "trainable-values")
    choose(asked, "b")
    code = asked.locator('[data-option="b"] .behind pre')
    expect(code).to_be_hidden()
    asked.locator('[data-option="b"] summary').click()
    expect(code).to_have_text("print(sum(p.numel() for p in model.parameters()))")


def test_several_right_options(quiz: Page) -> None:
    asked = question(quiz, "what-freezing-does")
    choose(asked, "a")
    expect(asked.locator(".result")).to_contain_text("Partly right: 1 of 2.")
    asked.get_by_role("button", name="Try again").click()
    choose(asked, "a", "b")
    expect(asked.locator(".result")).to_contain_text("Right. You answered")
    expect(asked.locator('[data-option="d"] .unproven')).to_contain_text("A matter of taste; no run can settle it.")


def test_nothing_chosen_is_not_marked(quiz: Page) -> None:
    for id_, message in (("freeze-two-of-three", "Choose an option first."), ("wrong-line", "Choose a line first.")):
        asked = question(quiz, id_)
        asked.get_by_role("button", name="Check answer").click()
        expect(asked.locator(".complaint")).to_have_text(message)
        expect(asked.locator(".control").first).to_be_focused()
        expect(asked.locator(".result")).to_be_empty()
        asked.locator(".control").first.check()
        expect(asked.locator(".complaint")).to_be_empty()


def test_click_anywhere_in_a_row_chooses(quiz: Page) -> None:
    asked = question(quiz, "freeze-two-of-three")
    asked.locator('[data-option="c"] pre').click()
    expect(asked.locator('[data-option="c"] input')).to_be_checked()
    choose(asked)
    asked.locator('[data-option="a"] pre').first.click()
    expect(asked.locator('[data-option="c"] input')).to_be_checked()


def test_number(browser: Browser, site: Path) -> None:
    with opened(browser, site / METRICS) as page:
        asked = question(page, "precision")
        type_in(asked, "about 90")
        expect(asked.locator(".complaint")).to_have_text(
            "“about 90” is not a number. Type a number such as 12, 0.5, 1e-3 or 3/4."
        )
        field = asked.get_by_role("textbox", name="Your answer, in %")
        expect(field).to_be_focused()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(asked.locator(".result")).to_be_empty()
        type_in(asked, "85 %")
        expect(asked.locator(".result")).to_contain_text("Not right. You answered 85 %.")
        expect(asked.locator(".result")).to_contain_text("That is the recall")
        expect(asked.locator(".mistakes .is-given")).to_contain_text("What this mistake computes: 85.")
        expect(asked.locator(".sheet")).to_contain_text("Computed: 89.4737 %.")
        expect(field).to_be_disabled()
        asked.get_by_role("button", name="Try again").click()
        type_in(asked, "8500/95")
        expect(asked.locator(".result")).to_contain_text("Right.")


def test_one_line_of_text(quiz: Page) -> None:
    asked = question(quiz, "type-one-line")
    type_in(asked, "   ")
    expect(asked.locator(".complaint")).to_have_text("Type your answer first, or “nothing” if it prints nothing.")
    type_in(asked, "6.0 tensor([2., 2., 2.])")
    expect(asked.locator(".result")).to_contain_text("Not right. Nobody called backward().")
    expect(asked.locator(".result code")).to_have_text("backward()")
    asked.get_by_role("button", name="Try again").click()
    type_in(asked, "6.0 None  ")
    expect(asked.locator(".result")).to_have_text("Right.")


def test_several_lines_of_text(quiz: Page) -> None:
    asked = question(quiz, "type-lines")
    type_in(asked, "0.weight False")
    expect(asked.locator(".result")).to_have_text("Not right.")
    asked.get_by_role("button", name="Try again").click()
    type_in(asked, "0.weight False \n0.bias False\n2.weight True\n2.bias True\n\n")
    expect(asked.locator(".result")).to_have_text("Right.")


def test_line_of_a_program(quiz: Page) -> None:
    asked = question(quiz, "wrong-line")
    asked.get_by_role("radio", name="4 for param in model[0].parameters():").check()
    choose(asked)
    expect(asked.locator(".result")).to_contain_text("Not right. You answered line 4. The loop is right")
    expect(asked.locator('[data-line="5"]')).to_have_class("is-right")
    expect(asked.locator('[data-line="4"]')).to_have_class("is-wrong")
    expect(asked.locator(".sheet")).to_contain_text("TypeError: assigned grad expected to be a Tensor or None")
    asked.get_by_role("button", name="Try again").click()
    asked.get_by_text("param.grad = False").first.click()
    choose(asked)
    expect(asked.locator(".result")).to_have_text("Right. You answered line 5.")


def test_every_key_and_every_distractor_through_the_page(browser: Browser, site: Path) -> None:
    """What the engine proved right is marked right on the page, and the rest wrong; in every variant."""
    tried = 0
    for quiz in samples.bank().quizzes:
        assert quiz.header is not None
        with opened(browser, site / quiz.header.topic / f"{quiz.id}.html") as page:
            for proof in quiz.blocks:
                if proof.exhibit or proof.status not in ("proven", "unproven"):
                    continue
                for index, variant in enumerate(proof.variants):
                    assert variant.display is not None
                    given = list(responses(variant.display))
                    marks = answer_all(page, ((proof.id, response, index) for response in given))
                    for response, (score, _) in zip(given, marks, strict=True):
                        assert score == expected(variant.display, response), (proof.id, index, response)
                        tried += 1
    assert tried > 50


NUMBERS = [
    ("12", 12.0, 0.0, ""),
    ("12.0000000000000001", 12.0, 0.0, ""),
    ("12.00000000000001", 12.0, 0.0, ""),
    ("0.30000000000000004", 0.3, 0.0, ""),
    ("0.3000000000000002", 0.3, 0.0, ""),
    ("0.3000000000000003", 0.3, 0.0, ""),
    (" +1,526,400 ", 1526400.0, 0.0, ""),
    ("1526,400", 1526400.0, 0.0, ""),
    ("1,52,640", 152640.0, 0.0, ""),
    ("0,872", 0.872, 0.0, ""),
    ("1e-3", 0.001, 0.0, ""),
    ("1E3", 1000.0, 0.0, ""),
    ("1.", 1.0, 0.0, ""),
    (".5", 0.5, 0.0, ""),
    (".", 0.5, 0.0, ""),
    ("5e", 5.0, 0.0, ""),
    ("0x10", 16.0, 0.0, ""),
    ("1_000", 1000.0, 0.0, ""),
    ("85/95", 0.895, 0.001, ""),
    (" 85 / 95 ", 0.895, 0.001, ""),
    ("85/95/2", 0.447, 0.001, ""),
    ("1/0", 0.0, 0.0, ""),
    ("1/1e999", 0.0, 0.0, ""),
    ("1e999/1e999", 0.0, 0.0, ""),
    ("1e999", 0.0, 0.0, ""),
    ("inf", 0.0, 0.0, ""),
    ("nan", 0.0, 0.0, ""),
    ("Infinity", 0.0, 0.0, ""),
    ("-0", 0.0, 0.0, ""),
    ("5e-324", 0.0, 0.0, ""),
    ("1e-320", 0.0, 0.0, ""),
    ("1.7976931348623157e308", 1.7976931348623157e308, 0.0, ""),
    ("85 %", 85.0, 0.0, "%"),
    ("85%", 85.0, 0.0, "%"),
    ("%", 85.0, 0.0, "%"),
    ("85 % %", 85.0, 0.0, "%"),
    ("12 m²", 12.0, 0.0, "m²"),
    ("12 m", 12.0, 0.0, "m²"),
    ("12", 12.0, 0.0, "m²"),
    ("89.97", 89.47, 0.5, "%"),
    ("89.98", 89.47, 0.5, "%"),
    ("١٢", 12.0, 0.0, ""),
    ("１２．５", 12.5, 0.0, ""),
    ("१२.५", 12.5, 0.0, ""),
    ("𝟙𝟚", 12.0, 0.0, ""),
    ("½", 0.5, 0.0, ""),
    ("−12", -12.0, 0.0, ""),
    ("－12", -12.0, 0.0, ""),
    ("1e−3", 0.001, 0.0, ""),
    ("1−2j", 1.0, 0.0, ""),
    ("3⁄4", 0.75, 0.0, ""),
    ("1 526 400", 1526400.0, 0.0, ""),
    ("1\u202f526\u202f400.5", 1526400.5, 0.0, ""),
    ("1'526'400", 1526400.0, 0.0, ""),
    ("1’526’400", 1526400.0, 0.0, ""),
    ("1_526_400", 1526400.0, 0.0, ""),
    ("1 526'400", 1526400.0, 0.0, ""),
    ("15 26", 1526.0, 0.0, ""),
    ("1.526.400", 1526400.0, 0.0, ""),
    ("1.526.400,5", 1526400.5, 0.0, ""),
    ("2,303", 2303.0, 0.0, ""),
    ("2,303", 2.303, 0.0, ""),
    ("2，303", 2.303, 0.0, ""),
    ("12 345 €", 12345.0, 0.0, "€"),
    ("\u00a012\u2003", 12.0, 0.0, ""),
    ("\u001f12\u0085", 12.0, 0.0, ""),
    ("\ufeff12", 12.0, 0.0, ""),
    ("2", 12.0, 0.0, ""),
    ("", 12.0, 0.0, ""),
]
"""A response, the key, the tolerance and the unit."""

TEXTS = [
    ("a b", "a b"),
    ("a b ", "a b"),
    ("a b\u00a0\t", "a b"),
    (" a b", "a b"),
    ("a  b", "a b"),
    ("A b", "a b"),
    ("a b\n\n \n", "a b"),
    ("\na b", "a b"),
    ("one\ntwo", "one \ntwo\n"),
    ("one\n\ntwo", "one\ntwo"),
    ("<Net at 0x7f00aa11bb22>", "<Net at 0x7fffffffffff>"),
    ("<Net at 0x7f00a>", "<Net at 0x7fff0>"),
    ("<Net at 0x...>", "<Net at 0x7fffffffffff>"),
    ("Generator(PCG64) at 0x7F4BFA14D000", "Generator(PCG64) at 0x7F4BFA107040"),
    ("<md5 _hashlib.HASH object @ 0x7f4bfa15f430>", "<md5 _hashlib.HASH object @ 0x7f4bfa15f440>"),
    ("subject @ 0x123456", "subject @ 0x654321"),
    ("éobject @ 0x123456", "éobject @ 0x654321"),
    ("a @ 0x123456", "a @ 0x654321"),
    ("1.0", "1.00"),
    ("format 0x123456", "format 0x654321"),
    ("at 0x123456 at 0xabcdef", "at 0x654321 at 0x123456"),
    ("é0x123456", "é0x654321"),
    ("_0x123456", "_0x654321"),
    ("(0x123456,0xabcdef)", "(0x654321,0xABCDEF)"),
    ("0x1234567890abcdef0", "0x0234567890abcdef0"),
    ("caf\u00e9", "cafe\u0301"),
    ("x\u200b", "x"),
    ("x\ufeff", "x"),
    ("x\u0085", "x"),
    ("\u3000", "x"),
    ("", "x"),
]
"""A response and what is accepted."""


EXACT_NUMBERS: list[tuple[str, int | float | str, float]] = [
    ("18446744073709551616", 2**64, 0.0),
    ("18446744073709551615", 2**64, 0.0),
    ("18446744073709551615", 2**64, 1.0),
    ("71.6", 71.9000015258789, 0.3),
    ("72.2", 71.9000015258789, 0.3),
    ("72.3", 71.9000015258789, 0.3),
    ("0.3", 0.1 + 0.2, 0.0),
    ("2/6", "1/3", 0.0),
    ("0.333", "1/3", 0.0),
    ("0.333", "1/3", 0.001),
    ("0.1", "0.10", 0.0),
    ("1+2j", "(1+2j)", 0.0),
    ("( 1 + 2i )", "(1+2j)", 0.0),
    ("2j+1", "(1+2j)", 0.0),
    ("1-2j", "(1+2j)", 0.0),
    ("1.003+2.004j", "(1+2j)", 0.005),
    ("1.003+2.0041j", "(1+2j)", 0.005),
    ("j", "1j", 0.0),
    ("-j", "(-0-1j)", 0.0),
    ("3", "(3+0j)", 0.0),
    ("-4,500", -4.5, 0.0),
    ("-4,500", -4500.0, 0.0),
    ("4,500,000", 4.5, 0.0),
    ("1" * 1001, 1.0, 0.0),
    ("1e-99999", 0.0, 1e-300),
]
"""A response, the key as a run reports it, and the tolerance."""


def _table() -> list[tuple[str, Display]]:
    """The responses above, and random ones of the signs that numbers are made of."""
    draw = random.Random(20261121)
    pieces = ["0", "1", "5", "12", ".", ",", ",000", "/", "e", "E-", "-", "+", " ", "%", "m", "x", "\u0664"]
    soup = ["".join(draw.choices(pieces, k=draw.randint(1, 7))) for _ in range(400)]
    foreseen = (
        Mistake("2", "Two is wrong."),
        Mistake("1e-07", "Tiny is wrong."),
        Mistake("12", "Twelve is wrong."),
        Mistake("above 12.5, below 1e+16", "Large is wrong."),
        Mistake("above 0, below 2", "Small is wrong."),
        Mistake("below 0", "Negative is wrong."),
        Mistake("any other number", "Others are wrong too."),
    )
    rows = [(text, value, tolerance, unit) for text, value, tolerance, unit in NUMBERS]
    rows += [
        (text, draw.choice([0.0, 1.0, 5.0, 1000.0]), draw.choice([0.0, 0.5]), draw.choice(["", "%"])) for text in soup
    ]
    table = [
        (text, samples.display(NumberInput(value, tolerance, str(value), unit, foreseen)))
        for text, value, tolerance, unit in rows
    ]
    slips = (
        Mistake("A b \n", "Case matters."),
        Mistake(" a b", "Indentation matters."),
        Mistake("<Net at 0x7f00a>", "Short address."),
    )
    pairs = [*TEXTS, *same_outputs.SAME, *same_outputs.DIFFERENT]
    table += [(text, samples.display(TextInput(accepted, multiline=True, mistakes=slips))) for text, accepted in pairs]
    table += [
        (text, samples.display(TextInput(accepted, multiline=True, tolerance=Tolerance(absolute, relative))))
        for text, accepted, absolute, relative in [*same_outputs.NEAR, *same_outputs.FAR]
    ]
    table += [
        (typed, samples.display(NumberInput(value, tolerance, "", slack=slack(value))))
        for typed, value, tolerance in EXACT_NUMBERS
    ]
    exact = (
        Mistake("2/3", "Two of them."),
        Mistake("1+2j", "Complex."),
        Mistake("above 9007199254740992, below 9007199254740994", "Between two floats."),
        Mistake("any other number", "Others are wrong."),
    )
    form = NumberInput("1/3", 0.0, "1/3", mistakes=exact)
    table += [(typed, samples.display(form)) for typed in ("1/3", "4/6", "0.6667", "1 + 2i", "9007199254740993+j")]
    table += [(f"900719925474099{last}", samples.display(form)) for last in (2, 3, 4)]
    return table


def test_script_marks_as_the_engine_does(browser: Browser, tmp_path: Path) -> None:
    """Every row of the tables: the same verdict, and the feedback of the same mistake."""
    table = _table()
    ids = {display: f"q-{n}" for n, display in enumerate(dict.fromkeys(display for _, display in table))}
    questions = (samples.question(id_, display) for display, id_ in ids.items())
    report = samples.report(samples.asking(samples.quiz(), *questions))
    differences = []
    with opened(browser, build_site(report, tmp_path / "site").out / "samples" / "sample.html") as page:
        marks = answer_all(page, ((ids[display], response, 0) for response, display in table))
        for (response, display), (score, said) in zip(table, marks, strict=True):
            feedback = mark(display.input, response).feedback if score != "malformed" else ""
            if score != expected(display, response) or feedback not in said:
                differences.append((response, display.input, score, said))
    assert differences == []


def test_keyboard_alone(quiz: Page) -> None:
    """From the top of the page to a marked answer and on to the next try."""
    press = quiz.keyboard.press
    press("Tab")
    expect(quiz.get_by_text("Skip to the content")).to_be_focused()
    expect(quiz.get_by_text("Skip to the content")).to_be_in_viewport()
    press("Enter")
    asked = question(quiz, "freeze-two-of-three")
    for _ in range(40):
        press("Tab")
        if asked.locator(".control").first.evaluate("element => element === document.activeElement"):
            break
    expect(asked.locator(".control").first).to_be_focused()
    outline = asked.locator(".letter").first.evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"
    press("ArrowDown")
    expect(asked.locator(".control").nth(1)).to_be_checked()
    press("Tab")
    expect(asked.get_by_role("button", name="Check answer")).to_be_focused()
    press("Enter")
    expect(asked.locator(".result")).to_be_focused()
    expect(asked.locator(".result")).to_be_in_viewport()
    again = asked.get_by_role("button", name="Try again")
    for _ in range(10):
        press("Tab")
        if again.evaluate("element => element === document.activeElement"):
            break
    expect(again).to_be_focused()
    press("Space")
    expect(asked.locator("h2")).to_be_focused()
    expect(asked.locator("h2")).to_be_in_viewport()
    expect(asked.get_by_role("button", name="Check answer")).to_be_visible()


def test_enter_in_a_field_checks_the_answer(quiz: Page) -> None:
    asked = question(quiz, "type-one-line")
    asked.get_by_role("textbox").fill("6.0 None")
    quiz.keyboard.press("Enter")
    expect(asked.locator(".result")).to_be_focused()
    expect(asked.locator(".result")).to_have_text("Right.")


def test_names_for_screen_readers(quiz: Page) -> None:
    asked = question(quiz, "freeze-two-of-three")
    expect(quiz.get_by_role("region", name="Question 1 Freeze two of three")).to_be_visible()
    expect(asked.get_by_role("group", name="Question 1: Choose one")).to_be_visible()
    expect(asked.get_by_role("radio", name="model.requires_grad_(False)")).to_have_count(1)
    expect(quiz.get_by_role("checkbox")).to_have_count(4)
    expect(quiz.get_by_role("navigation", name="Questions").get_by_role("link", name="Question 1")).to_be_visible()
    choose(asked, "b")
    expect(quiz.get_by_role("link", name="Question 1 wrong")).to_be_visible()
    expect(quiz.get_by_role("img", name="Proof coverage: 96 % proven")).to_be_visible()


def test_retry_brings_the_next_variant(quiz: Page) -> None:
    asked = question(quiz, "trainable-values")
    keys = ["12", "18", "18", "12"]  # of the sizes (10, 5), (20, 8), (10, 8), and the first again
    for version, key in zip((1, 2, 3, 1), keys, strict=True):
        expect(asked.locator(".variant-number")).to_have_text(f"Variant {version} of 3")
        assert [letter for letter, _ in letters(asked)] == ["A", "B", "C"]
        expect(asked.locator('[data-option="a"] .choice')).to_have_text(key)
        choose(asked, "a")
        expect(asked.locator(".result")).to_contain_text("Right.")
        asked.get_by_role("button", name="Try another variant").click()


def test_retry_shuffles_the_options_and_letters_follow(quiz: Page) -> None:
    asked = question(quiz, "freeze-two-of-three")
    for _ in range(3):
        before = letters(asked)
        choose(asked, "c")
        letter = {id_: letter for letter, id_ in before}
        expect(asked.locator(".result")).to_contain_text(f"You answered {letter['c']}.")
        expect(asked.locator(".answer")).to_have_text(f"The answer is {letter['a']}.")
        assert [tale.get_attribute("data-for") for tale in asked.locator(".feedback-list > li").all()] == [
            id_ for _, id_ in before
        ]
        asked.get_by_role("button", name="Try again").click()
        after = letters(asked)
        assert [letter for letter, _ in after] == ["A", "B", "C", "D"]
        expect(asked.locator(".control:checked")).to_have_count(0)


def test_first_retry_never_keeps_the_order(quiz: Page) -> None:
    asked = question(quiz, "freeze-two-of-three")
    rendered = letters(asked)
    for _ in range(20):
        choose(asked, "c")
        asked.get_by_role("button", name="Try again").click()
        assert letters(asked) != rendered


def test_progress_outlives_a_reload(browser: Browser, site: Path) -> None:
    with opened(browser, site / PRACTICE) as page:
        expect(page.locator(".tally")).to_have_text("0 of 6 answered, 0 right")
        choose(question(page, "freeze-two-of-three"), "b")
        choose(question(page, "what-freezing-does"), "a", "b")
        type_in(question(page, "type-lines"), "0.weight False")
        asked = question(page, "trainable-values")
        choose(asked, "b")
        asked.get_by_role("button", name="Try another variant").click()
        choose(asked, "a")
        expect(page.locator(".tally")).to_have_text("4 of 6 answered, 2 right")
        page.reload()
        expect(page.locator(".tally")).to_have_text("4 of 6 answered, 2 right")
        expect(question(page, "freeze-two-of-three").locator(".is-chosen")).to_have_attribute("data-option", "b")
        expect(question(page, "freeze-two-of-three").locator(".result")).to_contain_text("Not right.")
        expect(asked.locator(".variant-number")).to_have_text("Variant 2 of 3")
        expect(asked.locator(".result")).to_contain_text("Right.")
        expect(question(page, "type-lines").get_by_role("textbox")).to_have_value("0.weight False")
        expect(page.locator("[data-tick='freeze-two-of-three']")).to_have_class("is-wrong")
        again = page.context.new_page()
        again.goto(page.url)
        expect(again.locator(".tally")).to_have_text("4 of 6 answered, 2 right")
        assert again.evaluate("[scrollY, document.activeElement.tagName]") == [0, "BODY"]
        again.close()
        page.goto((site / "index.html").as_uri())
        expect(page.locator('[data-progress="freezing-layers-pytorch-practice"]')).to_have_text(
            "4 of 6 answered, 2 right"
        )
        expect(page.locator('[data-progress="autograd-basics"]')).to_be_empty()
        page.goto((site / "freezing-layers" / "index.html").as_uri())
        expect(page.locator('[data-progress="freezing-layers-pytorch-practice"]')).to_have_text(
            "4 of 6 answered, 2 right"
        )


def test_start_over(quiz: Page) -> None:
    quiz.on("dialog", lambda dialog: dialog.accept())
    expect(quiz.get_by_role("button", name="Start over")).to_be_hidden()
    choose(question(quiz, "freeze-two-of-three"), "a")
    quiz.get_by_role("button", name="Start over").click()
    expect(quiz.locator(".tally")).to_have_text("0 of 6 answered, 0 right")
    expect(quiz.locator(".answered")).to_have_count(0)
    assert quiz.evaluate("localStorage.length") == 0


@pytest.mark.parametrize(
    "denial",
    [
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
        "Object.defineProperty(window, 'localStorage', { value: null })",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
    ],
    ids=["denied", "absent", "full"],
)
def test_without_storage_everything_else_works(browser: Browser, site: Path, denial: str) -> None:
    with opened(browser, site / PRACTICE, init=denial) as page:
        page.get_by_text("Whole page").click()
        choose(question(page, "freeze-two-of-three"), "a")
        expect(page.locator(".tally")).to_have_text("1 of 6 answered, 1 right")
        expect(page.locator(".not-kept")).to_be_visible()
        choose(question(page, "what-freezing-does"), "a", "b")
        expect(page.locator(".tally")).to_have_text("2 of 6 answered, 2 right")
        page.goto((site / "index.html").as_uri())
        with page.expect_download():
            page.get_by_role("button", name="Export progress").click()


@pytest.mark.parametrize(
    "kept",
    [
        "not JSON",
        "[]",
        "null",
        '{"freeze-two-of-three": true}',
        '{"freeze-two-of-three": {"variant": 9, "response": ["a"], "right": true}}',
        '{"freeze-two-of-three": {"variant": -1, "response": ["a"], "right": true}}',
        '{"freeze-two-of-three": {"variant": 0, "response": ["z"], "right": true}}',
        '{"freeze-two-of-three": {"variant": 0, "response": ["a", "b"], "right": true}}',
        '{"freeze-two-of-three": {"variant": 0, "response": [], "right": true}}',
        '{"freeze-two-of-three": {"variant": 0, "response": "a", "right": true}}',
        '{"type-one-line": {"variant": 0, "response": ["a"], "right": true}}',
        '{"type-one-line": {"variant": 0, "response": "  ", "right": true}}',
        '{"wrong-line": {"variant": 0, "response": "99", "right": true}}',
        '{"gone": {"variant": 0, "response": "a", "right": true}}',
        '{"constructor": 1, "__proto__": {"variant": 0, "response": "a", "right": true}}',
    ],
)
def test_what_does_not_fit_the_page_is_dropped(browser: Browser, site: Path, kept: str) -> None:
    init = f"localStorage.setItem('quizproof:freezing-layers-pytorch-practice', {json.dumps(kept)})"
    with opened(browser, site / PRACTICE, init=init) as page:
        expect(page.locator(".tally")).to_have_text("0 of 6 answered, 0 right")
        expect(page.locator(".answered")).to_have_count(0)
        choose(question(page, "freeze-two-of-three"), "a")
        expect(page.locator(".tally")).to_have_text("1 of 6 answered, 1 right")


def test_a_kept_verdict_is_not_trusted(browser: Browser, site: Path) -> None:
    """The page may have changed since: the response is marked anew."""
    kept = '{"freeze-two-of-three": {"variant": 0, "response": ["b"], "right": true}}'
    init = f"localStorage.setItem('quizproof:freezing-layers-pytorch-practice', {json.dumps(kept)})"
    with opened(browser, site / PRACTICE, init=init) as page:
        expect(page.locator(".tally")).to_have_text("1 of 6 answered, 0 right")


def test_progress_can_be_taken_along(browser: Browser, site: Path, tmp_path: Path) -> None:
    with opened(browser, site / PRACTICE) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        choose(question(page, "freeze-two-of-three"), "a")
        page.goto((site / "index.html").as_uri())
        with page.expect_download() as download:
            page.get_by_role("button", name="Export progress").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        expect(page.locator(".keep .notice")).to_have_text("Exported your progress in 1 quiz.")
        answers = {"freeze-two-of-three": {"variant": 0, "response": ["a"], "right": True, "score": 1, "hints": 0}}
        exported = json.loads(file.read_text())
        exported["quizzes"]["freezing-layers-pytorch-practice"]["freeze-two-of-three"].pop("edition")
        assert exported == {
            "quizproof": 1,
            "quizzes": {"freezing-layers-pytorch-practice": answers},
        }
        place = page.locator('[data-progress="freezing-layers-pytorch-practice"]')
        expect(place).to_have_text("1 of 6 answered, 1 right")
        page.get_by_role("button", name="Delete progress").click()
        expect(place).to_be_empty()
        page.get_by_label("Import progress").set_input_files(file)
        expect(page.locator(".keep .notice")).to_have_text("Imported your progress in 1 quiz.")
        expect(place).to_have_text("1 of 6 answered, 1 right")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "{}",
        '{"quizproof": 2, "quizzes": {}}',
        '{"quizproof": 1, "quizzes": {"../x": {}}}',
        '{"quizproof": 1, "quizzes": {"a": []}}',
        '{"quizproof": 1, "quizzes": {"a": {"b": {"variant": "0", "response": "x", "right": true}}}}',
        '{"quizproof": 1, "quizzes": {"a": {"b": {"variant": 0, "response": {}, "right": true}}}}',
    ],
)
def test_a_file_that_is_not_progress_changes_nothing(browser: Browser, site: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "progress.json").write_text(text)
    with opened(browser, site / "index.html") as page:
        page.get_by_label("Import progress").set_input_files(tmp_path / "progress.json")
        expect(page.locator(".keep .notice")).to_have_text(
            "This file does not hold progress that quizproof exported. Nothing was changed."
        )
        assert page.evaluate("localStorage.length") == 0


def test_without_javascript_all_can_be_read(browser: Browser, site: Path) -> None:
    with opened(browser, site / PRACTICE, java_script_enabled=False) as page:
        expect(page.locator("noscript .notice")).to_be_visible()
        for control in page.locator("button, .control, .field").all():
            expect(control).to_be_hidden()
        expect(page.locator(".option")).to_have_count(4 + 3 + 4)
        for option in page.locator(".option .choice").all():
            expect(option).to_be_visible()
        expect(page.get_by_text("param.grad = False").first).to_be_visible()
        first = page.locator("#q-freeze-two-of-three")
        expect(first.locator(".sheet-body")).to_be_hidden()
        first.get_by_text("Answer to question 1").click()
        expect(first.locator(".answer")).to_be_visible()
        expect(first.locator(".solution")).to_be_visible()
        for tale in first.locator(".feedback-list .run-says").all():
            expect(tale).to_be_visible()


def test_frameworks_and_modes_can_be_chosen_without_javascript(browser: Browser, site: Path) -> None:
    with opened(browser, site / "freezing-layers" / "index.html", java_script_enabled=False) as page:
        shown = page.locator(".card h3:visible")
        expect(shown).to_have_count(5)
        page.get_by_role("radio", name="PyTorch").check(force=True)
        expect(shown).to_have_text(["Freezing layers in PyTorch", "What to watch", "Every way to answer"])
        expect(page.locator(".way h2:visible")).to_have_text(["Practice", "Metrics", "Experiment"])
        page.get_by_role("radio", name="Metrics").check(force=True)
        expect(shown).to_have_text(["What to watch"])


def test_not_proven_questions_cannot_be_answered(browser: Browser, site: Path) -> None:
    with opened(browser, site / KERAS) as page:
        expect(page.locator(".tally")).to_have_text("0 of 1 answered, 0 right")
        expect(page.locator("form")).to_have_count(1)
        expect(page.locator("#q-compile-again")).to_contain_text("this distractor passes the check")
        choose(question(page, "still-fine"), "a")
        expect(page.locator(".tally")).to_have_text("1 of 1 answered, 1 right")


@pytest.mark.parametrize("javascript", [True, False])
def test_on_paper_the_answers_follow_all_questions(browser: Browser, site: Path, *, javascript: bool) -> None:
    with opened(browser, site / PRACTICE, java_script_enabled=javascript) as page:
        if javascript:
            choose(question(page, "freeze-two-of-three"), "b")
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        last_prompt = page.locator(".prompt").last.bounding_box()
        title = page.get_by_role("heading", name="Answers").bounding_box()
        assert last_prompt is not None
        assert title is not None
        assert title["y"] > last_prompt["y"] + last_prompt["height"]
        tops = []
        for sheet in page.locator(".sheet").all():
            expect(sheet.locator(".answer")).to_be_visible()
            box = sheet.bounding_box()
            assert box is not None
            tops.append(box["y"])
        assert tops == sorted(tops)
        assert tops[0] > title["y"]
        for hidden in page.locator("button, .ticks, .result, .masthead").all():
            expect(hidden).to_be_hidden()
        expect(page.locator("#q-freeze-two-of-three .feedback-list .feedback")).to_have_count(4)
        if javascript:
            page.emulate_media(media="screen")
            page.evaluate("dispatchEvent(new Event('afterprint'))")
            expect(page.locator("#q-freeze-two-of-three .option .feedback")).to_have_count(4)
            expect(question(page, "type-lines").locator(".sheet-body")).to_be_hidden()


def test_hostile_text_does_nothing(browser: Browser, tmp_path: Path) -> None:
    out = build_site(hostile_report(), tmp_path / "site", samples.HOSTILE).out
    for path in sorted(out.rglob("*.html")):
        with opened(browser, path) as page:
            page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
            for id_, display in hostile_inputs():
                if page.locator(f'[data-question="{id_}"]').count():
                    answer(page, id_, next(responses(display)))
                    expect(question(page, id_).locator(".variant")).to_have_class(re.compile("answered|was-unrun"))
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            expect(page.locator("body")).to_be_visible()
            assert page.locator("img, main script, main style, [onmouseover], [onerror], [style]").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
