// Progress: the answers that the browser keeps, by quiz; and the file in which they are taken elsewhere.

import { CONFIDENCES } from "./standings.js";

const PREFIX = "quizproof:";
const DRAFTS = "quizproof-drafts:";
const VISITS = "quizproof-visit:";
const TRIES = "quizproof-tries:";
/** How many tries of a question are kept; a schedule needs them all, and nobody needs more. */
const MAX_TRIES = 50;

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
        // What a full disk refused is newer than what it has.
        (storage) => memory.get(key) ?? storage.getItem(key),
        () => memory.get(key),
      ),
    /** Whether the browser keeps it. */
    set: (key, text) =>
      attempt(
        (storage) => {
          storage.setItem(key, text);
          memory.delete(key);
          return true;
        },
        () => {
          memory.set(key, text);
          return false;
        },
      ),
    remove: (key) =>
      attempt(
        (storage) => {
          memory.delete(key);
          storage.removeItem(key);
        },
        () => memory.delete(key),
      ),
    keys: () =>
      attempt(
        (storage) => [...new Set([...Object.keys(storage), ...memory.keys()])],
        () => [...memory.keys()],
      ),
  };
})();

const isId = (text) => /^[a-z0-9-]{1,80}$/.test(text);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isResponse = (value) =>
  typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
const isAbsentOr = (isSound, value) => value === undefined || isSound(value);

const isRun = (ran) =>
  isObject(ran) &&
  [ran.earned, ran.of].every(Number.isInteger) &&
  ran.earned >= 0 &&
  ran.of >= Math.max(ran.earned, 1) &&
  isAbsentOr((parts) => Array.isArray(parts) && parts.every((part) => typeof part === "boolean"), ran.parts);

// An imported file may have been edited, or come from anyone: only what this script could have written is sound.
const isAnswer = (value) =>
  isObject(value) &&
  Number.isInteger(value.variant) &&
  typeof value.right === "boolean" &&
  isResponse(value.response) &&
  isAbsentOr((score) => typeof score === "number" && score >= 0 && score <= 1, value.score) &&
  isAbsentOr((hints) => Number.isInteger(hints) && hints >= 0, value.hints) &&
  isAbsentOr((level) => Object.hasOwn(CONFIDENCES, level), value.confidence) &&
  (value.score !== undefined || value.unrun !== undefined || value.confidence === undefined) &&
  isAbsentOr((edition) => typeof edition === "string", value.edition) &&
  isAbsentOr((peeked) => typeof peeked === "boolean", value.peeked) &&
  isAbsentOr((unrun) => unrun === true, value.unrun) &&
  isAbsentOr((own) => Array.isArray(own) && isResponse(own) && value.unrun === true, value.own) &&
  isAbsentOr(isRun, value.ran) &&
  isAbsentOr((words) => typeof words === "string", value.words);

/**
 * The answers to a quiz, as a Map from question id to {variant, response, right, score, hints, peeked, confidence, words,
 * unrun, own, ran, edition}.
 *
 * `right` is whether the response was fully right, `score` what it earned after hints, 0 to 1, `peeked` whether the
 * answer was opened first, and `words` the text of an open answer. A response that was never run is `unrun`; it has a
 * score only if the learner has marked it, and `own` lists the parts that the learner says are right; or if it was run
 * since, and `ran` is its mark. `edition` is that of
 * the question. Answers that were kept before there were scores have the first three only. What is not sound, or was not written by this script, is
 * skipped.
 */
export function recall(quiz) {
  return new Map(Object.entries(readObject(PREFIX + quiz)).filter(([id, answer]) => isId(id) && isAnswer(answer)));
}

/** What is kept under a key; nothing when it is not ours, or was cut short. */
function readObject(key) {
  try {
    const kept = JSON.parse(store.get(key) || "{}");
    return isObject(kept) ? kept : {};
  } catch {
    return {};
  }
}

/** Keep the answers to a quiz. Returns whether the browser does. */
export function remember(quiz, answers) {
  if (answers.size) return store.set(PREFIX + quiz, JSON.stringify(Object.fromEntries(answers)));
  store.remove(PREFIX + quiz);
  return true;
}

export function forget(quiz) {
  store.remove(PREFIX + quiz);
  store.remove(DRAFTS + quiz);
  store.remove(VISITS + quiz);
  store.remove(TRIES + quiz);
}

const isCount = (value) => Number.isFinite(value) && value >= 0;

/**
 * The last visit to a quiz, as {at, seconds, next}: when it was, in seconds since 1970; how long the learner has worked
 * on the quiz until every question was answered; and the id of the first question that is open, "" for none. All are
 * empty before the first answer.
 */
export function recallVisit(quiz) {
  const { at, seconds, next } = readObject(VISITS + quiz);
  return { at: isCount(at) ? at : 0, seconds: isCount(seconds) ? seconds : 0, next: isId(String(next)) ? next : "" };
}

export const rememberVisit = (quiz, visit) => store.set(VISITS + quiz, JSON.stringify(visit));

const isTry = (value) => Array.isArray(value) && isCount(value[0]) && [1, 2, 3].includes(value[1]) && value.length === 2;
const isLog = (value) => Array.isArray(value) && value.length > 0 && value.every(isTry);

/** The tries of a quiz, as a Map from question id to [[when, grade]], the oldest first: see schedule.js. */
export function recallTries(quiz) {
  return new Map(Object.entries(readObject(TRIES + quiz)).filter(([id, log]) => isId(id) && isLog(log)));
}

/** Keep one more try of a question. */
export function rememberTry(quiz, id, grade) {
  const tries = recallTries(quiz);
  const now = Math.round(Date.now() / 1000);
  tries.set(id, [...(tries.get(id) ?? []), [now, grade]].slice(-MAX_TRIES));
  store.set(TRIES + quiz, JSON.stringify(Object.fromEntries(tries)));
}

/** Forget everything of all quizzes, and what is to be reviewed. */
export function forgetAll() {
  const ours = [PREFIX, DRAFTS, VISITS, TRIES];
  for (const key of store.keys()) if (ours.some((prefix) => key.startsWith(prefix))) store.remove(key);
}

const isDraft = (value) => isAnswer({ ...value, right: false });

/** What was typed, chosen or read in a quiz before it was answered, as a Map from question id to a draft. */
export function recallDrafts(quiz) {
  return new Map(Object.entries(readObject(DRAFTS + quiz)).filter(([id, draft]) => isId(id) && isDraft(draft)));
}

/** Keep one draft of a quiz; null for none. */
export function rememberDraft(quiz, id, draft) {
  const drafts = recallDrafts(quiz);
  if (draft) drafts.set(id, draft);
  else if (!drafts.delete(id)) return;
  if (drafts.size) store.set(DRAFTS + quiz, JSON.stringify(Object.fromEntries(drafts)));
  else store.remove(DRAFTS + quiz);
}

/** The ids of all quizzes that have answers. */
export const startedQuizzes = () =>
  store
    .keys()
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length));

/** Whether an answer or a draft was kept for another edition of its question. */
export const isOutdated = ({ edition }, section) => edition !== undefined && edition !== section.dataset.edition;

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
