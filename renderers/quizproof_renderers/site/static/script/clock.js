// The clock: how long a learner has worked on a page.

/** Seconds after the last sign of a reader, from which on nobody counts as working. */
const IDLE = 300;
const SIGNS = ["keydown", "pointerdown", "pointermove", "scroll", "visibilitychange"];

/** Start to count, from the seconds of earlier visits on. Returns a function that gives the seconds until now. */
export function startClock(earlier) {
  let total = earlier;
  let last = performance.now();
  let isSeen = !document.hidden;
  const count = () => {
    const now = performance.now();
    if (isSeen) total += Math.min((now - last) / 1000, IDLE);
    last = now;
    isSeen = !document.hidden;
  };
  for (const sign of SIGNS) addEventListener(sign, count, { capture: true, passive: true });
  return () => {
    count();
    return total;
  };
}
