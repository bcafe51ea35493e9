"""The layout of quiz files: stable, and nothing that a file says changes. `quizproof fmt` on top of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers.processes import quizproof
from quizproof.loading.files import typed_file
from quizproof.loading.load import load_source
from quizproof.quizfile.source_text import SourceError
from quizproof.quizfile.yaml_document import Document, parse, parse_text
from quizproof_renderers.editing.layout import LayoutError, laid_out, meaning

ROOT = Path(__file__).parent.parent
FILES = sorted(path for folder in ("questions", "tests") for path in (ROOT / folder).rglob("*.yaml"))

MESSY = """\
# A quiz.


quiz:   lists<>
title: Lists
topic: samples
blocks:
    # The first question.
    -   id: one
        kind:    predict-output
        prompt: >-
              Folded
              text.
        code: |
             x = [1,
                  2]

             print(x)
        distractors:
        - code:  print(2)   # why
          mistake: 'Two
              lines.'
        -     {code: print(3),
               mistake: Three.}


    - id:   two
      kind: open
      prompt: A plain text
            on two lines,

            and a paragraph.
      answer: |2
           indented
      points:
          - text: a
            unproven: b
# The end.


""".replace("<>", "   ")
TIDY = """\
# A quiz.

quiz: lists
title: Lists
topic: samples
blocks:
  # The first question.
  - id: one
    kind: predict-output
    prompt: >-
      Folded
      text.
    code: |
      x = [1,
           2]

      print(x)
    distractors:
      - code: print(2)   # why
        mistake: 'Two
          lines.'
      - {code: print(3),
         mistake: Three.}

  - id: two
    kind: open
    prompt: A plain text
      on two lines,

      and a paragraph.
    answer: |2
         indented
    points:
      - text: a
        unproven: b
# The end.
"""


def test_a_messy_file() -> None:
    tidy = laid_out(parse_text("", MESSY))
    assert tidy == TIDY
    assert laid_out(parse_text("", tidy)) == tidy


def documents() -> list[Document]:
    """Every file of the shipped bank, and of the tests, that is YAML."""
    found = []
    for path in FILES:
        try:
            found.append(parse(str(path.relative_to(ROOT)), path.read_bytes()))
        except SourceError:
            continue
    return found


DOCUMENTS = documents()


def keeps(document: Document) -> str:
    """The layout of a file, which says the same, and is its own layout."""
    text = laid_out(document)
    again = parse_text(document.path, text)
    assert meaning(again.data) == meaning(document.data)
    assert laid_out(again) == text
    return text


def test_every_file_of_the_banks_keeps_its_meaning() -> None:
    assert len(DOCUMENTS) > 400
    for document in DOCUMENTS:
        text = keeps(document)
        loaded, before = (load_source(typed_file(each.encode(), None)).quiz for each in (text, document.text))
        models = [quiz and (quiz.header, [item.block for item in quiz.items]) for quiz in (loaded, before)]
        assert models[0] == models[1], document.path


SMALL = {document.path: document for document in DOCUMENTS if len(document.lines) < 150}
"""By path, because hypothesis writes out what it draws, and a document is long."""


@given(st.sampled_from(sorted(SMALL)), st.integers(0, 10**6))
def test_a_file_in_any_disorder_keeps_its_meaning(path: str, seed: int) -> None:
    """Twice the indentation, spaces at ends and after colons, empty lines, comments."""
    document = SMALL[path]
    draw = random.Random(seed)
    wide = draw.random() < 0.5
    lines = []
    starts = {span.line for span in document.keys.values()}
    for number, line in enumerate(document.lines, 1):
        indent = len(line) - len(line.lstrip(" "))
        text = " " * indent * 2 + line.lstrip(" ") if wide else line
        begins = line.lstrip(" -").split(":")[0].isidentifier() and number in starts
        if begins and draw.random() < 0.2:
            lines += draw.choice((["", ""], ["   ", ""], ["# A remark."], [" " * indent + "# A remark.", ""]))
        lines.append(text)
    try:
        messy = parse_text(document.path, "\n".join(lines))
    except SourceError:
        return  # a comment in the middle of a text
    keeps(messy)


@given(st.sampled_from(sorted(SMALL)), st.sampled_from([2, 4, 7]), st.sampled_from([20, 80, 1000]))
def test_a_file_of_another_writer_keeps_its_meaning(path: str, indent: int, width: int) -> None:
    data = yaml.load(SMALL[path].text, yaml.BaseLoader)
    text = yaml.dump(data, indent=indent, width=width, allow_unicode=True, sort_keys=False)
    keeps(parse_text("", text))


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(LayoutError, match="line 4 begins a list item whose dash is on another line"):
        laid_out(parse_text("", "quiz: a\nblocks:\n  -\n    id: b\n"))
    assert laid_out(parse_text("", "quiz: a\nblocks:\n  - id: b\n")) == "quiz: a\nblocks:\n  - id: b\n"


# The command


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "messy.yaml").write_text(MESSY)
    (folder / "tidy.yaml").write_text(TIDY)
    return tmp_path


def test_command(bank: Path) -> None:
    messy = bank / "questions/messy.yaml"
    check = quizproof("fmt", "--check", cwd=bank)
    assert (check.returncode, check.stdout) == (1, "questions/messy.yaml would change\n")
    diff = quizproof("fmt", "--diff", cwd=bank)
    assert diff.returncode == 1
    assert "\n+    kind: predict-output\n" in diff.stdout
    assert messy.read_text() == MESSY
    done = quizproof("fmt", cwd=bank)
    assert (done.returncode, done.stdout) == (0, "questions/messy.yaml\n")
    assert messy.read_text() == TIDY
    again = quizproof("fmt", "--check", cwd=bank)
    assert (again.returncode, again.stdout) == (0, "")


def test_command_leaves_alone_what_it_cannot_read(bank: Path) -> None:
    (bank / "questions/broken.yaml").write_text("quiz: [\n")
    done = quizproof("fmt", cwd=bank)
    assert done.returncode == 2
    assert "questions/broken.yaml:2:1 is left alone" in done.stderr
    assert (bank / "questions/broken.yaml").read_text() == "quiz: [\n"
    assert (bank / "questions/messy.yaml").read_text() == TIDY


def test_command_on_standard_input(tmp_path: Path) -> None:
    done = quizproof("fmt", "-", cwd=tmp_path, stdin=MESSY)
    assert (done.returncode, done.stdout) == (0, TIDY)
    broken = quizproof("fmt", "-", cwd=tmp_path, stdin="quiz: [\n")
    assert (broken.returncode, broken.stdout) == (2, "quiz: [\n")


def test_shipped_bank_is_laid_out() -> None:
    for path in sorted((ROOT / "questions").rglob("*.yaml")):
        assert laid_out(parse(path.name, path.read_bytes())).encode() == path.read_bytes(), path
