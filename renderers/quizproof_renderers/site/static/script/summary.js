// The summary at the end of a quiz: the score, the time, confidence against results, and what to review.

import { one } from "./dom.js";
import { make } from "./elements.js";
import { CONFIDENCES, verdictOf } from "./standings.js";
import { counted, percent } from "./wording.js";

const VERDICTS = { right: "right", partly: "partly right", wrong: "not right", unrun: "not run here" };

/** Minutes as people say them; under one, seconds. */
const spell = (seconds) => (seconds < 60 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);
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
  const others = ["partly", "unrun"].filter(count).map((verdict) => `, ${count(verdict)} ${VERDICTS[verdict]}`);
  const points = asked.some((question) => worthOf(question) !== 1) ? `${rounded(earned)} of ${counted(rounded(worth), "point")}, ` : "";
  const says = `${points}${count("right")} of ${counted(asked.length, "question")} right${others.join("")}`;
  const facts = [
    ["Score", worth ? percent(Math.round((earned / worth) * 100) / 100) : "–", says],
    ["Time", seconds ? spell(seconds) : "–", answers.length > 1 ? `about ${spell(seconds / answers.length)} per answer` : ""],
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
  const heads = ["Confidence", "Answers", "Mean score"].map((text, nth) =>
    make("th", { scope: "col", className: nth ? "number" : "", textContent: text }),
  );
  return [
    make(
      "section",
      { className: "calibration" },
      make("h3", { textContent: "Confidence and results" }),
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
      make("a", { href: `#q-${question.id}`, textContent: question.title || `Question ${question.number}` }),
      make("span", { className: "about", textContent: about(question) }),
    ),
  );
  return [make("h3", { textContent: heading }), make("ul", { className: "review" }, ...items)];
}

const isMissed = (answer) => ["wrong", "partly"].includes(verdictOf(answer));
const isSureAndWrong = (answer) => answer.confidence === "sure" && isMissed(answer);

function aboutAnswer({ answer }) {
  const helps = [answer.hints ? counted(answer.hints, "hint") : "", answer.peeked ? "a look at the answer" : ""].filter(Boolean);
  const help = helps.length ? ` with ${helps.join(" and ")}` : "";
  const doubt = isSureAndWrong(answer) ? ", and you were sure" : "";
  return `${VERDICTS[verdictOf(answer)]}${help}${doubt}`;
}

/** Where what was missed is found again. */
const whenToReview = () =>
  make(
    "p",
    { className: "about" },
    "From tomorrow on, what you missed is on ",
    make("a", { href: "../index.html#review", textContent: "your review list" }),
    ".",
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
  one("h2", section).textContent = open.length ? "Your result so far" : "Your result";
  const praise = make("p", { textContent: "Every answer was right, and without help." });
  one(".figures", section).replaceChildren(
    result(asked, seconds),
    ...(open.length || toReview.length ? [] : [praise]),
    ...list("Review", toReview, aboutAnswer),
    ...(given.some(({ answer }) => isMissed(answer)) ? [whenToReview()] : []),
    ...list("Not answered yet", open, () => ""),
    ...calibration(asked),
  );
}
