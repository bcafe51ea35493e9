"""Variants: a block with its parameters filled in, and what it then claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from quizproof import rules
from quizproof.claims import Claim, Program
from quizproof.findings import DataPath
from quizproof.kinds.base import Block
from quizproof.loading.quiz import Quiz
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import CODE, TEXT, rewrite
from quizproof.quizfile.limits import Limits
from quizproof.quizfile.template import TemplateError, render
from quizproof.quizfile.wording import worded
from quizproof.snippets.syntax import is_expression

_UNDEFINED = re.compile(r"name '(\w+)' is not defined")


@dataclass(frozen=True)
class Variant:
    """A block with its parameters filled in, and what it claims."""

    params: Mapping[str, Any]
    """The parameters by name: {"a": 10}."""
    block: Block
    claims: tuple[Claim, ...]
    facts: Program | None = None
    """The program that evaluates the facts which prose may use; None when there are none."""

    @property
    def drawn(self) -> str:
        """The parameters in a line: "a=10, b=5"; empty when there are none."""
        return drawn(self.params)

    @property
    def suffix(self) -> str:
        """What messages about this variant end with, to tell it from the others: " (with a=10)"."""
        return f" (with {self.drawn})" if self.params else ""

    def programs(self) -> Iterator[Program]:
        """Every program that its claims and its facts need; some come more than once."""
        for claim in self.claims:
            yield from claim.programs
        if self.facts:
            yield self.facts


class VariantError(Exception):
    """Something about code or literal text that goes wrong only once the parameters are filled in."""

    def __init__(self, code: str, at: DataPath, message: str, place: tuple[int, int] | None = None) -> None:
        super().__init__(code, at, message, place)
        self.code = code
        """The rule that is broken."""
        self.at = at
        """Where, relative to the block."""
        self.message = message
        self.place = place
        """Line and column, from 0, within the text at `at`, where it is about one place in it."""


def variant_of(quiz: Quiz, block: Block, params: Mapping[str, Any]) -> Variant:
    """The variant of a block with these parameters, and its claims.

    quiz    gives the limits that the block does not set
    block   as its author wrote it
    params  values by name: {"a": 10}; empty for a block without parameters

    Raises VariantError, as `filled` does.
    """
    own = filled(quiz, block, params)
    return Variant(params, own, tuple(own.claims()), own.facts_program())


B = TypeVar("B", bound=Block)


def filled(quiz: Quiz, block: B, params: Mapping[str, Any]) -> B:
    """A block with parameters filled into its code and literal texts, its limits settled, and the header's setup.

    quiz    the block's own
    block   as its author wrote it
    params  values by name

    Raises VariantError where an expression cannot be evaluated, and where the block would be refused if its author had
    written it that way: a gap that is given no text, for example, or a line that becomes two.
    """
    block = block.model_copy(update={"limits": block.limits or quiz.header.limits or Limits()})
    return (_filled(block, params) if params else block).sharing(quiz.header.setup)


def _filled(block: B, params: Mapping[str, Any]) -> B:
    def fill(at: DataPath, text: str) -> str:
        try:
            return render(text, params, exact=True)
        except TemplateError as error:
            raise VariantError(rules.TEMPLATE, at, str(error), (error.line, error.column)) from None

    # Not prose, which is filled in after the runs, because it may quote them.
    texts = rewrite(block, (CODE, TEXT), fill)
    try:
        # Validated again, because only the final text shows whether a field is right.
        return type(block).model_validate(texts.model_dump(by_alias=True, exclude_unset=True))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        code, message = worded(detail, detail["loc"])
        raise VariantError(code, detail["loc"], f"{message} (with {drawn(params)})") from None


def misused(params: Mapping[str, Any], outcome: Outcome) -> str:
    """What to do about an exception that comes from a parameter which code uses as it cannot; empty for another one.

    params   values by name
    outcome  of a program into which they were filled
    """
    raised = outcome.raised
    if raised is None or not params:
        return ""
    texts = {name: value for name, value in params.items() if isinstance(value, str)}
    if raised.type == "NameError" and (found := _UNDEFINED.match(raised.message)):
        if found[1] in params:
            return f"`{found[1]}` is a parameter; write `{{{{ {found[1]} }}}}`."
        unquoted = [name for name, value in texts.items() if re.search(rf"\b{found[1]}\b", value)]
    else:
        line = raised.frames[-1].text if outcome.status == "syntax" and raised.frames else ""
        unquoted = [name for name, value in texts.items() if value in line and not is_expression(value)]
    return f'`{unquoted[0]}` is a text; quote it: `"{{{{ {unquoted[0]} }}}}"`.' if unquoted else ""


def drawn(params: Mapping[str, Any]) -> str:
    """Parameters in a line: "a=10, b=5"."""
    return ", ".join(f"{name}={value!r}" for name, value in params.items())
