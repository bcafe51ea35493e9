// The two ways in which every other source finds elements.

export const all = (selector, from = document) => [...from.querySelectorAll(selector)];
export const one = (selector, from = document) => from.querySelector(selector);
