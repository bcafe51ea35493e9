"""`quizproof lsp`: driven over the protocol, as an editor drives it, with a real process that really proves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.bare import FRAMEWORKS, bare_interpreter
from helpers.language_client import LanguageClient
from helpers.processes import all_end, become_subreaper, descendants, quizproof, starter
from quizproof.findings import Span
from quizproof.quizfile.yaml_document import parse_text, written
from quizproof_renderers.editing.fixes import Edit, Fix, scalar

_MAIN = "from quizproof_renderers.cli.main import main; main()"
COMMAND = [sys.executable, "-c", _MAIN, "lsp", "--jobs", "1"]

GOOD = """\
quiz: lists
title: Lists
topic: python
blocks:
  - id: length
    kind: predict-output
    prompt: What does this program print?
    code: |
      print(len([[1, 2], 3]))
    answer: 2
    distractors:
      - prints: 3
        mistake: A list in a list is one item.
  - id: grow
    kind: choice
    prompt: Which line makes `names` longer?
    setup: names = []
    check: assert names == ["🙂"]
    options:
      - code: names.append("🙂")
        key: true
      - code: names + ["🙂"]
        mistake: This makes a new list.
insight:
  text: Lists have a length.
  rests_on: [length, grow]
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageClient]:
    """An editor with a server."""
    with LanguageClient(COMMAND, tmp_path_factory.mktemp("bank")) as client:
        yield client


class Open:
    """A file that an editor has open."""

    def __init__(self, editor: LanguageClient, name: str, text: str) -> None:
        self.editor = editor
        self.path = editor.root / f"{name}.yaml"
        # No two files of a bank have the same ids.
        self.text = text.replace("quiz: lists", f"quiz: {name}")
        for id_ in ("length", "grow"):
            self.text = self.text.replace(f"id: {id_}", f"id: {id_}-{name}")
        self.text = self.text.replace("[length, grow]", f"[length-{name}, grow-{name}]")
        self.path.write_text(self.text, encoding="utf-8")
        self.uri = editor.open(self.path)
        self.read = self.found()  # what reading it has found
        self.proven = self.found()  # with what running it has

    def found(self) -> list[dict[str, Any]]:
        """The next findings."""
        found: list[dict[str, Any]] = self.editor.wait_for("textDocument/publishDiagnostics", uri=self.uri)[
            "diagnostics"
        ]
        return found

    def save(self, text: str) -> list[dict[str, Any]]:
        """Save another text, and give what is found in it."""
        self.text = text
        self.editor.save(self.path, text)
        return self.found()

    def place(self, words: str) -> dict[str, Any]:
        """The position of the first of these words, as a request has it; counted in units of UTF-16."""
        before = self.text[: self.text.index(words)]
        units = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
        position = {"line": before.count("\n"), "character": units}
        return {"textDocument": {"uri": self.uri}, "position": position}

    def at(self, finding: dict[str, Any]) -> str:
        """The text that a finding is about."""
        start, end = finding["range"]["start"], finding["range"]["end"]
        assert start["line"] == end["line"]
        line = self.text.split("\n")[start["line"]].encode("utf-16-le")
        return str(line[2 * start["character"] : 2 * end["character"]], "utf-16-le")

    def lenses(self) -> list[str]:
        """The words above the blocks."""
        found = self.editor.ask("textDocument/codeLens", {"textDocument": {"uri": self.uri}})
        return [each["command"]["title"] for each in found]

    def hover(self, words: str) -> str:
        """What is shown over some words."""
        found = self.editor.ask("textDocument/hover", self.place(words))
        return str(found["contents"]["value"]) if found else ""

    def fixed(self, finding: dict[str, Any], title: str) -> str:
        """The text after a quick fix for a finding."""
        asked = {"textDocument": {"uri": self.uri}, "range": finding["range"], "context": {"diagnostics": [finding]}}
        (action,) = [each for each in self.editor.ask("textDocument/codeAction", asked) if each["title"] == title]
        edits = action["edit"]["changes"][self.uri]
        return Fix("", tuple(Edit(self._span(edit["range"]), edit["newText"]) for edit in edits)).applied(self.text)

    def _span(self, range_: dict[str, Any]) -> Span:
        """A range in our count of columns."""
        lines = self.text.split("\n")
        ends = []
        for end in (range_["start"], range_["end"]):
            line = lines[end["line"]].encode("utf-16-le")
            ends += [end["line"] + 1, len(line[: 2 * end["character"]].decode("utf-16-le")) + 1]
        return Span(*ends)


def test_shows_what_is_proven_and_how(editor: LanguageClient) -> None:
    """Above each block its verdict, over each claim its evidence; and the key insight leads to its blocks."""
    file = Open(editor, "good", GOOD)
    assert file.read == file.proven == []
    assert file.lenses() == ["proven: 3 claims", "proven: 4 claims"]
    shown = file.hover("answer: 2")
    assert shown.startswith("**key**: proven\n\nIt prints\n```text\n2\n```")
    assert "*python 3." in shown
    shown = file.hover("mistake: This makes")
    assert shown.startswith("**distractor b**: proven")
    assert "**key a**" not in shown
    assert file.hover('append("🙂')
    shown = file.hover("prompt: Which")
    assert "**key a**" in shown
    assert "**check can fail**" in shown
    assert file.hover("topic") == ""
    leads = editor.ask("textDocument/definition", file.place("grow-good]"))
    assert leads["uri"] == file.uri
    assert leads["range"]["start"] == {"line": 13, "character": 8}
    assert editor.ask("textDocument/definition", file.place("title: Lists")) is None
    # What was changed since is not proven any more; what was not still is, wherever it has moved.
    editor.change(file.path, "# a remark\n" + file.text.replace("answer: 2", "answer: 4"))
    assert file.lenses() == ["not run", "proven: 4 claims"]
    found = file.save(file.text.replace("answer: 2", "answer: 4"))
    assert [(each["code"], each["severity"], file.at(each)) for each in found] == [("QP201", 1, "4")]
    assert file.lenses() == ["refuted: 1 of 2 claims", "proven: 4 claims"]
    assert "QP201: the stated answer is not what the program prints" in file.hover("answer: 4")
    editor.say("textDocument/didClose", {"textDocument": {"uri": file.uri}})
    assert file.found() == []


def test_finds_at_the_exact_place(editor: LanguageClient) -> None:
    """Also where a character before it has two units of UTF-16; what reading finds is there before anything has run."""
    file = Open(editor, "exact", GOOD.replace("mistake: A list", "mistke: A list"))
    assert [(each["code"], file.at(each)) for each in file.read] == [("QP107", "mistke")]
    assert [(each["code"], file.at(each)) for each in file.proven] == [("QP107", "mistke")]
    assert file.lenses() == ["proven: 4 claims"]
    broken = GOOD.replace('check: assert names == ["🙂"]', 'check: assert "🙂" and nams == ["🙂"]')
    file = Open(editor, "wide", broken)
    assert file.read == []
    assert (file.proven[0]["code"], file.at(file.proven[0])) == ("QP208", "nams")
    assert file.save("quiz: [\n")[0]["code"] == "QP102"
    assert file.lenses() == []
    assert file.hover("quiz") == ""
    assert file.save(GOOD.replace("length", "length-w").replace("grow", "grow-w")) == []


def test_accepts_the_real_output(editor: LanguageClient) -> None:
    """In the form that reads as it: plain, in quotes, or in a block."""
    file = Open(editor, "accept", GOOD.replace("answer: 2", "answer: |\n      7\n      8"))
    (finding,) = file.proven
    fixed = file.fixed(finding, "Accept the real output")
    assert "    answer: 2\n    distractors:" in fixed
    assert file.save(fixed) == []
    lines = fixed.replace("print(len([[1, 2], 3]))", "print('a: b')\n      print('#')").replace(
        "answer: 2", "answer: x"
    )
    (finding,) = [each for each in file.save(lines) if each["code"] == "QP201"]
    fixed = file.fixed(finding, "Accept the real output")
    assert "    answer: |-\n      a: b\n      #\n    distractors:" in fixed
    assert file.save(fixed) == []


def test_turns_a_false_distractor_into_a_key(editor: LanguageClient) -> None:
    """Code that passes the check; and the output that the program really has, which is then the only key."""
    file = Open(editor, "key", GOOD.replace("code: names + ", "code: names += "))
    (finding,) = file.proven
    assert finding["code"] == "QP202"
    fixed = file.fixed(finding, "Make this option a key")
    assert '      - code: names += ["🙂"]\n        key: true\n        why: This makes a new list.\n' in fixed
    prints = """\
quiz: prints
title: Prints
topic: python
blocks:
  - id: one-output
    kind: choice
    prompt: What does this program print?
    code: print(6 * 7)
    options:
      - prints: 43
        key: true
      - prints: 42
        mistake: Is it?
"""
    file = Open(editor, "prints", prints)
    finding = next(each for each in file.proven if each["code"] == "QP202")
    fixed = file.fixed(finding, "Make this option a key")
    assert "      - prints: 43\n      - prints: 42\n        key: true\n        why: Is it?\n" in fixed
    assert [each["code"] for each in file.save(fixed) if each["severity"] == 1] == []


def test_puts_text_in_quotes(editor: LanguageClient) -> None:
    """Text that a comment cuts, a word that YAML reads as nothing, and text with a colon, which is no YAML."""
    file = Open(editor, "cut", GOOD.replace("one item.", "one item, see issue #3"))
    finding = next(each for each in file.read if each["code"] == "QP119")
    assert '        mistake: "A list in a list is one item, see issue #3"\n' in file.fixed(
        finding, "Put the text in quotes"
    )
    file = Open(editor, "nothing", GOOD.replace("- prints: 3", "- prints: null"))
    fixed = file.fixed(file.read[0], "Put the text in quotes")
    assert '      - prints: "null"\n' in fixed
    assert file.save(fixed) == []
    file = Open(editor, "colon", GOOD.replace("prompt: Which line makes", "prompt: Choose: which line makes"))
    finding = next(each for each in file.read if each["code"] == "QP102")
    fixed = file.fixed(finding, "Put the text in quotes")
    assert '    prompt: "Choose: which line makes `names` longer?"\n' in fixed
    assert file.save(fixed) == []


def test_proves_again_on_command(editor: LanguageClient) -> None:
    """The words above a block run it: a file that its snippets read may have changed."""
    (editor.root / "files").mkdir(exist_ok=True)
    (editor.root / "files/n.txt").write_text("2")
    file = Open(editor, "again", GOOD.replace("print(len([[1, 2], 3]))", "print(open('files/n.txt').read())"))
    assert file.proven == []
    (editor.root / "files/n.txt").write_text("5")
    editor.ask("workspace/executeCommand", {"command": "quizproof.prove", "arguments": [file.uri]})
    assert [each["code"] for each in file.found()] == ["QP201"]


@pytest.mark.parametrize(
    "text", ["2", "a b", "a: b", "- a", "null", "true", "1.50", "", " a", "a\nb", "a\n\n b", "é", "[1]"]
)
def test_scalar_reads_as_the_text(text: str) -> None:
    """Whatever a program prints."""
    document = parse_text("", f"blocks:\n  - answer: {scalar(text, 6)}\n    x: 1\n")
    assert str(written(document.value(("blocks", 0, "answer")))) == text


def test_ends_without_a_trace(tmp_path: Path) -> None:
    """When the editor says so, and when it is just gone: no process and no folder is left."""
    become_subreaper()
    starter()
    before = descendants(os.getpid())
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("told", "gone"):
        with LanguageClient(COMMAND, tmp_path, environment=os.environ | {"TMPDIR": str(temporary)}) as client:
            assert Open(client, name, GOOD.replace("[1, 2]", f"'{name}'")).proven == []
            assert list(temporary.iterdir())
            if name == "gone":
                client.hang_up()
        all_end(before)
        assert list(temporary.iterdir()) == []


def test_says_what_to_install(tmp_path: Path) -> None:
    """Without pygls, in one line."""
    python = bare_interpreter(tmp_path, without=(*FRAMEWORKS, "pygls"))
    done = quizproof("lsp", cwd=tmp_path, python=python)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'quizproof: `lsp` needs pygls; pip install "quizproof[lsp]"\n'
