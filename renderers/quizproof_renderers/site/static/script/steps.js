// Steps through a quiz: from block to block, on a page that shows all of them or one at a time.

import { all, one } from "./dom.js";
import { letScroll } from "./layout.js";
import { _ } from "./messages.js";
import { letPrefer, preference } from "./preferences.js";

const root = document.documentElement;

/** Show one thing at a time, unless the whole page was chosen at an earlier time. Called before the page is drawn. */
export const useKeptView = () => root.classList.toggle("one", preference("view") !== "page");

/**
 * Let a learner go from block to block. `firstOpen` is the block to begin with where the address names none.
 *
 * Every way there is an address such as `#q-id`, so that links, the browser's history and a reload all lead to it.
 * Returns `current`, the block that the learner is at, and `go`, which leads `by` so many steps on.
 */
export function makeSteps(firstOpen) {
  const stops = all("main > .question, main > .ending");
  // A question comes with the exhibits before it, which it is about.
  const steps = [[]];
  for (const stop of stops) {
    steps.at(-1).push(stop);
    if (!stop.matches(".exhibit") && stop !== stops.at(-1)) steps.push([]);
  }
  const bar = one(".steps");
  // Who reviews comes for one question, and goes on to what is to review next.
  const reviews = location.search === "?review" ? one(".to-reviews") : null;
  let shown = -1;
  let place = null;

  function show(index) {
    shown = index;
    for (const stop of stops) stop.classList.toggle("is-current", steps[index].includes(stop));
    // The introduction is for those who come to the quiz, not for those who come to a question.
    root.classList.toggle("is-later", index > 0 || stops.includes(named()));
    for (const tick of all(".ticks ol a")) {
      const isHere = steps[index].some((stop) => tick.hash === `#${stop.id}`);
      tick.classList.toggle("is-here", isHere);
      const list = tick.closest("ol");
      if (isHere) list.scrollLeft = tick.offsetLeft - list.clientWidth / 2;
    }
    letScroll();
    if (!bar) return;
    const lead = (link, step) => {
      link.hidden = !step;
      if (step) link.href = `#${step[0].id}`;
    };
    lead(one(".back", bar), steps[index - 1]);
    lead(one(".on", bar), steps[index + 1]);
    one(".on", bar).textContent = index + 2 < steps.length ? _`Next question` : _`Your result`;
    if (reviews) Object.assign(one(".on", bar), { href: reviews.href, textContent: reviews.textContent, hidden: false });
    // What a question may be about was shown with one before it.
    const before = steps.slice(0, index).flat();
    const exhibits = index + 1 < steps.length ? before.filter((stop) => stop.matches(".exhibit")) : [];
    one(".place", bar).replaceChildren(
      ...exhibits.flatMap((exhibit, nth) => {
        const link = document.createElement("a");
        link.href = `#${exhibit.id}`;
        link.textContent = one(".heading", exhibit).textContent;
        return [nth ? ", " : `${_`Shown before:`} `, link];
      }),
    );
  }

  const stepOf = (stop) => steps.findIndex((step) => step.includes(stop));
  /** The stop that the address leads to, if any. */
  // No id is a number sign; Firefox complains about a search for nothing.
  const named = () =>
    document.getElementById(decodeURIComponent(location.hash.slice(1)) || "#")?.closest(".question, .ending");

  /** Scroll to a stop; to the top of the page where what is above it is low. */
  function lookAt(stop) {
    const isTop = root.classList.contains("one") && stop.getBoundingClientRect().top + scrollY < innerHeight / 3;
    if (isTop) scrollTo(0, 0);
    else stop.scrollIntoView();
  }

  function arrive(stop) {
    place = stop;
    if (stepOf(stop) !== shown) show(stepOf(stop));
    lookAt(stop);
    one("h2:not(:empty)", stop)?.focus({ preventScroll: true });
  }

  addEventListener("hashchange", () => {
    const stop = named();
    if (stops.includes(stop) && stop !== place) arrive(stop);
  });
  // Where a learner is on a whole page: where the focus went last, or, after scrolling, what is in view.
  addEventListener("focusin", (event) => {
    place = event.target.closest(".question, .ending") ?? place;
  });
  for (const sign of ["wheel", "touchmove"]) addEventListener(sign, () => (place = null), { passive: true });

  function current() {
    if (root.classList.contains("one")) return steps[shown].findLast((stop) => !stop.matches(".exhibit")) ?? steps[shown][0];
    if (place) return place;
    return stops.findLast((stop) => stop.getBoundingClientRect().top < innerHeight * 0.4) ?? stops[0];
  }

  function go(by) {
    if (reviews && by > 0) {
      location.assign(reviews.href);
      return;
    }
    const stop = root.classList.contains("one") ? steps[shown + by]?.[0] : stops[stops.indexOf(current()) + by];
    if (!stop) return;
    location.hash = stop.id;
    // The browser tells of the new address later, and another key may come before that.
    arrive(stop);
  }

  show(Math.max(0, stepOf(named() ?? firstOpen)));
  letPrefer("view", all("[name=view]"), (view) => {
    const stop = current();
    root.classList.toggle("one", view === "one");
    if (stepOf(stop) !== shown) show(stepOf(stop));
    // The page has another height now.
    if (shown > 0) lookAt(stop);
  });
  const linked = named();
  if (root.classList.contains("one") && stops.includes(linked)) {
    arrive(linked);
    // The browser scrolls to what the address names once the page is loaded.
    addEventListener("load", () => requestAnimationFrame(() => lookAt(linked)));
  }
  return { current, go };
}
