"""The runtimes that a quiz may name: our own, and what packages add by the entry point `quizproof.runtimes`.

An entry point `jax = "quiz_jax:warm_up"` adds the runtime `jax`. Its function imports the framework, runs nothing of
it, and returns versions by package, such as {"jax": "0.8.1"}. It is called once in each process that runs are forked
from.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field

from quizproof import rules
from quizproof.quizfile.fields import Plain, refuse
from quizproof.spelling import nearest

BUILT_IN = ("python", "torch", "tensorflow")
"""Those that come with the engine, in the order in which they are listed; these names cannot be taken over."""


@cache
def runtime_names() -> tuple[str, ...]:
    """All runtimes, our own first. Cached, because looking through all installed packages is slow."""
    return (*BUILT_IN, *sorted({entry.name for entry in entry_points(group="quizproof.runtimes")} - set(BUILT_IN)))


def in_order(names: set[str]) -> tuple[str, ...]:
    """Names of runtimes in the order in which they are listed: ours as above, then any others by name."""
    return (*(name for name in BUILT_IN if name in names), *sorted(names - set(BUILT_IN)))


def known_runtime(name: str) -> str:
    """The name, if there is such a runtime. Raises what the loader reports as QP109 if not."""
    # Most quizzes name one of ours, and need not wait for the others to be found.
    if name in BUILT_IN or name in runtime_names():
        return name
    meant = nearest(name, runtime_names())
    listed = ", ".join(f"`{each}`" for each in runtime_names())
    hint = f"did you mean `{meant}`?" if meant else f"there are {listed}; an installed package may add more"
    raise refuse(rules.INVALID_VALUE, f"there is no runtime `{name}`; {hint}")


def _enumerated(schema: dict[str, Any]) -> None:
    """Only when a schema is asked for: it lists what is installed."""
    schema.pop("minLength", None)
    schema["enum"] = list(runtime_names())


RuntimeName: TypeAlias = Annotated[Plain, AfterValidator(known_runtime), Field(json_schema_extra=_enumerated)]
"""The interpreter that snippets ask for."""
