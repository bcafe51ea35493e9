"""A small site's worth of proven questions, made by hand: every display block and every way of answering is in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quizproof.blocks import (
    Code,
    Content,
    Display,
    Evidence,
    Input,
    LineInput,
    Mistake,
    NumberInput,
    Option,
    Options,
    Output,
    Prose,
    TextInput,
)
from quizproof.errors import Finding, Span
from quizproof.header import Header
from quizproof.proof import JudgedClaim, QuestionProof, QuizProof, Report, Totals, VariantProof

if TYPE_CHECKING:
    from quizproof.verdicts import Verdict

RUNTIMES = {
    "torch": {"python": "3.11.7", "torch": "2.13.0"},
    "tensorflow": {"python": "3.11.7", "tensorflow": "2.21.0", "keras": "3.15.1"},
}

HOSTILE = (
    "<script>alert('pwned')</script><img src=x onerror=alert(1)><style>body{display:none}</style>"
    '</code></pre></textarea></template></details>" onmouseover="alert(2)" style="color:red" '
    "[link](javascript:alert(3)) ![pixel](https://evil.example/p.png) {{ 7 * 7 }} {% raw %} \x1b[31m \u202e &amp;"
)
"""What a stranger's quiz file or a snippet's output may hold."""


def quiz(id_: str = "sample", title: str = "Sample", topic: str = "samples", **header: object) -> QuizProof:
    """A quiz that has no questions yet."""
    fields = {"quiz": id_, "title": title, "topic": topic, "runtime": "torch", **header}
    read = Header.model_validate(fields)
    return QuizProof(f"questions/{topic}/{id_}.yaml", read, versions=RUNTIMES.get(read.runtime, {}))


def asking(of: QuizProof, *questions: QuestionProof) -> QuizProof:
    """The quiz with these questions."""
    return replace(of, questions=questions)


def claims(proven: int, *others: Verdict) -> tuple[JudgedClaim, ...]:
    """So many proven claims, and one of each other verdict."""
    verdicts: list[Verdict] = ["proven"] * proven
    return tuple(JudgedClaim("claim", verdict, 1) for verdict in (*verdicts, *others))


def question(
    id_: str,
    *displays: Display | None,
    title: str = "",
    judged: tuple[JudgedClaim, ...] | None = None,
    findings: tuple[Finding, ...] = (),
) -> QuestionProof:
    """A question's proof, a variant for each display."""
    each = claims(3) if judged is None else judged
    variants = tuple(VariantProof({}, each, display) for display in displays)
    answer = displays[0].answer if displays and displays[0] else None
    return QuestionProof(id_, "predict-output", title, "What does `this` print?", 7, answer, variants, findings)


def report(*quizzes: QuizProof, sandbox: str = "namespaces", seconds: float = 1.5) -> Report:
    """A report on these quizzes, one run a question."""
    totals = Totals()
    for each in quizzes:
        totals.add(each)
    runs = sum(len(each.questions) for each in quizzes)
    return Report(quizzes, totals.result(sandbox=sandbox, runs=runs, cached=0, seconds=seconds))


def finding(of: QuizProof, message: str) -> Finding:
    """An error about a question."""
    return Finding("QP201", of.path, Span(7, 3, 7, 9), message)


def display(shown: Input, *prompt: Content, answer: str = "the key", solution: tuple[Content, ...] = ()) -> Display:
    """A display with little around its input."""
    return Display(prompt or (Prose("Which?"),), shown, answer, solution)


SETUP = """\
import torch, torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1, self.layer2, self.layer3 = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 2)

model = Net()
"""

CHECK = """\
for name, p in model.named_parameters():
    assert p.requires_grad == name.startswith("layer3"), name
"""


def choice() -> Display:
    """Options that are code, each with its run."""
    failed = Evidence(
        "Runs without an error, but the check fails.",
        traceback=(
            'Traceback (most recent call last):\n  File "snippet.py", line 2, in <module>\n'
            '    assert p.requires_grad == name.startswith("layer3"), name\nAssertionError: layer1.weight'
        ),
    )
    no_method = Evidence(
        "Raises AttributeError.",
        traceback=(
            'Traceback (most recent call last):\n  File "snippet.py", line 1, in <module>\n'
            '    model.freeze_layers(["layer1", "layer2"])\n    ^^^^^^^^^^^^^^^^^^^\n'
            "AttributeError: 'Net' object has no attribute 'freeze_layers'"
        ),
    )
    options = (
        Option(
            "a",
            Code("for layer in (model.layer1, model.layer2):\n    layer.requires_grad_(False)"),
            True,
            "`requires_grad_` is a method of every module. It reaches each parameter below it.",
            Evidence("Runs, and the check passes."),
        ),
        Option(
            "b",
            Code("model.layer1.requires_grad = model.layer2.requires_grad = False"),
            False,
            "Sets an unused attribute on the module. Nothing is frozen, and nothing warns you.",
            failed,
        ),
        Option("c", Code('model.freeze_layers(["layer1", "layer2"])'), False, "There is no such method.", no_method),
        Option(
            "d",
            Code("model.requires_grad_(False)"),
            False,
            "Freezes `layer3` too, so nothing is left to train.",
            failed,
        ),
    )
    return Display(
        (Prose("Which code freezes `layer1` and `layer2`, and leaves `layer3` to train?"), Code(SETUP, "Given")),
        Options(options),
        "for layer in (model.layer1, model.layer2): ...",
        (
            Prose(
                "A parameter is trained when its `requires_grad` is true. The attribute belongs to *tensors*; set it "
                "on a module and Python keeps it there as an ordinary attribute that nobody reads.\n\n"
                "1. Pick the layers.\n2. Call `requires_grad_(False)` on each.\n3. Give the optimizer what is left."
            ),
            Code(CHECK, "The check that judged every option"),
            Prose("**Quick check:** `sum(p.requires_grad for p in model.parameters())` must be 2."),
        ),
    )


def outputs(a: int, b: int) -> Display:
    """Options that are outputs, and a variant for each pair of sizes."""
    code = (
        f"import torch.nn as nn\nmodel = nn.Sequential(nn.Linear({a}, {b}), nn.ReLU(), nn.Linear({b}, 2))\n"
        "for p in model[0].parameters():\n    p.requires_grad = False\n"
        "print(sum(p.numel() for p in model.parameters() if p.requires_grad))"
    )
    key, total = 2 * b + 2, a * b + b + 2 * b + 2
    wrong = "print(sum(p.numel() for p in model.parameters()))"
    options = (
        Option("a", Output(str(key)), True, "", Evidence("Runs and prints.", f"{key}\n")),
        Option(
            "b",
            Output(str(total)),
            False,
            "Counts the frozen layer too.",
            Evidence("What this mistake computes:", f"{total}\n", code=wrong),
        ),
        Option(
            "c",
            Output(str(2 * b)),
            False,
            "Forgets the bias.",
            Evidence("What this mistake computes:", f"{2 * b}\n", code="print(model[2].weight.numel())"),
        ),
    )
    return Display(
        (Prose("What does this program print?"), Code(code)),
        Options(options),
        str(key),
        (Prose(f"The last layer has ${b} \\times 2$ weights and 2 biases: **{key}** values are still trained."),),
        Evidence("Runs and prints.", f"{key}\n"),
    )


def several() -> Display:
    """Statements, two of them right, one that no run can settle."""
    proof = "before = model[0].weight.clone()\nstep()\nassert torch.equal(before, model[0].weight)"
    passed = Evidence("Runs, and the check passes.", code=proof)
    options = (
        Option("a", Prose("Its weights keep their values while the rest trains."), True, "", passed),
        Option("b", Prose("No gradient is computed for its weights."), True, "`weight.grad` stays `None`.", passed),
        Option("c", Prose("It raises the learning rate of the other layers."), False, "", passed),
        Option(
            "d",
            Prose("It is considered good style."),
            False,
            "People differ.",
            unproven="A matter of taste; no run can settle it.",
        ),
    )
    return Display(
        (Prose("What does freezing a layer do?"),),
        Options(options, multiple=True),
        "Its weights keep their values while the rest trains.\nNo gradient is computed for its weights.",
        (Prose("**Commonly believed:** that freezing speeds up every step. The forward pass costs what it did."),),
    )


def number() -> Display:
    """A number with a unit, a tolerance and foreseen mistakes."""
    matrix = "| | predicted + | predicted − |\n|---|--:|--:|\n| **actual +** | 85 | 15 |\n| **actual −** | 10 | 90 |\n"
    return Display(
        (Prose(f"A frozen classifier gives this confusion matrix. What is its precision?\n\n{matrix}"),),
        NumberInput(
            89.47368421052632,
            0.5,
            "89.5",
            "%",
            (
                Mistake("85", "That is the recall, $85 / (85 + 15)$.", Evidence("What this mistake computes: 85.")),
                Mistake("87.5", "That is the accuracy.", Evidence("What this mistake computes: 87.5.", code="175 / 2")),
            ),
        ),
        "89.5 %",
        (Prose("Precision is the share of true positives among all that were predicted positive: $85 / 95$."),),
        Evidence("Computed: 89.4737 %.", code="tp, fp = 85, 10\nprint(100 * tp / (tp + fp))"),
    )


def line() -> Display:
    """A program with a wrong line."""
    source = (
        "import torch.nn as nn\n\nmodel = nn.Sequential(nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 2))\n"
        "for param in model[0].parameters():\n    param.grad = False\n"
        "trainable = [p for p in model.parameters() if p.requires_grad]  # what the optimizer will be given"
    )
    fixed = source.replace("param.grad", "param.requires_grad")
    raised = (
        'Traceback (most recent call last):\n  File "snippet.py", line 5, in <module>\n    param.grad = False\n'
        "    ^^^^^^^^^^\nTypeError: assigned grad expected to be a Tensor or None but got grad of type bool"
    )
    return Display(
        (Prose("Layer 0 should be frozen. Which line is wrong?"),),
        LineInput(source, (5,), (Mistake("4", "The loop is right: it visits the weight and the bias of layer 0."),)),
        "line 5: param.grad = False",
        (Prose("A gradient is a tensor or `None`."), Code(fixed, "Mended", (5,))),
        Evidence("Raises TypeError.", traceback=raised),
    )


def text() -> Display:
    """One line to type."""
    code = "import torch\nx = torch.ones(3, requires_grad=True)\nprint((x * 2).sum().item(), x.grad)"
    return Display(
        (Prose("Type what this program prints."), Code(code)),
        TextInput("6.0 None", mistakes=(Mistake("6.0 tensor([2., 2., 2.])", "Nobody called `backward()`."),)),
        "6.0 None",
        (Prose("A gradient appears only after `backward()`."),),
        Evidence("Runs and prints.", "6.0 None\n"),
    )


def lines() -> Display:
    """Several lines to type."""
    code = "for name, p in model.named_parameters():\n    print(name, p.requires_grad)"
    printed = "0.weight False\n0.bias False\n2.weight True\n2.bias True"
    return Display(
        (Prose("Type what this program prints."), Code(code)),
        TextInput(printed, multiline=True),
        printed,
        (),
        Evidence("Runs and prints.", printed + "\n"),
    )


def bank() -> Report:
    """Two topics, three modes, two frameworks; one question refuted and one that could not be run."""
    topic = "freezing-layers"
    practice = quiz(
        "freezing-layers-pytorch-practice",
        "Freezing layers in PyTorch",
        topic,
        minutes=10,
        intro="A **frozen** layer keeps its weights while the others train. Each option below was really run.",
    )
    keras = quiz("freezing-layers-keras-practice", "Freezing layers in Keras", topic, runtime="tensorflow", minutes=10)
    metrics = quiz("freezing-layers-pytorch-metrics", "What to watch", topic, mode="metrics", minutes=8)
    trace = quiz("shapes-keras-trace", "Six stages", topic, mode="trace", runtime="tensorflow", minutes=12)
    other = quiz("autograd-basics", "When a gradient appears", "autograd", minutes=5)
    return report(
        asking(
            practice,
            question("freeze-two-of-three", choice(), title="Freeze two of three", judged=claims(5)),
            question("trainable-values", outputs(10, 5), outputs(20, 8), outputs(10, 8), title="Count what trains"),
            question("what-freezing-does", several(), judged=claims(3, "unproven")),
            question("wrong-line", line(), title="Find the bug in `param.grad`", judged=claims(4)),
            question("type-one-line", text()),
            question("type-lines", lines(), judged=claims(1)),
        ),
        asking(metrics, question("precision", number(), title="Precision", judged=claims(3))),
        asking(
            keras,
            question(
                "compile-again",
                choice(),
                judged=claims(2, "refuted"),
                findings=(finding(keras, "this wrong option passes the check"),),
            ),
            question("not-run", None, judged=claims(0, "unverified"), findings=(finding(keras, "Keras is missing"),)),
            question("still-fine", outputs(3, 4)),
        ),
        asking(trace, question("stage", text())),
        asking(other, question("first-gradient", text())),
    )
