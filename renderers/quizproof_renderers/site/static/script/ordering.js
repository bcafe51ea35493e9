// Lines to be put in order: by dragging, by buttons, by arrow keys. Every move is announced to screen readers.

import { one } from "./dom.js";
import { _ } from "./messages.js";

// The style sheet has no deeper indentation.
const MAX_LEVEL = 8;
// Pixels: how far a line is dragged sideways per level of indentation, and up to which movement a press is a click.
const LEVEL_WIDTH = 28;
const MIN_DRAG = 5;
const MOVE_NAMES = { up: _`Move up`, down: _`Move down`, in: _`Indent`, out: _`Unindent` };
const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };

/** A line as a response names it: "a", or "a:1" where the indentation counts. */
export const placedId = (form, piece) =>
  "indented" in form.dataset ? `${piece.dataset.id}:${piece.dataset.level}` : piece.dataset.id;

const isInside = (x, y, box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;

/** Make the lines of one form movable between the pool and the program. */
export function makeMovable(form) {
  const pool = one(".pool", form);
  const program = one(".program", form);
  const indented = "indented" in form.dataset;
  const sourceOf = (piece) => one(".source", piece).textContent;
  const isPlaced = (piece) => piece.parentElement === program;
  const isMarked = () => one(".grip", form).disabled;

  function position(piece) {
    const siblings = [...piece.parentElement.children];
    const [place, count] = [siblings.indexOf(piece) + 1, siblings.length];
    const { level } = piece.dataset;
    if (!isPlaced(piece)) return _`${place} of ${count} in the lines to choose from`;
    if (!indented) return _`${place} of ${count} in your program`;
    return _`${place} of ${count} in your program, indented ${level}`;
  }

  function labelAll() {
    for (const piece of [...pool.children, ...program.children]) {
      const source = sourceOf(piece);
      one(".grip .unseen", piece).textContent = _`Line ${source}, ${position(piece)}`;
      const names = { ...MOVE_NAMES, swap: isPlaced(piece) ? _`Remove from the program` : _`Add to the program` };
      for (const button of piece.querySelectorAll("[data-move]")) {
        button.title = names[button.dataset.move];
        button.setAttribute("aria-label", `${names[button.dataset.move]}: ${source}`);
      }
      one("[data-move=swap]", piece).textContent = isPlaced(piece) ? "−" : "+";
    }
    program.classList.toggle("is-empty", !program.children.length);
  }

  function announce(piece) {
    labelAll();
    one(".moved", form).textContent = `${sourceOf(piece)}: ${position(piece)}.`;
    // As typing would: an earlier complaint goes away.
    form.dispatchEvent(new Event("input"));
  }

  function move(piece, direction) {
    const level = Number(piece.dataset.level);
    const canIndent = indented && isPlaced(piece);
    if (direction === "up" && piece.previousElementSibling) piece.previousElementSibling.before(piece);
    else if (direction === "down" && piece.nextElementSibling) piece.nextElementSibling.after(piece);
    else if (direction === "swap" && isPlaced(piece)) {
      pool.append(piece);
      piece.dataset.level = 0;
    } else if (direction === "swap") program.append(piece);
    else if (direction === "in" && canIndent && level < MAX_LEVEL) piece.dataset.level = level + 1;
    else if (direction === "out" && canIndent && level) piece.dataset.level = level - 1;
    else return;
    announce(piece);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], .grip");
    if (!button || isMarked()) return;
    move(button.closest(".piece"), button.dataset.move || "swap");
    button.focus();
  });

  form.addEventListener("keydown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || !KEYS[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(grip.closest(".piece"), KEYS[event.key]);
    grip.focus();
  });

  /** Follow the pointer with a line, from a press until it is let go. */
  function drag(piece, press) {
    const from = { area: piece.parentElement, level: Number(piece.dataset.level) };
    let dragged = false;

    function start() {
      dragged = true;
      piece.classList.add("is-dragged");
      // The program must not move under the pointer when a line leaves the pool above it.
      pool.style.minHeight = `${pool.offsetHeight}px`;
    }

    function follow(event) {
      const [x, y] = [event.clientX - press.clientX, event.clientY - press.clientY];
      if (!dragged && Math.hypot(x, y) < MIN_DRAG) return;
      if (!dragged) start();
      event.preventDefault();
      const area = [pool, program].find((each) => isInside(event.clientX, event.clientY, each.getBoundingClientRect()));
      if (!area) return;
      const next = [...area.children].find((each) => {
        const box = each.getBoundingClientRect();
        return each !== piece && event.clientY < box.top + box.height / 2;
      });
      if (piece.parentElement !== area || piece.nextElementSibling !== (next || null)) {
        area.insertBefore(piece, next || null);
      }
      if (!indented) return;
      // A line that comes from the pool keeps its level: it was moved sideways to get here at all.
      const level = from.area === program ? from.level + Math.round(x / LEVEL_WIDTH) : from.level;
      piece.dataset.level = area === program ? Math.max(0, Math.min(MAX_LEVEL, level)) : 0;
    }

    function drop() {
      removeEventListener("pointermove", follow);
      removeEventListener("pointerup", drop);
      removeEventListener("pointercancel", drop);
      if (!dragged) return;
      piece.classList.remove("is-dragged");
      pool.style.minHeight = "";
      announce(piece);
      // The click that ends a drag is not a press of the handle.
      addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
      // Where the browser sends no click, this one takes its place, or the next real click would be lost.
      setTimeout(() => dispatchEvent(new Event("click")));
    }

    addEventListener("pointermove", follow);
    addEventListener("pointerup", drop);
    addEventListener("pointercancel", drop);
  }

  form.addEventListener("pointerdown", (event) => {
    const piece = event.target.closest(".piece");
    const onButton = event.target.closest("[data-move]");
    // A finger drags by the handle, so that elsewhere it can scroll the page.
    const canDrag = event.pointerType === "mouse" || event.target.closest(".grip");
    if (piece && canDrag && !onButton && !event.button && !isMarked()) drag(piece, event);
  });
  // The browser's own dragging of selected text would end ours.
  form.addEventListener("dragstart", (event) => event.preventDefault());
  labelAll();
}
