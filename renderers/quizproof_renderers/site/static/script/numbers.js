// Numbers as learners type them, exactly. comparison/quantity.py, outputs.py and marking/mark.py have the same rules.

import { Malformed } from "./errors.js";
import { _ } from "./messages.js";
import { strip } from "./text.js";

// Only groups of three digits: 1,5 is no number here, rather than 15 or 1.5.
const THOUSANDS = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;
// 4,500 is 4500 to some, and 4.5 to others.
const ONE_COMMA = /^[-+]?[1-9]\d{0,2},\d{3}$/;
// Groups of three digits with one mark between them that no decimal has; or with points, of which no decimal has two.
const MARKED = /^([-+]?[1-9]\d{0,2}(?:([ \u00a0\u2009\u202f'\u2019_])\d{3}(?:\2\d{3})*))(\.\d*)?$/;
const POINTED_GROUPS = /^[-+]?[1-9]\d{0,2}(?:\.\d{3}){2,}$/;
// As word processors and other keyboards write them: minus and plus signs, points, commas and slashes.
const SIGN_NAMES = { "-": "\u2212\u2013\uff0d\ufe63", "+": "\uff0b", ".": "\uff0e", ",": "\uff0c", "/": "\uff0f\u2044" };
const PLAIN = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][\-+]?\d+)?`;
const DECIMAL = new RegExp(`^[\\-+]?${PLAIN}$`);
const COMPLEX = new RegExp(
  String.raw`^\(?\s*(?:(?<real>[\-+]?${PLAIN})\s*(?=[\-+]))?(?<imaginary>[\-+]?\s*(?:${PLAIN})?)[ij]\s*\)?$`,
);
const MAX_EXPONENT = 5000;
const MAX_TYPED = 1000;

/* ---- exact arithmetic: a fraction is [numerator, denominator], and the denominator is above 0 */

const scaled = (power) => 10n ** BigInt(power);
const plus = ([a, b], [c, d]) => [a * d + c * b, b * d];
const minus = (one, [c, d]) => plus(one, [-c, d]);
const times = ([a, b], [c, d]) => [a * c, b * d];
const size = ([a, b]) => [a < 0n ? -a : a, b];
const compare = ([a, b], [c, d]) => (a * d < c * b ? -1 : Number(a * d > c * b));
const larger = (one, other) => (compare(one, other) < 0 ? other : one);

/** The fraction that a decimal is, as text in ASCII. */
export function readDecimal(text) {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
  const [whole, part = ""] = mantissa.replace(/^[-+]/, "").split(".");
  const power = Math.max(-MAX_EXPONENT, Math.min(Number(exponent), MAX_EXPONENT)) - part.length;
  const digits = BigInt(`${whole}${part}`) * (mantissa.startsWith("-") ? -1n : 1n);
  return power < 0 ? [digits, scaled(-power)] : [digits * scaled(power), 1n];
}

export const compareDecimals = compare;

/** The fraction that a float is, to its last binary digit. */
function binary(number) {
  let power = 0;
  let value = number;
  while (!Number.isInteger(value)) {
    value *= 2;
    power += 1;
  }
  return [BigInt(value), 2n ** BigInt(power)];
}

const LARGEST = binary(Number.MAX_VALUE);

/* ---- what learners type */

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
  let digits = strip(text);
  if (THOUSANDS.test(digits)) digits = digits.replace(/,/g, "");
  const [, whole, mark, part = ""] = MARKED.exec(digits) || [];
  if (mark) digits = whole.replaceAll(mark, "") + part;
  else if (POINTED_GROUPS.test(digits)) digits = digits.replace(/\./g, "");
  if (!DECIMAL.test(digits)) {
    const typed = strip(text).slice(0, 40);
    throw new Malformed(_`“${typed}” is not a number. Type a number such as 12, 0.5, 1e-3 or 3/4.`);
  }
  return readDecimal(digits);
}

/** The number in a response without its unit, as [real, imaginary]: a decimal, a fraction or a complex number. */
function parseBare(bare) {
  const complex = COMPLEX.exec(bare);
  if (complex) {
    const imaginary = complex.groups.imaginary.replace(/\s/g, "");
    return [
      parseDecimal(complex.groups.real || "0"),
      parseDecimal(/[\d.]$/.test(imaginary) ? imaginary : `${imaginary}1`),
    ];
  }
  const slash = bare.indexOf("/");
  if (slash < 0) return [parseDecimal(bare), [0n, 1n]];
  const numerator = parseDecimal(bare.slice(0, slash));
  const [top, bottom] = parseDecimal(bare.slice(slash + 1));
  if (top === 0n) throw new Malformed(_`A number cannot be divided by zero.`);
  return [times(numerator, top < 0n ? [-bottom, -top] : [bottom, top]), [0n, 1n]];
}

/** The number in a response, with or without its unit, as [real, imaginary]. Throws Malformed. */
export function parseNumber(text, unit) {
  const bare = bareNumber(text, unit);
  if (!bare) throw new Malformed(_`Type a number first.`);
  const parts = bare.length > MAX_TYPED ? null : parseBare(bare);
  if (!parts || parts.some((part) => compare(size(part), LARGEST) > 0)) {
    throw new Malformed(_`This number is too large.`);
  }
  return parts;
}

function bareNumber(text, unit) {
  const typed = strip(text);
  let bare = asciiDigits(unit && typed.endsWith(unit) ? strip(typed.slice(0, -unit.length)) : typed);
  for (const [sign, others] of Object.entries(SIGN_NAMES)) {
    for (const other of others) bare = bare.replaceAll(other, sign);
  }
  return bare;
}

/** How a number was read, where that is not how it was typed; else empty. */
export function readingOf(text, unit) {
  const bare = bareNumber(text, unit);
  const plain = bare.replace(/(?<=\d)[ \u00a0\u2009\u202f'\u2019_,](?=\d{3}(?!\d))/g, "");
  const read = POINTED_GROUPS.test(plain) ? plain.replace(/\./g, "") : plain;
  return read === strip(text) || (unit && strip(strip(text).slice(0, -unit.length)) === read) ? "" : read;
}

/** Throws Malformed when a number that was typed could be read in two ways. */
export function askWhichNumber(text, unit) {
  const bare = bareNumber(text, unit);
  if (!ONE_COMMA.test(bare)) return;
  const [whole, point] = [bare.replace(",", ""), bare.replace(",", ".")];
  throw new Malformed(_`${bare} can be read in two ways. Type ${whole}, or ${point}.`);
}

/** The number that a value stands for, as [real, imaginary]: a value as the engine writes it, such as 0.5, 1/3 or (1+2j). */
export const valueOf = (text) => parseBare(text.replace(/^\(|\)$/g, ""));

/** Whether a number is no further than `tolerance` from a value, or by `slack` more; these are texts of floats. */
export function isWithin(typed, value, tolerance, slack) {
  const distance = plus(readDecimal(tolerance), binary(Number(slack)));
  const [across, up] = [minus(value[0], typed[0]), minus(value[1], typed[1])];
  if (up[0] === 0n) return compare(size(across), distance) <= 0;
  return compare(plus(times(across, across), times(up, up)), times(distance, distance)) <= 0;
}

/**
 * Whether a number is in a range, as comparison/number_match.py writes it: "above 3, below 4" or "any other number".
 * Undefined when the text is no range.
 */
export function isInRange([real, imaginary], text) {
  if (text === "any other number") return true;
  const [, above, below] = /^(?:above (\S+?))?(?:, )?(?:below (\S+))?$/.exec(text) || [];
  if (!above && !below) return undefined;
  return (
    imaginary[0] === 0n &&
    (!above || compare(real, readDecimal(above)) > 0) &&
    (!below || compare(real, readDecimal(below)) < 0)
  );
}

/* ---- numbers in printed text */

// Digits that a 32-bit float needs at most where nobody rounds it.
const SINGLE_DIGITS = 9;
const ROUNDED = [1000000001n, 1000000000n];

/** What the precision of a printed number leaves open, where it was a 32-bit float. */
function singleSlack(text) {
  const value = Number(text);
  const [mantissa, exponentOfTen = "0"] = text.toLowerCase().split("e");
  if (Number(exponentOfTen) >= (mantissa.split(".")[1] ?? "").length) return [0n, 1n];
  const significant = text.replace(/[eE].*$/, "").replace(/[-+.]/g, "").replace(/^0+/, "");
  if (significant.length < SINGLE_DIGITS || Math.fround(value) !== value) return [0n, 1n];
  const digits = (number) => number.toExponential().replace(/e.*$/, "").replace(/[-.]/g, "").length;
  let shortest = 1;
  while (Math.fround(Number(value.toPrecision(shortest))) !== value) shortest += 1;
  const whole = Number.isInteger(value) && Math.abs(value) < 2 ** 53;
  if (whole || shortest >= digits(value)) return [0n, 1n];
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -126);
  return binary(4 * 2 ** (exponent - 23));
}

/** Whether two printed numbers are the same within a tolerance around the real one. */
export function isNear(stated, real, tolerance) {
  const [one, other] = [readDecimal(stated), readDecimal(real)];
  const share = times(readDecimal(tolerance.relative), size(other));
  const most = times(larger(readDecimal(tolerance.absolute), share), ROUNDED);
  return compare(size(minus(one, other)), plus(most, larger(singleSlack(stated), singleSlack(real)))) <= 0;
}
