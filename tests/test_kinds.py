"""Each kind: a good sample is proven, and samples that lie are refuted for the right reason at the right line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizproof.displays import Code, LineInput, NumberInput, Options, Output, Prose, TextInput
from quizproof.kinds.registry import BUILT_IN, kind_of, kinds
from quizproof.marking.mark import mark

if TYPE_CHECKING:
    from conftest import CatchLie, ProveText
    from quizproof.displays import Display
    from quizproof.proof import Report

CHOICE = """
- id: q
  kind: choice
  prompt: Which code appends 3?
  setup: |
    items = [1, 2]
  check: |
    assert items == [1, 2, 3]
  options:
    - code: items.append(3)
      key: true
    - code: items + [3]
      mistake: Makes a new list and drops it.
      happens: runs silently
    - code: items.add(3)
      mistake: That is a method of sets.
      happens: "AttributeError: no attribute 'add'"
"""

STATEMENTS = """
- id: q
  kind: choice
  prompt: What is true of lists?
  setup: |
    items = [1]
  options:
    - text: They can grow.
      key: true
      proof: |
        items.append(2)
        assert len(items) == 2
    - text: They are hashable.
      mistake: Only immutable containers are.
      refute: |
        try:
            hash(items)
        except TypeError:
            failed = True
        assert failed
    - text: They are elegant.
      mistake: Said by some.
      unproven: A matter of taste.
"""

OUTPUTS = """
- id: q
  kind: choice
  prompt: What is printed?
  code: |
    print(1 / 3)
  tolerance: 0.001
  options:
    - prints: 0.333
      key: true
    - prints: 0
      mistake: That is floor division.
"""

PREDICT = """
- id: q
  kind: predict-output
  prompt: What is printed?
  code: |
    items = [{{ n }}] * 2
    print(len(items))
  params: {n: [5, 7]}
  distractors:
    - code: print(items)
      mistake: Prints the list.
    - prints: "{{ n }}"
      mistake: Reads the value as the length.
  explanation: It prints {{ stdout }}, for any n such as {{ n }}.
"""

EXCEPTION = """
- id: q
  kind: predict-output
  prompt: Which exception does it raise?
  asks: exception
  code: |
    print([][0])
  distractors:
    - raises: KeyError
      mistake: For mappings.
    - prints: None
      mistake: For dict.get.
"""

NUMBER = """
- id: q
  kind: number
  prompt: What is the precision?
  setup: |
    tp, fp, fn = 85, 10, 15
  value: tp / (tp + fp)
  tolerance: 0.005
  unit: "%"
  mistakes:
    - expression: tp / (tp + fn)
      mistake: That is the recall.
    - value: 0.5
      mistake: A guess.
  facts:
    recall: tp / (tp + fn)
  explanation: Precision is {{ stated('0.895', value) }} and recall {{ recall }}.
"""

FIND_BUG = """
- id: q
  kind: find-bug
  prompt: Which line is wrong?
  setup: |
    data = [1, 2, 3]
  code: |
    total = 0
    for x in data:
        total = x
    mean = total / len(data)
  fix: |
    total = 0
    for x in data:
        total += x
    mean = total / len(data)
  check: |
    assert mean == 2
  happens: runs silently
  mistakes:
    - line: 4
      mistake: Dividing by the length is right.
"""

GOOD = {
    "choice-code": CHOICE,
    "choice-statements": STATEMENTS,
    "choice-outputs": OUTPUTS,
    "predict-output": PREDICT,
    "predict-exception": EXCEPTION,
    "number": NUMBER,
    "find-bug": FIND_BUG,
}


def display(report: Report, variant: int = 0) -> Display:
    shown = report.blocks[0].variants[variant].display
    assert shown is not None
    return shown


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_good_samples_are_proven(prove_text: ProveText, text: str) -> None:
    """The acceptance beside every refusal below: no finding, and nothing refuted."""
    report = prove_text(text)
    assert [(f.code, f.message) for f in report.findings] == []
    assert report.status == "proven"
    assert {claim.verdict for claim in report.blocks[0].claims} <= {"proven", "unproven"}


LIES = [
    # sample, text to replace, lie, code, line in the file, message
    (
        "choice-code",
        "items.append(3)",
        "items.append(4)",
        "QP201",
        14,
        "key a: the key fails the check: `assert items == [1, 2, 3]`",
    ),
    (
        "choice-code",
        "items + [3]",
        "items += [3]",
        "QP202",
        16,
        "distractor b: this distractor passes the check",
    ),
    (
        "choice-code",
        "items + [3]",
        "print(items + [3])",
        "QP203",
        18,
        "distractor b: `happens: runs silently` is not what happened: it printed '[1, 2, 3]'",
    ),
    (
        "choice-code",
        "no attribute 'add'",
        "no attribute 'append'",
        "QP203",
        21,
        "distractor c: `happens: AttributeError: no attribute 'append'` is not what happened: "
        "it raised AttributeError: 'list' object has no attribute 'add'",
    ),
    ("choice-code", "items == [1, 2, 3]", "len(items) > 1", "QP205", 12, "the check passes although"),
    (
        "choice-code",
        "assert items == [1, 2, 3]",
        "if items != [1, 2, 3]: raise SystemExit",
        "QP208",
        12,
        "the check itself raised SystemExit",
    ),
    (
        "choice-code",
        "items + [3]",
        "itmes + [3]",
        "QP203",
        18,
        "distractor b: `happens: runs silently` is not what happened: it raised NameError",
    ),
    (
        "choice-code",
        "items + [3]\n      mistake: Makes a new list and drops it.\n      happens: runs silently",
        "itmes + [3]\n      mistake: Makes a new list and drops it.",
        "QP207",
        16,
        "distractor b: it failed by NameError: name 'itmes' is not defined",
    ),
    (
        "choice-code",
        "items.add(3)\n      mistake: That is a method of sets.\n      happens: \"AttributeError: no attribute 'add'\"",
        "items.apend(3)\n      mistake: That is a typing error.",
        "QP207",
        19,
        "it failed by AttributeError: 'list' object has no attribute 'apend', which looks like an accident",
    ),
    ("choice-code", "items = [1, 2]", "items = [1, 2", "QP113", 10, "SyntaxError: '[' was never closed"),
    ("choice-code", "items = [1, 2]", "items = [1, 2][9]", "QP209", 10, "the setup raised IndexError"),
    ("choice-code", "items + [3]", "items.append(3) ", "QP202", 16, "this distractor passes the check"),
    (
        "choice-statements",
        "items.append(2)",
        "items.append(2, 3)",
        "QP208",
        15,
        "the proof itself raised TypeError",
    ),
    (
        "choice-statements",
        "len(items) == 2",
        "len(items) == 3",
        "QP212",
        16,
        "key a: the statement's proof does not pass",
    ),
    ("choice-statements", "hash(items)", "hash(())", "QP208", 24, "the refutation itself raised NameError"),
    (
        "choice-statements",
        "assert failed",
        "assert not failed",
        "QP212",
        24,
        "distractor b: the refutation does not refute: `assert not failed`",
    ),
    (
        "choice-statements",
        "assert len(items) == 2",
        "len(items)",
        "QP204",
        15,
        "the proof executed no assertion",
    ),
    (
        "choice-statements",
        "They are elegant.",
        "They can grow.",
        "QP206",
        25,
        "two options are the same: 'They can grow.'",
    ),
    (
        "choice-outputs",
        "prints: 0.333",
        "prints: 0.34",
        "QP201",
        13,
        "key a: the key is not what the program prints",
    ),
    (
        "choice-outputs",
        "prints: 0\n",
        "prints: 0.3335\n",
        "QP202",
        15,
        "distractor b: this distractor is what the program prints, within",
    ),
    ("choice-outputs", "1 / 3", "1 / 0", "QP213", 10, "the program raised ZeroDivisionError"),
    ("predict-output", "print(len(items))", "len(items)", "QP214", 10, "key: the program prints nothing"),
    ("predict-output", "print(len(items))", "print(len(item))", "QP213", 11, "the program raised NameError"),
    (
        "predict-output",
        "[5, 7]",
        "[5, 2]",
        "QP202",
        16,
        "distractor 2: this distractor is the right answer (with n=2)",
    ),
    (
        "predict-output",
        "code: print(items)",
        "code: print(2)",
        "QP202",
        14,
        "distractor 1: this distractor is the right answer",
    ),
    (
        "predict-output",
        "code: print(items)",
        "code: print(n)",
        "QP213",
        14,
        "the distractor's code raised NameError",
    ),
    (
        "predict-output",
        "code: print(items)",
        "code: x = 1",
        "QP214",
        14,
        "distractor 1: the distractor's code prints no",
    ),
    ("predict-output", "{{ stdout }}", "{{ stdin }}", "QP116", 18, "`{{ stdin }}`: 'stdin' is undefined"),
    (
        "predict-output",
        "{{ stdout }}",
        "{{ stated('3', stdout) }}",
        "QP218",
        18,
        "the text states 3, but the run gave 2",
    ),
    (
        "predict-output",
        'prints: "{{ n }}"',
        'prints: "[5, 5]"',
        "QP206",
        16,
        "two options are the same: '[5, 5]', as on line 14 (with n=5)",
    ),
    ("predict-exception", "[][0]", "[0][0]", "QP214", 11, "key: the program raises nothing"),
    (
        "predict-exception",
        "raises: KeyError",
        "raises: IndexError",
        "QP202",
        13,
        "this distractor is the right answer",
    ),
    (
        "predict-exception",
        "asks: exception",
        "answer: KeyError",
        "QP213",
        11,
        "the program raised IndexError",
    ),
    ("number", "tolerance: 0.005", "tolerance: 0", "QP217", 11, "key: the value is 0.894736842"),
    (
        "number",
        "value: tp / (tp + fp)",
        "value: '[tp, fp]'",
        "QP217",
        11,
        "key: the value is [85, 10], not one finite",
    ),
    (
        "number",
        "value: tp / (tp + fp)",
        "value: tp / 0",
        "QP217",
        11,
        "the expression raised ZeroDivisionError",
    ),
    (
        "number",
        "value: 0.5",
        "value: 0.886",
        "QP202",
        17,
        "mistake 2: this mistake is within twice the tolerance",
    ),
    ("number", "value: 0.5", "value: 0.893", "QP202", 17, "mistake 2: this mistake gives a right answer"),
    ("number", "value: 0.5", "value: 0.852", "QP206", 17, "two mistakes lie within the tolerance of each other: 0.85"),
    ("number", "'0.895'", "'0.90'", "QP218", 21, "the text states 0.90, but the run gave 0.894737"),
    ("number", "recall: tp / (tp + fn)", "recall: tp / zero", "QP220", 20, "a fact raised NameError"),
    (
        "find-bug",
        "total = x",
        "total += x",
        "QP215",
        12,
        "bug: the check passes on the program that should have",
    ),
    (
        "find-bug",
        "total += x",
        "total -= x",
        "QP216",
        17,
        "fix: the fixed program fails the check: `assert mean == 2`",
    ),
    (
        "find-bug",
        "happens: runs silently",
        "happens: TypeError",
        "QP203",
        23,
        "bug: `happens: TypeError` is not what happened",
    ),
    ("find-bug", "line: 4", "line: 3", "QP219", 25, "mistake 1: line 3 is the bug: the fix changes it"),
    (
        "find-bug",
        "line: 4",
        "line: 9",
        "QP219",
        25,
        "mistake 1: `code` has no line 9 to suspect; it has 4 lines",
    ),
    ("find-bug", "mean == 2", "data == [1, 2, 3]", "QP205", 22, "check can fail: the check passes although"),
]


@pytest.mark.parametrize(
    ("sample", "old", "new", "code", "line", "message"),
    LIES,
    ids=[f"{s}-{c}-{i}" for i, (s, _, _, c, _, _) in enumerate(LIES)],
)
def test_lies_are_refuted(
    catch_lie: CatchLie, sample: str, old: str, new: str, code: str, line: int, message: str
) -> None:
    """One edit makes a good sample lie, and the finding says which lie, where."""
    assert catch_lie(GOOD[sample], old, new, code, line, message).blocks[0].status == "refuted"


def test_choice_shows_what_each_option_did(prove_text: ProveText) -> None:
    """Options keep their truth, feedback and the evidence of their own run."""
    shown = display(prove_text(CHOICE))
    assert isinstance(shown.input, Options)
    assert not shown.input.multiple
    told = [(o.id, o.correct, o.content, o.evidence and o.evidence.summary) for o in shown.input.options]
    assert told == [
        ("a", True, Code("items.append(3)"), "Runs, and the check passes."),
        ("b", False, Code("items + [3]"), "Runs without an error, but the check fails."),
        ("c", False, Code("items.add(3)"), "Raises AttributeError."),
    ]
    evidence = shown.input.options[2].evidence
    assert evidence is not None
    assert evidence.traceback.endswith("AttributeError: 'list' object has no attribute 'add'")
    assert shown.answer == "items.append(3)"


def test_statements_keep_their_reason(prove_text: ProveText) -> None:
    """An unproven statement is counted and keeps its reason; the others show the program behind them."""
    report = prove_text(STATEMENTS)
    shown = display(report)
    assert isinstance(shown.input, Options)
    assert [o.unproven for o in shown.input.options] == ["", "", "A matter of taste."]
    assert shown.input.options[0].evidence is not None
    assert "items.append(2)" in shown.input.options[0].evidence.code
    assert report.summary.unproven == 1
    assert report.blocks[0].status == "unproven"
    assert report.status == "proven"


def test_predicted_output_is_derived_for_every_variant(prove_text: ProveText) -> None:
    """The key and the distractors come from runs with that variant's parameters, and so does the prose."""
    report = prove_text(PREDICT)
    shown = [variant.display for variant in report.blocks[0].variants]
    assert [d.answer for d in shown if d] == ["2", "2"]
    second = display(report, 1)
    assert isinstance(second.input, Options)
    assert [o.content for o in second.input.options] == [Output("2"), Output("[7, 7]"), Output("7")]
    assert second.solution == (Prose("It prints 2, for any n such as 7."),)


def test_predicted_exception_is_an_option(prove_text: ProveText) -> None:
    """An exception and an output can stand beside each other."""
    shown = display(prove_text(EXCEPTION))
    assert isinstance(shown.input, Options)
    assert [o.content for o in shown.input.options] == [
        Prose("Raises `IndexError`"),
        Prose("Raises `KeyError`"),
        Output("None", "Ends normally, and prints"),
    ]


def test_without_distractors_the_reader_types(prove_text: ProveText) -> None:
    """`predict-output` without distractors asks for text, and so it does with `input: type`."""
    assert display(prove_text(PREDICT[: PREDICT.index("  params")].replace("{{ n }}", "5"))).input == TextInput("2")
    typed = display(prove_text(PREDICT.replace("kind: predict-output", "kind: predict-output\n  input: type"))).input
    assert isinstance(typed, TextInput)
    assert [(m.value, m.feedback) for m in typed.mistakes] == [
        ("[5, 5]", "Prints the list."),
        ("5", "Reads the value as the length."),
    ]


def test_number_carries_its_tolerance_and_mistakes(prove_text: ProveText) -> None:
    """The key is the run's value; mistakes by expression are computed too; prose quotes both."""
    shown = display(prove_text(NUMBER))
    assert isinstance(shown.input, NumberInput)
    assert (shown.input.value, shown.input.tolerance, shown.input.unit) == (85 / 95, 0.005, "%")
    assert [m.value for m in shown.input.mistakes] == ["0.85", "0.5"]
    assert shown.solution == (Prose("Precision is 0.895 and recall 0.85."),)


@pytest.mark.parametrize(
    ("code", "fix", "lines"),
    [
        ("a = 1\nb = 2\n", "a = 1\nb = 3\n", (2,)),
        ("a = 1\nb = 2\nc = 3\n", "a = 1\nc = 3\n", (2,)),
        ("a = 1\nc = 3\n", "a = 1\nb = 2\nc = 3\n", (1, 2)),
        ("b = 2\n", "a = 1\nb = 2\n", (1,)),
        ("a = 1\nb = 2\nc = 3\nd = 4\n", "a = 9\nb = 2\nc = 3\nd = 9\n", (1, 4)),
    ],
    ids=["changed", "removed", "inserted", "inserted-first", "two"],
)
def test_bug_lines_are_the_difference(prove_text: ProveText, code: str, fix: str, lines: tuple[int, ...]) -> None:
    """Changed and removed lines are the bug; where a line is missing, its neighbours are."""
    text = (
        "- id: q\n  kind: find-bug\n  prompt: Which line?\n  happens: runs silently\n"
        f"  code: |\n    {code.strip().replace(chr(10), chr(10) + '    ')}\n"
        f"  fix: |\n    {fix.strip().replace(chr(10), chr(10) + '    ')}\n"
        f"  check: |\n    state = dict(globals())\n"
        f"    assert {{k: state.get(k) for k in 'abcd'}} == {expected(fix)!r}\n"
    )
    report = prove_text(text)
    assert report.findings == ()
    shown = display(report).input
    assert isinstance(shown, LineInput)
    assert shown.correct == lines


def expected(fix: str) -> dict[str, int | None]:
    values = dict(line.split(" = ") for line in fix.strip().split("\n"))
    return {name: int(values[name]) if name in values else None for name in "abcd"}


def test_several_keys(prove_text: ProveText) -> None:
    """With several keys, each is proven, and all must be chosen."""
    text = CHOICE.replace(
        "items + [3]\n      mistake: Makes a new list and drops it.\n      happens: runs silently",
        "items += [3]\n      key: true",
    )
    shown = display(prove_text(text))
    assert isinstance(shown.input, Options)
    assert shown.input.multiple
    assert shown.answer == "items.append(3)\nitems += [3]"


def test_swallowed_assertion_shows_nothing(prove_text: ProveText) -> None:
    """An assertion that failed and was caught does not count as one that was made."""
    lie = """
        - id: q
          kind: choice
          prompt: What is true?
          options:
            - text: One is two.
              key: true
              proof: |
                x = 1
                try:
                    assert x == 2
                except AssertionError:
                    pass
            - text: One is one.
              mistake: It is.
              refute: |
                x = 1
                try:
                    assert x != 1
                except AssertionError:
                    pass
    """
    assert [f.code for f in prove_text(lie).findings] == ["QP204", "QP204"]


def test_parts_keep_each_others_patches(prove_text: ProveText) -> None:
    """What a setup changes in a module that the engine needs too, the code after it sees."""
    text = """
        - id: q
          kind: predict-output
          prompt: What is printed?
          setup: |
            import os, builtins
            os.cpu_count = lambda: 1234
            builtins.answer = 42
          code: |
            import os
            print(os.cpu_count(), answer)
    """
    assert prove_text(text).blocks[0].answer == "1234 42"


@pytest.mark.parametrize("value", ["12345.678", "1000000.4", "2 ** 62", "1 / 3", "1e-7", "123456789.123"])
def test_shown_key_earns_the_mark(prove_text: ProveText, value: str) -> None:
    """The key as it is shown to the reader is a right response."""
    text = f"- {{id: q, kind: number, prompt: How much?, value: {value}, tolerance: 0.00000001}}"
    shown = display(prove_text(text)).input
    assert isinstance(shown, NumberInput)
    assert mark(shown, shown.display).correct


def test_parameters_reach_code_exactly(prove_text: ProveText) -> None:
    """A float stays a float in code, with all its digits, and is shortened in prose only."""
    text = """
        - id: q
          kind: predict-output
          prompt: What is printed?
          params: {a: [1.0, 1234567.0]}
          code: print({{ a }})
          explanation: It is {{ a }}.
    """
    assert [v.display and v.display.answer for v in prove_text(text).blocks[0].variants] == ["1.0", "1234567.0"]


def test_each_kind_is_found_alone_and_among_all() -> None:
    """The names in the registry are those of the classes; what is not installed is none."""
    assert {name: kind_of(name) for name in BUILT_IN} == {n: kind for n, kind in kinds().items() if n in BUILT_IN}
    assert all(kind.kind_name == name for name, kind in kinds().items())
    assert kind_of("essay") is None
