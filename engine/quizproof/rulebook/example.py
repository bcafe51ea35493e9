"""A bad and a good example of every rule: data, one file for each hundred, read only when an example is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Example:
    """Something with a finding of a rule, and the same without it."""

    bad: str
    """YAML: items of `blocks:`, or a whole quiz file. Any text where nothing is run."""
    good: str
    note: str = ""
    """Markdown: why one is bad and the other is not, where that is not plain."""
    runtime: str = "python"
    """Of the quiz around items of `blocks:`."""
    beside: tuple[str, ...] = ()
    """The codes of other findings that the bad one cannot be without."""
    run: bool = True
    """Whether a test proves that the bad one has the finding, and that the good one has none."""
    reason: str = ""
    """Why no test can, as a sentence."""

    @property
    def sides(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Both texts by their words."""
        return ("bad", self.bad), ("good", self.good)

    @property
    def language(self) -> str:
        """What both are written in: `yaml`, or `text` where nothing is run."""
        return "yaml" if self.run else "text"

    @property
    def is_file(self) -> bool:
        """Whether both are whole quiz files, and not items of `blocks:`."""
        return not self.good.startswith("- ")


def example_of(code: str) -> Example:
    """The example of a rule. Raises LookupError when it has none; the message says where to add one."""
    name = f"{code[2]}xx.yaml"
    examples = _read(name)
    if code not in examples:
        raise LookupError(f"{code} has no example: add one to engine/quizproof/rulebook/examples/{name}")
    fields: dict[str, Any] = examples[code]
    return Example(**fields | {"beside": tuple(fields.get("beside", ()))})


@cache
def _read(name: str) -> dict[str, dict[str, Any]]:
    """What the file of one hundred says, by code; nothing when there is no such file."""
    import yaml  # not at the top: every start reads the rules, and none an example

    file = resources.files("quizproof.rulebook") / "examples" / name
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
