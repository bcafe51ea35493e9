// Feedback: what a learner is shown about an answer. Its text is in the answer sheet of the page already.

import { all, one } from "./dom.js";

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
    one(".yours", feedback).textContent = chosen ? " — your answer" : "";
    option.append(feedback);
  }
}

/** Above the form: why the options fail that were chosen wrongly, and why the right ones hold. */
export function showReasons(result, variant) {
  const say = (option, verdict) => {
    const text = one(".feedback-text", option);
    const first = document.createElement("p");
    const lead = document.createElement("b");
    lead.textContent = `${one(".letter", option).textContent} is ${verdict}. `;
    first.append(lead);
    result.append(first);
    if (!text) return;
    const said = [...text.cloneNode(true).children];
    if (said[0].matches("p")) first.append(...said.shift().childNodes);
    result.append(...said);
    text.classList.add("is-above");
  };
  for (const option of all(".option.is-chosen.is-wrong", variant)) say(option, "wrong");
  for (const option of all(".option.is-right", variant)) say(option, "right");
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
export function verdictText(mark) {
  if (mark.earned === mark.of) return "Right.";
  return mark.earned ? `Partly right: ${mark.earned} of ${mark.of}.` : "Not right.";
}

/** Above the form: right or not, the response in words, the score after hints, and the feedback for mistakes made. */
export function showResult(result, mark, description, scoreAfterHints) {
  const verdict = document.createElement("strong");
  verdict.textContent = mark.own ? `By your own marks: ${verdictText(mark).toLowerCase()}` : verdictText(mark);
  result.replaceChildren(verdict, description ? ` You answered ${description}. ` : " ", scoreAfterHints);
  for (const mistake of mark.mistakes) {
    const text = one(".feedback-text", mistake);
    if (text) result.append(...text.cloneNode(true).children);
  }
}
