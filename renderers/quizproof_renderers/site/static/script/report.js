// Reports of problems: what the reader has answered goes into the report that the link begins.

import { _ } from "./messages.js";

const MAX_ANSWER = 1000;

function answerIn(variant) {
  const parts = variant.querySelectorAll(".control:checked, .field:not(.words), .program .piece");
  return [...parts].map((part) => part.value ?? part.dataset.id).join(" | ").slice(0, MAX_ANSWER);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-report]");
  if (!link) return;
  // The link of the page has everything but the answer, which comes after the number of the variant.
  link.dataset.address ||= link.href;
  const { report: variant } = link.dataset;
  const answer = answerIn(link.closest(".variant"));
  const mark = encodeURIComponent(_`Variant: ${variant}`);
  const line = encodeURIComponent(`\n${_`Answer: ${answer}`}`);
  link.href = link.dataset.address.replace(mark, mark + line);
});
