"""How the suite is spread over processes: what takes long first, and what shares something costly in one process.

The process that hands tests out knows them by their ids alone, so groups are read off the files of tests. (Marks for
xdist's own `--dist=loadgroup` are dropped without a word: xdist 3.8 writes them into ids in a way that pytest 9.2 has
changed.)
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent.parent
LONGEST_FIRST = (
    "test_shipped_bank",
    "test_interruptions",
    "test_dask",
    "test_site_browser",
    "test_stability",
    "test_exhibits",
    "test_honesty",
    "test_docs",
    "test_terminal_kinds",
    "test_site_inputs",
    "test_lock",
)
"""Files with tests that take long. They come first, so that short ones fill up the end on all processors."""
COSTLY = {
    "test_adoption": {"cached"},
    "test_build": {"kinds_page"},
    "test_cli": {"bare_python"},
    "test_dask": {"bank", "strict", "two"},
    "test_docs": {"found"},
    "test_examples": {"found"},
    "test_exhibits": {"told"},
    "test_extending": {"python"},
    "test_honesty": {"proofs"},
    "test_lock": {"locked"},
    "test_lsp": {"editor"},
    "test_pictures": {"built"},
    "test_schema": {"editor"},
    "test_shards": {"bank"},
    "test_shipped_bank": {"report"},
    "test_watch": {"runner"},
}
"""Fixtures that prove or start much. One process runs all tests of a file that use one, so that it is made once."""
FRAMEWORKS = re.compile("torch|tensorflow|keras|framework")
"""Names of tests that prove with frameworks on the warm zygotes of `prove_text`, which one process keeps for all."""
WARM = {"prove_text", "catch_lie"}


def group(nodeid: str) -> str:
    """The group of the test with this id; its id where it has none, so that any process may run it.

    Such as "test_shipped_bank" for "tests/test_shipped_bank.py::test_bank_teaches_what_it_should".
    """
    path, _, name = nodeid.partition("::")
    file = Path(path).stem
    fixtures = _fixtures(file).get(name.partition("[")[0], frozenset())
    if fixtures & COSTLY.get(file, set()):
        return file
    if fixtures & WARM and FRAMEWORKS.search(name):
        return "frameworks"
    return nodeid


@cache
def _fixtures(file: str) -> dict[str, frozenset[str]]:
    """For each function of a file of tests, the fixtures that it uses itself or by way of others of this file."""
    tree = ast.parse((TESTS / f"{file}.py").read_text(encoding="utf-8"))
    direct = {
        node.name: {argument.arg for argument in node.args.args}
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }

    def all_of(name: str, seen: frozenset[str]) -> frozenset[str]:
        further = direct.get(name, set()) - seen
        return seen | further | frozenset().union(*(all_of(each, seen | further) for each in further))

    return {name: all_of(name, frozenset()) for name in direct}


class ByCost(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives a process one group after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
