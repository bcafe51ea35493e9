// The finder: questions by words in them, by topic, kind, tag and difficulty, and by how they were answered.

import { catalogued } from "./catalogue.js";
import { all, one } from "./dom.js";
import { make } from "./elements.js";
import { _, _n } from "./messages.js";
import { recall } from "./progress.js";
import { verdictOf } from "./standings.js";

const MOST = 20;
/** How much a word counts by where it is found. */
const WEIGHTS = { name: 8, stem: 4, beliefs: 3, options: 2, code: 1 };
const PLACES = { code: _`in its code`, options: _`in an option`, beliefs: _`in what people believe` };

/** A text without case and accents. */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * What is looked for, as texts that must all be there: words, and phrases in quotes. `no_grad` and `nn.Linear` are words.
 */
function termsOf(text) {
  const found = [...folded(text).matchAll(/["“„]([^"“”„]+)["”“]?|([^\s"“”„,;]+)/gu)];
  return found.map(([, phrase, word]) => (phrase ?? word).trim()).filter(Boolean);
}

/** How well a question answers; 0 where a term is missing. A word that begins with the term counts twice. */
function rank(texts, terms) {
  let sum = 0;
  for (const term of terms) {
    let best = 0;
    for (const [place, weight] of Object.entries(WEIGHTS)) {
      const at = texts[place].indexOf(term);
      if (at < 0) continue;
      const isStart = at === 0 || !/[\p{L}\p{N}]/u.test(texts[place][at - 1]);
      best = Math.max(best, weight * (isStart ? 2 : 1));
    }
    if (!best) return 0;
    sum += best;
  }
  return sum;
}

/** Some words around the first place where a term is, which is marked. */
function excerpt(text, terms) {
  const lower = text.toLowerCase();
  const [term, at] = terms.map((each) => [each, lower.indexOf(each)]).find(([, index]) => index >= 0) ?? ["", 0];
  const start = at > 50 ? text.lastIndexOf(" ", at - 40) + 1 : 0;
  const cut = text.indexOf(" ", start + 130);
  const end = cut < 0 ? text.length : Math.max(cut, at + term.length);
  const marked = term ? [make("mark", { textContent: text.slice(at, at + term.length) })] : [];
  return [start ? "… " : "", text.slice(start, at), ...marked, text.slice(at + term.length, end), end < text.length ? " …" : ""];
}

function item(question, terms) {
  const places = ["stem", "beliefs", "options", "code"];
  const place = places.find((each) => terms.some((term) => question.texts[each].includes(term))) ?? "stem";
  return make(
    "li",
    {},
    make("a", { href: `${question.quiz.address}#q-${question.id}`, textContent: question.name }),
    make("span", { className: "about", textContent: [question.quiz.title, question.kind, PLACES[place]].filter(Boolean).join(" · ") }),
    make("p", {}, ...excerpt(question[place], terms)),
  );
}

/** Offer choices in a filter, in the order given; a filter with nothing to choose stays away. */
function offer(select, choices) {
  select.append(...choices.map((text) => make("option", { textContent: text })));
  select.closest("label").hidden = !choices.length;
}

/** Let a reader find questions. Returns a function that looks again, as with another framework. */
export function letFind(section) {
  const field = one("input", section);
  const filters = Object.fromEntries(all("select", section).map((select) => [select.name, select]));
  let questions = null;

  const standingOf = ({ quiz, id }, answers) => {
    const answer = answers.get(quiz.id)?.get(id);
    if (!answer) return "open";
    return { right: "right", unrun: "" }[verdictOf(answer)] ?? "missed";
  };

  function look() {
    const terms = termsOf(field.value);
    const wanted = Object.fromEntries(Object.entries(filters).map(([name, select]) => [name, select.value]));
    const isAsked = terms.length || Object.values(wanted).some(Boolean);
    const runtime = one("[name=runtime]:checked")?.value ?? "all";
    const answers = new Map();
    for (const { quiz } of questions) if (!answers.has(quiz.id)) answers.set(quiz.id, recall(quiz.id));
    const found = !isAsked
      ? []
      : questions
          .filter(({ quiz }) => ["all", quiz.runtime].includes(runtime))
          .filter(({ quiz, kind }) => [quiz.topic, ""].includes(wanted.topic) && [kind, ""].includes(wanted.kind))
          .filter(({ tags, level }) => [...tags, ""].includes(wanted.tag) && [level, ""].includes(wanted.level))
          .filter((question) => [standingOf(question, answers), ""].includes(wanted.standing))
          .map((question) => ({ question, rank: terms.length ? rank(question.texts, terms) : 1 }))
          .filter(({ rank: points }) => points)
          .sort((a, b) => b.rank - a.rank);
    const count = found.length;
    const says = _n(count)`${count} question|${count} questions`;
    const none = runtime === "all" ? _`No question has all of this.` : _`No question in this framework has all of this.`;
    const some = count > MOST ? _`${says}, the best ${MOST} are shown.` : `${says}.`;
    one(".found", section).textContent = !isAsked ? "" : count ? some : none;
    // On a small screen, what is found would be below it.
    if (found.length && one(".found", section).getBoundingClientRect().top > innerHeight * 0.7) section.scrollIntoView();
    one(".results", section).replaceChildren(...found.slice(0, MOST).map(({ question }) => item(question, terms)));
  }

  async function open() {
    one(".filters", section).hidden = false;
    if (questions) return;
    questions = (await catalogued()).map((question) => ({
      ...question,
      texts: Object.fromEntries(Object.keys(WEIGHTS).map((place) => [place, folded(question[place])])),
    }));
    offer(filters.kind, [...new Set(questions.map(({ kind }) => kind))].sort());
    offer(filters.tag, [...new Set(questions.flatMap(({ tags }) => tags))].sort());
    offer(filters.level, window.quizproofCatalogue?.levels ?? []); // from easy to hard
    look();
  }

  field.addEventListener("focus", open);
  section.addEventListener("input", () => questions && look());
  return () => questions && look();
}
