"""Files to a bank: find quiz files, parse them, validate them, and say all that is wrong in one pass."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from quizproof import rules
from quizproof.errors import DataPath, Finding, Span, UsageError
from quizproof.kinds import Question, kinds
from quizproof.model import CODE, texts
from quizproof.quiz import Bank, Header, Item, Quiz
from quizproof.source import Document, SourceError, parse, written

SUFFIXES = (".yaml", ".yml")


def load_bank(paths: Sequence[str | Path]) -> Bank:
    """Load every quiz under `paths`, which are files or folders.

    What is wrong inside files becomes findings. Raises UsageError when a path is not there or no quiz file is found.
    """
    quizzes: list[Quiz] = []
    findings: list[Finding] = []
    files = find_files(paths)
    if not files:
        where = ", ".join(str(path) for path in paths)
        raise UsageError(f"no quiz files (*.yaml, *.yml) found in {where}")
    for file in files:
        quiz, wrong = load_file(file)
        findings.extend(wrong)
        if quiz is not None:
            quizzes.append(quiz)
    kept, doubles = _unique(quizzes)
    return Bank(tuple(kept), tuple(sorted([*findings, *doubles], key=lambda f: (f.path, f.span))))


def find_files(paths: Sequence[str | Path]) -> list[Path]:
    """The quiz files under `paths`, sorted, each once. Raises UsageError for a path that cannot be used."""
    found: dict[Path, None] = {}
    for given in map(Path, paths):
        try:
            if given.is_dir():
                found.update(dict.fromkeys(_walk(given)))
            elif given.is_file():
                found[given] = None
            elif given.exists():
                raise UsageError(f"{given} is neither a file nor a folder")
            else:
                raise UsageError(f"{given} does not exist")
        except (OSError, ValueError) as error:
            raise UsageError(f"{given} cannot be read: {error}") from None
    return list(found)


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise error

    for root, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if name.endswith(SUFFIXES) and not name.startswith(".") and path.is_file():
                yield path


def load_file(file: Path) -> tuple[Quiz | None, list[Finding]]:
    """Load one file: its quiz, unless the file or its header is unusable, and all that is wrong in it."""
    path = shown_path(file)
    try:
        document = parse(path, file.read_bytes())
    except SourceError as error:
        return None, [error.finding]
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        return None, [Finding(rules.UNREADABLE, path, Span(1, 1, 1, 1), message)]
    return _Reader(document).read()


def shown_path(file: Path) -> str:
    """The path as people should see it: relative when it is below the working folder, always printable."""
    with contextlib.suppress(ValueError, OSError):
        file = file.absolute().relative_to(Path.cwd())
    return os.fsencode(file).decode("utf-8", "replace")


class _Reader:
    """Validates one document, gathering findings."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Finding] = []

    def read(self) -> tuple[Quiz | None, list[Finding]]:
        data = self.document.data
        if not isinstance(data, dict):
            what = "a list" if isinstance(data, list) else "a single value"
            self._find(
                rules.INVALID_VALUE, (), f"a quiz file is a mapping of keys, not {what}", "Start with `quiz: an-id`."
            )
            return None, self.findings
        header = self._validate(Header, {k: v for k, v in data.items() if k != "blocks"}, (), also=("blocks",))
        items = self._blocks(data)
        if header is None:
            return None, self.findings
        return Quiz(header, tuple(items), self.document), self.findings

    def _blocks(self, data: dict[str, Any]) -> Iterator[Item] | list[Item]:
        if "blocks" not in data:
            self._find(rules.MISSING_KEY, (), "`blocks` is missing", "List the quiz's questions under `blocks:`.")
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
        question = self._validate(model, block, at)
        if question is None or not self._code_is_traceable(question, at):
            return None
        return Item(question, at)

    def _code_is_traceable(self, question: Question, at: DataPath) -> bool:
        """Whether every line of code can be named: literal blocks, or texts of one line."""
        good = True
        for path, _ in texts(question, CODE, at):
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
        elif kind in rules.RULES:
            self._find(kind, path, detail["msg"])
        elif kind in ("too_short", "too_long") and not isinstance(detail["input"], str):
            word, bound = ("least", "min_length") if kind == "too_short" else ("most", "max_length")
            most, count = detail["ctx"][bound], detail["ctx"]["actual_length"]
            items = "item" if most == 1 else "items"
            self._find(rules.INVALID_VALUE, path, f"`{last}` takes at {word} {most} {items}, and has {count}")
        else:
            subject = path[-1] if path else last
            where = f"`{subject}`" if isinstance(subject, str) else f"item {subject + 1}"
            reason = _REASONS.get(kind) or detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
            self._find(rules.INVALID_VALUE, path, f"{where}: {reason[:1].lower()}{reason[1:]}")

    def _find(self, code: str, path: DataPath, message: str, help_: str = "", *, key: bool = False) -> None:
        span = self.document.first_line(path, key=key)
        question = None
        if path[:1] == ("blocks",) and len(path) > 1:
            block = self.document.data["blocks"][path[1]]
            name = written(block.get("id")) if isinstance(block, dict) else None
            question = name if isinstance(name, str) else None
        self.findings.append(Finding(code, self.document.path, span, message, help_, question))


_REASONS = {
    "dict_type": "write keys with values below it",
    "model_type": "write keys with values below it",
    "string_too_short": "write a text that is not empty",
    "string_type": "write a text",
    "too_short": "write a text that is not empty",
    "tuple_type": "write a list",
}
"""What pydantic says in the terms of Python, in the terms of YAML."""


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
    return next(iter(difflib.get_close_matches(word, names, 1, 0.6)), "")


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
    names = list(model.model_fields)
    for info in model.model_fields.values():
        for inner in _models_in(info.annotation):
            names.extend(_field_names(inner))
    return names


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)


def _unique(quizzes: list[Quiz]) -> tuple[list[Quiz], list[Finding]]:
    """The quizzes without those quizzes and questions whose id came before, and a finding for each of these."""
    findings: list[Finding] = []
    seen: dict[tuple[str, str], str] = {}

    def first(sort: str, name: str, quiz: Quiz, at: DataPath) -> bool:
        span = quiz.document.span(at)
        if (sort, name) in seen:
            message = f"the {sort} id `{name}` is already used at {seen[sort, name]}"
            question = name if sort == "question" else None
            findings.append(Finding(rules.DUPLICATE_ID, quiz.path, span, message, "Choose another id.", question))
            return False
        seen[sort, name] = f"{quiz.path}:{span.line}"
        return True

    kept = []
    for quiz in quizzes:
        if first("quiz", quiz.id, quiz, ("quiz",)):
            items = [i for i in quiz.items if first("question", i.question.id, quiz, (*i.at, "id"))]
            kept.append(Quiz(quiz.header, tuple(items), quiz.document))
    return kept, findings
