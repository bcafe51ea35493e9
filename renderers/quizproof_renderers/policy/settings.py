"""Settings: what a project has decided for all its checks, in `quizproof.toml` or under `[tool.quizproof]`.

The file is looked for in the folder of the bank and in those above it, then in the working folder and those above it.
The nearest one holds, alone. What protects the machine (the sandbox, caps of time and memory) is no setting: the files
of a bank may be a stranger's. `require-sandbox` is one, because it can only ask for more.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quizproof.errors import UsageError
from quizproof.runtimes.sandbox.levels import LEVELS
from quizproof_renderers.policy.misspelt import LANGUAGES
from quizproof_renderers.policy.selection import codes_of
from quizproof_renderers.reports.formats import FORMATS, is_format

OWN_FILE = "quizproof.toml"
PROJECT_FILE = "pyproject.toml"
TABLE = ("tool", "quizproof")
FAIL_ON = ("error", "warning", "never")
"""From which severity on a finding makes a check fail."""

Check = Callable[[Any], str]
"""From a value to what is wrong with it, after "is"; empty when nothing is."""


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value else "text"


def _texts(value: Any) -> str:
    good = isinstance(value, list) and all(isinstance(item, str) and item for item in value)
    return "" if good else 'a list of texts, such as ["QP304"]'


def _text_or_texts(value: Any) -> str:
    return "" if not _text(value) or (value and not _texts(value)) else "text, or a list of texts"


def _selectors(value: Any) -> str:
    if wrong := _texts(value):
        return wrong
    codes_of(value)
    return ""


def _by_file(value: Any) -> str:
    if not isinstance(value, dict):
        return 'a table of patterns, such as {"old/**" = ["QP3"]}'
    return next(filter(None, map(_selectors, value.values())), "")


def _one_of(*words: str) -> Check:
    named = ", ".join(filter(None, words)) + (", or empty" if "" in words else "")
    return lambda value: "" if value in words else f"one of {named}"


def _percent(value: Any) -> str:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return "" if good and 0 <= value <= 100 else "a number from 0 to 100"


def _path_or_false(value: Any) -> str:
    return "" if value is False or not _text(value) else "a path, or false"


def _formats(value: Any) -> str:
    if wrong := _text_or_texts(value):
        return wrong
    names = [text.partition(":")[0] for text in _listed(value)]
    return "" if all(map(is_format, names)) else f"a format, or several, of {', '.join(FORMATS)}"


@dataclass(frozen=True)
class Setting:
    """One setting that there can be."""

    default: Any
    check: Check
    meaning: str


SETTINGS: Mapping[str, Setting] = {
    "bank": Setting("questions", _text_or_texts, "The files or folders that commands read when none is named."),
    "format": Setting([], _formats, "The formats of `check`, as `--format` takes them."),
    "select": Setting([], _selectors, "The warnings that are reported; all when it is empty."),
    "ignore": Setting([], _selectors, "The warnings that are not reported."),
    "per-file-ignores": Setting({}, _by_file, "The warnings that are not reported in some files, by their pattern."),
    "baseline": Setting("", _path_or_false, "The baseline; by default the one in the bank; false for none."),
    "spelling": Setting("", _one_of("", *LANGUAGES), "The language of which misspelt words are told, such as `en`."),
    "dictionary": Setting("", _text, "A file of words that are right, a word a line, for `spelling`."),
    "fail-on": Setting("error", _one_of(*FAIL_ON), "From which severity on a finding makes `check` fail."),
    "min-proof": Setting(0, _percent, "The least proof coverage, in percent, with which `check` does not fail."),
    "require-sandbox": Setting("", _one_of("", *LEVELS), "The weakest sandbox that is accepted."),
}
"""All settings by name."""


@dataclass(frozen=True)
class Settings:
    """The settings that hold, and where each is from."""

    file: Path | None = None
    """Where they were found; None when there is no such file."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """Those in the file."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """On which line of it each is, from 1, where that is known."""

    @property
    def folder(self) -> Path:
        """What paths and patterns in them are relative to."""
        return self.file.parent if self.file else Path()

    def value(self, name: str) -> Any:
        """What holds: as given, or the default."""
        return self.given.get(name, SETTINGS[name].default)

    def source(self, name: str) -> str:
        """Where it is from: "pyproject.toml:12", or "default"."""
        if name not in self.given or self.file is None:
            return "default"
        return _place(self.file, self.lines.get(name))

    @property
    def bank(self) -> tuple[Path, ...]:
        """The files and folders to read when a command names none."""
        return tuple(self._path(text) for text in _listed(self.value("bank")))

    @property
    def formats(self) -> tuple[str, ...]:
        """As `--format` takes them."""
        return tuple(_listed(self.value("format")))

    @property
    def baseline(self) -> Path | None:
        """The baseline that the file names; None where it names none."""
        text = self.value("baseline")
        return self._path(text) if text else None

    @property
    def dictionary(self) -> Path | None:
        """The project's own words; None where the file names none."""
        text = self.value("dictionary")
        return self._path(text) if text else None

    def _path(self, text: str) -> Path:
        """A path of the file, as seen from the working folder."""
        path = self.folder / text
        return Path(os.path.relpath(path)) if self.folder.is_absolute() and not Path(text).is_absolute() else path


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def settings_for(paths: Sequence[Path] = ()) -> Settings:
    """The settings of a project.

    paths  the files or folders that a command was given; none when it was given none

    Raises UsageError when the file is damaged, or has something in it that is no setting.
    """
    for file in _candidates(paths):
        if (settings := _read(file)) is not None:
            return settings
    return Settings()


def _candidates(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that may have settings, the nearest first."""
    starts = [Path.cwd()]
    there = [path.resolve() for path in paths if path.exists()]
    if there:
        above = Path(os.path.commonpath(there))
        starts.insert(0, above if above.is_dir() else above.parent)
    for start in starts:
        for folder in (start, *start.parents):
            yield from (file for name in (OWN_FILE, PROJECT_FILE) if (file := folder / name).is_file())


def _read(file: Path) -> Settings | None:
    """The settings in a file; None when it has none."""
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        if file.name == PROJECT_FILE:
            return None  # some other project's, perhaps
        raise UsageError(f"{_shown(file)} cannot be read: {error}") from None
    own = file.name == OWN_FILE
    import tomllib  # most banks have no such file

    try:
        table: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        if not own and ".".join(TABLE) not in text:
            return None
        raise UsageError(f"{_shown(file)} is not valid TOML: {error}") from None
    for name in () if own else TABLE:
        table = table.get(name) if isinstance(table, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise UsageError(f"{_shown(file)}: `{'.'.join(TABLE)}` is not a table")
    lines = _lines(text, own=own)
    for name, value in table.items():
        _refuse(file, lines.get(name), name, value)
    return Settings(file, table, lines)


def _refuse(file: Path, line: int | None, name: str, value: Any) -> None:
    """Raise UsageError when there is no such setting, or its value cannot be."""
    place = _place(file, line)
    if name not in SETTINGS:
        near = difflib.get_close_matches(name.replace("_", "-").lower(), SETTINGS, 1)
        end = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(SETTINGS)}"
        raise UsageError(f"{place}: there is no setting `{name}`; {end}")
    if value == SETTINGS[name].default:
        return
    try:
        wrong = SETTINGS[name].check(value)
    except UsageError as error:
        raise UsageError(f"{place}: `{name}`: {error}") from None
    if wrong:
        raise UsageError(f"{place}: `{name}` is {wrong}, not {value!r}")


def _lines(text: str, *, own: bool) -> Mapping[str, int]:
    """The lines on which settings are given, as far as a look at the text can find them."""
    prefix = "" if own else ".".join(TABLE)
    table, found = "", dict[str, int]()
    for number, line in enumerate(text.split("\n"), 1):
        head = re.match(r"\s*\[\s*([\w.\"' -]+?)\s*\]\s*(#.*)?$", line)
        key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if head:
            table = re.sub(r"[\"' ]", "", head[1])
            name = table
        elif key:
            name = ".".join(filter(None, [table, re.sub(r"[\"']", "", key[1])]))
        else:
            continue
        if name.startswith(prefix and f"{prefix}."):
            rest = name.removeprefix(prefix).removeprefix(".")
            found.setdefault(rest.partition(".")[0], number)
    return found


def _place(file: Path, line: int | None) -> str:
    return f"{_shown(file)}:{line}" if line else _shown(file)


def _shown(file: Path) -> str:
    """A file as people see it: relative when it is below the working folder."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)
