// A sheet: a page that collects responses into a file to hand in. It marks nothing, and knows nothing that could.

import { all, one } from "./dom.js";
import { letCopy } from "./copying.js";
import { makeEditor } from "./editor.js";
import { _, _n } from "./messages.js";
import { makeMovable, placedId } from "./ordering.js";
import { saveFile } from "./saving.js";
import { letSwitchTheme, useKeptTheme } from "./theme.js";

const KEPT = "quizproof-sheet:";

const checkedIn = (form) => all(".control:checked", form).map((input) => input.value);
const typedIn = (form) => all(".field", form).map((field) => field.value);

/** How each way of answering is read, by the name in data-form; what is not answered is null. */
const READ = {
  options: (form) => (checkedIn(form).length ? checkedIn(form) : null),
  line: (form) => checkedIn(form)[0] ?? null,
  blanks: (form) => (typedIn(form).some((text) => text.trim()) ? typedIn(form) : null),
  match: (form) => (typedIn(form).some(Boolean) ? typedIn(form) : null),
  order(form) {
    const lines = all(".program > .piece", form).map((piece) => placedId(form, piece));
    return lines.length ? lines : null;
  },
};
const readOne = (form) => (one(".field", form).value.trim() ? one(".field", form).value : null);
/** A program that is still the starter is no answer. */
const readProgram = (form) => (one(".field", form).value === one(".field", form).defaultValue ? null : readOne(form));
const read = (form) => (form.dataset.form === "program" ? readProgram : (READ[form.dataset.form] ?? readOne))(form);

/** Put a response back into its form. */
function fill(form, response) {
  const given = [response].flat();
  if (["options", "line"].includes(form.dataset.form)) {
    for (const input of all(".control", form)) input.checked = given.includes(input.value);
  } else if (form.dataset.form === "order") {
    for (const [id, level] of given.map((line) => line.split(":"))) {
      const piece = all(".pool > .piece", form).find((each) => each.dataset.id === id);
      if (!piece) continue;
      if (level) piece.dataset.level = level;
      one(".program", form).append(piece);
    }
  } else {
    all(".field", form).forEach((field, index) => {
      field.value = given[index] ?? "";
    });
  }
}

function recall(key) {
  try {
    const kept = JSON.parse(window.localStorage.getItem(key) || "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

function remember(key, data) {
  try {
    window.localStorage.setItem(key, JSON.stringify(data));
  } catch {
    // It holds until the page is left.
  }
}

/** A learner as the name of a file. */
const named = (learner) => learner.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "learner";

function open() {
  const end = one("[data-sheet]");
  if (!end) return;
  const quiz = end.dataset.sheet;
  const sections = all("[data-question]");
  const key = KEPT + quiz;
  const kept = recall(key);
  const begun = typeof kept.begun === "string" ? kept.begun : new Date().toISOString();
  const learner = one("#learner");
  const complaint = one(".complaint", end);
  let warned = 0;

  /** The responses that there are, by question. */
  function responses() {
    const found = sections.map((section) => {
      const response = read(one("form", section));
      return [section.dataset.question, response === null ? null : { asked: section.dataset.asked, response }];
    });
    return Object.fromEntries(found.filter(([, given]) => given));
  }

  function show() {
    const given = responses();
    for (const section of sections) {
      one(".state", section).textContent = section.dataset.question in given ? _`Answered` : "";
    }
    const [answered, questions] = [Object.keys(given).length, sections.length];
    one(".tally", end).textContent = _`${answered} of ${questions} answered`;
  }

  function keep() {
    remember(key, { begun, learner: learner.value, responses: responses() });
    complaint.textContent = "";
    warned = 0;
    show();
  }

  for (const section of sections) {
    const form = one("form", section);
    const earlier = kept.responses?.[section.dataset.question];
    // An answer to another text is none to this one.
    if (earlier && earlier.asked === section.dataset.asked) fill(form, earlier.response);
    if (form.dataset.form === "order") makeMovable(form);
    all(".editor", form).forEach(makeEditor);
    form.addEventListener("input", keep);
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const option of all(".option", form)) {
      // The whole row is a target, but selecting text in it is not an answer.
      option.addEventListener("click", (event) => {
        const hasOwnClick = event.target.closest("a, input, label, summary");
        if (!hasOwnClick && getSelection().isCollapsed) one("input", option).click();
      });
    }
  }
  if (typeof kept.learner === "string") learner.value = kept.learner;
  learner.addEventListener("input", keep);
  show();

  one("form", end).addEventListener("submit", (event) => {
    event.preventDefault();
    const given = responses();
    const total = sections.length;
    const left = total - Object.keys(given).length;
    if (!learner.value.trim()) {
      complaint.textContent = _`Type your name or number first.`;
      learner.focus();
      return;
    }
    if (left && warned !== left) {
      warned = left;
      complaint.textContent = _n(left)`${left} of ${total} questions is not answered. Press the button again to hand in as it is.|${left} of ${total} questions are not answered. Press the button again to hand in as it is.`;
      return;
    }
    const name = `${quiz}-${named(learner.value.trim())}.json`;
    const handed = { learner: learner.value.trim(), begun, handed_in: new Date().toISOString(), responses: given };
    saveFile(`${JSON.stringify({ quizproof_responses: 1, quiz, ...handed }, null, 1)}\n`, name, "application/json");
    complaint.textContent = _`Saved as ${name}. Hand this file in. You can change answers and save it again: the last one counts.`;
  });
}

// The style sheet shows what needs a script only with this class, and before the page is first drawn.
document.documentElement.classList.add("js");
useKeptTheme();
document.addEventListener("DOMContentLoaded", () => {
  open();
  letCopy();
  letSwitchTheme();
});
