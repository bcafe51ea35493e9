// When two printed outputs are the same. comparison/layout.py, printed.py and outputs.py have the same rules; a test gives
// both the same outputs. It is a script of its own, for pages that ask what a program prints.

import { compareDecimals, isNear, readDecimal } from "./numbers.js";
import { foldOutput } from "./text.js";

// A text in quotes, within one line.
const QUOTED = String.raw`(?:'(?:[^'\\\n]|\\[^\n])*'|"(?:[^"\\\n]|\\[^\n])*")`;
const WORD = String.raw`[\p{L}\p{N}_]`;
const STRING_LITERAL = String.raw`(?<![\p{L}\p{N}_\\])[bru]?${QUOTED}(?!${WORD})`;

/* ---- layout */

const MAX_DEPTH = 60;
const MAX_LENGTH = 50000;
const CLOSERS = { "(": ")", "[": "]", "{": "}", "<": ">" };
const LAYOUT_TOKEN = new RegExp(
  [
    `(?<string>${STRING_LITERAL})`,
    String.raw`(?<open>[\[({]|(?<![\p{L}\p{N}_)\]}'"])<(?=[A-Za-z_]))`,
    String.raw`(?<close>[\])}]|(?<![\-=])>)`,
    String.raw`(?<space>[ \t\n]+)`,
    String.raw`(?<atom>[^\s,\[\](){}<>'":=]+)`,
    `(?<sign>[^])`,
  ].join("|"),
  "gu",
);
const LAYOUT_NUMBER = String.raw`(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+|nan|inf)(?:[eE][\-+]?[0-9]+)?j?`;
const CONSTANT = new RegExp(
  String.raw`^(?:[\-+]?${LAYOUT_NUMBER}(?:[\-+]${LAYOUT_NUMBER})*|True|False|None|NaT|\.\.\.)$`,
);
const NAME_END = new RegExp(`${WORD}$`, "u");
const ARRAY_NAMES = ["tensor", "Tensor", "array", "matrix"];

const textOf = (item) => (item && item.items === undefined ? item.text : "");
const isGroup = (item) => item !== undefined && item.items !== undefined;
const isArrayName = (name) => ARRAY_NAMES.some((end) => name.endsWith(end));

/** The output as a tree of brackets; null where it has none, too many in each other, or is very long. */
function parsed(text) {
  if (text.length > MAX_LENGTH || !/[[({<]/.test(text)) return null;
  const whole = { opener: "", name: "", items: [] };
  const open = [whole];
  const dissolve = () => {
    const group = open.pop();
    open.at(-1).items.push({ kind: "sign", text: group.opener }, ...group.items);
  };
  for (const { 0: token, groups } of text.matchAll(LAYOUT_TOKEN)) {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
    if (kind === "open") {
      const before = open.at(-1).items.at(-1);
      const calls = token === "(" && before && before.kind === "atom" && NAME_END.test(before.text);
      open.push({ opener: token, name: calls ? before.text : "", items: [] });
      if (open.length > MAX_DEPTH) return null;
    } else if (kind === "close" && open.some((group) => CLOSERS[group.opener] === token)) {
      while (CLOSERS[open.at(-1).opener] !== token) dissolve();
      const closed = open.pop();
      open.at(-1).items.push(closed);
    } else {
      open.at(-1).items.push({ kind: kind === "close" ? "sign" : kind, text: token });
    }
  }
  while (open.length > 1) dissolve();
  return whole.items.some(isGroup) ? whole : null;
}

/** Whether a group is data: constants and texts, and calls such as tensor(...). */
function isLiteral(group) {
  if (group.opener === "<" || group.name) return false;
  return group.items.every((item, index) => {
    if (isGroup(item)) return Boolean(item.name) || item.opener === "<" || isLiteral(item);
    const after = group.items[index + 1];
    if (item.kind === "atom") return CONSTANT.test(item.text) || (isGroup(after) && after.name === item.text);
    return item.kind !== "sign" || item.text === "," || (item.text === ":" && group.opener === "{");
  });
}

/** Text in the quotes in which Python prints it, where that takes no escapes. */
function requoted(literal) {
  const start = literal.indexOf(literal.at(-1));
  const body = literal.slice(start + 1, -1);
  const changes = literal.at(-1) === '"' && !/['"]/.test(body);
  return changes ? `${literal.slice(0, start)}'${body}'` : literal;
}

/** Whether white space is where Python prints none, or numpy none. */
function isPadding(items, index, isArray) {
  const space = textOf(items[index]);
  if (index === 0) return !isArray || space.includes("\n");
  const before = textOf(items[index - 1]);
  if (index === items.length - 1) return !isArray || !before.includes(".");
  const after = textOf(items[index + 1]);
  return after === "," || after === ":" || (!isArray && before !== "," && before !== ":");
}

/** Whether no print of a list, a tuple, a set, a dictionary or an array gives this layout. */
function isOwn(group, isRow) {
  if (!isLiteral(group)) return false;
  const { items } = group;
  const elements = items.filter((item) => isGroup(item) || item.kind !== "space").length;
  const isPaddedTrue = items.length === 2 && textOf(items[0]) === " " && textOf(items[1]) === "True";
  const several = isRow || elements > 1 || isPaddedTrue;
  const isArray = group.opener === "[" && several && !items.some((item) => textOf(item) === ",");
  return items.some((item, index) => {
    if (isGroup(item)) return false;
    const following = items[index + 1];
    if (item.kind === "string" && requoted(item.text) !== item.text) return true;
    if (item.text === "," && following) {
      const space = textOf(following);
      return space !== " " && !space.startsWith("\n");
    }
    if (item.text === ":" && textOf(following) !== " ") return true;
    return item.kind === "space" && isPadding(items, index, isArray);
  });
}

/** Whether a program made the layout of an output itself, rather than a print of lists, arrays and the like. */
function hasOwnLayout(text) {
  const inside = (group) => {
    const isArray = group.opener === "[" && !group.items.some((item) => textOf(item) === ",");
    return group.items.some((item) => isGroup(item) && !isArrayName(item.name) && (isOwn(item, isArray) || inside(item)));
  };
  const whole = parsed(text);
  return whole !== null && inside(whole);
}

/** What white space in a group becomes. After a comma, one space is there already. */
function arrangedSpace(space, before, after, { atEdge, free, call, opener }) {
  const signs = opener === "{" ? [",", "=", ":"] : [",", "="];
  const besideSign = signs.includes(before) || signs.includes(after);
  if (free) return atEdge || besideSign ? "" : " ";
  if (call) {
    if (before === ",") return "";
    if (space.includes("\n")) return atEdge || besideSign ? "" : " ";
    return space;
  }
  return opener && before === "," && space.includes("\n") ? " " : space;
}

function content(group, named, own) {
  const { items, opener } = group;
  const free = named || (!own && opener !== "" && isLiteral(group));
  const call = !own && (Boolean(group.name) || opener === "<");
  const parts = [""];
  const add = (text) => {
    parts[parts.length - 1] += text;
  };
  items.forEach((item, index) => {
    const atEdge = index === 0 || index === items.length - 1;
    const before = textOf(items[index - 1]);
    const after = textOf(items[index + 1]);
    if (isGroup(item)) add(item.opener + content(item, named || isArrayName(item.name), own) + CLOSERS[item.opener]);
    else if (item.kind === "space") add(arrangedSpace(item.text, before, after, { atEdge, free, call, opener }));
    else if (item.kind === "string" && free && !own) add(requoted(item.text));
    else if (item.text === "," && opener && (free || call)) {
      if (items.slice(index + 1, index + 3).some((rest) => isGroup(rest) || rest.kind !== "space")) parts.push("");
      else add(",");
    } else if (item.text === ":" && opener === "{" && free) add(": ");
    else add(item.text);
  });
  const isSet = opener === "{" && free && !own && !items.some((item) => textOf(item) === ":");
  return (isSet ? parts.sort(byCodePoint) : parts).join(", ");
}

// JavaScript sorts by units of UTF-16, Python by code points.
function byCodePoint(one, other) {
  const [ours, theirs] = [[...one], [...other]];
  const place = ours.findIndex((character, index) => character !== theirs[index]);
  if (place < 0) return ours.length - theirs.length;
  return ours[place].codePointAt(0) - (theirs[place] ?? "\0").codePointAt(0);
}

/** The output in one layout: of two that differ in nothing else, the same text. */
function arranged(text, own) {
  const whole = parsed(text);
  return whole === null ? text : content(whole, false, own);
}

/* ---- numbers that are written in other words */

const PLAIN_NUMBER = new RegExp(
  String.raw`${STRING_LITERAL}|(?<number>(?<![\p{L}\p{N}_.])[\-+]?(?:[0-9]+(?![0-9])(?:\.[0-9]*(?![0-9]))?|\.[0-9]+(?![0-9]))(?:[eE][\-+]?[0-9]{1,4})?(?![\p{L}\p{N}_.]))`,
  "gu",
);
const NEVER_PRINTED = /^[-+]?(?:\.[0-9]+(?:e[-+]?[0-9]+)?|[0-9]+(?:\.[0-9]*)?e[-+]?[0-9])$/;

function numbersApart(text) {
  const numbers = [];
  const rest = text.replace(PLAIN_NUMBER, (found, ...more) => {
    if (more.at(-1).number === undefined) return found;
    numbers.push(found);
    return "\0";
  });
  return [rest, numbers];
}

function sameInOtherWords(one, other) {
  const [text, ours] = numbersApart(one);
  const [otherText, theirs] = numbersApart(other);
  const isWhole = (number) => /^[-+]*[0-9]+$/.test(number);
  return (
    text === otherText &&
    ours.length === theirs.length &&
    ours.every(
      (number, index) =>
        number === theirs[index] ||
        ((NEVER_PRINTED.test(number) || NEVER_PRINTED.test(theirs[index])) &&
          !isWhole(number) &&
          !isWhole(theirs[index]) &&
          compareDecimals(readDecimal(number), readDecimal(theirs[index])) === 0),
    )
  );
}

/* ---- numbers within a tolerance */

// A lookahead with a reference to it gives back no digit, so that no other match is made with fewer.
let atoms = 0;
function atomic(pattern) {
  atoms += 1;
  return `(?=(?<atom${atoms}>${pattern}))\\k<atom${atoms}>`;
}
const digits = () => atomic(String.raw`[1-9][0-9]{0,2}(?:,[0-9]{3}){1,8}(?!,?[0-9])|[0-9]+`);
const EXPONENT = String.raw`[eE][\-+]?[0-9]{1,4}`;
const float = () =>
  String.raw`(?:(?:${digits()}\.${atomic("[0-9]*")}|\.${atomic("[0-9]+")})(?:${EXPONENT})?|${atomic("[0-9]+")}${EXPONENT})`;
const component = () => `(?:${float()}|${digits()}|nan|inf)`;
const FREE = String.raw`(?<![\p{L}\p{N}_.])(?<!:[0-9][0-9]:)`;
const SIZES = String.raw`(?:[0-9]|None|[, ])*`;
const PRINTED_TOKEN = new RegExp(
  [
    `(?<exact>${STRING_LITERAL}|${WORD}*(?:[sS]hape|[sS]ize)(?:=|:?[ ]?)(?:\\(\\[${SIZES}\\]\\)|\\(${SIZES}\\)|\\[${SIZES}\\]))`,
    `${FREE}(?:${[
      `(?<real>[\\-+]?${component()})[ ]*(?<imaginary>[\\-+]${component()})j(?!${WORD})`,
      `(?<onlyImaginary>[\\-+]?(?:${float()}|${digits()}))j(?!${WORD})`,
      `(?<number>[\\-+]?${float()}(?!${WORD}|\\.${WORD})|(?<!${WORD}[\\-/:])[\\-+]?${digits()}(?!${WORD}|[\\-/:.]${WORD}))`,
    ].join("|")})`,
    `(?<word>${WORD}+)`,
    String.raw`(?<space>[ \t\n]+)`,
    `(?<sign>[^])`,
  ].join("|"),
  "gu",
);
const VALUE = `(?:${QUOTED}|[^'"<>])*?`;
const TF_TENSOR = new RegExp(
  String.raw`<tf\.Tensor: (?<about>shape=(?<shape>\([^()]*\)), dtype=(?<dtype>${WORD}+)), numpy=\s*` +
    String.raw`(?:array\((?<array>${VALUE})(?:,\s*shape=\k<shape>)?(?:,\s*dtype=(?:\k<dtype>|object))?\)|(?<scalar>${VALUE}))>`,
  "gu",
);
const COMMA = new RegExp(`(${QUOTED})|,`, "g");
const IN_ARRAYS = new Set(["[", "]", "(", ")", ".", "+", "-", "nan", "inf"]);
const NUMERIC = ["real", "onlyImaginary", "number"];

/** In how many arrays each token is; and, by the token at which an array ends, what numbers it holds. */
function arraysOf(tokens) {
  const change = new Array(tokens.length + 1).fill(0);
  const kinds = new Map();
  let numbers = 0;
  let floats = 0;
  let foreign = 0;
  const opened = { "(": [], "[": [] };
  tokens.forEach(({ kind, text }, index) => {
    if (kind === "numeric") {
      numbers += 1;
      if (!/^[0-9]+$/.test(text.replace(/^[-+]+/, "").replace(/,/g, ""))) floats += 1;
    } else if (kind !== "space" && !IN_ARRAYS.has(text)) {
      foreign += 1;
    } else if (text === "(" || text === "[") {
      const named = text === "(" && index > 0 && isArrayName(tokens[index - 1].text);
      opened[text].push({ start: index, named, numbers, floats, foreign });
    } else if ((text === ")" && opened["("].length) || (text === "]" && opened["["].length)) {
      const before = opened[text === ")" ? "(" : "["].pop();
      if (before.named || text === "]") {
        change[before.start] += 1;
        change[index] -= 1;
      }
      if (numbers > before.numbers && (before.named || (text === "]" && foreign === before.foreign))) {
        kinds.set(index, floats > before.floats ? "of floats" : "of integers");
      }
    }
  });
  let depth = 0;
  return [change.map((step) => (depth += step)), kinds];
}

/** The numbers of an output, and everything else, with an empty text in the place of each number. */
function takeApart(output) {
  const unbroken = output
    .replace(TF_TENSOR, (...found) => {
      const { about, array, scalar } = found.at(-1);
      const value = array === undefined ? scalar : array.replace(COMMA, (_, literal) => literal || " ");
      return `tf.Tensor(${value}, ${about})`;
    })
    .replace(/numpy=\s+array\(/g, "numpy=array(");
  const tokens = [...unbroken.matchAll(PRINTED_TOKEN)].map(({ 0: text, groups }) => {
    const isNumeric = NUMERIC.some((name) => groups[name] !== undefined);
    return { text, groups, kind: isNumeric ? "numeric" : groups.space !== undefined ? "space" : "other" };
  });
  const [depths, kinds] = arraysOf(tokens);
  const rest = [];
  const numbers = [];
  const addNumber = ({ groups }, inArray) => {
    for (const name of ["number", "real", "imaginary", "onlyImaginary"]) {
      const text = groups[name];
      if (text === undefined) continue;
      if (name === "imaginary" || name === "onlyImaginary") rest.push("+j");
      if (/(?:nan|inf)$/.test(text)) {
        rest.push(text.replace(/^\+/, ""));
        continue;
      }
      rest.push("");
      numbers.push(text.replace(/,/g, ""));
      if (text.endsWith(".") && !inArray) rest.push(".");
    }
  };
  tokens.forEach((token, index) => {
    if (token.kind === "numeric") addNumber(token, depths[index] > 0);
    else if (token.kind !== "space") rest.push(token.text);
    else if (!depths[index]) {
      const beside = tokens[index + 1]?.kind === "numeric" || rest.at(-1) === "";
      const lines = token.text.split("\n").length - 1;
      if (lines) rest.push("\n".repeat(lines));
      if (!beside && !token.text.endsWith("\n")) rest.push(" ");
    }
    if (kinds.has(index)) rest.push(kinds.get(index));
  });
  return [rest, numbers];
}

function sameWithin(one, other, tolerance) {
  const [text, ours] = takeApart(one);
  const [otherText, theirs] = takeApart(other);
  return (
    text.length === otherText.length &&
    text.every((piece, index) => piece === otherText[index]) &&
    ours.length === theirs.length &&
    ours.every((number, index) => isNear(number, theirs[index], tolerance))
  );
}

/**
 * Whether two outputs are equal but for their layout.
 *
 * `model` is the real output, which decides whether its layout was made on purpose. `tolerance` is null, or has the texts
 * of two decimals, `absolute` and `relative`: by how much numbers may differ from those of `other`.
 */
export function sameOutput(typed, real, tolerance = null, model = real) {
  const [one, other] = [foldOutput(typed), foldOutput(real)];
  if (one === other) return true;
  const own = hasOwnLayout(foldOutput(model));
  const [ours, theirs] = [arranged(one, own), arranged(other, own)];
  if (ours === theirs || sameInOtherWords(ours, theirs)) return true;
  return tolerance !== null && sameWithin(ours, theirs, tolerance);
}
