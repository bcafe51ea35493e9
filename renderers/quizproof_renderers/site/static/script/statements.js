// Statements of Python: what syntax.js does for expressions.

import { made } from "./literals.js";
import { asTarget, Expressions, OPERATORS } from "./syntax.js";
import { tokensOf, unread, Unread } from "./tokens.js";

/** What reads a compound statement, by its first word. */
const COMPOUND = {
  if: "ifs",
  while: "loop",
  for: "each",
  with: "withs",
  try: "tries",
  def: "def",
  class: "klass",
  "@": "decorated",
};

class Statements extends Expressions {
  /** A whole program. */
  module() {
    const body = [];
    while (this.kind !== "end") body.push(...this.statement());
    return made("Module", { body });
  }

  /** One compound statement, or the simple statements of a line. */
  statement() {
    const [, text] = this.tokens[this.at];
    if (this.kind !== "string" && Object.hasOwn(COMPOUND, text)) return [this[COMPOUND[text]]()];
    const line = [];
    do {
      if (this.kind === "line") break;
      line.push(this.simple());
    } while (this.take(";"));
    if (this.kind !== "line" || !line.length) unread();
    this.at += 1;
    return line;
  }

  block() {
    this.need(":");
    if (this.kind !== "line") {
      // A compound statement cannot follow on the same line.
      if (this.kind !== "string" && Object.hasOwn(COMPOUND, this.tokens[this.at][1])) unread();
      return this.statement();
    }
    this.at += 1;
    if (this.kind !== "indent") unread();
    this.at += 1;
    const body = [];
    while (this.kind !== "dedent") body.push(...this.statement());
    this.at += 1;
    return body;
  }

  simple() {
    for (const [word, type] of [["pass", "Pass"], ["break", "Break"], ["continue", "Continue"]]) {
      if (this.take(word)) return made(type, {});
    }
    const ends = () => this.kind === "line" || this.is(";");
    if (this.take("return")) return made("Return", { value: ends() ? null : this.list() });
    if (this.take("raise")) {
      const exc = ends() ? null : this.test();
      return made("Raise", { exc, cause: exc && this.take("from") ? this.test() : null });
    }
    if (this.take("assert")) {
      const test = this.test();
      return made("Assert", { test, msg: this.take(",") ? this.test() : null });
    }
    if (this.take("global")) return made("Global", { names: this.names() });
    if (this.take("nonlocal")) return made("Nonlocal", { names: this.names() });
    if (this.take("del")) return made("Delete", { targets: this.deleted() });
    if (this.take("import")) return made("Import", { names: this.aliases(() => this.dotted()) });
    if (this.take("from")) return this.fromImport();
    return this.assignment();
  }

  names() {
    const names = [this.name()];
    while (this.take(",")) names.push(this.name());
    return names;
  }

  deleted() {
    const list = this.list(() => this.binary(0));
    const targets = list.type === "Tuple" && !list.inParentheses && list.elts.length ? list.elts : [list];
    if (targets.some((each) => each.type === "Starred")) unread();
    return targets.map(asTarget);
  }

  dotted() {
    let name = this.name();
    while (this.take(".")) name += `.${this.name()}`;
    return name;
  }

  aliases(read) {
    const alias = () => {
      const name = read();
      return made("alias", { name, asname: this.take("as") ? this.name() : null });
    };
    const names = [alias()];
    while (this.take(",")) names.push(alias());
    return names;
  }

  fromImport() {
    let level = 0;
    for (;;) {
      if (this.take(".")) level += 1;
      else if (this.take("...")) level += 3;
      else break;
    }
    const module = level && this.is("import") ? null : this.dotted();
    this.need("import");
    return made("ImportFrom", { module, names: this.namesFrom(), level: String(level) });
  }

  namesFrom() {
    if (this.take("*")) return [made("alias", { name: "*", asname: null })];
    if (!this.take("(")) return this.aliases(() => this.name());
    const names = this.until(")", () => {
      const name = this.name();
      return made("alias", { name, asname: this.take("as") ? this.name() : null });
    });
    return names.length ? names : unread();
  }

  assignment() {
    const first = this.list();
    if (this.take(":")) {
      if (!["Name", "Attribute", "Subscript"].includes(first.type) || first.inParentheses) unread();
      const annotation = this.test();
      const value = this.take("=") ? this.list() : null;
      return made("AnnAssign", { target: first, annotation, value, simple: first.type === "Name" ? "1" : "0" });
    }
    if (this.isAugmented()) {
      if (!["Name", "Attribute", "Subscript"].includes(first.type)) unread();
      const op = OPERATORS[this.tokens[this.at][1].slice(0, -1)];
      this.at += 1;
      return made("AugAssign", { target: first, op, value: this.list() });
    }
    const sides = [first];
    while (this.take("=")) sides.push(this.list());
    const value = sides.pop();
    if (!sides.length) return made("Expr", { value });
    return made("Assign", { targets: sides.map(asTarget), value });
  }

  ifs() {
    this.at += 1;
    const test = this.named();
    const body = this.block();
    return made("If", { test, body, orelse: this.is("elif") ? [this.ifs()] : this.otherwise() });
  }

  otherwise() {
    return this.take("else") ? this.block() : [];
  }

  loop() {
    this.need("while");
    const test = this.named();
    const body = this.block();
    return made("While", { test, body, orelse: this.otherwise() });
  }

  each() {
    this.need("for");
    const target = this.targets();
    this.need("in");
    const iter = this.list();
    const body = this.block();
    return made("For", { target, iter, body, orelse: this.otherwise() });
  }

  withs() {
    this.need("with");
    const start = this.at;
    const item = () => {
      const context = this.test();
      const vars = this.take("as") ? asTarget(this.take("*") ? unread() : this.binary(0)) : null;
      return made("withitem", { context_expr: context, optional_vars: vars });
    };
    let items = null;
    if (this.take("(")) {
      // Either several items in parentheses, or an expression that begins with them.
      try {
        items = this.until(")", item);
        if (!items.length || !this.is(":")) items = null;
      } catch (error) {
        if (!(error instanceof Unread)) throw error;
        items = null;
      }
    }
    if (!items) {
      this.at = start;
      items = [item()];
      while (this.take(",")) items.push(item());
    }
    return made("With", { items, body: this.block() });
  }

  tries() {
    this.need("try");
    const body = this.block();
    const handlers = [];
    while (this.take("except")) {
      if (this.is("*")) unread();
      const type = this.is(":") ? null : this.test();
      const name = type && this.take("as") ? this.name() : null;
      handlers.push(made("ExceptHandler", { type_: type, name, body: this.block() }));
    }
    const orelse = handlers.length ? this.otherwise() : [];
    const finalbody = this.take("finally") ? this.block() : [];
    if (!handlers.length && !finalbody.length) unread();
    return made("Try", { body, handlers, orelse, finalbody });
  }

  def(decorators = []) {
    this.need("def");
    const name = this.name();
    this.need("(");
    const args = this.parameters(")", true);
    const returns = this.take("->") ? this.list() : null;
    return made("FunctionDef", { name, args, body: this.block(), decorator_list: decorators, returns });
  }

  klass(decorators = []) {
    this.need("class");
    const name = this.name();
    const call = this.take("(") ? this.call(null) : { args: [], keywords: [] };
    return made("ClassDef", { name, bases: call.args, keywords: call.keywords, body: this.block(), decorator_list: decorators });
  }

  decorated() {
    const decorators = [];
    while (this.take("@")) {
      decorators.push(this.named());
      if (this.kind !== "line") unread();
      this.at += 1;
    }
    return this.is("class") ? this.klass(decorators) : this.def(decorators);
  }
}

/** The syntax tree of a program. Throws Unread. */
export const parseProgram = (text) => new Statements(tokensOf(text)).module();
