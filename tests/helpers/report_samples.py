"""Reports made by hand, for tests of what shows them. No engine is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quizproof import displays
from quizproof.findings import DataPath, Finding, Span
from quizproof.kinds.base import Question
from quizproof.kinds.questions.choice import Choice, Option
from quizproof.kinds.questions.find_bug import FindBug
from quizproof.kinds.questions.number import NumberQuestion
from quizproof.kinds.questions.predict_output import PredictOutput
from quizproof.loading.quiz import Quiz
from quizproof.proof import BlockProof, Ignored, JudgedClaim, QuizProof, Report, Totals, VariantProof
from quizproof.quizfile.header import Header
from quizproof.quizfile.yaml_document import parse
from quizproof.verdicts import Verdict

RUNTIMES = {"torch": {"python": "3.11.7", "torch": "2.13.0", "numpy": "2.4.6"}}

FREEZING = """\
quiz: freezing-layers
title: Freezing layers in PyTorch
topic: freezing-layers
runtime: torch
minutes: 8
blocks:
  - id: trainable-tensors
    kind: predict-output
    prompt: What does this program print?
    code: |
      import torch.nn as nn
      model = nn.Sequential(nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 2))
      for p in model[0].parameters():
          p.requires_grad = False
      print(sum(p.numel() for p in model.parameters() if p.requires_grad))
    answer: 10
    distractors:
      - mistake: Counts the frozen layer too.
        code: print(sum(p.numel() for p in model.parameters()))

  - id: freeze-two-of-three
    kind: choice
    prompt: Which code freezes `layer1` and `layer2` only?
    check: assert not model.layer1.weight.requires_grad
    options:
      - code: |
          for layer in (model.layer1, model.layer2):
              layer.requires_grad_(False)
        key: true
      - code: model.layer1.requires_grad = False
        mistake: Sets an unused attribute on the module. Nothing is frozen, and nothing warns you.
      - code: model.freeze_layers(["layer1", "layer2"])
        happens: TypeError
        mistake: There is no such method.
"""

METRICS = """\
quiz: metrics
title: "Confusion matrices: 混同行列"
topic: metrics
runtime: torch
blocks:
  - id: precision
    kind: number
    prompt: What is the precision?
    value: 85 / 95
    tolerance: 0.005
"""

EVIL = METRICS.replace('"Confusion matrices: 混同行列"', '"[red]evil[/red] \\x1b]0;title\\x07"')

SOURCES = {
    "questions/freezing.yaml": FREEZING,
    "questions/metrics.yaml": METRICS,
    "questions/a,b:100%.yaml": EVIL,
}
"""The files that findings quote, by their paths."""


def quiz(text: str = FREEZING, path: str = "questions/freezing.yaml", **header: Any) -> Quiz:
    """A quiz whose document is real and whose items nobody looks at."""
    document = parse(path, text.encode())
    given = {k: v for k, v in document.data.items() if k != "blocks"} | header
    return Quiz(Header.model_validate(given), (), document)


def claims(*verdicts: Verdict, line: int = 10) -> tuple[JudgedClaim, ...]:
    """A claim for each verdict: the key, then distractors."""
    names = ["key", *(f"distractor {n}" for n in range(1, 100))]
    return tuple(JudgedClaim(name, verdict, line) for name, verdict in zip(names, verdicts, strict=False))


def proof(question: Question, *variants: VariantProof, findings: tuple[Finding, ...] = ()) -> BlockProof:
    """A question's proof."""
    answer = next((variant.display.answer for variant in variants[:1] if variant.display), None)
    return BlockProof(question.id, question.kind, question.title, question.prompt, 7, answer, variants, findings)


def file(
    of: Quiz,
    *questions: BlockProof,
    findings: tuple[Finding, ...] = (),
    versions: Mapping[str, str] = RUNTIMES["torch"],
) -> QuizProof:
    """The proof of a file: its questions, and what is wrong with it as a whole."""
    return QuizProof(of.path, of.header, questions, findings, versions, runs=len(questions))


def finding(
    of: Quiz,
    at: DataPath,
    code: str,
    message: str,
    advice: str = "",
    expected: str = "",
    actual: str = "",
) -> Finding:
    """A finding at a place of a quiz's document."""
    span = of.document.span(at)
    if span.end_line > span.line:
        span = Span(span.line, span.column, span.line, len(of.document.lines[span.line - 1]) + 1)
    question = str(of.document.data["blocks"][at[1]]["id"]) if len(at) > 1 else None
    return Finding(code, of.path, span, message, help=advice, block=question, expected=expected, actual=actual)


PREDICT = PredictOutput(
    kind="predict-output", id="trainable-tensors", prompt="What does this program print?", code="pass"
)
CHOICE = Choice(
    kind="choice",
    id="freeze-two-of-three",
    prompt="Which code freezes two?",
    check="assert True",
    options=(Option(code="pass", key=True), Option(code="pass")),
)
NUMBER = NumberQuestion(kind="number", id="precision", prompt="What is the precision?", value="1")
BUG = FindBug(kind="find-bug", id="wrong-line", prompt="Which line?", code="a", fix="b", check="c", happens="NameError")

TRACEBACK = """\
Traceback (most recent call last):
  File "questions/freezing.yaml", line 34, in <module>
    model.freeze_layers(["layer1", "layer2"])
    ^^^^^^^^^^^^^^^^^^^
AttributeError: 'Sequential' object has no attribute 'freeze_layers'"""

HOSTILE = "\x1b[31mred\x1b[0m\x07 \u202edesrever\u202c \r::error::gotcha [bold]markup[/bold] \x9b2J \udc80"
"""What a snippet may print to fool a terminal, a reader or a CI service."""


def report(*quizzes: QuizProof, sandbox: str = "none", runs: int = 31, cached: int = 0, seconds: float = 1.9) -> Report:
    """A report with a plain setting: no sandbox, nothing from the cache, 1.9 s."""
    totals = Totals()
    for each in quizzes:
        totals.add(each)
    return Report(quizzes, totals.result(sandbox=sandbox, runs=runs, cached=cached, seconds=seconds))


def proven() -> Report:
    """Everything is proven."""
    freezing, metrics = quiz(), quiz(METRICS, "questions/metrics.yaml")
    return report(
        file(
            freezing,
            proof(PREDICT, VariantProof({}, claims("proven", "proven"), predict_display())),
            proof(CHOICE, VariantProof({}, claims("proven", "proven", "proven", "proven"), choice_display())),
        ),
        file(metrics, proof(NUMBER, VariantProof({}, claims("proven"), number_display()))),
    )


def refuted() -> Report:
    """A false key, a wrong reason with a traceback, and a matter of style."""
    freezing, metrics = quiz(), quiz(METRICS, "questions/metrics.yaml")
    key = finding(
        freezing,
        ("blocks", 0, "answer"),
        "QP201",
        "the stated answer is not what the program does",
        advice="Drop `answer:`: it is derived.",
        expected="10",
        actual="12",
    )
    reason = finding(
        freezing,
        ("blocks", 1, "options", 2, "happens"),
        "QP203",
        "`happens: TypeError` is not what happened: it raised AttributeError: 'Sequential' object has no attribute "
        "'freeze_layers'",
        advice="State what really happens under `happens:`, or fix the code.",
        expected="TypeError",
        actual=TRACEBACK,
    )
    style = finding(freezing, ("blocks", 1, "options", 1), "QP303", "this distractor has no `mistake:`")
    return report(
        file(
            freezing,
            proof(PREDICT, VariantProof({}, claims("refuted", "proven"), None), findings=(key,)),
            proof(
                CHOICE,
                VariantProof({}, claims("proven", "unproven", "refuted", "proven"), None),
                findings=(reason, style),
            ),
        ),
        file(metrics, proof(NUMBER, VariantProof({}, claims("proven"), number_display()))),
    )


def multi_line() -> Report:
    """Outputs of several lines that differ in one."""
    freezing = quiz()
    rows = [f"layer {n}: shape ({n}, {n + 1})" for n in range(1, 9)]
    wrong = [*rows[:3], "layer 4: shape (5, 4)", *rows[4:]]
    found = finding(
        freezing,
        ("blocks", 0, "code"),
        "QP201",
        "the stated answer is not what the program does",
        expected="\n".join(wrong),
        actual="\n".join(rows),
    )
    return report(
        file(freezing, proof(PREDICT, VariantProof({}, claims("refuted"), None), findings=(found,))),
        runs=1,
        seconds=0.04,
    )


def spread() -> Report:
    """A finding that covers several lines, in a quiz whose framework is missing."""
    freezing = quiz()
    found = Finding(
        "QP901",
        freezing.path,
        Span(27, 5, 35, 24),
        "torch is not installed",
        help='Install it with `pip install "quizproof[torch]"`.',
        block="freeze-two-of-three",
    )
    return report(
        file(
            freezing,
            proof(CHOICE, VariantProof({}, claims("unverified", "unverified"), None)),
            findings=(found,),
            versions={},
        ),
        runs=0,
        seconds=0.01,
    )


def unreadable(path: str = "questions/broken.yaml") -> Report:
    """A file that could not be loaded, beside one that could."""
    metrics = quiz(METRICS, "questions/metrics.yaml")
    found = Finding(
        "QP102",
        path,
        Span(3, 12, 3, 13),
        "mapping values are not allowed here",
        help="A text with `: ` in it needs quotes.",
    )
    return report(
        file(metrics, proof(NUMBER, VariantProof({}, claims("proven"), number_display()))),
        QuizProof(path, None, file_findings=(found,)),
        runs=1,
    )


def hostile() -> Report:
    """Everything that comes from outside tries to do harm."""
    metrics = quiz(EVIL, "questions/a,b:100%.yaml", runtime="python")
    found = replace(
        finding(metrics, ("blocks", 0, "value"), "QP213", f"the program raised ValueError: {HOSTILE}\nand more"),
        help=HOSTILE,
        expected="one\ntwo\t[bold]",
        actual=f"one\n{HOSTILE}",
    )
    return report(
        file(
            metrics,
            proof(NUMBER, VariantProof({}, claims("refuted"), None), findings=(found,)),
            versions={"python": "3.11.7"},
        ),
        sandbox="namespaces",
        runs=1,
    )


def ignored() -> Report:
    """An error that the baseline has, a warning that a comment ignores, and a block that nobody has proven."""
    whole = refuted()
    freezing, metrics = whole.quizzes
    key, reason, style = freezing.findings
    blocks = tuple(replace(block, findings=()) for block in freezing.blocks)
    known = (Ignored(key, "baseline", ""), Ignored(reason, "comment", "The page of this course says so."))
    advice = Ignored(style, "comment", 'It is <obvious> & "short".')
    unsettled = replace(claims("unproven")[0], evidence={"reason": "A matter of taste."})
    taste = proof(NUMBER, VariantProof({}, (unsettled,), None))
    return report(replace(freezing, blocks=blocks, ignored=(*known, advice)), replace(metrics, blocks=(taste,)))


def predict_display() -> displays.Display:
    """Choose an output."""
    told = displays.Evidence("Runs and prints.", stdout="12\n")
    wrong = displays.Evidence(
        "What this mistake computes:", "67\n", code="print(sum(p.numel() for p in model.parameters()))"
    )
    return displays.Display(
        prompt=(
            displays.Prose("What does this program print?"),
            displays.Code(
                "import torch.nn as nn\n"
                "model = nn.Sequential(nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 2))\n"
                "for p in model[0].parameters():\n"
                "    p.requires_grad = False\n"
                "print(sum(p.numel() for p in model.parameters() if p.requires_grad))\n"
            ),
        ),
        input=displays.Options(
            (
                displays.Option("a", displays.Output("12"), True, "", told),
                displays.Option("b", displays.Output("67"), False, "Counts the frozen layer **too**.", wrong),
                displays.Option("c", displays.Output("10"), False, "Forgets the bias.", unproven="A guess of mine."),
            )
        ),
        answer="12",
        solution=(displays.Prose("Layer 2 has $5 \\times 2$ weights and 2 biases: 12 values are still trained."),),
        evidence=told,
    )


def choice_display(*, multiple: bool = False) -> displays.Display:
    """Choose code."""
    raised = displays.Evidence(
        "Raises AttributeError.", traceback=TRACEBACK.replace("questions/freezing.yaml", "snippet.py")
    )
    return displays.Display(
        prompt=(
            displays.Prose("Which code freezes `layer1` and `layer2` *only*?"),
            displays.Code("model = Net()", "Given"),
        ),
        input=displays.Options(
            (
                displays.Option(
                    "a",
                    displays.Code("for layer in (model.layer1, model.layer2):\n    layer.requires_grad_(False)\n"),
                    True,
                    "It reaches every parameter.",
                    displays.Evidence("Runs, and the check passes."),
                ),
                displays.Option(
                    "b",
                    displays.Code("model.layer1.requires_grad = False"),
                    multiple,
                    "Sets an unused attribute on the module.",
                    displays.Evidence("Runs without an error, but the check fails.", traceback="AssertionError"),
                ),
                displays.Option("c", displays.Code('model.freeze_layers(["layer1", "layer2"])'), False, "", raised),
            ),
            multiple,
        ),
        answer="for layer in (model.layer1, model.layer2):\n    layer.requires_grad_(False)",
        solution=(displays.Code("assert not model.layer1.weight.requires_grad", "The check that judged every option"),),
    )


def number_display() -> displays.Display:
    """Type a number."""
    computed = displays.Evidence("What this mistake computes: 0.85.", code="85 / 100")
    return displays.Display(
        prompt=(
            displays.Prose(
                "What is the **precision**?\n\n| | + | - |\n|---|---|---|\n| + | 85 | 15 |\n| - | 10 | 90 |"
            ),
        ),
        input=displays.NumberInput(
            85 / 95, 0.005, "0.894737", "", (displays.Mistake("0.85", "That is the recall.", computed),)
        ),
        answer="0.894737",
        solution=(displays.Prose("$\\frac{TP}{TP + FP} = \\frac{85}{85 + 10}$"),),
        evidence=displays.Evidence("Computed: 0.894737.", code="print(85 / 95)"),
    )


def text_display(*, multiline: bool = False) -> displays.Display:
    """Type an output."""
    accepted = "1\n2" if multiline else "True"
    return displays.Display(
        prompt=(displays.Prose("What does it print?"), displays.Code("print(x)")),
        input=displays.TextInput(accepted, multiline, (displays.Mistake("None", "It does print something."),)),
        answer=accepted,
        evidence=displays.Evidence("Runs and prints.", stdout=accepted + "\n"),
    )


def line_display() -> displays.Display:
    """Pick a line."""
    return displays.Display(
        prompt=(displays.Prose("Which line is wrong?"),),
        input=displays.LineInput(
            "total = 0\nfor x in range(3):\n    total = x\nprint(total)",
            (3,),
            (displays.Mistake("2", "`range(3)` is what it should be."),),
        ),
        answer="line 3: total = x",
        solution=(displays.Code("total = 0\nfor x in range(3):\n    total += x\nprint(total)", "Mended", (3,)),),
        evidence=displays.Evidence(
            "Runs without an error, but the check fails.", stdout="2\n", traceback="AssertionError"
        ),
    )


def taken(display: displays.Display | None, question: Question = CHOICE, *verdicts: Verdict) -> BlockProof:
    """A proven question with one variant, shown as `display`."""
    return proof(question, VariantProof({}, claims(*(verdicts or ("proven",))), display))
