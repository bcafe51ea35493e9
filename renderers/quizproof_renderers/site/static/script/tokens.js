// Python programs as tokens. What is not valid Python, or not read here, throws Unread.

/** A text that is not valid Python, or that has a form that is not read here. */
export class Unread extends Error {}

export function unread() {
  throw new Unread("not read");
}

export const KEYWORDS = new Set(
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
export const STRING =
  /([rR][bBfF]?|[bBfF][rR]?|[uU])?("""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?!"")(?:[^"\\\n]|\\[^])*"|'(?!'')(?:[^'\\\n]|\\[^])*')/y;
const SIGNS = /\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|\*\*|\/\/|>>|<<|<=|>=|==|!=|[-+*/%@&|^]=|[-+*/%@&|^~<>=()[\]{},:;.]/y;
const LAYOUT = /(?: |\t|\\\n)+|#[^\n]*/y;

/** How wide an indentation is: a tab goes to the next multiple of eight. */
const widthOf = (indent) => [...indent].reduce((width, sign) => (sign === "\t" ? width - (width % 8) + 8 : width + 1), 0);

/** The tokens of a program: [kind, text, where it begins]; kinds are name, number, string, sign, line, indent, dedent, end. */
export function tokensOf(text) {
  const source = text.replace(/\r\n/g, "\n");
  const tokens = [];
  const levels = [""];
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
    const [all, indent] = /^(?:[ \t]*(?:#[^\n]*)?(?:\n|$))*?([ \t]*)(?=[^ \t\n#]|$)/.exec(source.slice(at)) || unread();
    at += all.length;
    if (at >= source.length) return;
    const last = () => levels[levels.length - 1];
    const width = widthOf(indent);
    if (width > widthOf(last())) {
      // Where tabs are as wide as a space it must be deeper as well, or Python calls it inconsistent.
      if (indent.length <= last().length) unread();
      levels.push(indent);
      tokens.push(["indent", "", at]);
    }
    while (width < widthOf(last())) {
      levels.pop();
      tokens.push(["dedent", "", at]);
    }
    if (width !== widthOf(last()) || indent.length !== last().length) unread();
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
    const [found] = number || name || sign || unread();
    // Python composes names before it compares them.
    if (name && found.normalize("NFKC") !== found) unread();
    if ("([{".includes(found)) depth += 1;
    if (")]}".includes(found)) depth -= 1;
    if (depth < 0) unread();
    tokens.push([number ? "number" : name ? "name" : "sign", found, start]);
  }
  if (depth) unread();
  if (tokens.length && tokens[tokens.length - 1][0] !== "line") tokens.push(["line", "", at]);
  while (levels.pop()) tokens.push(["dedent", "", at]);
  tokens.push(["end", "", at]);
  return tokens;
}
