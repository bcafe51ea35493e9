// Pages with questions, and those that list the quizzes of a topic.

import { all, one } from "./dom.js";
import { letPrefer } from "./preferences.js";
import { openQuiz } from "./quiz.js";
import { showAllProgress, startPage } from "./start.js";
import { useKeptView } from "./steps.js";

useKeptView();
startPage(() => {
  const nav = one(".ticks");
  if (nav) openQuiz(nav);
  letPrefer("framework", all("[name=runtime]"));
  showAllProgress();
  // Coming back by the browser's history shows a page from memory: its counts may be old.
  addEventListener("pageshow", (event) => event.persisted && showAllProgress());
});
