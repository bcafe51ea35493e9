// More of a quiz page, which is a script of its own: it is loaded when there is something to sum up, or keys are asked for.

import { one } from "./dom.js";
import { load } from "./loading.js";

/** Do something with `window.quizproofMore` once it is there; nothing where it cannot be loaded. */
export function withMore(action) {
  const { more } = one("[data-more]")?.dataset ?? {};
  if (more) load(more).then(() => action(window.quizproofMore), () => {});
}
