// Help: the keys of a quiz page, in a dialog.

import { make } from "./elements.js";
import { prefer, preference } from "./preferences.js";

const KEYS = [
  ["A to Z, 1 to 9", "Choose the option with this letter, or the option or line at this place."],
  ["Enter", "Check the answer; after that, go on."],
  ["n", "Next question."],
  ["p", "Previous question."],
  ["?", "Show these keys."],
  ["Tab, arrow keys", "Go from field to field; move between options or lines."],
  ["Escape", "Leave a program that you write, or close these keys."],
];

let dialog = null;

function makeDialog() {
  const rows = KEYS.map(([key, does]) => make("tr", {}, make("th", { scope: "row", textContent: key }), make("td", { textContent: does })));
  const isOn = make("input", { type: "checkbox", checked: preference("keys") !== "off" });
  isOn.addEventListener("change", () => prefer("keys", isOn.checked ? "" : "off"));
  const made = make(
    "dialog",
    { className: "keys" },
    make("h2", { id: "keys", textContent: "Keys", tabIndex: -1, autofocus: true }),
    make("table", {}, make("tbody", {}, ...rows)),
    make("p", { className: "about", textContent: "While you type in a field, letters are letters." }),
    make("p", {}, make("label", {}, isOn, " Use single keys on quiz pages")),
    make("form", { method: "dialog" }, make("button", { textContent: "Close" })),
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
