// Fields with more to them than typing: the open answer.

import { one } from "./dom.js";

/** Show the model answer of an open question, and the points to be ticked. */
export function revealModelAnswer(form) {
  const model = one(".model", form);
  const solution = one(".sheet .solution", form.closest(".variant"));
  if (solution) model.append(solution);
  model.hidden = !model.firstChild;
  one(".points", form).hidden = false;
  one("[data-do=reveal]", form).hidden = true;
  one(".check", form).hidden = false;
}
