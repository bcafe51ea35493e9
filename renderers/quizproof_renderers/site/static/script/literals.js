// Literals of Python as text that two spellings of a value share: `i16` for 0x10, `f` and 16 digits for a float, `s…`,
// `b…`; and f-strings.

import { STRING, unread } from "./tokens.js";

/** A node of a syntax tree: its type, and its parts in the order of Python's ast. */
export const made = (type, parts) => ({ type, ...parts });

const bits = new DataView(new ArrayBuffer(8));

/** A float as text: `f` and its 64 bits as hexadecimal digits. */
export function floatText(value) {
  bits.setFloat64(0, value);
  return `f${bits.getBigUint64(0).toString(16).padStart(16, "0")}`;
}

/** The float that such a text stands for. */
export function floatOf(text) {
  bits.setBigUint64(0, BigInt(`0x${text.slice(1)}`));
  return bits.getFloat64(0);
}

/** A number as all spellings of it have it. */
export function numberText(text) {
  const plain = text.replace(/_/g, "").toLowerCase();
  if (/^0[xob]/.test(plain)) return `i${BigInt(plain)}`;
  if (plain.endsWith("j")) return floatText(Number(plain.slice(0, -1))).replace("f", "j");
  return /[.e]/.test(plain) ? floatText(Number(plain)) : `i${BigInt(plain)}`;
}

const ESCAPES = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\n": "" };

/** The text of a literal's body, its escapes read. */
function unescaped(body, isBytes) {
  return body.replace(
    /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|[^])/g,
    (whole) => {
      const [, octal, other] = /^\\(?:([0-7]+)|([^]))/.exec(whole);
      if (isBytes && whole.length > 2 && "uU".includes(other)) return whole;
      const code = whole.length > 2 && other ? parseInt(whole.slice(2), 16) : octal ? parseInt(octal, 8) : null;
      if (code === null) {
        if ("xNuU".includes(other) && !(isBytes && other !== "x")) unread();
        return ESCAPES[other] ?? ("\\'\"".includes(other) ? other : whole);
      }
      if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff || (octal && code > 0xff)) unread();
      return String.fromCodePoint(code);
    },
  );
}

/** The parts of an f-string: texts and nodes. Ends at the end of the body, or, in a format, before its closing brace. */
function formatted(body, raw, parse, isFormat = false) {
  const parts = [];
  let at = 0;
  let text = "";
  const flush = () => {
    parts.push(raw ? text : unescaped(text, false));
    text = "";
  };
  while (at < body.length) {
    const two = body.slice(at, at + 2);
    if (!isFormat && (two === "{{" || two === "}}")) {
      text += two[0];
      at += 2;
    } else if (body[at] === "{") {
      flush();
      const [field, end] = fieldOf(body, at + 1, raw, parse);
      parts.push(field);
      at = end;
    } else if (body[at] === "}") {
      if (!isFormat) unread();
      break;
    } else {
      // A named character has braces of its own.
      if (body[at] === "\\" && body[at + 1] === "N") unread();
      text += body[at];
      at += 1;
    }
  }
  flush();
  return [parts, at];
}

function fieldOf(body, start, raw, parse) {
  let depth = 0;
  let at = start;
  for (; at < body.length; at += 1) {
    const sign = body[at];
    if ("'\"\\#\n".includes(sign)) {
      STRING.lastIndex = at;
      const string = "'\"".includes(sign) && STRING.exec(body);
      if (!string || string[0].includes("\\")) unread();
      at = STRING.lastIndex - 1;
    } else if ("([{".includes(sign)) depth += 1;
    else if (depth && ")]}".includes(sign)) depth -= 1;
    else if (!depth && "!:}=".includes(sign)) {
      if (!/^[!=<>]=|^=/.test(body.slice(at)) && !/[!<>=]/.test(sign === "=" ? body[at - 1] : "")) break;
      // `{x=}` shows its own text, which is not read; `==` and its like are signs.
      if (!/^[!=]=/.test(body.slice(at)) && !/[<>]/.test(body[at - 1])) unread();
      at += 1;
    }
  }
  const value = parse(body.slice(start, at).trim());
  let conversion = "-1";
  if (body[at] === "!") {
    if (!"sra".includes(body[at + 1])) unread();
    conversion = String(body.charCodeAt(at + 1));
    at += 2;
  }
  let format = null;
  if (body[at] === ":") {
    const [parts, end] = formatted(body.slice(at + 1), raw, parse, true);
    format = joinedString(parts);
    at += 1 + end;
  }
  if (body[at] !== "}") unread();
  return [made("FormattedValue", { value, conversion, format_spec: format }), at + 1];
}

/** Texts and formatted values as one node: a plain string where there is nothing to format. */
function joinedString(parts) {
  const values = [];
  let text = "";
  const flush = () => {
    if (text) values.push(made("Constant", { value: `s${text}` }));
    text = "";
  };
  for (const part of parts) {
    if (typeof part === "string") text += part;
    else {
      flush();
      values.push(part);
    }
  }
  if (!values.length) return made("Constant", { value: `s${text}` });
  flush();
  return made("JoinedStr", { values });
}

/** String literals, one or several side by side, as one node. `parse` reads an expression that is in one. */
export function literal(strings, parse) {
  const parts = [];
  const isBytes = /b/i.test(strings[0][1] || "");
  for (const [, prefix = "", quoted] of strings) {
    if (/b/i.test(prefix) !== isBytes) unread();
    const quotes = /^("""|''')/.test(quoted) ? 3 : 1;
    const body = quoted.slice(quotes, -quotes);
    const raw = /r/i.test(prefix);
    if (isBytes && /[^\x00-\x7f]/.test(body)) unread(); // eslint-disable-line no-control-regex
    // A lone half of a character cannot be hashed as Python does.
    if (/\p{Cs}/u.test(body)) unread();
    if (/f/i.test(prefix)) parts.push(...formatted(body, raw, parse)[0]);
    else parts.push(raw ? body : unescaped(body, isBytes));
  }
  return isBytes ? made("Constant", { value: `b${parts.join("")}` }) : joinedString(parts);
}
