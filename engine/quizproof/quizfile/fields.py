"""The vocabulary of fields that quiz files are made of, on top of pydantic."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from quizproof import rules
from quizproof.comparison.tolerance import Tolerance
from quizproof.findings import DataPath
from quizproof.quizfile.yaml_document import PlainBool, PlainFloat, PlainInt, written

MAX_SLUG = 80
"""Characters of an id."""
MAX_TEXT = 50_000
"""Characters of one text."""
MAX_LINES = 1_000
"""Of one snippet."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Model(BaseModel):
    """Base of everything in a quiz file: frozen, and unknown keys are errors."""

    # Docstrings of fields stay in the source, where the reference reads them: pydantic would read all sources again at
    # every start.
    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Role:
    """Marks a field of text: what its text is, which decides how `{{ expressions }}` in it are treated."""

    name: str


CODE = Role("code")
"""Python. Parameters are filled in before it runs."""
TEXT = Role("text")
"""Literal text, such as output. Parameters are filled in before it is compared with a run."""
PROSE = Role("prose")
"""Markdown. Parameters and evidence are filled in after the runs."""
FIXED = Role("fixed")
"""Markdown that is the same in all variants: it has no expressions."""


def refuse(code: str, message: str) -> PydanticCustomError:
    """The error that a validator raises to report a rule; the loader gives it a place.

    code     of the rule, for example `rules.NO_KEY`
    message  what is wrong, in one line
    """
    # Without a context, pydantic leaves braces in the message as they are.
    return PydanticCustomError(code, message)


def _flag(value: object) -> object:
    if isinstance(value, (PlainBool, bool)):
        return bool(value)
    raise ValueError("write `true` or `false`")


def _integer(value: object) -> object:
    # PlainBool is an int, because nothing can inherit from bool.
    if isinstance(value, int) and not isinstance(value, (PlainBool, bool)):
        return int(value)
    raise ValueError("write a whole number")


def _number(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, (PlainBool, bool)):
        # An integer may be too large for a float.
        with contextlib.suppress(OverflowError):
            if math.isfinite(value):
                return float(value)
        raise ValueError("write a finite number")
    raise ValueError("write a number")


def _exact(value: object) -> object:
    # Checked as a number first: an integer may be too large for any float.
    number = _number(value)
    return int(value) if isinstance(value, int) else number


_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*%")


def _tolerance(value: object) -> object:
    """A number, a percentage, or a mapping with `absolute` or `relative`."""
    if isinstance(value, Tolerance):
        return value
    if isinstance(value, str) and (found := _PERCENT.fullmatch(value.strip())):
        return Tolerance(relative=float(found[1]) / 100)
    if isinstance(value, dict):
        if not value or not set(value) <= {"absolute", "relative"}:
            raise ValueError("write `absolute`, `relative` or both")
        return Tolerance(**{str(name): _distance(amount) for name, amount in value.items()})
    if isinstance(value, str):
        raise ValueError("write a number such as 0.01, a percentage such as 5%, or {relative: 0.01}")
    return Tolerance(_distance(value))


def _distance(value: object) -> float:
    number = _number(value)
    if number < 0:
        raise ValueError("write a number that is 0 or more")
    return number


def _scalar(value: object) -> object:
    if isinstance(value, PlainBool):
        return bool(value)
    if isinstance(value, PlainInt):
        return int(value)
    if isinstance(value, PlainFloat):
        return float(value)
    if isinstance(value, (str, int, float)):
        return value
    raise ValueError("write a number, text, `true` or `false`")


def _bounded(text: str) -> str:
    """Text of a length for which everything that looks at it takes seconds at most."""
    if len(text) > MAX_TEXT:
        raise refuse(rules.TOO_DEEP, f"a text of {len(text):,} characters; at most {MAX_TEXT:,} are read")
    return text


def _short_enough(code: str) -> str:
    lines = code.count("\n") + 1
    if lines > MAX_LINES:
        raise refuse(rules.TOO_DEEP, f"code of {lines:,} lines; at most {MAX_LINES:,} are run")
    return _bounded(code)


_TEXT_SCHEMA = WithJsonSchema({"type": ["string", "number", "boolean"]})

Prose = Annotated[str, BeforeValidator(written), AfterValidator(_bounded), PROSE]
Snippet = Annotated[str, BeforeValidator(written), StringConstraints(min_length=1), AfterValidator(_short_enough), CODE]
Text = Annotated[str, BeforeValidator(written), AfterValidator(_bounded), TEXT, _TEXT_SCHEMA]
Plain = Annotated[
    str,
    BeforeValidator(written),
    StringConstraints(min_length=1, strip_whitespace=True),
    AfterValidator(_bounded),
]
Flag = Annotated[bool, BeforeValidator(_flag)]
Integer = Annotated[int, BeforeValidator(_integer)]
Number = Annotated[float, BeforeValidator(_number)]
_DISTANCE_SCHEMA = {"type": "number", "minimum": 0}
ToleranceField = Annotated[
    Tolerance,
    BeforeValidator(_tolerance),
    WithJsonSchema(
        {
            "anyOf": [
                _DISTANCE_SCHEMA,
                {"type": "string", "pattern": r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*%$"},
                {
                    "type": "object",
                    "properties": {"absolute": _DISTANCE_SCHEMA, "relative": _DISTANCE_SCHEMA},
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ]
        }
    ),
]
"""`0.01`, `5%` of the real value, or `{relative: 0.01}`; with `absolute` as well, the larger of the two counts."""
Exact = Annotated[
    Any,
    BeforeValidator(_exact),
    WithJsonSchema({"type": "number"}),
]
"""A number; a whole one as an integer, which may have more digits than a float."""
Scalar = Annotated[Any, BeforeValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})]


def _fixed(value: object) -> object:
    text = str(written(value))
    if "{{" in text:
        raise refuse(rules.TEMPLATE, "`{{ expressions }}` are not evaluated here: the text is the same in all variants")
    return _bounded(text)


Fixed = Annotated[str, BeforeValidator(_fixed), FIXED]
"""Markdown without expressions."""


def _slug(value: object) -> object:
    text = written(value)
    if not isinstance(text, str):
        raise ValueError("write text")
    if not text:
        raise refuse(rules.BAD_ID, "an id cannot be empty")
    if len(text) > MAX_SLUG:
        raise refuse(rules.BAD_ID, f"an id has at most {MAX_SLUG} characters; this one has {len(text)}")
    if not _SLUG.fullmatch(text):
        raise refuse(rules.BAD_ID, f"`{text}` is not an id: use lower-case letters, digits and single hyphens")
    return text


Slug = Annotated[
    str,
    BeforeValidator(_slug),
    WithJsonSchema({"type": "string", "pattern": f"^{_SLUG.pattern}$", "maxLength": MAX_SLUG}),
]


M = TypeVar("M", bound=BaseModel)


def texts(model: BaseModel, role: Role, at: DataPath = ()) -> Iterator[tuple[DataPath, str]]:
    """Every text of a role in a model, as pairs of path and text, in the order of the fields.

    model  a block, or any model inside one
    role   CODE, TEXT, PROSE or FIXED
    at     the path of the model, with which all paths begin
    """
    found: list[tuple[DataPath, str]] = []

    def note(path: DataPath, text: str) -> str:
        found.append((path, text))
        return text

    rewrite(model, (role,), note, at)
    yield from found


def rewrite(model: M, roles: tuple[Role, ...], change: Callable[[DataPath, str], str], at: DataPath = ()) -> M:
    """A copy of a model in which `change(path, text)` replaces every text that has one of some roles.

    model   a block, or any model inside one
    roles   of CODE, TEXT, PROSE and FIXED those to change
    change  called once per text, in the order of the fields; what it raises is passed on
    at      the path of the model, with which all paths begin

    Models inside the model are copied too; what does not change is shared with the original. The copy is not validated
    again.
    """
    updates: dict[str, Any] = {}
    for name, marked in _text_fields(type(model), roles):
        value = getattr(model, name)
        new = _rewrite(value, marked, roles, change, (*at, name))
        if new is not value:
            updates[name] = new
    return model.model_copy(update=updates) if updates else model


def _rewrite(
    value: Any, marked: bool, roles: tuple[Role, ...], change: Callable[[DataPath, str], str], at: DataPath
) -> Any:
    if isinstance(value, BaseModel):
        return rewrite(value, roles, change, at)
    if isinstance(value, str):
        return change(at, value) if marked else value
    if isinstance(value, tuple):
        items = tuple(_rewrite(v, marked, roles, change, (*at, i)) for i, v in enumerate(value))
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    if isinstance(value, dict):
        return {k: _rewrite(v, marked, roles, change, (*at, k)) for k, v in value.items()}
    return value


@cache
def _text_fields(model: type[BaseModel], roles: tuple[Role, ...]) -> tuple[tuple[str, bool], ...]:
    """The fields that can hold texts of `roles`, and whether they themselves have one, rather than models in them."""
    found = []
    for name, info in model.model_fields.items():
        marked = any(role in info.metadata or _mentions(info.annotation, role) for role in roles)
        if marked or any(_text_fields(inner, roles) for inner in models_in(info.annotation)):
            found.append((name, marked))
    return tuple(found)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a type such as `tuple[Option, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def _mentions(annotation: Any, role: Role) -> bool:
    """Whether a type such as `tuple[Prose, ...] | None` has texts of `role` in it."""
    if role in getattr(annotation, "__metadata__", ()):
        return True
    return any(_mentions(part, role) for part in getattr(annotation, "__args__", ()))
