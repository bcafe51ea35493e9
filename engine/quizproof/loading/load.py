"""From files to a bank: find the quiz files, parse them, validate them, and report everything wrong in one pass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from quizproof import rules
from quizproof.findings import DataPath, Finding, Span
from quizproof.kinds.registry import kind_of, kinds
from quizproof.loading.budget import Budget, BudgetSpent
from quizproof.loading.cut_text import cuts
from quizproof.loading.files import SourceFile, find_files
from quizproof.loading.ids import Ids
from quizproof.loading.prose_faults import prose_faults
from quizproof.loading.quiz import Bank, Item, Loaded, Quiz
from quizproof.loading.recovery import Reading, read
from quizproof.quizfile.fields import CODE, FIXED, MAX_SLUG, PROSE, models_in, texts
from quizproof.quizfile.header import Header, Insight
from quizproof.quizfile.ignores import ignores_in
from quizproof.quizfile.wording import HELP, meant_key, worded
from quizproof.quizfile.yaml_document import Document, located, written
from quizproof.spelling import meant

_JUDGED_BY = frozenset(["runtime", "limits", "prepare"])
"""The keys of a header that decide how a block is judged."""
_MAX_ERRORS = 100
"""Of one block: nobody reads more."""
_LITERAL = ("prints", "text", "raises", "answer", "match")
"""Keys of texts for which `null` may be meant as the word."""


def load_bank(paths: Sequence[str | Path]) -> Bank:
    """Load every quiz under some paths.

    paths  files or folders: see `find_files`

    Mistakes inside files become findings of the bank, and hide nothing else: a file with a bad block still gives its
    other blocks. Raises UsageError when a path does not exist, or when there is no quiz file at all.

        bank = load_bank(["questions"])
        bank.quizzes[0].items[0].block.id
    """
    ids = Ids()
    files = (load_file(file) if isinstance(file, Path) else file for file in find_files(paths))
    return Bank(tuple(map(ids.keep, files)))


def load_file(path: Path) -> Loaded:
    """Load one file: its quiz, unless the file or its header is unusable, and everything that is wrong in it.

    path  of the file; one that cannot be read gives a finding, and raises nothing

    Ids are not compared with those of other files: see `Ids`.
    """
    return load_source(SourceFile.read(path))


def load_source(file: SourceFile, budget: Budget | None = None) -> Loaded:
    """Load a file that was read already, as `load_file` does.

    file    its content is None when it cannot be read, which becomes a finding
    budget  what may be spent on it; one of its own when None
    """
    start = Span(1, 1, 1, 1)
    if file.content is None:
        message = f"the file cannot be read: {file.error}"
        return Loaded(file.shown, None, (Finding(rules.UNREADABLE, file.shown, start, message),))
    budget = budget or Budget()
    validation: _Validation | None = None
    try:
        with budget.use():
            reading = read(file.shown, file.content, file.size)
            if reading.document is None:
                return Loaded(file.shown, None, reading.findings)
            validation = _Validation(reading.document, reading)
            return validation.run(file)
    except BudgetSpent:
        span = validation.document.first_line(validation.at) if validation else start
        return Loaded(file.shown, None, (Finding(rules.TOO_COSTLY, file.shown, span, budget.message),))


class _Validation:
    """Turns one document into a quiz, and gathers findings on the way."""

    def __init__(self, document: Document, reading: Reading) -> None:
        self.document = document
        self.findings: list[Finding] = list(reading.findings)
        self._reading = reading
        self.at: DataPath = ()
        """What is being looked at."""

    def run(self, file: SourceFile) -> Loaded:
        quiz = self._quiz(file)
        comments = tuple(ignores_in(self.document))
        self.findings += [each for each in comments if isinstance(each, Finding)]
        ignores = tuple(each for each in comments if not isinstance(each, Finding))
        findings = located(sorted(self.findings, key=lambda finding: finding.span), self.document)
        return Loaded(self.document.path, quiz, findings, ignores)

    def _quiz(self, file: SourceFile) -> Quiz | None:
        data = self.document.data
        if not isinstance(data, dict):
            what = "a list" if isinstance(data, list) else "a single value"
            self._find(
                rules.INVALID_VALUE, (), f"a quiz file is a mapping of keys, not {what}", "Start with `quiz: an-id`."
            )
            return None
        # Header and blocks are validated one by one, so that a mistake in one hides none in the others.
        header = self._header({k: v for k, v in data.items() if k != "blocks"}, file.path)
        items = self._blocks(data)
        self._find_cut_texts(items)
        self._find_prose_faults(header, items, file.data_folder)
        if file.folder_error:
            code, message = file.folder_error
            self._find(code, (), message, "Put the files that snippets read into the folder itself.")
        if header:
            self._code_is_traceable(header, ())
        if header and header.insight:
            self._find_missing_blocks(header.insight, data.get("blocks"))
        return Quiz(header, tuple(items), self.document, file.data_folder) if header else None

    def _header(self, data: dict[str, Any], path: Path) -> Header | None:
        """The header; where it has errors that do not affect how blocks are judged, one without what is wrong.

        None where the runtime or the limits cannot be known.
        """
        lost = self._reading.keys
        # What could not be read was reported as that, and is not missing.
        data |= {key: value for key, value in _substitutes(path).items() if key in lost}
        header: Header | None = self._validate(Header, data, (), also=("blocks",))
        if header and not lost & _JUDGED_BY:
            return header
        wrong = lost | _wrong_keys(Header, data)
        unknown = wrong - Header.model_fields.keys()
        intended = {meant_key(key, Header.model_fields) for key in unknown}
        # A key that we do not know may be meant as the runtime, where there is none.
        if (wrong | intended) & _JUDGED_BY or (unknown and "runtime" not in data):
            return None
        known = {key: value for key, value in data.items() if key not in wrong}
        return Header.model_validate(_substitutes(path) | known)

    def _find_cut_texts(self, items: list[Item]) -> None:
        """Report texts of which YAML read a part as a comment."""
        code = frozenset(path for item in items for path, _ in texts(item.block, CODE, item.at))
        for cut in cuts(self.document, code):
            message = f"YAML reads `{_clipped(cut.lost)}` as a comment, so the text is only {_clipped(cut.read)!r}"
            self._find(rules.CUT_TEXT, cut.path, message, "Put the text in quotes, or in a `|` block.", span=cut.span)

    def _find_prose_faults(self, header: Header | None, items: list[Item], folder: str | None) -> None:
        """Report formulas that cannot be read, and images that cannot be shown."""
        models: list[tuple[BaseModel, DataPath]] = [(item.block, item.at) for item in items]
        models += [(header, ())] if header else []
        found = (each for model, at in models for role in (FIXED, PROSE) for each in texts(model, role, at))
        for at, text in found:
            # Asked first, because most texts have neither.
            if at not in self.document.styles or ("$" not in text and "![" not in text):
                continue
            for fault in prose_faults(text, folder):
                before = text[: fault.index]
                place = self.document.inside(at, before.count("\n"), len(before.rpartition("\n")[2]))
                self._find(fault.code, at, fault.message, span=place)

    def _find_missing_blocks(self, insight: Insight, blocks: Any) -> None:
        """Report what the insight rests on and this file does not have."""
        ids = [str(written(block.get("id"))) for block in blocks or () if isinstance(block, dict)]
        for index, name in enumerate(insight.rests_on):
            if name not in ids and name not in self._reading.ids:
                message = f"the insight rests on `{name}`, which is not in this quiz{meant(name, ids)}"
                self._find(rules.UNKNOWN_BLOCK, ("insight", "rests_on", index), message)

    def _blocks(self, data: dict[str, Any]) -> list[Item]:
        if "blocks" not in data:
            self._find(
                rules.MISSING_KEY,
                (),
                "`blocks` is missing",
                "List the questions and exhibits of the quiz under `blocks:`.",
            )
            return []
        blocks = data["blocks"]
        if not isinstance(blocks, list) or not blocks:
            self._find(
                rules.INVALID_VALUE, ("blocks",), "`blocks` is a list of at least one block", "Begin each with `- id:`."
            )
            return []
        return [item for index, block in enumerate(blocks) if (item := self._block(block, ("blocks", index)))]

    def _block(self, block: Any, at: DataPath) -> Item | None:
        self.at = at
        if not isinstance(block, dict):
            message = "a block is a mapping with `id`, `kind` and `prompt`"
            self._find(rules.INVALID_VALUE, at, message, "Begin it with `- id:`, and indent its other keys below that.")
            return None
        name = block.get("kind")
        if name is None:
            self._find(rules.MISSING_KEY, at, "`kind` is missing", f"Write one of {', '.join(sorted(kinds()))}.")
            return None
        model = kind_of(str(written(name)))
        if model is None:
            message = f"there is no kind `{written(name)}`{meant(str(name), kinds())}"
            self._find(rules.UNKNOWN_KIND, (*at, "kind"), message, f"Installed: {', '.join(sorted(kinds()))}.")
            return None
        valid = self._validate(model, block, at)
        if valid is None or not self._code_is_traceable(valid, at):
            return None
        return Item(valid, at)

    def _code_is_traceable(self, block: BaseModel, at: DataPath) -> bool:
        """Whether errors can name every line of code in the file, as in `|` blocks and in strings of one line."""
        traceable = True
        for path, _ in texts(block, CODE, at):
            if self.document.text_start(path) is None:
                form = (
                    "a folded `>` block" if self.document.styles[path] == ">" else "a quoted string over several lines"
                )
                message = f"`{path[-1]}` is code in {form}, so errors could not name its lines"
                self._find(rules.CODE_STYLE, path, message, f"Write `{path[-1]}: |`, and the code below it.")
                traceable = False
        return traceable

    def _validate(self, model: type[Any], data: dict[str, Any], at: DataPath, also: tuple[str, ...] = ()) -> Any | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            names = [*_field_names(model), *also]
            details = error.errors(include_url=False, include_context=True)
            consequences = _Consequences(details, names)
            reported = [detail for detail in details if not consequences.have(detail)]
            for detail in reported[:_MAX_ERRORS]:
                self._report(detail, at, names)
            if (more := len(reported) - _MAX_ERRORS) > 0:
                self._find(rules.INVALID_VALUE, at, f"{more:,} more errors like these are in it", "Fix those first.")
            return None

    def _report(self, detail: ErrorDetails, at: DataPath, names: list[str]) -> None:
        path = at
        for step in detail["loc"]:  # pydantic adds steps that no file has, such as "[key]"
            if (*path, step) in self.document.values:
                path = (*path, step)
        code, message = worded(detail, path, names)
        null = self._about_null(path)
        if null and code == rules.CONTRADICTION:
            message = f"{message}; {null.partition(': for')[0]} without quotes"
        help_ = null or HELP.get(code, "")
        last = str(detail["loc"][-1]) if code == rules.UNKNOWN_KEY else ""
        # For programs that repair: the message says it in words.
        meant = meant_key(last, names) if last else ""
        self._find(code, path, message, help_, key=bool(last), expected=meant, actual=last if meant else "")

    def _about_null(self, path: DataPath) -> str:
        """What to write instead of a `null` at a place, or in the mapping there, that may be meant as text."""
        for at in (path, *((*path, name) for name in _LITERAL)):
            if at in self.document.styles and self.document.value(at) is None:
                span = self.document.span(at)
                typed = self.document.lines[span.line - 1][span.column - 1 : span.end_column - 1]
                text = f'for the text write `"{typed}"`, for nothing `""`' if typed else 'for nothing write `""`'
                return f"`{at[-1]}:{typed and ' '}{typed}` has no value: {text}."
        return ""

    def _find(
        self,
        code: str,
        path: DataPath,
        message: str,
        help_: str = "",
        *,
        key: bool = False,
        span: Span | None = None,
        expected: str = "",
        actual: str = "",
    ) -> None:
        span = span or self.document.first_line(path, key=key)
        id_ = None
        if path[:1] == ("blocks",) and len(path) > 1:
            block = self.document.data["blocks"][path[1]]
            typed = written(block.get("id")) if isinstance(block, dict) else None
            id_ = typed if isinstance(typed, str) else None
        finding = Finding(
            code, self.document.path, span, message, help=help_, block=id_, expected=expected, actual=actual
        )
        self.findings.append(finding)


def _clipped(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most]} …"


def _wrong_keys(model: type[BaseModel], data: dict[str, Any]) -> frozenset[str]:
    """The keys of a mapping that have errors, or are missing."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        return frozenset(str(detail["loc"][0]) for detail in error.errors() if detail["loc"])
    return frozenset()


def _substitutes(path: Path) -> dict[str, str]:
    """What stands for the required keys of a header that lacks them, so that the blocks below it can be judged."""
    name = "-".join(re.findall("[a-z0-9]+", str(path).lower()))[-MAX_SLUG:].strip("-") or "quiz"
    return {"quiz": name, "title": path.name, "topic": "no-topic"}


class _Consequences:
    """Errors that go away when others are fixed: a key is missing because it is misspelt, a list has a bad item."""

    def __init__(self, details: list[ErrorDetails], names: list[str]) -> None:
        self._names = names
        # By their places, because a hostile file has thousands.
        self._above: set[tuple[int | str, ...]] = {d["loc"][:end] for d in details for end in range(len(d["loc"]))}
        self._extra: dict[tuple[int | str, ...], list[str]] = {}
        for detail in details:
            if detail["type"] == "extra_forbidden":
                self._extra.setdefault(detail["loc"][:-1], []).append(str(detail["loc"][-1]))

    def have(self, detail: ErrorDetails) -> bool:
        """Whether they have this one."""
        if detail["type"] == "missing":
            name = str(detail["loc"][-1])
            return any(meant_key(word, self._names) == name for word in self._extra.get(detail["loc"][:-1], ()))
        # Pydantic counts only the items that have no error.
        return detail["type"] == "too_short" and detail["loc"] in self._above


def _field_names(model: type[BaseModel]) -> list[str]:
    """The keys of a model and of the models inside it, its own first."""
    names = [info.alias or name for name, info in model.model_fields.items()]
    for info in model.model_fields.values():
        for inner in models_in(info.annotation):
            names.extend(_field_names(inner))
    return names
