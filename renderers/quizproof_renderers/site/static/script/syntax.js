// Python programs as syntax trees. A node is {type, and its parts in the order of Python's ast}; a test compares both.
//
// Not all of Python is read: `yield`, `async`, `match` and some rare forms throw Unread, as does what is not valid Python.
// Literals are kept as text that two spellings of a value share: `i16` for 0x10, `f` and 16 digits for a float, `s…`, `b…`.

/** A text that is not valid Python, or that has a form that is not read here. */
export class Unread extends Error {}

const fail = () => {
  throw new Unread("not read");
};

export const made = (type, parts) => ({ type, ...parts });

/* ---- tokens: [kind, text, where it begins]; kinds are name, number, string, sign, line, indent, dedent, end */

const KEYWORDS = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if " +
    "import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);
const DIGITS = String.raw`\d(?:_?\d)*`;
const POINTED = `(?:${DIGITS}\\.(?:${DIGITS})?|\\.${DIGITS})(?:[eE][-+]?${DIGITS})?|${DIGITS}[eE][-+]?${DIGITS}`;
const NUMBER = new RegExp(
  String.raw`(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:${POINTED})[jJ]?|${DIGITS}[jJ]|[1-9](?:_?\d)*|0(?:_?0)*)(?![\p{L}\p{N}_.])`,
  "uy",
);
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const STRING =
  /([rR][bBfF]?|[bBfF][rR]?|[uU])?("""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?!"")(?:[^"\\\n]|\\[^])*"|'(?!'')(?:[^'\\\n]|\\[^])*')/y;
const SIGNS = /\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|\*\*|\/\/|>>|<<|<=|>=|==|!=|[-+*/%@&|^]=|[-+*/%@&|^~<>=()[\]{},:;.]/y;
const LAYOUT = /(?: |\t|\\\n)+|#[^\n]*/y;

export function tokensOf(text) {
  const source = text.replace(/\r\n/g, "\n");
  const tokens = [];
  const levels = [0];
  let at = 0;
  let depth = 0;
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at = pattern.lastIndex;
    return found;
  };

  /** Read the indentation of a line that has code; the lines before it that have none are skipped. */
  function startLine() {
    const [all, indent] = /^(?:[ \t]*(?:#[^\n]*)?(?:\n|$))*?([ \t]*)(?=[^ \t\n#]|$)/.exec(source.slice(at)) || fail();
    at += all.length;
    // Tabs mix with spaces in ways that are not read here.
    if (indent.includes("\t")) fail();
    if (at >= source.length) return;
    if (indent.length > levels[levels.length - 1]) {
      levels.push(indent.length);
      tokens.push(["indent", "", at]);
    }
    while (indent.length < levels[levels.length - 1]) {
      levels.pop();
      tokens.push(["dedent", "", at]);
    }
    if (indent.length !== levels[levels.length - 1]) fail();
  }

  startLine();
  while (at < source.length) {
    const start = at;
    if (match(LAYOUT)) continue;
    if (source[at] === "\n") {
      at += 1;
      if (depth) continue;
      tokens.push(["line", "", start]);
      startLine();
      continue;
    }
    // A prefix of a string looks like a name, and a number may begin with a point.
    const string = match(STRING);
    if (string) {
      tokens.push(["string", string, start]);
      continue;
    }
    const number = match(NUMBER);
    const name = number ? null : match(NAME);
    const sign = number || name ? null : match(SIGNS);
    const [found] = number || name || sign || fail();
    // Python composes names before it compares them.
    if (name && found.normalize("NFKC") !== found) fail();
    if ("([{".includes(found)) depth += 1;
    if (")]}".includes(found)) depth -= 1;
    if (depth < 0) fail();
    tokens.push([number ? "number" : name ? "name" : "sign", found, start]);
  }
  if (depth) fail();
  if (tokens.length && tokens[tokens.length - 1][0] !== "line") tokens.push(["line", "", at]);
  while (levels.pop()) tokens.push(["dedent", "", at]);
  tokens.push(["end", "", at]);
  return tokens;
}

/* ---- literals */

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

function numberText(text) {
  const plain = text.replace(/_/g, "").toLowerCase();
  if (/^0[xob]/.test(plain)) return `i${BigInt(plain)}`;
  if (plain.endsWith("j")) return floatText(Number(plain.slice(0, -1))).replace("f", "j");
  return /[.e]/.test(plain) ? floatText(Number(plain)) : `i${BigInt(plain)}`;
}

const ESCAPES = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\n": "" };

/** The text of a literal's body, its escapes read. */
function unescaped(body, isBytes) {
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g,
    (whole, two, four, eight, octal, other) => {
      if (isBytes && (four || eight)) return whole;
      const code = two || four || eight ? parseInt(two || four || eight, 16) : octal ? parseInt(octal, 8) : null;
      if (code === null) {
        if ("xNuU".includes(other) && !(isBytes && other !== "x")) fail();
        return ESCAPES[other] ?? ("\\'\"".includes(other) ? other : whole);
      }
      if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff || (octal && code > 0xff)) fail();
      return String.fromCodePoint(code);
    },
  );
}

/** The parts of an f-string: texts and nodes. Ends at the end of the body, or, in a format, before its closing brace. */
function formatted(body, raw, isFormat = false) {
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
      const [field, end] = fieldOf(body, at + 1, raw);
      parts.push(field);
      at = end;
    } else if (body[at] === "}") {
      if (!isFormat) fail();
      break;
    } else {
      // A named character has braces of its own.
      if (body[at] === "\\" && body[at + 1] === "N") fail();
      text += body[at];
      at += 1;
    }
  }
  flush();
  return [parts, at];
}

function fieldOf(body, start, raw) {
  let depth = 0;
  let at = start;
  for (; at < body.length; at += 1) {
    const sign = body[at];
    if ("'\"\\#\n".includes(sign)) {
      STRING.lastIndex = at;
      const string = "'\"".includes(sign) && STRING.exec(body);
      if (!string || string[0].includes("\\")) fail();
      at = STRING.lastIndex - 1;
    } else if ("([{".includes(sign)) depth += 1;
    else if (depth && ")]}".includes(sign)) depth -= 1;
    else if (!depth && "!:}=".includes(sign)) {
      if (!/^[!=<>]=|^=/.test(body.slice(at)) && !/[!<>=]/.test(sign === "=" ? body[at - 1] : "")) break;
      // `{x=}` shows its own text, which is not read; `==` and its like are signs.
      if (!/^[!=]=/.test(body.slice(at)) && !/[<>]/.test(body[at - 1])) fail();
      at += 1;
    }
  }
  const value = parseExpression(body.slice(start, at).trim());
  let conversion = "-1";
  if (body[at] === "!") {
    if (!"sra".includes(body[at + 1])) fail();
    conversion = String(body.charCodeAt(at + 1));
    at += 2;
  }
  let format = null;
  if (body[at] === ":") {
    const [parts, end] = formatted(body.slice(at + 1), raw, true);
    format = joinedString(parts);
    at += 1 + end;
  }
  if (body[at] !== "}") fail();
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

/** One literal, or several side by side, as one node. */
function literal(strings) {
  const parts = [];
  const isBytes = /b/i.test(strings[0][1] || "");
  for (const [, prefix = "", quoted] of strings) {
    if (/b/i.test(prefix) !== isBytes) fail();
    const quotes = /^("""|''')/.test(quoted) ? 3 : 1;
    const body = quoted.slice(quotes, -quotes);
    const raw = /r/i.test(prefix);
    if (isBytes && /[^\x00-\x7f]/.test(body)) fail(); // eslint-disable-line no-control-regex
    // A lone half of a character cannot be hashed as Python does.
    if (/\p{Cs}/u.test(body)) fail();
    if (/f/i.test(prefix)) parts.push(...formatted(body, raw)[0]);
    else parts.push(raw ? body : unescaped(body, isBytes));
  }
  return isBytes ? made("Constant", { value: `b${parts.join("")}` }) : joinedString(parts);
}

/* ---- expressions */

const COMPARISONS = { "==": "Eq", "!=": "NotEq", "<": "Lt", "<=": "LtE", ">": "Gt", ">=": "GtE", in: "In", is: "Is" };
const BINARY = [
  { "|": "BitOr" },
  { "^": "BitXor" },
  { "&": "BitAnd" },
  { "<<": "LShift", ">>": "RShift" },
  { "+": "Add", "-": "Sub" },
  { "*": "Mult", "/": "Div", "//": "FloorDiv", "%": "Mod", "@": "MatMult" },
];
export const OPERATORS = Object.assign({ "**": "Pow" }, ...BINARY);
const UNARY = { "-": "USub", "+": "UAdd", "~": "Invert" };
const CONSTANTS = ["True", "False", "None"];

/** What reads expressions from tokens; statements.js reads statements with it. */
export class Expressions {
  constructor(tokens) {
    this.tokens = tokens;
    this.at = 0;
  }

  get kind() {
    return this.tokens[this.at][0];
  }

  /** Whether the next token is this sign or word. */
  is(...texts) {
    const [kind, text] = this.tokens[this.at];
    return (kind === "sign" || kind === "name") && texts.includes(text);
  }

  take(...texts) {
    if (!this.is(...texts)) return null;
    this.at += 1;
    return this.tokens[this.at - 1][1];
  }

  need(text) {
    if (!this.take(text)) fail();
  }

  name() {
    if (this.kind !== "name" || KEYWORDS.has(this.tokens[this.at][1])) fail();
    this.at += 1;
    return this.tokens[this.at - 1][1];
  }

  /** Items up to a closing sign, with commas between them, and perhaps one after the last. */
  until(close, item) {
    const items = [];
    while (!this.take(close)) {
      items.push(item());
      if (!this.is(close)) this.need(",");
    }
    return items;
  }

  named() {
    const left = this.test();
    if (!this.is(":=")) return left;
    if (left.type !== "Name" || left.inParentheses) fail();
    this.at += 1;
    return made("NamedExpr", { target: left, value: this.test() });
  }

  starredOrNamed() {
    return this.take("*") ? made("Starred", { value: this.binary(0) }) : this.named();
  }

  /** Expressions with commas between them: a tuple, or the only one. */
  list(item = () => (this.take("*") ? made("Starred", { value: this.binary(0) }) : this.test())) {
    const first = item();
    if (!this.is(",")) {
      if (first.type === "Starred") fail();
      return first;
    }
    const elts = [first];
    while (this.take(",")) {
      if (this.endsList()) break;
      elts.push(item());
    }
    return made("Tuple", { elts });
  }

  endsList() {
    return this.kind === "line" || this.kind === "end" || this.is(")", "]", "}", "=", ":", ";", "in") || this.isAugmented();
  }

  isAugmented() {
    const [kind, text] = this.tokens[this.at];
    return kind === "sign" && text.length > 1 && text.endsWith("=") && text.slice(0, -1) in OPERATORS;
  }

  test() {
    if (this.take("lambda")) {
      const args = this.parameters(":", false);
      return made("Lambda", { args, body: this.test() });
    }
    const body = this.or();
    if (!this.take("if")) return body;
    const test = this.or();
    this.need("else");
    return made("IfExp", { test, body, orelse: this.test() });
  }

  or() {
    return this.boolean("or", "Or", () => this.boolean("and", "And", () => this.not()));
  }

  boolean(word, op, operand) {
    const values = [operand()];
    while (this.take(word)) values.push(operand());
    return values.length > 1 ? made("BoolOp", { op, values }) : values[0];
  }

  not() {
    if (this.take("not")) return made("UnaryOp", { op: "Not", operand: this.not() });
    const left = this.binary(0);
    const ops = [];
    const comparators = [];
    for (;;) {
      let op = null;
      if (this.is("not")) {
        this.at += 1;
        this.need("in");
        op = "NotIn";
      } else {
        const sign = this.take(...Object.keys(COMPARISONS));
        if (!sign) break;
        op = sign === "is" && this.take("not") ? "IsNot" : COMPARISONS[sign];
      }
      ops.push(op);
      comparators.push(this.binary(0));
    }
    return ops.length ? made("Compare", { left, ops, comparators }) : left;
  }

  binary(level) {
    if (level === BINARY.length) return this.factor();
    let left = this.binary(level + 1);
    for (;;) {
      const sign = this.take(...Object.keys(BINARY[level]));
      if (!sign) return left;
      left = made("BinOp", { left, op: BINARY[level][sign], right: this.binary(level + 1) });
    }
  }

  factor() {
    const sign = this.take(...Object.keys(UNARY));
    if (sign) return made("UnaryOp", { op: UNARY[sign], operand: this.factor() });
    const left = this.primary();
    return this.take("**") ? made("BinOp", { left, op: "Pow", right: this.factor() }) : left;
  }

  primary() {
    let value = this.atom();
    for (;;) {
      if (this.take(".")) value = made("Attribute", { value, attr: this.name() });
      else if (this.take("(")) value = this.call(value);
      else if (this.take("[")) value = made("Subscript", { value, slice: this.subscript() });
      else return value;
    }
  }

  call(func) {
    const args = [];
    const keywords = [];
    let unpacked = false;
    this.until(")", () => {
      if (this.take("**")) {
        unpacked = true;
        keywords.push(made("keyword", { arg: null, value: this.test() }));
      } else if (this.take("*")) {
        if (unpacked) fail();
        args.push(made("Starred", { value: this.test() }));
      } else if (this.kind === "name" && this.tokens[this.at + 1][1] === "=" && this.tokens[this.at + 1][0] === "sign") {
        const arg = this.name();
        this.need("=");
        keywords.push(made("keyword", { arg, value: this.test() }));
      } else {
        if (keywords.length) fail();
        const arg = this.named();
        if (!this.is("for")) args.push(arg);
        else {
          if (args.length) fail();
          args.push(made("GeneratorExp", { elt: arg, generators: this.generators() }));
          if (!this.is(")")) fail();
        }
      }
    });
    return made("Call", { func, args, keywords });
  }

  subscript() {
    const item = () => {
      const lower = this.is(":") ? null : this.named();
      if (!this.take(":")) return lower;
      const upper = this.is(":", ",", "]") ? null : this.test();
      const step = this.take(":") && !this.is(",", "]") ? this.test() : null;
      return made("Slice", { lower, upper, step });
    };
    if (this.is("]")) fail();
    const slice = this.list(item);
    this.need("]");
    return slice;
  }

  generators() {
    const generators = [];
    while (this.take("for")) {
      const target = this.targets();
      this.need("in");
      const iter = this.or();
      const ifs = [];
      while (this.take("if")) ifs.push(this.or());
      generators.push(made("comprehension", { target, iter, ifs, is_async: "0" }));
    }
    return generators;
  }

  /** What `for` binds. */
  targets() {
    const item = () => (this.take("*") ? made("Starred", { value: this.binary(0) }) : this.binary(0));
    return asTarget(this.list(item));
  }

  atom() {
    const [kind, text] = this.tokens[this.at];
    if (kind === "number") {
      this.at += 1;
      return made("Constant", { value: numberText(text) });
    }
    if (kind === "string") {
      const strings = [];
      while (this.kind === "string") {
        strings.push(this.tokens[this.at][1]);
        this.at += 1;
      }
      return literal(strings);
    }
    if (kind === "name" && CONSTANTS.includes(text)) {
      this.at += 1;
      return made("Constant", { value: text });
    }
    if (this.take("...")) return made("Constant", { value: "..." });
    if (this.take("(")) return this.parentheses();
    if (this.take("[")) return this.brackets();
    if (this.take("{")) return this.braces();
    return made("Name", { id: this.name() });
  }

  parentheses() {
    if (this.take(")")) return made("Tuple", { elts: [] });
    const first = this.starredOrNamed();
    if (this.is("for")) {
      if (first.type === "Starred") fail();
      const generators = this.generators();
      this.need(")");
      return made("GeneratorExp", { elt: first, generators });
    }
    if (this.take(")")) {
      if (first.type === "Starred") fail();
      // Kept beside the parts, which are what is compared: `(x): int` is not `x: int`.
      Object.defineProperty(first, "inParentheses", { value: true, configurable: true });
      return first;
    }
    this.need(",");
    return made("Tuple", { elts: [first, ...this.until(")", () => this.starredOrNamed())] });
  }

  brackets() {
    if (this.take("]")) return made("List", { elts: [] });
    const first = this.starredOrNamed();
    if (this.is("for")) {
      if (first.type === "Starred") fail();
      const generators = this.generators();
      this.need("]");
      return made("ListComp", { elt: first, generators });
    }
    if (!this.is("]")) this.need(",");
    return made("List", { elts: [first, ...this.until("]", () => this.starredOrNamed())] });
  }

  braces() {
    const pair = () => {
      if (this.take("**")) return [null, this.binary(0)];
      const key = this.test();
      this.need(":");
      return [key, this.test()];
    };
    if (this.take("}")) return made("Dict", { keys: [], values: [] });
    const start = this.at;
    const isDict = this.is("**") || (!this.is("*") && (this.named(), this.is(":")));
    this.at = start;
    const first = isDict ? pair() : this.starredOrNamed();
    if (this.is("for")) {
      if (isDict ? !first[0] : first.type === "Starred") fail();
      const generators = this.generators();
      this.need("}");
      if (isDict) return made("DictComp", { key: first[0], value: first[1], generators });
      return made("SetComp", { elt: first, generators });
    }
    if (!this.is("}")) this.need(",");
    const items = [first, ...this.until("}", isDict ? pair : () => this.starredOrNamed())];
    if (!isDict) return made("Set", { elts: items });
    return made("Dict", { keys: items.map(([key]) => key), values: items.map(([, value]) => value) });
  }

  /** The parameters of a function or a lambda, up to a closing sign, which is taken. */
  parameters(close, annotated) {
    const parts = { posonlyargs: [], args: [], vararg: null, kwonlyargs: [], kw_defaults: [], kwarg: null, defaults: [] };
    const parameter = (starred) => {
      const arg = this.name();
      if (!annotated || !this.take(":")) return made("arg", { arg, annotation: null });
      if (starred && this.is("*")) fail();
      return made("arg", { arg, annotation: this.test() });
    };
    let onlyKeywords = false;
    let last = null;
    this.until(close, () => {
      if (parts.kwarg) fail();
      if (this.take("/")) {
        if (onlyKeywords || parts.posonlyargs.length || !parts.args.length) fail();
        parts.posonlyargs = parts.args;
        parts.args = [];
      } else if (this.take("**")) parts.kwarg = parameter(false);
      else if (this.take("*")) {
        if (onlyKeywords) fail();
        onlyKeywords = true;
        if (!this.is(",")) parts.vararg = parameter(true);
        else last = "*";
        return;
      } else {
        const arg = parameter(false);
        const value = this.take("=") ? this.test() : null;
        if (onlyKeywords) {
          parts.kwonlyargs.push(arg);
          parts.kw_defaults.push(value);
        } else {
          if (!value && parts.defaults.length) fail();
          parts.args.push(arg);
          if (value) parts.defaults.push(value);
        }
      }
      if (last === "*" && !parts.kwonlyargs.length) fail();
      last = null;
    });
    if (last === "*") fail();
    return made("arguments", parts);
  }
}

/** An expression that can be assigned to; fails for any other. */
export function asTarget(target) {
  const { type } = target;
  if (type === "Tuple" || type === "List") {
    if (target.elts.filter((each) => each.type === "Starred").length > 1) fail();
    for (const each of target.elts) asTarget(each.type === "Starred" ? each.value : each);
  } else if (type !== "Name" && type !== "Attribute" && type !== "Subscript") fail();
  return target;
}

function parseExpression(text) {
  const reader = new Expressions(tokensOf(`(${text})`));
  const value = reader.atom();
  if (reader.kind !== "line" || text === "") fail();
  return value;
}
