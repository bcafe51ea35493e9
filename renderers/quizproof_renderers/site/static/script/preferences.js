// Preferences: what a reader has chosen once, and finds again on every page.

const CHOICE = "quizproof-";

/** What was chosen at an earlier time. Where the browser keeps nothing, and where nothing was chosen, it is empty. */
export function preference(name) {
  try {
    return window.localStorage.getItem(CHOICE + name) || "";
  } catch {
    return "";
  }
}

/** Keep a choice; an empty one is none. */
export function prefer(name, value) {
  try {
    if (value) window.localStorage.setItem(CHOICE + name, value);
    else window.localStorage.removeItem(CHOICE + name);
  } catch {
    // It holds until the page is left.
  }
}

/** Let radio buttons of this name show what was preferred, and keep what is chosen; `use` is called with both. */
export function letPrefer(name, radios, use = () => {}) {
  const kept = radios.find((radio) => radio.value === preference(name));
  if (kept) kept.checked = true;
  for (const radio of radios) {
    radio.addEventListener("change", () => {
      prefer(name, radio.value);
      use(radio.value);
    });
  }
  const chosen = radios.find((radio) => radio.checked);
  if (chosen) use(chosen.value);
}
