// More of a quiz page, which is a script of its own: it is loaded when there is something to sum up, or keys are asked for.

import { one } from "./dom.js";

let moreLoading = null;

/** Do something with `window.quizproofMore` once it is there; nothing where it cannot be loaded. */
export function withMore(action) {
  const { more } = one("[data-more]")?.dataset ?? {};
  if (!more) return;
  moreLoading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = more;
    script.addEventListener("load", () => resolve(window.quizproofMore));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  moreLoading.then(action, () => {});
}
