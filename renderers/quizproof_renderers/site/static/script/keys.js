// Keys: a letter or a figure chooses, Enter checks and goes on, n and p lead from question to question.

import { all, one } from "./dom.js";
import { preference } from "./preferences.js";

const TYPED_IN = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";
const HAS_OWN_ENTER = "a, button, summary, input, label";

/** The option or line that a key chooses in a question that is open; undefined for none. */
function chosenBy(key, variant) {
  const byLetter = all(".option", variant).filter((option) => one(".letter", option).textContent === key.toUpperCase());
  const byPlace = all(".option > .control, .listing .control", variant).slice(key - 1, key);
  const control = byLetter.length ? one(".control", byLetter[0]) : /^[1-9]$/.test(key) ? byPlace[0] : undefined;
  return control?.disabled ? undefined : control;
}

/** Listen to keys. `current` gives the block that the learner is at, `go(by)` leads on, and `help()` shows the keys. */
export function listenForKeys({ current, go, help }) {
  const commands = { n: () => go(1), p: () => go(-1), "?": help };

  function enter(variant) {
    if (!variant || variant.matches(".answered, .was-unrun")) go(1);
    // After a first try there are two ways on, and one of them costs something.
    else if (!variant.matches(".was-tried")) one(".check:not([hidden]), [data-do=reveal]:not([hidden])", variant)?.click();
  }

  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    // Who speaks to the computer, or hits keys by chance, can turn them off.
    if (target.closest?.(`${TYPED_IN}, dialog`) || preference("keys") === "off") return;
    const variant = one(".variant", current());
    const control = variant && key.length === 1 ? chosenBy(key, variant) : undefined;
    if (control) {
      control.click();
      control.focus({ preventScroll: true });
    } else if (key === "Enter" && !target.closest?.(HAS_OWN_ENTER)) enter(variant);
    else if (Object.hasOwn(commands, key)) commands[key]();
    else return;
    event.preventDefault();
  });
}
