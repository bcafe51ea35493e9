// Forms: how each way of answering is read, filled in again, and shown after it was marked.

import { all, one } from "./dom.js";
import { revealModelAnswer } from "./fields.js";
import { _ } from "./messages.js";
import { readingOf } from "./numbers.js";
import { placedId } from "./ordering.js";
import { strip } from "./text.js";
import { joined } from "./wording.js";

/** Mark parts of a form as right or wrong, for the eye and for screen readers. */
function markParts(parts, right) {
  parts.forEach((part, index) => {
    part.classList.add(right[index] ? "is-right" : "is-wrong");
    const word = document.createElement("span");
    word.className = "unseen";
    word.textContent = ` ${right[index] ? _`(right)` : _`(wrong)`}`;
    part.append(word);
  });
}

const readField = (form) => one(".field", form).value;
const fillField = (form, response) => {
  one(".field", form).value = response;
};

const readFields = (form) => all(".field", form).map((field) => field.value);
const fillFields = (form, response) => {
  all(".field", form).forEach((field, index) => {
    field.value = response[index] || "";
  });
};

const readChecked = (form) => all(".control:checked", form).map((input) => input.value);
const fillChecked = (form, response) => {
  for (const input of all(".control", form)) input.checked = response.includes(input.value);
};

/**
 * A way of answering, by the name in data-form.
 *
 * `read` takes the response from the form and `fill` puts one back. A response is a string, or an array of strings
 * where `several` is true. `describe` puts the response in words, where that helps. `show` displays the mark on the
 * parts of the form.
 */
export const FORMS = {
  options: {
    several: true,
    read: readChecked,
    fill: fillChecked,
    describe(form, response) {
      const chosen = all(".option", form).filter((option) => response.includes(option.dataset.option));
      return joined(chosen.map((option) => one(".letter", option).textContent));
    },
  },

  number: {
    read: readField,
    fill: fillField,
    describe(form, response) {
      const reading = readingOf(response, form.dataset.unit);
      const typed = strip(response);
      return reading ? _`${typed}, read as ${reading}` : typed;
    },
  },

  text: { read: readField, fill: fillField, describe: (form, response) => (strip(response) ? "" : _`nothing`) },

  line: {
    read: (form) => readChecked(form)[0] || "",
    fill: (form, response) => fillChecked(form, [response]),
    describe: (form, response) => _`line ${response}`,
    show(form, response) {
      for (const line of all("[data-line]", form)) {
        const right = form.dataset.correct.split(" ").includes(line.dataset.line);
        line.classList.toggle("is-right", right);
        line.classList.toggle("is-wrong", !right && line.dataset.line === response);
      }
    },
  },

  blanks: {
    several: true,
    read: readFields,
    fill: fillFields,
    show: (form, response, mark) => markParts(all(".blank", form), mark.parts),
  },

  order: {
    several: true,
    read: (form) => all(".program > .piece", form).map((piece) => placedId(form, piece)),
    fill(form, response) {
      one(".pool", form).append(...all(".program > .piece", form));
      for (const line of response) {
        const [id, level] = line.split(":");
        const piece = all(".pool > .piece", form).find((each) => each.dataset.id === id);
        if (!piece) continue;
        if (level) piece.dataset.level = level;
        one(".program", form).append(piece);
      }
    },
    // Learners mark an order as a whole.
    show: (form, response, { parts, own }) => markParts(all(".program > .piece", form), own ? response.map(() => parts[0]) : parts),
  },

  match: {
    several: true,
    read: readFields,
    fill: fillFields,
    show: (form, response, mark) => markParts(all(".pair", form), mark.parts),
  },

  open: {
    several: true,
    read: readChecked,
    fill: fillChecked,
    show(form, response, mark) {
      revealModelAnswer(form);
      markParts(all(".point", form), mark.parts);
    },
  },

  program: {
    read: readField,
    fill: fillField,
    show(form, response, mark) {
      // Checks run in order and stop at the first failure; those that learners mark themselves are marked one by one.
      const stateOf = (index) => {
        if (mark.parts) return mark.parts[index] ? [_`you: passes`, "right"] : [_`you: fails`, "wrong"];
        if (index === mark.earned) return [_`fails`, "wrong"];
        return index < mark.earned ? [_`passes`, "right"] : [_`not reached`, "idle"];
      };
      all(".check-item", form).forEach((check, index) => {
        const [state, look] = stateOf(index);
        check.classList.add(`is-${look}`);
        one(".state", check).textContent = ` ${state}`;
      });
    },
  },
};
