"""`{{ expression }}` in quiz files, evaluated in Jinja2's sandbox.

Only expressions, no statements; only names that are given, plain operators, and the filters in `FILTERS`.
A hostile expression can therefore neither reach Python's internals nor grow without bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from quizproof.comparison.outputs import same_to_digits
from quizproof.comparison.printed import ungrouped
from quizproof.errors import QuizproofError
from quizproof.quizfile.template_help import instead
from quizproof.spelling import meant

if TYPE_CHECKING:
    from jinja2.environment import TemplateExpression
    from jinja2.sandbox import SandboxedEnvironment

# An expression ends at the first `}}` outside quotes; a `{{` without one is matched alone, and is an error.
_EXPRESSION = re.compile(r"\{\{((?:'[^'\n]*'|\"[^\"\n]*\"|[^'\"\n])*?)\}\}|\{\{")
_MAX_TEXT = 20_000
"""Characters that one expression may give."""
_MAX_SOURCE = 1_000
"""Characters of one expression: what a parser makes of it takes a hundred kilobytes for each name."""
_MAX_BITS = 1_000_000
"""Of a whole number: it can be a factor again."""
# Powers are computed before their size is known, and 9**9**9 has 369 million digits.
_MAX_EXPONENT = 1_000
_MAX_BASE = 1e9


class TemplateError(QuizproofError):
    """An expression cannot be evaluated, or a stated value differs from the run's.

    `line` and `column`, both from 0, say where in the text the expression begins. `refuted` is true where a stated
    value differs: the expression is fine, and what it states is false.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0, *, refuted: bool = False) -> None:
        super().__init__(message, line, column, refuted)
        self.message = message
        self.line = line
        self.column = column
        self.refuted = refuted

    def __str__(self) -> str:
        return self.message


class Disagreement(Exception):
    """Raised by `stated()` inside an expression."""


def has_expression(text: str) -> bool:
    """Whether rendering could change `text`."""
    return "{{" in text


def masked(text: str) -> str:
    """The text with a number in place of every expression, as long as the expression: places in it stay what they are.

    text  with any number of expressions

        >>> masked("$10^{ {{ n }} }$")
        '$10^{ 1111111 }$'
    """
    return _EXPRESSION.sub(lambda match: "1" * len(match[0]), text)


def render(text: str, names: Mapping[str, Any], *, exact: bool = False) -> str:
    """Replace every `{{ expression }}` in a text.

    text   with any number of expressions
    names  what expressions can use, by name
    exact  write numbers as Python does, for code; otherwise floats are shortened to six digits, for prose

        >>> render("{{ a / 3 }}", {"a": 1})
        '0.333333'

    Raises TemplateError with the place in the text.
    """
    if not has_expression(text):
        return text

    def replace(match: re.Match[str]) -> str:
        try:
            if match[1] is None:
                raise TemplateError("`{{` is not closed by `}}` on the same line")
            return _evaluate(match[1].strip(), names, str if exact else show)
        except (TemplateError, Disagreement) as error:
            before = text[: match.start()]
            line, column = before.count("\n"), len(before.rpartition("\n")[2])
            raise TemplateError(str(error), line, column, refuted=isinstance(error, Disagreement)) from None

    return _EXPRESSION.sub(replace, text)


def _evaluate(source: str, names: Mapping[str, Any], write: Callable[[Any], str]) -> str:
    from jinja2.exceptions import SecurityError, TemplateRuntimeError, TemplateSyntaxError, UndefinedError

    if not source:
        raise TemplateError("there is no expression between `{{` and `}}`")
    if len(source) > _MAX_SOURCE:
        raise TemplateError(f"an expression of {len(source):,} characters; at most {_MAX_SOURCE:,} are evaluated")
    try:
        value = _compiled(source)({**names, "stated": stated})
        result = write(value)
    except TemplateSyntaxError as error:
        problem = "this is not one expression" if "chunk after" in str(error.message) else str(error.message)
        if problem.startswith("No filter"):
            problem += instead(source, FILTERS) or f" Known: {', '.join(FILTERS)}."
        else:
            problem += instead(source, FILTERS)
        raise TemplateError(f"`{{{{ {source} }}}}`: {problem}") from None
    except UndefinedError as error:
        known = f" (known names: {', '.join(sorted(names)) or 'none'})" if "is undefined" in str(error.message) else ""
        word = re.match(r"'(\w+)' is undefined", str(error.message))
        otherwise = (word and meant(word[1], names)) or known
        raise TemplateError(f"`{{{{ {source} }}}}`: {error.message}{instead(source, FILTERS) or otherwise}") from None
    except SecurityError as error:
        reason = "only `stated` can be called" if "callable" in str(error) else error
        raise TemplateError(f"`{{{{ {source} }}}}`: {reason}{instead(source, FILTERS)}") from None
    except (RecursionError, MemoryError, SyntaxError):  # jinja2 compiles it to Python, whose parser has a limit
        raise TemplateError("this expression is nested too deeply") from None
    except TemplateRuntimeError as error:
        raise TemplateError(f"`{{{{ {source} }}}}`: {error.message}") from None
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise TemplateError(f"`{{{{ {source} }}}}`: {type(error).__name__}: {error}") from None
    if len(result) > _MAX_TEXT:
        raise TemplateError(f"`{{{{ {source} }}}}` gives more than {_MAX_TEXT:,} characters")
    return result


@lru_cache(maxsize=1024)
def _compiled(source: str) -> TemplateExpression:
    """The expression as a function of names. Most expressions are short, and written many times."""
    return _environment().compile_expression(source, undefined_to_none=False)


def show(value: Any) -> str:
    """A value as prose shows it: a float with at most six digits, everything else as Python's `str`.

    >>> show(2 / 3), show([1.5])
    ('0.666667', '[1.5]')
    """
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def stated(text: str, value: Any) -> str:
    """The typed text, after it was compared with the real value: they may differ by half of the last digit typed.

    Whole numbers are exact, and so are 0% and 100%; another whole percentage is rounded.

    text   a number, with commas, an exponent or a `%` as one types them; or any text, which must be equal to the
           value's
    value  the run's

    Raises Disagreement when they differ by more. 85 / 95 is 0.89473...: `stated("0.895", 85 / 95)` passes,
    `stated("0.89", 85 / 95)` passes too, `stated("0.90", 85 / 95)` does not. A typed `%` is of the value times 100.
    """
    typed = str(text).strip()
    if typed == str(value).strip():
        return typed
    shown = ungrouped(typed.removesuffix("%").strip())
    try:
        real = float(value) * (100 if typed.endswith("%") else 1)
        agrees = _agrees(shown, value if real == float(value) else real, share=typed.endswith("%"))
    except (TypeError, ValueError, ArithmeticError):
        raise Disagreement(f"the text states {typed!r}, but the run gave {str(value).strip()!r}") from None
    if agrees:
        return typed
    given = value if isinstance(value, (int, str)) and not typed.endswith("%") else real
    # Six digits may round to what is stated.
    text = show(given) if show(given) != typed else repr(given)
    raise Disagreement(f"the text states {typed}, but the run gave {text}")


def _agrees(shown: str, real: float | str, *, share: bool) -> bool:
    """Whether a number as typed is the real one, at the digits typed; a whole one exactly.

    A whole percentage is rounded, but 0% is none and 100% is all.
    """
    claimed = float(shown)
    if share and "." not in shown and claimed not in (0, 100):
        return abs(claimed - float(real)) <= 0.5 * (1 + 1e-9)  # a float exactly between two decimals agrees with both
    return same_to_digits(shown, float(real) if isinstance(real, str) else real)


def _fixed(value: Any, digits: int = 2) -> str:
    """A number with a fixed count of decimals."""
    # Bounded, because a huge count of digits would give a huge text.
    return f"{float(value):.{min(int(digits), 30)}f}"


def _percent(value: Any, digits: int = 0) -> str:
    """A share as a percentage: 0.42 as "42%"."""
    return f"{float(value) * 100:.{min(int(digits), 30)}f}%"


def _thousands(value: Any) -> str:
    """A number, rounded to a whole one, with separators: 2257984 as "2,257,984"."""
    return f"{int(value) if isinstance(value, str) else round(value):,}"


def _round(value: Any, digits: int = 0) -> Any:
    """A number rounded to a count of decimals; a whole one without."""
    return round(value, max(-30, min(int(digits), 30))) if digits else round(value)


def _first_line(value: Any) -> str:
    """A text up to its first line end: the messages of frameworks can run to pages."""
    return str(value).partition("\n")[0]


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "first_line": _first_line,
    "fixed": _fixed,
    "float": float,
    "int": int,
    "length": len,
    "lower": lambda value: str(value).lower(),
    "max": max,
    "min": min,
    "percent": _percent,
    "round": _round,
    "sum": sum,
    "thousands": _thousands,
    "upper": lambda value: str(value).upper(),
}
"""What `value | filter` can name."""


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import SandboxedEnvironment

    class Expressions(SandboxedEnvironment):
        intercepted_binops = frozenset(["*", "**", "%"])  # a few characters with these can give gigabytes

        def is_safe_callable(self, obj: Any) -> bool:
            return obj is stated

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
            if not numbers:
                raise SecurityError(f"`{operator}` works on numbers only")
            if operator == "**" and (abs(right) > _MAX_EXPONENT or abs(left) > _MAX_BASE):
                raise SecurityError("the exponent or the base is too large")
            whole = isinstance(left, int) and isinstance(right, int)
            if operator == "*" and whole and left.bit_length() + right.bit_length() > _MAX_BITS:
                raise SecurityError("the product is too large")
            return super().call_binop(context, operator, left, right)

    environment = Expressions(undefined=StrictUndefined)
    environment.filters = dict(FILTERS)
    environment.tests = {}
    # Jinja2 puts `range`, `cycler` and others there.
    environment.globals = {}
    return environment
