"""Advice on how items are written: each rule finds its fault, and is silent beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quizproof import rules
from quizproof.displays import Code, Display, Option, Options, Prose
from quizproof.loading.load import load_bank
from quizproof.proving.advice import advise

if TYPE_CHECKING:
    from conftest import ProveBank, ProveText

NEW = ("QP308", "QP309", "QP310", "QP311", "QP312", "QP313", "QP314")


def advice(report: object, *codes: str) -> list[tuple[str, int]]:
    """The codes and lines of what was advised against, and nothing else may be wrong."""
    found = [(finding.code, finding.span.line) for finding in report.findings]  # type: ignore[attr-defined]
    return [each for each in found if each[0] in (codes or NEW)]


CHOICE = """
- id: {name}
  kind: choice
  prompt: {stem}
  options:
    - text: {key}
      key: true
      proof: assert 1 + 1 == 2
    - text: {first}
      refute: assert 1 + 1 == 2
      mistake: No.
    - text: {second}
      refute: assert 1 + 1 == 2
      mistake: No.
"""


def choice(key: str, first: str, second: str, stem: str = "What is true?", name: str = "one") -> str:
    return CHOICE.format(name=name, stem=stem, key=key, first=first, second=second)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("It scales.", "It never scales.", "It scales all."), "QP310"),
        (("It never scales.", "It never moves.", "It freezes all."), ""),
        (("It scales.", "It never scales.", "It moves."), ""),
    ],
    ids=["absolute", "the-key-as-well", "one-of-two"],
)
def test_absolute_words(prove_text: ProveText, options: tuple[str, str, str], code: str) -> None:
    assert [found for found, _ in advice(prove_text(choice(*options)))] == [code] * bool(code)


STATEMENTS = ("It has no length.", "It is a list.")


def advised(stem: str, *options: str, code: str = "") -> list[str]:
    """The codes of what is advised against in a choice between texts."""
    shown = tuple(
        Option(name, Prose(text), correct=name == "a", feedback="So it is.")
        for name, text in zip("abcd", options or STATEMENTS, strict=False)
    )
    prompt = (Prose(stem), Code(code)) if code else (Prose(stem),)
    return [advice.rule for advice in advise(Display(prompt, Options(shown)))]


@pytest.mark.parametrize(
    ("stem", "is_negated"),
    [
        ("Which of these is not a list?", True),
        ("Which of these is **not** a list?", False),
        ("Which of these __is not__ a list?", False),
        ("Which of these is NOT a list?", False),
        ("**Which of these is not a list?**", True),
        ("What does `not xs` give for an empty list?", False),
        ("What is ``1 not in `xs` ``?", False),
        ("What does `xs` not have?", True),
        ("Which statement is false?", True),
        ("Which of these statements about lists are wrong?", True),
        ("Which of the following is untrue?", True),
        ("Which statement is **false**?", False),
        ("Which statement is `False`?", False),
        ("Which line of the program is wrong?", False),
        ("What is wrong?", False),
        ("Which statement is true?", False),
    ],
)
def test_negated_stem(stem: str, is_negated: bool) -> None:
    assert advised(stem) == [rules.NEGATED_STEM] * is_negated


def test_values_may_be_false() -> None:
    """Where options are values, a stem that asks which one is false asks nothing negative."""
    assert advised("Which of these is false?", "`[]`", "`[0]`") == []
    assert advised("Which of these is false?") == [rules.NEGATED_STEM]


@pytest.mark.parametrize(
    ("option", "is_positional"),
    [
        ("None of these.", True),
        ("None of these is right.", True),
        ("None of these items is kept.", False),
        ("None of these `xs` is kept.", False),
        ("All of the other layers.", False),
        ("Both of the above.", True),
        ("Both B and C", True),
        ("Options 1 and 3.", True),
        ("Option B.", True),
        ("The option a user gave.", False),
        ("The first answer is right.", True),
        ("The first answer is kept.", False),
        ("It prints `all of the above`.", False),
    ],
)
def test_positional_option(option: str, is_positional: bool) -> None:
    assert advised("What happens?", option, "It ends.") == [rules.POSITIONAL_OPTION] * is_positional


def test_letters_that_are_names_of_the_program_are_no_options() -> None:
    text = "Both A and B at once, as they are merged."
    others = ("One of them is, then the other.", "Neither, as they clash.")
    assert advised("Where does `f` come from?", text, *others, code="class C(A, B): pass") == []
    assert advised("Of `class C(A, B)`, what is first?", text, *others) == []
    assert advised("What comes first?", text, *others, code="class C(A): pass") == [rules.POSITIONAL_OPTION]


STEM = "Which layer stores running averages during training?"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("The layer whose averages are running.", "A dropout.", "A pooling."), "QP311"),
        (("The layer whose averages are running.", "A layer that drops.", "A pooling."), ""),
        (("The `layer` whose `averages` are `running`.", "A dropout.", "A pooling."), ""),
        (("A batch norm.", "A dropout.", "A pooling."), ""),
    ],
    ids=["echo", "a-distractor-as-well", "code", "none"],
)
def test_stem_echo(prove_text: ProveText, options: tuple[str, str, str], code: str) -> None:
    assert [found for found, _ in advice(prove_text(choice(*options, stem=STEM)))] == [code] * bool(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A m\u043edel.", "QP313"),  # Cyrillic
        ("A mo\u200bdel.", "QP313"),
        ("A model.", ""),
        ("\u041c\u043e\u0434\u0435\u043b\u044c, größer, naïve, \u0394x and \u03bc.", ""),
        ("A family: \U0001f468\u200d\U0001f469.", ""),  # the joiner makes one picture of several
    ],
    ids=["cyrillic", "without-width", "plain", "other-scripts", "joined"],
)
def test_unseen_characters(prove_text: ProveText, text: str, code: str) -> None:
    report = prove_text(choice("It is two.", "It is three.", "It is four.", stem=text))
    assert advice(report) == ([(code, 8)] if code else [])


@pytest.mark.parametrize(
    ("stem", "printed", "code"),
    [
        ("What is printed?", "a b", "QP314"),
        ("How many spaces are printed?", "a b", ""),
        ("What is printed?", "ab", ""),
    ],
)
def test_spacing_alone(prove_text: ProveText, stem: str, printed: str, code: str) -> None:
    text = f"""
    - id: one
      kind: predict-output
      prompt: {stem}
      code: print("a  b")
      distractors:
        - prints: {printed}
          mistake: No.
    """
    assert [found for found, _ in advice(prove_text(text))] == [code] * bool(code)


def test_options_equal_but_for_look_quotes_and_order_are_errors(prove_text: ProveText) -> None:
    """These need no advice: the question has two right options."""
    for code, prints in (('["a"]', '["a"]'), ("{1, 2}", "{2, 1}")):
        text = f"""
        - id: one
          kind: predict-output
          prompt: What is printed?
          code: 'print({code})'
          distractors:
            - prints: '{prints}'
              mistake: No.
        """
        assert [finding.code for finding in prove_text(text).findings] == ["QP202"]
    alike = prove_text(choice("A model.", "A m\u043edel.", "Another."))
    assert "QP206" in [finding.code for finding in alike.findings]


def test_key_in_one_place(prove_text: ProveText) -> None:
    blocks = [choice(f"A {n}.", f"B {n}.", f"C {n}.", name=f"q{n}") for n in range(6)]
    # First is where authors write the key who leave the order to the shuffling.
    assert advice(prove_text("".join(blocks))) == []
    blocks = [
        "    - text: ".join((parts[0], parts[2], parts[1], parts[3]))
        for parts in (b.split("    - text: ") for b in blocks)
    ]
    (found,) = [each for each in prove_text("".join(blocks)).findings if each.code in NEW]
    assert (found.code, found.block, found.span.line) == (rules.KEY_PLACE, "q0", 13)
    assert "the key is option b in all 6 choices" in found.message
    assert advice(prove_text("".join(blocks[:5]))) == []
    lines = blocks[5].split("    - text: ")
    moved = "    - text: ".join([lines[0], lines[2], lines[1], lines[3]])
    assert advice(prove_text("".join([*blocks[:5], moved]))) == []


def numeric(name: str, key: int, *others: int) -> str:
    wrong = "".join(f"    - prints: {n}\n      mistake: No.\n" for n in others)
    return f"""
- id: {name}
  kind: predict-output
  prompt: What is printed?
  code: print({key})
  distractors:
{wrong}"""


def test_key_always_in_the_middle(prove_text: ProveText) -> None:
    middle = [numeric(f"q{n}", 10 * n + 5, 10 * n, 10 * n + 9) for n in range(1, 5)]
    (found,) = [each for each in prove_text("".join(middle)).findings if each.code in NEW]
    assert (found.code, found.block) == (rules.MIDDLE_KEY, "q1")
    assert "in all 4 choices between numbers" in found.message
    assert advice(prove_text("".join(middle[:3]))) == []
    assert advice(prove_text("".join([*middle[:3], numeric("q4", 45, 46, 47)]))) == []


LONG = """\
quiz: {quiz}
title: A quiz
topic: samples
blocks:
  - id: {quiz}-one
    kind: predict-output
    prompt: A list grows in a loop, and its length is printed at the end. What does this program print?
    code: |
      numbers = []
      for number in range({count}):
          numbers.append(number{more})
      print(len(numbers), sum(numbers))
"""


def test_near_duplicates_in_a_bank(tmp_path: Path, prove_warm: ProveBank) -> None:
    """In another file, and with other numbers; the later one is told, once it is proven, and by a cache as well."""

    def found(*quizzes: str) -> list[tuple[str, str | None, str]]:
        for old in tmp_path.glob("*.yaml"):
            old.unlink()
        for index, quiz in enumerate(quizzes):
            (tmp_path / f"{index}.yaml").write_text(quiz)
        report = prove_warm(load_bank([tmp_path]))
        return [(each.code, each.block, each.message) for each in report.findings]

    first, twin = LONG.format(quiz="a", count=3, more=""), LONG.format(quiz="b", count=7, more="")
    ((code, block, message),) = found(first, twin)
    assert (code, block) == (rules.NEAR_DUPLICATE, "b-one")
    assert "the same as `a-one` at " in message
    assert found(first, LONG.format(quiz="b", count=3, more=" * number")) == []
    short = "quiz: {q}\ntitle: T\ntopic: t\nblocks:\n  - {{id: {q}-x, kind: number, prompt: Six?, value: 6 * {n}}}\n"
    assert found(short.format(q="a", n=7), short.format(q="b", n=8)) == []
