"""The JSON Schema of a quiz file: by itself, and as an editor's language server uses it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from helpers.language_client import LanguageClient
from helpers.processes import quizproof
from quizproof import rules
from quizproof.kinds.registry import BUILT_IN, kinds
from quizproof.loading.load import load_file
from quizproof.quizfile.source_text import SourceError
from quizproof.quizfile.yaml_document import PlainBool, parse
from quizproof_renderers.editing.schema import as_text, quiz_schema

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "docs/quiz.schema.json"
SERVER = ROOT / "tools/node_modules/.bin/yaml-language-server"
FILES = sorted(path for folder in ("questions", "tests") for path in (ROOT / folder).rglob("*.yaml"))
SPANS_KEYS = ("number-not-a-number", "number-tolerance-infinite", "order-lines-", "choice-key-with-refute")
"""Banks with a wrong value that no schema can tell from a right one."""


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    """Of the committed schema."""
    schema = json.loads(COMMITTED.read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def plain(data: Any) -> Any:
    """Data of a document as JSON has it."""
    if isinstance(data, PlainBool):
        return bool(data)
    if isinstance(data, dict):
        return {name: plain(each) for name, each in data.items()}
    return [plain(each) for each in data] if isinstance(data, list) else data


def test_committed_schema_is_what_the_command_prints(tmp_path: Path) -> None:
    """To the byte, on the terminal and into a file; `quizproof schema -o docs/quiz.schema.json` writes it."""
    committed = COMMITTED.read_text(encoding="utf-8")
    assert quizproof("schema").stdout == committed
    assert quizproof("schema", "-o", str(tmp_path / "s.json")).stdout == ""
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == committed
    assert kinds().keys() == BUILT_IN  # which is why the two can be equal
    refused = quizproof("schema", "-o", str(tmp_path / "no" / "s.json"))
    assert (refused.returncode, "cannot be written" in refused.stderr) == (2, True)


def test_every_key_is_described() -> None:
    """In the words of the reference, by every kind and part; and no name is pydantic's."""

    def missing(node: Any, place: str) -> Iterator[str]:
        if isinstance(node, dict):
            assert not {"ge", "gt", "le", "$defs"} & node.keys()
            for name, each in node.get("properties", {}).items():
                if "description" not in each and "const" not in each:
                    yield f"{place}.{name}"
            for name, each in node.items():
                yield from missing(each, f"{place}/{name}")

    schema = quiz_schema()
    conditions = [each["if"] for each in schema["definitions"]["block"].pop("allOf")]
    assert len(conditions) == len(BUILT_IN)
    assert [each for each in missing(schema, "") if "[" not in each] == []


def test_agrees_with_the_loader(validator: Draft7Validator) -> None:
    """A file that loads is valid. One with a key or a kind that there is not, or with a value of the wrong type, is
    not.
    """
    good, bad = 0, 0
    for path in FILES:
        try:
            data = plain(parse(str(path), path.read_bytes()).data)
        except SourceError:
            continue  # no YAML, which is no business of a schema
        found = {finding.code for finding in load_file(path).findings if finding.severity == "error"}
        errors = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(data)]
        if not found:
            good += 1
            assert errors == [], path
        elif found & {rules.UNKNOWN_KEY, rules.UNKNOWN_KIND, rules.INVALID_VALUE, rules.BAD_ID}:
            bad += 1
            assert bool(errors) != path.parent.name.startswith(SPANS_KEYS), path
    assert good > 350
    assert bad > 20


def test_knows_installed_kinds() -> None:
    """Kinds of other packages are in it, with their own keys."""
    schema = quiz_schema({"choice": kinds()["choice"], "mine": kinds()["open"]})
    assert schema["definitions"]["block"]["properties"]["kind"]["enum"] == ["choice", "mine"]
    assert "points" in schema["definitions"]["mine"]["properties"]
    assert json.loads(as_text(schema)) == schema


HEADER = "quiz: lists\ntitle: Lists\ntopic: python\nblocks:\n"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageClient]:
    """The language server for YAML that editors use, with the schema for all files of a bank."""
    if not shutil.which("node") or not SERVER.exists():
        pytest.skip("yaml-language-server is not installed: it needs Node, and `make lint-scripts` installs it")
    root = tmp_path_factory.mktemp("bank")
    with LanguageClient([str(SERVER), "--stdio"], root) as client:
        client.settings["yaml"] = {
            "schemas": {COMMITTED.as_uri(): "*.yaml"},
            "validate": True,
            "completion": True,
            "hover": True,
            "schemaStore": {"enable": False},
        }
        client.say("workspace/didChangeConfiguration", {"settings": {"yaml": client.settings["yaml"]}})
        yield client


def write(editor: LanguageClient, name: str, text: str) -> Path:
    """A quiz file that the editor has open."""
    path = editor.root / name
    path.write_text(text, encoding="utf-8")
    editor.open(path)
    return path


def completions(editor: LanguageClient, name: str, text: str) -> list[str]:
    """What is offered at the end of a text."""
    path = write(editor, name, text)
    editor.wait_for("textDocument/publishDiagnostics", uri=path.as_uri())  # it has read the file
    lines = text.split("\n")
    place = {"line": len(lines) - 1, "character": len(lines[-1])}
    found = editor.ask("textDocument/completion", {"textDocument": {"uri": path.as_uri()}, "position": place})
    return [item["label"] for item in found["items"]]


def test_editor_completes_by_kind(editor: LanguageClient) -> None:
    """The keys of the kind and no others, all kinds, and the values that a key can have."""
    block = "  - id: first\n    kind: predict-output\n    prompt: What does it print?\n    "
    offered = completions(editor, "keys.yaml", HEADER + block)
    assert {"code", "answer", "asks", "distractors", "tolerance"} <= set(offered)
    assert not {"options", "value", "blanks", "kind"} & set(offered)
    assert "options" in completions(editor, "other.yaml", HEADER + block.replace("predict-output", "choice"))
    assert set(completions(editor, "kinds.yaml", HEADER + "  - id: first\n    kind: ")) == BUILT_IN
    asked = completions(editor, "values.yaml", HEADER + block + "asks: ")
    assert asked == ["output", "exception", "happens"]
    inner = block.replace("predict-output", "choice") + "options:\n      - code: x = 1\n        "
    offered = completions(editor, "inner.yaml", HEADER + inner)
    assert {"key", "mistake", "happens", "why"} <= set(offered)
    assert "prints" in offered
    assert "points" not in offered
    # Words for a text are the author's; the server must not offer `true` for one.
    assert completions(editor, "text.yaml", HEADER + block + "answer: ") == []
    assert completions(editor, "id.yaml", HEADER + "  - id: ") == []


def test_editor_marks_what_the_kind_does_not_have(editor: LanguageClient) -> None:
    """At its place; the same keys are right in a block of another kind."""
    block = "  - id: first\n    kind: choice\n    prompt: Which?\n    code: print(1)\n"
    wrong = block + "    value: 1\n    options:\n      - prints: 1\n        key: yes\n      - prints: 2\n"
    path = write(editor, "wrong.yaml", HEADER + wrong)
    found = editor.wait_for("textDocument/publishDiagnostics", uri=path.as_uri())["diagnostics"]
    said = {(each["range"]["start"]["line"], each["message"].rstrip(".")) for each in found}
    assert said == {
        (8, "Property value is not allowed"),
        (11, 'Incorrect type. Expected "boolean"'),
    }
    right = wrong.replace("    value: 1\n", "").replace("yes", "true")
    path = write(editor, "right.yaml", HEADER + right)
    assert editor.wait_for("textDocument/publishDiagnostics", uri=path.as_uri())["diagnostics"] == []
    number = "  - id: first\n    kind: number\n    prompt: How many?\n    value: 2 + 2\n    answer: [4]\n"
    path = write(editor, "number.yaml", HEADER + number)
    (only,) = editor.wait_for("textDocument/publishDiagnostics", uri=path.as_uri())["diagnostics"]
    assert only["range"]["start"] == {"line": 8, "character": 12}
    path = write(editor, "kind.yaml", HEADER + "  - id: First\n    kind: guess\n")
    found = editor.wait_for("textDocument/publishDiagnostics", uri=path.as_uri())["diagnostics"]
    assert any("Valid values" in each["message"] and "choice" in each["message"] for each in found)
    assert any("lower-case letters, digits and single hyphens" in each["message"] for each in found)


def test_editor_explains_keys(editor: LanguageClient) -> None:
    """In the words of the reference."""
    path = write(
        editor, "hover.yaml", HEADER + "  - id: first\n    kind: number\n    prompt: How many?\n    value: 1\n"
    )
    place = {"textDocument": {"uri": path.as_uri()}, "position": {"line": 7, "character": 6}}
    assert "The expression" in editor.ask("textDocument/hover", place)["contents"]["value"]
