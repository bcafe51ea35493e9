// Progress: the answers that the browser keeps, by quiz; and the file in which they are taken elsewhere.

const PREFIX = "quizproof:";
export const CONFIDENCES = { sure: "Sure", unsure: "Unsure", guess: "Guess" };

/** The browser's storage of strings by key; memory where the browser refuses, as with cookies off or a full disk. */
const store = (() => {
  const memory = new Map();
  const attempt = (action, fallback) => {
    try {
      return action(window.localStorage);
    } catch {
      return fallback();
    }
  };
  return {
    get: (key) =>
      attempt(
        (storage) => storage.getItem(key),
        () => memory.get(key),
      ),
    set: (key, text) =>
      attempt(
        (storage) => storage.setItem(key, text),
        () => memory.set(key, text),
      ),
    remove: (key) =>
      attempt(
        (storage) => storage.removeItem(key),
        () => memory.delete(key),
      ),
    keys: () =>
      attempt(
        (storage) => Object.keys(storage),
        () => [...memory.keys()],
      ),
  };
})();

const isId = (text) => /^[a-z0-9-]{1,80}$/.test(text);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isResponse = (value) =>
  typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
const isAbsentOr = (isSound, value) => value === undefined || isSound(value);

// An imported file may have been edited, or come from anyone: only what this script could have written is sound.
const isAnswer = (value) =>
  isObject(value) &&
  Number.isInteger(value.variant) &&
  typeof value.right === "boolean" &&
  isResponse(value.response) &&
  isAbsentOr((score) => typeof score === "number" && score >= 0 && score <= 1, value.score) &&
  isAbsentOr((hints) => Number.isInteger(hints) && hints >= 0, value.hints) &&
  isAbsentOr((level) => Object.hasOwn(CONFIDENCES, level) && value.score !== undefined, value.confidence) &&
  isAbsentOr((words) => typeof words === "string", value.words);

/**
 * The answers to a quiz, as a Map from question id to {variant, response, right, score, hints, confidence, words}.
 *
 * `right` is whether the response was fully right, `score` what it earned after hints, 0 to 1, and `words` the text of
 * an open answer. Answers that were kept before there were scores have the first three only. What is not sound, or was
 * not written by this script, is skipped.
 */
export function recall(quiz) {
  let answers = null;
  try {
    answers = JSON.parse(store.get(PREFIX + quiz) || "{}");
  } catch {
    // Not ours, or cut short: as if nothing had been answered.
  }
  return new Map(
    Object.entries(isObject(answers) ? answers : {}).filter(([id, answer]) => isId(id) && isAnswer(answer)),
  );
}

/** Keep the answers to a quiz. */
export function remember(quiz, answers) {
  if (answers.size) store.set(PREFIX + quiz, JSON.stringify(Object.fromEntries(answers)));
  else forget(quiz);
}

export const forget = (quiz) => store.remove(PREFIX + quiz);

/** The ids of all quizzes that have answers. */
export const startedQuizzes = () =>
  store
    .keys()
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length));

/** "right", "partly" or "wrong". */
export const verdictOf = (answer) => (answer.right ? "right" : answer.score > 0 ? "partly" : "wrong");

/** "4 of 6 answered, 2 right, 1 partly". */
export function tally(answers, questions) {
  const countOf = (verdict) => answers.filter((answer) => verdictOf(answer) === verdict).length;
  const partly = countOf("partly");
  return `${answers.length} of ${questions} answered, ${countOf("right")} right${partly ? `, ${partly} partly` : ""}`;
}

/** The answers to all quizzes as the text of an export file. */
export function writeExport(quizzes) {
  const answers = quizzes.map((quiz) => [quiz, Object.fromEntries(recall(quiz))]);
  return JSON.stringify({ quizproof: 1, quizzes: Object.fromEntries(answers) }, null, 1);
}

/** [quiz id, answers by question id] for every quiz in an export file; null when it is not one. */
export function readExport(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(data) || data.quizproof !== 1 || !isObject(data.quizzes)) return null;
  const quizzes = Object.entries(data.quizzes);
  const isSound = quizzes.every(
    ([quiz, answers]) =>
      isId(quiz) && isObject(answers) && Object.entries(answers).every(([id, answer]) => isId(id) && isAnswer(answer)),
  );
  return isSound ? quizzes.map(([quiz, answers]) => [quiz, Object.entries(answers)]) : null;
}
