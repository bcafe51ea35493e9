// The first page: what can be done to all progress.

import { one } from "./dom.js";
import { forget, readExport, recall, remember, startedQuizzes, writeExport } from "./progress.js";
import { saveFile } from "./saving.js";
import { showAllProgress, startPage } from "./start.js";
import { counted } from "./wording.js";

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

startPage(() => {
  openContents(one(".keep"));
  showAllProgress();
  addEventListener("pageshow", (event) => event.persisted && showAllProgress());
});
