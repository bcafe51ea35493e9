// What a live run did, as a page of the lab notebook; and boxes in which a program is changed and run.

import { makeEditor } from "./editor.js";
import { make } from "./elements.js";
import { runLive, stopLive } from "./live_runs.js";
import { _ } from "./messages.js";

const KEPT = "quizproof-live:";

/** A text that this tab keeps until it is closed; the browser may refuse. */
const kept = {
  get(key) {
    try {
      return sessionStorage.getItem(KEPT + key);
    } catch {
      return null;
    }
  },
  set(key, text) {
    try {
      if (text === null) sessionStorage.removeItem(KEPT + key);
      else sessionStorage.setItem(KEPT + key, text);
    } catch {
      // Then it is lost with the page.
    }
  },
};

export const button = (text, action, className = "") => {
  const made = make("button", { type: "button", textContent: text, className });
  made.addEventListener("click", action);
  return made;
};

const block = (className, text) => make("pre", { className }, make("code", { textContent: text }));

/** The parts of a result that are there: what was printed, warnings, and a traceback. */
function outcome(told, printed) {
  const parts = [];
  const add = (says, className, text) => {
    if (!text.trim()) return;
    if (says) parts.push(make("p", { className: "run-says", textContent: says }));
    parts.push(block(className, text.replace(/\n+$/, "")));
  };
  add("", "output", told?.stdout ?? printed);
  if (told) {
    add(_`On standard error:`, "output", told.stderr);
    add(_`It warns:`, "warnings", told.warnings.join("\n"));
    add("", "traceback", told.traceback);
  }
  return parts;
}

/** Where live runs of one program are shown, one after the other. `element` is empty before the first. */
export function makeNotebook() {
  const says = make("span", { className: "run-says" });
  says.setAttribute("role", "status");
  const body = make("div", {});
  const element = make(
    "div",
    { className: "run live-run", hidden: true },
    make("p", { className: "run-head" }, make("span", { className: "run-name", textContent: _`Live run` }), " ", says),
    body,
  );
  let controller = null;

  /** Show how a run ended. */
  function end({ told, error }, printed) {
    const nothing = told && told.ok && told.kind !== "trial" && !told.stdout.trim() ? ` ${_`It prints nothing.`}` : "";
    const ended = error ?? (told.ended || (told.traceback ? _`It stops with an error.` : ""));
    says.replaceChildren(ended + nothing);
    element.classList.toggle("is-failed", Boolean(error));
    body.replaceChildren(...outcome(told, printed));
  }

  /** Run a program and show what it does. A run that goes on is ended. Gives what `runLive` gives. */
  async function run(request) {
    controller?.abort();
    const own = new AbortController();
    controller = own;
    let printed = "";
    let ended = 0;
    let programs = 1;
    const waits = make("span", { textContent: _`Running…` });
    let name = null;
    const stop = button(
      _`Stop`,
      () => {
        stop.disabled = true;
        waits.textContent = _`Stopping…`;
        if (name) stopLive(name);
        else own.abort();
      },
      "quiet",
    );
    says.replaceChildren(waits, " ", stop);
    element.hidden = false;
    element.classList.remove("is-failed");
    body.replaceChildren();
    const live = block("output", "");
    const result = await runLive(
      request,
      (line) => {
        if (line.run) name = line.run;
        if (line.programs > 1) programs = line.programs;
        if (line.of === 0) {
          printed += line.printed;
          live.firstChild.append(line.printed);
          if (!live.isConnected) body.append(live);
        }
        if (line.ended !== undefined) ended += 1;
        if (programs > 1 && !stop.disabled) waits.textContent = _`Running… ${ended} of ${programs} runs have ended.`;
      },
      own.signal,
    );
    if (controller === own) end(result, printed);
    return result;
  }

  return { element, run, body };
}

/**
 * A box with an editor, in which a program can be changed and run. `name` is that under which its text is kept, `program`
 * what it begins with; `request(source)` what is asked of the server, and `show(told, body)` adds to what a run did.
 */
export function makeBox({ name, label, program, request, show = () => {} }) {
  const field = make("textarea", {
    className: "field editor",
    rows: Math.min(Math.max(program.split("\n").length + 1, 4), 24),
    spellcheck: false,
    value: kept.get(name) ?? program,
  });
  field.setAttribute("aria-label", label);
  field.setAttribute("autocapitalize", "off");
  field.setAttribute("autocomplete", "off");
  const notebook = makeNotebook();
  const start = async () => {
    const result = await notebook.run(request(field.value));
    if (result.told) show(result.told, notebook.body);
  };
  const reset = button(
    _`Start again from the program above`,
    () => {
      field.value = program;
      kept.set(name, null);
      reset.hidden = true;
    },
    "quiet",
  );
  reset.hidden = field.value === program;
  field.addEventListener("input", () => {
    kept.set(name, field.value);
    reset.hidden = field.value === program;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) start();
  });
  const actions = make("p", { className: "actions" }, button(_`Run`, start, "check"), reset, make("span", { className: "hint", textContent: _`or Ctrl+Enter` }));
  const element = make("div", { className: "live-box" }, make("div", {}, field), actions, notebook.element);
  makeEditor(field);
  return element;
}
