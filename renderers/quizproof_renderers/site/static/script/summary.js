// The summary at the end of a quiz: the score, the time, confidence against results, and what to review.

import { one } from "./dom.js";
import { make } from "./elements.js";
import { _, _n } from "./messages.js";
import { CONFIDENCES, verdictOf } from "./standings.js";
import { joined, percent, written } from "./wording.js";

const VERDICTS = { right: _`right`, partly: _`partly right`, wrong: _`not right`, unrun: _`not run here` };

/** Minutes as people say them; under one, seconds. */
const spell = (seconds) => {
  const [whole, minutes] = [Math.round(seconds), Math.round(seconds / 60)];
  return seconds < 60 ? _`${whole} s` : _`${minutes} min`;
};
const sumOf = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
const meanOf = (numbers) => sumOf(numbers) / numbers.length;
/** What an answer earned; answers that were kept before there were scores have none. */
const scoreOf = (answer) => answer.score ?? Number(answer.right);

/** What a question is worth; most are worth one point. */
const worthOf = ({ id }) => Number(one(`#q-${id}`)?.dataset.points ?? 1);
/** A number of points without the tail that adding fractions leaves. */
const rounded = (number) => Math.round(number * 100) / 100;

/** The share of the score, how many were right, and the time. */
function result(asked, seconds) {
  const answers = asked.map(({ answer }) => answer).filter(Boolean);
  // What was not run counts neither for nor against the learner.
  const marked = asked.filter(({ answer }) => answer && verdictOf(answer) !== "unrun");
  const earned = sumOf(marked.map((question) => scoreOf(question.answer) * worthOf(question)));
  const worth = sumOf(marked.map(worthOf));
  const count = (verdict) => answers.filter((answer) => verdictOf(answer) === verdict).length;
  const others = ["partly", "unrun"].filter(count).map((verdict) => `${count(verdict)} ${VERDICTS[verdict]}`);
  const [reached, most] = [rounded(earned), rounded(worth)].map(written);
  const [right, total] = [count("right"), asked.length];
  const says = [_n(total)`${right} of ${total} question right|${right} of ${total} questions right`, ...others].join(", ");
  const hasPoints = asked.some((question) => worthOf(question) !== 1);
  const points = hasPoints ? `${_n(rounded(worth))`${reached} of ${most} point|${reached} of ${most} points`}, ` : "";
  const each = spell(seconds / answers.length);
  const facts = [
    [_`Score`, worth ? percent(Math.round((earned / worth) * 100) / 100) : "–", points + says],
    [_`Time`, seconds ? spell(seconds) : "–", answers.length > 1 ? _`about ${each} per answer` : ""],
  ];
  return make(
    "dl",
    { className: "facts" },
    ...facts.map(([name, figure, note]) =>
      make("div", {}, make("dt", { textContent: name }), make("dd", {}, make("b", { textContent: figure }), ` ${note}`)),
    ),
  );
}

/** At each level of confidence that was used: how many answers, and their mean score. */
function calibration(asked) {
  const rows = Object.entries(CONFIDENCES).flatMap(([level, name]) => {
    const scores = asked.flatMap(({ answer }) =>
      answer?.confidence === level && answer.score !== undefined ? [answer.score] : [],
    );
    if (!scores.length) return [];
    const cell = (text) => make("td", { className: "number", textContent: text });
    return [make("tr", {}, make("th", { scope: "row", textContent: name }), cell(String(scores.length)), cell(percent(meanOf(scores))))];
  });
  if (!rows.length) return [];
  const heads = [_`Confidence`, _`Answers`, _`Mean score`].map((text, nth) =>
    make("th", { scope: "col", className: nth ? "number" : "", textContent: text }),
  );
  return [
    make(
      "section",
      { className: "calibration" },
      make("h3", { textContent: _`Confidence and results` }),
      make("div", { className: "table" }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows))),
    ),
  ];
}

/** Questions as a list of links, each with a word about its answer. */
function list(heading, asked, about) {
  if (!asked.length) return [];
  const items = asked.map((question) =>
    make(
      "li",
      {},
      make("span", { className: "place", textContent: question.number }),
      make("a", { href: `#q-${question.id}`, textContent: question.title || _`Question ${question.number}` }),
      make("span", { className: "about", textContent: about(question) }),
    ),
  );
  return [make("h3", { textContent: heading }), make("ul", { className: "review" }, ...items)];
}

const isMissed = (answer) => ["wrong", "partly"].includes(verdictOf(answer));
const isSureAndWrong = (answer) => answer.confidence === "sure" && isMissed(answer);

function aboutAnswer({ answer }) {
  const { hints = 0, peeked } = answer;
  const helps = [hints ? _n(hints)`${hints} hint|${hints} hints` : "", peeked ? _`a look at the answer` : ""].filter(Boolean);
  const help = joined(helps);
  const verdict = VERDICTS[verdictOf(answer)];
  const says = helps.length ? _`${verdict} with ${help}` : verdict;
  return isSureAndWrong(answer) ? _`${says}, and you were sure` : says;
}

/** Where what was missed is found again. */
const whenToReview = () =>
  make(
    "p",
    { className: "about" },
    _`From tomorrow on, what you missed is on the first page:`,
    " ",
    make("a", { href: "../index.html#review", textContent: _`your review list` }),
  );

/**
 * Sum up a quiz in its section. `asked` has the {id, number, title, answer} of each question; `seconds` is the time taken.
 */
export function showSummary(section, asked, seconds) {
  const given = asked.filter(({ answer }) => answer);
  const toReview = given.filter(({ answer }) => verdictOf(answer) !== "right" || answer.hints || answer.peeked);
  // What was held for sure and is not so comes first.
  toReview.sort((a, b) => Number(isSureAndWrong(b.answer)) - Number(isSureAndWrong(a.answer)));
  const open = asked.filter(({ answer }) => !answer);
  section.hidden = !given.length;
  if (!given.length) return;
  one("h2", section).textContent = open.length ? _`Your result so far` : _`Your result`;
  const praise = make("p", { textContent: _`Every answer was right, and without help.` });
  one(".figures", section).replaceChildren(
    result(asked, seconds),
    ...(open.length || toReview.length ? [] : [praise]),
    ...list(_`Review`, toReview, aboutAnswer),
    ...(given.some(({ answer }) => isMissed(answer)) ? [whenToReview()] : []),
    ...list(_`Not answered yet`, open, () => ""),
    ...calibration(asked),
  );
}
