// Live code: on pages that `quizproof serve` shows. A page has this script from the server alone, and asks it first.

import { all, one } from "./dom.js";
import { make } from "./elements.js";
import { isProgram, letRunAnswer } from "./live_answers.js";
import { makeBox } from "./live_boxes.js";
import { whenIdle } from "./live_runs.js";
import { showTrial } from "./live_trials.js";
import { _ } from "./messages.js";

const { page, is } = document.currentScript.dataset;
const idOf = (section) => section.id.replace(/^q-/, "");
const textOf = (pre) => one("code", pre).textContent.replace(/\n+$/, "");

/** A folded box that is made when it is first opened: `options` gives what it is made of. */
function folded(summary, options) {
  const details = make("details", { className: "live-scratch" }, make("summary", { textContent: summary }));
  details.addEventListener("toggle", () => details.append(makeBox(options())), { once: true });
  return details;
}

/** What can be asked about a variant only once it is answered: until then its run would be the answer. */
const GIVEN_AWAY = ["options", "number", "text", "line", "match"];

/** The programs that a variant shows, as one: those of the prompt, of a listing, and of the option that was chosen. */
function programOf(variant) {
  const listing = all(".listing code", variant).map((line) => line.textContent).join("\n");
  const shown = all(".prompt pre.code, .option.is-chosen > .choice pre.code", variant).map(textOf);
  return [...shown, listing].filter(Boolean).join("\n\n");
}

/** The box below the programs of a prompt, or of a listing in the form. */
function offerScratch(variant, request, name) {
  const form = one("form", variant);
  if (!programOf(variant)) return;
  const box = folded(_`Run this program, or change it`, () => ({
    name,
    label: _`A program to run`,
    program: programOf(variant),
    request: (source) => ({ ...request, what: "scratch", source }),
  }));
  if (form && GIVEN_AWAY.includes(form.dataset.form)) box.classList.add("is-after");
  (form && one(".listing", form) ? form : one(".prompt", variant)).after(box);
}

/** The box below the baseline of an experiment. */
function offerTrial(variant, request, name) {
  const baseline = all(".prompt figure", variant).find((figure) => one("figcaption", figure)?.textContent === _`Baseline`);
  if (!baseline) return;
  const options = {
    name,
    label: _`Your script`,
    program: textOf(one("pre.code", baseline)),
    request: (source) => ({ ...request, what: "trial", source }),
    show: showTrial,
  };
  const head = make("p", { className: "side-name", textContent: _`Your script` });
  one(".prompt", variant).after(make("div", { className: "live-trial" }, head, makeBox(options)));
}

/** Give the variant that a section shows its controls. */
function equip(section, { kind, edition }) {
  const variant = one(".variant", section);
  if (!variant || "live" in variant.dataset) return;
  variant.dataset.live = "";
  const id = idOf(section);
  const request = { block: id, edition };
  const name = `${page}:${id}:${variant.dataset.variant ?? 0}`;
  if (kind === "experiment") offerTrial(variant, request, name);
  else if (isProgram(one("form", variant))) letRunAnswer(variant, request);
  else offerScratch(variant, request, name);
}

async function begin() {
  const sections = all(".question");
  const ids = sections.map(idOf).join(",");
  const answer = await fetch(`/_live/hello?ids=${encodeURIComponent(ids)}`).catch(() => null);
  if (!answer?.ok) return;
  const { why, blocks } = await answer.json();
  if (why && sections.length) {
    const notice = make("p", { className: "notice live-note", textContent: _`Programs do not run on this page. ${why}` });
    one(".front, main > :first-child")?.after(notice);
  }
  for (const section of sections) {
    const block = blocks[idOf(section)];
    if (!block) continue;
    equip(section, block);
    // Another try has another copy of the question.
    new MutationObserver(() => equip(section, block)).observe(section, { childList: true });
  }
}

/** Load the page again when a save has changed it. A page that nobody sees asks when it is seen again. */
function follow() {
  let source = null;
  const listen = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      source = new EventSource(`/_live/changes?page=${encodeURIComponent(page)}&is=${is}`);
      source.addEventListener("progress", ({ data }) => {
        const { judged, blocks, says } = JSON.parse(data);
        Object.assign(one(".live-progress"), { max: blocks || 1, value: judged });
        one(".live-count").textContent = says;
      });
      source.addEventListener("changed", () => {
        source.close();
        whenIdle(() => location.reload());
      });
    }
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}

document.addEventListener("DOMContentLoaded", () => {
  begin();
  follow();
});
