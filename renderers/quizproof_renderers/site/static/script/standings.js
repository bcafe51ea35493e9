// How answers turned out, in a word and in numbers.

import { _ } from "./messages.js";

export const CONFIDENCES = { sure: _`Sure`, unsure: _`Unsure`, guess: _`Guess` };

/** "right", "partly" or "wrong"; "unrun" for what was never run and the learner has not marked. */
export const verdictOf = (answer) => {
  if (answer.unrun && answer.score === undefined) return "unrun";
  return answer.right ? "right" : answer.score > 0 ? "partly" : "wrong";
};

/** "4 of 6 answered, 2 right, 1 partly". */
export function tally(answers, questions) {
  const countOf = (verdict) => answers.filter((answer) => verdictOf(answer) === verdict).length;
  const [right, partly, unrun] = ["right", "partly", "unrun"].map(countOf);
  const answered = answers.length;
  const parts = [_`${answered} of ${questions} answered`, _`${right} right`];
  if (partly) parts.push(_`${partly} partly`);
  if (unrun) parts.push(_`${unrun} not run here`);
  return parts.join(", ");
}
