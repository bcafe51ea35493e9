// The catalogue of all questions, which is a script of its own: it is loaded when there is something to look up.

import { all, one } from "./dom.js";
import { load } from "./loading.js";
import { _ } from "./messages.js";

/** The quizzes of the contents by their ids. */
function quizzesByID() {
  const entries = all(".toc li").map((item) => {
    const id = one("[data-progress]", item).dataset.progress;
    const { textContent: title } = one("a", item);
    const address = one("a", item).getAttribute("href");
    return [id, { id, title, address, runtime: item.dataset.runtime, topic: item.closest(".topic").dataset.topic }];
  });
  return new Map(entries);
}

/** A promise of all questions; of none where the catalogue cannot be loaded. */
export async function catalogued() {
  try {
    await load(one("[data-catalogue]").dataset.catalogue);
  } catch {
    return [];
  }
  const { kinds, quizzes, tags, levels, questions } = window.quizproofCatalogue;
  const byID = quizzesByID();
  return questions.map(([quiz, id, number, title, kind, stem, code, options, beliefs, tagged, level]) => ({
    quiz: byID.get(quizzes[quiz]),
    id,
    name: title || _`Question ${number}`,
    kind: kinds[kind],
    stem,
    code,
    options,
    beliefs,
    tags: tagged.map((place) => tags[place]),
    level: levels[level] ?? "",
  }));
}
