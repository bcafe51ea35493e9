"""Files to a bank: find quiz files, parse them, validate them, and say all that is wrong in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from quizproof import rules
from quizproof.findings import DataPath, Finding, Span
from quizproof.kinds.base import Block
from quizproof.kinds.registry import kinds
from quizproof.loading.files import SourceFile, find_files
from quizproof.loading.ids import Ids
from quizproof.loading.quiz import Bank, Item, Loaded, Quiz
from quizproof.quizfile.fields import CODE, models_in, texts, worded
from quizproof.quizfile.header import Header, Insight
from quizproof.quizfile.yaml_document import Document, SourceError, parse, written
from quizproof.spelling import nearest


def load_bank(paths: Sequence[str | Path]) -> Bank:
    """Load every quiz under `paths`, which are files or folders.

    What is wrong inside files becomes findings. Raises UsageError when a path is not there or no quiz file is found.
    """
    ids = Ids()
    return Bank(tuple(ids.keep(load_file(file)) for file in find_files(paths)))


def load_file(path: Path) -> Loaded:
    """Load one file: its quiz, unless the file or its header is unusable, and all that is wrong in it."""
    return load_source(SourceFile.read(path))


def load_source(file: SourceFile) -> Loaded:
    """Load a file that was read: as `load_file`."""
    if file.content is None:
        message = f"the file cannot be read: {file.error}"
        return Loaded(file.shown, None, (Finding(rules.UNREADABLE, file.shown, Span(1, 1, 1, 1), message),))
    try:
        document = parse(file.shown, file.content)
    except SourceError as error:
        return Loaded(file.shown, None, (error.finding,))
    return _Reader(document).read(file.data_folder)


class _Reader:
    """Validates one document, gathering findings."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Finding] = []

    def read(self, files: str | None) -> Loaded:
        quiz = self._quiz(files)
        return Loaded(self.document.path, quiz, tuple(sorted(self.findings, key=lambda finding: finding.span)))

    def _quiz(self, files: str | None) -> Quiz | None:
        data = self.document.data
        if not isinstance(data, dict):
            what = "a list" if isinstance(data, list) else "a single value"
            self._find(
                rules.INVALID_VALUE, (), f"a quiz file is a mapping of keys, not {what}", "Start with `quiz: an-id`."
            )
            return None
        header = self._validate(Header, {k: v for k, v in data.items() if k != "blocks"}, (), also=("blocks",))
        items = self._blocks(data)
        if header and header.insight:
            self._rests(header.insight, data.get("blocks"))
        return Quiz(header, tuple(items), self.document, files) if header else None

    def _rests(self, insight: Insight, blocks: Any) -> None:
        """Whether all that the insight rests on is in this file."""
        ids = [str(written(block.get("id"))) for block in blocks or () if isinstance(block, dict)]
        for index, name in enumerate(insight.rests_on):
            if name not in ids:
                message = f"the insight rests on `{name}`, which is not in this quiz{_meant(name, ids)}"
                self._find(rules.UNKNOWN_BLOCK, ("insight", "rests_on", index), message)

    def _blocks(self, data: dict[str, Any]) -> list[Item]:
        if "blocks" not in data:
            self._find(
                rules.MISSING_KEY, (), "`blocks` is missing", "List the quiz's questions and exhibits under `blocks:`."
            )
            return []
        blocks = data["blocks"]
        if not isinstance(blocks, list) or not blocks:
            self._find(rules.INVALID_VALUE, ("blocks",), "`blocks` is a list of at least one question")
            return []
        return [item for index, block in enumerate(blocks) if (item := self._block(block, ("blocks", index)))]

    def _block(self, block: Any, at: DataPath) -> Item | None:
        if not isinstance(block, dict):
            self._find(rules.INVALID_VALUE, at, "a block is a mapping with `id`, `kind` and `prompt`")
            return None
        name = block.get("kind")
        if name is None:
            self._find(rules.MISSING_KEY, at, "`kind` is missing", f"One of {', '.join(sorted(kinds()))}.")
            return None
        model = kinds().get(str(written(name)))
        if model is None:
            message = f"there is no kind `{written(name)}`{_meant(str(name), kinds())}"
            self._find(rules.UNKNOWN_KIND, (*at, "kind"), message, f"Installed: {', '.join(sorted(kinds()))}.")
            return None
        read = self._validate(model, block, at)
        if read is None or not self._code_is_traceable(read, at):
            return None
        return Item(read, at)

    def _code_is_traceable(self, block: Block, at: DataPath) -> bool:
        """Whether every line of code can be named: literal blocks, or texts of one line."""
        good = True
        for path, _ in texts(block, CODE, at):
            if self.document.text_start(path) is None:
                form = "a folded `>` block" if self.document.styles[path] == ">" else "a text over several lines"
                message = f"`{path[-1]}` is code in {form}, so its lines cannot be named"
                self._find(rules.CODE_STYLE, path, message, f"Write `{path[-1]}: |` and the code below it.")
                good = False
        return good

    def _validate(self, model: type[Any], data: dict[str, Any], at: DataPath, also: tuple[str, ...] = ()) -> Any | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            names = [*_field_names(model), *also]
            details = error.errors(include_url=False, include_context=True)
            for detail in details:
                if not _is_consequence(detail, details, names):
                    self._report(detail, at, names)
            return None

    def _report(self, detail: ErrorDetails, at: DataPath, names: list[str]) -> None:
        path = at
        for step in detail["loc"]:  # skips what pydantic adds, such as "[key]"
            if (*path, step) in self.document.values:
                path = (*path, step)
        last = str(detail["loc"][-1]) if detail["loc"] else ""
        kind = detail["type"]
        if kind == "missing":
            self._find(rules.MISSING_KEY, path, f"`{last}` is missing")
        elif kind == "extra_forbidden":
            message = f"unknown key `{last}`{_meant(last, names)}"
            self._find(rules.UNKNOWN_KEY, path, message, key=True)
        else:
            code, message = worded(detail, path)
            self._find(code, path, message)

    def _find(self, code: str, path: DataPath, message: str, help_: str = "", *, key: bool = False) -> None:
        span = self.document.first_line(path, key=key)
        question = None
        if path[:1] == ("blocks",) and len(path) > 1:
            block = self.document.data["blocks"][path[1]]
            name = written(block.get("id")) if isinstance(block, dict) else None
            question = name if isinstance(name, str) else None
        self.findings.append(Finding(code, self.document.path, span, message, help=help_, block=question))


def _has_inner(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Whether another error lies inside: pydantic then counts only the items without one."""
    depth = len(detail["loc"])
    return any(d is not detail and d["loc"][:depth] == detail["loc"] for d in details)


def _is_consequence(detail: ErrorDetails, details: list[ErrorDetails], names: list[str]) -> bool:
    """Whether mending another error mends this one: a key missing because it is misspelt, a list with a bad item."""
    if detail["type"] == "missing":
        where, name = detail["loc"][:-1], str(detail["loc"][-1])
        extra = [d["loc"][-1] for d in details if d["type"] == "extra_forbidden" and d["loc"][:-1] == where]
        return any(_closest(str(word), names) == name for word in extra)
    return detail["type"] == "too_short" and _has_inner(detail, details)


def _closest(word: str, known: Iterable[str]) -> str:
    """The known word that was meant: an everyday name for it, or the nearest in spelling; empty when none is near."""
    names = list(dict.fromkeys(known))
    if (usual := _EVERYDAY.get(word, "")) in names:
        return usual
    return nearest(word, names)


_EVERYDAY = {
    "answers": "options",
    "choices": "options",
    "correct": "key",
    "feedback": "mistake",
    "question": "prompt",
    "questions": "blocks",
    "stem": "prompt",
    "test": "check",
    "tests": "check",
}
"""What other tools call our keys."""


def _meant(word: str, known: Iterable[str]) -> str:
    close = _closest(word, known)
    return f"; did you mean `{close}`?" if close else ""


def _field_names(model: type[BaseModel]) -> list[str]:
    """The keys of a model and of the models inside it, its own first."""
    names = [info.alias or name for name, info in model.model_fields.items()]
    for info in model.model_fields.values():
        for inner in models_in(info.annotation):
            names.extend(_field_names(inner))
    return names
