// Numbers and lists in words.

import { _ } from "./messages.js";

/** A number in the form of the page's language: 2.5, or 2,5. */
export const written = (number) => number.toLocaleString(document.documentElement.lang);
export const percent = (share) => `${written(Math.round(share * 1000) / 10)} %`;
/** "1 and 2", "1 and 2 and 3". */
export const joined = (items) => (items.length > 1 ? items.reduce((names, last) => _`${names} and ${last}`) : items.join());
/** "1, 2 and 3". */
export const listed = (items) => joined([items.slice(0, -1).join(", "), ...items.slice(-1)].filter(Boolean));
