"""A coarse Pygments lexer for Python: it tells apart only what has a colour on the pages."""

from __future__ import annotations

import keyword
from typing import Any, ClassVar

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, String, Text

_BUILTINS = (  # Listed, so that pages do not depend on the Python that renders them.
    "abs all any bool bytes callable dict dir enumerate eval exec filter float format frozenset getattr hasattr hash "
    "help id input int isinstance issubclass iter len list map max min next object open ord print property range repr "
    "reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip self cls "
    "ArithmeticError AssertionError AttributeError Exception ImportError IndexError KeyError LookupError MemoryError "
    "ModuleNotFoundError NameError NotImplementedError OSError OverflowError RecursionError RuntimeError "
    "StopIteration SyntaxError TypeError ValueError ZeroDivisionError"
)

# The quotes at the end are optional: a program may be broken on purpose, and the rest of it should keep its colours.
_STRING = (
    r"(?i:[rbuf]{0,2})(?:"
    r"\"\"\"(?:\\[\s\S]|[^\\])*?(?:\"\"\"|\Z)|'''(?:\\[\s\S]|[^\\])*?(?:'''|\Z)"
    r"|\"(?:\\[\s\S]|[^\"\\\n])*\"?|'(?:\\[\s\S]|[^'\\\n])*'?)"
)
# Not inside a name, and not after a dot: `x1`, `layer.2`.
_NUMBER = r"(?<![\w.])(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?[jJ]?)"
_groups: Any = bygroups  # which has no types


class CoarsePythonLexer(RegexLexer):
    """Python in few kinds of token. Pygments' own tries forty patterns for a dot; this one is eight times as fast.

    It agrees with the full one on strings, comments, numbers and keywords (held by a test), but not inside f-strings,
    which are one colour here, nor on `match` and `case`.
    """

    name = "Python, coarsely"
    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"\n", Text),
            # Elsewhere in a line, @ is matrix multiplication.
            (r"(^[^\S\n]*)(@[\w.]+)", _groups(Text, Name.Decorator)),
            (r"[^\w\"'#\n]+", Text),
            (r"#.*", Comment),
            (_STRING, String),
            (_NUMBER, Number),
            (r"(def|class)([^\S\n]+)(\w+)", _groups(Keyword, Text, Name.Function)),
            # What follows a dot is an attribute, whatever it is called.
            (words(keyword.kwlist, prefix=r"(?<!\.)", suffix=r"\b"), Keyword),
            (words(_BUILTINS.split(), prefix=r"(?<!\.)", suffix=r"\b"), Name.Builtin),
            (r"\w+", Text),
        ]
    }
