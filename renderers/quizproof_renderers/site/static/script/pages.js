// Pages: a quiz with its progress, and the contents with what can be done to all progress.

import { all, one } from "./dom.js";
import { letCopy } from "./copying.js";
import { letScroll, preparePrinting } from "./layout.js";
import {
  CONFIDENCES,
  forget,
  readExport,
  recall,
  remember,
  startedQuizzes,
  tally,
  verdictOf,
  writeExport,
} from "./progress.js";
import { makeAnswerable, offerHints } from "./question.js";
import { saveFile } from "./saving.js";
import { letSwitchTheme, useKeptTheme } from "./theme.js";
import { counted, percent } from "./wording.js";

function openQuiz(nav) {
  const { quiz } = nav.dataset;
  const answers = recall(quiz);
  const ticks = all("[data-tick]", nav);

  function showProgress() {
    for (const tick of ticks) {
      const answer = answers.get(tick.dataset.tick);
      const verdict = answer ? verdictOf(answer) : "";
      for (const each of ["right", "partly", "wrong"]) tick.classList.toggle(`is-${each}`, verdict === each);
      one(".state", tick).textContent = verdict ? ` ${verdict === "partly" ? "partly right" : verdict}` : "";
    }
    const given = ticks.map((tick) => answers.get(tick.dataset.tick)).filter(Boolean);
    one(".tally", nav).textContent = tally(given, ticks.length);
    one("[data-do=restart]", nav).hidden = !given.length;
    showCalibration(given);
  }

  for (const section of all("[data-question]")) {
    const restore = makeAnswerable(section, (id, answer) => {
      answers.set(id, answer);
      remember(quiz, answers);
      showProgress();
    });
    const earlier = answers.get(section.dataset.question);
    if (earlier && !restore(earlier)) answers.delete(section.dataset.question);
  }
  for (const helps of all(".exhibit .helps")) offerHints(all(".help", helps));
  // Without the answers that do not fit this edition of the page.
  remember(quiz, answers);
  showProgress();

  one("[data-do=restart]", nav).addEventListener("click", () => {
    if (!answers.size || !confirm("Delete all your answers to this quiz?")) return;
    forget(quiz);
    location.reload();
  });
  preparePrinting();
}

/** At each level of confidence that was used: how many answers, and their mean score. */
function showCalibration(answers) {
  const section = one(".calibration");
  if (!section) return;
  const body = one("tbody", section);
  body.replaceChildren();
  for (const [level, name] of Object.entries(CONFIDENCES)) {
    const scores = answers.filter((answer) => answer.confidence === level).map((answer) => answer.score);
    if (!scores.length) continue;
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const row = body.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = name;
    row.append(head);
    for (const text of [String(scores.length), percent(mean)]) {
      const cell = row.insertCell();
      cell.className = "number";
      cell.textContent = text;
    }
  }
  section.hidden = !body.rows.length;
}

/** On pages that list quizzes: how far each has been answered. */
function showAllProgress() {
  for (const place of all("[data-progress]")) {
    const answers = [...recall(place.dataset.progress).values()];
    place.textContent = answers.length ? tally(answers, place.dataset.questions) : "";
  }
}

function openContents(panel) {
  const notify = (message) => {
    one(".notice", panel).textContent = message;
  };
  const quizzesIn = (list) => counted(list.length, "quiz", "quizzes");

  one("[data-do=export]", panel).addEventListener("click", () => {
    const quizzes = startedQuizzes().sort();
    saveFile(writeExport(quizzes), "quizproof-progress.json", "application/json");
    notify(`Exported your progress in ${quizzesIn(quizzes)}.`);
  });

  one("#import", panel).addEventListener("change", async (event) => {
    const [file] = event.target.files;
    // So that choosing the same file again is a change again.
    event.target.value = "";
    if (!file) return;
    const quizzes = readExport(await file.text());
    if (!quizzes) {
      notify("This file does not hold progress that quizproof exported. Nothing was changed.");
      return;
    }
    for (const [quiz, answers] of quizzes) remember(quiz, new Map([...recall(quiz), ...answers]));
    showAllProgress();
    notify(`Imported your progress in ${quizzesIn(quizzes)}.`);
  });

  one("[data-do=forget]", panel).addEventListener("click", () => {
    if (!confirm("Delete your answers to all quizzes?")) return;
    startedQuizzes().forEach(forget);
    showAllProgress();
    notify("All answers were deleted.");
  });
}

// The style sheet shows what needs a script only with this class, and before the page is first drawn.
document.documentElement.classList.add("js");
useKeptTheme();

document.addEventListener("DOMContentLoaded", () => {
  const nav = one(".ticks");
  const panel = one(".keep");
  if (nav) openQuiz(nav);
  if (panel) openContents(panel);
  showAllProgress();
  letCopy();
  letSwitchTheme();
  letScroll();
  addEventListener("resize", letScroll);
  // A toggle does not bubble, so it is caught on its way down.
  addEventListener("toggle", letScroll, true);
  // Coming back by the browser's history shows a page from memory: its counts may be old.
  addEventListener("pageshow", (event) => event.persisted && showAllProgress());
});
