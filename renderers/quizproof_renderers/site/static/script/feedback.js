// Feedback: what a learner is shown about an answer. Its text is in the answer sheet of the page already.

import { all, one } from "./dom.js";
import { _ } from "./messages.js";

/** The place of an option's feedback in the answer sheet. */
export const feedbackItem = (variant, option) => one(`.feedback-list > [data-for="${option}"]`, variant);

/** After an answer, each option's feedback moves from the answer sheet into the option itself. */
export function showOptionFeedback(variant, response) {
  for (const option of all(".option", variant)) {
    const id = option.dataset.option;
    const chosen = response.includes(id);
    const feedback = one(".feedback", feedbackItem(variant, id));
    option.classList.add("correct" in option.dataset ? "is-right" : "is-wrong");
    option.classList.toggle("is-chosen", chosen);
    one(".yours", feedback).textContent = chosen ? ` ${_`— your answer`}` : "";
    option.append(feedback);
  }
}

/** Above the form: why the options fail that were chosen wrongly, and why the right ones hold. */
export function showReasons(result, variant) {
  const say = (option, isRight) => {
    const text = one(".feedback-text", option);
    const letter = one(".letter", option).textContent;
    const first = document.createElement("p");
    const lead = document.createElement("b");
    lead.textContent = `${isRight ? _`${letter} is right.` : _`${letter} is wrong.`} `;
    first.append(lead);
    result.append(first);
    if (!text) return;
    const said = [...text.cloneNode(true).children];
    if (said[0].matches("p")) first.append(...said.shift().childNodes);
    result.append(...said);
    text.classList.add("is-above");
  };
  for (const option of all(".option.is-chosen.is-wrong", variant)) say(option, false);
  for (const option of all(".option.is-right", variant)) say(option, true);
}

/** The mistakes that the response makes stand out in the answer sheet; some are hidden there until they are made. */
export function showMistakes(mistakes) {
  for (const mistake of mistakes) {
    mistake.classList.add("is-given");
    const list = mistake.closest("details");
    list.hidden = false;
    list.open = true;
  }
}

/** "Right.", "Not right.", or how many of how many parts. */
export function verdictText({ earned, of, own }) {
  if (earned === of) return own ? _`By your own marks: right.` : _`Right.`;
  if (!earned) return own ? _`By your own marks: not right.` : _`Not right.`;
  return own ? _`By your own marks: partly right: ${earned} of ${of}.` : _`Partly right: ${earned} of ${of}.`;
}

/** Above the form: right or not, the response in words, the score after hints, and the feedback for mistakes made. */
export function showResult(result, mark, description, scoreAfterHints) {
  const verdict = document.createElement("strong");
  verdict.textContent = verdictText(mark);
  result.replaceChildren(verdict, description ? ` ${_`You answered ${description}.`} ` : " ", scoreAfterHints);
  for (const mistake of mark.mistakes) {
    const text = one(".feedback-text", mistake);
    if (text) result.append(...text.cloneNode(true).children);
  }
}
