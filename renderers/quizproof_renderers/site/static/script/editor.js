// The editor: a text field that indents as programs need it, over a copy of its text in colours.

import { highlight } from "./highlighting.js";

const STEP = 4;
/** A line after which the next one is further in, and one after which it is further out. */
const OPENS = /:\s*(?:#.*)?$/;
const LEAVES = /^\s*(?:return|raise|pass|break|continue)\b/;

/** Put a text in the place of the selection. Deprecated, but the only way that the learner can undo. */
function insert(field, text) {
  if (text) document.execCommand("insertText", false, text);
  else if (field.selectionStart !== field.selectionEnd) document.execCommand("delete");
}

/** Where the first selected line begins, and the last one ends. A line of which nothing is selected does not count. */
function selectedLines(field) {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const last = end > start && value[end - 1] === "\n" ? end - 1 : end;
  const stop = value.indexOf("\n", last);
  return [value.lastIndexOf("\n", start - 1) + 1, stop < 0 ? value.length : stop];
}

/** Move the selected lines in or out; they stay selected. */
function shift(field, inwards) {
  const [from, to] = selectedLines(field);
  const { selectionStart: start, selectionEnd: end } = field;
  const lines = field.value.slice(from, to).split("\n");
  const moved = lines.map((line) => {
    if (inwards) return line.trim() ? " ".repeat(STEP) + line : line;
    return line.replace(new RegExp(`^(?:\t| {1,${STEP}})`), "");
  });
  if (moved.every((line, index) => line === lines[index])) return;
  const text = moved.join("\n");
  field.setSelectionRange(from, to);
  insert(field, text);
  if (start === end) {
    const caret = Math.max(from, start + text.length - (to - from));
    field.setSelectionRange(caret, caret);
  } else field.setSelectionRange(from, from + text.length);
}

/** How far the caret is from the beginning of its line. */
const column = (field) => field.selectionStart - (field.value.lastIndexOf("\n", field.selectionStart - 1) + 1);

/** What each key does. A key that returns false does what it does everywhere. */
const PRESSED = {
  Tab(field, event) {
    const { value, selectionStart: start, selectionEnd: end } = field;
    if (event.shiftKey) shift(field, false);
    // With several lines selected, or all, typing a tab would delete them.
    else if (value.slice(start, end).includes("\n") || (end > start && end - start === value.length)) shift(field, true);
    else insert(field, " ".repeat(STEP - (column(field) % STEP)));
    return true;
  },
  Enter(field) {
    const { value, selectionStart: start } = field;
    const before = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
    const own = before.match(/^[ \t]*/)[0].length;
    const next = OPENS.test(before) ? own + STEP : LEAVES.test(before) ? Math.max(own - STEP, 0) : own;
    insert(field, `\n${" ".repeat(next)}`);
    return true;
  },
  Backspace(field) {
    const { value, selectionStart: start, selectionEnd: end } = field;
    const at = column(field);
    // Spaces before a line go as they came: a step with each key.
    if (start !== end || !at || value.slice(start - at, start).trim()) return false;
    field.setSelectionRange(start - (at % STEP || STEP), start);
    insert(field, "");
    return true;
  },
};

/** Make a text field an editor. After Escape, Tab leaves it, as it leaves any field. */
export function makeEditor(field) {
  let leaves = false;
  const box = document.createElement("div");
  box.className = "editor-box";
  const shown = document.createElement("pre");
  shown.className = "ink";
  shown.setAttribute("aria-hidden", "true");
  field.replaceWith(box);
  box.append(shown, field);

  const follow = () => {
    const { scrollLeft: left, scrollTop: top } = field;
    if (left || top) shown.style.setProperty("transform", `translate(${-left}px, ${-top}px)`);
    else shown.removeAttribute("style");
  };
  const show = () => {
    highlight(shown, field.value);
    follow();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaves = true;
    const act = PRESSED[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if ((event.key === "Tab" && leaves) || (event.shiftKey && event.key !== "Tab")) return;
    if (act(field, event)) event.preventDefault();
  });
  field.addEventListener("focus", () => {
    leaves = false;
  });
  field.addEventListener("input", () => {
    leaves = false;
    show();
  });
  field.addEventListener("scroll", follow);
  // A program that is filled in, from an earlier visit for instance, gives no event.
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
  Object.defineProperty(field, "value", {
    get() {
      return get.call(field);
    },
    set(program) {
      set.call(field, program);
      show();
    },
  });
  show();
}
