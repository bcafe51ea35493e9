// Orders of lines that no run has shown to be right: marking/orders.py has the same rules, and a test gives both the same
// orders. It comes with the reader of programs: few pages have an order that nobody tried.

const LINKED_LINE = /"""|'''|\\$/;
const BRACKETS = ["()", "[]", "{}"];
const countOf = (text, sign) => text.split(sign).length - 1;
const saysNothing = (source) =>
  LINKED_LINE.test(source) || BRACKETS.some(([left, right]) => countOf(source, left) !== countOf(source, right));

/** Whether Python surely refuses the indentation of a program. */
function isRefused(sources, levels) {
  if (sources.some(saysNothing)) return false;
  if (levels[0] || sources[sources.length - 1].endsWith(":")) return true;
  // A colon may be in a comment or a dictionary; where there is none, no body follows.
  return sources.slice(0, -1).some((source, index) => {
    const isDeeper = levels[index + 1] > levels[index];
    return isDeeper ? !source.includes(":") : source.endsWith(":");
  });
}

/** The order with the ids of equal lines exchanged, so that it is as near to the author's as can be. */
function exchanged(given, own, lookOf) {
  const found = Array(given.length);
  for (const look of new Set(own.map(([id]) => lookOf(id)))) {
    const places = given.flatMap(([id], place) => (lookOf(id) === look ? [place] : []));
    places.sort((one, other) => given[one][1] - given[other][1]);
    const ids = own.filter(([id]) => lookOf(id) === look).sort(([, one], [, other]) => one - other);
    places.forEach((place, index) => {
      found[place] = [ids[index][0], given[place][1]];
    });
  }
  return found;
}

/** Whether an order that is not among the right ones may be right all the same. `given`: ids, or `id:level`. */
export function mayBeRight(form, given) {
  const own = form.dataset.own.split(" ").map((line) => [line.split(":")[0], Number(line.split(":")[1])]);
  const levels = new Map(own);
  const ids = given.map((line) => line.split(":")[0]);
  if (String([...ids].sort()) !== String([...levels.keys()].sort())) return false;
  const sources = new Map(
    [...form.querySelectorAll(".piece")].map((piece) => [piece.dataset.id, piece.querySelector(".source").textContent]),
  );
  const isIndented = "indented" in form.dataset;
  const depths = isIndented ? given.map((line) => Number(line.split(":")[1])) : ids.map((id) => levels.get(id));
  if (isRefused(ids.map((id) => sources.get(id)), depths)) return false;
  const lookOf = (id) => `${isIndented ? 0 : levels.get(id)} ${sources.get(id)}`;
  const placed = exchanged(ids.map((id, index) => [id, depths[index]]), own, lookOf);
  const moves = placed.map(([id, depth]) => Math.abs(depth - levels.get(id)));
  if (moves.filter(Boolean).length > 1 || Math.max(...moves) > 1) return true;
  const places = placed.map(([id]) => own.findIndex(([each]) => each === id));
  const swaps = places.reduce((sum, place, at) => sum + places.slice(at + 1).filter((other) => place > other).length, 0);
  const { sure } = form.dataset;
  return sure !== undefined && swaps + moves.reduce((sum, move) => sum + move, 0) >= Number(sure);
}

/** Lines with the levels of indentation that Python reads: a body that is further in than one level is one level deep. */
export function nested(form, response) {
  if (!("indented" in form.dataset)) return response;
  if ([...form.querySelectorAll(".source")].some((source) => /"""|'''/.test(source.textContent))) return response;
  const stack = [0];
  const lines = [];
  for (const [id, level] of response.map((line) => line.split(":"))) {
    if (Number(level) > stack[stack.length - 1]) stack.push(Number(level));
    while (stack[stack.length - 1] > Number(level)) stack.pop();
    // What Python would refuse stays as it is.
    if (stack[stack.length - 1] !== Number(level)) return response;
    lines.push(`${id}:${stack.length - 1}`);
  }
  return response[0].endsWith(":0") ? lines : response;
}
