// The schedule of reviews: FSRS-6 (https://github.com/open-spaced-repetition/awesome-fsrs/wiki/The-Algorithm) with its
// published default weights, without learning steps: a question is asked again when it is remembered at a chance of 90 %.

const W = [
  0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629, 1.6483,
  0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
];
const DAY = 86400;
/** The grades of FSRS that a page gives: not right, right with help, right. */
export const GRADES = { again: 1, hard: 2, good: 3 };
const EASY = 4;

const within = (low, high, value) => Math.min(high, Math.max(low, value));
const difficultyAtFirst = (grade) => W[4] - Math.exp(W[5] * (grade - 1)) + 1;

function nextDifficulty(difficulty, grade) {
  const damped = difficulty - (W[6] * (grade - GRADES.good) * (10 - difficulty)) / 9;
  return within(1, 10, W[7] * difficultyAtFirst(EASY) + (1 - W[7]) * damped);
}

/** How likely it is remembered so many days after the last time. */
const recallAfter = (days, stability) => (1 + ((0.9 ** (-1 / W[20]) - 1) * days) / stability) ** -W[20];

/** The stability, in days, after it was asked again on the same day. */
function onTheSameDay(stability, grade) {
  const growth = Math.exp(W[17] * (grade - GRADES.good + W[18])) * stability ** -W[19];
  return stability * (grade === GRADES.again ? growth : Math.max(1, growth));
}

function afterDays(stability, difficulty, days, grade) {
  const forgotten = 1 - recallAfter(days, stability);
  if (grade === GRADES.again) {
    const long = W[11] * difficulty ** -W[12] * ((stability + 1) ** W[13] - 1) * Math.exp(forgotten * W[14]);
    return Math.min(long, stability / Math.exp(W[17] * W[18]));
  }
  const growth = Math.exp(W[8]) * (11 - difficulty) * stability ** -W[9] * Math.expm1(forgotten * W[10]);
  return stability * (1 + growth * (grade === GRADES.hard ? W[15] : 1));
}

/**
 * The days until a question should be asked again after its last try: whole, and at least one. `tries` has [when, grade]
 * of each, the oldest first; when is in seconds since 1970.
 */
export function daysUntilReview(tries) {
  const [[first, grade], ...later] = tries;
  let stability = W[grade - 1];
  let difficulty = within(1, 10, difficultyAtFirst(grade));
  let last = first;
  for (const [at, next] of later) {
    const days = Math.floor((at - last) / DAY);
    stability = days < 1 ? onTheSameDay(stability, next) : afterDays(stability, difficulty, days, next);
    stability = Math.max(0.001, stability);
    difficulty = nextDifficulty(difficulty, next);
    last = at;
  }
  return Math.max(1, Math.round(stability));
}

const startOfDay = (seconds) => new Date(seconds * 1000).setHours(0, 0, 0, 0);

/** When a question is due, as the start of that day in milliseconds since 1970; null if it was never missed. */
export function dueDay(tries) {
  if (!tries.some(([, grade]) => grade === GRADES.again)) return null;
  const day = new Date(startOfDay(tries.at(-1)[0]));
  return day.setDate(day.getDate() + daysUntilReview(tries));
}
