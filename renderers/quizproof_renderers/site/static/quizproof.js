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

  /** A program of which no run is known: only a run can mark it. */
  class NeverRun extends Malformed {}

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

  const SIGN = "[^A-Za-z0-9_\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  const LITERAL = String.raw`"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'`;
  const SPACING = new RegExp(`(${LITERAL})|(?<=${SIGN})${SPACE}|${SPACE}(?=${SIGN})|(${SPACE})`, "gu");

  /** A piece of code in which spacing and the sort of quotation marks do not tell, but for what stands within them. */
  const foldExpression = (text) =>
    strip(text).replace(SPACING, (_, literal, space) => {
      if (literal === undefined) return space ? " " : "";
      return literal.includes('"') ? literal : `"${literal.slice(1, -1)}"`;
    });

  /** A program without what does not change it: empty lines, lines of comment, trailing spaces. */
  const foldProgram = (text) =>
    text
      .replace(/\r\n/g, "\n")
      .split("\n")
      .map(rstrip)
      .filter((line) => line && !strip(line).startsWith("#"))
      .join("\n");

  /** FNV-1a of 64 bits, as slips.py computes it: by this the page knows a program that was run. */
  function fingerprint(program) {
    let value = 0xcbf29ce484222325n;
    for (const byte of new TextEncoder().encode(foldProgram(program))) {
      value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
    }
    return value.toString(16).padStart(16, "0");
  }

  const sameNumber = (a, b, tolerance) => Math.abs(a - b) <= tolerance + 4 * Math.max(ulp(a), ulp(b));

  const listed = (words) => words.join(" and ");

  const RIGHT = { earned: 1, of: 1, told: [] };
  const wrong = (mistake) => ({ earned: 0, of: 1, told: mistake ? [mistake] : [] });
  const alike = (a, b) => a.length === b.length && a.every((item, index) => item === b[index]);

  /** The mark of a response whose parts are right or wrong on their own. */
  const evenly = (parts, told) => ({ earned: parts.filter(Boolean).length, of: parts.length, told, parts });

  /**
   * A way of answering, by the name in data-form. `read` takes the response from the form, `fill` puts one back,
   * `mark` gives the score as `earned` of `of`, and what is told of the mistakes that were made; it throws Malformed.
   * `say` puts the response in words, where that helps. `show` marks the parts of the form after the answer.
   * A response is a text, or a list of texts where `several` says so.
   */
  const FORMS = {
    options: {
      several: true,
      read: (form) => all(".control:checked", form).map((input) => input.value),
      fill(form, response) {
        for (const input of all(".control", form)) input.checked = response.includes(input.value);
      },
      mark(form, response) {
        if (!response.length) throw new Malformed("Choose an option first.");
        const key = all("[data-correct]", form).map((option) => option.dataset.option);
        const hits = response.filter((id) => key.includes(id)).length;
        if (!("multiple" in form.dataset)) return hits ? RIGHT : wrong();
        return { earned: Math.max(0, hits - (response.length - hits)), of: key.length, told: [] };
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
        if (same(form.dataset.value)) return RIGHT;
        return wrong(mistakes.find((item) => same(item.dataset.value)));
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
        if (folded === fold(form.dataset.accepted)) return RIGHT;
        return wrong(mistakes.find((item) => fold(item.dataset.value) === folded));
      },
    },
    line: {
      read: (form) => (one(".control:checked", form) || { value: "" }).value,
      fill(form, response) {
        for (const input of all(".control", form)) input.checked = input.value === response;
      },
      mark(form, response, mistakes) {
        if (!response) throw new Malformed("Pick a line first.");
        if (form.dataset.correct.split(" ").includes(response)) return RIGHT;
        return wrong(mistakes.find((item) => Number(item.dataset.value) === Number(response)));
      },
      say: (form, response) => `line ${response}`,
      show(form, response) {
        for (const item of all("[data-line]", form)) {
          const right = form.dataset.correct.split(" ").includes(item.dataset.line);
          item.classList.toggle("is-right", right);
          item.classList.toggle("is-wrong", !right && item.dataset.line === response);
        }
      },
    },
    blanks: {
      several: true,
      read: (form) => all(".field", form).map((field) => field.value),
      fill(form, response) {
        all(".field", form).forEach((field, index) => (field.value = response[index] || ""));
      },
      mark(form, response, mistakes) {
        const fields = all(".field", form);
        if (response.length !== fields.length || !response.every(strip)) throw new Malformed("Fill every gap first.");
        const typed = response.map(foldExpression);
        const parts = fields.map((field, index) =>
          JSON.parse(field.dataset.accepted).map(foldExpression).includes(typed[index]),
        );
        const made = (part) =>
          mistakes.find((item) => Number(item.dataset.part) === part && foldExpression(item.dataset.value) === typed[part]);
        return evenly(parts, parts.map((right, part) => (right ? null : made(part))).filter(Boolean));
      },
      show: (form, response, mark) => judge(all(".gap", form), mark.parts),
    },
    order: {
      several: true,
      read: (form) => all(".program > .piece", form).map((piece) => idOf(form, piece)),
      fill(form, response) {
        const pool = one(".pool", form);
        pool.append(...all(".program > .piece", form));
        for (const part of response) {
          const [id, level] = part.split(":");
          const piece = all(".pool > .piece", form).find((each) => each.dataset.id === id);
          if (!piece) continue;
          if (level) piece.dataset.level = level;
          one(".program", form).append(piece);
        }
      },
      mark(form, response, mistakes) {
        if (!response.length) throw new Malformed("Put lines into your program first.");
        const best = { share: -1 };
        for (const text of form.dataset.orders.split("|")) {
          const order = text.split(" ");
          const end = Math.min(order.length, response.length);
          let earned = 0;
          while (earned < end && order[earned] === response[earned]) earned += 1;
          const of = Math.max(order.length, response.length);
          if (earned / of > best.share) Object.assign(best, { share: earned / of, earned, of });
        }
        const used = response.map((part) => part.split(":")[0]);
        const told = used.map((id) => mistakes.find((item) => item.dataset.value === id)).filter(Boolean);
        return { earned: best.earned, of: best.of, told };
      },
      show(form, response, mark) {
        const lines = all(".program > .piece", form);
        judge(lines, lines.map((line, index) => index < mark.earned));
      },
    },
    match: {
      several: true,
      read: (form) => all(".pair .field", form).map((field) => field.value),
      fill(form, response) {
        all(".pair .field", form).forEach((field, index) => (field.value = response[index] || ""));
      },
      mark(form, response, mistakes) {
        if (!response.every(Boolean)) throw new Malformed("Give each its match first.");
        const parts = all(".pair", form).map((pair, index) => pair.dataset.key === response[index]);
        const told = [...new Set(response)].map((id) => mistakes.find((item) => item.dataset.value === id));
        return evenly(parts, told.filter(Boolean));
      },
      show: (form, response, mark) => judge(all(".pair", form), mark.parts),
    },
    open: {
      several: true,
      read: (form) => all(".tick:checked", form).map((input) => input.value),
      fill(form, response) {
        for (const input of all(".tick", form)) input.checked = response.includes(input.value);
      },
      mark: (form, response) =>
        evenly(
          all(".tick", form).map((input) => response.includes(input.value)),
          [],
        ),
      show(form, response, mark) {
        reveal(form);
        judge(all(".point", form), mark.parts);
      },
    },
    program: {
      read: (form) => one(".field", form).value,
      fill(form, response) {
        one(".field", form).value = response;
      },
      mark(form, response, mistakes) {
        if (!foldProgram(response)) throw new Malformed("Write a program first.");
        const program = fingerprint(response);
        const known = form.dataset.known.split(" ").find((item) => item.startsWith(program));
        if (!known) throw new NeverRun("No run of this program is known.");
        const told = mistakes.filter((item) => item.dataset.value === program);
        return { earned: Number(known.split(":")[1]), of: Number(form.dataset.checks), told };
      },
      show(form, response, mark) {
        all(".check-item", form).forEach((item, index) => {
          const state = index < mark.earned ? "passes" : index === mark.earned ? "fails" : "not reached";
          item.classList.add(`is-${state === "passes" ? "right" : state === "fails" ? "wrong" : "idle"}`);
          one(".state", item).textContent = ` ${state}`;
        });
      },
    },
  };

  /** Mark parts of a form as right or wrong, for the eye and for the ear. */
  function judge(parts, right) {
    parts.forEach((part, index) => {
      part.classList.add(right[index] ? "is-right" : "is-wrong");
      const word = document.createElement("span");
      word.className = "unseen";
      word.textContent = right[index] ? " (right)" : " (wrong)";
      part.append(word);
    });
  }

  // ---------------------------------------------------------------------------------------------------------------
  // Lines to be put in order: by dragging, by buttons, by arrow keys. Every move is announced.

  const MOST_LEVELS = 8;
  const idOf = (form, piece) =>
    "indented" in form.dataset ? `${piece.dataset.id}:${piece.dataset.level}` : piece.dataset.id;

  function arrange(form) {
    const [pool, program] = [one(".pool", form), one(".program", form)];
    const indented = "indented" in form.dataset;

    function place(piece) {
      const own = [...piece.parentElement.children];
      const where = piece.parentElement === program ? "your program" : "the lines to choose from";
      const level = indented && piece.parentElement === program ? `, indented ${piece.dataset.level}` : "";
      return `${own.indexOf(piece) + 1} of ${own.length} in ${where}${level}`;
    }

    function label() {
      for (const piece of [...pool.children, ...program.children]) {
        const source = one(".source", piece).textContent;
        one(".grip .unseen", piece).textContent = `Line ${source}, ${place(piece)}`;
        const inside = piece.parentElement === program;
        for (const button of all("[data-move]", piece)) {
          const words = { up: "Up", down: "Down", in: "Indent", out: "Unindent" };
          words.swap = inside ? "Out of the program" : "Into the program";
          button.title = words[button.dataset.move];
          button.setAttribute("aria-label", `${words[button.dataset.move]}: ${source}`);
        }
        one("[data-move=swap]", piece).textContent = inside ? "−" : "+";
      }
      program.classList.toggle("is-empty", !program.children.length);
    }

    function say(piece) {
      label();
      one(".moved", form).textContent = `${one(".source", piece).textContent}: ${place(piece)}.`;
      form.dispatchEvent(new Event("input"));
    }

    function move(piece, how) {
      const inside = piece.parentElement === program;
      const level = Number(piece.dataset.level);
      if (how === "up" && piece.previousElementSibling) piece.previousElementSibling.before(piece);
      else if (how === "down" && piece.nextElementSibling) piece.nextElementSibling.after(piece);
      else if (how === "swap") {
        (inside ? pool : program).append(piece);
        if (inside) piece.dataset.level = 0;
      } else if (how === "in" && indented && inside && level < MOST_LEVELS) piece.dataset.level = level + 1;
      else if (how === "out" && indented && inside && level) piece.dataset.level = level - 1;
      else return;
      say(piece);
    }

    const busy = () => one(".grip", form).disabled;

    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move], .grip");
      if (!button || busy()) return;
      const piece = button.closest(".piece");
      move(piece, button.dataset.move || "swap");
      button.focus();
    });
    const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };
    form.addEventListener("keydown", (event) => {
      const grip = event.target.closest(".grip");
      if (!grip || !KEYS[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      move(grip.closest(".piece"), KEYS[event.key]);
      grip.focus();
    });

    form.addEventListener("pointerdown", (event) => {
      const piece = event.target.closest(".piece");
      const onButton = event.target.closest("[data-move]");
      // A finger drags by the handle, so that elsewhere it can scroll the page.
      const byHandle = event.target.closest(".grip");
      if (!piece || onButton || busy() || event.button || (event.pointerType !== "mouse" && !byHandle)) return;
      const from = { x: event.clientX, y: event.clientY, level: Number(piece.dataset.level) };
      let dragged = false;

      const drag = (moved) => {
        const [x, y] = [moved.clientX - from.x, moved.clientY - from.y];
        if (!dragged && Math.hypot(x, y) < 5) return;
        if (!dragged) {
          dragged = true;
          piece.classList.add("is-dragged");
          // The program must not move under the pointer when a line leaves the pool above it.
          pool.style.minHeight = `${pool.offsetHeight}px`;
        }
        moved.preventDefault();
        const over = [pool, program].find((area) => {
          const box = area.getBoundingClientRect();
          return moved.clientX >= box.left && moved.clientX <= box.right && moved.clientY >= box.top && moved.clientY <= box.bottom;
        });
        if (!over) return;
        const next = [...over.children].find((each) => {
          const box = each.getBoundingClientRect();
          return each !== piece && moved.clientY < box.top + box.height / 2;
        });
        if (piece.parentElement !== over || piece.nextElementSibling !== (next || null)) over.insertBefore(piece, next || null);
        if (!indented) return;
        const level = over === program && from.area === program ? from.level + Math.round(x / 28) : from.level;
        piece.dataset.level = over === program ? Math.max(0, Math.min(MOST_LEVELS, level)) : 0;
      };
      from.area = piece.parentElement;
      const drop = () => {
        removeEventListener("pointermove", drag);
        removeEventListener("pointerup", drop);
        removeEventListener("pointercancel", drop);
        if (!dragged) return;
        piece.classList.remove("is-dragged");
        pool.style.minHeight = "";
        say(piece);
        // The click that ends a drag is not a press of the handle.
        addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
        setTimeout(() => dispatchEvent(new Event("click")));
      };
      addEventListener("pointermove", drag);
      addEventListener("pointerup", drop);
      addEventListener("pointercancel", drop);
    });
    form.addEventListener("dragstart", (event) => event.preventDefault());
    label();
    return label;
  }

  // ---------------------------------------------------------------------------------------------------------------
  // Open answers and programs.

  /** The model answer, and the points to be ticked. */
  function reveal(form) {
    const solution = one(".sheet .solution", form.closest(".variant"));
    if (solution) one(".model", form).append(solution);
    one(".model", form).hidden = !one(".model", form).firstChild;
    one(".points", form).hidden = false;
    one("[data-do=reveal]", form).hidden = true;
    one(".check", form).hidden = false;
  }

  /** Tab indents; after Escape it leaves the field, as everywhere else. */
  function editable(field) {
    let leaves = false;
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leaves = true;
      if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || leaves) return;
      event.preventDefault();
      // Unlike a change of the value, this can be undone.
      document.execCommand("insertText", false, "    ");
    });
    field.addEventListener("focus", () => (leaves = false));
    field.addEventListener("input", () => (leaves = false));
  }

  function save(text, name, type) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function copy(field) {
    field.select();
    return document.execCommand("copy");
  }

  // ---------------------------------------------------------------------------------------------------------------
  // Scoring beside the mark itself, as scoring.py has it.

  const LEVELS = { sure: "Sure", unsure: "Unsure", guess: "Guess" };
  const afterHints = (score, hints, cost) => Math.max(0, score - hints * cost);
  const percent = (share) => `${Math.round(share * 1000) / 10} %`;
  const some = (count, noun) => `${count} ${count === 1 ? noun : `${noun}s`}`;

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
  const orAbsent = (value, sound) => value === undefined || sound(value);
  const isAnswer = (value) =>
    isObject(value) &&
    Number.isInteger(value.variant) &&
    typeof value.right === "boolean" &&
    isResponse(value.response) &&
    orAbsent(value.score, (score) => typeof score === "number" && score >= 0 && score <= 1) &&
    orAbsent(value.hints, (hints) => Number.isInteger(hints) && hints >= 0) &&
    orAbsent(value.confidence, (level) => Object.hasOwn(LEVELS, level) && value.score !== undefined) &&
    orAbsent(value.words, (words) => typeof words === "string");

  /**
   * What was answered in a quiz: question id -> {variant, response, right, score, hints, confidence, words}. `right` is
   * whether the response was fully right, `score` what it earned after hints, `words` the text of an open answer. What
   * was kept before there were scores has the first three only. Anything odd is left out.
   */
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

  const partly = (answer) => !answer.right && answer.score > 0;

  function tally(answers) {
    const [right, some] = [answers.filter((answer) => answer.right).length, answers.filter(partly).length];
    return `${answers.length} answered, ${right} right${some ? `, ${some} partly` : ""}`;
  }

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
      form.addEventListener("input", () => {
        complain(form, "");
        for (const panel of all(".never-run", form)) panel.hidden = true;
      });
      form.addEventListener("click", (event) => {
        const button = event.target.closest("[data-do]");
        if (button) ACTIONS[button.dataset.do](form, button);
      });
      if (form.dataset.form === "order") arrange(form);
      if (form.dataset.form === "open") one(".check", form).hidden = true;
      all(".editor", form).forEach(editable);
      offer(all(".help", shown));
      one(".again", form).addEventListener("click", again);
      for (const option of all(".option", form)) {
        // The whole row is a target, but selecting text or scrolling code in it is not an answer.
        option.addEventListener("click", (event) => {
          const busy = event.target.closest("a, input, label, summary, .tale");
          if (!busy && getSelection().isCollapsed) one("input", option).click();
        });
      }
    }

    const ACTIONS = {
      reveal(form) {
        reveal(form);
        letScroll();
        one(".tick", form).focus();
      },
      save: (form, button) => save(one(".field", form).value, button.dataset.file, "text/x-python"),
      copy(form, button) {
        button.textContent = copy(one(".field", form)) ? "Copied" : "Select it and copy it";
      },
    };

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
      const confidence = (one(".confident:checked", form) || {}).value;
      let mark;
      try {
        mark = way.mark(form, response, mistakes);
        if (aloud && one(".confident", form) && !confidence) throw new Malformed("Say how sure you are first.");
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        if (aloud) complain(form, error.message);
        for (const panel of all(".never-run", form)) panel.hidden = !(error instanceof NeverRun);
        return false;
      }
      complain(form, "");
      const full = mark.earned / mark.of;
      const helps = one(".helps", shown);
      const hints = all(".help.was-read", shown).length;
      const score = afterHints(full, hints, helps ? Number(helps.dataset.cost) : 0);
      for (const field of all("input, textarea, select, .grip, [data-move]", form)) field.disabled = true;
      shown.classList.add("answered", full === 1 ? "was-right" : full ? "was-partly" : "was-wrong");
      shown.dataset.score = full;
      one(".sheet", shown).open = true;
      placeTales(shown, response);
      if (way.show) way.show(form, response, mark);
      one(".check", form).hidden = true;
      one(".again", form).hidden = false;
      tellResult(mark, way.say ? way.say(form, response) : "", full === score ? "" : `After ${some(hints, "hint")}: ${percent(score)}.`);
      for (const mistake of mark.told) mistake.classList.add("is-given");
      letScroll();
      const words = all(".words", form).map((field) => field.value)[0];
      report(id, { variant: Number(shown.dataset.variant), response, right: full === 1, score, hints, confidence, words });
      if (aloud) {
        const result = one(".result", shown);
        result.focus({ preventScroll: true });
        result.scrollIntoView({ block: "nearest" });
      }
      return true;
    }

    function tellResult(mark, said, left) {
      const result = one(".result", shown);
      const word = document.createElement("strong");
      word.textContent =
        mark.earned === mark.of ? "Right." : mark.earned ? `Partly right: ${mark.earned} of ${mark.of}.` : "Not right.";
      result.replaceChildren(word, said ? ` You answered ${said}. ` : " ", left);
      for (const mistake of mark.told) {
        const feedback = one(".feedback", mistake);
        if (feedback) result.append(...feedback.cloneNode(true).children);
      }
    }

    listen();

    /** Answer as on an earlier visit. False when that answer does not fit this edition of the page. */
    return function restore({ variant, response, hints = 0, confidence = "", words = "" }) {
      if (variant < 0 || variant >= variants.length) return false;
      if (variant) show(variant);
      const form = one("form", shown);
      const way = FORMS[form.dataset.form];
      if (Array.isArray(response) !== Boolean(way.several)) return false;
      way.fill(form, response);
      if (!alike([way.read(form)].flat(), [response].flat())) {
        show(variant);
        return false;
      }
      for (const help of all(".help", shown).slice(0, hints)) help.classList.add("was-read");
      for (const input of all(".confident", form)) input.checked = input.value === confidence;
      for (const field of all(".words", form)) field.value = words;
      return answer(response, false);
    };
  }

  /** Hints one by one: the next is there when the one before it was read. Reading after the answer costs nothing. */
  function offer(helps) {
    helps.forEach((help, index) => {
      help.hidden = index > 0;
      help.addEventListener("toggle", () => {
        if (!help.open) return;
        if (!help.closest(".answered")) help.classList.add("was-read");
        if (helps[index + 1]) helps[index + 1].hidden = false;
      });
    });
  }

  function complain(form, message) {
    one(".complaint", form).textContent = message;
    for (const field of all(".field", form)) {
      if (message) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    if (message) (one(".control:checked", form) || one(".field, .control, .grip", form)).focus();
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
    const wide = (box) => box.scrollWidth > box.clientWidth && !one("input:enabled, .grip:enabled", box);
    // All are measured before any is changed, so the page is laid out once.
    for (const [box, scrolls] of all("pre, .table, .listing, .picture").map((box) => [box, wide(box)])) {
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
        const state = given ? (given.right ? "right" : partly(given) ? "partly" : "wrong") : "";
        for (const each of ["right", "partly", "wrong"]) tick.classList.toggle(`is-${each}`, state === each);
        one(".state", tick).textContent = state ? ` ${state}${state === "partly" ? " right" : ""}` : "";
      }
      const given = ticks.map((tick) => answers.get(tick.dataset.tick)).filter(Boolean);
      one(".tally", nav).textContent = tally(given).replace(" answered", ` of ${ticks.length} answered`);
      one("[data-do=restart]", nav).hidden = !given.length;
      showCalibration(given);
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
    for (const helps of all(".exhibit .helps")) offer(all(".help", helps));
    remember(quiz, answers);
    showProgress();

    one("[data-do=restart]", nav).addEventListener("click", () => {
      if (!answers.size || !confirm("Take back all answers to this quiz?")) return;
      store.remove(PREFIX + quiz);
      location.reload();
    });
    forPrint();
  }

  /** At each level of confidence that was used: how many answers, and their mean score. */
  function showCalibration(answers) {
    const section = one(".calibration");
    if (!section) return;
    const rows = Object.entries(LEVELS).map(([level, word]) => {
      const scores = answers.filter((answer) => answer.confidence === level).map((answer) => answer.score);
      return [word, scores.length, scores.reduce((sum, score) => sum + score, 0) / scores.length];
    });
    const used = rows.filter(([, answers]) => answers);
    section.hidden = !used.length;
    const body = one("tbody", section);
    body.replaceChildren();
    for (const [word, answers, score] of used) {
      const row = body.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = word;
      row.append(head);
      for (const text of [String(answers), percent(score)]) {
        const cell = row.insertCell();
        cell.className = "number";
        cell.textContent = text;
      }
    }
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
      for (const model of all(".model")) {
        const solution = one(".solution", model);
        if (!solution) continue;
        one(".sheet-body", model.closest(".variant")).prepend(solution);
        undo.push(() => model.append(solution));
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
      save(text, "quizproof-progress.json", "application/json");
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
