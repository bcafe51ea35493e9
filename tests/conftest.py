"""What all tests share: writing small banks and proving them for real."""

from __future__ import annotations

import contextlib
import itertools
import signal
import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import settings

from helpers.processes import end_starter
from helpers.replay import chromium
from helpers.scheduling import LONGEST_FIRST, ByCost
from quizproof.loading.load import load_bank
from quizproof.proof import Report
from quizproof.proving.prove import Proving
from quizproof.proving.study import Ticket
from quizproof.runners.pool import Pool
from quizproof.runners.preparing import PreparingRunner

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from quizproof.loading.quiz import Bank

# Tests assert on results, never on time, and come out alike each time; `make explore` looks for more.
settings.register_profile("quizproof", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("quizproof")

# Where the suite is started in the background, SIGINT is ignored, and would be by every process that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByCost:
    """Give tests that share something costly to one process."""
    return ByCost(config, log)


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all caches: no test, no fixture and no process that they start may use the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("caches")
        patch.setenv("XDG_CACHE_HOME", str(folder / "shared"))
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        patch.setenv("QUIZPROOF_DATA", str(folder / "shared-attempts"))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def _starter() -> Iterator[None]:
    """The interpreter that commands are forks of ends with the tests."""
    yield
    end_starter()


_NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def cache_home(caches: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """XDG_CACHE_HOME of this test alone, so that no test finds what another has run. Nothing is there yet."""
    folder = caches / str(next(_NUMBERS))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", f"{folder}-state")
    monkeypatch.setenv("QUIZPROOF_DATA", f"{folder}-attempts")
    return folder


ProveText: TypeAlias = Callable[..., Report]

HEADER = """\
quiz: sample
title: Sample
topic: samples
runtime: {runtime}
blocks:
"""


ProveBank: TypeAlias = Callable[["Bank"], Report]


@pytest.fixture(scope="session")
def prove_warm() -> Iterator[ProveBank]:
    """Prove a bank as `prove` does, on zygotes that stay warm from test to test.

    Not for tests of what starts, stops or is left behind, nor for those that change what zygotes are started with.
    """
    with contextlib.ExitStack() as stack:
        warm: list[tuple[Pool[Any], PreparingRunner[Ticket]]] = []

        def run(bank: Bank) -> Report:
            if not warm or warm[0][0].backlog:  # somebody left it in the middle
                pool = Pool[Any](2)
                warm[:] = [(pool, stack.enter_context(PreparingRunner[Ticket](pool, None)))]
            pool, runner = warm[0]
            pool.runs = 0
            proving = Proving(bank.files, runner)
            return Report(tuple(proving), proving.result)

        yield run


@pytest.fixture
def prove_text(tmp_path: Path, prove_warm: ProveBank) -> ProveText:
    """Prove blocks given as YAML text, in a quiz of their own. Line 1 of the text is line 6 of the file."""

    def run(text: str, *, runtime: str = "python") -> Report:
        body = textwrap.indent(textwrap.dedent(text).strip("\n"), "  ")
        file = tmp_path / "sample.yaml"
        file.write_text(HEADER.format(runtime=runtime) + body + "\n", encoding="utf-8")
        return prove_warm(load_bank([file]))

    return run


CatchLie: TypeAlias = Callable[[str, str, str, str, int, str], Report]


@pytest.fixture
def catch_lie(prove_text: ProveText) -> CatchLie:
    """Make a good sample lie by one edit: some finding has this rule and line, and these words. Returns the report."""

    def run(sample: str, old: str, new: str, code: str, line: int, words: str) -> Report:
        assert old in sample
        report = prove_text(sample.replace(old, new, 1))
        told = [finding.message for finding in report.findings if (finding.code, finding.span.line) == (code, line)]
        assert any(words in message for message in told), [(f.place, f.code, f.message) for f in report.findings]
        assert report.status == "refuted"
        return report

    return run


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all tests of this process."""
    try:
        with chromium() as found:
            yield found
    except FileNotFoundError:
        pytest.skip("chromium is not installed")
