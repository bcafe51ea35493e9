"""The static site as files: structure, escaping, links, determinism, and how it takes its place."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import goldfile, samples
from quizproof.displays import (
    Attempt,
    Blank,
    Blanks,
    Check,
    Code,
    Content,
    Display,
    Evidence,
    Figure,
    Input,
    LineInput,
    Matching,
    MatchItem,
    Mistake,
    NumberInput,
    OpenInput,
    Option,
    Options,
    Ordering,
    OrderLine,
    Output,
    Point,
    ProgramInput,
    Prose,
    TextInput,
)
from quizproof.errors import UsageError
from quizproof.figures import Chart, Drawing, Event, Flow, Matrix, Series, Stage, Table
from quizproof.kinds.registry import BUILT_IN
from quizproof.loading.load import load_bank, load_file
from quizproof.proving.prove import prove
from quizproof.quizfile.header import Header, Insight
from quizproof_renderers import shuffling
from quizproof_renderers.site import assets, names, typeset
from quizproof_renderers.site.build import MARKER, build_site
from quizproof_renderers.site.charts.chart import chart
from quizproof_renderers.site.files import POLICY
from quizproof_renderers.site.languages.language import Language
from quizproof_renderers.site.pages.coverage import Coverage
from quizproof_renderers.site.reach.documentation import addresses

if TYPE_CHECKING:
    from quizproof.proof import BlockProof, QuizProof, Report, VariantProof
    from quizproof.verdicts import Verdict

PRACTICE = "freezing-layers/freezing-layers-pytorch-practice.html"
KERAS = "freezing-layers/freezing-layers-keras-practice.html"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SVG_LEAF = {"path", "circle"}


INPUTS = {
    "blanks": samples.blanks,
    "order": samples.ordering,
    "order-indented": samples.indented,
    "match": samples.matching,
    "open": samples.opened,
    "program": samples.program,
}
FIGURES: dict[str, Callable[[], Figure]] = {
    "table": samples.table,
    "chart": samples.chart,
    "chart-legend": samples.curve,
    "matrix": samples.matrix,
    "matrix-of-four": samples.matrices,
    "flow": samples.flow,
    "drawing": samples.drawing,
}


KINDS = Path(__file__).with_name("kinds.yaml")
"""A quiz with a block of each kind."""


def one_question(question: BlockProof) -> Report:
    """A report on a quiz of one question."""
    return samples.report(samples.asking(samples.quiz(), question))


class Page(HTMLParser):
    """One parsed page. Fails on tags that do not nest."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert self.open == [], self.path

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (self.path, tag, names)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_LEAF | VOID, (self.path, tag)
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (self.path, self.getpos(), tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        """Every id, in order."""
        return [str(attributes["id"]) for _, attributes in self.elements if "id" in attributes]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample bank's site."""
    return build_site(samples.bank(), tmp_path_factory.mktemp("site") / "site", "A <sample> bank").out


@pytest.fixture(scope="module")
def site(built: Path) -> dict[str, Page]:
    """Its pages by path."""
    return {str(path.relative_to(built)): Page(path) for path in sorted(built.rglob("*.html"))}


@pytest.fixture(scope="module")
def kinds_page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of the quiz with a block of each kind, really proven. Of what it ran on it says the same everywhere."""
    report = prove(load_bank([KINDS]))
    assert (list(report.findings), report.status) == ([], "proven")
    quizzes = tuple(replace(quiz, versions={"python": "3.11.7"}) for quiz in report.quizzes)
    out = build_site(replace(report, quizzes=quizzes), tmp_path_factory.mktemp("kinds") / "site").out
    return Page(out / "samples" / "kinds.html")


def blocks_of_kinds() -> dict[str, str]:
    """The ids and kinds of its blocks."""
    quiz = load_file(KINDS).quiz
    assert quiz
    return {item.block.id: item.block.kind for item in quiz.items}


def test_files(built: Path) -> None:
    files = [str(path.relative_to(built)) for path in built.rglob("*") if path.is_file()]
    assert sorted(re.sub(r"\.[0-9a-f]{10}\.", ".HASH.", file) for file in files) == [
        ".quizproof-site",
        "assets/catalogue.HASH.js",
        "assets/contents.HASH.css",
        "assets/home.HASH.js",
        "assets/more.HASH.js",
        "assets/printed.HASH.js",
        "assets/quizproof.HASH.css",
        "assets/quizproof.HASH.js",
        "assets/reader.HASH.js",
        "autograd/autograd-basics.html",
        "autograd/index.html",
        KERAS,
        "freezing-layers/freezing-layers-pytorch-experiment.html",
        "freezing-layers/freezing-layers-pytorch-metrics.html",
        PRACTICE,
        "freezing-layers/index.html",
        "freezing-layers/shapes-keras-trace.html",
        "index.html",
        "proven.html",
    ]


def test_result_counts_what_was_written(tmp_path: Path) -> None:
    result = build_site(samples.bank(), tmp_path / "site")
    written = [path for path in result.out.rglob("*") if path.is_file()]
    assert result.files == len(written)
    assert result.bytes == sum(path.stat().st_size for path in written)


def test_ids_are_unique_and_references_resolve(site: dict[str, Page], kinds_page: Page) -> None:
    for page in (*site.values(), kinds_page):
        assert len(page.ids) == len(set(page.ids)), page.path
        for _, attributes in page.elements:
            for name in ("for", "aria-labelledby", "aria-describedby"):
                for target in str(attributes.get(name) or "").split():
                    assert target in page.ids, (page.path, name, target)


def test_links_resolve(built: Path, site: dict[str, Page]) -> None:
    for page in site.values():
        for tag, attributes in page.elements:
            target = attributes.get("href") or attributes.get("src")
            if not target or target.startswith("data:"):
                continue
            if target in addresses().values():  # of official documentation, which nobody follows without wanting to
                assert tag == "a"
                continue
            url = urlsplit(target)
            assert not url.scheme, (page.path, tag, target)
            assert not url.netloc, (page.path, tag, target)
            file = (page.path.parent / unquote(url.path)).resolve() if url.path else page.path
            assert file.is_file(), (page.path, target)
            assert file.is_relative_to(built)
            if url.fragment:
                other = site[str(file.relative_to(built))]
                assert url.fragment in other.ids, (page.path, target)


def test_nothing_inline_and_nothing_foreign(built: Path, site: dict[str, Page]) -> None:
    for page in site.values():
        assert not page.all("style")
        assert all(set(script) == {"src"} for script in page.all("script"))
        for tag, attributes in page.elements:
            assert not any(name == "style" or name.startswith("on") for name in attributes), (page.path, tag)
        html = unquote(re.sub(r'<a href="[^"]*">', "", page.path.read_text(encoding="utf-8")))
        assert set(re.findall(r"\w+://[\w.]+", html)) <= {"http://www.w3.org"}
    for asset in (built / "assets").iterdir():
        assert "://" not in asset.read_text(encoding="utf-8"), asset
        assert "@import" not in asset.read_text(encoding="utf-8")


def test_every_page_has_the_policy_and_the_landmarks(site: dict[str, Page]) -> None:
    for page in site.values():
        policies = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
        assert policies == [POLICY]
        assert page.all("html") == [{"lang": "en"}]
        assert len(page.all("main")) == len(page.all("h1")) == 1
        assert "Skip to the content" in page.text


def test_headings_do_not_skip_a_level(site: dict[str, Page], kinds_page: Page) -> None:
    for page in (*site.values(), kinds_page):
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), (page.path, levels)


def test_captions_begin_or_end_their_figures(site: dict[str, Page], kinds_page: Page) -> None:
    """Elsewhere a browser does not know what they belong to."""
    for page in (*site.values(), kinds_page):
        html = page.path.read_text(encoding="utf-8")
        ends = re.findall(r"(<figure[^>]*>)?<figcaption>.*?</figcaption>(</figure>)?", html, re.DOTALL)
        assert all(any(pair) for pair in ends), page.path


def test_every_page_states_proof_coverage_and_versions(site: dict[str, Page]) -> None:
    for path, page in site.items():
        assert path == "proven.html" or re.search(
            r"Proof coverage.*\d+ %: [\d,]+ of [\d,]+ statements? proven", page.text, re.DOTALL
        ), page.path
    assert "PyTorch 2.13.0, Python 3.11.7" in site[PRACTICE].text
    assert "TensorFlow 2.21.0, Keras 3.15.1, Python 3.11.7" in site[KERAS].text
    for versions in ("PyTorch 2.13.0, Python 3.11.7", "TensorFlow 2.21.0, Keras 3.15.1, Python 3.11.7"):
        assert versions in site["index.html"].text


def test_coverage_is_rounded_down() -> None:
    assert Coverage.of(samples.claims(999, "refuted")).percent == 99
    assert Coverage.of(samples.claims(7)).percent == 100


def test_page_without_a_statement_claims_no_coverage(tmp_path: Path) -> None:
    """A quiz of which no block can be read is built with `--keep-going`; nothing on its page was proven."""
    file = tmp_path / "quiz.yaml"
    file.write_text("quiz: q\ntitle: Empty\ntopic: t\nblocks:\n  - {id: one, kind: numbre, prompt: P, value: 1}\n")
    build_site(prove(load_bank([file])), tmp_path / "public", "Site", ())
    for page in ("index.html", "t/index.html", "t/q.html"):
        text = (tmp_path / "public" / page).read_text(encoding="utf-8")
        assert "100" not in re.sub(r'stroke-dasharray="0.0 233"', "", text), page
        assert "there is no statement to prove" in text
    assert Coverage.of(samples.claims(3)).share == "100 % proven"
    assert Coverage.of(samples.claims(29, "unproven", "refuted", "unverified")).summary == (
        "29 of 32 statements proven, 1 unproven, 2 refuted or not verified"
    )


def test_page_says_what_is_missing_from_it(tmp_path: Path) -> None:
    """What could not be read is left out, and named, so that nobody takes the rest for the whole."""
    good = "quiz: q\ntitle: Part\ntopic: t\nblocks:\n  - {id: one, kind: number, prompt: P, value: 1}\n"
    file = tmp_path / "quiz.yaml"
    texts = []
    for text in (good, good + "  - {id: two, kind: <numbr>, prompt: P, value: 1}\n"):
        file.write_text(text, encoding="utf-8")
        build_site(prove(load_bank([file])), tmp_path / "public", "Site", ())
        texts.append((tmp_path / "public" / "t/q.html").read_text(encoding="utf-8"))
    whole, part = texts
    assert "Not all of this quiz is here" not in whole
    assert "Not all of this quiz is here, and the coverage does not count what is missing:" in part
    assert "there is no kind `&lt;numbr&gt;`" in part
    assert 'id="q-one"' in whole
    assert 'id="q-one"' in part


def test_index_tells_what_there_is(site: dict[str, Page]) -> None:
    text = " ".join(site["index.html"].text.split())
    assert "A <sample> bank" in text
    text = text.replace("\N{NO-BREAK SPACE}min", " min")
    assert "2 topics, 6 quizzes, 18 questions, 1 exhibit, about 60 min" in text
    assert "Freezing layers 17 questions, 1 exhibit · 55 min · 93 % proven Practice Freezing layers in PyTorch" in text
    assert "PyTorch · 6 questions · 10 min" in text


def test_topic_page_offers_modes_frameworks_and_minutes(site: dict[str, Page]) -> None:
    page = site["freezing-layers/index.html"]
    values = [(radio["name"], radio["value"]) for radio in page.all("input")]
    assert values == [
        *(("runtime", value) for value in ("all", "torch", "tensorflow")),
        *(("mode", value) for value in ("all", "practice", "metrics", "experiment", "trace")),
    ]
    assert "TensorFlow · about 12\N{NO-BREAK SPACE}min" in page.text


SCRIPTS = Path(assets.__file__).parent / "static" / "script"


def test_script_modules_know_only_earlier_ones() -> None:
    """So their order in the joined script is one in which each can run; and what they import is there."""
    quiz, others = (
        (assets.SCRIPT, assets.MORE, assets.PRINTED, assets.READER),
        (assets.SHEET, assets.COUNTDOWN, assets.FRAMED, assets.FRAMES, assets.REPORT, assets.OFFLINE, assets.WORKER),
    )
    scripts = (*quiz, assets.HOME, assets.LIVE, *others)
    for script in scripts:
        # The marks of messages are replaced when the script is put together.
        exported: dict[str, set[str]] = {"messages": {"_", "_n"}}
        for name in script:
            source = (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
            for imports, module in re.findall(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', source, re.MULTILINE):
                wanted = {each.strip() for each in imports.split(",")} - {""}
                assert wanted <= exported[module], (name, module)
            exported[name] = set(re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", source, re.MULTILINE))
    used = {name for script in scripts for name in script} | {"messages"}
    assert used == {path.stem for path in SCRIPTS.iterdir()}


def test_joined_script_declares_each_name_once() -> None:
    """Modules have scopes of their own, but in the joined script they share one. No import or export is left in it."""
    for modules, joined in (
        (assets.SCRIPT, assets.script()),
        (assets.HOME, assets.home()),
        (assets.MORE, assets.more()),
        (assets.PRINTED, assets.printed()),
        (assets.READER, assets.reader()),
        (assets.LIVE, assets.live()),
        (assets.SHEET, assets.sheet()),
    ):
        script = joined.decode()
        sources = "".join((SCRIPTS / f"{name}.js").read_text(encoding="utf-8") for name in modules)
        # On the first level, which is not indented.
        declared = re.findall(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", sources, re.MULTILINE)
        assert len(declared) == len(set(declared)) > 10
        assert not re.search(r"^\s*(import|export|//|/\*)", script, re.MULTILINE)


def test_style_sheet_is_joined_from_all_of_its_parts() -> None:
    """No part is forgotten, and every variable that is used is declared."""
    assert (
        set(assets.CONTENTS_STYLE)
        == {*assets.STYLE, "contents"}
        == {path.stem for path in (SCRIPTS.parent / "style").iterdir()} - {"live", "rtl", "countdown", "sheet"}
    )
    assert b"direction:ltr" not in assets.contents_style_sheet()
    assert b"direction:ltr" in assets.contents_style_sheet(Language("ar"))
    css = assets.contents_style_sheet().decode()
    assert "/*" not in css
    assert set(re.findall(r"var\((--[\w-]+)", css)) <= set(re.findall(r"(--[\w-]+):", css))


def test_style_sheet_knows_every_mode_and_framework_of_the_topic_page() -> None:
    css = assets.contents_style_sheet().decode()
    for field in ("mode", "runtime"):
        for value in get_args(Header.model_fields[field].annotation):
            assert f'[name="{field}"][value="{value}"]:checked' in css
            assert value in (names.MODES if field == "mode" else names.NAMES)


def test_quiz_page_switches_to_other_modes_and_frameworks(site: dict[str, Page]) -> None:
    links = [a["href"] for a in site[PRACTICE].all("a")]
    for file in (
        "freezing-layers-pytorch-metrics.html",
        "shapes-keras-trace.html",
        "freezing-layers-keras-practice.html",
    ):
        assert file in links
    assert "Next: " in site[PRACTICE].text  # which one it is, test_flow.py says


def test_every_block_of_the_closed_set_is_dispatched() -> None:
    """A block that the engine adds must be added here too, or mypy and this test say so."""
    makers = (samples.choice, samples.number, samples.text, samples.line, *INPUTS.values())
    shown = [display.input for display in (make() for make in makers) if display.input]
    assert {type(each) for each in shown} == set(get_args(Input))
    assert {typeset.form(each) for each in shown} == {
        "options",
        "number",
        "text",
        "line",
        "blanks",
        "order",
        "match",
        "open",
        "program",
    }
    drawn = [Prose("x"), Code("x"), Output("x"), *(make() for make in FIGURES.values())]
    assert {type(each) for each in drawn} == set(get_args(Content))
    assert all(typeset.content(each) for each in drawn)


def sections(page: Path) -> list[str]:
    """The HTML of each of its blocks."""
    found = re.findall('<section class="question.*?</section>\n', page.read_text(encoding="utf-8"), re.DOTALL)
    return [re.sub(r"\n+", "\n", section) for section in found]


@pytest.mark.parametrize("name", INPUTS)
def test_input_as_html(name: str, tmp_path: Path) -> None:
    question = samples.question("one", INPUTS[name](), title="One")
    (section,) = sections(build_site(one_question(question), tmp_path / "site").out / "samples" / "sample.html")
    goldfile.compare(f"site/{name}.html", section)


@pytest.mark.parametrize("id_", blocks_of_kinds())
def test_kind_as_html(id_: str, kinds_page: Page) -> None:
    (section,) = (each for each in sections(kinds_page.path) if f' id="q-{id_}"' in each)
    goldfile.compare(f"site/kind-{id_}.html", section)


def test_every_kind_has_gold() -> None:
    """A kind that is added needs a block in `kinds.yaml`, and no gold stays behind when a block leaves."""
    blocks = blocks_of_kinds()
    assert set(blocks.values()) == BUILT_IN
    gold = (goldfile.HERE / "gold" / "site").glob("kind-*.html")
    assert {path.stem.removeprefix("kind-") for path in gold} == set(blocks)


@pytest.mark.parametrize("name", FIGURES)
def test_figure_as_html(name: str) -> None:
    drawn = typeset.content(FIGURES[name]())
    goldfile.compare(f"site/figure-{name}.html", re.sub(r"(?<=>)(?=<(?!/))", "\n", drawn) + "\n")


def test_not_proven_is_said_and_not_asked(site: dict[str, Page]) -> None:
    page = site[KERAS]
    assert [s["data-question"] for s in page.all("section") if "data-question" in s] == ["still-fine"]
    assert len(page.all("form")) == 1
    assert page.text.count("This question cannot be answered here") == 2
    assert "this distractor passes the check" in page.text
    assert "Keras is missing" in page.text
    assert "What does this print?" in page.text  # the prompt of the question that has no display


@pytest.mark.parametrize("verdict", ["refuted", "unstable", "unverified"])
def test_no_marking_unless_all_is_proven_or_openly_unproven(tmp_path: Path, verdict: str) -> None:
    judged = (*samples.claims(3), replace(samples.claims(1)[0], verdict=verdict))  # type: ignore[arg-type]
    report = one_question(samples.question("one", samples.choice(), judged=judged))
    page = Page(build_site(report, tmp_path / "site").out / "samples" / "sample.html")
    assert not page.all("form")
    assert "Not proven" in page.text


def test_seal_of_a_question_says_how_much_of_it_is_proven(site: dict[str, Page], tmp_path: Path) -> None:
    assert "Partly proven" in site[PRACTICE].text
    report = one_question(samples.question("one", samples.several(), judged=samples.claims(0, "unproven")))
    page = Page(build_site(report, tmp_path / "site").out / "samples" / "sample.html")
    assert "Unproven 0 of 1 statement proven, 1 unproven" in " ".join(page.text.split())
    assert len(page.all("form")) == 1


def test_long_output_is_cut_in_the_middle(tmp_path: Path) -> None:
    printed = "".join(f"line {n}\n" for n in range(100_000))
    display = replace(samples.text(), evidence=Evidence("Runs and prints.", printed, printed))
    out = build_site(one_question(samples.question("one", display)), tmp_path / "site").out
    text = (out / "samples" / "sample.html").read_text(encoding="utf-8")
    assert len(text) < 20_000
    assert "line 0\n" in text
    assert "line 99999" in text
    assert "99,961 more lines" in text


def test_run_that_all_options_share_is_shown_once(tmp_path: Path) -> None:
    display = samples.outputs(10, 5)
    assert isinstance(display.input, Options)
    silent = Options(tuple(replace(option, evidence=None) for option in display.input.options))
    same = Options(tuple(replace(option, evidence=display.evidence) for option in display.input.options))
    for shown, runs in ((display.input, 3), (silent, 1), (same, 1)):
        question = samples.question("one", replace(display, input=shown))
        out = build_site(one_question(question), tmp_path / "site").out
        assert (out / "samples" / "sample.html").read_text(encoding="utf-8").count('class="run"') == runs


def test_unproven_option_carries_its_authors_reason(site: dict[str, Page]) -> None:
    assert "A matter of taste; no run can settle it." in site[PRACTICE].text
    assert "3 of 4 statements proven, 1 unproven" in site[PRACTICE].text


def test_at_most_four_variants_are_on_a_page(tmp_path: Path) -> None:
    displays = [samples.outputs(a, 5) for a in range(3, 12)]
    report = one_question(samples.question("one", *displays))
    page = Page(build_site(report, tmp_path / "site").out / "samples" / "sample.html")
    assert len(page.all("template")) == 3
    assert "Variant 4 of 4" in page.text


def test_place_of_the_key_tells_nothing() -> None:
    """The engine hands over options in the author's order, where some kinds put the key first."""
    places = [0, 0, 0]
    options = samples.outputs(10, 5).input
    assert isinstance(options, Options)
    for number in range(600):
        order = shuffling.with_letters(options.options, f"quiz/question-{number}/0")
        assert [letter for letter, _ in order] == ["A", "B", "C"]
        places[next(index for index, (_, option) in enumerate(order) if option.correct)] += 1
    assert all(150 < count < 250 for count in places), places
    assert shuffling.with_letters(options.options, "a") == shuffling.with_letters(options.options, "a")


def test_marking_data_is_exact(tmp_path: Path) -> None:
    """The script reads attributes back as the very number and text that the engine compares with."""
    shown = NumberInput(0.1 + 0.2, 1e-9, "0.3", "m²", (Mistake("1e-07", "No."),))
    accepted = 'a "b" <c>\n  d & e\u2028'
    text = TextInput(accepted, multiline=True)
    questions = (samples.question("one", samples.display(shown)), samples.question("two", samples.display(text)))
    report = samples.report(samples.asking(samples.quiz(), *questions))
    page = Page(build_site(report, tmp_path / "site").out / "samples" / "sample.html")
    number, typed = page.all("form")
    assert number["data-value"] == "0.30000000000000004"
    assert number["data-tolerance"] == "1e-09"
    assert number["data-unit"] == "m²"
    assert typed["data-accepted"] == accepted
    assert [li["data-value"] for li in page.all("li") if "data-value" in li] == ["1e-07"]


def hostile() -> Display:
    """Hostile text in every field that a block has."""
    run = Evidence(samples.HOSTILE, samples.HOSTILE, samples.HOSTILE, samples.HOSTILE)
    options = tuple(
        Option(id_, content, id_ == "a", samples.HOSTILE, run, samples.HOSTILE if id_ == "c" else "")
        for id_, content in (
            ("a", Prose(samples.HOSTILE)),
            ("b", Code(samples.HOSTILE, samples.HOSTILE)),
            ("c", Output(samples.HOSTILE)),
        )
    )
    prompt = (Prose(samples.HOSTILE), Code(samples.HOSTILE, samples.HOSTILE, (1,)), Output(samples.HOSTILE))
    return Display(prompt, Options(options), samples.HOSTILE, prompt, run)


def hostile_report() -> Report:
    """Hostile text wherever an author or a program may put some."""
    h = samples.HOSTILE
    fixed = h.replace("{{", "{")  # expressions have no meaning in what is the same for every variant
    quiz = samples.quiz("hostile", fixed, intro=fixed)
    questions = [
        *(samples.question(id_, display, display, title=fixed) for id_, display in hostile_inputs()),
        samples.exhibit("figures", replace(hostile(), input=None, prompt=hostile_figures()), title=fixed),
        samples.question(
            "refuted", hostile(), judged=samples.claims(0, "refuted"), findings=(samples.finding(quiz, h),)
        ),
    ]
    return samples.report(replace(samples.asking(quiz, *questions), versions={"torch": h, h: h}), sandbox=h)


def hostile_inputs() -> list[tuple[str, Display]]:
    """Hostile text in every way of answering, by id."""
    h = samples.HOSTILE
    mistakes = (Mistake(h, h, Evidence(h, h, h, h)),)
    inputs: dict[str, Input] = {
        "text": TextInput(h, mistakes=mistakes),
        "line": LineInput(h + "\n" + h, (1,)),
        "number": NumberInput(1.0, 0.0, h, h),
        "blanks": Blanks(
            f"{h} ___one___ '___two___' {h}", (Blank("one", (h,), mistakes), Blank("two", ("2",), mistakes))
        ),
        "order": Ordering((OrderLine("a", h), OrderLine("b", h, distractor=True, feedback=h)), (("a",),)),
        "match": Matching((MatchItem("l", Prose(h)),), (MatchItem("r", Code(h)), MatchItem("s", Output(h), h)), ("r",)),
        "open": OpenInput((Point("a", h, Evidence(h, h, h, h)), Point("b", h, unproven=h))),
        "program": ProgramInput(
            h, (Check(h, h), Check(h, h, hidden=True)), (Attempt(h, 2, "solution"), Attempt(h + "x", 0, "wrong", h)), h
        ),
    }
    rest = ((id_, replace(samples.display(shown, answer=h), hints=(h,), belief=h)) for id_, shown in inputs.items())
    return [("options", hostile()), *rest]


def hostile_figures() -> tuple[Content, ...]:
    """Hostile text in every figure."""
    h = samples.HOSTILE
    lines = (Series(h, ((0.0, 1.0), (1.0, float("nan")))), Series("b", ((0.0, float("inf")), (1.0, -1e300))))
    return (
        Table((h, h), ((h, h), (h, "1")), h),
        Chart(lines, h, h, (Event(h, 0.5), Event(h, 0.5, 0.5)), h),
        Chart((), h, h),
        Matrix((h, h), ((1, 2), (3, 4)), h),
        Flow((Stage(h, (1, 2), h, h, h, h),), h),
        Drawing(h, h),
        Drawing(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>{escape(h)}</text></svg>', h),
    )


def test_hostile_text_comes_out_as_text(tmp_path: Path) -> None:
    out = build_site(hostile_report(), tmp_path / "site", samples.HOSTILE).out
    for path in out.rglob("*.html"):
        page = Page(path)  # which asserts that tags still nest
        assert {re.sub(r"[0-9a-f]{10}", "HASH", script.get("src") or "") for script in page.all("script")} <= {
            f"{root}assets/{name}.HASH.js" for root in ("", "../") for name in ("home", "quizproof", "printed")
        }
        assert not page.all("img")
        assert not page.all("style")
        for tag, attributes in page.elements:
            assert not any(name == "style" or name.startswith("on") for name in attributes), (path, tag)
            assert not str(attributes.get("href") or "").startswith("javascript"), path
        assert "<script>alert('pwned')</script>" in page.text
        assert "{{ 7 * 7 }}" in page.text
        # Only what the script compares with is kept as it is.
        assert "\x1b" not in re.sub(r'data-[a-z]+="[^"]*"', "", path.read_text(encoding="utf-8"))


def test_lone_surrogates_do_not_stop_a_build(tmp_path: Path) -> None:
    broken = samples.display(TextInput("\udc80"), Output("\ud800 x"))
    page = build_site(one_question(samples.question("one", broken)), tmp_path / "site").out
    assert "\\ud800 x" in (page / "samples" / "sample.html").read_text(encoding="utf-8")


def test_same_report_same_bytes(tmp_path: Path) -> None:
    one = build_site(samples.bank(), tmp_path / "one").out
    summary = replace(samples.bank().summary, seconds=99.0, runs=5, cached=3)
    later = replace(samples.bank(), result=replace(samples.bank().result, summary=summary))
    other = build_site(later, tmp_path / "other").out
    files = {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()}
    assert files == {path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()}


def test_empty_bank_gives_an_index(tmp_path: Path) -> None:
    page = Page(build_site(samples.report(), tmp_path / "site").out / "index.html")
    assert "There are no quizzes yet." in page.text


def test_quiz_whose_runtime_was_not_started(tmp_path: Path) -> None:
    quiz = samples.quiz(runtime="python")
    question = samples.question("one", None, judged=samples.claims(0, "unverified"))
    report = samples.report(samples.asking(quiz, question))
    page = Page(build_site(report, tmp_path / "site").out / "samples" / "sample.html")
    assert "Python (not run)" in page.text


OLDER: list[Callable[[], Display]] = [
    samples.choice,
    lambda: samples.outputs(10, 5),
    samples.several,
    samples.number,
    samples.line,
]


@pytest.mark.parametrize("makers", [OLDER, [*INPUTS.values(), samples.figures]], ids=["older", "newer"])
def test_page_of_ten_questions_is_light(built: Path, tmp_path: Path, makers: list[Callable[[], Display]]) -> None:
    # Every question has four variants, and no two are alike, so that compression does not flatter.
    questions = [
        samples.question(f"q{n}", *(_unlike(display, 100 * n + v) for v in range(4)))
        for n in range(10)
        if (display := makers[n % len(makers)]()).input
    ]
    exhibits = [samples.exhibit(f"e{n}", display) for n, make in enumerate(makers) if not (display := make()).input]
    report = samples.report(samples.asking(samples.quiz(), *questions, *exhibits))
    out = build_site(report, tmp_path / "site").out
    sizes = {path: len(gzip.compress(path.read_bytes())) for path in out.rglob("*.*")}
    page = out / "samples" / "sample.html"
    loaded = [
        page,
        *(page.parent / link for link in re.findall(r'<(?:link|script) [^>]*?"(\.\.[^"]+)"', page.read_text())),
    ]
    # Only a page that asks what a program prints loads what compares that, as a fourth.
    assert len(loaded) == 3
    assert sum(sizes[path.resolve()] for path in loaded) <= 60_000
    # Only learners who write a program load what reads it.
    (reader,) = (out / "assets").glob("reader.*.js")
    assert sizes[reader] <= 16_000


def _unlike(display: Display, number: int) -> Display:
    words = " ".join(f"{(number + 7) * (i + 3) ** 2:x}" for i in range(40))
    return replace(display, prompt=(*display.prompt, Prose(words)), solution=(*display.solution, Prose(words[::-1])))


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="holds files that quizproof did not write"):
        build_site(samples.bank(), out)
    assert [path.name for path in tmp_path.rglob("*")] == ["site", "thesis.tex"]


def test_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    with pytest.raises(UsageError, match="is a file; name a folder for the site"):
        build_site(samples.bank(), tmp_path / "site")


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="the site cannot be written"):
        build_site(samples.bank(), tmp_path / "file" / "site")


def test_empty_folder_and_our_own_are_replaced(tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    report = samples.bank()
    build_site(report, out)
    gone = report.quizzes[-1]
    (page,) = out.glob(f"*/{gone.id}.html")
    build_site(samples.report(*report.quizzes[:-1]), out)
    assert not page.exists()
    assert (out / MARKER).is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_site_is_readable_for_others(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    assert build_site(samples.bank(), tmp_path / "site").out.stat().st_mode == plain.stat().st_mode


def _changed(name: str, report: Report) -> Report:
    """The report with one thing changed that some page shows."""
    quizzes = list(report.quizzes)
    head = quizzes[0]
    first, *rest = head.blocks
    sandbox = report.result.sandbox
    match name:
        case "nothing":
            pass
        case "versions":
            newer = {"python": "3.11.7", "torch": "2.14.0"}
            quizzes = [replace(q, versions=newer) if "torch" in q.versions else q for q in quizzes]
        case "sandbox":
            sandbox = "landlock"
        case "a verdict":
            quizzes[0] = samples.asking(head, replace(first, variants=_judged(first, 4, "refuted")), *rest)
        case "a count":
            quizzes[0] = samples.asking(head, replace(first, variants=_judged(first, 9)), *rest)
        case "a finding":
            quizzes = [samples.asking(q, *map(_told_otherwise, q.blocks)) for q in quizzes]
        case "an evidence":
            display = first.variants[0].display
            assert display is not None
            assert isinstance(display.input, Options)
            option, *options = display.input.options
            told = replace(option, evidence=Evidence("Does something else."))
            changed = replace(display, input=Options((told, *options)))
            variant = replace(first.variants[0], display=changed)
            quizzes[0] = samples.asking(head, replace(first, variants=(variant,)), *rest)
        case "a belief":
            shown = first.variants[0].display
            assert shown is not None
            variant = replace(first.variants[0], display=replace(shown, belief="That it is slow."))
            quizzes[0] = samples.asking(head, replace(first, variants=(variant,)), *rest)
        case "a question left out":
            quizzes[0] = samples.asking(head, *rest)
        case "the order of questions":
            quizzes[0] = samples.asking(head, rest[0], first, *rest[1:])
        case "a quiz left out":
            del quizzes[1]
        case _:
            quizzes[1] = _with_header(quizzes[1], *name.split("="))
    return samples.report(*quizzes, sandbox=sandbox)


def _told_otherwise(question: BlockProof) -> BlockProof:
    """The question with another message, if it is the one with a refuted claim."""
    if question.status != "refuted":
        return question
    return replace(question, findings=(replace(question.findings[0], message="another message"),))


def _with_header(quiz: QuizProof, field: str, value: str) -> QuizProof:
    assert quiz.header is not None
    new: object = int(value) if value.isdigit() else value
    if field == "insight":
        new = Insight(text=value, rests_on=("precision",))
    header = quiz.header.model_copy(update={field: new})
    return replace(quiz, header=header, versions=samples.RUNTIMES.get(header.runtime, {}))


def _judged(question: BlockProof, proven: int, *others: Verdict) -> tuple[VariantProof, ...]:
    return tuple(replace(variant, claims=samples.claims(proven, *others)) for variant in question.variants)


CHANGES = {
    "nothing": 10,
    "versions": 5,
    "sandbox": 9,
    "a verdict": 7,
    "a count": 7,
    "a finding": 9,
    "an evidence": 9,
    "a belief": 7,
    "a question left out": 6,
    "the order of questions": 8,
    "a quiz left out": 3,
    "title=Another title": 6,
    "topic=another-topic": 3,
    "mode=experiment": 3,
    "runtime=python": 3,
    "minutes=99": 7,
    "hint_cost=1": 7,
    "insight=It is not.": 7,
    "intro=Another intro.": 7,
    "quiz=another-id": 3,
}
"""How many of the ten pages are taken over after each change."""


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_taken_over_is_what_would_be_made(tmp_path: Path, name: str) -> None:
    before = samples.bank()
    after = _changed(name, before)
    build_site(before, tmp_path / "site")
    again = build_site(after, tmp_path / "site")
    fresh = build_site(after, tmp_path / "fresh")
    assert _tree(again.out) == _tree(fresh.out)
    assert (again.files, again.bytes) == (fresh.files, fresh.bytes)
    assert fresh.reused == 0
    assert again.reused == CHANGES[name]


def test_another_title_changes_every_page(tmp_path: Path) -> None:
    build_site(samples.bank(), tmp_path / "site")
    assert build_site(samples.bank(), tmp_path / "site", "Another").reused == 0


def test_another_renderer_changes_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_site(samples.bank(), tmp_path / "site")
    monkeypatch.setattr("quizproof_renderers.site.reuse._renderer", lambda: b"another version")
    assert build_site(samples.bank(), tmp_path / "site").reused == 0


@pytest.mark.parametrize("marker", ["", "{}", "[]", '{"pages": 1}', '{"pages": {"index.html": "x"}}', "\xff"])
def test_marker_that_tells_nothing(tmp_path: Path, marker: str) -> None:
    """It does not say which files are ours, so none may be deleted."""
    out = build_site(samples.bank(), tmp_path / "site").out
    (out / MARKER).write_bytes(marker.encode("latin-1"))
    before = _tree(out)
    with pytest.raises(UsageError, match="which quizproof did not write and would delete; move it elsewhere"):
        build_site(samples.bank(), out)
    assert _tree(out) == before


def test_pages_that_were_edited_or_lost_are_made_again(tmp_path: Path) -> None:
    out = build_site(samples.bank(), tmp_path / "site").out
    before = _tree(out)
    (out / "index.html").write_text("edited by hand")
    (out / PRACTICE).unlink()
    assert build_site(samples.bank(), out).reused == 8
    assert _tree(out) == before


def test_without_hard_links_pages_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError

    out = build_site(samples.bank(), tmp_path / "site").out
    before = _tree(out)
    monkeypatch.setattr("os.link", refuse)
    assert build_site(samples.bank(), out).reused == 10
    assert _tree(out) == before


def test_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    build_site(samples.bank(), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "index.html").is_file()


class Interrupted(BaseException):
    """Stands for KeyboardInterrupt, which would end the test run if it got out."""


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_interrupted_while_writing_leaves_the_old_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = build_site(samples.bank(), tmp_path / "site").out
    before = _tree(tmp_path)
    real = Path.write_bytes

    def interrupt(path: Path, data: bytes) -> int:
        if path.name == "index.html":
            raise Interrupted
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", interrupt)
    with pytest.raises(Interrupted):
        build_site(samples.report(), out)
    assert _tree(tmp_path) == before


@pytest.mark.parametrize("fails_at", [1, 2])
def test_interrupted_while_swapping_leaves_the_old_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    out = build_site(samples.bank(), tmp_path / "site").out
    before = _tree(tmp_path)
    real, calls = Path.rename, 0

    def interrupt(path: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise Interrupted
        return real(path, target)

    monkeypatch.setattr(Path, "rename", interrupt)
    with pytest.raises(Interrupted):
        build_site(samples.report(), out)
    assert _tree(tmp_path) == before


def test_two_quizzes_of_one_page_are_refused(tmp_path: Path) -> None:
    one = samples.asking(samples.quiz(), samples.question("one", samples.text()))
    report = samples.report(one, replace(samples.quiz(), path="questions/samples/copy.yaml"))
    message = "questions/samples/copy.yaml: the quiz `sample` would overwrite the page of questions/samples/sample.yaml"
    with pytest.raises(UsageError, match=re.escape(message)):
        build_site(report, tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_quiz_called_index_is_refused(tmp_path: Path) -> None:
    report = samples.report(samples.asking(samples.quiz("index"), samples.question("one", samples.text())))
    with pytest.raises(UsageError, match=r"would overwrite the page of its topic, samples/index\.html"):
        build_site(report, tmp_path / "site")


def _palettes() -> dict[str, dict[str, str]]:
    css = assets.style_sheet().decode()
    pairs = re.findall(r"--([\w-]+):light-dark\((#\w{6}),(#\w{6})\);", css)
    return {"light": {name: light for name, light, _ in pairs}, "dark": {name: dark for name, _, dark in pairs}}


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("inks", "grounds"),
    [
        ("ink muted link right wrong doubt", "paper panel grid-paper"),
        ("ink right", "right-panel"),
        ("ink wrong", "wrong-panel"),
        ("ink doubt", "doubt-panel"),
        (
            "code-keyword code-string code-number code-comment code-builtin code-definition",
            "paper panel grid-paper right-panel wrong-panel",
        ),
        ("series-0 series-1 series-2 series-3 series-4 series-5", "paper panel"),
        ("on-color", "link right wrong"),
        ("paper", "ink"),
    ],
)
def test_contrast_meets_aa(theme: str, inks: str, grounds: str) -> None:
    palette = _palettes()[theme]
    for ink in inks.split():
        for ground in grounds.split():
            light, dark = sorted((_luminance(palette[ink]), _luminance(palette[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (theme, ink, ground)


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@example([[(1.0, 1e300), (2.0, -1.7e308)]], [])
@example([[(1.0, 3e-14), (2.0, 1e-14)]], [])
@example([[(1.0, 5e-324)]], [1.0])
@given(st.lists(st.lists(st.tuples(FINITE, FINITE), max_size=5), max_size=3), st.lists(FINITE, max_size=3))
def test_any_chart_can_be_drawn(lines: list[list[tuple[float, float]]], events: list[float]) -> None:
    """Curves that no axis can show are given in figures alone."""
    series = tuple(Series(str(n), tuple(points)) for n, points in enumerate(lines))
    drawn = chart(Chart(series, "x", "y", tuple(Event("e", x, None if n else x) for n, x in enumerate(events))))
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_charts_are_drawn_within_bounds() -> None:
    def is_drawn(*values: float) -> bool:
        return "<svg" in chart(Chart((Series("loss", tuple(enumerate(map(float, values)))),), "Epoch", "loss"))

    assert is_drawn(0.5, 0.25)
    assert is_drawn(0.0)
    assert is_drawn(1e12, -1e12)
    assert is_drawn(0.0, 1e-8)
    assert not is_drawn(0.0, 1e-10)
    assert not is_drawn(1e13, 0.0)
