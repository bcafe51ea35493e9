// Text without what does not count in an answer. comparison/outputs.py and seen.py have the same rules; a test compares
// both.

// What Python's str.strip removes, which is not quite what \s is in JavaScript.
const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACE_BEFORE = new RegExp(`^[${SPACES}]+`);
const SPACE_AFTER = new RegExp(`[${SPACES}]+$`);
const stripEnd = (text) => text.replace(SPACE_AFTER, "");
export const strip = (text) => stripEnd(text).replace(SPACE_BEFORE, "");

// In JavaScript \b knows only ASCII letters, unlike in Python, so both ends of a word are spelled out.
const ADDRESS = /((?:^|[^\p{L}\p{N}_])(?:at |object @ ))0x[0-9a-fA-F]{6,16}(?![\p{L}\p{N}_])/gu;

/** Output without what no reader sees: trailing spaces, empty lines at both ends, memory addresses. */
export function foldOutput(text) {
  const lines = text.replace(ADDRESS, "$10x...").split("\n").map(stripEnd);
  while (lines.length && !lines[lines.length - 1]) lines.pop();
  while (lines.length && !lines[0]) lines.shift();
  return lines.join("\n");
}

// Not the joiner, which makes one picture of several, nor the marks of direction that the page shows as escapes.
const NO_WIDTH = /(?![\u200d\u202a-\u202e\u2066-\u2069])\p{Cf}/gu;

/** Text as it can be typed: composed, without characters that have no width, every space a usual one. */
export const plain = (text) => text.normalize("NFC").replace(/\p{Zs}/gu, " ").replace(NO_WIDTH, "");

/** Whether a response stands for an empty output. */
export const saysNothing = (typed) =>
  ["nothing", "prints nothing", "it prints nothing", "no output"].includes(
    typed.replace(/^[ .()]+|[ .()]+$/g, "").toLowerCase(),
  );

/** The text before the first colon, and that after it. */
const halves = (text) => (text.includes(":") ? [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)] : [text, ""]);
const words = (text) =>
  strip(text.toLowerCase().replace(new RegExp(`[${SPACES}]+`, "g"), " ")).replace(/^[ .]+|[ .]+$/g, "");
const bare = (name) => strip(name).split(".").pop();

/** Whether a response names what happens: in the same words, or the exception, whose module does not count. */
export function isEvent(response, accepted) {
  const [typed, right] = [plain(response), plain(accepted)];
  if (words(typed) === words(right)) return true;
  const [name, message] = halves(typed);
  const [key, fragment] = halves(right);
  return (
    /^[A-Za-z_][\p{L}\p{N}_.]*$/u.test(strip(name)) &&
    bare(name) === bare(key) &&
    words(message).includes(words(fragment))
  );
}

const SIGN = `[^A-Za-z0-9_${SPACES}]`;
const LITERAL = String.raw`"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'`;
// String literals come first, so that spaces inside them are kept. Beside a sign a space changes nothing.
const SPACING = new RegExp(`(${LITERAL})|(?<=${SIGN})[${SPACES}]+|[${SPACES}]+(?=${SIGN})|([${SPACES}]+)`, "gu");

/** A piece of code in which spacing and the kind of quotes do not count, except inside string literals. */
export const foldExpression = (text) =>
  strip(text).replace(SPACING, (_, literal, space) => {
    if (literal === undefined) return space ? " " : "";
    return literal.includes('"') ? literal : `"${literal.slice(1, -1)}"`;
  });

/** A program without what does not change it: empty lines, comment lines, trailing spaces. */
export const foldProgram = (text) =>
  text
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map(stripEnd)
    .filter((line) => line && !strip(line).startsWith("#"))
    .join("\n");
