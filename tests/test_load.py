"""Loading: which files a bank has, what of a faulty file is still used, and how mistakes in it are put."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quizproof.comparison.tolerance import Tolerance
from quizproof.errors import UsageError
from quizproof.findings import Span
from quizproof.kinds.questions.choice import Choice
from quizproof.kinds.questions.number import NumberQuestion
from quizproof.loading.files import SourceFile
from quizproof.loading.load import load_bank, load_file, load_source

if TYPE_CHECKING:
    from quizproof.loading.quiz import Loaded

HEADER = "quiz: {id}\ntitle: T\ntopic: t\nblocks:\n"
NUMBER = "  - {{id: {id}, kind: number, prompt: P, value: '1'}}\n"


def quiz(id_: str, *blocks: str) -> str:
    """A quiz of numbers with these ids."""
    return HEADER.format(id=id_) + "".join(NUMBER.format(id=block) for block in blocks)


def loaded(tmp_path: Path, text: str) -> Loaded:
    """A file with this text, loaded."""
    file = tmp_path / "quiz.yaml"
    file.write_text(text, encoding="utf-8")
    return load_file(file)


def found(file: Loaded) -> list[tuple[str, int, str]]:
    """The findings of a file: code, line and message."""
    return [(finding.code, finding.span.line, finding.message) for finding in file.findings]


# Files


def test_bank_has_the_quiz_files_below_a_folder_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden files, hidden folders and folders of data are not loaded; a file that is named twice is loaded once."""
    for name in ("b/one.yaml", "a/two.yml", "a/files/data.yaml", ".hidden/three.yaml", "a/.four.yaml", "a/notes.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(quiz(file.stem.strip("."), f"q-{file.stem.strip('.')}"))
    monkeypatch.chdir(tmp_path)
    bank = load_bank([".", "a/two.yml"])
    assert [file.path for file in bank.files] == ["a/two.yml", "b/one.yaml"]
    assert [each.id for each in bank.quizzes] == ["two", "one"]
    assert bank.findings == ()
    assert [each.files for each in bank.quizzes] == [str(tmp_path / "a/files"), None]


def test_named_file_is_loaded_whatever_its_name(tmp_path: Path) -> None:
    """Names are only asked for where a folder is searched; a path outside the working folder stays absolute."""
    file = tmp_path / "quiz.txt"
    file.write_text(quiz("a", "q"))
    (only,) = load_bank([file]).files
    assert only.path == str(file)
    assert only.quiz


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing", "missing does not exist"),
        ("empty", "no quiz files (*.yaml, *.yml) found in empty"),
        ("pipe", "pipe is neither a file nor a folder"),
        ("a" * 300, "cannot be read"),
    ],
)
def test_path_without_a_quiz_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, message: str
) -> None:
    """A bank without a quiz would be proven in silence."""
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        load_bank([path])
    assert message in str(caught.value)


def test_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    """The other files are loaded all the same."""
    (tmp_path / "good.yaml").write_text(quiz("good", "q"))
    bank = load_bank([tmp_path])
    vanished = load_file(tmp_path / "vanished.yaml")
    assert bank.quizzes
    assert vanished.quiz is None
    assert found(vanished) == [("QP101", 1, "the file cannot be read: No such file or directory")]


def test_content_that_was_read_already_is_used(tmp_path: Path) -> None:
    """Then the file itself is not opened: it need not even be there."""
    file = load_source(SourceFile(tmp_path / "elsewhere.yaml", "elsewhere.yaml", quiz("given", "q").encode(), "", None))
    assert file.quiz
    assert (file.quiz.id, [item.block.id for item in file.quiz.items]) == ("given", ["q"])


# What of a faulty file is used


def test_block_that_is_wrong_is_left_out_alone(tmp_path: Path) -> None:
    """The blocks beside it keep their places in the file."""
    text = quiz("a", "one", "two").replace("  - {id: one, kind: number", "  - {id: one, kind: nmber")
    file = loaded(tmp_path, text)
    assert file.quiz
    (item,) = file.quiz.items
    assert (item.block.id, item.at) == ("two", ("blocks", 1))
    assert file.quiz.place(item) == f"{tmp_path / 'quiz.yaml'}:6"
    assert found(file) == [("QP110", 5, "there is no kind `nmber`; did you mean `number`?")]
    assert file.findings[0].block == "one"


def test_faulty_header_hides_no_block(tmp_path: Path) -> None:
    """What is wrong in blocks is found in the same pass, and those that are right are judged."""
    text = (
        quiz("a", "one", "two")
        .replace("title: T\n", "minutes: five\n")
        .replace("one, kind: number", "one, kin: number")
    )
    file = loaded(tmp_path, text)
    assert file.quiz is not None
    assert [item.block.id for item in file.quiz.items] == ["two"]
    assert (file.quiz.header.quiz, file.quiz.header.title, file.quiz.header.minutes) == ("a", "quiz.yaml", None)
    assert found(file) == [
        ("QP108", 1, "`title` is missing"),
        ("QP109", 2, "`minutes`: write a whole number"),
        ("QP108", 5, "`kind` is missing"),
    ]


@pytest.mark.parametrize(
    "line", ["runtime: pytorch", "runtim: torch", "framework: torch", "limits: {seconds: soon}", "limit: {seconds: 60}"]
)
def test_blocks_are_not_judged_where_their_runtime_or_limits_are_unknown(line: str, tmp_path: Path) -> None:
    """A right question would be refuted by the wrong interpreter."""
    file = loaded(tmp_path, quiz("a", "one").replace("topic: t\n", f"topic: t\n{line}\n"))
    assert file.quiz is None
    assert [finding.span.line for finding in file.findings] == [4]


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        ("prompt: a: b", "QP102", "mapping values are not allowed in this context"),
        ("prompt: one\n    prompt: two", "QP103", "`prompt` was already given on line 9"),
        ('prompt: "\\d"', "QP102", "while parsing a quoted scalar, found unknown escape character"),
        ("prompt: &all of it", "QP104", "`&all`: anchors and aliases are not allowed"),
        ('prompt: "never closed', "QP102", "while scanning a quoted scalar, found unexpected end of stream"),
    ],
)
@pytest.mark.parametrize("indent", ["", "  "])
def test_block_that_is_not_yaml_hides_no_other(
    fault: str, code: str, message: str, indent: str, tmp_path: Path
) -> None:
    """Its error is at its line, and so is what is wrong in the blocks around it."""
    bad = f"  - id: bad\n    kind: number\n    {fault}\n    value: 1\n"
    header = HEADER.format(id="a").replace("blocks:", "insight: {text: I, rests_on: [bad, oen]}\nblocks:")
    text = f"{header}{NUMBER.format(id='one')}{bad}{NUMBER.format(id='two')}{NUMBER.format(id='one')}"
    text = text.replace("\n  ", f"\n{indent}")
    file = loaded(tmp_path, text)
    assert file.quiz is not None
    assert [(item.block.id, file.quiz.place(item).rpartition(":")[2]) for item in file.quiz.items] == [
        ("one", "6"),
        ("two", f"{11 + fault.count(chr(10))}"),
        ("one", f"{12 + fault.count(chr(10))}"),
    ]
    assert found(file)[0] == ("QP118", 4, "the insight rests on `oen`, which is not in this quiz; did you mean `one`?")
    assert found(file)[1][::2] == (code, message)
    assert 9 <= found(file)[1][1] <= 10
    assert len(file.findings) == 2


@pytest.mark.parametrize("text", ["a: b: c\n", "blocks:\n- a: b: c\n", "blocks: [a\n", "- *a\n"])
def test_file_of_which_nothing_can_be_read_has_one_finding(text: str, tmp_path: Path) -> None:
    """Whatever its lines look like, it is cut without an exception."""
    file = loaded(tmp_path, text)
    assert file.quiz is None
    assert file.findings


def test_header_that_is_not_yaml_hides_no_block(tmp_path: Path) -> None:
    """Only its own key is lost, and that is not reported as missing too."""
    file = loaded(tmp_path, quiz("a", "one").replace("title: T", "title: A: b"))
    assert file.quiz is not None
    assert [item.block.id for item in file.quiz.items] == ["one"]
    assert found(file) == [("QP102", 2, "mapping values are not allowed in this context")]
    lost = loaded(tmp_path, quiz("a", "one").replace("title: T", "title: T\nruntime: a: torch"))
    assert lost.quiz is None
    assert found(lost) == [("QP102", 3, "mapping values are not allowed in this context")]


def test_findings_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Although the blocks are looked at before the insight."""
    insight = "insight: {text: I, rests_on: [oen]}\nblocks:\n"
    text = quiz("a", "one").replace("value: '1'", "value: [1]").replace("blocks:\n", insight)
    assert found(loaded(tmp_path, text)) == [
        ("QP118", 4, "the insight rests on `oen`, which is not in this quiz; did you mean `one`?"),
        ("QP109", 6, "`value`: write text"),
    ]


def test_quiz_of_one_block_has_nothing_about_the_others(tmp_path: Path) -> None:
    """What is said about the whole quiz would not hold of one block."""
    text = quiz("a", "one", "two").replace("topic: t", "topic: t\nintro: Hello.\nminutes: 5")
    whole = loaded(tmp_path, text + "insight: {text: I, rests_on: [one]}\n").quiz
    assert whole
    assert whole.header.insight
    alone = whole.only(whole.items[1])
    assert [item.block.id for item in alone.items] == ["two"]
    assert (alone.header.intro, alone.header.minutes, alone.header.insight) == ("", None, None)
    assert (alone.header.title, alone.path) == (whole.header.title, whole.path)


# How mistakes are put


@pytest.mark.parametrize(
    ("key", "block", "message"),
    [
        ("tolerence: 1", "value: '1'", "unknown key `tolerence`; did you mean `tolerance`?"),
        ("feedback: F", "value: '1'", "unknown key `feedback`; did you mean `mistake`?"),
        ("zzz: 1", "value: '1'", "unknown key `zzz`"),
    ],
)
def test_unknown_key_is_named_with_the_one_that_was_meant(tmp_path: Path, key: str, block: str, message: str) -> None:
    """Nearest in spelling, or by the name that other tools have for it; the place is that of the key."""
    text = quiz("a") + f"  - id: q\n    kind: number\n    prompt: P\n    {block}\n    {key}\n"
    (finding,) = loaded(tmp_path, text).findings
    assert (finding.code, finding.message) == ("QP107", message)
    assert finding.span == Span(9, 5, 9, 5 + len(key.partition(":")[0]))


def test_one_mistake_is_reported_once(tmp_path: Path) -> None:
    """A key that is missing because it is misspelt, and a list that is too short because of a bad item, are not."""
    misspelt = quiz("a", "q").replace("prompt: P", "promt: P")
    assert found(loaded(tmp_path, misspelt)) == [("QP107", 5, "unknown key `promt`; did you mean `prompt`?")]
    synonym = quiz("a", "q").replace("prompt: P", "question: P")
    assert found(loaded(tmp_path, synonym)) == [("QP107", 5, "unknown key `question`; did you mean `prompt`?")]
    both = quiz("a", "q").replace("prompt: P", "zzz: P")
    assert [code for code, _, _ in found(loaded(tmp_path, both))] == ["QP108", "QP107"]
    options = "[{text: A, key: true, unproven: U}, {text: B, key: 2}]"
    list_ = quiz("a") + f"  - {{id: q, kind: choice, prompt: P, options: {options}}}\n"
    assert [message for _, _, message in found(loaded(tmp_path, list_))] == ["`key`: write `true` or `false`"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("prompt: P", "prompt: [P]", "`prompt`: write text"),
        ("prompt: P", "prompt: P, hints: H", "`hints`: write a list"),
        ("prompt: P", "prompt: P, hints: [H, [I]]", "item 2: write text"),
        ("prompt: P", "prompt: P, params: 1", "`params`: write keys with values below it"),
        ("prompt: P", "prompt: P, params: {a: []}", "`a` takes at least 1 item, and has 0"),
        ("prompt: P", "prompt: P, variants: 1.5", "`variants`: write a whole number"),
        ("prompt: P", "prompt: P, variants: 0", "`variants`: should be greater than or equal to 1"),
        ("prompt: P", "prompt: P, tolerance: .inf", "`tolerance`: write a finite number"),
        ("prompt: P", "prompt: P, limits: {seconds: 0}", "`seconds`: should be greater than 0"),
    ],
)
def test_values_are_refused_in_the_words_of_yaml(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Nothing in a message is about Python or pydantic."""
    file = loaded(tmp_path, quiz("a", "q").replace(old, new))
    assert found(file) == [("QP109", 5, message)]


@pytest.mark.parametrize("kind", ["choice", "predict-output"])
def test_null_where_one_of_several_keys_is_needed_is_named(tmp_path: Path, kind: str) -> None:
    """Exactly one is there, but its value is nothing."""
    key = "options" if kind == "choice" else "distractors"
    first = "{prints: V, key: true}" if kind == "choice" else "{prints: V}"
    block = f"  - {{id: q, kind: {kind}, prompt: P, code: print(1), {key}: [{first}, {{prints: b}}]}}\n"
    ((code, _, message),) = found(loaded(tmp_path, quiz("a") + block.replace("V", "null")))
    assert code == "QP115"
    assert message.endswith("; `prints: null` has no value without quotes")
    assert found(loaded(tmp_path, quiz("a") + block.replace("V", '"null"'))) == []


def test_points_of_an_open_question_are_no_number(tmp_path: Path) -> None:
    block = "  - {id: q, kind: open, prompt: P, answer: A, points: V}\n"
    ((code, _, message),) = found(loaded(tmp_path, quiz("a") + block.replace("V", "3")))
    assert (code, message.endswith("what the question is worth is `weight`")) == ("QP109", True)
    worth = "[{text: T, unproven: U}], weight: 3"
    assert found(loaded(tmp_path, quiz("a") + block.replace("V", worth))) == []


def test_values_of_yaml_become_what_fields_need(tmp_path: Path) -> None:
    """A number where text belongs keeps the way in which it was written."""
    text = quiz("a", "q").replace("value: '1'", "value: 1.50, tolerance: 1")
    text += "  - id: c\n    kind: choice\n    prompt: 007\n    code: print(1)\n    options:\n"
    text += "      - {prints: 1.0, key: true}\n      - {prints: True}\n"
    file = loaded(tmp_path, text)
    assert file.findings == ()
    assert file.quiz
    number, choice = (item.block for item in file.quiz.items)
    assert isinstance(number, NumberQuestion)
    assert (number.value, number.tolerance, number.numeric_tolerance) == ("1.50", Tolerance(1.0), Tolerance(1.0))
    assert isinstance(choice, Choice)
    assert (choice.prompt, [option.prints for option in choice.options]) == ("007", ["1.0", "True"])
    assert choice.numeric_tolerance is None
