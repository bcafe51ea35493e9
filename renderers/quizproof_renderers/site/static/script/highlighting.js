// Highlighting of what a learner types: the same coarse kinds of token as in the programs that the page shows.

// Both lists are those of lexer.py, held by a test.
const KEYWORDS =
  "False None True and as assert async await break class continue def del elif else except finally for from global " +
  "if import in is lambda nonlocal not or pass raise return try while with yield";
const BUILTINS =
  "abs all any bool bytes callable dict dir enumerate eval exec filter float format frozenset getattr hasattr hash " +
  "help id input int isinstance issubclass iter len list map max min next object open ord print property range repr " +
  "reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip self cls ArithmeticError " +
  "AssertionError AttributeError Exception ImportError IndexError KeyError LookupError MemoryError " +
  "ModuleNotFoundError NameError NotImplementedError OSError OverflowError RecursionError RuntimeError " +
  "StopIteration SyntaxError TypeError ValueError ZeroDivisionError";
const anyOf = (list) => `(?<![.\\w])(?:${list.replaceAll(" ", "|")})(?!\\w)`;
/** A group for each kind of token. Quotes at the end are optional, because a program is typed from left to right. */
const TOKEN = new RegExp(
  [
    "(?<c>#.*)",
    String.raw`(?<s>(?<!\w)[rbufRBUF]{0,2}(?:"""(?:\\[^]|[^\\])*?(?:"""|$)|'''(?:\\[^]|[^\\])*?(?:'''|$)` +
      String.raw`|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?))`,
    String.raw`(?<m>(?<![\w.])(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?[jJ]?))`,
    String.raw`(?<d>(?<=(?<![.\w])(?:def|class)[ \t]+)\w+)`,
    `(?<k>${anyOf(KEYWORDS)})`,
    `(?<b>${anyOf(BUILTINS)})`,
  ].join("|"),
  "g",
);

/** Fill an element with a program, each token in a span whose class is its kind. */
export function highlight(element, program) {
  const parts = [];
  let end = 0;
  for (const match of program.matchAll(TOKEN)) {
    const [kind, text] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = text;
    parts.push(program.slice(end, match.index), span);
    end = match.index + text.length;
  }
  element.replaceChildren(...parts, program.slice(end));
}
