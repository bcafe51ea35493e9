"""JSON reports as they are read back: the form that `json_report` gives them, checked where they enter."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from quizproof.json_forms import MAX_NUMBER, anything, whole
from quizproof.proof import COUNTED
from quizproof.quizfile.metadata import MAX_POINTS, Metadata
from quizproof.verdicts import Verdict


class _Data(BaseModel):
    """Part of a report as it is read back; keys that it does not know are ignored, since new ones may come."""

    model_config = ConfigDict(strict=True, frozen=True)


def _countable(evidence: dict[str, Any]) -> dict[str, Any]:
    for name in COUNTED:
        if wrong := whole(0)(evidence.get(name, 0)):
            raise ValueError(f"the count of `{name}`{wrong}")
    if wrong := anything(evidence):
        raise ValueError(f"the evidence{wrong}")
    return evidence


_Line = Annotated[int, Field(ge=1, le=MAX_NUMBER)]
_Count = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
_MAX_VARIANTS = 10_000
"""Of one question; each becomes an object."""


class ClaimData(_Data):
    what: str
    verdict: Verdict
    line: _Line
    evidence: Annotated[dict[str, Any], AfterValidator(_countable)]


class _Described(_Data):
    """Metadata of a quiz or a question; missing in reports that were written before there were such keys."""

    tags: list[str] = []
    difficulty: int | None = None
    objectives: list[str] = []
    authors: list[str] = []
    license: str | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        self.metadata  # noqa: B018 - raises what is wrong
        return self

    @property
    def metadata(self) -> Metadata:
        """These keys as quiz files have them. Raises ValueError where they cannot have such values."""
        return Metadata.model_validate({name: getattr(self, name) for name in Metadata.model_fields})


class QuestionData(_Described):
    id: str
    path: str
    line: _Line
    kind: str
    exhibit: bool
    answer: str | None
    variants: Annotated[int, Field(ge=1, le=_MAX_VARIANTS)]
    points: Annotated[float, Field(ge=0, le=MAX_POINTS)] = 1.0
    """Also missing in reports that were written before there was such a key."""
    claims: list[ClaimData]


class UnavailableData(_Data):
    reason: str
    questions: Annotated[int, Field(ge=1)]


class FindingData(_Data):
    code: str
    path: str
    line: _Line
    column: _Line
    end_line: _Line
    end_column: _Line
    question: str | None
    message: str
    help: str
    expected: str
    actual: str
    unavailable: UnavailableData | None = None
    """Also missing in reports that were written before there was such a key."""
    at: list[str | int] = []


class _Why(_Data):
    by: Literal["comment", "baseline"]
    reason: str


class IgnoredData(FindingData):
    ignored: _Why


class QuizData(_Described):
    id: str | None
    title: str | None
    topic: str | None
    path: str
    runtime: str | None
    questions: list[str]
    file_findings: Annotated[int, Field(ge=0)]
    steps: list[ClaimData] = []
    """Also missing in reports that were written before there was such a key."""


class SummaryData(_Data):
    cached: _Count
    runs: _Count
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    known: _Count = 0
    shared: _Count = 0
    alone: _Count = 0


class ReportData(_Data):
    version: int
    quizproof: str
    bank: str
    shard: str | None
    sandbox: str
    runtimes: dict[str, dict[str, str]]
    summary: SummaryData
    questions: list[QuestionData]
    findings: list[FindingData]
    quizzes: list[QuizData]
    revision: str | None = None
    ignored: list[IgnoredData] = []
