"""The baseline: findings of an old bank that are known, so that only new ones fail a check.

It is a text file in the bank, to be committed and to become shorter:

```
{"version": 1,
 "findings": [
  {"path": "tuples.yaml", "block": "extend-tuple", "code": "QP203", "message": "distractor b: …", "count": 1}
 ]}
```

An entry is for findings with the same block, rule and message: a claim that turns out wrong in another way is new. The
path is relative to the folder of the file, and decides for findings without a block only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from quizproof.errors import UsageError
from quizproof.findings import Finding
from quizproof_renderers.policy.judged import Judged

NAME = "quizproof-baseline.json"
_AGAIN = "write it again with `quizproof check --write-baseline`"
_MAX_MIB = 64


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    path: str
    block: str | None
    code: str
    message: str
    count: Annotated[int, Field(ge=1)]


class _File(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    version: Literal[1]
    findings: list[_Entry]


@dataclass(frozen=True)
class Baseline:
    """The known findings of a bank, of which each is taken once per occurrence."""

    path: Path
    """The file."""
    entries: tuple[_Entry, ...] = ()
    _left: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """How often each may still occur."""

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read the file. Raises UsageError when it cannot be read, or is damaged."""
        try:
            with path.open("rb") as file:
                content = file.read((_MAX_MIB << 20) + 1)
            if len(content) > _MAX_MIB << 20:
                raise UsageError(f"{path} has more than {_MAX_MIB} MiB, and is not read")
            entries = tuple(_File.model_validate_json(content).findings)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            at = f" at `{where}`" if where else ""
            raise UsageError(f"{path} is damaged{at}: {first['msg']}; {_AGAIN}") from None
        return cls(path, entries).unused()

    def unused(self) -> Baseline:
        """The same, of which nothing was taken yet."""
        left: Counter[tuple[str, str, str]] = Counter()
        for entry in self.entries:
            left[_identity(entry, self.path)] += entry.count
        return Baseline(self.path, self.entries, left)

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is known. Asked for once per finding: an entry is used up."""
        identity = finding.identity
        if not finding.may_be_ignored or self._left[identity] < 1:
            return False
        self._left[identity] -= 1
        return True

    def gone(self, judged: Judged) -> list[str]:
        """The entries that no longer occur: "tuples.yaml: QP203 extend-tuple".

        judged  what was looked at; entries about anything else are left alone
        """
        return [
            f"{entry.path}: {entry.code} {entry.block or ''}".rstrip()
            for entry in self.entries
            if self._left[_identity(entry, self.path)] > 0 and self._is_gone(entry, judged)
        ]

    def _is_gone(self, entry: _Entry, judged: Judged) -> bool:
        if entry.block in judged.settled:
            return True
        file = (self.path.parent / entry.path).absolute()
        return entry.block not in judged.blocks and (file in judged.files or not file.exists())


def write(path: Path, findings: Iterable[Finding]) -> int:
    """Write findings as the baseline of a bank, and return how many there are.

    path      the file, in the folder of the bank
    findings  those that may be ignored

    Raises OSError when it cannot be written.
    """
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for finding in findings:
        _, code, message = finding.identity
        counted[_relative(finding.path, path), finding.block or "", code, message] += 1
    lines = [
        json.dumps({"path": file, "block": block or None, "code": code, "message": message, "count": count})
        for (file, block, code, message), count in sorted(counted.items())
    ]
    text = ",\n".join(f"  {line}" for line in lines)
    path.write_text(f'{{"version": 1,\n "findings": [\n{text}\n ]}}\n', encoding="utf-8")
    return counted.total()


def _relative(shown: str, baseline: Path) -> str:
    """The path of a file as the baseline has it."""
    file, folder = Path(shown).absolute(), baseline.parent.absolute()
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else shown


def _identity(entry: _Entry, baseline: Path) -> tuple[str, str, str]:
    """The identity of the findings that an entry is for."""
    if entry.block:
        return entry.block, entry.code, entry.message
    from quizproof.loading.files import shown_path

    return shown_path(baseline.parent / entry.path), entry.code, entry.message
