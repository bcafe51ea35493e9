// Numbers as learners type them. comparison/numbers.py and marking/mark.py have the same rules.

import { Malformed } from "./errors.js";
import { strip } from "./text.js";

// Only groups of three digits: 1,5 is no number here, rather than 15 or 1.5.
const THOUSANDS = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** The text with the decimal digits of every script as 0 to 9. */
function asciiDigits(text) {
  return text.replace(/\p{Nd}/gu, (digit) => {
    // Unicode keeps the ten digits of a script in a row, so a digit's value is how many digits are just below it.
    let below = 0;
    while (/\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0) - below - 1))) below += 1;
    return String(below % 10);
  });
}

function parseDecimal(text) {
  let digits = asciiDigits(strip(text));
  if (THOUSANDS.test(digits)) digits = digits.replace(/,/g, "");
  if (!DECIMAL.test(digits)) {
    throw new Malformed(`“${strip(text).slice(0, 40)}” is not a number. Type a number such as 12, 0.5, 1e-3 or 3/4.`);
  }
  return Number(digits);
}

/** The number in a response: a decimal or a fraction, with or without its unit. Throws Malformed. */
export function parseNumber(text, unit) {
  let typed = strip(text);
  if (!typed) throw new Malformed("Type a number first.");
  if (unit && typed.endsWith(unit)) typed = strip(typed.slice(0, -unit.length));
  const slash = typed.indexOf("/");
  let value;
  if (slash < 0) {
    value = parseDecimal(typed);
  } else {
    const numerator = parseDecimal(typed.slice(0, slash));
    const denominator = parseDecimal(typed.slice(slash + 1));
    if (denominator === 0) throw new Malformed("A number cannot be divided by zero.");
    value = numerator / denominator;
  }
  if (!Number.isFinite(value)) throw new Malformed("This number is too large.");
  return value;
}

/** The distance from a number to the next larger one. */
function ulp(number) {
  const value = new Float64Array([Math.abs(number)]);
  const bits = new BigUint64Array(value.buffer);
  const magnitude = value[0];
  // The bits of neighbouring floats are neighbouring integers. The largest float has a neighbour below only.
  bits[0] += magnitude === Number.MAX_VALUE ? -1n : 1n;
  return Math.abs(value[0] - magnitude);
}

/** Whether two numbers agree within `tolerance`, and within the rounding of a few operations in any case. */
export const sameNumber = (a, b, tolerance) => Math.abs(a - b) <= tolerance + 4 * Math.max(ulp(a), ulp(b));
