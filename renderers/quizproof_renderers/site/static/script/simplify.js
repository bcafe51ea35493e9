// Different words for the same in a program become one. snippets/simplify.py has the same rules, in the same order.

import { floatOf, floatText, made } from "./literals.js";
import { childrenOf, partsOf } from "./scopes.js";

const OPPOSITE = { Is: "IsNot", IsNot: "Is", In: "NotIn", NotIn: "In" };
const MIRRORED = { Lt: "Gt", LtE: "GtE", Gt: "Lt", GtE: "LtE", Eq: "Eq", NotEq: "NotEq" };
const BODIES = ["body", "orelse", "finalbody"];
const PLAIN_TYPES = ["int", "float", "str", "bool", "bytes", "complex", "object", "list", "tuple", "dict", "set"];
const IN_ORDER = ["dict", "OrderedDict", "update", "assign", "SimpleNamespace", "Namespace", "partial"];
const LARGEST_WHOLE = 2n ** 53n;
const MAX_POWER = 64n;
const COMPUTES = ["Attribute", "Subscript", "Slice", "BinOp", "UnaryOp", "Compare", "Tuple", "List"];

const isConstant = (node, value) => node.type === "Constant" && node.value === value;
const isName = (node, name) => node.type === "Name" && node.id === name;
const isStill = (node) => node.type === "Name" || node.type === "Constant";
const isQuiet = (node) => isStill(node) || (COMPUTES.includes(node.type) && childrenOf(node).every(isQuiet));
const lastName = (func) =>
  func.type === "Name" ? func.id.split(".").pop() : func.type === "Attribute" ? func.attr : "";
const asTuple = (node) => (node.type === "List" ? made("Tuple", { elts: node.elts }) : node);
const plainTarget = (target) =>
  target.type === "Tuple" || target.type === "List" ? made("Tuple", { elts: target.elts.map(plainTarget) }) : target;

/* ---- constants that are numbers: whole ones as BigInt, floats as numbers */

function numberOf(node) {
  if (node.type !== "Constant") return null;
  if (node.value[0] === "i") return BigInt(node.value.slice(1));
  return node.value[0] === "f" ? floatOf(node.value) : null;
}

const constant = (value) => made("Constant", { value: typeof value === "bigint" ? `i${value}` : floatText(value) });
const sizeOf = (whole) => (whole < 0n ? -whole : whole);

/** The value of an operation on two constants, where every machine computes the same; null for others. */
function folded(one, op, other) {
  const whole = typeof one === "bigint" && typeof other === "bigint";
  if (op === "Pow") {
    const isSmall = whole && other >= 0n && other <= MAX_POWER && sizeOf(one) <= LARGEST_WHOLE;
    return isSmall ? one ** other : null;
  }
  const isLarge = (number) => typeof number === "bigint" && sizeOf(number) > LARGEST_WHOLE;
  if ((!whole || op === "Div") && (isLarge(one) || isLarge(other))) return null;
  const asFloats = !whole || op === "Div";
  const [a, b] = asFloats ? [Number(one), Number(other)] : [one, other];
  if (op === "Div" && b === 0) return null;
  const value = { Add: () => a + b, Sub: () => a - b, Mult: () => a * b, Div: () => a / b }[op]?.() ?? null;
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

/* ---- one rule for each type of node; a rule may change its node, and returns what takes its place */

function onUnary(node) {
  const { op, operand } = node;
  if (op === "Not" && operand.type === "Compare" && operand.comparators.length === 1 && operand.ops[0] in OPPOSITE) {
    operand.ops = [OPPOSITE[operand.ops[0]]];
    return operand;
  }
  if (op === "Not" && (isConstant(operand, "True") || isConstant(operand, "False"))) {
    return made("Constant", { value: operand.value === "True" ? "False" : "True" });
  }
  const number = numberOf(operand);
  if (number === null || (op !== "USub" && op !== "UAdd")) return node;
  return constant(op === "USub" ? -number : number);
}

function onBinary(node) {
  const { left, op, right } = node;
  const [one, other] = [numberOf(left), numberOf(right)];
  if (one !== null && other !== null) {
    const value = folded(one, op, other);
    return value === null ? node : constant(value);
  }
  if ((op === "Mult" || op === "Add") && other !== null) [node.left, node.right] = [right, left];
  return node;
}

function onCompare(node) {
  if (node.ops.length !== 1) return node;
  const [op] = node.ops;
  if (op === "In" || op === "NotIn") node.comparators = [asTuple(node.comparators[0])];
  if (op in MIRRORED && numberOf(node.left) !== null && numberOf(node.comparators[0]) === null) {
    [node.left, node.comparators] = [node.comparators[0], [node.left]];
    node.ops = [MIRRORED[op]];
  }
  return node;
}

function onBoolean(node) {
  node.values = node.values.flatMap((value) => (value.type === "BoolOp" && value.op === node.op ? value.values : [value]));
  return node;
}

function onCondition(node) {
  const { test } = node;
  if (test.type === "UnaryOp" && test.op === "Not") {
    [node.test, node.body, node.orelse] = [test.operand, node.orelse, node.body];
  }
  return node;
}

function onIf(node) {
  if (node.orelse.length) return onCondition(node);
  const [inner] = node.body;
  if (node.body.length === 1 && inner.type === "If" && !inner.orelse.length) {
    node.test = onBoolean(made("BoolOp", { op: "And", values: [node.test, inner.test] }));
    node.body = inner.body;
  }
  return node;
}

function onSlice(node) {
  for (const name of partsOf(node)) if (node[name] && isConstant(node[name], "None")) node[name] = null;
  return node;
}

function onIteration(node) {
  node.iter = asTuple(node.iter);
  node.target = plainTarget(node.target);
  return node;
}

function onAssignment(node) {
  node.targets = node.targets.map(plainTarget);
  return node;
}

function onWith(node) {
  const [first, ...others] = node.items;
  if (!others.length) return node;
  return made("With", { items: [first], body: [onWith(made("With", { items: others, body: node.body }))] });
}

function onReturn(node) {
  if (node.value && isConstant(node.value, "None")) node.value = null;
  return node;
}

const isIdle = (statement) =>
  statement.type === "Pass" || (statement.type === "Expr" && statement.value.type === "Constant");

/** Leave out statements that do nothing: constants, docstrings among them, and `pass`. */
function clean(node) {
  if (node.type === "Lambda" || node.type === "IfExp") return;
  for (const name of BODIES.filter((each) => each in node)) {
    const left = node[name].filter((statement) => !isIdle(statement));
    const isNeeded = name === "body" || (name === "finalbody" && node[name].length && !node.handlers.length);
    node[name] = left.length || !isNeeded ? left : [made("Pass", {})];
  }
}

/** `super()` for `super(Net, self)` in a method of `Net`, but not in functions inside it. */
function shortenSuper(node, className, selfName) {
  if (["FunctionDef", "Lambda", "ClassDef"].includes(node.type) || /(?:Comp|Exp)$/.test(node.type)) return;
  for (const child of childrenOf(node)) shortenSuper(child, className, selfName);
  if (node.type !== "Call" || !isName(node.func, "super") || node.args.length !== 2) return;
  if (isName(node.args[0], className) && isName(node.args[1], selfName)) node.args = [];
}

/**
 * A tree in the simplest words; the tree itself is changed.
 *
 * `bound` has the names that the program binds, so that they are not the builtin ones, and `types` those of types that
 * are known to exist. `sortKeywords` is whether the order of keywords in calls can be left out.
 */
export function simplified(tree, bound, types, sortKeywords) {
  // How many classes are around a node; their annotations are looked at by others.
  let classes = 0;

  function call(node) {
    const { func, keywords } = node;
    const name = func.type === "Name" && !bound.has(func.id) ? func.id : "";
    if (name === "dict" && !node.args.length && keywords.every(({ arg }) => arg !== null)) {
      if (new Set(keywords.map(({ arg }) => arg)).size === keywords.length) {
        const keys = keywords.map(({ arg }) => made("Constant", { value: `s${arg}` }));
        return made("Dict", { keys, values: keywords.map(({ value }) => value) });
      }
    }
    if ((name === "list" || name === "tuple") && !node.args.length && !keywords.length) {
      return made(name === "list" ? "List" : "Tuple", { elts: [] });
    }
    if (name === "range" && !keywords.length && !node.args.some(({ type }) => type === "Starred")) {
      if (node.args.length === 3 && isConstant(node.args[2], "i1")) node.args = node.args.slice(0, 2);
      if (node.args.length === 2 && isConstant(node.args[0], "i0")) node.args = node.args.slice(1);
    }
    if (sortKeywords && !IN_ORDER.includes(lastName(func)) && keywords.every(({ arg }) => arg)) {
      const values = keywords.map(({ value }) => value);
      if (values.every(isQuiet) || values.filter((value) => !isStill(value)).length <= 1) {
        node.keywords = [...keywords].sort((a, b) => (a.arg < b.arg ? -1 : Number(a.arg > b.arg)));
      }
    }
    return node;
  }

  /** Whether an annotation is sure to be evaluated without an exception. */
  function isType(part) {
    if (part === null) return true;
    if (part.type === "Constant") return part.value === "None" || part.value.startsWith("s");
    if (part.type === "Name") return types.has(part.id) || (PLAIN_TYPES.includes(part.id) && !bound.has(part.id));
    if (part.type === "Tuple") return part.elts.every(isType);
    const isGeneric = part.type === "Subscript" && part.value.type === "Name";
    return isGeneric && ["list", "tuple", "dict", "set"].includes(part.value.id) && isType(part.value) && isType(part.slice);
  }

  function annotated(node) {
    if (classes || node.value === null || node.target.type !== "Name" || !isType(node.annotation)) return node;
    return made("Assign", { targets: [node.target], value: node.value });
  }

  function onFunction(node) {
    const last = node.body[node.body.length - 1];
    if (node.body.length > 1 && last.type === "Return" && last.value === null) node.body = node.body.slice(0, -1);
    if (node.decorator_list.length) return node;
    if (isType(node.returns)) node.returns = null;
    for (const arg of childrenOf(node.args)) if ("annotation" in arg && isType(arg.annotation)) arg.annotation = null;
    return node;
  }

  function onClass(node) {
    for (const method of node.body) {
      if (method.type !== "FunctionDef" || !method.args.args.length || bound.has("super")) continue;
      for (const each of method.body) shortenSuper(each, node.name, method.args.args[0].arg);
    }
    return node;
  }

  const rules = {
    UnaryOp: onUnary,
    BinOp: onBinary,
    Compare: onCompare,
    BoolOp: onBoolean,
    IfExp: onCondition,
    Slice: onSlice,
    Call: call,
    For: onIteration,
    comprehension: onIteration,
    Assign: onAssignment,
    With: onWith,
    Return: onReturn,
    If: onIf,
    AnnAssign: annotated,
    FunctionDef: onFunction,
    ClassDef: onClass,
  };

  const visitPart = (part) =>
    Array.isArray(part) ? part.map(visitPart) : part !== null && typeof part === "object" ? visit(part) : part;

  function visit(node) {
    classes += Number(node.type === "ClassDef");
    for (const name of partsOf(node)) node[name] = visitPart(node[name]);
    classes -= Number(node.type === "ClassDef");
    clean(node);
    return Object.hasOwn(rules, node.type) ? rules[node.type](node) : node;
  }

  return visit(tree);
}
