// The learner's side of a quizproof site: answering, marking, progress.
// No dependency, no request, no inline code. Everything it knows stands in data- attributes of the page.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (selector, from = document) => from.querySelector(selector);

  // ---------------------------------------------------------------------------------------------------------------
  // Marking. These are the rules of the engine's marking.py and compare.py; a test answers pages and compares.

  class Malformed extends Error {}

  // What Python's str.strip removes, which is not quite what \s is in JavaScript.
  const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
  const [SPACE_BEFORE, SPACE_AFTER] = [new RegExp(`^${SPACE}`), new RegExp(`${SPACE}$`)];
  const rstrip = (text) => text.replace(SPACE_AFTER, "");
  const strip = (text) => rstrip(text).replace(SPACE_BEFORE, "");

  const ADDRESS = /((?:^|[^\p{L}\p{N}_])(?:at |object @ ))0x[0-9a-fA-F]{6,16}(?![\p{L}\p{N}_])/gu;
  const THOUSANDS = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;
  const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

  /** Output without what no reader sees: trailing spaces, empty lines at the end, memory addresses. */
  function fold(text) {
    const lines = text.replace(ADDRESS, "$10x...").split("\n").map(rstrip);
    while (lines.length && !lines[lines.length - 1]) lines.pop();
    return lines.join("\n");
  }

  /** The text with the decimal digits of every script as 0 to 9: in Unicode each script's ten stand in a row. */
  function asciiDigits(text) {
    return text.replace(/\p{Nd}/gu, (digit) => {
      let below = 0;
      while (/\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0) - below - 1))) below += 1;
      return String(below % 10);
    });
  }

  function decimal(text) {
    let bare = asciiDigits(strip(text));
    if (THOUSANDS.test(bare)) bare = bare.replace(/,/g, "");
    if (!DECIMAL.test(bare)) {
      throw new Malformed(`“${strip(text).slice(0, 40)}” is not a number. Write for instance 12, 0.5, 1e-3 or 3/4.`);
    }
    return Number(bare);
  }

  function parseNumber(text, unit) {
    let bare = strip(text);
    if (!bare) throw new Malformed("Type a number first.");
    if (unit && bare.endsWith(unit)) bare = strip(bare.slice(0, -unit.length));
    const slash = bare.indexOf("/");
    let value;
    if (slash < 0) {
      value = decimal(bare);
    } else {
      const top = decimal(bare.slice(0, slash));
      const bottom = decimal(bare.slice(slash + 1));
      if (bottom === 0) throw new Malformed("A number cannot be divided by zero.");
      value = top / bottom;
    }
    if (!Number.isFinite(value)) throw new Malformed("The number is too large.");
    return value;
  }

  /** The distance from a number to the next larger one. */
  function ulp(number) {
    const value = new Float64Array([Math.abs(number)]);
    const bits = new BigUint64Array(value.buffer);
    const here = value[0];
    bits[0] += here === Number.MAX_VALUE ? -1n : 1n;
    return Math.abs(value[0] - here);
  }

  const sameNumber = (a, b, tolerance) => Math.abs(a - b) <= tolerance + 4 * Math.max(ulp(a), ulp(b));

  const listed = (words) => words.join(" and ");

  /**
   * A way of answering, by the name in data-form. `read` takes the response from the form, `fill` puts one back,
   * `mark` says whether it is right and, if not, which foreseen mistake it is; it throws Malformed. `say` puts
   * the response in words.
   */
  const FORMS = {
    options: {
      read: (form) => all("input:checked", form).map((input) => input.value),
      fill(form, response) {
        for (const input of all("input", form)) input.checked = response.includes(input.value);
      },
      mark(form, response) {
        if (!response.length) throw new Malformed("Choose an option first.");
        const key = all("[data-correct]", form).map((option) => option.dataset.option);
        return { right: key.length === response.length && key.every((id) => response.includes(id)) };
      },
      say(form, response) {
        const chosen = all(".option", form).filter((option) => response.includes(option.dataset.option));
        return listed(chosen.map((option) => one(".letter", option).textContent));
      },
    },
    number: {
      read: (form) => one(".field", form).value,
      fill(form, response) {
        one(".field", form).value = response;
      },
      mark(form, response, mistakes) {
        const value = parseNumber(response, form.dataset.unit);
        const tolerance = Number(form.dataset.tolerance);
        const same = (other) => sameNumber(value, Number(other), tolerance);
        if (same(form.dataset.value)) return { right: true };
        return { right: false, mistake: mistakes.find((item) => same(item.dataset.value)) };
      },
      say: (form, response) => strip(response),
    },
    text: {
      read: (form) => one(".field", form).value,
      fill(form, response) {
        one(".field", form).value = response;
      },
      mark(form, response, mistakes) {
        if (!strip(response)) throw new Malformed("Type your answer first.");
        const folded = fold(response);
        if (folded === fold(form.dataset.accepted)) return { right: true };
        return { right: false, mistake: mistakes.find((item) => fold(item.dataset.value) === folded) };
      },
      say: () => "",
    },
    line: {
      read: (form) => (one("input:checked", form) || { value: "" }).value,
      fill(form, response) {
        for (const input of all("input", form)) input.checked = input.value === response;
      },
      mark(form, response, mistakes) {
        if (!response) throw new Malformed("Pick a line first.");
        if (form.dataset.correct.split(" ").includes(response)) return { right: true };
        return { right: false, mistake: mistakes.find((item) => Number(item.dataset.value) === Number(response)) };
      },
      say: (form, response) => `line ${response}`,
    },
  };

  // ---------------------------------------------------------------------------------------------------------------
  // Progress. Kept in the browser under the quiz's id, and in memory where the browser refuses.

  const PREFIX = "quizproof:";

  const store = (() => {
    const memory = new Map();
    const attempt = (action, fallback) => {
      try {
        return action(window.localStorage);
      } catch {
        return fallback();
      }
    };
    return {
      get: (key) => attempt((kept) => kept.getItem(key), () => memory.get(key)),
      set: (key, text) => attempt((kept) => kept.setItem(key, text), () => memory.set(key, text)),
      remove: (key) => attempt((kept) => kept.removeItem(key), () => memory.delete(key)),
      keys: () => attempt((kept) => Object.keys(kept), () => [...memory.keys()]).filter((key) => key.startsWith(PREFIX)),
    };
  })();

  const isId = (text) => /^[a-z0-9-]{1,80}$/.test(text);
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isResponse = (value) =>
    typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
  const isAnswer = (value) =>
    isObject(value) && Number.isInteger(value.variant) && typeof value.right === "boolean" && isResponse(value.response);

  /** What was answered in a quiz: question id -> {variant, response, right}. Anything odd is left out. */
  function recall(quiz) {
    let kept = null;
    try {
      kept = JSON.parse(store.get(PREFIX + quiz) || "{}");
    } catch {
      // Not ours, or cut short: as if nothing had been answered.
    }
    return new Map(Object.entries(isObject(kept) ? kept : {}).filter(([id, answer]) => isId(id) && isAnswer(answer)));
  }

  function remember(quiz, answers) {
    if (answers.size) store.set(PREFIX + quiz, JSON.stringify(Object.fromEntries(answers)));
    else store.remove(PREFIX + quiz);
  }

  const tally = (answers) => `${answers.length} answered, ${answers.filter((answer) => answer.right).length} right`;

  // ---------------------------------------------------------------------------------------------------------------
  // Questions.

  /** Make one question answerable. Calls `report(id, answer)` after each answer. */
  function question(section, report) {
    const id = section.dataset.question;
    let shown = one(".variant", section);
    // Every try starts from an untouched copy, so there is nothing to clean up.
    const variants = [shown, ...all("template", section).map((template) => template.content.firstElementChild)].map(
      (variant) => variant.cloneNode(true),
    );

    function show(index) {
      const fresh = variants[index].cloneNode(true);
      shown.replaceWith(fresh);
      shown = fresh;
      listen();
      letScroll();
    }

    function listen() {
      const form = one("form", shown);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        answer(FORMS[form.dataset.form].read(form), true);
      });
      form.addEventListener("input", () => complain(form, ""));
      one(".again", form).addEventListener("click", again);
      for (const option of all(".option", form)) {
        // The whole row is a target, but selecting text or scrolling code in it is not an answer.
        option.addEventListener("click", (event) => {
          const busy = event.target.closest("a, input, label, summary, .tale");
          if (!busy && getSelection().isCollapsed) one("input", option).click();
        });
      }
    }

    function again() {
      show((Number(shown.dataset.variant) + 1) % variants.length);
      shuffle(shown);
      const heading = one("h2", section);
      heading.focus({ preventScroll: true });
      heading.scrollIntoView({ block: "nearest" });
    }

    /**
     * Mark a response and show what came of it; false when it cannot be marked. Without `aloud`, as when a page is
     * opened again, nothing is said or moved.
     */
    function answer(response, aloud) {
      const form = one("form", shown);
      const way = FORMS[form.dataset.form];
      const mistakes = all(".slips > [data-value]", shown);
      let mark;
      try {
        mark = way.mark(form, response, mistakes);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        if (aloud) complain(form, error.message);
        return false;
      }
      complain(form, "");
      for (const field of all("input, textarea", form)) field.disabled = true;
      one(".check", form).hidden = true;
      one(".again", form).hidden = false;
      shown.classList.add("answered", mark.right ? "was-right" : "was-wrong");
      one(".sheet", shown).open = true;
      placeTales(shown, response);
      markLines(form, response);
      tellResult(mark, way.say(form, response));
      if (mark.mistake) mark.mistake.classList.add("is-given");
      letScroll();
      report(id, { variant: Number(shown.dataset.variant), response, right: mark.right });
      if (aloud) {
        const result = one(".result", shown);
        result.focus({ preventScroll: true });
        result.scrollIntoView({ block: "nearest" });
      }
      return true;
    }

    function tellResult(mark, said) {
      const result = one(".result", shown);
      const word = document.createElement("strong");
      word.textContent = mark.right ? "Right." : "Not right.";
      result.replaceChildren(word, said ? ` You answered ${said}. ` : " ");
      const feedback = mark.mistake && one(".feedback", mark.mistake);
      if (feedback) result.append(...feedback.cloneNode(true).children);
    }

    listen();

    /** Answer as on an earlier visit. False when that answer does not fit this edition of the page. */
    return function restore({ variant, response }) {
      if (variant < 0 || variant >= variants.length) return false;
      if (variant) show(variant);
      const form = one("form", shown);
      if (Array.isArray(response) !== (form.dataset.form === "options")) return false;
      const way = FORMS[form.dataset.form];
      way.fill(form, response);
      return String(way.read(form)) === String(response) && answer(response, false);
    };
  }

  function complain(form, message) {
    one(".complaint", form).textContent = message;
    for (const field of all(".field", form)) {
      if (message) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    if (message) (one("input:checked", form) || one(".field, input", form)).focus();
  }

  /** After an answer, what is told of each option moves from the sheet below into the option itself. */
  function placeTales(variant, response) {
    for (const option of all(".option", variant)) {
      const id = option.dataset.option;
      const chosen = response.includes(id);
      const tale = one(`.told > [data-for="${id}"] .tale`, variant);
      option.classList.add("correct" in option.dataset ? "is-right" : "is-wrong");
      option.classList.toggle("is-chosen", chosen);
      one(".yours", tale).textContent = chosen ? " — your answer" : "";
      option.append(tale);
    }
  }

  function markLines(form, response) {
    if (form.dataset.form !== "line") return;
    for (const item of all("[data-line]", form)) {
      const right = form.dataset.correct.split(" ").includes(item.dataset.line);
      item.classList.toggle("is-right", right);
      item.classList.toggle("is-wrong", !right && item.dataset.line === response);
    }
  }

  /** Put the options in another order, and the letters in theirs again. */
  function shuffle(variant) {
    const list = one(".options", variant);
    if (!list) return;
    const items = [...list.children];
    for (let last = items.length - 1; last > 0; last -= 1) {
      const other = Math.floor(Math.random() * (last + 1));
      [items[last], items[other]] = [items[other], items[last]];
    }
    if (items.every((item, index) => item === list.children[index])) items.push(items.shift());
    const told = one(".told", variant);
    items.forEach((item, index) => {
      const tale = one(`[data-for="${item.dataset.option}"]`, told);
      const letter = String.fromCharCode(65 + index);
      one(".letter", item).textContent = letter;
      one(".letter", tale).textContent = letter;
      list.append(item);
      told.append(tale);
    });
    const keys = items.filter((item) => "correct" in item.dataset).map((item) => one(".letter", item).textContent);
    one(".answer .key", variant).textContent = listed(keys);
  }

  /** Boxes that are wider than the page can be scrolled by keyboard too. */
  function letScroll() {
    const wide = (box) => box.scrollWidth > box.clientWidth && !one("input:enabled", box);
    // All are measured before any is changed, so the page is laid out once.
    for (const [box, scrolls] of all("pre, .table, .listing").map((box) => [box, wide(box)])) {
      if (scrolls) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  // ---------------------------------------------------------------------------------------------------------------
  // Pages.

  function quizPage(nav) {
    const quiz = nav.dataset.quiz;
    const answers = recall(quiz);
    const ticks = all("[data-tick]", nav);

    function showProgress() {
      for (const tick of ticks) {
        const given = answers.get(tick.dataset.tick);
        const state = given ? (given.right ? "right" : "wrong") : "";
        tick.classList.toggle("is-right", state === "right");
        tick.classList.toggle("is-wrong", state === "wrong");
        one(".state", tick).textContent = state ? ` ${state}` : "";
      }
      const given = ticks.map((tick) => answers.get(tick.dataset.tick)).filter(Boolean);
      one(".tally", nav).textContent = tally(given).replace(" answered", ` of ${ticks.length} answered`);
      one("[data-do=restart]", nav).hidden = !given.length;
    }

    for (const section of all("[data-question]")) {
      const restore = question(section, (id, answer) => {
        answers.set(id, answer);
        remember(quiz, answers);
        showProgress();
      });
      const given = answers.get(section.dataset.question);
      if (given && !restore(given)) answers.delete(section.dataset.question);
    }
    remember(quiz, answers);
    showProgress();

    one("[data-do=restart]", nav).addEventListener("click", () => {
      if (!answers.size || !confirm("Take back all answers to this quiz?")) return;
      store.remove(PREFIX + quiz);
      location.reload();
    });
    forPrint();
  }

  /** On paper the answers stand together after the questions: tales go back to their sheets, and all sheets open. */
  function forPrint() {
    let undo = [];
    addEventListener("beforeprint", () => {
      for (const sheet of all(".sheet")) {
        const { open } = sheet;
        sheet.open = true;
        undo.push(() => (sheet.open = open));
      }
      for (const tale of all(".option > .tale")) {
        const option = tale.parentElement;
        const told = one(".told", option.closest(".variant"));
        one(`[data-for="${option.dataset.option}"]`, told).append(tale);
        undo.push(() => option.append(tale));
      }
    });
    addEventListener("afterprint", () => {
      undo.forEach((action) => action());
      undo = [];
    });
  }

  function showAllProgress() {
    for (const place of all("[data-progress]")) {
      const answers = [...recall(place.dataset.progress).values()];
      place.textContent = answers.length ? tally(answers).replace(" answered", `/${place.dataset.questions} answered`) : "";
    }
  }

  function indexPage(panel) {
    const say = (message) => (one(".notice", panel).textContent = message);

    one("[data-do=export]", panel).addEventListener("click", () => {
      const quizzes = store.keys().map((key) => key.slice(PREFIX.length));
      const kept = quizzes.sort().map((quiz) => [quiz, Object.fromEntries(recall(quiz))]);
      const text = JSON.stringify({ quizproof: 1, quizzes: Object.fromEntries(kept) }, null, 1);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = "quizproof-progress.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      say(`Exported the progress of ${count(kept.length)}.`);
    });

    one("#import", panel).addEventListener("change", async (event) => {
      const [file] = event.target.files;
      event.target.value = "";
      if (!file) return;
      const quizzes = readExport(await file.text());
      if (!quizzes) {
        say("This file is not progress that quizproof exported. Nothing was changed.");
        return;
      }
      for (const [quiz, answers] of quizzes) remember(quiz, new Map([...recall(quiz), ...answers]));
      showAllProgress();
      say(`Imported the progress of ${count(quizzes.length)}.`);
    });

    one("[data-do=forget]", panel).addEventListener("click", () => {
      if (!confirm("Forget the answers to all quizzes?")) return;
      store.keys().forEach(store.remove);
      showAllProgress();
      say("All answers are forgotten.");
    });
  }

  const count = (quizzes) => `${quizzes} ${quizzes === 1 ? "quiz" : "quizzes"}`;

  /** [quiz id, answers by question id] for every quiz in an exported file; null when it is not one. */
  function readExport(text) {
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      return null;
    }
    if (!isObject(data) || data.quizproof !== 1 || !isObject(data.quizzes)) return null;
    const quizzes = Object.entries(data.quizzes);
    const sound = quizzes.every(
      ([quiz, answers]) =>
        isId(quiz) && isObject(answers) && Object.entries(answers).every(([id, answer]) => isId(id) && isAnswer(answer)),
    );
    return sound ? quizzes.map(([quiz, answers]) => [quiz, Object.entries(answers)]) : null;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const nav = one(".ticks");
    const panel = one(".keep");
    if (nav) quizPage(nav);
    if (panel) indexPage(panel);
    showAllProgress();
    letScroll();
    addEventListener("resize", letScroll);
    addEventListener("toggle", letScroll, true);
    // Coming back by the browser's history shows a page from memory: its counts may be old.
    addEventListener("pageshow", (event) => event.persisted && showAllProgress());
  });
})();
