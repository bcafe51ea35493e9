"""The way through quizzes, in a real browser: one question at a time, keys, the summary, and what comes next."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from helpers import samples
from helpers.replay import answer, opened
from quizproof_renderers.site import assets
from quizproof_renderers.site.build import build_site
from test_build import hostile_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PRACTICE = "freezing-layers/freezing-layers-pytorch-practice.html"
EXPERIMENT = "freezing-layers/freezing-layers-pytorch-experiment.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample bank's site."""
    return build_site(samples.bank(), tmp_path_factory.mktemp("flow") / "site").out


@pytest.fixture
def quiz(browser: Browser, site: Path) -> Iterator[Page]:
    """A quiz as a new learner sees it."""
    with opened(browser, site / PRACTICE, whole=False) as page:
        yield page


def shown(page: Page) -> list[str]:
    """The ids of the blocks that can be seen, and "end" where the result can."""
    found: list[str] = page.locator("main > .question, main > .ending").evaluate_all(
        "all => all.filter((each) => each.offsetHeight).map((each) => each.id.replace('q-', ''))"
    )
    return found


def test_one_question_at_a_time_or_the_whole_page(quiz: Page) -> None:
    ids = [section["id"] for section in quiz.locator(".question").evaluate_all("all => all.map(({ id }) => ({ id }))")]
    assert shown(quiz) == ["freeze-two-of-three"]
    steps = quiz.get_by_role("navigation", name="One at a time")
    expect(steps.get_by_role("link", name="Previous")).to_be_hidden()
    steps.get_by_role("link", name="Next question").click()
    assert shown(quiz) == ["trainable-values"]
    expect(quiz.locator("#h-trainable-values")).to_be_focused()
    expect(quiz.locator("#h-trainable-values")).to_be_in_viewport()
    quiz.get_by_role("link", name="Question 5").click()
    assert shown(quiz) == ["type-one-line"]
    quiz.go_back()
    assert shown(quiz) == ["trainable-values"]
    quiz.get_by_text("Whole page").click()
    assert shown(quiz) == [*(id_.removeprefix("q-") for id_ in ids), "end"]
    expect(quiz.locator("#h-trainable-values")).to_be_in_viewport()
    quiz.reload()  # it is remembered
    assert len(shown(quiz)) == len(ids) + 1
    quiz.get_by_text("One at a time", exact=True).click()
    assert len(shown(quiz)) == 1


def test_a_link_to_a_question_leads_to_it(browser: Browser, site: Path) -> None:
    with opened(browser, site / PRACTICE, whole=False) as page:
        page.goto(f"{page.url}#q-wrong-line")
        page.reload()
        assert shown(page) == ["wrong-line"]
        page.goto(f"{page.url.split('#', maxsplit=1)[0]}#end")
        assert shown(page) == ["end"]
        page.goto(f"{page.url.split('#', maxsplit=1)[0]}#main")  # which is no question
        assert shown(page) == ["end"]


def test_a_question_comes_with_the_exhibits_before_it(browser: Browser, site: Path) -> None:
    with opened(browser, site / EXPERIMENT, whole=False) as page:
        assert shown(page) == ["fill-the-gaps"]
        page.keyboard.press("n")
        assert shown(page) == ["a-training-run", "order-a-step"]
        expect(page.get_by_text("Shown before")).to_be_hidden()
        page.keyboard.press("n")
        assert shown(page) == ["order-and-indent"]
        page.locator(".steps .place a").click()
        page.locator("#q-order-a-step").wait_for()  # the page hears of its new address a little later
        assert shown(page) == ["a-training-run", "order-a-step"]


def test_a_later_visit_starts_at_the_first_open_question(quiz: Page) -> None:
    answer(quiz, "freeze-two-of-three", ["a"])
    assert shown(quiz) == ["freeze-two-of-three"]  # feedback stays until the learner goes on
    quiz.reload()
    assert shown(quiz) == ["trainable-values"]


def test_without_scripts_and_on_paper_there_is_all_of_it(browser: Browser, site: Path, quiz: Page) -> None:
    with opened(browser, site / PRACTICE, whole=False, java_script_enabled=False) as page:
        assert len(shown(page)) == 7
        expect(page.get_by_role("navigation", name="One at a time")).to_be_hidden()
    quiz.emulate_media(media="print")
    assert quiz.locator(".question .prompt").evaluate_all("all => all.filter((each) => each.offsetHeight).length") == 6
    expect(quiz.locator(".steps")).to_be_hidden()
    expect(quiz.locator(".apparatus dd").first).to_be_visible()


@pytest.mark.parametrize("whole", [False, True])
def test_keys(browser: Browser, site: Path, *, whole: bool) -> None:
    """From the first question to the second without a mouse or Tab."""
    with opened(browser, site / PRACTICE, whole=whole) as page:
        first = page.locator("#q-freeze-two-of-three")
        page.keyboard.press("b")
        page.keyboard.press("a")
        expect(first.locator(".option").first.locator(".control")).to_be_checked()
        page.keyboard.press("3")
        expect(first.locator(".option").nth(2).locator(".control")).to_be_checked()
        page.keyboard.press("z")  # there is no such option
        page.keyboard.press("9")
        expect(first.locator(".option").nth(2).locator(".control")).to_be_checked()
        page.keyboard.press("Enter")
        expect(first.locator(".result")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#h-trainable-values")).to_be_focused()
        page.keyboard.press("n")
        page.keyboard.press("n")
        expect(page.locator("#h-wrong-line")).to_be_focused()
        page.keyboard.press("2")
        expect(page.locator("#q-wrong-line .control").nth(1)).to_be_checked()
        page.keyboard.press("p")
        page.keyboard.press("p")
        expect(page.locator("#h-trainable-values")).to_be_focused()


def test_keys_follow_who_scrolls(browser: Browser, site: Path) -> None:
    """On a whole page, the question that is in view is meant, not the one that had the focus."""
    with opened(browser, site / PRACTICE) as page:
        page.keyboard.press("n")
        expect(page.locator("#h-trainable-values")).to_be_focused()
        page.locator("#q-type-one-line").evaluate("section => section.scrollIntoView()")
        page.mouse.wheel(0, 1)
        page.wait_for_function(
            "() => Math.abs(document.querySelector('#q-type-one-line').getBoundingClientRect().top) < 100"
        )
        page.keyboard.press("n")
        expect(page.locator("#h-type-lines")).to_be_focused()


def test_letters_that_are_typed_are_letters(quiz: Page) -> None:
    quiz.goto(f"{quiz.url}#q-type-one-line")
    field = quiz.locator("#q-type-one-line").get_by_role("textbox")
    field.click()
    quiz.keyboard.type("nap? 1")
    expect(field).to_have_value("nap? 1")
    assert shown(quiz) == ["type-one-line"]
    expect(quiz.get_by_role("dialog")).to_be_hidden()
    field.blur()
    quiz.keyboard.press("ControlOrMeta+p")  # the browser's own
    assert shown(quiz) == ["type-one-line"]
    quiz.keyboard.press("p")
    assert shown(quiz) == ["wrong-line"]


def test_help_lists_the_keys_and_turns_them_off(quiz: Page) -> None:
    quiz.keyboard.press("?")
    dialog = quiz.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Next question.")
    quiz.keyboard.press("n")  # not while it is open
    quiz.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert shown(quiz) == ["freeze-two-of-three"]
    quiz.get_by_role("button", name="Keys").click()
    dialog.get_by_label("Use single keys").uncheck()
    dialog.get_by_role("button", name="Close").click()
    quiz.reload()
    quiz.keyboard.press("n")
    assert shown(quiz) == ["freeze-two-of-three"]
    quiz.get_by_role("button", name="Keys").click()
    dialog.get_by_label("Use single keys").check()
    dialog.get_by_role("button", name="Close").click()
    quiz.keyboard.press("n")
    assert shown(quiz) == ["trainable-values"]


def test_summary(browser: Browser, site: Path) -> None:
    with opened(browser, site / EXPERIMENT, whole=False) as page:
        page.goto(f"{page.url}#end")
        summary = page.locator(".summary")
        expect(summary).to_be_hidden()
        answer(page, "order-a-step", ["a", "b", "c", "d"])
        expect(summary.get_by_role("heading", level=2)).to_have_text("Your result so far")
        expect(summary.locator(".facts")).to_contain_text("of 6 questions right")
        expect(summary.locator(".review li")).to_have_count(5)  # not answered yet
        answer(page, "match-losses", ["r1", "r2", "r2"])
        review = summary.locator(".review").first.locator("li")
        expect(review).to_have_count(1)
        expect(review).to_contain_text("partly right, and you were sure")
        expect(summary.locator(".facts b").first).to_have_text("83 %")
        expect(page.get_by_role("link", name="Your result")).to_be_hidden()
        review.get_by_role("link").click()
        assert shown(page) == ["match-losses"]


def test_summary_of_a_quiz_without_a_miss(quiz: Page) -> None:
    right: dict[str, str | list[str]] = {
        "freeze-two-of-three": ["a"],
        "what-freezing-does": ["a", "b"],
        "type-one-line": "6.0 None",
    }
    for id_, response in right.items():
        assert answer(quiz, id_, response)[0] == 1, id_
    summary = quiz.locator(".summary")
    quiz.goto(f"{quiz.url}#end")
    expect(summary.locator(".facts b").first).to_have_text("100 %")
    expect(summary.get_by_role("heading", name="Review")).to_be_hidden()
    expect(summary.get_by_role("heading", name="Not answered yet")).to_be_visible()
    visit = quiz.evaluate("JSON.parse(localStorage['quizproof-visit:freezing-layers-pytorch-practice'])")
    assert visit["next"] in ("trainable-values", "type-lines", "wrong-line")
    assert visit["at"] > 1_700_000_000


def test_time_is_that_of_work(browser: Browser, site: Path) -> None:
    """It goes on over visits, stands while nothing happens, and stops with the last answer."""
    with opened(browser, site / "autograd/autograd-basics.html", whole=False) as page:
        page.clock.install()
        page.reload()
        page.clock.fast_forward(90_000)
        page.keyboard.press("Shift")
        page.clock.fast_forward(3_600_000)  # of which five minutes count
        page.keyboard.press("Shift")
        assert answer(page, "first-gradient", "6.0 None")[0] == 1
        kept = page.evaluate("JSON.parse(localStorage['quizproof-visit:autograd-basics'])")
        assert 385 <= kept["seconds"] <= 400
        assert not kept["next"]
        expect(page.locator(".summary .facts")).to_contain_text("7 min")


def test_first_question_is_on_the_first_screen(browser: Browser, site: Path) -> None:
    for whole in (False, True):
        with opened(browser, site / PRACTICE, whole=whole, viewport={"width": 360, "height": 740}) as page:
            expect(page.locator("#q-freeze-two-of-three .prompt > *").first).to_be_in_viewport(ratio=1)
            expect(page.locator(".apparatus dd").first).to_be_hidden()
            page.locator(".apparatus summary").click()
            expect(page.locator(".apparatus")).to_contain_text("statements proven")


def test_a_page_that_cannot_load_more_still_works(browser: Browser, site: Path) -> None:
    with opened(browser, site / PRACTICE, whole=False) as page:
        page.evaluate("document.querySelector('[data-more]').dataset.more = ''")
        page.keyboard.press("?")
        assert answer(page, "freeze-two-of-three", ["a"])[0] == 1
        page.keyboard.press("n")
        assert shown(page) == ["trainable-values"]


def test_next_stays_in_the_framework(site: Path) -> None:
    """On every page, and from the last quiz of one topic to the next topic."""
    links = {}
    for path in site.glob("*/*.html"):
        found = re.search(r'<a href="([^"]+)">Next: ', path.read_text(encoding="utf-8"))
        links[str(path.relative_to(site))] = found and str((path.parent / found[1]).resolve().relative_to(site))
    assert links == {
        "autograd/index.html": None,
        "freezing-layers/index.html": None,
        "autograd/autograd-basics.html": PRACTICE,
        PRACTICE: "freezing-layers/freezing-layers-pytorch-metrics.html",
        "freezing-layers/freezing-layers-pytorch-metrics.html": EXPERIMENT,
        EXPERIMENT: None,
        "freezing-layers/freezing-layers-keras-practice.html": "freezing-layers/shapes-keras-trace.html",
        "freezing-layers/shapes-keras-trace.html": None,
    }


def test_framework_is_remembered_everywhere(browser: Browser, site: Path) -> None:
    with opened(browser, site / "index.html") as page:
        entries = page.locator(".toc li:visible")
        assert entries.count() == 6
        page.get_by_text("TensorFlow", exact=True).click()
        assert entries.count() == 2
        expect(page.locator(".topic:visible")).to_have_count(1)  # the other topic has nothing in it
        expect(page.locator(".onto a")).to_have_attribute("href", "freezing-layers/freezing-layers-keras-practice.html")
        page.goto((site / "freezing-layers/index.html").as_uri())
        expect(page.get_by_role("radio", name="TensorFlow")).to_be_checked()
        assert page.locator(".card:visible").count() == 2
        page.locator(".card:visible a").first.click()
        page.locator(".apparatus summary").click()
        page.get_by_role("link", name="PyTorch").click()
        page.goto((site / "index.html").as_uri())
        assert entries.count() == 4
        page.locator(".switch").get_by_text("All", exact=True).click()
        page.reload()
        assert entries.count() == 6


def test_home_says_where_to_continue(browser: Browser, site: Path) -> None:
    with opened(browser, site / "index.html", whole=False) as page:
        onto = page.locator(".onto a")
        expect(onto).to_have_text(re.compile("^Start: "))
        expect(page.locator(".reach").first).to_be_hidden()
        page.goto((site / PRACTICE).as_uri())
        answer(page, "freeze-two-of-three", ["a"])
        answer(page, "what-freezing-does", ["a"])
        page.goto((site / "index.html").as_uri())
        expect(onto).to_have_text(re.compile("^Continue: "))
        expect(page.locator(".reached")).to_contain_text("1 right")
        reach = page.locator('[data-topic="Freezing layers"] .reach')
        expect(reach).to_contain_text("1 of ")
        onto.click()
        assert shown(page) == ["wrong-line"]  # the first open one after the last answer
        # One that is done is not continued.
        page.goto((site / "autograd/autograd-basics.html").as_uri())
        answer(page, "first-gradient", "6.0 None")
        page.goto((site / "index.html").as_uri())
        expect(onto).to_have_attribute("href", f"{PRACTICE}#q-wrong-line")


def test_what_was_missed_is_reviewed(browser: Browser, site: Path) -> None:
    with opened(browser, site / PRACTICE, whole=False) as page:
        answer(page, "freeze-two-of-three", ["b"])
        answer(page, "what-freezing-does", ["a", "b"])  # right, so it is not
        home = (site / "index.html").as_uri()
        page.goto(home)
        items = page.locator(".to-review .review li")
        expect(items).to_have_count(1)
        expect(items).to_contain_text("tomorrow")
        expect(page.locator(".to-review > .about")).to_contain_text("None is due yet")
        page.evaluate(
            "const key = 'quizproof-tries:freezing-layers-pytorch-practice', kept = JSON.parse(localStorage[key]);"
            "kept['freeze-two-of-three'][0][0] -= 86400; localStorage[key] = JSON.stringify(kept);"
        )
        page.reload()
        expect(items).to_contain_text("due")
        expect(page.locator(".to-review > .about")).to_contain_text("1 is due")
        items.get_by_role("link").click()
        assert shown(page) == ["freeze-two-of-three"]
        expect(page.locator("#q-freeze-two-of-three .answered")).to_have_count(0)  # it is asked anew
        answer(
            page, "freeze-two-of-three", ["a"], int(page.locator(".variant").first.get_attribute("data-variant") or 0)
        )
        page.get_by_role("navigation", name="One at a time").get_by_role(
            "link", name="Back to what is to review"
        ).click()
        expect(items).not_to_contain_text("due")
        assert page.url.startswith(home)


def test_what_was_missed_before_there_was_a_schedule_is_due(browser: Browser, site: Path) -> None:
    kept = json.dumps({"freeze-two-of-three": {"variant": 0, "response": ["b"], "right": False, "score": 0}})
    init = f"localStorage.setItem('quizproof:freezing-layers-pytorch-practice', {json.dumps(kept)})"
    with opened(browser, site / "index.html", init=init) as page:
        expect(page.locator(".to-review > .about")).to_contain_text("1 is due")


FSRS = [
    # Computed by py-fsrs 6.3.2 without learning steps and fuzz: (days since the last try, grade), ..., next interval.
    ([(0, 1)], 1),
    ([(0, 3)], 2),
    ([(0, 1), (1, 2), (0, 3)], 1),
    ([(0, 1), (0, 3), (1, 3), (1, 3)], 5),
    ([(0, 3), (1, 2), (2, 3), (0, 1), (2, 3), (0, 3)], 6),
    ([(0, 3), (1, 3), (40, 3), (1, 2), (1, 3)], 78),
    ([(0, 1), (2, 1), (7, 1), (2, 3), (1, 3), (40, 3)], 5),
]


def test_schedule_is_that_of_fsrs(browser: Browser, site: Path, tmp_path: Path) -> None:
    source = (Path(assets.__file__).parent / "static/script/schedule.js").read_text(encoding="utf-8")
    (tmp_path / "schedule.js").write_text(source.replace("export ", ""), encoding="utf-8")
    with opened(browser, site / "index.html", bypass_csp=True) as page:
        page.add_script_tag(path=tmp_path / "schedule.js")
        for steps, interval in FSRS:
            at, tries = 1_800_000_000, []
            for days, grade in steps:
                at += days * 86400 + 60
                tries.append([at, grade])
            assert page.evaluate("daysUntilReview", tries) == interval, steps
        assert page.evaluate("dueDay([[1800000000, 3]])") is None


def test_questions_are_found(browser: Browser, site: Path) -> None:
    with opened(browser, site / "index.html") as page:
        loaded = page.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
        assert not any("catalogue" in name for name in loaded)  # only when it is needed
        field = page.get_by_label("Find questions")
        expect(page.locator(".filters")).to_be_hidden()
        field.click()
        expect(page.locator(".filters")).to_be_visible()
        results = page.locator(".results li")
        expect(results).to_have_count(0)
        field.fill("backward nobody called")  # what people believe, in any order and case
        expect(results.first).to_contain_text("in what people believe")
        expect(results.locator("mark").first).to_be_visible()
        field.fill('"called nobody"')
        expect(page.locator(".found")).to_have_text("No question has all of this.")
        field.fill("")
        expect(results).to_have_count(0)
        page.get_by_label("Topic").select_option("Autograd")
        expect(results).to_have_count(1)
        page.locator(".switch").get_by_text("TensorFlow").click()
        expect(page.locator(".found")).to_have_text("No question in this framework has all of this.")
        page.locator(".switch").get_by_text("All", exact=True).click()
        results.get_by_role("link").click()
        expect(page.locator("#h-first-gradient")).to_be_in_viewport()


def test_filters_know_how_questions_were_answered(browser: Browser, site: Path) -> None:
    with opened(browser, site / PRACTICE) as page:
        answer(page, "freeze-two-of-three", ["b"])
        answer(page, "what-freezing-does", ["a", "b"])
        page.goto((site / "index.html").as_uri())
        page.get_by_label("Find questions").click()
        results, standing = page.locator(".results li"), page.locator("[name=standing]")
        for value in ("missed", "right"):
            standing.select_option(value)
            expect(results).to_have_count(1)
        standing.select_option("open")
        open_ones = int((page.locator(".found").text_content() or "").split()[0])
        standing.select_option("")
        page.get_by_label("Kind").select_option("Predict output")
        everything = int((page.locator(".found").text_content() or "").split()[0])
        assert everything - open_ones == 2


def test_hostile_questions_are_found_as_text(browser: Browser, tmp_path: Path) -> None:
    out = build_site(hostile_report(), tmp_path / "site", samples.HOSTILE).out
    with opened(browser, out / "index.html") as page:
        page.get_by_label("Find questions").fill("script")
        expect(page.locator(".results li").first).to_be_visible()
        assert page.locator("main img, main script").count() == 0
