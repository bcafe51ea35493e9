// The start of every page: what must be known before it is drawn, and what works on all of them.

import { all } from "./dom.js";
import { letCopy } from "./copying.js";
import { letScroll } from "./layout.js";
import { recall } from "./progress.js";
import { tally } from "./standings.js";
import { letSwitchTheme, useKeptTheme } from "./theme.js";

/** On pages that list quizzes: how far each has been answered. */
export function showAllProgress() {
  for (const place of all("[data-progress]")) {
    const answers = [...recall(place.dataset.progress).values()];
    place.textContent = answers.length ? tally(answers, place.dataset.questions) : "";
  }
}

/** Start a page; `open` is called once it can be changed. */
export function startPage(open) {
  // The style sheet shows what needs a script only with this class, and before the page is first drawn.
  document.documentElement.classList.add("js");
  useKeptTheme();
  document.addEventListener("DOMContentLoaded", () => {
    open();
    letCopy();
    letSwitchTheme();
    letScroll();
    addEventListener("resize", letScroll);
    // A toggle does not bubble, so it is caught on its way down.
    addEventListener("toggle", letScroll, true);
  });
}
