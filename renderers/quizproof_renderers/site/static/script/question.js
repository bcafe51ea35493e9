// One question: it is answered, marked, restored, and tried again.

import { all, one } from "./dom.js";
import { Malformed, NeverRun } from "./errors.js";
import { feedbackItem, showMistakes, showOptionFeedback, showReasons, showResult, verdictText } from "./feedback.js";
import { makeEditor } from "./editor.js";
import { revealModelAnswer } from "./fields.js";
import { FORMS } from "./forms.js";
import { letScroll } from "./layout.js";
import { afterHints, RULES } from "./marking.js";
import { _, _n } from "./messages.js";
import { makeMovable } from "./ordering.js";
import { needsReader, withReader } from "./reader.js";
import { copyField, saveFile } from "./saving.js";
import { ownMark, readOwn, showUnrun, unrunText } from "./unrun.js";
import { joined, percent } from "./wording.js";

/** What the buttons inside a form do, by the name in data-do. */
const ACTIONS = {
  reveal(form) {
    revealModelAnswer(form);
    letScroll();
    one(".tick", form).focus();
  },
  save: (form, button) => saveFile(one(".field", form).value, button.dataset.file, "text/x-python"),
  copy(form, button) {
    button.textContent = copyField(one(".field", form)) ? _`Copied` : _`Select the program and copy it`;
  },
};

const sameItems = (a, b) => a.length === b.length && a.every((item, index) => item === b[index]);

/**
 * Make one question answerable. `report(id, answer, isNew)` is called after each answer, and `keepDraft(id, draft)` whenever
 * something was typed, chosen or read before the answer, so that nothing is lost; its draft is null after the answer.
 *
 * Returns three functions. `restore` answers as on an earlier visit; it returns false when that answer does not fit this
 * edition of the page. `resume` puts a draft back. `renew` asks anew what was answered on an earlier visit.
 */
export function makeAnswerable(section, report, keepDraft) {
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
      withReader(form, () => answer(FORMS[form.dataset.form].read(form), true));
    });
    // So that it is there when the answer is checked.
    if (needsReader(form)) form.addEventListener("focusin", () => withReader(form, () => {}), { once: true });
    form.addEventListener("input", (event) => {
      if (event.target.closest?.(".unrun")) return;
      complain(form, "");
      takeBack(form);
      keep();
    });
    form.addEventListener("ran", ({ detail }) => answer(FORMS[form.dataset.form].read(form), true, null, detail));
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (!button) return;
      if (button.dataset.do === "own") answer(FORMS[form.dataset.form].read(form), true, readOwn(form));
      else ACTIONS[button.dataset.do](form, button);
    });
    if (form.dataset.form === "order") makeMovable(form);
    if (form.dataset.form === "open") one(".check", form).hidden = true;
    all(".editor", form).forEach(makeEditor);
    offerHints(all(".help", variant), keep);
    const sheet = one(".sheet", variant);
    sheet.addEventListener("toggle", () => {
      // What was answered already is not seen too early.
      if (!sheet.open || variant.matches(".answered, .was-unrun")) return;
      sheet.classList.add("was-read");
      keep();
    });
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

  /** How many times the learner was helped before the answer: by hints, and by opening the answer. */
  const helped = () => all(".help.was-read, .sheet.was-read", variant).length;
  const costOfHelp = () => Number(one(".sheet", variant).dataset.cost);

  /** What there is before an answer. */
  function keep() {
    if (variant.matches(".answered, .was-unrun, .was-tried")) return;
    const form = one("form", variant);
    keepDraft(id, {
      edition: section.dataset.edition,
      variant: Number(variant.dataset.variant),
      response: FORMS[form.dataset.form].read(form),
      hints: all(".help.was-read", variant).length,
      peeked: one(".sheet", variant).classList.contains("was-read"),
      words: all(".words", form).map((field) => field.value)[0],
    });
  }

  /** Take back that a response was not run: it is being changed. */
  function takeBack(form) {
    if (!variant.classList.contains("was-unrun")) return;
    variant.classList.remove("was-unrun");
    one(".unrun", form).hidden = true;
    one(".result", variant).replaceChildren();
  }

  /**
   * Mark a response and show the mark; false when it cannot be marked. `isNew` is false when the page is opened again:
   * then nothing is announced, and the focus stays where it is. Where the response was never run, `own` lists the parts
   * that the learner says are right, or `ran` is the mark of a live run: see live_answers.js.
   */
  function answer(response, isNew, own = null, ran = null) {
    const form = one("form", variant);
    const confidence = (one(".confident:checked", form) || {}).value;
    let mark = null;
    let unrun = null;
    try {
      mark = RULES[form.dataset.form](form, response, all(".mistakes > [data-value]", variant));
      if (isNew && one(".confident", form) && !confidence) throw new Malformed(_`Say how sure you are first.`);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      unrun = error instanceof NeverRun ? error : null;
      const lacksConfidence = isNew && one(".confident", form) && !confidence;
      if (isNew && !unrun) complain(form, error.message);
      else if (lacksConfidence) complain(form, _`Say how sure you are first.`);
      if (!unrun || lacksConfidence) return false;
    }
    complain(form, "");
    takeBack(form);
    const given = {
      edition: section.dataset.edition,
      variant: Number(variant.dataset.variant),
      response,
      hints: all(".help.was-read", variant).length,
      peeked: one(".sheet", variant).classList.contains("was-read") || undefined,
      confidence,
      words: all(".words", form).map((field) => field.value)[0],
    };
    if (unrun && ran) mark = { mistakes: [], ...ran };
    else if (unrun && own) mark = ownMark(form, unrun.parts, own);
    if (mark) {
      const isRight = mark.earned === mark.of;
      // Before everything is shown, there is a second chance where there is a hint left.
      const isProven = !own && form.dataset.form !== "open";
      const canTryAgain = isNew && isProven && !isRight && nextHint() && !given.peeked;
      const score = afterHints(mark.earned / mark.of, helped(), costOfHelp());
      if (canTryAgain) offerSecondTry(form, response, mark);
      else showMark(form, response, mark);
      report(id, { ...given, right: isRight, score, ...(unrun && { unrun: true, ...(ran ? { ran } : { own }) }) }, isNew);
    } else {
      variant.classList.add("was-unrun");
      showUnrun(form, response, unrun.parts);
      const text = document.createElement("strong");
      text.textContent = unrunText(form, unrun.parts);
      one(".result", variant).replaceChildren(text, " ", _`It may well be right. Below you can mark it yourself.`);
      report(id, { ...given, right: false, unrun: true }, isNew);
    }
    if (isNew) focusQuietly(one(".result", variant));
    return true;
  }

  const nextHint = () => all(".help:not(.was-read)", variant)[0];

  /** Say that a response is not right, and nothing else: the learner may try again with a hint, or see everything. */
  function offerSecondTry(form, response, mark) {
    const result = one(".result", variant);
    const cost = costOfHelp();
    variant.classList.add("was-tried", mark.earned ? "was-partly" : "was-wrong");
    variant.dataset.score = mark.earned / mark.of;
    const locked = all("input, textarea, select, .grip, [data-move]", form).filter((field) => !field.disabled);
    for (const field of locked) field.disabled = true;
    one(".check", form).hidden = true;
    const button = (text, action) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = text;
      made.addEventListener("click", action);
      return made;
    };
    const again = button(cost ? _`Try again with a hint (costs ${percent(cost)})` : _`Try again with a hint`, () => {
      variant.classList.remove("was-tried", "was-partly", "was-wrong");
      result.replaceChildren();
      for (const field of locked) field.disabled = false;
      one(".check", form).hidden = false;
      const hint = nextHint();
      hint.hidden = false;
      hint.open = true;
      hint.classList.add("was-read");
      focusQuietly(one("summary", hint));
      keep();
    });
    const reveal = button(_`Show the answer`, () => {
      variant.classList.remove("was-tried", "was-partly", "was-wrong");
      showMark(form, response, mark);
      focusQuietly(result);
    });
    reveal.dataset.do = "show";
    const text = document.createElement("strong");
    text.textContent = verdictText(mark);
    const actions = document.createElement("span");
    actions.className = "actions";
    actions.append(again, reveal);
    result.replaceChildren(text, " ", actions);
  }

  /** Show the mark of a response on the page, and lock the form. */
  function showMark(form, response, mark) {
    const way = FORMS[form.dataset.form];
    const beforeHints = mark.earned / mark.of;
    const score = afterHints(beforeHints, helped(), costOfHelp());
    for (const field of all("input, textarea, select, .grip, [data-move]", form)) field.disabled = true;
    variant.classList.add("answered", beforeHints === 1 ? "was-right" : beforeHints ? "was-partly" : "was-wrong");
    variant.dataset.score = beforeHints;
    one(".sheet", variant).open = true;
    showOptionFeedback(variant, response);
    if (way.show) way.show(form, response, mark);
    one(".check", form).hidden = true;
    one(".again", form).hidden = false;
    const description = way.describe ? way.describe(form, response) : "";
    const hints = all(".help.was-read", variant).length;
    const help = hints ? [_n(hints)`${hints} hint|${hints} hints`] : [];
    if (one(".sheet.was-read", variant)) help.push(_`a look at the answer`);
    const helps = joined(help);
    const afterwards = score === beforeHints ? "" : _`After ${helps}: ${percent(score)}.`;
    showResult(one(".result", variant), mark, description, afterwards);
    showReasons(one(".result", variant), variant);
    showMistakes(mark.mistakes);
    letScroll();
  }

  /** Mark as read what helped before an answer. */
  function helpAgain({ hints = 0, peeked = false }) {
    const helps = all(".help", variant);
    helps.slice(0, hints).forEach((help, index) => {
      help.classList.add("was-read");
      help.hidden = false;
      if (helps[index + 1]) helps[index + 1].hidden = false;
    });
    one(".sheet", variant).classList.toggle("was-read", peeked);
  }

  listen();

  function restore({ variant: index, response, hints = 0, peeked = false, confidence = "", words = "", own, ran }) {
    if (index < 0 || index >= originals.length) return false;
    if (index) show(index);
    const form = one("form", variant);
    const way = FORMS[form.dataset.form];
    if (Array.isArray(response) !== Boolean(way.several)) return false;
    way.fill(form, response);
    // The form takes only what it knows: options and lines may have changed since. Options were perhaps shuffled.
    if (!sameItems([way.read(form)].flat().sort(), [response].flat().sort())) {
      show(index);
      return false;
    }
    helpAgain({ hints, peeked });
    for (const input of all(".confident", form)) input.checked = input.value === confidence;
    for (const field of all(".words", form)) field.value = words;
    return answer(response, false, own, ran);
  }

  function resume({ variant: index, response, hints = 0, peeked = false, words = "" }) {
    if (index < 0 || index >= originals.length) return;
    if (index) show(index);
    const form = one("form", variant);
    const way = FORMS[form.dataset.form];
    if (Array.isArray(response) === Boolean(way.several)) way.fill(form, response);
    for (const field of all(".words", form)) field.value = words;
    helpAgain({ hints, peeked });
  }

  function renew({ variant: index }) {
    show((index + 1) % originals.length || 0);
    shuffleOptions(variant);
  }

  return { restore, resume, renew };
}

/** Offer hints one by one: each appears when the one before it was read. After the answer, reading costs nothing. */
export function offerHints(helps, onRead = () => {}) {
  helps.forEach((help, index) => {
    help.hidden = index > 0;
    help.addEventListener("toggle", () => {
      if (!help.open) return;
      if (!help.closest(".answered")) help.classList.add("was-read");
      onRead();
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
