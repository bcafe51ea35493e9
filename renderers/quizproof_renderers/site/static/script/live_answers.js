// Answers that the page cannot mark, because they were never run: the server runs them, and the page takes its mark.

import { all, one } from "./dom.js";
import { make } from "./elements.js";
import { button, makeNotebook } from "./live_boxes.js";
import { _ } from "./messages.js";
import { placedId } from "./ordering.js";

/** What the server is asked about a form, by the name in data-form. */
const GIVEN = {
  program: (form) => ({ source: one(".field", form).value }),
  order: (form) => ({ texts: all(".program > .piece", form).map((piece) => placedId(form, piece)) }),
  blanks: (form) => ({ texts: all(".field", form).map((field) => field.value) }),
};

export const isProgram = (form) => form !== null && form.dataset.form in GIVEN && (form.dataset.form !== "order" || "own" in form.dataset);

/** Let a variant of a question be run and marked. `request` has its block and edition. */
export function letRunAnswer(variant, request) {
  const form = one("form", variant);
  const notebook = makeNotebook();
  const asked = (what) => ({ ...request, what, variant: Number(variant.dataset.variant), ...GIVEN[form.dataset.form](form) });
  let isChecking = false;

  async function check() {
    isChecking = true;
    const before = JSON.stringify(asked("check"));
    const result = one(".result", variant);
    one(".unrun", form).hidden = true;
    result.replaceChildren(make("strong", { textContent: _`Running your program.` }), " ", _`The page does not know what it does.`);
    const { told, error } = await notebook.run(JSON.parse(before));
    isChecking = false;
    // It was changed meanwhile, or is no longer on the page.
    if (!variant.isConnected || !variant.matches(".was-unrun") || JSON.stringify(asked("check")) !== before) return;
    if (error) {
      one(".unrun", form).hidden = false;
      result.replaceChildren(make("strong", { textContent: _`Not run here.` }), ` ${error}`);
      return;
    }
    variant.classList.remove("was-unrun");
    const { earned, of, parts } = told;
    form.dispatchEvent(new CustomEvent("ran", { detail: parts ? { earned, of, parts } : { earned, of } }));
    if (told.feedback) result.append(make("p", { textContent: told.feedback }));
  }

  const run = button(_`Run without checking`, () => notebook.run(asked("run")), "live-go");
  one(".check", form).after(run);
  one(".scoring", form).before(notebook.element);
  // The page says so by its class when it does not know a program.
  new MutationObserver(() => {
    if (variant.matches(".was-unrun") && !isChecking && !one(".unrun", form).hidden) check();
  }).observe(variant, { attributes: true, attributeFilter: ["class"] });
}
