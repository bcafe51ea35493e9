"""What installed packages add to the renderers: formats of reports, and other forms than a site.

They are found by entry points. An object of the group `quizproof.reports` makes a reporter of a stream; one of
`quizproof.renderers` writes a report into a folder:

    [project.entry-points."quizproof.reports"]
    csv = "quiz_extras:CsvReport"          # CsvReport(stream), with the methods of reports.formats.Reporter

    [project.entry-points."quizproof.renderers"]
    gift = "quiz_extras:render"            # render(report, folder)
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeAlias

from quizproof.errors import UsageError
from quizproof.spelling import meant

Group: TypeAlias = Literal["quizproof.reports", "quizproof.renderers"]


@cache
def installed(group: Group) -> dict[str, EntryPoint]:
    """What installed packages add to a group, by name. Cached, because looking through all packages is slow."""
    return {entry.name: entry for entry in entry_points(group=group)}


def load(group: Group, name: str) -> Any:
    """The object of that name. Raises UsageError when no package has it, or when it cannot be imported."""
    found = installed(group)
    if name not in found:
        known = ", ".join(sorted(found)) or "no installed package adds one"
        raise UsageError(f"there is no `{name}` in {group}: {known}{meant(name, found)}")
    try:
        return found[name].load()
    except Exception as error:  # whatever the import of a stranger raises
        raise UsageError(f"{found[name].value}, which is `{name}` in {group}, cannot be imported: {error}") from error
