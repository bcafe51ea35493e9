// A quiz that shows how much time is left. It marks and takes answers afterwards as well.

import { countDown } from "./countdown.js";
import { all, one } from "./dom.js";

const STARTED = "quizproof-started:";

/** When the clock of a quiz was started, in this tab; null where it was not. */
function startOf(quiz) {
  try {
    return Number(window.sessionStorage.getItem(STARTED + quiz)) || null;
  } catch {
    return null;
  }
}

function keepStart(quiz, start) {
  try {
    window.sessionStorage.setItem(STARTED + quiz, String(start));
  } catch {
    // It counts until the page is left.
  }
}

for (const place of all("[data-timed]")) {
  const { timed, minutes } = place.dataset;
  const button = one("button", place);
  const count = (start) => {
    button.hidden = true;
    place.classList.remove("is-over");
    one(".says", place).textContent = "";
    countDown(place, start + Number(minutes) * 60000, () => {
      button.hidden = false;
      button.textContent = button.dataset.again;
    });
  };
  button.addEventListener("click", () => {
    const now = Date.now();
    keepStart(timed, now);
    count(now);
  });
  const earlier = startOf(timed);
  if (earlier) count(earlier);
}
