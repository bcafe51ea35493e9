// What a page cannot mark, because it was never run: the learner can have it run elsewhere, or marks it.

import { all, one } from "./dom.js";
import { _, _n } from "./messages.js";
import { listed } from "./wording.js";

/** Show how a response that was never run can be marked. `parts`: of blanks, whether each is right; null if unknown. */
export function showUnrun(form, response, parts) {
  const panel = one(".unrun", form);
  panel.hidden = false;
  all(".point", panel).forEach((point, index) => {
    const known = parts[index] ?? null;
    const own = one(".own", point);
    own.checked = known === true;
    own.disabled = known !== null;
    for (const text of all(".own-text", point)) text.textContent = response[index];
    for (const state of all(".state", point)) {
      state.textContent = known === null ? _`was not run` : known ? _`is right` : _`is wrong`;
    }
  });
}

/** The places of the parts that the learner says are right, as text. */
export const readOwn = (form) => all(".own:checked", form).map((own) => own.value);

/** The mark that the learner gives. */
export function ownMark(form, parts, own) {
  const right = all(".own", form).map(({ value }, index) => parts[index] ?? own.includes(value));
  return { earned: right.filter(Boolean).length, of: right.length, mistakes: [], parts: right, own: true };
}

/** What was not run, in words. */
export function unrunText(form, parts) {
  const places = parts.flatMap((right, index) => (right === null ? [index + 1] : []));
  if (!places.length || parts.length === 1) return _`Not run here.`;
  const names = listed(places);
  return _n(places.length)`Not run here: blank ${names}.|Not run here: blanks ${names}.`;
}
