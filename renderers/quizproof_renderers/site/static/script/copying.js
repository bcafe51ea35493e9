// Copying the programs that a page shows.

import { one } from "./dom.js";
import { _ } from "./messages.js";

/** Let the button beside each program copy it. One listener serves all, also those of variants that are shown later. */
export function letCopy() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    button.textContent = copyText(one("code", button.parentElement).textContent) ? _`Copied` : _`Select it and copy`;
    setTimeout(() => {
      button.textContent = _`Copy`;
    }, 2000);
  });
}

/** Copy a text to the clipboard; false when the browser refuses. */
function copyText(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  // Deprecated, but navigator.clipboard is missing in pages that were opened without a secure server.
  const copied = document.execCommand("copy");
  field.remove();
  focused.focus({ preventScroll: true });
  return copied;
}
