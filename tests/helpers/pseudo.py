"""A pseudo-language, in which every message of the site is in brackets, and authors write in another alphabet.

So whatever a page shows in Latin letters outside brackets is a text that nobody can translate.
"""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from quizproof.displays import Blank, Code, Evidence, Output
from quizproof_renderers.site.languages import phrases
from quizproof_renderers.site.languages.messages import speaking

sys.path.append(str(Path(__file__).parents[2] / "tools"))

from messages import collected, compiled

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from quizproof_renderers.site.languages.language import Language

_Data = TypeVar("_Data")
_LETTERS = str.maketrans(
    {chr(first + n): chr(other + n) for first, other in ((ord("a"), 0x430), (ord("A"), 0x410)) for n in range(26)}
)
"""Latin letters become Cyrillic ones."""
_WRITTEN = {
    *("text", "feedback", "unproven", "title", "prompt", "name", "note", "hints", "belief", "caption", "head", "rows"),
    *("names", "labels", "x", "y", "answer", "message", "intro", "insight", "objectives", "tags", "authors"),
}
"""The fields in which authors write prose; code and output are none."""

OUTSIDE = """
() => {
  const SKIPPED = "code, pre, samp, kbd, script, style, math, textarea, [lang]:not(html), .dtype";
  const NAMES = /\\b(torch(?:\\.\\w+)+|PyTorch|TensorFlow|Keras|Python|ROC|tensor|[A-Z]{1,2}|[np])(?![A-Za-z])/g;
  const lines = [...document.querySelectorAll(".piece .source")].map((line) => line.textContent);
  // From the innermost brackets outwards: messages may hold messages.
  const rest = (text) => {
    let before;
    do {
      before = text;
      text = text.replace(/\\[!!(?:(?!\\[!!|!!\\])[^])*!!\\]/g, " ");
    } while (text !== before);
    for (const line of lines) text = text.replaceAll(line, " ");
    return text.replace(NAMES, " ");
  };
  const found = [];
  const look = (where, text) => {
    const left = rest(text).replace(/\\s+/g, " ");
    found.push(...(left.match(/.{0,60}([A-Za-z]|\\[!!|!!\\]).{0,60}/g) ?? []).map((each) => `${where}: ${each}`));
  };
  const written = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIPPED)) return " ";
    // What a learner may have typed, unless it is put into words.
    if (node.matches(".given") && !node.textContent.includes("[!!")) return " ";
    const parts = [...node.childNodes].map(written).join("");
    return node.matches("noscript") ? node.textContent.replace(/<[^>]*>/g, "") : parts;
  };
  // Block by block, because a message may go over several elements of a line.
  for (const block of document.querySelectorAll("title, body")) look(block.tagName, written(block));
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt], [data-empty]")) {
    if (element.closest(SKIPPED)) continue;
    const names = ["aria-label", "title", "placeholder", "alt", "data-empty"];
    for (const name of names) look(name, element.getAttribute(name) ?? "");
  }
  for (const meta of document.querySelectorAll("meta[name=description], meta[property='og:description']")) {
    look("description", meta.content);
  }
  return found;
}
"""


@cache
def messages() -> bytes:
    """Compiled messages, each in brackets: "[!! Right. !!]"."""
    catalog = collected()
    for message in catalog:
        if message.id and message.context != "number":
            bracketed = [f"[!! {text} !!]" for text in ([message.id] if isinstance(message.id, str) else message.id)]
            message.string = bracketed[0] if isinstance(message.id, str) else tuple(bracketed)
    return compiled(catalog)


def outside_brackets(page: Page) -> list[str]:
    """What a page shows in Latin letters outside brackets, and not as code."""
    found: list[str] = page.evaluate(OUTSIDE)
    return found


def elsewhere(data: _Data, language: Language) -> _Data:
    """Data of a report in which everything that an author wrote is in another alphabet."""
    with speaking(language):
        return _elsewhere(data, written=False)  # type: ignore[no-any-return]


def _elsewhere(data: Any, *, written: bool) -> Any:
    if isinstance(data, str):
        return data.translate(_LETTERS) if written else data
    if isinstance(data, tuple):
        return tuple(_elsewhere(each, written=written) for each in data)
    if isinstance(data, BaseModel):
        names = [name for name in type(data).model_fields if name in _WRITTEN]
        return data.model_copy(update={name: _elsewhere(getattr(data, name), written=True) for name in names})
    if isinstance(data, Evidence):
        # Samples that are made by hand say things that the engine does not.
        is_ours = phrases.in_language(data.summary, phrases.SUMMARIES) != data.summary
        return data if is_ours else replace(data, summary=data.summary.translate(_LETTERS))
    if isinstance(data, Code):
        is_ours = phrases.in_language(data.label, phrases.LABELS) != data.label
        return data if is_ours else replace(data, label=data.label.translate(_LETTERS))
    if isinstance(data, Output) or not is_dataclass(data) or isinstance(data, type):
        return data
    # The name of a blank is where it is in its program, and no reader sees it.
    names = [each.name for each in fields(data) if each.init and not (isinstance(data, Blank) and each.name == "name")]
    return replace(data, **{name: _elsewhere(getattr(data, name), written=name in _WRITTEN) for name in names})
