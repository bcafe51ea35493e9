// Layout that a style sheet cannot do alone: scrolling by keyboard, and answers on paper.

import { all, one } from "./dom.js";
import { feedbackItem } from "./feedback.js";

let isDue = false;

/**
 * Let boxes that are wider than the page be scrolled by keyboard too, when the page is next drawn.
 *
 * To measure makes the browser lay out the whole page, which it does anyway before it draws: 1 time for all calls until
 * then, where each answer, and each sheet that opens with it, would make it do so again.
 */
export function letScroll() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    measure();
  });
}

function measure() {
  // A box with a field in it scrolls when the field gets the focus, and needs no stop of its own.
  const scrolls = (box) => box.scrollWidth > box.clientWidth && !one("input:enabled, .grip:enabled", box);
  // All are measured before any is changed, so that the page is laid out once.
  const measured = all("pre, .table, .picture, .formula").map((box) => [box, scrolls(box)]);
  for (const [box, isWide] of measured) {
    if (isWide) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

/** On paper the answers follow all questions: feedback goes back into the answer sheets, and all sheets are open. */
export function preparePrinting() {
  let restore = [];

  addEventListener("beforeprint", () => {
    for (const sheet of all(".sheet, details.run, .others")) {
      const wasOpen = sheet.open;
      sheet.open = true;
      restore.push(() => {
        sheet.open = wasOpen;
      });
    }
    for (const model of all(".model")) {
      const solution = one(".solution", model);
      if (!solution) continue;
      one(".sheet-body", model.closest(".variant")).prepend(solution);
      restore.push(() => model.append(solution));
    }
    for (const feedback of all(".option > .feedback")) {
      const option = feedback.parentElement;
      feedbackItem(option.closest(".variant"), option.dataset.option).append(feedback);
      restore.push(() => option.append(feedback));
    }
  });

  addEventListener("afterprint", () => {
    for (const action of restore) action();
    restore = [];
  });
}
