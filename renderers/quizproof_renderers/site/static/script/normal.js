// The normal form of a program: a text that two programs share only if they do the same. snippets/normal_form.py computes
// the same text and says what it leaves out; a test gives both the same programs.

import { made } from "./literals.js";
import { boundBy, childrenOf, namesOf, walk } from "./scopes.js";
import { simplified } from "./simplify.js";
import { parseProgram } from "./statements.js";
import { Unread } from "./tokens.js";

const MAX_READ = 20000;
const MAX_ROUNDS = 200;
const WORDS = /[\p{L}_][\p{L}\p{N}_]*/gu;
const IS_WORD = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const setOf = (words) => new Set(words.split(" "));
const REFLECTIVE = setOf(
  "* __annotations__ __closure__ __code__ __dict__ __doc__ __import__ __main__ __name__ __qualname__ ast dir dis eval exec " +
    "gc getsource get_type_hints globals inspect locals signature sys traceback vars",
);
const PACKAGES = setOf(
  "collections copy functools itertools keras math numpy random sklearn sklearn.metrics tensorflow torch torch.nn " +
    "torch.nn.functional torch.optim torch.utils torch.utils.data",
);
const TYPES = setOf(
  "~numpy.ndarray ~tensorflow.Tensor ~tensorflow.Variable ~tensorflow.keras.Model ~torch.Tensor ~torch.nn.Module " +
    "~torch.nn.Sequential",
);
const STATEMENTS = ["body", "orelse", "finalbody"];

const quoted = (text) => `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;

/** A tree as text. Two trees have the same text only if they are the same. */
export function written(part) {
  if (part === null) return "-";
  if (typeof part === "string") return part;
  if (Array.isArray(part)) return `[${part.map(written).join(",")}]`;
  if (part.type === "Constant") return quoted(part.value);
  const { type, ...parts } = part;
  return `${type}(${Object.values(parts).map(written).join(",")})`;
}

/** The occurrences of a scope's name. */
const placesOf = (names, name, scope) => names.occurrences.filter((each) => each.name === name && each.home === scope);

/** What the names of imports stand for, by the aliases at the top of a program. */
function pathsOf(tree) {
  const paths = new Map();
  for (const statement of tree.body) {
    if (statement.type === "Import") {
      for (const alias of statement.names) paths.set(alias, alias.asname ? alias.name : alias.name.split(".")[0]);
    } else if (statement.type === "ImportFrom" && statement.level === "0") {
      for (const alias of statement.names) paths.set(alias, `${statement.module}.${alias.name}`);
    }
  }
  return paths;
}

/** The name that a statement gives a value to, if it does nothing else. */
function singleName(statement, names) {
  if (statement.type !== "Assign" || statement.targets.length !== 1 || statement.targets[0].type !== "Name") return null;
  return names.occurrences.find(({ node }) => node === statement.targets[0]) ?? null;
}

function replace(node, other) {
  const parts = { ...other };
  for (const name of Object.keys(node)) delete node[name];
  Object.assign(node, parts);
}

function remove(owner, part, statement) {
  const left = owner[part].filter((each) => each !== statement);
  owner[part] = left.length ? left : [made("Pass", {})];
}

/** `~torch.nn` as one name, where it is an attribute of `~torch`. */
function joinDots(node) {
  childrenOf(node).forEach(joinDots);
  if (node.type === "Attribute" && node.value.type === "Name" && node.value.id.startsWith("~")) {
    replace(node, made("Name", { id: `${node.value.id}.${node.attr}` }));
  }
}

// The parts of a node that are evaluated before it does anything itself, and always, in their order.
const EVALUATED = {
  Expr: ["value"],
  Return: ["value"],
  Assign: ["value"],
  For: ["iter"],
  If: ["test"],
  With: ["items"],
  withitem: ["context_expr"],
  Assert: ["test"],
  Raise: ["exc"],
  Attribute: ["value"],
  Call: ["func", "args", "keywords"],
  keyword: ["value"],
  BinOp: ["left", "right"],
  UnaryOp: ["operand"],
  Compare: ["left"],
  IfExp: ["test"],
  Subscript: ["value", "slice"],
  Slice: ["lower", "upper", "step"],
  Tuple: ["elts"],
  List: ["elts"],
  Set: ["elts"],
  Starred: ["value"],
  JoinedStr: ["values"],
  FormattedValue: ["value"],
};
const QUIET = ["Name", "Constant", "keyword", "Slice", "Tuple", "List"];

/** "found" if nothing but names and constants is evaluated before `used`; "quiet" or "other" if it is not in the node. */
function seek(node, used) {
  if (node === used) return "found";
  if (node.type === "AugAssign" && node.target.type === "Name") return seek(node.value, used);
  for (const name of EVALUATED[node.type] ?? []) {
    for (const each of [node[name]].flat()) {
      const found = each === null ? "quiet" : seek(each, used);
      if (found !== "quiet") return found;
    }
  }
  return QUIET.includes(node.type) ? "quiet" : "other";
}

/** Whether a program can see how it is written, or binds names that nobody can know. */
function looksAtItself(tree) {
  const wordsOf = {
    Name: ({ id }) => [id],
    Attribute: ({ attr }) => (attr.startsWith("__") ? [attr] : []),
    alias: ({ name }) => name.split("."),
  };
  return walk(tree).some((node) => (wordsOf[node.type]?.(node) ?? []).some((word) => REFLECTIVE.has(word)));
}

/** The normal form of a tree, which is changed, as a tree. `given` is what is around the program: see normalForm. */
function normal(program, given) {
  let tree = program;
  const first = namesOf(tree);
  const bound = new Set(first.occurrences.filter(({ use }) => use !== "load").map(({ name }) => name));
  const collects = walk(tree).some((node) => node.type === "arguments" && node.kwarg);
  const simplify = () => {
    tree = simplified(tree, bound, TYPES, given.sort && !collects);
  };
  simplify();

  const texts = walk(tree).filter((node) => node.type === "Constant" && node.value[0] === "s").map(({ value }) => value.slice(1));
  // Functions and classes know their names; of a variable, a text can only be an expression that is evaluated.
  const named = new Set(texts.flatMap((text) => text.match(WORDS) ?? []));
  const words = texts.filter((text) => !IS_WORD.test(text)).flatMap((text) => text.match(WORDS) ?? []);
  const kept = new Set([...first.declared, ...first.inClasses, ...words]);
  const isClosed = !first.declared.size && !given.names.has("global");

  /** Whether nothing outside the program knows a name; `here` has all its occurrences, the first one first. */
  function isFree(here, scope) {
    const [{ name, use }] = here;
    if (kept.has(name) || /^(?:__|~)/.test(name) || scope.kind === "class") return false;
    if (named.has(name) && here.some(({ node }) => node.type === "FunctionDef" || node.type === "ClassDef")) return false;
    // A module's name that is read first may be a builtin one.
    return scope.kind !== "module" || (!given.names.has(name) && use !== "load");
  }

  /** Whether an import can be left out, because its name can be replaced by what it stands for. */
  function canGo(statement, alias, names, paths) {
    const name = boundBy(alias);
    const path = paths.get(alias);
    const here = placesOf(names, name, names.module);
    if (path === undefined || kept.has(name) || here.filter(({ use }) => use === "load").length < here.length - 1) return false;
    if (given.modules.get(name) === path) return true;
    const module = statement.type === "Import" ? alias.name : statement.module;
    // One that is not used may be of something that does not exist.
    const isUsed = here.length > 1 && here[0].use === "import";
    return isUsed && !given.names.has(name) && (PACKAGES.has(module) || [...given.modules.values()].includes(module));
  }

  function resolveImports() {
    const names = namesOf(tree);
    const paths = pathsOf(tree);
    const modules = new Map([...given.modules].filter(([name]) => !names.module.names.has(name)));
    tree.body = tree.body.filter((statement) => {
      if (statement.type !== "Import" && statement.type !== "ImportFrom") return true;
      statement.names = statement.names.filter((alias) => {
        if (!canGo(statement, alias, names, paths)) return true;
        modules.set(boundBy(alias), paths.get(alias));
        return false;
      });
      return statement.names.length;
    });
    for (const { use, name, home, node } of names.occurrences) {
      if (use === "load" && modules.has(name) && (home === names.module || home === null)) node.id = `~${modules.get(name)}`;
    }
    joinDots(tree);
  }

  /** Put one constant in the places of its name; whether there was one. */
  function placeConstant() {
    const names = namesOf(tree);
    for (const owner of walk(tree).filter(({ type }) => type === "Module" || type === "FunctionDef")) {
      for (const statement of owner.body) {
        const own = singleName(statement, names);
        if (!own || statement.value.type !== "Constant") continue;
        const here = placesOf(names, own.name, own.scope);
        const isAlone = here[0] === own && here.slice(1).every(({ use }) => use === "load");
        if (!isAlone || own.home !== own.scope || !isFree(here, own.scope)) continue;
        for (const { node } of here.slice(1)) replace(node, statement.value);
        remove(owner, "body", statement);
        return true;
      }
    }
    return false;
  }

  /** The only use of the value that a statement gives a name to, if the next one evaluates it before all else. */
  function useOf(statement, next, names) {
    const own = singleName(statement, names);
    if (!own || own.scope.kind === "class" || own.home !== own.scope) return null;
    const here = placesOf(names, own.name, own.scope);
    const inside = new Set(walk(next));
    const used = here.filter(({ use, node }) => use === "load" && inside.has(node));
    if (used.length !== 1 || kept.has(own.name) || here.some(({ scope }) => scope !== own.scope)) return null;
    const isOnce = here.length === 2 && isFree(here, own.scope);
    const isAgain = singleName(next, names)?.name === own.name;
    if (!(isOnce || isAgain) || walk(statement).some(({ type }) => type === "NamedExpr")) return null;
    return seek(next, used[0].node) === "found" ? used[0] : null;
  }

  /** Put one value that the next statement uses once in the place of its name; whether there was one. */
  function placeValue() {
    const names = namesOf(tree);
    for (const owner of walk(tree)) {
      for (const part of STATEMENTS.filter((name) => Array.isArray(owner[name]))) {
        for (const [index, statement] of owner[part].slice(0, -1).entries()) {
          const used = useOf(statement, owner[part][index + 1], names);
          if (!used) continue;
          replace(used.node, statement.value);
          remove(owner, part, statement);
          return true;
        }
      }
    }
    return false;
  }

  /** Number the names that only the program sees, in the order in which they occur. */
  function numberNames() {
    const scopes = [];
    const places = new Map();
    for (const occurrence of namesOf(tree).occurrences) {
      const { home, name } = occurrence;
      if (!home) continue;
      if (!scopes.includes(home)) scopes.push(home);
      const key = `${scopes.indexOf(home)} ${name}`;
      if (!places.has(key)) places.set(key, []);
      places.get(key).push(occurrence);
    }
    let number = 0;
    for (const here of places.values()) {
      if (here.some(({ use }) => use === "parameter" || use === "import") || !isFree(here, here[0].home)) continue;
      for (const { node, part } of here) node[part] = `$${number}`;
      number += 1;
    }
  }

  resolveImports();
  simplify();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (!isClosed || !(placeConstant() || placeValue())) break;
    simplify();
  }
  numberNames();
  return tree;
}

/**
 * The normal form of a program; null for one that has none.
 *
 * `given` is what is around it, as data-given has it: the `names` of the code around it, the `modules` that it imports by
 * the names that it binds, whether only the tree counts (`plain`), and whether the order of keywords does not (`sort`).
 */
export function normalForm(source, given) {
  if ([...source].length > MAX_READ) return null;
  try {
    const tree = parseProgram(source);
    return written(given.plain || looksAtItself(tree) ? tree : normal(tree, given));
  } catch (error) {
    // A program may be nested too deeply for the stack.
    if (error instanceof Unread || error instanceof RangeError) return null;
    throw error;
  }
}
