"""Commands that authors look things up with, and what all commands have in common."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from helpers.bare import bare_interpreter
from helpers.processes import quizproof
from quizproof_renderers.cli.main import main
from quizproof_renderers.editing.words import words

LISTS = """\
quiz: lists
title: Lists
topic: python-basics
tags: [lists]
difficulty: easy
blocks:
  - id: length
    kind: predict-output
    title: How long
    prompt: What is printed?
    code: print(len([1, 2]))
    answer: "{answer}"
    distractors:
      - code: print(len([1]))
        mistake: Counts from 0.
  - id: which
    kind: choice
    tags: [aliasing]
    prompt: Which makes it two?
    setup: x = 1
    check: assert x == 2
    options:
      - code: x += 1
        key: true
      - code: x += 2
        mistake: Adds too much.
"""
TORCH = """\
quiz: tensors
title: Tensors
topic: tensors
runtime: torch
blocks:
  - id: ones
    kind: number
    prompt: What is the sum?
    code: import torch
    value: torch.ones(3).sum().item()
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank of two quizzes and its lock."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "questions").mkdir()
    (folder / "questions/lists.yaml").write_text(LISTS.format(answer=2))
    (folder / "questions/tensors.yaml").write_text(TORCH)
    done = quizproof("check", "questions", "--write-lock", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def bank(written: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    (tmp_path / "questions").mkdir()
    for path in (written / "questions").iterdir():
        (tmp_path / "questions" / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter without frameworks."""
    return bare_interpreter(tmp_path_factory.mktemp("bare"))


# list


def test_list(written: Path) -> None:
    text = quizproof("list", cwd=written).stdout
    assert text == (
        "lists  Lists  python-basics · practice · python · easy · lists  questions/lists.yaml\n"
        "  length  predict-output  How long\n"
        "  which   choice  aliasing\n"
        "tensors  Tensors  tensors · practice · torch  questions/tensors.yaml\n"
        "  ones    number\n"
    )
    data = json.loads(quizproof("list", "--format", "json", cwd=written).stdout)
    assert [quiz["id"] for quiz in data["quizzes"]] == ["lists", "tensors"]
    (length, which) = data["quizzes"][0]["questions"]
    assert (length["line"], length["difficulty"], length["tags"]) == (7, 2, ["lists"])
    assert which["tags"] == ["lists", "aliasing"]


def test_list_of_a_part(written: Path) -> None:
    def ids(*arguments: str) -> list[str]:
        data = json.loads(quizproof("list", *arguments, "--format", "json", cwd=written).stdout)
        return [block["id"] for quiz in data["quizzes"] for block in quiz["questions"]]

    assert ids("tensors") == ids("--topic", "tensors") == ids("questions/tensors.yaml") == ["ones"]
    assert ids("--kind", "choice") == ids("--tag", "aliasing") == ["which"]
    refused = quizproof("list", "--topic", "tensor", cwd=written)
    assert (refused.returncode, "did you mean `tensors`" in refused.stderr) == (2, True)


def test_list_of_a_bank_with_a_mistake_lists_the_rest(bank: Path) -> None:
    file = bank / "questions/lists.yaml"
    file.write_text(file.read_text().replace("setup: x = 1", "setpu: x = 1"))
    done = quizproof("list", cwd=bank)
    assert done.returncode == 0
    assert "length" in done.stdout
    assert "which" not in done.stdout
    assert "`quizproof validate` shows them" in done.stderr


# show


def test_show_from_the_lock_without_the_framework(written: Path, bare_python: Path) -> None:
    done = quizproof("show", "ones", cwd=written, python=bare_python)
    assert (done.returncode, done.stderr) == (0, "")
    assert "proven" in done.stdout
    assert "\nKey:\n3\n" in done.stdout
    refused = quizproof("show", "ones", "--run", cwd=written, python=bare_python)
    assert refused.returncode == 3
    assert "No module named 'torch'" in refused.stdout


def test_show_has_the_key_and_what_each_option_did(written: Path) -> None:
    text = quizproof("show", "which", cwd=written).stdout
    assert text.startswith("which: choice, questions/lists.yaml:16, proven (100 % of ")
    assert "easy, lists, aliasing\n" in text
    assert "a: x += 1\n" in text
    assert "a, right:\nRuns, and the check passes." in text
    assert "b, wrong:\nRuns without an error, but the check fails.\nAdds too much.\n" in text
    data = json.loads(quizproof("show", "which", "--format", "json", cwd=written).stdout)
    assert (data["question"]["id"], data["prompt"]) == ("which", "Which makes it two?")
    options = data["variants"][0]["display"]["input"]["options"]
    assert [option["correct"] for option in options] == [True, False]
    assert "AssertionError" in options[1]["evidence"]["traceback"]


def test_show_runs_what_the_lock_does_not_know(bank: Path) -> None:
    file = bank / "questions/lists.yaml"
    file.write_text(file.read_text().replace("len([1, 2])", "len([1, 2, 3])"))
    done = quizproof("show", "length", cwd=bank)
    assert done.returncode == 1  # the answer that is stated is no longer right
    assert "QP201" in done.stdout


@pytest.mark.parametrize(
    ("id_", "words_of_it"),
    [("lenght", "did you mean `length`"), ("lists", "`lists` is a quiz; `quizproof list lists` lists its blocks")],
)
def test_show_of_what_is_not_there(written: Path, id_: str, words_of_it: str) -> None:
    done = quizproof("show", id_, cwd=written)
    assert (done.returncode, done.stdout) == (2, "")
    assert words_of_it in done.stderr


def test_show_of_what_cannot_be_read(bank: Path) -> None:
    file = bank / "questions/lists.yaml"
    file.write_text(file.read_text().replace("setup: x = 1", "setpu: x = 1"))
    done = quizproof("show", "which", cwd=bank)
    assert done.returncode == 1
    assert done.stdout.startswith("questions/lists.yaml:20:5: QP107 ")


# check: standard input


def test_check_of_standard_input(tmp_path: Path) -> None:
    """Right and wrong; reports show its lines, and name it as asked."""
    right = quizproof("check", "-", cwd=tmp_path, stdin=LISTS.format(answer=2))
    assert right.returncode == 0, right.stdout + right.stderr
    wrong = quizproof("check", "-", "--format", "full", cwd=tmp_path, stdin=LISTS.format(answer=3))
    assert wrong.returncode == 1
    assert "--> <stdin>:12:13" in wrong.stdout
    assert '12 |     answer: "3"' in wrong.stdout
    named = quizproof("check", "-", "--stdin-filename", "questions/l.yaml", cwd=tmp_path, stdin=LISTS.format(answer=3))
    assert named.stdout.startswith("questions/l.yaml:12:13: QP201 ")
    part = quizproof("check", "-", "which", "--format", "json", cwd=tmp_path, stdin=LISTS.format(answer=3))
    assert [question["id"] for question in json.loads(part.stdout)["questions"]] == ["which"]
    chosen = quizproof("check", "-", "--kind", "choice", cwd=tmp_path, stdin=LISTS.format(answer=3))
    assert chosen.returncode == 0
    broken = quizproof("check", "-", "--format", "full", cwd=tmp_path, stdin="quiz: [\n")
    assert (broken.returncode, "1 | quiz: [" in broken.stdout) == (1, True)


def test_standard_input_has_the_files_beside_its_name(tmp_path: Path) -> None:
    (tmp_path / "bank/files").mkdir(parents=True)
    (tmp_path / "bank/files/one.txt").write_text("1")
    text = LISTS.format(answer=2).replace("len([1, 2])", "len(open('files/one.txt').read()) + 1")
    assert quizproof("check", "-", cwd=tmp_path, stdin=text).returncode == 1
    done = quizproof("check", "-", "--stdin-filename", "bank/new.yaml", cwd=tmp_path, stdin=text)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "arguments",
    [("-", "questions"), ("-", "--write-lock"), ("-", "--diff-lock"), ("questions", "--stdin-filename", "a.yaml")],
)
def test_standard_input_is_one_quiz_and_no_bank(written: Path, arguments: tuple[str, ...]) -> None:
    done = quizproof("check", *arguments, cwd=written, stdin=LISTS.format(answer=2))
    assert (done.returncode, done.stdout) == (2, "")


# check: differences from the lock


def test_difference_without_the_framework_is_one_line(bank: Path, bare_python: Path) -> None:
    """What cannot be run is no difference; what can, is compared."""
    done = quizproof("check", "questions", "--diff-lock", cwd=bank, python=bare_python)
    assert done.returncode == 3
    diff = done.stdout.splitlines()[-2:]
    assert diff == [
        "the runtime torch is missing, so 1 quiz could not be compared",
        "nothing else changed since the lock was written",
    ]
    assert "gone" not in done.stdout
    file = bank / "questions/lists.yaml"
    file.write_text(file.read_text().replace("x += 2", "x += 1 + 1"))
    done = quizproof("check", "questions", "--diff-lock", cwd=bank, python=bare_python)
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "1 program was edited without changing its output"
    file.write_text(file.read_text().replace("len([1, 2])", "len([1, 2, 3])").replace('answer: "2"', 'answer: "3"'))
    done = quizproof("check", "questions", "--diff-lock", cwd=bank, python=bare_python)
    assert done.returncode == 1
    assert "    - 2\n    + 3\n" in done.stdout


def test_difference_as_data_and_as_annotations(bank: Path) -> None:
    file = bank / "questions/lists.yaml"
    changed = file.read_text().replace("len([1, 2])", "len([1, 2, 3])").replace('answer: "2"', 'answer: "3"')
    file.write_text(changed)
    done = quizproof("check", "questions", "--diff-lock", "--format", "json", cwd=bank)
    assert done.returncode == 1
    lock = json.loads(done.stdout)["lock"]
    assert {"quiz": "lists", "block": "length", "run": "code", "before": "2", "now": "3"} in lock["changes"]
    assert (lock["edited"], lock["versions"], lock["not_compared"]) == (0, [], {})
    done = quizproof("check", "questions", "--diff-lock", "--format", "github", cwd=bank)
    (note,) = (line for line in done.stdout.splitlines() if "(lock)" in line)
    assert note.startswith("::warning title=quizproof (lock),file=questions/lists.yaml,line=7::length differs from ")
    assert "- 2%0A    + 3" in note
    file.write_text(LISTS.format(answer=2))
    done = quizproof("check", "questions", "--diff-lock", "--format", "json", cwd=bank)
    assert (done.returncode, json.loads(done.stdout)["lock"]["changes"]) == (0, [])
    assert "lock" not in json.loads(quizproof("check", "questions", "--format", "json", cwd=bank).stdout)


def test_other_versions_than_those_of_the_lock_are_mentioned(bank: Path) -> None:
    quiet = quizproof("check", "questions/lists.yaml", "questions", cwd=bank)
    assert "other versions" not in quiet.stderr
    assert quizproof("check", "questions", cwd=bank).stderr == ""
    doctor = quizproof("doctor", "--format", "json", cwd=bank)
    assert json.loads(doctor.stdout)["lock"] == {"path": "questions/quizproof.lock", "differences": []}
    lock = bank / "questions/quizproof.lock"
    lock.write_text(re.sub(r'"torch": "2[^"]*"', '"torch": "2.0.1"', lock.read_text()))
    told = quizproof("check", "questions", cwd=bank)
    assert told.returncode == 0
    assert "questions/quizproof.lock was written with other versions: torch 2.0.1, now " in told.stderr
    assert told.stderr.count("\n") == 1
    assert "other versions: torch 2.0.1, now " in quizproof("doctor", cwd=bank).stdout


# check: stress


def test_stress_never_answers_from_the_cache(bank: Path) -> None:
    def summary(*arguments: str) -> dict[str, int]:
        done = quizproof("check", "questions/lists.yaml", *arguments, "--format", "json", cwd=bank)
        found: dict[str, int] = json.loads(done.stdout)["summary"]
        return found

    summary()
    assert summary()["runs"] == 0
    first, second = summary("--stress", "1"), summary("--stress", "1")
    assert first["runs"] == second["runs"] > 0
    assert second["cached"] == 0
    refused = quizproof("check", "--stress", "1", "--audit", "5%", cwd=bank)
    assert (refused.returncode, "`--stress`" in refused.stderr) == (2, True)


# What all commands have in common


def commands() -> list[tuple[str, click.Command]]:
    found = []
    for name, command in main.commands.items():
        found.append((name, command))
        found += command.commands.items() if isinstance(command, click.Group) else []
    return found


def test_o_means_where_to_write_everywhere() -> None:
    with_it = {name: option for name, each in commands() for option in each.params if "-o" in option.opts}
    assert {"check", "build", "schema", "merge"} <= with_it.keys()
    for option in with_it.values():
        assert "--output" in option.opts
        assert isinstance(option.type, click.Path)


def test_summaries_are_whole(written: Path) -> None:
    """Every first sentence of a command's help is in the list of commands, however narrow it is."""
    help_ = quizproof("--help", cwd=written, COLUMNS="60").stdout
    shown = " ".join(help_.partition("Commands:")[2].split())
    assert "..." not in shown
    for name, command in main.commands.items():
        assert command.help
        summary = " ".join(re.split(r"(?<=\.)\s", command.help.strip())[0].split())
        assert f"{name} {summary}" in shown, name


def complete(folder: Path, line: str) -> list[str]:
    """What a shell would offer at the end of a line."""
    typed = line.split(" ")
    script = "from quizproof_renderers.cli.main import main; main(prog_name='quizproof')"
    environ = {"COMP_WORDS": line, "COMP_CWORD": str(len(typed) - 1), "_QUIZPROOF_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", script],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {row.rpartition("|")[2].strip() for row in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"torch", "tensorflow", "numpy", "pydantic"}
    return [row.partition(",")[2] for row in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("quizproof che", ["check"]),
        ("quizproof show wh", ["which"]),
        ("quizproof try mine.py --question wh", ["which"]),
        ("quizproof list le", ["length", "le"]),
        ("quizproof check --topic py", ["python-basics"]),
        ("quizproof check --tag a", ["aliasing"]),
        ("quizproof check --kind ch", ["choice"]),
        ("quizproof explain long", ["long-key"]),
        ("quizproof check --ignore QP301,QP302,QP303,long", ["QP301,QP302,QP303,long-key"]),
    ],
)
def test_completion_without_a_framework(written: Path, line: str, offered: list[str]) -> None:
    assert complete(written, line) == offered


def test_completion_is_installed_by_one_command(tmp_path: Path) -> None:
    def install(shell: str) -> str:
        done = quizproof("completion", shell, "--install", HOME=str(tmp_path), XDG_DATA_HOME="", XDG_CONFIG_HOME="")
        assert done.returncode == 0, done.stderr
        return done.stderr

    install("bash")
    script = tmp_path / ".local/share/bash-completion/completions/quizproof"
    assert script.read_text() == quizproof("completion", "bash").stdout
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    install("fish")
    assert "quizproof" in (tmp_path / ".config/fish/completions/quizproof.fish").read_text()
    (tmp_path / ".zshrc").write_text("alias ll='ls -l'")
    install("zsh")
    assert "has it already" in install("zsh")
    assert (tmp_path / ".zshrc").read_text() == "alias ll='ls -l'\neval \"$(quizproof completion zsh)\"\n"
    assert quizproof("completion", "tcsh").returncode == 2


def test_words_of_a_bank(written: Path) -> None:
    places = [written / "questions", written / "missing"]
    assert words("ids", places) == ["length", "lists", "ones", "tensors", "which"]
    assert words("blocks", places) == ["length", "ones", "which"]
    assert words("quizzes", places) == ["lists", "tensors"]
    assert words("topics", places) == ["python-basics", "tensors"]
    assert words("tags", places) == ["aliasing", "lists"]
