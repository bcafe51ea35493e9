// A quiz page: its questions, its progress, and the ways through it.

import { startClock } from "./clock.js";
import { all, one } from "./dom.js";
import { listenForKeys } from "./keys.js";
import { preparePrinting } from "./layout.js";
import { _, _n } from "./messages.js";
import { withMore } from "./more.js";
import { prefer } from "./preferences.js";
import {
  forget,
  isOutdated,
  recall,
  recallDrafts,
  recallVisit,
  remember,
  rememberDraft,
  rememberTry,
  rememberVisit,
} from "./progress.js";
import { makeAnswerable, offerHints } from "./question.js";
import { withReader } from "./reader.js";
import { tally, verdictOf } from "./standings.js";
import { makeSteps } from "./steps.js";

/** How well a question was answered, as schedule.js has it. */
const gradeOf = ({ right, hints, peeked }) => (right ? (hints || peeked ? 2 : 3) : 1);

/** Open a quiz; `nav` has its questions. */
export function openQuiz(nav) {
  const { quiz } = nav.dataset;
  let answers = recall(quiz);
  const drafts = recallDrafts(quiz);
  const ticks = all("[data-tick]", nav);

  function showProgress() {
    for (const tick of ticks) {
      const answer = answers.get(tick.dataset.tick);
      const verdict = answer ? verdictOf(answer) : "";
      for (const each of ["right", "partly", "wrong", "unrun"]) tick.classList.toggle(`is-${each}`, verdict === each);
      const words = { right: _`right`, partly: _`partly right`, wrong: _`wrong`, unrun: _`not run here` }[verdict];
      one(".state", tick).textContent = words ? ` ${words}` : "";
    }
    const given = ticks.map((tick) => answers.get(tick.dataset.tick)).filter(Boolean);
    one(".tally", nav).textContent = tally(given, ticks.length);
    one("[data-do=restart]", nav).hidden = !given.length;
    for (const link of all(".to-end", nav)) link.hidden = given.length < ticks.length;
    if (given.length) sumUp();
  }

  /** Show the summary at the end. */
  function sumUp() {
    const asked = ticks.map((tick) => ({
      id: tick.dataset.tick,
      number: tick.dataset.number,
      title: one(`#h-${tick.dataset.tick} .heading`)?.textContent,
      answer: answers.get(tick.dataset.tick),
    }));
    for (const section of all(".summary")) withMore(({ showSummary }) => showSummary(section, asked, visit.seconds));
  }

  const visit = recallVisit(quiz);
  const secondsUntilNow = startClock(visit.seconds);

  /** Keep when and how long the learner was here, and where to continue. After the last answer, no more time is counted. */
  function keepVisit(id, wasDone) {
    const ids = ticks.map((tick) => tick.dataset.tick);
    const place = ids.indexOf(id) + 1;
    visit.at = Math.round(Date.now() / 1000);
    if (!wasDone) visit.seconds = Math.round(secondsUntilNow());
    visit.next = [...ids.slice(place), ...ids].find((each) => !answers.has(each)) ?? "";
    rememberVisit(quiz, visit);
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
    const { restore, resume, renew } = makeAnswerable(
      section,
      (id, answer, isNew) => {
        // As it is now: another tab may have kept answers since.
        answers = recall(quiz);
        const wasDone = ticks.every((tick) => answers.has(tick.dataset.tick));
        // A later try that fails takes nothing back. What was kept is marked anew.
        if (!isNew || !answers.get(id)?.right || answer.right) answers.set(id, answer);
        if (isNew) keepVisit(id, wasDone);
        if (isNew && verdictOf(answer) !== "unrun") rememberTry(quiz, id, gradeOf(answer));
        keepAnswers();
        keepDraft(id, null);
      },
      keepDraft,
    );
    const earlier = answers.get(question);
    const isOld = earlier && isOutdated(earlier, section);
    outdated += Number(Boolean(isOld));
    const takeUp = () => {
      if (earlier && !isOld && location.search === "?review" && location.hash === `#${section.id}`) {
        renew(earlier);
        return;
      }
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
    notice.textContent = _n(outdated)`${outdated} answer of an earlier visit was dropped, because its question has changed since.|${outdated} answers of an earlier visit were dropped, because their questions have changed since.`;
    notice.hidden = !outdated;
  }

  // Another tab has kept an answer.
  addEventListener("storage", () => {
    answers = recall(quiz);
    showProgress();
  });

  one("[data-do=restart]", nav).addEventListener("click", () => {
    if (!answers.size || !confirm(_`Delete all your answers to this quiz?`)) return;
    forget(quiz);
    location.reload();
  });
  preparePrinting();

  for (const link of all(".to-reviews")) link.hidden = location.search !== "?review";
  for (const link of all("[data-alternative]")) {
    link.addEventListener("click", () => prefer("framework", link.dataset.alternative));
  }
  const firstOpen = ticks.find((tick) => !answers.has(tick.dataset.tick));
  const steps = makeSteps(firstOpen && one(firstOpen.hash));
  const help = () => withMore(({ showHelp }) => showHelp());
  for (const button of all("[data-do=help]")) button.addEventListener("click", help);
  listenForKeys({ ...steps, help });
}
