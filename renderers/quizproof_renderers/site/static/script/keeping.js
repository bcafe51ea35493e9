// All progress at once: it is exported, imported or deleted.

import { one } from "./dom.js";
import { forgetAll, readExport, recall, remember, startedQuizzes, writeExport } from "./progress.js";
import { saveFile } from "./saving.js";
import { counted } from "./wording.js";

/** Let all progress be taken to another browser, or deleted; `show` shows it anew. */
export function letKeep(panel, show) {
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
    show();
    notify(`Imported your progress in ${quizzesIn(quizzes)}.`);
  });

  one("[data-do=forget]", panel).addEventListener("click", () => {
    if (!confirm("Delete your answers to all quizzes?")) return;
    forgetAll();
    show();
    notify("All answers were deleted.");
  });
}
