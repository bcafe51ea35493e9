// The countdown of a test: how much time is left, where everyone can see it.

import { one } from "./dom.js";
import { _ } from "./messages.js";

/** Seconds that are announced to those who do not see the clock. */
const ANNOUNCED = { 300: _`5 minutes left`, 60: _`1 minute left` };
const SHORT = 60;

const padded = (number) => String(number).padStart(2, "0");

/** Seconds as people read a clock: 1:02:03, or 2:03. */
function clockFace(seconds) {
  const minutes = Math.floor(seconds / 60);
  const small = padded(seconds % 60);
  return minutes < 60 ? `${minutes}:${small}` : `${Math.floor(minutes / 60)}:${padded(minutes % 60)}:${small}`;
}

/** Count down in `place` until the moment `ends`, in milliseconds as of Date.now(); then call `atEnd`, once. */
export function countDown(place, ends, atEnd) {
  const face = one(".left", place);
  const says = one(".says", place);
  let shown = null;
  place.hidden = false;
  face.hidden = false;
  function tick() {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    if (left === shown) return;
    shown = left;
    const clock = clockFace(left);
    face.textContent = _`${clock} left`;
    place.classList.toggle("is-short", left <= SHORT);
    if (ANNOUNCED[left]) says.textContent = ANNOUNCED[left];
    if (left) return;
    clearInterval(timer);
    place.classList.add("is-over");
    face.hidden = true;
    says.textContent = _`The time is over.`;
    atEnd();
  }
  const timer = setInterval(tick, 250);
  tick();
}
