"""The JSON Schema of a quiz file, made from the models that read one, so that editors complete and check by kind.

    {"properties": {"quiz": ..., "blocks": {"items": {"$ref": "#/definitions/block"}}},
     "definitions": {"block": {"properties": {"kind": {"enum": ["choice", ...]}},
                               "allOf": [{"if": {"properties": {"kind": {"const": "choice"}}},
                                          "then": {"$ref": "#/definitions/choice"}}, ...]},
                     "choice": ..., "Limits": ...}}

A file that loads is valid by it. What spans several keys, and all that only a run can tell, is left to `validate` and
`check`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from quizproof.kinds.base import Block
from quizproof.kinds.registry import kinds
from quizproof.quizfile.header import Header
from quizproof_renderers.editing.docstrings import docstrings

DRAFT = "http://json-schema.org/draft-07/schema#"
"""What the language servers for YAML understand best."""
_REFERENCE = "#/definitions/{model}"
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
"""As pydantic names bounds of what it reads by a function of ours, and as JSON Schema does."""
_PATTERNS = {
    "^[a-z0-9]+(-[a-z0-9]+)*$": "use lower-case letters, digits and single hyphens",
    "^[a-z_][a-z0-9_]*$": "use lower-case letters, digits and underscores",
}
"""What editors say where a text does not match, by the pattern."""


_TYPED = ["string", "number", "boolean"]
"""As models have the type of a text that is often written as a number."""


def _text(*not_text: str) -> dict[str, Any]:
    """The schema of a text. An author may write anything for it that has no parts: `answer: 1.50` is the text "1.50".

    not_text  the types that are not text

    A list of types would say the same, but editors would then offer `true` and `false` for every text.
    """
    return {"if": {"type": list(not_text)}, "then": {"type": "string"}}


class _Described(GenerateJsonSchema):
    """Adds what the source says about each key."""

    def model_schema(self, schema: core_schema.ModelSchema) -> dict[str, Any]:
        """The schema of one model, with the docstrings of its fields."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        words = docstrings(model)
        for name, info in model.model_fields.items():
            if name in words:
                made["properties"][info.alias or name]["description"] = words[name]
        return made


def quiz_schema(known: Mapping[str, type[Block]] | None = None) -> dict[str, Any]:
    """The schema of a quiz file, as JSON data.

    known  the kinds of block, by the values of `kind:`; all that are installed when None
    """
    by_name = dict(sorted((kinds() if known is None else known).items()))
    models: list[Any] = [(model, "validation") for model in (Header, *by_name.values())]
    found, made = models_json_schema(models, ref_template=_REFERENCE, schema_generator=_Described)
    named = {made_name(found[model, "validation"]): name for name, model in by_name.items()}
    definitions = {named.get(name, name): _tidy(each) for name, each in made["$defs"].items()}
    header = definitions.pop(made_name(found[Header, "validation"]))
    for name in by_name:
        definitions[name]["properties"]["kind"] = {"const": name, "description": _first(by_name[name])}
    blocks = {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/definitions/block"},
        "description": "The questions and exhibits of the quiz, in order.",
    }
    return {
        "$schema": DRAFT,
        "title": "Quiz",
        "description": header["description"],
        "type": "object",
        "properties": {**header["properties"], "blocks": blocks},
        "required": [*header["required"], "blocks"],
        "additionalProperties": False,
        "definitions": {"block": _block(by_name, definitions), **dict(sorted(definitions.items()))},
    }


def as_text(schema: Mapping[str, Any]) -> str:
    """A schema as its file has it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def made_name(reference: Mapping[str, Any]) -> str:
    """The name of the definition that a reference leads to."""
    return str(reference["$ref"]).rpartition("/")[2]


def _block(by_name: Mapping[str, type[Block]], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A block: its kind decides what else it may have.

    Its own keys are those that every block needs, so that an editor offers them before there is a kind.
    """
    words = [_first(model) for model in by_name.values()]
    kind = {
        "enum": list(by_name),
        "enumDescriptions": words,
        "description": "The kind of question or exhibit. It decides which keys the block has.",
    }
    some = next(iter(by_name))
    return {
        "type": "object",
        "description": "A question or an exhibit.",
        "properties": {"id": definitions[some]["properties"]["id"], "kind": kind},
        "required": ["id", "kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": _REFERENCE.format(model=name)},
            }
            for name in by_name
        ],
    }


def _first(model: type[BaseModel]) -> str:
    """What a model is, in a paragraph."""
    return " ".join((model.__doc__ or "").strip().partition("\n\n")[0].split())


def _tidy(node: Any, *, key: str = "") -> Any:
    """A schema without what pydantic adds for itself, in which texts may be written as authors write them.

    key  under which the node is, in the schema around it
    """
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    if key in ("properties", "patternProperties"):  # its keys are those of quiz files
        return {name: _tidy(each) for name, each in node.items()}
    made: dict[str, Any] = {
        _BOUNDS.get(str(name), str(name)): _tidy(each, key=str(name)) for name, each in node.items()
    }
    if isinstance(made.get("title"), str):
        del made["title"]
    if made.get("default", 0) in (None, "", [], {}):
        del made["default"]
    is_text = made.get("type") in ("string", _TYPED) and not {"enum", "const"} & made.keys()
    if is_text and not _is_percentage(made):
        del made["type"]
        made |= _text("object", "array", "null")
    if made.get("pattern") in _PATTERNS:
        made["patternErrorMessage"] = _PATTERNS[made["pattern"]]
    if "patternProperties" in made:  # names that no pattern has are refused
        made["additionalProperties"] = False
    return _with_nothing(made)


def _is_percentage(made: Mapping[str, Any]) -> bool:
    return str(made.get("pattern", "")).endswith("%$")


def _with_nothing(made: dict[str, Any]) -> dict[str, Any]:
    """A choice between something and `null` as one schema, where that is possible: editors show it shorter."""
    choices: Iterable[Any] = made.get("anyOf", ())
    others = [each for each in choices if each != {"type": "null"}]
    if len(others) != 1 or len(others) == len(list(choices)) or "$ref" in others[0]:
        return made
    (only,) = others
    rest = {name: each for name, each in made.items() if name != "anyOf"}
    if "enum" in only:
        return {"enum": [*only["enum"], None], **rest}
    if "then" in only:
        return {**only, **_text("object", "array"), **rest}
    types = only["type"] if isinstance(only["type"], list) else [only["type"]]
    return {**only, "type": [*types, "null"], **rest}
