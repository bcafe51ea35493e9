// Which name of a program is bound where. snippets/scopes.py has the same rules.

const COMPREHENSIONS = ["ListComp", "SetComp", "DictComp", "GeneratorExp"];
const TARGETS = ["target", "targets", "optional_vars"];
const NESTING = ["Tuple", "List", "Starred"];

const isNode = (part) => part !== null && typeof part === "object" && !Array.isArray(part);
const nodesIn = (part) => [part].flat().filter(isNode);

/** The names of a node's parts, in their order. */
export const partsOf = (node) => Object.keys(node).filter((name) => name !== "type");

/** The nodes in a node, in their order. */
export const childrenOf = (node) => partsOf(node).flatMap((name) => nodesIn(node[name]));

/** A node, and every node below it, from the first to the last. */
export const walk = (node) => [node, ...childrenOf(node).flatMap(walk)];

/** The name that an alias of an import binds. */
export const boundBy = (alias) => alias.asname ?? alias.name.split(".")[0];

class Reader {
  occurrences = [];
  declared = new Set();
  inClasses = new Set();

  read(node, scope) {
    if (COMPREHENSIONS.includes(node.type)) this.comprehension(node, scope);
    else if (node.type === "FunctionDef" || node.type === "Lambda") this.function(node, scope);
    else if (node.type === "ClassDef") this.class(node, scope);
    else if (node.type === "Global" || node.type === "Nonlocal") node.names.forEach((name) => this.declared.add(name));
    else if (node.type === "Name") this.note(node, "id", scope, "load");
    else if (node.type === "alias") this.note(node, "asname", scope, "import");
    else {
      // Values before what they are bound to, as they are evaluated.
      const first = ["value", "iter"].filter((name) => name in node);
      for (const name of [...first, ...partsOf(node).filter((each) => !first.includes(each))]) {
        for (const each of nodesIn(node[name])) this.part(node, name, each, scope);
      }
      if (node.type === "ExceptHandler" && node.name !== null) this.note(node, "name", scope, "store");
    }
  }

  part(node, name, part, scope) {
    if (!TARGETS.includes(name)) {
      this.read(part, scope);
      return;
    }
    if (node.type === "AugAssign" && part.type === "Name") this.note(part, "id", scope, "load");
    let around = scope;
    // A name that `:=` binds in a comprehension belongs to the scope around it.
    while (node.type === "NamedExpr" && around.kind === "comprehension") around = around.parent;
    this.target(part, around, node.type === "Delete" ? "delete" : "store");
  }

  target(node, scope, use) {
    if (node.type === "Name") this.note(node, "id", scope, use);
    else if (NESTING.includes(node.type)) childrenOf(node).forEach((child) => this.target(child, scope, use));
    else this.read(node, scope);
  }

  note(node, part, scope, use) {
    const name = use === "import" ? boundBy(node) : node[part];
    this.occurrences.push({ node, part, scope, use, name });
    if (use === "load") return;
    scope.names.add(name);
    if (scope.kind === "class") this.inClasses.add(name);
  }

  around(node, name, scope) {
    for (const each of nodesIn(node[name])) this.read(each, scope);
  }

  function(node, scope) {
    if (node.type === "FunctionDef") {
      this.note(node, "name", scope, "store");
      this.around(node, "decorator_list", scope);
      this.around(node, "returns", scope);
    }
    const inner = { kind: "function", parent: scope, names: new Set() };
    this.around(node.args, "defaults", scope);
    this.around(node.args, "kw_defaults", scope);
    for (const arg of childrenOf(node.args).filter((child) => child.type === "arg")) {
      this.around(arg, "annotation", scope);
      inner.names.add(arg.arg);
      this.occurrences.push({ node: arg, part: "arg", scope: inner, use: "parameter", name: arg.arg });
    }
    this.around(node, "body", inner);
  }

  class(node, scope) {
    this.note(node, "name", scope, "store");
    for (const name of ["bases", "keywords", "decorator_list"]) this.around(node, name, scope);
    this.around(node, "body", { kind: "class", parent: scope, names: new Set() });
  }

  comprehension(node, scope) {
    const inner = { kind: "comprehension", parent: scope, names: new Set() };
    const [first, ...others] = node.generators;
    // The first iterable is evaluated outside.
    this.read(first.iter, scope);
    this.target(first.target, inner, "store");
    this.around(first, "ifs", inner);
    for (const other of others) this.read(other, inner);
    for (const name of ["elt", "key", "value"].filter((each) => each in node)) this.around(node, name, inner);
  }
}

/**
 * All names of a program: its `module` scope; `occurrences`, each with its `node`, the `part` of it that is the name, the
 * `scope` where it is, its `use` and the `home` that binds it; the names that are `declared`, and those bound `inClasses`.
 */
export function namesOf(tree) {
  const reader = new Reader();
  const module = { kind: "module", parent: null, names: new Set() };
  reader.read(tree, module);
  for (const occurrence of reader.occurrences) {
    let scope = occurrence.scope;
    while (scope && !(scope.names.has(occurrence.name) && (scope.kind !== "class" || scope === occurrence.scope))) {
      scope = scope.parent;
    }
    occurrence.home = scope;
  }
  return { module, occurrences: reader.occurrences, declared: reader.declared, inClasses: reader.inClasses };
}
