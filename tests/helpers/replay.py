"""Answer a built site through its pages, in a real browser, as a learner would."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from quizproof.comparison.number_match import NumberMatch
from quizproof.displays import (
    Blanks,
    Display,
    LineInput,
    Matching,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    ProgramInput,
    TextInput,
)
from quizproof.loading.load import load_bank
from quizproof.loading.quiz import Bank
from quizproof.marking.mark import MalformedResponse, NeverRun, mark
from quizproof.proof import Report
from quizproof_renderers.site.build import build_site

Response: TypeAlias = str | list[str]
"""What the page stores: a text, or a list of texts."""

ANSWER = """
async (asked) => {
const answers = [];
for (const each of asked) answers.push(await answer(...each));
return answers;

async function answer(id, variant, response) {
  const section = document.querySelector(`[data-question="${id}"]`);
  const shown = () => section.querySelector(".variant");
  const again = () => shown().querySelector(".again");
  // Variants come round one after the other.
  for (let tries = 0; !again().hidden || Number(shown().dataset.variant) !== variant; tries += 1) {
    if (tries > 8) return ["lost", ""];
    again().click();
  }
  const form = shown().querySelector("form");
  // As a learner who puts the cursor into a field: what reads programs is loaded then.
  form.dispatchEvent(new Event("focusin"));
  while ("given" in form.dataset && !window.quizproofReader) await new Promise((done) => setTimeout(done, 5));
  const all = (selector) => [...form.querySelectorAll(selector)];
  const sure = all(".confident");
  if (sure.length) sure[0].checked = true;
  if (["options", "line", "open"].includes(form.dataset.form)) {
    for (const input of all(".control")) input.checked = [response].flat().includes(input.value);
  } else if (form.dataset.form === "order") {
    for (const part of response) {
      const [id, level] = part.split(":");
      const press = (move) => form.querySelector(`[data-id="${id}"] [data-move="${move}"]`).click();
      press("swap");
      for (let n = 0; n < Number(level || 0); n += 1) press("in");
    }
  } else {
    all(".field").forEach((field, index) => { field.value = [response].flat()[index]; });
  }
  form.requestSubmit();
  const complaint = form.querySelector(".complaint").textContent;
  if (complaint) return ["malformed", complaint];
  if (shown().classList.contains("was-unrun")) return ["unrun", shown().querySelector(".result").textContent];
  const reveal = shown().querySelector("[data-do=show]");
  if (reveal) reveal.click();
  return [Number(shown().dataset.score), shown().querySelector(".result").textContent];
}
}
"""


def answer(page: Page, question: str, response: Response, variant: int = 0) -> tuple[float | str, str]:
    """Give a response on an open quiz page: its score, "malformed" or "unrun"; and what the page said of it."""
    return answer_all(page, [(question, response, variant)])[0]


def answer_all(page: Page, given: Iterable[tuple[str, Response, int]]) -> list[tuple[float | str, str]]:
    """Give responses one after the other, each with its question and variant, in one call of the browser."""
    said = page.evaluate(ANSWER, [[question, variant, response] for question, response, variant in given])
    return [(score, text) for score, text in said]


def expected(display: Display, response: Response) -> float | str:
    """What the engine's own marking makes of a response: a score, "malformed", or "unrun" where only a run can say."""
    try:
        return mark(display.input, response).score
    except NeverRun:
        return "unrun"
    except MalformedResponse:
        return "malformed"


def responses(display: Display) -> Iterator[Response]:
    """The key, every distractor and foreseen mistake, and some that nobody foresaw."""
    shown = display.input
    match shown:
        case Options():
            ids = [option.id for option in shown.options]
            keys = [option.id for option in shown.options if option.correct]
            yield keys[:1] if shown.any_right else keys
            yield from ([id_] for id_ in ids)
            yield []
            if shown.multiple:
                yield ids
        case NumberInput():
            yield from _of_number(shown)
        case TextInput():
            yield shown.accepted
            yield shown.accepted + "  \n\n"
            yield from (mistake.value for mistake in shown.mistakes)
            yield from ("something else", "  ")
        case LineInput():
            yield from (str(line) for line in range(1, len(shown.source.split("\n")) + 1))
        case Blanks():
            yield from _of_blanks(shown)
        case Ordering():
            yield from _of_order(shown)
        case Matching():
            yield from _of_match(shown)
        case OpenInput():
            ids = [point.id for point in shown.points]
            yield from (ids[:end] for end in range(len(ids) + 1))
        case ProgramInput():
            yield from (attempt.source for attempt in shown.attempts)
            yield "# The same\n\n" + shown.attempts[0].source.replace("\n", "  \n\n")
            yield from ("never_seen()", "# nothing but a remark", "")


def _of_number(shown: NumberInput) -> Iterator[Response]:
    """The key, mistakes and bounds of ranges, and what is just within the tolerance and just beyond."""
    yield str(shown.value)
    for mistake in shown.mistakes:
        foreseen = NumberMatch.parse(mistake.value)
        bounds = [bound for bound in (foreseen.above, foreseen.below) if math.isfinite(bound)]
        yield from [repr(bound) for bound in bounds] or [mistake.value]
        yield from (repr(math.nextafter(bound, foreseen.below)) for bound in bounds[:1])
    if not isinstance(shown.value, str):
        steps = [sign * step * shown.tolerance for sign in (-1, 1) for step in (0.99, 1.01)]
        yield from (repr(shown.value + step) for step in steps)
    yield from ("-123456.75", "about ten", "")


def _of_blanks(shown: Blanks) -> Iterator[Response]:
    """The key, and each gap filled in every way that was foreseen."""
    key = [blank.accepted[0] for blank in shown.blanks]
    yield key
    for index, blank in enumerate(shown.blanks):
        for text in (*blank.accepted, *(mistake.value for mistake in blank.mistakes), "never_seen", " "):
            yield [*key[:index], f" {text} ", *key[index + 1 :]]
    yield ["never_seen"] * len(key)


def _of_order(shown: Ordering) -> Iterator[Response]:
    """The right orders, beginnings of one, and a distractor at every place."""
    own = list(shown.orders[0])
    yield from (list(order) for order in shown.orders[:20])
    yield from (own[:end] for end in range(len(own)))
    yield own[::-1]
    extra = [f"{line.id}:0" if shown.indented else line.id for line in shown.lines if line.distractor]
    yield from ([*own[:place], line, *own[place:]] for line in extra for place in range(len(own) + 1))
    if shown.indented:
        yield [f"{part.partition(':')[0]}:0" for part in own]


def _of_match(shown: Matching) -> Iterator[Response]:
    """The key, others, and pairs that are left open."""
    key = list(shown.key)
    yield key
    yield [key[-1], *key[:-1]]
    yield from ([item.id] * len(key) for item in shown.right)
    yield from ([item.id, *key[1:]] for item in shown.right)
    yield ["", *key[1:]]


@dataclass
class Watch:
    """What a page did that it must not do."""

    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listen to a page. A violation of the security policy comes as a message on the console."""

        def message(said: ConsoleMessage) -> None:
            self.console.append(said.text)

        def request(asked: Request) -> None:
            if not asked.url.startswith(("file://", "data:", "blob:")):
                self.foreign.append(asked.url)

        page.on("console", message)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", request)

    def check(self) -> None:
        """Assert that nothing happened."""
        assert not self.console, "\n".join(self.console)
        assert not self.foreign, self.foreign


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own chromium. Raises FileNotFoundError when there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise FileNotFoundError("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def site_of(text: str, folder: Path, prove: Callable[[Bank], Report]) -> Path:
    """The folder of the site of a bank that must be proven; `text` is its one file, and `folder` an empty one."""
    (folder / "bank.yaml").write_text(text, encoding="utf-8")
    report = prove(load_bank([folder / "bank.yaml"]))
    assert report.status == "proven", [finding.message for finding in report.findings]
    return build_site(report, folder / "site").out


WHOLE_PAGE = """
const getItem = Storage.prototype.getItem;
Storage.prototype.getItem = function (key) {
  return getItem.call(this, key) ?? (key === "quizproof-view" ? "page" : null);
};
"""
"""It keeps nothing itself: what pages keep is what tests look at."""


@contextmanager
def opened(browser: Browser, path: Path, *, init: str = "", whole: bool = True, **context: Any) -> Iterator[Page]:
    """A page in a context of its own, in which `init` runs first; what it must not do is checked at the end.

    whole  whether a quiz shows all its questions, as if the learner had chosen that; else it shows one at a time
    """
    watch = Watch()
    with browser.new_context(reduced_motion="reduce", **context) as own:
        own.on("page", watch.follow)
        # It runs in the blank page before too, which may keep nothing.
        own.add_init_script(f"if (location.protocol === 'file:') {{ {init} }}")
        if whole:
            own.add_init_script(WHOLE_PAGE)
        page = own.new_page()
        page.goto(path.as_uri())
        yield page
        watch.check()
