"""`quizproof new`: every template is proven, and lands where it belongs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers.processes import quizproof
from quizproof.kinds.registry import BUILT_IN
from quizproof.loading.load import load_bank, load_file
from quizproof_renderers.cli.authoring.new import KINDS

if TYPE_CHECKING:
    from conftest import ProveBank


def test_every_kind_has_a_template_that_is_proven(tmp_path: Path, prove_warm: ProveBank) -> None:
    """One file gets a block of each kind, one after the other: all of them are proven, without a warning."""
    assert set(KINDS) == BUILT_IN
    file = tmp_path / "python-basics/every-kind.yaml"
    for kind in KINDS:
        done = quizproof("new", kind, file)
        assert (done.returncode, done.stderr) == (0, "")
    report = prove_warm(load_bank([file]))
    assert [(f.place, f.code, f.message) for f in report.findings] == []
    assert [block.kind for block in report.blocks] == list(KINDS)
    assert {block.status for block in report.blocks} == {"proven"}
    assert report.quizzes[0].header
    assert (report.quizzes[0].id, report.quizzes[0].header.topic) == ("every-kind", "python-basics")
    # What is printed is what is written, and has a comment.
    for kind in KINDS:
        printed = quizproof("new", kind).stdout
        assert "".join(f"  {line}" for line in printed.splitlines(keepends=True)) in file.read_text()
        assert "# " in printed or kind == "choice"


def test_begins_a_quiz(tmp_path: Path) -> None:
    """Named after its file and its folder; ids that are taken get a number."""
    folder = tmp_path / "questions/lists"
    assert quizproof("new", "quiz", "questions/lists/slicing-1.yaml", cwd=tmp_path).returncode == 0
    assert (
        quizproof("new", "quiz", "questions/lists/sub/slicing-1.yaml", "--runtime", "torch", cwd=tmp_path).returncode
        == 0
    )
    first, second = load_file(folder / "slicing-1.yaml").quiz, load_file(folder / "sub/slicing-1.yaml").quiz
    assert first
    assert second
    assert (first.id, first.header.title, first.header.topic) == ("slicing-1", "Slicing 1", "lists")
    assert (second.id, second.header.runtime) == ("slicing-1-2", "torch")
    assert [quiz.items[0].block.id for quiz in (first, second)] == ["predict-output", "predict-output-2"]
    again = quizproof("new", "quiz", "questions/lists/slicing-1.yaml", cwd=tmp_path)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert quizproof("new", "quiz", cwd=tmp_path).returncode == 2


def test_a_template_twice_earns_no_advice_until_it_is_changed(tmp_path: Path) -> None:
    """The second says that it is a template still; once it is changed, its comment ignores nothing, and is told."""
    file = tmp_path / "twice.yaml"
    first = quizproof("new", "choice", file).stdout
    assert first.startswith(f"{file}: a quiz with a `choice`. ")
    assert "ignore" not in file.read_text()
    quizproof("new", "choice", file)
    assert file.read_text().count("# quizproof: ignore QP312 Still the template") == 1

    def told() -> list[str]:
        shown = quizproof("check", file, "--no-cache", "--format", "concise").stdout
        return re.findall(r":\d+: (QP\d+)", shown)

    assert told() == []
    head, second = file.read_text().split("# quizproof: ignore")
    changed = second.replace("Which line adds 3 to the list?", "Which line appends the number?")
    file.write_text(f"{head}# quizproof: ignore{changed}")
    assert told() == ["QP123"]
    assert quizproof("new", "order-lines", file).stdout.startswith(f"{file}: an `order-lines` was added")


HEAD = "quiz: q\ntitle: Q\ntopic: t\n"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "blocks:\n- id: one\n  kind: number\n  prompt: P\n  value: 1 + 1\n",
        HEAD
        + "blocks:\n    - id: one\n      kind: number\n      prompt: P\n      value: |\n        1 + 1\n\n\n# the end\n",
        "blocks:\n  - id: one\n    kind: number\n    prompt: P\n    value: 1 + 1\n" + HEAD,
        (HEAD + "blocks:\n  - id: one\n    kind: number\n    prompt: P\n    value: 1 + 1").replace("\n", "\r\n"),
    ],
)
def test_adds_after_the_last_block(tmp_path: Path, text: str) -> None:
    """However the file is laid out; nothing else in it changes."""
    file = tmp_path / "q.yaml"
    file.write_bytes(text.encode())
    assert quizproof("new", "match", file, "--id", "two").returncode == 0
    loaded = load_file(file)
    assert loaded.findings == ()
    assert loaded.quiz
    assert [item.block.id for item in loaded.quiz.items] == ["one", "two"]
    now = file.read_bytes().decode()
    kept = iter(now.splitlines())
    assert all(line in kept for line in text.splitlines())  # in their order
    assert ("\r\n" in text) == ("\r\n" in now)
    assert "\n" not in now.replace("\r\n", "") or "\r\n" not in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quiz: [\n", "fix that first"),
        (HEAD, "has no list of `blocks`"),
        (HEAD + "blocks: [{id: one, kind: number, prompt: P, value: 1}]\n", "in brackets"),
    ],
)
def test_leaves_alone_what_it_cannot_read(tmp_path: Path, text: str, words: str) -> None:
    """It says why, and the file stays as it was."""
    file = tmp_path / "q.yaml"
    file.write_text(text)
    done = quizproof("new", "match", file)
    assert done.returncode == 2
    assert words in done.stderr
    assert file.read_text() == text
