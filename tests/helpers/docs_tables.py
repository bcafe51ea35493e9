"""The generated tables of the pages. `python tools/docs_update.py` writes them.

A table is between `<!-- table: NAME -->` and `<!-- end -->`. Keys and their meaning come from the docstrings of the
models, rules from `quizproof.rules`, scoring from `quizproof.marking.scoring`.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Sequence
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Len, MaxLen, MinLen
from pydantic import AfterValidator, BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from quizproof.comparison.tolerance import Tolerance
from quizproof.displays import (
    Blanks,
    Input,
    LineInput,
    Matching,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    ProgramInput,
    TextInput,
)
from quizproof.kinds.base import Exhibit, Question
from quizproof.kinds.exhibits.confusion_matrix import States
from quizproof.kinds.exhibits.experiment import Constraint, Target, Variation
from quizproof.kinds.exhibits.pipeline import PipelineStage
from quizproof.kinds.exhibits.training_run import CurveClaim, TrainingEvent
from quizproof.kinds.questions.choice import Option
from quizproof.kinds.questions.fill_blank import BlankMistake, BlankTexts
from quizproof.kinds.questions.find_bug import LineMistake
from quizproof.kinds.questions.match import Extra, Pair
from quizproof.kinds.questions.number import NumberMistake
from quizproof.kinds.questions.open_answer import Point
from quizproof.kinds.questions.order_lines import LineDistractor
from quizproof.kinds.questions.predict_output import Distractor
from quizproof.kinds.questions.write_code import ProgramCheck, WrongProgram
from quizproof.kinds.registry import kinds
from quizproof.marking.scoring import rule
from quizproof.quizfile.fields import Role
from quizproof.quizfile.header import Exam, Header, Insight, Step
from quizproof.quizfile.limits import Limits
from quizproof.quizfile.metadata import Metadata
from quizproof.rulebook.example import Example, example_of
from quizproof.rules import RULES
from quizproof_renderers.editing.docstrings import docstrings
from quizproof_renderers.policy.settings import SETTINGS
from quizproof_renderers.site.settings import SiteSettings, TopicSettings

_TABLE = re.compile(r"(<!-- table: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

PARTS: dict[str, type[BaseModel]] = {
    "header": Header,
    "limits": Limits,
    "metadata": Metadata,
    "option": Option,
    "distractor": Distractor,
    "number-mistake": NumberMistake,
    "line-mistake": LineMistake,
    "program-check": ProgramCheck,
    "wrong-program": WrongProgram,
    "blank-texts": BlankTexts,
    "blank-mistake": BlankMistake,
    "step": Step,
    "exam": Exam,
    "insight": Insight,
    "line-distractor": LineDistractor,
    "pair": Pair,
    "extra": Extra,
    "point": Point,
    "states": States,
    "stage": PipelineStage,
    "event": TrainingEvent,
    "curve-claim": CurveClaim,
    "target": Target,
    "constraint": Constraint,
    "variation": Variation,
}
"""Models that are not kinds, by the names of their tables."""
SITE: dict[str, type[BaseModel]] = {"site": SiteSettings, "site-topic": TopicSettings}
"""Models of the settings of a site, by the names of their tables."""

_ROLES = {"code": "code", "text": "output", "prose": "Markdown", "fixed": "Markdown, no expressions"}
_VALIDATORS = {
    "_slug": "[id](#ids)",
    "_flag": "`true` or `false`",
    "_integer": "whole number",
    "_number": "number",
    "_exact": "number",
    "_level": "`easy`, `medium`, `hard`, or 1 to 5",
    "_tolerance": "number or percentage",
    "_typed": "number",
    "_happens": "[happens](#happens)",
    "written": "text",
    "known_runtime": "`python`, `torch` or `tensorflow`, or [one that is installed](extending.md#a-runtime)",
}
_LINKS: dict[type[BaseModel], str] = {
    Limits: "[limits](#limits)",
    Option: "[option](#options-of-a-choice)",
    Distractor: "[distractor](#distractors-of-a-predict-output)",
    NumberMistake: "[mistake](#mistakes-of-a-number)",
    LineMistake: "[mistake](#mistakes-of-a-find-bug)",
    ProgramCheck: "[check](#checks-of-a-write-code)",
    WrongProgram: "[wrong program](#wrong-programs-of-a-write-code)",
    BlankTexts: "[texts](#texts-of-a-fill-blank)",
    BlankMistake: "[mistake](#mistakes-of-a-fill-blank)",
    Step: "[step](#steps-of-prepare)",
    Exam: "[exam](#exam)",
    Insight: "[insight](#insight)",
    LineDistractor: "[distractor](#distractors-of-an-order-lines)",
    Pair: "[pair](#pairs-of-a-match)",
    Extra: "[extra](#extras-of-a-match)",
    Point: "[point](#points-of-an-open)",
    States: "[figures](#figures-of-a-confusion-matrix)",
    PipelineStage: "[stage](#stages-of-a-pipeline)",
    TrainingEvent: "[event](#events-of-a-training-run)",
    CurveClaim: "[claim](#claims-of-a-training-run)",
    Target: "[target](#targets-of-an-experiment)",
    Constraint: "[constraint](#constraints-of-an-experiment)",
    Variation: "[variation](#variations-of-an-experiment)",
    TopicSettings: "[topic](#topics-of-a-site)",
}

_BASES: dict[str, type[BaseModel]] = {"question": Question, "exhibit": Exhibit}
"""What all kinds of a sort have, by the names of their tables."""

_METADATA = frozenset(Metadata.model_fields)
"""What headers and blocks have, in a table of its own."""

SCORED: dict[str, Input] = {
    "`choice` with one key": Options(()),
    "`choice` with several keys": Options((), multiple=True),
    "`predict-output`": TextInput(""),
    "`number`": NumberInput(0, 0, ""),
    "`find-bug`": LineInput("", ()),
    "`fill-blank`": Blanks("", ()),
    "`order-lines`": Ordering((), ()),
    "`match`": Matching((), (), ()),
    "`open`": OpenInput(()),
    "`write-code`": ProgramInput("", (), ()),
}
"""What each kind of question is answered with, by the words for it."""


def current(text: str) -> str:
    """The page with every table as it should be."""
    return _TABLE.sub(lambda match: f"{match[1]}{table(match[2])}{match[4]}", text)


def table(name: str) -> str:
    """One table as Markdown: a model's keys, the rules, the settings, scoring; or the rules in full."""
    if name == "rules":
        head = ("code", "name", "severity", "what it says")
        rows = [(rule.code, f"`{rule.name}`", rule.severity, rule.summary) for rule in RULES.values()]
        return _markdown(head, rows)
    if name == "explanations":
        return "".join(
            f"## {rule.code} {rule.name}\n\n{rule.summary} ({rule.severity})\n\n{rule.explanation}\n\n"
            f"{_example(example_of(rule.code))}"
            for rule in RULES.values()
        )
    if name == "settings":
        given = [(f"`{name}`", f"`{json.dumps(each.default)}`", each.meaning) for name, each in SETTINGS.items()]
        return _markdown(("setting", "default", "meaning"), given)
    if name == "scoring":
        return _markdown(("question", "scoring"), [(words, rule(shown)) for words, shown in SCORED.items()])
    if name in _BASES:
        return _keys(_BASES[name], without=_METADATA)
    if name in PARTS or name in SITE:
        return _keys((PARTS | SITE)[name], without=_METADATA if name == "header" else frozenset())
    (base,) = (base for base in _BASES.values() if issubclass(kinds()[name], base))
    own = kinds()[name].model_fields
    # A kind may give a field of all another key, which its table then has.
    return _keys(
        kinds()[name], frozenset(key for key, info in base.model_fields.items() if own[key].alias == info.alias)
    )


def names(text: str) -> list[str]:
    """The names of the tables that a page has."""
    return [match[2] for match in _TABLE.finditer(text)]


def known_keys() -> set[str]:
    """Every key that some mapping of a quiz file may have."""
    models = [*PARTS.values(), *kinds().values()]
    return {"blocks"} | {info.alias or name for model in models for name, info in model.model_fields.items()}


def _example(example: Example) -> str:
    bad, good = (f"```{example.language} {word}\n{text}```\n\n" for word, text in example.sides)
    return f"**Bad:**\n\n{bad}**Good:**\n\n{good}" + (f"{example.note}\n\n" if example.note else "")


def _keys(model: type[BaseModel], without: frozenset[str] = frozenset()) -> str:
    rows = []
    words_of = docstrings(model)
    for name, info in model.model_fields.items():
        if name not in without:
            meaning = words_of.get(name, "")
            assert meaning, f"{model.__name__}.{name} has no docstring"
            words = _kinds_of(model) if name == "kind" else sort(info)
            rows.append((f"`{info.alias or name}`", words, _default(info), meaning))
    return _markdown(("key", "value", "default", "meaning"), rows)


def _kinds_of(base: type[BaseModel]) -> str:
    return _either([f"`{name}`" for name, kind in sorted(kinds().items()) if issubclass(kind, base)])


def _markdown(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.default
    if value is None or value in ("", (), {}) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, Tolerance):
        return "`0`"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def sort(info: FieldInfo) -> str:
    """What an author may write for a field, in words."""
    return _described(info.annotation, info.metadata)


def _described(annotation: Any, metadata: list[Any] | tuple[Any, ...] = ()) -> str:
    if hasattr(annotation, "__metadata__"):
        return _described(annotation.__origin__, (*annotation.__metadata__, *metadata))
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return ", or ".join(_described(each, metadata) for each in arguments if each is not type(None))
    if origin is Literal:
        return _either([f"`{value}`" for value in arguments])
    if origin is tuple:
        return f"list of {_described(arguments[0])}{_range(metadata, 'of')}"
    if origin is dict:
        if arguments[1] in _LINKS:
            return f"mapping of names to {_LINKS[arguments[1]]}{_range(metadata, 'of')}"
        return f"mapping of names to {'lists of values' if get_origin(_bare(arguments[1])) is tuple else 'code'}"
    if annotation in _LINKS:
        return _LINKS[annotation]
    return _scalar(metadata) + _range(metadata, "is")


def _bare(annotation: Any) -> Any:
    return getattr(annotation, "__origin__", annotation) if hasattr(annotation, "__metadata__") else annotation


def _either(words: list[str]) -> str:
    return " or ".join((", ".join(words[:-1]), words[-1])) if words[1:] else words[0]


def _scalar(metadata: list[Any] | tuple[Any, ...]) -> str:
    if roles := [_ROLES[m.name] for m in metadata if isinstance(m, Role)]:
        return roles[0]
    functions = [m.func.__name__ for m in metadata if isinstance(m, (BeforeValidator, AfterValidator))]
    return next((_VALIDATORS[name] for name in functions if name in _VALIDATORS), "text")


def _range(metadata: list[Any] | tuple[Any, ...], form: Literal["of", "is"]) -> str:
    """The bounds among a field's metadata: ", 1 to 600"."""
    low, high, above = "", "", ""
    for item in metadata:
        for constraint in item.metadata if isinstance(item, FieldInfo) else [item]:
            match constraint:
                case Ge(ge):
                    low = str(ge)
                case Gt(gt):
                    above = str(gt)
                case Le(le):
                    high = str(le)
                case MinLen(length) if form == "of":
                    low = str(length)
                case MaxLen(length) if form == "of":
                    high = str(length)
                case Len(shortest, longest) if form == "of":
                    low, high = str(shortest), str(longest)
    if low and high:
        return f", {low} to {high}"
    if above and high:
        return f", above {above} and at most {high}"
    if low:
        return f", at least {low}"
    return f", at most {high}" if high else ""
