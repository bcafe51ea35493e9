// One question: it is answered, marked, restored, and tried again.

import { all, one } from "./dom.js";
import { Malformed, NeverRun } from "./errors.js";
import { feedbackItem, showMistakes, showOptionFeedback, showResult } from "./feedback.js";
import { makeEditor } from "./editor.js";
import { revealModelAnswer } from "./fields.js";
import { FORMS } from "./forms.js";
import { letScroll } from "./layout.js";
import { afterHints, RULES } from "./marking.js";
import { makeMovable } from "./ordering.js";
import { copyField, saveFile } from "./saving.js";
import { counted, joined, percent } from "./wording.js";

/** What the buttons inside a form do, by the name in data-do. */
const ACTIONS = {
  reveal(form) {
    revealModelAnswer(form);
    letScroll();
    one(".tick", form).focus();
  },
  save: (form, button) => saveFile(one(".field", form).value, button.dataset.file, "text/x-python"),
  copy(form, button) {
    button.textContent = copyField(one(".field", form)) ? "Copied" : "Select the program and copy it";
  },
};

const sameItems = (a, b) => a.length === b.length && a.every((item, index) => item === b[index]);

/**
 * Make one question answerable. `report(id, answer)` is called after each answer.
 *
 * Returns a function that answers as on an earlier visit. It returns false when that answer does not fit this edition
 * of the page.
 */
export function makeAnswerable(section, report) {
  const id = section.dataset.question;
  let variant = one(".variant", section);
  // Every try starts from an untouched copy, so there is nothing to clean up.
  const originals = [variant, ...all("template", section).map((template) => template.content.firstElementChild)].map(
    (original) => original.cloneNode(true),
  );

  function show(index) {
    const fresh = originals[index].cloneNode(true);
    variant.replaceWith(fresh);
    variant = fresh;
    listen();
    letScroll();
  }

  function listen() {
    const form = one("form", variant);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(FORMS[form.dataset.form].read(form), true);
    });
    form.addEventListener("input", () => {
      complain(form, "");
      for (const panel of all(".never-run", form)) panel.hidden = true;
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) ACTIONS[button.dataset.do](form, button);
    });
    if (form.dataset.form === "order") makeMovable(form);
    if (form.dataset.form === "open") one(".check", form).hidden = true;
    all(".editor", form).forEach(makeEditor);
    offerHints(all(".help", variant));
    one(".again", form).addEventListener("click", tryAgain);
    for (const option of all(".option", form)) {
      // The whole row is a target, but selecting text or scrolling code in it is not an answer.
      option.addEventListener("click", (event) => {
        const hasOwnClick = event.target.closest("a, input, label, summary, .feedback");
        if (!hasOwnClick && getSelection().isCollapsed) one("input", option).click();
      });
    }
  }

  function tryAgain() {
    show((Number(variant.dataset.variant) + 1) % originals.length);
    shuffleOptions(variant);
    focusQuietly(one("h2", section));
  }

  /**
   * Mark a response and show the mark; false when it cannot be marked. `isNew` is false when the page is opened again:
   * then nothing is announced, and the focus stays where it is.
   */
  function answer(response, isNew) {
    const form = one("form", variant);
    const confidence = (one(".confident:checked", form) || {}).value;
    let mark;
    try {
      mark = RULES[form.dataset.form](form, response, all(".mistakes > [data-value]", variant));
      if (isNew && one(".confident", form) && !confidence) throw new Malformed("Say how sure you are first.");
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      if (isNew) complain(form, error.message);
      for (const panel of all(".never-run", form)) panel.hidden = !(error instanceof NeverRun);
      return false;
    }
    complain(form, "");
    const hints = all(".help.was-read", variant).length;
    const score = showMark(form, response, mark, hints);
    report(id, {
      variant: Number(variant.dataset.variant),
      response,
      right: mark.earned === mark.of,
      score,
      hints,
      confidence,
      words: all(".words", form).map((field) => field.value)[0],
    });
    if (isNew) focusQuietly(one(".result", variant));
    return true;
  }

  /** Show the mark of a response on the page, and lock the form. Returns the score after hints, 0 to 1. */
  function showMark(form, response, mark, hints) {
    const way = FORMS[form.dataset.form];
    const beforeHints = mark.earned / mark.of;
    const helps = one(".helps", variant);
    const score = afterHints(beforeHints, hints, helps ? Number(helps.dataset.cost) : 0);
    for (const field of all("input, textarea, select, .grip, [data-move]", form)) field.disabled = true;
    variant.classList.add("answered", beforeHints === 1 ? "was-right" : beforeHints ? "was-partly" : "was-wrong");
    variant.dataset.score = beforeHints;
    one(".sheet", variant).open = true;
    showOptionFeedback(variant, response);
    if (way.show) way.show(form, response, mark);
    one(".check", form).hidden = true;
    one(".again", form).hidden = false;
    const description = way.describe ? way.describe(form, response) : "";
    const afterwards = score === beforeHints ? "" : `After ${counted(hints, "hint")}: ${percent(score)}.`;
    showResult(one(".result", variant), mark, description, afterwards);
    showMistakes(mark.mistakes);
    letScroll();
    return score;
  }

  listen();

  return function restore({ variant: index, response, hints = 0, confidence = "", words = "" }) {
    if (index < 0 || index >= originals.length) return false;
    if (index) show(index);
    const form = one("form", variant);
    const way = FORMS[form.dataset.form];
    if (Array.isArray(response) !== Boolean(way.several)) return false;
    way.fill(form, response);
    // The form takes only what it knows: options and lines may have changed since.
    if (!sameItems([way.read(form)].flat(), [response].flat())) {
      show(index);
      return false;
    }
    for (const help of all(".help", variant).slice(0, hints)) help.classList.add("was-read");
    for (const input of all(".confident", form)) input.checked = input.value === confidence;
    for (const field of all(".words", form)) field.value = words;
    return answer(response, false);
  };
}

/** Offer hints one by one: each appears when the one before it was read. After the answer, reading costs nothing. */
export function offerHints(helps) {
  helps.forEach((help, index) => {
    help.hidden = index > 0;
    help.addEventListener("toggle", () => {
      if (!help.open) return;
      if (!help.closest(".answered")) help.classList.add("was-read");
      if (helps[index + 1]) helps[index + 1].hidden = false;
    });
  });
}

/** Say why a response cannot be marked, at the field that needs it; an empty message takes it back. */
function complain(form, message) {
  one(".complaint", form).textContent = message;
  for (const field of all(".field", form)) {
    if (message) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  if (message) (one(".control:checked", form) || one(".field, .control, .grip", form)).focus();
}

/** Focus an element that may be on the screen already, without a jump. */
function focusQuietly(element) {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

/** Put the options in a new order, and the letters back in theirs, also in the answer sheet. */
function shuffleOptions(variant) {
  const list = one(".options", variant);
  if (!list) return;
  const options = [...list.children];
  // The Fisher-Yates shuffle: every order is equally likely.
  for (let last = options.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [options[last], options[other]] = [options[other], options[last]];
  }
  // Chance may give the order of before; then the first goes to the end.
  if (sameItems(options, [...list.children])) options.push(options.shift());
  options.forEach((option, index) => {
    const item = feedbackItem(variant, option.dataset.option);
    const letter = String.fromCharCode(65 + index);
    one(".letter", option).textContent = letter;
    one(".letter", item).textContent = letter;
    list.append(option);
    item.parentElement.append(item);
  });
  const key = options.filter((option) => "correct" in option.dataset).map((option) => one(".letter", option).textContent);
  one(".answer .key", variant).textContent = joined(key);
}
