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

/** Do something with a form: at once, or, if its answer is a program and the reader is not there yet, once it is. */
export function withReader(form, action) {
  if (!("given" in form.dataset) || isReaderLoaded() || !document.body.dataset.reader) action();
  else loadReader().then(action);
}

/** The normal form of a program, as normal.js computes it; null without the reader. */
export const normalFormOf = (source, given) => (isReaderLoaded() ? window.quizproofReader.normalForm(source, given) : null);

/** What data-given holds, with sets where there are lists. */
export function readGiven(text) {
  const { names, modules, plain, sort } = JSON.parse(text);
  return { names: new Set(names), modules: new Map(Object.entries(modules)), plain, sort };
}
