"""How pages look, measured in a real browser: what fits, what is folded, the theme, and paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from helpers.replay import answer, opened, site_of
from quizproof.displays import Code, Prose
from quizproof_renderers.site.names import duration
from quizproof_renderers.site.pages.repeats import Repeat, shown_in, with_repeats

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from conftest import ProveBank

LONG = "torch.nn.functional.scaled_dot_product_attention"
SETUP = "\n".join(f"value_{n} = {n}" for n in range(8))
BANK = f"""
quiz: look
title: {LONG}
topic: look
minutes: 20
blocks:
  - id: first
    kind: choice
    title: Of `{LONG}`
    prompt: Which is it?
    setup: &setup |
{{setup}}
    check: assert result == 1
    options:
      - code: |
          result = {" + ".join(f"value_{n} * 0" for n in range(8))} + 1
        key: true
      - code: result = [value for value in range(10) if value in (1, 2, 3, 4, 5, 6, 7, 8, 9)][0].no_such_attribute
        mistake: It has none.
        happens: AttributeError
      - code: result = 2
        mistake: Too much.
        happens: runs silently
  - id: second
    kind: order-lines
    prompt: In order?
    setup: |
{{setup}}
      one_more = 1
    lines: |
      a = value_1
      b = a + 1
    distractors:
      - line: b = c
        mistake: There is no c.
    check: assert b == 2
  - id: third
    kind: find-bug
    prompt: Which line?
    code: |
      numbers = [{", ".join(map(str, range(30)))}]
      total = sum(numbers) - 1
    fix: |
      numbers = [{", ".join(map(str, range(30)))}]
      total = sum(numbers)
    check: assert total == 435
    happens: runs silently
""".replace("&setup ", "").format(setup="\n".join(f"      {line}" for line in SETUP.split("\n")))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, prove_warm: ProveBank) -> Path:
    """The site of the bank."""
    return site_of(BANK, tmp_path_factory.mktemp("look"), prove_warm)


@pytest.fixture
def quiz(browser: Browser, built: Path) -> Iterator[Page]:
    """Its one quiz."""
    with opened(browser, built / "look/look.html") as page:
        yield page


@pytest.mark.parametrize("width", [320, 1280])
def test_code_wraps_and_long_names_break(browser: Browser, built: Path, width: int) -> None:
    """Nothing is wider than the page, on any page; no code scrolls sideways, also not after the answers."""
    for name in ("index.html", "look/index.html", "look/look.html"):
        with opened(browser, built / name, viewport={"width": width, "height": 800}) as page:
            if name == "look/look.html":
                answer(page, "first", ["b"])
                answer(page, "third", "1")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            wide = "(boxes) => boxes.filter((box) => box.offsetHeight && box.scrollWidth > box.clientWidth + 1).length"
            assert page.locator("pre.code, .listing, h1, h2, h3").evaluate_all(wide) == 0


def test_lines_have_numbers_that_nobody_copies(browser: Browser, built: Path) -> None:
    with opened(browser, built / "look/look.html", permissions=["clipboard-read"]) as page:
        box = page.locator("#q-first .prompt .code-box")
        numbers = box.locator(".l").evaluate_all("ls => ls.map((line) => getComputedStyle(line, '::before').content)")
        assert len(numbers) == 8
        assert all("counter(line)" in number for number in numbers)
        box.get_by_role("button", name="Copy").click()
        expect(box.get_by_role("button")).to_have_text("Copied")
        page.get_by_role("textbox").or_(page.locator("body")).first.evaluate("() => document.title")
        field = page.evaluate_handle("document.body.appendChild(document.createElement('textarea'))").as_element()
        assert field is not None
        field.focus()
        page.keyboard.press("ControlOrMeta+v")
        assert field.input_value() == f"{SETUP}\n"


def heights(lines: Locator) -> list[float]:
    """How high each line is drawn."""
    found: list[float] = lines.evaluate_all("lines => lines.map((line) => line.getBoundingClientRect().height)")
    return found


def test_what_a_page_has_shown_is_folded(quiz: Page) -> None:
    lines = quiz.locator("#q-second .prompt .l")
    assert [height > 0 for height in heights(lines)] == [False] * 8 + [True]
    summary = quiz.locator("#q-second .repeat summary")
    expect(summary).to_have_text(f"Lines 1 to 8 are those of Of {LONG}")
    link = quiz.locator("#q-second .repeat a")
    expect(link).to_be_hidden()
    summary.click(position={"x": 5, "y": 5})
    assert all(heights(lines))
    expect(link).to_have_attribute("href", "#q-first")


def test_beginnings_that_were_shown_before_are_repeats() -> None:
    code, other = Code(SETUP, "Given"), Code("x = 1\n" * 3, "Given")
    longer, blank = Code(f"{SETUP}\ny = 2", "Given"), Code(f"{SETUP}\n\ny = 2")
    before = (
        *shown_in([Prose("?"), other]),
        *shown_in([code], "One", "one"),
        *shown_in([longer], "Two", "two"),
    )
    assert with_repeats([Prose("?"), other], before) == (Prose("?"), other)  # too short to fold
    assert with_repeats([code, longer], before[:2]) == (Repeat(code, 8, before[1]), Repeat(longer, 8, before[1]))
    assert with_repeats([longer], before) == (Repeat(longer, 9, before[2]),)
    # The empty line before what is new stays with it.
    third = shown_in([Code(f"{SETUP}\n\nz = 3")], "Three", "three")
    assert with_repeats([blank], third) == (Repeat(blank, 8, third[0]),)
    assert Repeat(code, 8, before[1]).is_whole
    assert not Repeat(longer, 8, before[1]).is_whole


def test_runs_are_one_line_each(quiz: Page) -> None:
    answer(quiz, "first", ["b"])
    for option in (quiz.locator(f'#q-first [data-option="{id_}"]') for id_ in "bc"):
        expect(option.locator(".run-says")).to_be_visible()
        expect(option.locator(".traceback")).to_be_hidden()
        option.locator(".run > summary").click()
        expect(option.locator(".traceback")).to_be_visible()


def test_the_bar_at_the_top_is_one_row_and_covers_nothing(browser: Browser, built: Path) -> None:
    with opened(browser, built / "look/look.html", viewport={"width": 320, "height": 600}) as page:
        many = "list => { for (let n = 0; n < 60; n += 1) list.append(list.lastElementChild.cloneNode(true)); }"
        page.locator(".ticks ol").evaluate(many)
        page.goto(f"{page.url}#q-third")
        bar, title = page.locator(".ticks").bounding_box(), page.locator("#h-third").bounding_box()
        assert bar is not None
        assert title is not None
        assert bar["y"] + bar["height"] <= 60
        assert title["y"] >= bar["y"] + bar["height"]
        # What is hidden in it, such as a word about answers that are not kept, stays hidden.
        hidden = page.locator(".ticks [hidden]")
        assert hidden.count()
        assert hidden.evaluate_all("all => all.every((each) => !each.offsetHeight)")
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_contents_on_a_narrow_screen(browser: Browser, built: Path) -> None:
    """No dotted leader, and no line ends inside of "20 min"."""
    for width, shown in ((360, "none"), (1280, "block")):
        with opened(browser, built / "index.html", viewport={"width": width, "height": 600}) as page:
            leader = "item => getComputedStyle(item, '::after').display"
            assert page.locator(".toc li").first.evaluate(leader) == shown
            assert "20\N{NO-BREAK SPACE}min" in (page.locator(".toc .minutes").first.text_content() or "")
    assert [duration(minutes).replace("\N{NO-BREAK SPACE}", " ") for minutes in (1, 119, 120, 135, 485)] == [
        "1 min", "119 min", "2 h", "2 h", "8 h",
    ]  # fmt: skip


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_is_switched_and_kept(browser: Browser, built: Path, system: str) -> None:
    papers = {"light": "rgb(251, 249, 243)", "dark": "rgb(23, 22, 20)"}
    with opened(browser, built / "look/look.html", color_scheme=system) as page:

        def paper() -> str:
            colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
            return colour

        switch = page.get_by_role("button", name="Theme")
        assert paper() == papers[system]
        expect(switch).to_have_attribute("aria-label", "Theme: as your system")
        for theme in ("light", "dark"):
            switch.click()
            assert paper() == papers[theme]
            expect(switch).to_have_attribute("aria-label", f"Theme: {theme}")
        page.goto((built / "index.html").as_uri())
        assert paper() == papers["dark"]
        page.get_by_role("button", name="Theme").click()
        assert paper() == papers[system]
        page.reload()
        assert paper() == papers[system]


def test_a_theme_that_nobody_could_choose_is_none(browser: Browser, built: Path) -> None:
    init = "localStorage.setItem('quizproof-theme', '\"><script>')"
    with opened(browser, built / "look/look.html", init=init, color_scheme="light") as page:
        assert page.evaluate("document.documentElement.dataset.theme") is None


@pytest.mark.parametrize("option", ["a", "b"], ids=["right", "wrong"])
def test_answers_on_paper_stay_and_say_nothing_of_the_key(quiz: Page, option: str) -> None:
    answer(quiz, "first", [option])
    answer(quiz, "second", ["b"])
    answer(quiz, "third", "1")
    quiz.evaluate("dispatchEvent(new Event('beforeprint'))")
    quiz.emulate_media(media="print")
    # Every line is on the paper, also the one that was put into the program.
    assert quiz.locator("#q-second .form .piece").evaluate_all("all => all.every((line) => line.offsetHeight > 0)")
    widths = "all => all.map((each) => getComputedStyle(each).borderWidth)"
    rings = quiz.locator("#q-first .form .letter").evaluate_all(widths)
    thin, other, thick = sorted(float(ring.removesuffix("px")) for ring in rings)
    assert thin == other < thick  # what was chosen
    colours = "all => new Set(all.map((each) => getComputedStyle(each).borderLeftColor)).size"
    assert quiz.locator("#q-first .form .option").evaluate_all(colours) == 1
    ink = quiz.locator("#q-third .listing .control:checked + label")
    assert ink.evaluate("label => getComputedStyle(label).borderLeftColor") == "rgb(0, 0, 0)"
    # A heading is not left behind at the end of a page.
    assert quiz.locator(".labelled").first.evaluate("box => getComputedStyle(box).breakInside") == "avoid"
    assert quiz.locator("legend").first.evaluate("legend => getComputedStyle(legend).breakAfter") == "avoid"
