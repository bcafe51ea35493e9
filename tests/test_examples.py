"""The examples of rules: every rule has one, the bad one has its finding and no other, and the good one has none."""

from __future__ import annotations

import base64
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from quizproof.loading.load import load_bank
from quizproof.loading.quiz import Bank
from quizproof.rulebook import example
from quizproof.rulebook.example import example_of
from quizproof.rules import RULES
from quizproof_renderers.policy.sieve import Sieve

if TYPE_CHECKING:
    from conftest import ProveBank

FILES = sorted(Path(example.__file__).parent.glob("examples/*.yaml"))
KNOWN = {name: text for file in FILES for name, text in yaml.safe_load(file.read_text(encoding="utf-8")).items()}
PROVEN = [code for code in RULES if code in KNOWN and example_of(code).run]

HEADER = "quiz: example\ntitle: Example\ntopic: example\nruntime: {runtime}\nblocks:\n"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
"""A PNG of one pixel, as Base64."""

MOST_LINES, MOST_COLUMNS = 12, 110
MOST_UNPROVEN = 20


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, prove_warm: ProveBank) -> dict[tuple[str, str], list[str]]:
    """The codes that `check` reports of each example, by the rule and by "bad" or "good". All are proven together."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "files").mkdir()
    (folder / "files/loss.png").write_bytes(base64.b64decode(PIXEL))
    files = {}
    for code in PROVEN:
        each = example_of(code)
        for side, text in each.sides:
            path = folder / f"{code}-{side}.yaml"
            whole = text if each.is_file else HEADER.format(runtime=each.runtime) + textwrap.indent(text, "  ")
            path.write_text(whole, encoding="utf-8")
            (files[code, side],) = load_bank([path]).files
    report = prove_warm(Bank(tuple(files.values())))
    sieve = Sieve()
    quizzes = zip(files, report.quizzes, strict=True)
    return {name: [finding.code for finding in sieve.sift(quiz).findings] for name, quiz in quizzes}


@pytest.mark.parametrize("code", PROVEN)
def test_example_is_bad_and_good(code: str, found: dict[tuple[str, str], list[str]]) -> None:
    """The bad one has this finding, and no other that it can be without. The good one has none."""
    assert set(found[code, "bad"]) == {code, *example_of(code).beside}
    assert found[code, "good"] == []


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_short_example(code: str) -> None:
    """One that a reader takes in at a glance; and its author says why, where no test proves it."""
    each = example_of(code)
    assert each.run == (not each.reason), f"{code}: `run: false` has a `reason`, and only that"
    assert each.bad != each.good
    for side, text in each.sides:
        lines = text.splitlines()
        assert 1 <= len(lines) <= MOST_LINES, f"{code}, {side}: {len(lines)} lines, at most {MOST_LINES}"
        assert max(map(len, lines)) <= MOST_COLUMNS, f"{code}, {side}: lines have at most {MOST_COLUMNS} characters"
        assert text.endswith("\n")


def test_few_examples_are_not_proven() -> None:
    assert len(RULES) - len(PROVEN) < MOST_UNPROVEN


def test_every_example_is_of_a_rule() -> None:
    """In the order of the codes, in the file of its hundred, which the error of a missing one names."""
    for file in FILES:
        codes = list(yaml.safe_load(file.read_text(encoding="utf-8")))
        assert codes == [code for code in RULES if f"{code[2]}xx.yaml" == file.name and code in codes]
    with pytest.raises(LookupError, match=r"QP299 has no example: add one to engine/\S+/rulebook/examples/2xx\.yaml"):
        example_of("QP299")
    with pytest.raises(LookupError, match="8xx"):
        example_of("QP801")
