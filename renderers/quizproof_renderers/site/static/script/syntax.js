// Expressions of Python as syntax trees: nodes with their parts in the order of Python's ast; a test compares both.
// Not all of Python is read: `yield`, `async`, `match` and some rare forms throw Unread.

import { literal, made, numberText } from "./literals.js";
import { KEYWORDS, tokensOf, unread } from "./tokens.js";

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
    if (!this.take(text)) unread();
  }

  name() {
    if (this.kind !== "name" || KEYWORDS.has(this.tokens[this.at][1])) unread();
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
    if (left.type !== "Name" || left.inParentheses) unread();
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
      if (first.type === "Starred") unread();
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
    for (let op = this.comparison(); op; op = this.comparison()) {
      ops.push(op);
      comparators.push(this.binary(0));
    }
    return ops.length ? made("Compare", { left, ops, comparators }) : left;
  }

  /** The comparison that comes next, of one word or two; null for none. */
  comparison() {
    if (this.take("not")) {
      this.need("in");
      return "NotIn";
    }
    const sign = this.take(...Object.keys(COMPARISONS));
    if (!sign) return null;
    return sign === "is" && this.take("not") ? "IsNot" : COMPARISONS[sign];
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
        if (unpacked) unread();
        args.push(made("Starred", { value: this.test() }));
      } else if (this.kind === "name" && this.tokens[this.at + 1][1] === "=" && this.tokens[this.at + 1][0] === "sign") {
        const arg = this.name();
        this.need("=");
        keywords.push(made("keyword", { arg, value: this.test() }));
      } else {
        if (keywords.length) unread();
        const arg = this.named();
        if (!this.is("for")) args.push(arg);
        else {
          if (args.length) unread();
          args.push(made("GeneratorExp", { elt: arg, generators: this.generators() }));
          if (!this.is(")")) unread();
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
    if (this.is("]")) unread();
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
      return literal(strings, parseExpression);
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
      if (first.type === "Starred") unread();
      const generators = this.generators();
      this.need(")");
      return made("GeneratorExp", { elt: first, generators });
    }
    if (this.take(")")) {
      if (first.type === "Starred") unread();
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
      if (first.type === "Starred") unread();
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
      if (isDict ? !first[0] : first.type === "Starred") unread();
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
      if (starred && this.is("*")) unread();
      return made("arg", { arg, annotation: this.test() });
    };
    let onlyKeywords = false;
    let last = null;
    this.until(close, () => {
      if (parts.kwarg) unread();
      if (this.take("/")) {
        if (onlyKeywords || parts.posonlyargs.length || !parts.args.length) unread();
        parts.posonlyargs = parts.args;
        parts.args = [];
      } else if (this.take("**")) parts.kwarg = parameter(false);
      else if (this.take("*")) {
        if (onlyKeywords) unread();
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
          if (!value && parts.defaults.length) unread();
          parts.args.push(arg);
          if (value) parts.defaults.push(value);
        }
      }
      if (last === "*" && !parts.kwonlyargs.length) unread();
      last = null;
    });
    if (last === "*") unread();
    return made("arguments", parts);
  }
}

/** An expression that can be assigned to; fails for any other. */
export function asTarget(target) {
  const { type } = target;
  if (type === "Tuple" || type === "List") {
    if (target.elts.filter((each) => each.type === "Starred").length > 1) unread();
    for (const each of target.elts) asTarget(each.type === "Starred" ? each.value : each);
  } else if (type !== "Name" && type !== "Attribute" && type !== "Subscript") unread();
  return target;
}

function parseExpression(text) {
  const reader = new Expressions(tokensOf(`(${text})`));
  const value = reader.atom();
  if (reader.kind !== "line" || text === "") unread();
  return value;
}
