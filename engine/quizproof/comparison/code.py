"""When two pieces of code are the same program, as far as can be seen without running them."""

from __future__ import annotations

import ast
import re

from quizproof.comparison.outputs import fold_expression
from quizproof.comparison.seen import skeleton

_INDENT = re.compile(r"[ \t]*")


def same_code(one: str, other: str) -> bool:
    """Whether two snippets have one syntax tree, or look the same: `n-=1` and `n -= 1`, `["a"]` and `['a']`.

    one, other  statements or an expression; where one is no Python, spacing alone does not count

    `2` and `2.0` differ, and so does everything in quotes. Sets are equal in any order.
    """
    return one == other or _form(skeleton(one)) == _form(skeleton(other)) or _form(one) == _form(other)


def _form(source: str) -> str:
    """What equal programs have in common."""
    text = source.strip("\n").rstrip()
    try:
        tree = ast.parse(text)
    # A piece of a program may be indented, or be no program at all.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(_line(line) for line in text.split("\n") if line.strip())
    return ast.dump(_Sorted().visit(tree))


def _line(line: str) -> str:
    indent = _INDENT.match(line)
    return (indent[0] if indent else "") + fold_expression(line)


class _Sorted(ast.NodeTransformer):
    """Puts the elements of sets in one order, where they are constants: others may do something when evaluated."""

    def visit_Set(self, node: ast.Set) -> ast.Set:
        self.generic_visit(node)
        if all(isinstance(element, ast.Constant) for element in node.elts):
            node.elts = sorted(node.elts, key=ast.dump)
        return node
