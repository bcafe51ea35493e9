// Messages: what a page says in words. They are translated when the script is put together, which replaces each use of
// these two; so they are in no script, and are here for editors, linters, and whoever runs a source by itself.

/** A message: _`Partly right: ${earned} of ${of}.` */
export const _ = (texts, ...values) => texts.map((text, index) => text + (values[index] ?? "")).join("");

/** A message about a number of things: _n(count)`${count} hint|${count} hints` */
export const _n = (count) => (texts, ...values) => _(texts, ...values).split("|")[count === 1 ? 0 : 1];
