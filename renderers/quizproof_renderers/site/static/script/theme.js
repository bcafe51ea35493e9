// The theme: the reader's system chooses it, or the reader.

import { one } from "./dom.js";
import { _ } from "./messages.js";
import { prefer, preference } from "./preferences.js";

/** The themes in the order of the switch, with their names; the first leaves the choice to the system. */
const THEMES = { "": _`Theme: as your system`, light: _`Theme: light`, dark: _`Theme: dark` };

/** The theme that was chosen at an earlier time. */
const kept = () => (preference("theme") in THEMES ? preference("theme") : "");

/** Use a theme on this page. */
function use(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** Use the theme that was chosen. Called before the page is drawn, so that it never flashes in the other one. */
export function useKeptTheme() {
  use(kept());
}

/** Let the switch of the page go from theme to theme. */
export function letSwitchTheme() {
  const button = one("[data-theme-switch]");
  if (!button) return;
  const themes = Object.keys(THEMES);
  let theme = kept();
  const name = () => {
    button.title = THEMES[theme];
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    prefer("theme", theme);
    use(theme);
    name();
  });
  name();
}
