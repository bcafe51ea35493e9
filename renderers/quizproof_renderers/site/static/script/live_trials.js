// Experiments: a learner's script is run with each seed, and held to the targets and the constraints.

import { make } from "./elements.js";
import { _, _n } from "./messages.js";

/** The targets, with what was reached with each seed. */
function targetsTable({ seeds, targets }) {
  const head = [_`Target`, _`Wanted`, "", ...seeds.map((seed) => _`Seed ${seed}`)];
  const rows = targets.map(([name, wanted, values, met, miss]) =>
    make(
      "tr",
      { className: met ? "is-met" : "is-missed" },
      make("th", { scope: "row", textContent: name }),
      make("td", { textContent: wanted }),
      make("td", { className: "met", textContent: met ? _`met` : miss }),
      ...seeds.map((seed, index) => make("td", { className: "number", textContent: values[index] ?? "–" })),
    ),
  );
  const cells = head.map((text, nth) => make("th", { scope: "col", textContent: text, className: nth > 2 ? "number" : "" }));
  return make("div", { className: "table" }, make("table", {}, make("thead", {}, make("tr", {}, ...cells)), make("tbody", {}, ...rows)));
}

const LOOKS = { kept: "right", broken: "wrong", "not reached": "idle" };
const VERDICT_WORDS = { kept: _`kept`, broken: _`broken`, "not reached": _`not reached` };

const constraint = ([name, verdict, words]) =>
  make(
    "li",
    { className: `check-item is-${LOOKS[verdict]}` },
    make("span", { className: "check-name", textContent: name }),
    make("span", { className: "state", textContent: ` ${VERDICT_WORDS[verdict]}` }),
    ...(words ? [make("p", { className: "broken", textContent: words })] : []),
  );

/** Show the result of a script above what it printed. */
export function showTrial(trial, body) {
  const missed = trial.targets.filter(([, , , met]) => !met).length;
  const broken = trial.constraints.filter(([, verdict]) => verdict === "broken").length;
  const ofTargets = missed && _n(missed)`${missed} target missed|${missed} targets missed`;
  const ofConstraints = broken && _n(broken)`${broken} constraint broken|${broken} constraints broken`;
  const faults = trial.traceback ? _`the script fails` : [ofTargets, ofConstraints].filter(Boolean).join(", ");
  const seeds = trial.seeds.length;
  const allMet = _n(seeds)`Everything is met with ${seeds} seed.|Everything is met with ${seeds} seeds.`;
  const says = trial.met ? allMet : _`Not met: ${faults}.`;
  const parts = [make("p", { className: `verdict is-${trial.met ? "right" : "wrong"}`, textContent: says }), targetsTable(trial)];
  if (trial.constraints.length) parts.push(make("ul", { className: "checks" }, ...trial.constraints.map(constraint)));
  const [first] = trial.seeds;
  if (trial.stdout.trim()) parts.push(make("p", { className: "run-says", textContent: _`With seed ${first} it prints:` }));
  body.prepend(...parts);
  if (trial.ran_on) body.append(make("p", { className: "ran-on", textContent: _`Ran on ${trial.ran_on}` }));
}
