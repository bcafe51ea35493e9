// How answers turned out, in a word and in numbers.

export const CONFIDENCES = { sure: "Sure", unsure: "Unsure", guess: "Guess" };

/** "right", "partly" or "wrong"; "unrun" for what was never run and the learner has not marked. */
export const verdictOf = (answer) => {
  if (answer.unrun && answer.score === undefined) return "unrun";
  return answer.right ? "right" : answer.score > 0 ? "partly" : "wrong";
};

/** "4 of 6 answered, 2 right, 1 partly". */
export function tally(answers, questions) {
  const countOf = (verdict) => answers.filter((answer) => verdictOf(answer) === verdict).length;
  const others = { partly: "partly", unrun: "not run here" };
  const more = Object.entries(others).map(([verdict, words]) => (countOf(verdict) ? `, ${countOf(verdict)} ${words}` : ""));
  return `${answers.length} of ${questions} answered, ${countOf("right")} right${more.join("")}`;
}
