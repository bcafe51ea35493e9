// Whether what a learner wrote is a program, or a text in one, whose run is known: as marking/recognition.py does it.

import { normalFormOf } from "./reader.js";
import { foldExpression, foldProgram, strip } from "./text.js";

// What other programs put in the place of plain quotes, minus signs and spaces when text is copied.
const STRAIGHT = new Map(
  Object.entries({ "\"": "\u201c\u201d\u201e\u201f", "'": "\u2018\u2019\u201a\u201b", "-": "\u2212\u2013", " ": "\u00a0\u2009\u202f" }).flatMap(
    ([plain, others]) => [...others].map((other) => [other, plain]),
  ),
);

/** The first normal form among a text as it was typed, and the text with plain quotes and signs. */
function firstForm(text, given, inPlace = (each) => each) {
  const form = normalFormOf(inPlace(text), given);
  const straight = [...text].map((sign) => STRAIGHT.get(sign) ?? sign).join("");
  return form === null && straight !== text ? normalFormOf(inPlace(straight), given) : form;
}

/** The FNV-1a hash of 64 bits, as feedback.py computes it: by this the page recognises a program that was run. */
export function fingerprint(text) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}

/** The entry of data-known for a program, as [its fingerprint, checks passed]; null for one that was never run. */
export function knownRun(program, known, given) {
  const print = fingerprint(firstForm(program, given) ?? foldProgram(program));
  const entry = known.split(" ").map((each) => each.split(":")).find(([each]) => each === print);
  return entry ? [entry[2] ?? entry[0], Number(entry[1])] : null;
}

/** Whether two texts for a blank are the same, or make the same program. `inPlace` fills the blank and all others. */
export function fillsAlike(text, other, inPlace, given) {
  if (foldExpression(text) === foldExpression(other)) return true;
  const wanted = normalFormOf(inPlace(other), given);
  return wanted !== null && firstForm(strip(text), given, inPlace) === wanted;
}
