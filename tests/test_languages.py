"""The languages of a site: every message is collected and translated, and nothing else is said."""

from __future__ import annotations

import gettext
import io
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helpers import pseudo, samples
from helpers.pseudo import outside_brackets
from helpers.replay import answer, opened, responses
from messages import LOCALE, TEMPLATE, collected, compiled, open_messages, updated, written
from quizproof.displays import Code, Evidence, Output, Prose
from quizproof.errors import UsageError
from quizproof.figures import Chart, Matrix, Series, Table
from quizproof.loading.load import load_bank
from quizproof.marking import scoring
from quizproof_renderers.handing_in.pages import files_of as sheets_of
from quizproof_renderers.site import assets
from quizproof_renderers.site.build import build_site, write_files
from quizproof_renderers.site.languages import phrases
from quizproof_renderers.site.languages.displays import display_in_language
from quizproof_renderers.site.languages.language import ENGLISH, Language, language_of
from quizproof_renderers.site.languages.messages import gettext as said
from quizproof_renderers.site.languages.messages import ngettext, number, speaking
from quizproof_renderers.site.languages.script_messages import messages_in, translated
from quizproof_renderers.site.reach.presentation import Presentation, TopicText
from quizproof_renderers.site.reach.problem_report import ReportTo
from quizproof_renderers.site.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from quizproof.loading.quiz import Bank
    from quizproof.proof import Report

RENDERERS = Path(assets.__file__).parents[1]
TRANSLATED = sorted(path.stem for path in LOCALE.glob("*.po"))


def language_from(catalog: bytes, tag: str = "he") -> Language:
    """A language with these compiled messages."""
    return Language(tag, "test", gettext.GNUTranslations(io.BytesIO(catalog)))


def test_every_message_is_collected() -> None:
    """After `python tools/messages.py`, the template is that of the sources."""
    assert TEMPLATE.read_text(encoding="utf-8") == written(collected())


def test_what_is_collected_is_what_is_said() -> None:
    """Each way of marking a message is among them, with its plural, and nothing that is no message."""
    ids = {message.id for message in collected()}
    assert {"Skip to the content", "Right.", "all or nothing.", ("{count} quiz", "{count} quizzes")} <= ids
    assert ("{hints} hint", "{hints} hints") in ids
    assert not {each for each in ids if isinstance(each, str) and "${" in each}


def test_no_text_hides_from_the_collector() -> None:
    """What babel does not find: messages inside f-strings, and those that are put together."""
    for path in RENDERERS.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"""f(?:"[^"\n]*\{|'[^'\n]*\{)n?gettext\(""", source), path
        assert not re.search(r"""gettext\(f["']""", source), path


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_language_is_complete(tag: str) -> None:
    """Every message has a translation, which has the same names in braces, the same elements and the same code."""
    catalog = updated(LOCALE / f"{tag}.po", collected())
    assert open_messages(catalog) == []
    for message in catalog:
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for text in texts:
            assert text is not None
            for pattern in (r"\{\w+\}", r"</?\w+", r"`"):
                wanted = [sorted(re.findall(pattern, source)) for source in sources]
                assert sorted(re.findall(pattern, text)) in wanted, (message.id, text)
            assert text.strip() == text, text
            assert ("\N{RIGHT SINGLE QUOTATION MARK}" in text) <= any("’" in source for source in sources), text


@pytest.mark.parametrize("tag", TRANSLATED)
def test_compiled_messages_are_those_of_the_file(tag: str) -> None:
    catalog = updated(LOCALE / f"{tag}.po", collected())
    now = gettext.GNUTranslations(io.BytesIO(compiled(catalog)))
    kept = language_of(tag).messages
    assert written(catalog) == (LOCALE / f"{tag}.po").read_text(encoding="utf-8")
    assert [kept.gettext(str(m.id)) for m in catalog] == [now.gettext(str(m.id)) for m in catalog]
    plurals = [message.id for message in catalog if isinstance(message.id, tuple)]
    assert len(plurals) > 20
    for one, many in plurals:
        assert [kept.ngettext(one, many, n) for n in (1, 2)] == [now.ngettext(one, many, n) for n in (1, 2)]


def test_numbers_and_plurals_in_german() -> None:
    assert (number(1161), number(2.5), number("−1,250.5")) == ("1,161", "2.5", "−1,250.5")
    with speaking(language_of("de-AT")):
        assert (number(1161), number(2.5), number("−1,250.5")) == ("1.161", "2,5", "−1.250,5")
        assert ngettext("{count} question", "{count} questions", 1) == "1 Frage"
        assert ngettext("{count} question", "{count} questions", 1161) == "1.161 Fragen"
        assert said("Question {number}", number=3) == "Frage 3"
    assert said("Question {number}", number=3) == "Question 3"


@pytest.mark.parametrize(
    ("tag", "direction"),
    [("de", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("uz-Arab", "rtl"), ("az", "ltr"), ("ur-Latn", "ltr")],
)
def test_direction(tag: str, direction: str) -> None:
    assert Language(tag).direction == direction


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("language: deu\n", "1:11: `language`: quizproof has no messages in `deu`; did you mean `de`?; `messages`"),
        ("language: pt-BR\n", "1:11: `language`: quizproof has no messages in `pt-BR`; it has `en`, `de`; `messages`"),
    ],
)
def test_an_unknown_language_is_reported_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(f"site.yaml:{message}")):
        load_settings(tmp_path / "site.yaml")
    (tmp_path / "site.yaml").write_text(f"{text}messages: own.mo\n", encoding="utf-8")
    (tmp_path / "own.mo").write_bytes(pseudo.messages())
    presentation = load_settings(tmp_path / "site.yaml").presentation(tmp_path)
    with speaking(presentation.language):
        assert said("Right") == "[!! Right !!]"


@pytest.mark.parametrize("content", [None, b"", b"msgid", pseudo.messages()[:999]])
def test_messages_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "own.mo").write_bytes(content)
    with pytest.raises(UsageError, match=r"`messages`: .*own\.mo (cannot be read|is not a file of compiled messages)"):
        language_of("pt", tmp_path / "own.mo")


def test_script_in_the_source_language_is_as_it_is_written() -> None:
    source = "say(_`Not right.`);\nsay(_`${mark.earned} of ${of}`);\nsay(_n(count)`${count} hint|${count} hints`);"
    assert translated(source, ENGLISH) == (
        'say("Not right.");\nsay(`${mark.earned} of ${of}`);\nsay((count === 1 ? `${count} hint` : `${count} hints`));'
    )
    assert [(each.texts, each.line) for each in messages_in(source)] == [
        (("Not right.",), 1),
        (("{earned} of {of}",), 2),
        (("{count} hint", "{count} hints"), 3),
    ]
    with pytest.raises(ValueError, match="two expressions of one message have one name"):
        translated("_`${a.name} and ${b.name}`", ENGLISH)


def test_plurals_of_a_language_with_three_forms_in_the_script(browser: Browser) -> None:
    """Polish has a form for 1, for 2 to 4, and for the rest. Signs that mean something in a template are text."""
    catalog = collected()
    catalog.locale = "pl"
    catalog["{hints} hint"].string = ("{hints} podpowiedź", "{hints} `podpowiedzi`", "{hints} ${podpowiedzi}")
    source = "(hints) => _n(hints)`${hints} hint|${hints} hints`"
    script = translated(source, language_from(compiled(catalog), "pl"))
    page = browser.new_page()
    assert [page.evaluate(f"({script})({n})") for n in (1, 2, 5, 22)] == [
        "1 podpowiedź",
        "2 `podpowiedzi`",
        "5 ${podpowiedzi}",
        "22 `podpowiedzi`",
    ]
    page.close()


def test_style_sheets_say_nothing() -> None:
    """What they put into a page cannot be translated."""
    css = assets.contents_style_sheet() + assets.live_style_sheet()
    assert re.findall(r'content:"[^"]*[A-Za-z]{2}[^"]*"', css.decode()) == []


PSEUDO = language_from(pseudo.messages())


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """The sample bank's site in the pseudo-language, which is written from right to left."""
    report = pseudo.elsewhere(samples.bank(), PSEUDO)
    titles = {quiz.header.topic: TopicText("Ж") for quiz in report.quizzes if quiz.header}
    presentation = Presentation(
        language=PSEUDO,
        topics=titles,
        report=ReportTo("mail@example.org"),
        embed=True,
        base_url="https://example.org/",
    )
    out = build_site(report, tmp_path_factory.mktemp("pseudo") / "site", "Ж", presentation=presentation).out
    return out, report


def test_everything_that_pages_say_can_be_translated(browser: Browser, bracketed: tuple[Path, Report]) -> None:
    """Texts, labels, titles and descriptions of every page, with everything unfolded."""
    pages = sorted(bracketed[0].rglob("*.html"))
    assert len(pages) > 25
    # The page for addresses that are not there has absolute links, which lead nowhere from a disk.
    lost = bracketed[0] / "404.html"
    lost.write_text(lost.read_text(encoding="utf-8").replace('="/', '="'), encoding="utf-8")
    with opened(browser, pages[0]) as page:
        for path in pages:
            page.goto(path.as_uri())
            assert page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == ["rtl", "he"]
            assert outside_brackets(page) == [], path


def test_pages_from_right_to_left(browser: Browser, bracketed: tuple[Path, Report]) -> None:
    """They fit a small screen, and what is written from left to right stays so."""
    path = bracketed[0] / "freezing-layers/freezing-layers-pytorch-experiment.html"
    with opened(browser, path, viewport={"width": 360, "height": 700}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        directions = """
            (selector) => {
              const found = [...document.querySelectorAll(selector)].map((each) => getComputedStyle(each).direction);
              return [...new Set(found)];
            }
        """
        assert page.evaluate(directions, "pre, code, samp, .program, .editor") == ["ltr"]
        assert page.evaluate(directions, "h1, .prompt, .actions, .scoring") == ["rtl"]
        # The letter of an option, and the number of a question, are where a line begins.
        heading, title = page.locator("#h-fill-the-gaps .ordinal"), page.locator("#h-fill-the-gaps .heading")
        left, right = title.bounding_box(), heading.bounding_box()
        assert left
        assert right
        assert left["x"] < right["x"]


def test_everything_that_the_script_says_can_be_translated(browser: Browser, bracketed: tuple[Path, Report]) -> None:
    """While a question of each kind is answered in every way that was foreseen, and while the result is shown."""
    site, report = bracketed
    ways = set()
    for quiz in report.quizzes:
        assert quiz.header is not None
        with opened(browser, site / quiz.header.topic / f"{quiz.id}.html") as page:
            for proof in quiz.blocks:
                if proof.exhibit or proof.status not in ("proven", "unproven"):
                    continue
                display = proof.variants[0].display
                assert display is not None
                assert display.input is not None
                ways.add(type(display.input).__name__)
                for response in [*responses(display)][:8]:
                    answer(page, proof.id, response, 0)
                    assert outside_brackets(page) == [], (proof.id, response)
            page.locator("[data-do=help]").click()
            page.locator("dialog.keys").wait_for()
            assert outside_brackets(page) == []
    assert len(ways) == 9
    # The first page, with something to go on with, to review and to find.
    with opened(browser, site / "index.html") as page:
        assert outside_brackets(page) == []


def test_the_first_page_of_a_learner_can_be_translated(browser: Browser, bracketed: tuple[Path, Report]) -> None:
    """Where to go on, what to review, what is found; and what is said when progress is taken along."""
    site, report = bracketed
    quiz = report.quizzes[0]
    assert quiz.header is not None
    with opened(browser, site / quiz.header.topic / f"{quiz.id}.html") as page:
        for proof in quiz.blocks[:3]:
            display = proof.variants[0].display
            assert display is not None
            answer(page, proof.id, [*responses(display)][2])
        page.goto((site / "index.html").as_uri())
        page.locator(".desk a").wait_for()
        page.locator(".to-review li").first.wait_for()
        page.locator("#find").fill("т")
        page.locator(".found:not(:empty)").wait_for()
        with page.expect_download():
            page.locator("[data-do=export]").click()
        assert page.locator(".keep .notice").inner_text().startswith("[!! ")
        assert outside_brackets(page) == []
        page.locator("#find").fill("nowhere at all")
        assert outside_brackets(page) == []


def test_pages_that_collect_responses_can_be_translated(browser: Browser, tmp_path: Path) -> None:
    """Also what their script says while they are filled in."""
    report = pseudo.elsewhere(samples.bank(), PSEUDO)
    out = write_files(sheets_of(report.quizzes, "Ж", Presentation(language=PSEUDO)), tmp_path / "site").out
    pages = sorted(out.glob("*.html"))
    assert len(pages) > 4
    with opened(browser, pages[0]) as page:
        for path in pages:
            page.goto(path.as_uri())
            assert outside_brackets(page) == [], path
        page.goto((out / "freezing-layers-pytorch-experiment.html").as_uri())
        page.locator("[data-form=hand-in] button").click()
        assert outside_brackets(page) == []
        page.locator("#learner").fill("Ж")
        page.locator("[data-form=hand-in] button").click()
        page.locator("[data-move=swap]").first.click()
        assert outside_brackets(page) == []


KINDS = Path(__file__).with_name("kinds.yaml")


def _within(data: Any) -> Iterator[Any]:
    """Every dataclass in some data."""
    if isinstance(data, tuple):
        for each in data:
            yield from _within(each)
    elif is_dataclass(data) and not isinstance(data, type):
        yield data
        for each in fields(data):
            yield from _within(getattr(data, each.name))


def test_everything_that_the_engine_says_is_a_phrase(prove_warm: Callable[[Bank], Report]) -> None:
    """A block of each kind, proven for real: what no author wrote is in brackets."""
    report = prove_warm(load_bank([KINDS]))
    missing = []
    seen = set()
    with speaking(PSEUDO):
        for quiz in report.quizzes:
            for block in quiz.blocks:
                for variant in block.variants:
                    if variant.display is None:
                        continue
                    for part in _within(display_in_language(variant.display)):
                        for said_ in _of_the_engine(part):
                            seen.add(type(part))
                            plain = re.sub(r"`[^`]*`|[TF][PN]", "", said_)  # code, and counts as formulas name them
                            if re.search(r"[A-Za-z]{2}", plain) and "[!!" not in said_ and not _is_written(said_):
                                missing.append((block.kind, type(part).__name__, said_))
        for display in (samples.choice(), samples.several(), samples.blanks(), samples.ordering(), samples.matching()):
            assert display.input
            assert phrases.in_language(scoring.rule(display.input), phrases.RULES).startswith("[!! ")
        assert phrases.in_language(scoring.hint_rule(0.25), phrases.RULES).startswith("[!! ")
    assert missing == []
    assert {Evidence, Code, Table, Chart, Matrix, Series, Prose, Output} <= seen


def _is_written(text: str) -> bool:
    """Whether it is a text of the file, in which some values may have been put in."""
    source = " ".join(KINDS.read_text(encoding="utf-8").split())
    words = " ".join(text.split())
    return all(piece in source for piece in re.split(r"[-+]?[\[\d][\d., \]]*", words) if len(piece) > 3)


def _of_the_engine(part: object) -> Iterator[str]:
    """The texts of a part of a display that the engine may have written."""
    match part:
        case Evidence():
            yield part.summary
        case Code() | Output():
            yield part.label
        case Prose():
            yield part.text
        case Table():
            yield from part.head
            yield from (cell for row in part.rows for cell in row)
            yield part.caption
        case Chart():
            yield from (part.x, part.y, part.caption)
            yield from (event.name for event in part.events)
        case Series():
            yield part.name
        case Matrix():
            yield part.caption


def test_german_pages(browser: Browser, tmp_path: Path) -> None:
    """They say in German what they say in English, and answers are still given and marked as everywhere."""
    site = build_site(
        samples.bank(), tmp_path / "site", "Quiz", presentation=Presentation(language=language_of("de"))
    ).out
    with opened(browser, site / "freezing-layers/freezing-layers-pytorch-practice.html") as page:
        assert page.evaluate("document.documentElement.lang") == "de"
        assert page.evaluate("document.documentElement.dir") == ""
        _, says = answer(page, "freeze-two-of-three", ["b"])
        assert says.startswith("Nicht richtig. Deine Antwort: ")
        assert "ist falsch." in says
        answer(page, "trainable-values", ["a"])
        assert page.locator(".ticks .tally").inner_text().startswith("2 von ")
