// A sheet: a page that collects responses into a file to hand in. It marks nothing, and knows nothing that could.

import { all, one } from "./dom.js";
import { countDown } from "./countdown.js";
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
  const draw = end.dataset.draw ?? "";
  const key = KEPT + quiz + draw;
  const kept = recall(key);
  const minutes = Number(end.dataset.minutes) || null;
  const attempts = Number(end.dataset.attempts) || Infinity;
  let begun = typeof kept.begun === "string" ? kept.begun : minutes ? null : new Date().toISOString();
  let changed = typeof kept.changed === "string" ? kept.changed : null;
  let handed = typeof kept.handed === "object" && kept.handed ? kept.handed : { count: 0, text: "", name: "" };
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

  const store = () => remember(key, { begun, changed, handed, learner: learner.value, responses: responses() });

  function keep() {
    store();
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
    form.addEventListener("input", () => {
      changed = new Date().toISOString();
      keep();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const option of all(".option", form)) {
      // The whole row is a target, but selecting text in it is not an answer.
      option.addEventListener("click", (event) => {
        const hasOwnClick = event.target.closest("a, input, label, summary");
        if (!hasOwnClick && getSelection().isCollapsed) one("input", option).click();
      });
    }
  }
  if (typeof kept.learner === "string" && !learner.readOnly) learner.value = kept.learner;
  learner.addEventListener("input", keep);
  show();

  /** From now on nothing can be answered; what there is can be saved. */
  function close() {
    for (const section of sections) one("form", section).inert = true;
    learner.readOnly = true;
  }

  function start() {
    for (const part of [...sections, ...all(".shared"), end]) part.hidden = false;
    all(".gate").forEach((gate) => (gate.hidden = true));
    countDown(one(".countdown"), Date.parse(begun) + minutes * 60000, () => {
      close();
      // A name may still be missing.
      if (!learner.value) learner.readOnly = false;
      complaint.textContent = handed.count ? "" : _`The time is over. Save the file and hand it in.`;
    });
  }

  if (minutes && begun) start();
  else if (minutes) {
    for (const part of [...sections, ...all(".shared"), end]) part.hidden = true;
    const gate = one(".gate");
    gate.hidden = false;
    one("button", gate).addEventListener("click", () => {
      begun = new Date().toISOString();
      keep();
      start();
      one("h2", sections[0]).focus();
    });
  }
  if (handed.count >= attempts) close();

  one("form", end).addEventListener("submit", (event) => {
    event.preventDefault();
    const given = responses();
    const total = sections.length;
    if (handed.count >= attempts) {
      const { name } = handed;
      saveFile(handed.text, name, "application/json");
      complaint.textContent = _`Saved ${name} once more, as it was. Nothing can be changed any more.`;
      return;
    }
    const left = total - Object.keys(given).length;
    if (!learner.value.trim()) {
      complaint.textContent = _`Type your name or number first.`;
      learner.focus();
      return;
    }
    const isLast = handed.count + 1 >= attempts;
    if ((left || isLast) && warned !== left + 1) {
      warned = left + 1;
      complaint.textContent = [
        left ? _n(left)`${left} of ${total} questions is not answered.|${left} of ${total} questions are not answered.` : "",
        isLast ? _`Afterwards nothing can be changed.` : "",
        _`Press the button again to hand in as it is.`,
      ]
        .filter(Boolean)
        .join(" ");
      return;
    }
    const name = `${quiz}-${named(learner.value.trim())}.json`;
    const data = { quizproof_responses: 1, quiz, learner: learner.value.trim(), begun, handed_in: new Date().toISOString() };
    if (changed) data.last_change = changed;
    if (draw) data.draw = draw;
    const text = `${JSON.stringify({ ...data, responses: given }, null, 1)}\n`;
    handed = { count: handed.count + 1, text, name };
    store();
    saveFile(text, name, "application/json");
    if (isLast) close();
    complaint.textContent = isLast
      ? _`Saved as ${name}. Hand this file in. Nothing can be changed any more.`
      : _`Saved as ${name}. Hand this file in. You can change answers and save it again: the last one counts.`;
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
