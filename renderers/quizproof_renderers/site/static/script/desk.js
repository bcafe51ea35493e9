// The desk of the first page: where to continue, how far one has come, and what to review.

import { catalogued } from "./catalogue.js";
import { all, one } from "./dom.js";
import { make } from "./elements.js";
import { _, _n } from "./messages.js";
import { recall, recallTries, recallVisit } from "./progress.js";
import { dueDay } from "./schedule.js";
import { verdictOf } from "./standings.js";

/** The quizzes in the contents that are in the reader's framework, in their order. */
function quizzesShown() {
  return all(".toc li")
    .filter((item) => item.offsetParent)
    .map((item) => {
      const place = one("[data-progress]", item);
      const id = place.dataset.progress;
      const answers = recall(id);
      return {
        id,
        title: one("a", item).textContent,
        address: one("a", item).getAttribute("href"),
        topic: item.closest(".topic"),
        runtime: item.dataset.runtime,
        questions: Number(place.dataset.questions),
        answered: answers.size,
        right: [...answers.values()].filter((answer) => answer.right).length,
        visit: recallVisit(id),
      };
    });
}

const sumOf = (quizzes, name) => quizzes.reduce((sum, quiz) => sum + quiz[name], 0);

/** The quiz to continue with, or, where none is begun, the one to begin. */
function showWayOn(desk, quizzes) {
  const visited = quizzes.filter(({ visit }) => visit.at).sort((a, b) => b.visit.at - a.visit.at);
  const begun = visited.find(({ visit }) => visit.next);
  const last = visited.length ? quizzes.indexOf(visited[0]) : -1;
  const isNew = (quiz) => !quiz.answered;
  // In the framework of the last one, if there is more of it.
  const isAlike = (quiz) => isNew(quiz) && (last < 0 || quiz.runtime === visited[0].runtime);
  const fresh = quizzes.slice(last + 1).find(isAlike) ?? quizzes.find(isAlike) ?? quizzes.find(isNew);
  const quiz = begun ?? fresh;
  desk.hidden = !quiz;
  if (!quiz) return;
  one("h2", desk).textContent = visited.length ? _`Go on` : _`Start here`;
  const link = one(".onto a", desk);
  link.href = begun ? `${quiz.address}#q-${quiz.visit.next}` : quiz.address;
  const { title, questions } = quiz;
  link.textContent = begun ? _`Continue: ${title}` : visited.length ? _`Next: ${title}` : _`Start: ${title}`;
  one(".onto .about", desk).textContent = begun
    ? _`${quiz.answered} of ${questions} answered`
    : _n(questions)`${questions} question|${questions} questions`;
  const [answered, total, right] = ["answered", "questions", "right"].map((name) => sumOf(quizzes, name));
  one(".reached", desk).textContent = answered
    ? _`In all, you have answered ${answered} of ${total} questions, ${right} right.`
    : "";
}

/** Beside each topic: how many of its questions were answered right. */
function showReach(quizzes) {
  for (const topic of all(".topic")) {
    const own = quizzes.filter((quiz) => quiz.topic === topic);
    const [questions, right] = [sumOf(own, "questions"), sumOf(own, "right")];
    const reach = one(".reach", topic);
    reach.hidden = !sumOf(own, "answered");
    Object.assign(one("progress", reach), { max: questions || 1, value: right });
    one("span", reach).textContent = _`${right} of ${questions} right`;
  }
}

/** The day in words, seen from today. */
function dayText(day) {
  const days = Math.round((day - new Date().setHours(0, 0, 0, 0)) / 86400000);
  if (days <= 0) return _`due`;
  return days === 1 ? _`tomorrow` : _`in ${days} days`;
}

/** [id, day] of each question of a quiz that was missed; what was missed before there was a schedule is due. */
function missedIn(quiz) {
  const tries = recallTries(quiz);
  const days = [...tries].map(([id, log]) => [id, dueDay(log)]);
  const others = [...recall(quiz)].filter(([id, answer]) => !tries.has(id) && ["wrong", "partly"].includes(verdictOf(answer)));
  return [...days.filter(([, day]) => day !== null), ...others.map(([id]) => [id, 0])];
}

/** What was missed, what is due first. */
async function showReviews(section, quizzes) {
  const missed = new Map(quizzes.flatMap(({ id }) => missedIn(id).map(([question, day]) => [`${id} ${question}`, day])));
  section.hidden = !missed.size;
  if (!missed.size) return;
  const questions = (await catalogued())
    .filter(({ quiz, id }) => missed.has(`${quiz.id} ${id}`))
    .map((question) => ({ ...question, day: missed.get(`${question.quiz.id} ${question.id}`) }))
    .sort((a, b) => a.day - b.day);
  const due = questions.filter(({ day }) => day <= Date.now());
  section.hidden = !questions.length;
  const [count, now] = [questions.length, due.length];
  const some = _n(count)`You missed ${count} question.|You missed ${count} questions.`;
  const what = now ? _n(now)`${now} is due.|${now} are due.` : _`None is due yet. You can repeat them all the same.`;
  one(".about", section).textContent = `${some} ${what}`;
  const shown = due.length ? due.slice(0, 10) : questions.slice(0, 5);
  one(".review", section).replaceChildren(
    ...shown.map((question) =>
      make(
        "li",
        {},
        make("a", { href: `${question.quiz.address}?review#q-${question.id}`, textContent: question.name }),
        make("span", { className: "about", textContent: `${dayText(question.day)} · ${question.quiz.title}` }),
      ),
    ),
  );
}

/** Show all of it, as it is now. */
export function showDesk() {
  const quizzes = quizzesShown();
  showWayOn(one(".desk"), quizzes);
  showReach(quizzes);
  showReviews(one(".to-review"), quizzes);
}
