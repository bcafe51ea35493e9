// Marking, as marking/mark.py and marking/scoring.py do it. A test gives both the same responses.

import { all } from "./dom.js";
import { Malformed, NeverRun } from "./errors.js";
import { _ } from "./messages.js";
import { askWhichNumber, isInRange, isWithin, parseNumber, valueOf } from "./numbers.js";
import { asPythonReads, mayBeRight, readGiven } from "./reader.js";
import { fillsAlike, knownRun } from "./recognition.js";
import { foldOutput, foldProgram, isEvent, plain, saysNothing, strip } from "./text.js";

// How a blank is written in a program, with its name.
const GAP = /___[a-z][a-z0-9_]*?___/g;
const RIGHT = { earned: 1, of: 1, mistakes: [] };
const wrong = (mistake) => ({ earned: 0, of: 1, mistakes: mistake ? [mistake] : [] });

/** The mark of a response whose parts are right or wrong on their own. */
const evenly = (parts, mistakes = []) => ({ earned: parts.filter(Boolean).length, of: parts.length, mistakes, parts });

/** The places of lines that follow each other as in a right order: a longest common subsequence, the earliest one. */
function inOrder(given, order) {
  // longest[i][j]: how many lines can be kept of the given ones from place i and the right ones from place j on.
  const longest = [...given, null].map(() => Array(order.length + 1).fill(0));
  for (let i = given.length - 1; i >= 0; i -= 1) {
    for (let j = order.length - 1; j >= 0; j -= 1) {
      longest[i][j] =
        given[i] === order[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const places = [];
  for (let i = 0, j = 0; i < given.length && j < order.length; ) {
    if (given[i] === order[j]) {
      places.push(i);
      i += 1;
      j += 1;
    } else if (longest[i + 1][j] >= longest[i][j + 1]) i += 1;
    else j += 1;
  }
  return places;
}

/** What is left of a score, 0 to 1, after hints that cost a share each. */
export const afterHints = (score, hints, cost) => Math.max(0, score - hints * cost);

/**
 * The marking rule of each way of answering, by the name in data-form.
 *
 * It takes the form, the response (a string, or an array of strings where the form has several parts), and `foreseen`:
 * the elements of the mistakes that the author foresaw. It returns the mark: `earned` of `of`, the foreseen `mistakes`
 * that the response makes, and, where parts are right or wrong on their own, `parts` as booleans. Throws Malformed, and
 * NeverRun, which is one, where only a run can tell.
 */
export const RULES = {
  options(form, response) {
    if (!response.length) throw new Malformed(_`Choose an option first.`);
    const key = all("[data-correct]", form).map((option) => option.dataset.option);
    const hits = response.filter((id) => key.includes(id)).length;
    if (!("multiple" in form.dataset)) return hits ? RIGHT : wrong();
    return { earned: Math.max(0, hits - (response.length - hits)), of: key.length, mistakes: [] };
  },

  number(form, response, foreseen) {
    const { unit, tolerance, slack } = form.dataset;
    const typed = parseNumber(response, unit);
    const same = (other) => isWithin(typed, valueOf(other), tolerance, slack);
    if (same(form.dataset.value)) return RIGHT;
    askWhichNumber(response, unit);
    return wrong(foreseen.find(({ dataset: { value } }) => isInRange(typed, value) ?? same(value)));
  },

  text(form, response, foreseen) {
    const { asks, accepted, also, absolute, relative } = form.dataset;
    if (asks !== "output") {
      if (!strip(response)) throw new Malformed(_`Type your answer first.`);
      if ([accepted, ...JSON.parse(also || "[]")].some((text) => isEvent(response, text))) return RIGHT;
      return wrong(foreseen.find((mistake) => isEvent(response, mistake.dataset.value)));
    }
    const tolerance = absolute === undefined ? null : { absolute, relative };
    const [typed, real] = [plain(response), plain(accepted)];
    if (!strip(typed) && foldOutput(real)) {
      throw new Malformed(_`Type your answer first, or “nothing” if it prints nothing.`);
    }
    const is = (text) =>
      (!foldOutput(text) && saysNothing(foldOutput(typed))) || window.quizproofPrinted.sameOutput(typed, text, tolerance, real);
    if (is(real)) return RIGHT;
    return wrong(foreseen.find((mistake) => is(plain(mistake.dataset.value))));
  },

  line(form, response, foreseen) {
    if (!response) throw new Malformed(_`Choose a line first.`);
    if (form.dataset.correct.split(" ").includes(response)) return RIGHT;
    return wrong(foreseen.find((mistake) => Number(mistake.dataset.value) === Number(response)));
  },

  blanks(form, response, foreseen) {
    const fields = all(".field", form);
    if (response.length !== fields.length || !response.every(strip)) throw new Malformed(_`Fill every blank first.`);
    const given = readGiven(form.dataset.given);
    const accepted = fields.map((field) => JSON.parse(field.dataset.accepted));
    const isSame = (index, text, other) => {
      // The program with a text in this blank, and the first accepted texts in the others.
      const inPlace = (each) => {
        const texts = accepted.map(([first], place) => (place === index ? each : first));
        return form.dataset.source.replace(GAP, () => texts.shift());
      };
      return fillsAlike(text, other, inPlace, given);
    };
    const mistakeIn = (index) =>
      foreseen.find(
        ({ dataset }) => Number(dataset.part) === index && isSame(index, response[index], dataset.value),
      );
    const mistakes = [];
    const parts = response.map((text, index) => {
      if (accepted[index].some((each) => isSame(index, text, each))) return true;
      const mistake = mistakeIn(index);
      if (!mistake) return null;
      mistakes.push(mistake);
      return false;
    });
    if (parts.includes(null)) throw new NeverRun(parts);
    return evenly(parts, mistakes);
  },

  order(form, response, foreseen) {
    if (!response.length) throw new Malformed(_`Put lines into your program first.`);
    const given = asPythonReads(form, response);
    const kept = form.dataset.orders.split("|").map((text) => {
      const order = text.split(" ");
      return { places: inOrder(given, order), of: Math.max(order.length, given.length) };
    });
    const best = kept.reduce((one, other) => (other.places.length / other.of > one.places.length / one.of ? other : one));
    const used = response.map((line) => line.split(":")[0]);
    const mistakes = used.map((id) => foreseen.find((mistake) => mistake.dataset.value === id)).filter(Boolean);
    const parts = given.map((line, place) => best.places.includes(place));
    if (best.places.length < best.of && form.dataset.own && mayBeRight(form, given)) throw new NeverRun([null]);
    return { earned: best.places.length, of: best.of, mistakes, parts };
  },

  match(form, response, foreseen) {
    if (!response.every(Boolean)) throw new Malformed(_`Choose a match for every item first.`);
    const parts = all(".pair", form).map((pair, index) => pair.dataset.key === response[index]);
    // A match that was chosen for several items is one mistake.
    const mistakes = [...new Set(response)].map((id) => foreseen.find((mistake) => mistake.dataset.value === id));
    return evenly(parts, mistakes.filter(Boolean));
  },

  open: (form, response) => evenly(all(".tick", form).map((input) => response.includes(input.value))),

  program(form, response, foreseen) {
    if (!foldProgram(response)) throw new Malformed(_`Write a program first.`);
    const { known, given, checks } = form.dataset;
    const run = knownRun(response, known, readGiven(given));
    if (!run) throw new NeverRun();
    const [program, earned] = run;
    const mistakes = foreseen.filter((mistake) => mistake.dataset.value === program);
    return { earned, of: Number(checks), mistakes };
  },
};
