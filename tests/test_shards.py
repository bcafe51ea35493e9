"""Shards: they divide a bank without gap or overlap, and their reports join to the report of the whole."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.many import lasting, quizproof, write_bank
from quizproof.errors import UsageError
from quizproof.loading.shards import Shard
from quizproof.outcome import Outcome
from quizproof.proving.prove import Proving
from quizproof.runners.job import Job
from quizproof.runners.locked import LockedRunner
from quizproof.store.lock import Lock
from quizproof_renderers.reports import formats
from quizproof_renderers.reports.merging import merge

COUNT = 3


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank in it, the report on all of it, and those of its parts."""
    folder = tmp_path_factory.mktemp("shards")
    write_bank(folder / "questions", 4, 10)
    check(folder, "whole.json")
    for number in range(1, COUNT + 1):
        check(folder, f"part{number}.json", "--shard", f"{number}/{COUNT}")
    return folder


def check(folder: Path, report: str, *options: str) -> int:
    """Check the bank into a report, each time under another hash seed, as shards on several machines are."""
    done = quizproof("check", "--format", "json", "-o", report, *options, cwd=folder, python=sys.executable)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


def parts(folder: Path) -> list[Path]:
    return [folder / f"part{number}.json" for number in range(1, COUNT + 1)]


def test_merged_parts_are_the_whole(bank: Path) -> None:
    """The parts join to the report of a check of all; only times and counts of runs differ."""
    done = quizproof("merge", *parts(bank)[::-1], "--format", "json", cwd=bank)
    whole = (bank / "whole.json").read_text()
    assert done.returncode == 1
    assert json.dumps(lasting(done.stdout)) == json.dumps(lasting(whole))
    data = json.loads(whole)
    assert data["summary"]["refuted"] > 0
    assert {"QP102", "QP111", "QP201"} <= {finding["code"] for finding in data["findings"]}


@pytest.mark.parametrize("form", ["full", "concise", "github"])
def test_merged_parts_are_told_as_the_whole(bank: Path, form: str) -> None:
    """Every other report, too, is that of a check of all, but for its last line."""
    whole = quizproof("check", "--format", form, cwd=bank).stdout
    merged = quizproof("merge", *parts(bank), "--format", form, cwd=bank).stdout
    assert scrubbed(merged) == scrubbed(whole)
    assert "QP201" in merged


def scrubbed(text: str) -> str:
    """Without what says how the claims were judged."""
    return re.sub(r"\bin\s+[\d.]+\s+s,\s+[\d,]+\s+runs?(,\s+[\d,]+\s+from\s+the\s+cache)?", "", text)


def test_parts_have_nothing_in_common_and_nothing_is_told_twice(bank: Path) -> None:
    """Every question is in one part, and what is wrong with files as a whole is told by one."""
    reports = [json.loads(path.read_text()) for path in parts(bank)]
    whole = json.loads((bank / "whole.json").read_text())
    for key in ("questions", "findings"):
        gathered = [json.dumps(each) for report in reports for each in report[key]]
        assert sorted(gathered) == sorted(json.dumps(each) for each in whole[key])
    assert all(report["questions"] for report in reports)


def test_cached_parts_are_not_mistaken_for_each_other(bank: Path) -> None:
    """A second check takes everything from the cache, and comes to the same; so does one of all after its parts."""
    for number in range(1, COUNT + 1):
        check(bank, "again.json", "--shard", f"{number}/{COUNT}")
        again, before = (bank / "again.json").read_text(), (bank / f"part{number}.json").read_text()
        assert lasting(again) == lasting(before)
    check(bank, "again.json", "--shard", "1/1")
    assert lasting((bank / "again.json").read_text()) == lasting((bank / "whole.json").read_text())


def test_doubled_ids_are_found_from_the_cache(tmp_path: Path) -> None:
    """A question that another part proves, and that the cache knows, still holds its id."""
    bank = tmp_path / "questions"
    bank.mkdir()
    text = "quiz: {0}\ntitle: T\ntopic: t\nblocks:\n  - {{id: {1}, kind: number, prompt: P, value: 1, answer: 1}}\n"
    (bank / "a.yaml").write_text(text.format("a", "same"))
    for shard in ("1/2", "2/2"):
        check(tmp_path, "before.json", "--shard", shard)
    (bank / "b.yaml").write_text(text.format("b", "same"))
    found = []
    for shard in ("1/2", "2/2"):
        check(tmp_path, "part.json", "--shard", shard)
        found += [each["code"] for each in json.loads((tmp_path / "part.json").read_text())["findings"]]
    assert found == ["QP111"]


class Without(LockedRunner[Any]):
    """A machine on which nothing is installed."""

    def __init__(self) -> None:
        super().__init__(Lock("", "", "none", {}, {}))

    def submit(self, job: Job[Any]) -> None:
        """Say so."""
        self._arrived.append((job.key, Outcome("missing", detail="the torch runtime is not available: not here")))


@pytest.mark.parametrize("questions", [1, 5])
def test_missing_runtime_is_told_once(tmp_path: Path, questions: int) -> None:
    """For a quiz without its runtime there is one finding, which counts the questions of all parts."""
    lines = [f"  - {{id: t-{n}, kind: number, prompt: P, value: 1, answer: 1}}" for n in range(questions)]
    header = "quiz: lacking\ntitle: T\ntopic: many\nruntime: torch\nblocks:\n"
    file = tmp_path / "lacking.yaml"
    file.write_text(header + "\n".join(lines), encoding="utf-8")
    shards = [None, *(Shard(number, COUNT) for number in range(1, COUNT + 1))]
    reports = [tmp_path / f"{number}.json" for number in range(COUNT + 1)]
    for shard, path in zip(shards, reports, strict=True):
        with path.open("w", encoding="utf-8") as stream:
            formats.write(Proving([file], Without(), displays=False, shard=shard).report(), "json", stream)
    merged = io.StringIO()
    formats.write(merge(reports[1:]), "json", merged)
    assert lasting(merged.getvalue()) == lasting(reports[0].read_text())
    (finding,) = lasting(merged.getvalue())["findings"]
    noun = "question" if questions == 1 else "questions"
    assert finding["message"].endswith(f"not here; {questions} {noun} could not be verified")
    assert merge(reports[1:]).status == "unverified"


def test_reports_without_the_counts_still_merge(tmp_path: Path) -> None:
    """Where a report says in words alone how many questions lack a runtime, its words are kept, and nothing is lost."""
    blocks = "".join(f"  - {{id: t-{n}, kind: number, prompt: P, value: 1, answer: 1}}\n" for n in range(5))
    file = tmp_path / "lacking.yaml"
    file.write_text(f"quiz: lacking\ntitle: T\ntopic: many\nruntime: torch\nblocks:\n{blocks}", encoding="utf-8")
    messages = []
    for number in range(1, COUNT + 1):
        stream = io.StringIO()
        formats.write(Proving([file], Without(), displays=False, shard=Shard(number, COUNT)).report(), "json", stream)
        data = json.loads(stream.getvalue())
        for finding in data["findings"]:
            assert finding.pop("unavailable")["reason"] == "the torch runtime is not available: not here"
            messages.append(finding["message"])
        (tmp_path / f"{number}.json").write_text(json.dumps(data))
    report = merge([tmp_path / f"{number}.json" for number in range(1, COUNT + 1)])
    assert messages
    assert [finding.message for finding in report.findings] == messages
    assert report.status == "unverified"
    assert {block.status for block in report.blocks} == {"unverified"}


@given(st.sets(st.text(min_size=1), max_size=50), st.integers(1, 40))
def test_every_name_is_in_one_shard(names: set[str], count: int) -> None:
    """Whatever names there are: each is in exactly one part, and where it is does not depend on the others."""
    shards = [Shard(number, count) for number in range(1, count + 1)]
    for name in names:
        assert sum(shard.holds(name) for shard in shards) == 1


def test_shards_are_stable_over_versions() -> None:
    """Where a question belongs is a contract: parts that other machines prove must fit."""
    names = ("trainable-tensors", "freeze-two-of-three", "é", "a", "b", "c")
    assert [next(n for n in range(1, 5) if Shard(n, 4).holds(name)) for name in names] == [1, 1, 4, 3, 3, 3]


def test_shards_are_even() -> None:
    """A thousand questions in four parts: none has much more than its share."""
    sizes = [sum(Shard(number, 4).holds(f"question-{each}") for each in range(1000)) for number in range(1, 5)]
    assert sum(sizes) == 1000
    assert max(sizes) < 320


@pytest.mark.parametrize("text", ["", "x", "1", "0/4", "5/4", "-1/4", "1/0", "2/4/6", "1.5/2", "²/4", "1/99999999999"])
def test_bad_shards(text: str, tmp_path: Path) -> None:
    """What is not a shard is refused, with a word on what is one."""
    with pytest.raises(ValueError, match=r"is not a shard; (write `2/4`|there can be|with)"):
        Shard.parse(text)


def test_bad_shard_is_bad_usage(tmp_path: Path) -> None:
    """The command line exits with 2; a lock is for a whole bank."""
    done = quizproof("check", "--shard", "5/4", cwd=tmp_path)
    assert done.returncode == 2
    assert "'5/4' is not a shard; with 4 there are 1/4 to 4/4" in done.stderr
    (tmp_path / "questions").mkdir()
    done = quizproof("check", "--shard", "1/4", "--write-lock", cwd=tmp_path)
    assert done.returncode == 2
    assert "belongs to a whole bank" in done.stderr


# ---- what merge refuses


def changed(path: Path, target: Path, change: dict[str, Any]) -> Path:
    """A copy of a report with other values at the top."""
    target.write_text(json.dumps(json.loads(path.read_text()) | change))
    return target


def refusal(*paths: Path) -> str:
    with pytest.raises(UsageError) as caught:
        merge(paths)
    return str(caught.value)


def test_gaps_and_doubles(bank: Path, tmp_path: Path) -> None:
    """A part or a question that is missing or there twice is named."""
    first, second, third = parts(bank)
    assert refusal(first, third) == "part 2/3 of the bank is missing"
    assert refusal(second) == "parts 1/3 and 3/3 of the bank are missing"
    assert refusal(first, second, third, second) == f"part 2/3 was given more than once: {second} and {second}"
    questions = json.loads(second.read_text())["questions"]
    lost = changed(second, tmp_path / "lost.json", {"questions": questions[1:]})
    assert refusal(first, lost, third) == f"question `{questions[0]['id']}` is in no part"
    more = [*json.loads(first.read_text())["questions"], questions[0]]
    twice = changed(first, tmp_path / "twice.json", {"questions": more})
    told = refusal(twice, second, third)
    assert told == f"the question `{questions[0]['id']}` is there twice: {twice} and {second}"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quizproof": "9.9"}, "the version of quizproof is 0.1.0 in {0} and {1}; 9.9 in {2}"),
        ({"sandbox": "none"}, "none in {2}"),
        ({"bank": "0123456789abcdef"}, "the fingerprint of the bank's files is"),
        ({"shard": "3/4"}, "the number of parts is 3 in {0} and {1}; 4 in {2}"),
        ({"runtimes": {"python": {"python": "2.7"}}}, "2.7 in {2}"),
        ({"runtimes": {"python": {"numpy": "1"}}}, "numpy of the python runtime is none in {0} and {1}; 1 in {2}"),
        ({"quizzes": []}, "{2} is damaged: the file"),
        ({"version": 2}, "{2} was written by another version of quizproof"),
        ({"shard": None}, "{2} is the report of a whole check, not of a part of one"),
        ({"shard": "x"}, "{2} is damaged: 'x' is not a shard"),
        ({"questions": [{}]}, "{2} is damaged at `questions.0.id`: Field required"),
        ({"summary": 1}, "{2} is damaged at `summary`"),
    ],
)
def test_parts_that_do_not_belong_together(bank: Path, tmp_path: Path, change: dict[str, Any], words: str) -> None:
    """It is said which part differs from which, and in what."""
    first, second, third = parts(bank)
    other = changed(third, tmp_path / "other.json", change)
    assert words.format(first, second, other) in refusal(first, second, other)


@pytest.mark.parametrize("text", ["", "quiz: a", "[]", "1", "{}", '{"version": 1}', "[" * 100_000, "\xff"])
def test_what_is_no_report(tmp_path: Path, text: str) -> None:
    """Any other file is refused by name, with exit code 2 and no traceback."""
    path = tmp_path / "strange.json"
    path.write_bytes(text.encode("latin-1"))
    assert refusal(path).startswith(f"{path} is not ")


MUTATED = """\
quiz: doubles
title: Doubles
topic: numbers
blocks:
{}"""
DOUBLE = """\
  - id: double-{0}
    kind: write-code
    prompt: Double {0}.
    solution: |
      x = {0} + {0}
    checks:
      - {{name: It is doubled, code: assert x > {0}}}
"""


def test_mutations_add_up(tmp_path: Path) -> None:
    """Merged parts tell of as many mutations as the whole; counts that are no counts are refused."""
    (tmp_path / "questions").mkdir()
    questions = "".join(map(DOUBLE.format, range(1, 7)))
    (tmp_path / "questions/doubles.yaml").write_text(MUTATED.format(questions))
    check(tmp_path, "whole.json")
    for number in range(1, COUNT + 1):
        check(tmp_path, f"part{number}.json", "--shard", f"{number}/{COUNT}")
    whole = json.loads((tmp_path / "whole.json").read_text())
    assert (whole["summary"]["mutations"], whole["summary"]["killed"]) == (18, 6)
    merged = quizproof("merge", *parts(tmp_path), "--format", "json", cwd=tmp_path)
    assert json.dumps(lasting(merged.stdout)) == json.dumps(lasting((tmp_path / "whole.json").read_text()))
    assert (
        "\n  Mutations: 6 of 18 killed.\n"
        in quizproof("merge", *parts(tmp_path), "--format", "full", cwd=tmp_path).stdout
    )
    full = next(path for path in parts(tmp_path) if json.loads(path.read_text())["questions"])
    for count in (-1, "1", True):
        questions_ = json.loads(full.read_text())["questions"]
        questions_[0]["claims"][0]["evidence"]["killed"] = count
        other = changed(full, tmp_path / "other.json", {"questions": questions_})
        rest = [path for path in parts(tmp_path) if path != full]
        assert re.search(rf"the count of `killed` is '?{count}'?, not a whole number from 0", refusal(other, *rest))


def test_merge_exits_with_2(tmp_path: Path) -> None:
    """Bad input is bad usage."""
    done = quizproof("merge", "nothing.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "quizproof: nothing.json cannot be read: No such file or directory\n"


def test_part_of_another_state_of_the_bank_is_refused(tmp_path: Path) -> None:
    """A bank that was edited, or whose files of data were, between the checks of two parts."""
    write_bank(tmp_path / "questions", 1, 4)
    (tmp_path / "questions/files").mkdir()
    data = tmp_path / "questions/files/data.txt"
    data.write_text("1")
    check(tmp_path, "one.json", "--shard", "1/2")
    data.write_text("2")
    check(tmp_path, "two.json", "--shard", "2/2")
    assert "fingerprint of the bank" in refusal(tmp_path / "one.json", tmp_path / "two.json")
