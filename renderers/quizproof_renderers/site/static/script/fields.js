// Fields with more to them than typing: the open answer and the program editor.

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

/** Make Tab indent in a field. After Escape it leaves the field, as everywhere else. */
export function indentWithTab(field) {
  let leaves = false;
  const stay = () => {
    leaves = false;
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaves = true;
    if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || leaves) return;
    event.preventDefault();
    // Deprecated, but the only insertion that the learner can undo: setting the value clears the undo history.
    document.execCommand("insertText", false, "    ");
  });
  field.addEventListener("focus", stay);
  field.addEventListener("input", stay);
}
