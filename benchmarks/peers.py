"""Peers: other ways to prove that snippets print what they should, each as a whole process over a folder.

Where a peer does not compare the output with what is expected, this file does. Run as a script, it is that process:

    python benchmarks/peers.py NAME FOLDER JOBS
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PYTEST_EXAMPLES = """\
import pytest
from pytest_examples import find_examples

@pytest.mark.parametrize("example", list(find_examples({folder!r})), ids=str)
def test_example(example, eval_example):
    eval_example.run_print_check(example)
"""
_SYBIL = """\
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

pytest_collect_file = Sybil(parsers=[PythonCodeBlockParser()], patterns=["*.md"]).pytest()
"""


@dataclass(frozen=True)
class Peer:
    """A way to prove snippets, and what it leaves undone."""

    name: str
    write: str
    """The function of `banks` that writes snippets as it reads them."""
    package: str
    """Of which it needs to be installed; empty when that is Python itself."""
    proviso: str

    def installed(self) -> bool:
        """Whether it can be used here."""
        return not self.package or importlib.util.find_spec(self.package.replace("-", "_")) is not None

    def prepare(self, folder: Path, snippets: Sequence[Any]) -> None:
        """Write the snippets, and what the peer needs beside them."""
        from benchmarks import banks

        getattr(banks, self.write)(folder, snippets)
        if self.name == "pytest-examples":
            (folder / "test_examples.py").write_text(_PYTEST_EXAMPLES.format(folder=str(folder)))
        elif self.name == "Sybil":
            (folder / "conftest.py").write_text(_SYBIL)

    def command(self, folder: Path, jobs: int) -> list[str]:
        """The whole process: it ends with 0 when all snippets print what they should, else with something else."""
        if self.name in _OWN:
            return [sys.executable, __file__, self.name, str(folder), str(jobs)]
        (folder / "pytest.ini").touch()  # or it would look for one further up
        return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]


PEERS = (
    Peer(
        "python snippet.py",
        "write_scripts",
        "",
        "a fresh process each, not closed off; output compared by the benchmark",
    ),
    Peer(
        "nbclient",
        "write_notebooks",
        "nbclient",
        "a fresh kernel each, not closed off; output compared by the benchmark",
    ),
    Peer(
        "jupyter-cache",
        "write_notebooks",
        "jupyter-cache",
        "as nbclient, which it calls; keeps results, by the code alone: versions of libraries do not count",
    ),
    Peer(
        "pytest-examples",
        "write_print_comments",
        "pytest-examples",
        "one interpreter for all, no isolation: a crash ends everything; compares output itself; one at a time",
    ),
    Peer(
        "Sybil",
        "write_doctests",
        "sybil",
        "one interpreter for all, no isolation, names shared in a document; compares output itself; one at a time",
    ),
)
"""None of them looks at wrong answers, or keeps a snippet from memory, files and network. Those that start processes or
kernels start as many at once as quizproof does, so that the work alone is compared."""


def environment() -> dict[str, str]:
    """What peers run in: one thread and no chatter, as quizproof's own interpreters."""
    set_ = {
        "CUDA_VISIBLE_DEVICES": "-1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
    }
    return {**os.environ, **set_}


def _scripts(folder: Path, jobs: int) -> list[str]:
    """A process for each snippet, some at once."""

    def wrong(script: Path) -> str:
        ran = subprocess.run([sys.executable, script], capture_output=True, text=True)
        return _difference(script, ran.stdout)

    with ThreadPoolExecutor(jobs) as threads:
        return list(threads.map(wrong, sorted(folder.glob("*.py"))))


def _nbclient(folder: Path, jobs: int) -> list[str]:
    """A kernel for each notebook, some at once."""
    import asyncio

    import nbformat
    from nbclient import NotebookClient

    async def wrong(path: Path, turn: asyncio.Semaphore) -> str:
        book = nbformat.read(path, as_version=4)
        async with turn:
            await NotebookClient(book, timeout=120, kernel_name="python3").async_execute()
        return _difference(path, _printed(book))

    async def all_() -> list[str]:
        turn = asyncio.Semaphore(jobs)
        return await asyncio.gather(*(wrong(path, turn) for path in sorted(folder.glob("*.ipynb"))))

    return asyncio.run(all_())


def _jupyter_cache(folder: Path, jobs: int) -> list[str]:
    """Its parallel executor, which takes all processors; what is in its cache already is not run."""
    import logging

    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor

    cache = get_cache(folder / "cache")
    paths = sorted(folder.glob("*.ipynb"))
    for path in paths:
        cache.add_nb_to_project(str(path))
    logger = logging.getLogger("quiet")
    logger.addHandler(logging.NullHandler())
    name = "local-parallel" if jobs > 1 else "local-serial"
    load_executor(name, cache, logger=logger).run_and_cache(timeout=120)
    wrong = []
    for path in paths:
        record = cache.get_cached_project_nb(str(path))
        printed = _printed(cache.get_cache_bundle(record.pk).nb) if record else "(it failed)"
        wrong.append(_difference(path, printed))
    return wrong


def _printed(book: Any) -> str:
    return "".join(output["text"] for cell in book.cells for output in cell.outputs if output.get("name") == "stdout")


def _difference(path: Path, printed: str) -> str:
    expected = path.with_suffix(".txt").read_text()
    return "" if printed == expected else f"{path.name}: {printed!r} instead of {expected!r}"


_OWN: dict[str, Callable[[Path, int], list[str]]] = {
    "python snippet.py": _scripts,
    "nbclient": _nbclient,
    "jupyter-cache": _jupyter_cache,
}


if __name__ == "__main__":
    results = _OWN[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    wrong = [each for each in results if each]
    print(*wrong, f"{len(results)} compared, {len(wrong)} wrong", sep="\n")
    sys.exit(bool(wrong) or not results)
