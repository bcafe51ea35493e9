// The reader of programs, which is a script of its own: it is loaded when a learner starts to write one.

let loading = null;

export const isReaderLoaded = () => window.quizproofReader !== undefined;

/** Load the reader; what cannot be loaded leaves programs known by their text only. */
export function loadReader() {
  loading ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = document.body.dataset.reader;
    script.addEventListener("load", resolve);
    script.addEventListener("error", resolve);
    document.head.append(script);
  });
  return loading;
}

export const needsReader = ({ dataset }) => dataset.given || dataset.own;

/** Do something with a form: at once, or, if its answer is a program or an order that may be new and the reader is not there yet, once it is. */
export function withReader(form, action) {
  if (!needsReader(form) || isReaderLoaded() || !document.body.dataset.reader) action();
  else loadReader().then(action);
}

/** The normal form of a program, as normal.js computes it; null without the reader. */
export const normalFormOf = (source, given) => (isReaderLoaded() ? window.quizproofReader.normalForm(source, given) : null);

/** An order with the levels of indentation that Python reads, as orders.js says. */
export const asPythonReads = (form, given) => window.quizproofReader?.nested(form, given) ?? given;

/** Whether an order that no run has shown to be right may be right, as orders.js says; true without the reader. */
export const mayBeRight = (form, given) => !isReaderLoaded() || window.quizproofReader.mayBeRight(form, given);

/** What data-given holds, with sets where there are lists. */
export function readGiven(text) {
  const { names, modules, plain, sort } = JSON.parse(text);
  return { names: new Set(names), modules: new Map(Object.entries(modules)), plain, sort };
}
