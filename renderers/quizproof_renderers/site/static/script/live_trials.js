// Experiments: a learner's script is run with each seed, and held to the targets and the constraints.

import { make } from "./elements.js";
import { counted } from "./wording.js";

/** The targets, with what was reached with each seed. */
function targetsTable({ seeds, targets }) {
  const head = ["Target", "Wanted", "", ...seeds.map((seed) => `Seed ${seed}`)];
  const rows = targets.map(([name, wanted, values, met, miss]) =>
    make(
      "tr",
      { className: met ? "is-met" : "is-missed" },
      make("th", { scope: "row", textContent: name }),
      make("td", { textContent: wanted }),
      make("td", { className: "met", textContent: met ? "met" : miss }),
      ...seeds.map((_, index) => make("td", { className: "number", textContent: values[index] ?? "–" })),
    ),
  );
  const cells = head.map((text) => make("th", { scope: "col", textContent: text, className: text.startsWith("Seed") ? "number" : "" }));
  return make("div", { className: "table" }, make("table", {}, make("thead", {}, make("tr", {}, ...cells)), make("tbody", {}, ...rows)));
}

const LOOKS = { kept: "right", broken: "wrong", "not reached": "idle" };

const constraint = ([name, verdict, words]) =>
  make(
    "li",
    { className: `check-item is-${LOOKS[verdict]}` },
    make("span", { className: "check-name", textContent: name }),
    make("span", { className: "state", textContent: ` ${verdict}` }),
    ...(words ? [make("p", { className: "broken", textContent: words })] : []),
  );

/** Show the result of a script above what it printed. */
export function showTrial(trial, body) {
  const missed = trial.targets.filter(([, , , met]) => !met).length;
  const broken = trial.constraints.filter(([, verdict]) => verdict === "broken").length;
  const faults = [missed && `${counted(missed, "target")} missed`, broken && `${counted(broken, "constraint")} broken`].filter(Boolean);
  const says = trial.met ? `Everything is met with ${counted(trial.seeds.length, "seed")}.` : `Not met: ${trial.traceback ? "the script fails" : faults.join(", ")}.`;
  const parts = [make("p", { className: `verdict is-${trial.met ? "right" : "wrong"}`, textContent: says }), targetsTable(trial)];
  if (trial.constraints.length) parts.push(make("ul", { className: "checks" }, ...trial.constraints.map(constraint)));
  if (trial.stdout.trim()) parts.push(make("p", { className: "run-says", textContent: `With seed ${trial.seeds[0]} it prints:` }));
  body.prepend(...parts);
  if (trial.ran_on) body.append(make("p", { className: "ran-on", textContent: `Ran on ${trial.ran_on}` }));
}
