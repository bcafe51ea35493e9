// Help: the keys of a quiz page, in a dialog.

import { make } from "./elements.js";
import { _ } from "./messages.js";
import { prefer, preference } from "./preferences.js";

const KEYS = [
  [_`A to Z, 1 to 9`, _`Choose the option with this letter, or the option or line at this place.`],
  [_`Enter`, _`Check the answer; after that, go on.`],
  ["n", _`Next question.`],
  ["p", _`Previous question.`],
  ["?", _`Show these keys.`],
  [_`Tab, arrow keys`, _`Go from field to field; move between options or lines.`],
  [_`Escape`, _`Leave a program that you write, or close these keys.`],
];

let dialog = null;

function makeDialog() {
  const rows = KEYS.map(([key, does]) => make("tr", {}, make("th", { scope: "row", textContent: key }), make("td", { textContent: does })));
  const isOn = make("input", { type: "checkbox", checked: preference("keys") !== "off" });
  isOn.addEventListener("change", () => prefer("keys", isOn.checked ? "" : "off"));
  const made = make(
    "dialog",
    { className: "keys" },
    make("h2", { id: "keys", textContent: _`Keys`, tabIndex: -1, autofocus: true }),
    make("table", {}, make("tbody", {}, ...rows)),
    make("p", { className: "about", textContent: _`While you type in a field, letters are letters.` }),
    make("p", {}, make("label", {}, isOn, " ", _`Use single keys on quiz pages`)),
    make("form", { method: "dialog" }, make("button", { textContent: _`Close` })),
  );
  made.setAttribute("aria-labelledby", "keys");
  // A click beside the dialog is one on its backdrop.
  made.addEventListener("click", (event) => event.target === made && made.close());
  document.body.append(made);
  return made;
}

/** Show the keys, over the page. */
export function showHelp() {
  dialog ??= makeDialog();
  dialog.showModal();
}
