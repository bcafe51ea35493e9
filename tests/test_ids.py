"""Ids: each quiz and each block of a bank has its own, and what repeats one is dropped with a finding."""

from __future__ import annotations

from pathlib import Path

from quizproof.loading.files import SourceFile
from quizproof.loading.ids import Ids
from quizproof.loading.load import load_source
from quizproof.loading.quiz import Loaded
from quizproof.proof import QuizProof
from quizproof.quizfile.header import Header

HEADER = "quiz: {id}\ntitle: T\ntopic: t\nblocks:\n"
NUMBER = "  - {{id: {id}, kind: number, prompt: P, value: '1'}}\n"


def file(path: str, quiz: str, *blocks: str) -> Loaded:
    """A file at a path that need not be there, with a quiz of numbers."""
    text = HEADER.format(id=quiz) + "".join(NUMBER.format(id=block) for block in blocks)
    return loaded(path, text)


def loaded(path: str, text: str) -> Loaded:
    """A file at a path that need not be there, with any text."""
    return load_source(SourceFile(Path(path), path, text.encode(), "", None))


def kept(file_: Loaded) -> list[str] | None:
    """The ids of the blocks that are left of a file; None if its quiz is not."""
    return [item.block.id for item in file_.quiz.items] if file_.quiz else None


def proven(path: str, id_: str, **lines: int) -> QuizProof:
    """What is kept of a proven quiz: its blocks by the lines on which they begin."""
    header = Header.model_validate({"quiz": id_, "title": "T", "topic": "t"})
    return QuizProof(path, header, lines=lines)


def test_first_use_of_an_id_is_kept() -> None:
    """The later block is dropped, and its finding is at its id and names the place of the first."""
    ids = Ids()
    assert kept(ids.keep(file("a.yaml", "a", "one", "two"))) == ["one", "two"]
    second = ids.keep(file("b.yaml", "b", "three", "one"))
    assert kept(second) == ["three"]
    (finding,) = second.findings
    assert (finding.code, finding.place, finding.block) == ("QP111", "b.yaml:6:10", "one")
    assert finding.message == "the block id `one` is already used at a.yaml:5"


def test_id_that_is_used_three_times_is_reported_twice() -> None:
    """Both times with the place of the first, inside one file too."""
    third = Ids().keep(file("a.yaml", "a", "one", "one", "one"))
    assert kept(third) == ["one"]
    assert [(f.span.line, f.message.rpartition(" ")[2]) for f in third.findings] == [(6, "a.yaml:5"), (7, "a.yaml:5")]


def test_quiz_and_block_can_have_the_same_id() -> None:
    """Pages are named after quizzes, and anchors on them after blocks."""
    only = Ids().keep(file("a.yaml", "same", "same"))
    assert kept(only) == ["same"]
    assert only.findings == ()


def test_dropped_quiz_uses_up_no_ids() -> None:
    """Its blocks are not in the bank, so that others can have their ids."""
    ids = Ids()
    ids.keep(file("a.yaml", "a", "one"))
    again = ids.keep(file("b.yaml", "a", "two"))
    assert kept(again) is None
    assert [(f.place, f.block, f.message) for f in again.findings] == [
        ("b.yaml:1:7", None, "the quiz id `a` is already used at a.yaml")
    ]
    assert kept(ids.keep(file("c.yaml", "c", "two"))) == ["two"]


def test_findings_of_the_file_stay_and_are_in_order() -> None:
    """A repeated id is one more thing that is wrong in it."""
    faulty = loaded("a.yaml", HEADER.format(id="a") + "  - {id: x, kind: odd}\n")
    assert Ids().keep(loaded("b.yaml", "[")).quiz is None
    ids = Ids()
    ids.keep(file("first.yaml", "a"))
    both = ids.keep(faulty)
    assert [finding.code for finding in both.findings] == ["QP111", "QP110"]


def test_quiz_known_as_proven_takes_its_ids() -> None:
    """As it would if its file were read again: a file that is read later must not repeat them."""
    ids = Ids()
    assert ids.accept(proven("a.yaml", "a", one=5))
    later = ids.keep(file("b.yaml", "b", "one"))
    assert kept(later) == []
    assert later.findings[0].message == "the block id `one` is already used at a.yaml:5"


def test_quiz_that_repeats_an_id_is_not_accepted_as_proven() -> None:
    """Its file must be read again, to say where; and none of its ids counts as used."""
    ids = Ids()
    ids.keep(file("a.yaml", "a", "one"))
    assert not ids.accept(proven("b.yaml", "b", two=5, one=6))
    assert not ids.accept(proven("b.yaml", "a"))
    assert kept(ids.keep(file("c.yaml", "c", "two"))) == ["two"]
    assert ids.accept(proven("d.yaml", "b"))
