// Pages: a quiz with its progress, and the contents with what can be done to all progress.

import { all, one } from "./dom.js";
import { letCopy } from "./copying.js";
import { letScroll, preparePrinting } from "./layout.js";
import {
  CONFIDENCES,
  forget,
  isOutdated,
  readExport,
  recall,
  recallDrafts,
  remember,
  rememberDraft,
  startedQuizzes,
  tally,
  verdictOf,
  writeExport,
} from "./progress.js";
import { makeAnswerable, offerHints } from "./question.js";
import { withReader } from "./reader.js";
import { saveFile } from "./saving.js";
import { letSwitchTheme, useKeptTheme } from "./theme.js";
import { counted, percent } from "./wording.js";

function openQuiz(nav) {
  const { quiz } = nav.dataset;
  let answers = recall(quiz);
  const drafts = recallDrafts(quiz);
  const ticks = all("[data-tick]", nav);

  function showProgress() {
    for (const tick of ticks) {
      const answer = answers.get(tick.dataset.tick);
      const verdict = answer ? verdictOf(answer) : "";
      for (const each of ["right", "partly", "wrong", "unrun"]) tick.classList.toggle(`is-${each}`, verdict === each);
      const words = { partly: "partly right", unrun: "not run here" }[verdict] ?? verdict;
      one(".state", tick).textContent = words ? ` ${words}` : "";
    }
    const given = ticks.map((tick) => answers.get(tick.dataset.tick)).filter(Boolean);
    one(".tally", nav).textContent = tally(given, ticks.length);
    one("[data-do=restart]", nav).hidden = !given.length;
    showCalibration(given);
  }

  function keepAnswers() {
    const isKept = remember(quiz, answers);
    for (const notice of all(".not-kept", nav)) notice.hidden = isKept;
    showProgress();
  }

  let outdated = 0;
  for (const section of all("[data-question]")) {
    const question = section.dataset.question;
    const keepDraft = (id, draft) => rememberDraft(quiz, id, draft);
    const { restore, resume } = makeAnswerable(
      section,
      (id, answer, isNew) => {
        // As it is now: another tab may have kept answers since.
        answers = recall(quiz);
        // A later try that fails takes nothing back. What was kept is marked anew.
        if (!isNew || !answers.get(id)?.right || answer.right) answers.set(id, answer);
        keepAnswers();
        keepDraft(id, null);
      },
      keepDraft,
    );
    const earlier = answers.get(question);
    const isOld = earlier && isOutdated(earlier, section);
    outdated += Number(Boolean(isOld));
    const takeUp = () => {
      if (earlier && (isOld || !restore(earlier))) {
        // It does not fit this edition of the page.
        answers = recall(quiz);
        answers.delete(question);
        keepAnswers();
      }
      const draft = drafts.get(question);
      if (draft && !answers.has(question) && !isOutdated(draft, section)) resume(draft);
    };
    if (earlier) withReader(one("form", section), takeUp);
    else takeUp();
  }
  for (const helps of all(".exhibit .helps")) offerHints(all(".help", helps));
  keepAnswers();

  for (const notice of all(".outdated", nav)) {
    const [were, changed] = outdated === 1 ? ["was", "its question has"] : ["were", "their questions have"];
    const dropped = counted(outdated, "answer");
    notice.textContent = `${dropped} of an earlier visit ${were} dropped, because ${changed} changed since.`;
    notice.hidden = !outdated;
  }

  // Another tab has kept an answer.
  addEventListener("storage", () => {
    answers = recall(quiz);
    showProgress();
  });

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
    const scores = answers
      .filter((answer) => answer.confidence === level && answer.score !== undefined)
      .map((answer) => answer.score);
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
