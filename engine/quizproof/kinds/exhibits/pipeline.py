"""`pipeline`: the stages that data passes, with the shapes and dtypes that a run recorded.

Claims: all code runs to its end; each stage's value has a shape and a dtype, and its sample can be shown; a typed
`shape` or `dtype` is the recorded one.

The last function runs beside the author's code. Its text is a part of the program: see `snippets/recorders.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from quizproof import displays, figures, rules
from quizproof.claims import Claim, Judgement, Part, Program, crash, proven, refuted
from quizproof.comparison.numbers import figure
from quizproof.json_forms import anything, items, record, text, whole
from quizproof.kinds.base import Exhibit, Runs, given
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Integer, Model, Plain, Prose, Snippet
from quizproof.snippets.recorders import held, recorders

_MAX_SAMPLED = 12
"""Values of a sample that is a list."""


class PipelineStage(Model):
    """One stage of the data."""

    name: Plain
    """The name of the stage."""
    code: Snippet | None = None
    """The code that leads here from the stage before. It runs after the code of all earlier stages."""
    value: Snippet
    """The expression that gives the data here, a tensor or an array: its shape and dtype are recorded."""
    sample: Snippet | None = None
    """An expression that gives one value, or a few, to show. Without it, the first element is shown."""
    shape: tuple[Annotated[Integer, Field(ge=0)], ...] | None = None
    """The shape, if an author has typed it; compared with the run."""
    dtype: Plain | None = None
    """The dtype, such as `float32`, if an author has typed it; compared with the run."""
    note: Prose = ""
    """What happens here, and what to look at."""


class Pipeline(Exhibit):
    """Data on its way through a program, stage by stage."""

    kind_name: ClassVar[str] = "pipeline"
    own_names: ClassVar[frozenset[str]] = frozenset(["stages"])
    kind: Literal["pipeline"]
    setup: Snippet | None = None
    """Code that runs first. It is only shown as part of the code behind the exhibit."""
    stages: Annotated[tuple[PipelineStage, ...], Field(min_length=1, max_length=25)]
    """The stages, in their order. All run in one program."""

    def claims(self) -> Iterator[Claim]:
        """The program runs, each stage can be described, and typed shapes and dtypes are the recorded ones."""
        program = self._program()
        yield Claim("recording", ("stages",), (program,), self._judge, key=True)
        for index, stage in enumerate(self.stages):
            at = ("stages", index)
            yield Claim(f"stage {index + 1}", (*at, "value"), (program,), partial(self._judge_stage, index))
            if stage.shape is not None:
                judge = partial(self._judge_typed, index, "shape")
                yield Claim(f"shape of stage {index + 1}", (*at, "shape"), (program,), judge)
            if stage.dtype is not None:
                judge = partial(self._judge_typed, index, "dtype")
                yield Claim(f"dtype of stage {index + 1}", (*at, "dtype"), (program,), judge)

    def right_parts(self) -> tuple[Part, ...]:
        """The setup and the code of all stages, without what records them."""
        return tuple(part for part in self._program().parts if part.at[-1] in ("setup", "code"))

    def names(self, runs: Runs) -> dict[str, Any]:
        """The stages in their order, as the run recorded them.

        {"stages": [{"shape": [32, 10], "dtype": "float32", "sample": 0.5}]}
        """
        return {"stages": [self._recorded(index, runs) for index in range(len(self.stages))]}

    def display(self, runs: Runs) -> displays.Display:
        """The stages as a flow, with the code of the whole program behind it."""
        stages = []
        for index, stage in enumerate(self.stages):
            recorded = self._recorded(index, runs)
            stages.append(
                figures.Stage(
                    name=stage.name,
                    shape=tuple(recorded["shape"]),
                    dtype=recorded["dtype"],
                    sample=_shown(recorded["sample"]),
                    sampled=(stage.sample or "").strip(),
                    note=stage.note,
                    code=(stage.code or "").rstrip("\n"),
                )
            )
        code = "\n".join(part.source.rstrip("\n") for part in self.right_parts())
        run = displays.Evidence("Shapes, dtypes and values were recorded from one run.", code=code)
        return displays.Display(self.exhibited(figures.Flow(tuple(stages))), None, evidence=run)

    def _program(self) -> Program:
        parts = [*given(self.setup)]
        for index, stage in enumerate(self.stages):
            at = ("stages", index)
            if stage.code is not None:
                parts.append(Part("code", stage.code, (*at, "code")))
            parts.append(held("quizproof_stage", stage.value, (*at, "value")))
            parts.append(recorders(quizproof_described))
            parts.append(Part("value", "quizproof_described(quizproof_stage)", (*at, "value")))
            if stage.sample is not None:
                parts.append(Part("value", stage.sample, (*at, "sample")))
        return self.program(*parts)

    def _recorded(self, index: int, runs: Runs) -> dict[str, Any]:
        """The shape, dtype and sample of a stage."""
        program = self._program()
        values = program.values(runs[program])
        found: dict[str, Any] = values["stages", index, "value"]
        return found | {"sample": values.get(("stages", index, "sample"), found["sample"])}

    def _judge(self, outcome: Outcome) -> Judgement:
        return crash(self._program(), outcome) or proven(value=len(self.stages))

    def _judge_stage(self, index: int, outcome: Outcome) -> Judgement:
        program = self._program()
        values = program.values(outcome)
        place, at = ("stages", index, "value"), ("stages", index, "sample")
        needed = (place, at) if self.stages[index].sample is not None else (place,)
        if not values.keys() >= set(needed) and (blocked := crash(program, outcome)):
            return blocked
        found: Any = values.get(place)
        if problem := _flaw(found):
            return refuted(rules.NOT_RECORDABLE, problem, help="Give a tensor or an array.", at=place)
        if at in values and not _shown(values[at]):
            message = f"a sample is one number or string, or a list of at most {_MAX_SAMPLED}"
            return refuted(rules.NOT_RECORDABLE, message, at=at)
        return proven(value={name: found[name] for name in ("shape", "dtype")})

    def _judge_typed(self, index: int, name: Literal["shape", "dtype"], outcome: Outcome) -> Judgement:
        judged = self._judge_stage(index, outcome)
        if judged.verdict != "proven":
            return judged
        stage, real = self.stages[index], judged.evidence["value"][name]
        typed = list(stage.shape or ()) if name == "shape" else stage.dtype
        if typed == real:
            return proven(value=real)
        return refuted(rules.FIGURE_REFUTED, f"the run recorded {real}", expected=str(typed), actual=str(real))


_DESCRIBED = record({"shape": items(whole(0)), "dtype": text, "sample": anything})
"""The form of what `quizproof_described` returns where there is no problem."""


def _shown(sample: object) -> str:
    """A sample as it is shown; empty if it cannot be."""
    if isinstance(sample, list):
        texts = [_shown(item) for item in sample if not isinstance(item, list)]
        return ", ".join(texts) if len(texts) == len(sample) <= _MAX_SAMPLED and all(texts) else ""
    if isinstance(sample, (bool, str)):
        return str(sample)[:80]
    if isinstance(sample, (int, float)):
        return str(sample) if isinstance(sample, int) else figure(sample)
    return ""


def _flaw(found: Any) -> str:
    """Why there is no description of a stage; empty if there is one."""
    match found:
        case {"problem": str(problem)}:
            return problem
        case {"shape": _, "dtype": _, "sample": _} if not _DESCRIBED(found):
            return ""
    return "what was recorded is not a shape and a dtype; does the code change how values are described?"


def quizproof_described(value: Any) -> dict[str, Any]:
    """Shape, dtype and first element of a tensor or an array of any framework; or the problem with it."""
    kind = type(value).__name__
    try:
        shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
        name = str(getattr(dtype, "name", None) or str(dtype).rpartition(".")[2])
    except Exception as error:
        return {"problem": f"the value is of type {kind}, whose shape and dtype raise {type(error).__name__}"}
    if shape is None or dtype is None:
        return {"problem": f"the value is of type {kind}, which has no shape and dtype"}
    try:
        sizes = [int(size) for size in shape]
    except Exception:
        return {"problem": f"the value is of type {kind}, and its shape has sizes that only a run with data decides"}
    first: Any = None if 0 in sizes else value
    try:
        for _ in sizes:
            first = first[0]
        for method in ("item", "numpy", "item"):
            if hasattr(first, method):
                first = getattr(first, method)()
    except Exception:  # there is nothing that could be shown
        first = None
    return {"shape": sizes, "dtype": name, "sample": first if isinstance(first, (bool, int, float, str)) else None}
