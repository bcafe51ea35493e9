// All progress at once: it is exported, imported or deleted.

import { one } from "./dom.js";
import { _, _n } from "./messages.js";
import { forgetAll, readExport, recall, remember, startedQuizzes, writeExport } from "./progress.js";
import { saveFile } from "./saving.js";

/** Let all progress be taken to another browser, or deleted; `show` shows it anew. */
export function letKeep(panel, show) {
  const notify = (message) => {
    one(".notice", panel).textContent = message;
  };

  one("[data-do=export]", panel).addEventListener("click", () => {
    const quizzes = startedQuizzes().sort();
    saveFile(writeExport(quizzes), "quizproof-progress.json", "application/json");
    const count = quizzes.length;
    notify(_n(count)`Exported your progress in ${count} quiz.|Exported your progress in ${count} quizzes.`);
  });

  one("#import", panel).addEventListener("change", async (event) => {
    const [file] = event.target.files;
    // So that choosing the same file again is a change again.
    event.target.value = "";
    if (!file) return;
    const quizzes = readExport(await file.text());
    if (!quizzes) {
      notify(_`This file does not hold progress that quizproof exported. Nothing was changed.`);
      return;
    }
    for (const [quiz, answers] of quizzes) remember(quiz, new Map([...recall(quiz), ...answers]));
    show();
    const count = quizzes.length;
    notify(_n(count)`Imported your progress in ${count} quiz.|Imported your progress in ${count} quizzes.`);
  });

  one("[data-do=forget]", panel).addEventListener("click", () => {
    if (!confirm(_`Delete your answers to all quizzes?`)) return;
    forgetAll();
    show();
    notify(_`All answers were deleted.`);
  });
}
