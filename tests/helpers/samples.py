"""A small site's worth of proven questions, made by hand: every display block and every way of answering is in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quizproof.displays import (
    Attempt,
    Blank,
    Blanks,
    Check,
    Code,
    Content,
    Display,
    Evidence,
    Input,
    LineInput,
    Matching,
    MatchItem,
    Mistake,
    NumberInput,
    OpenInput,
    Option,
    Options,
    Ordering,
    OrderLine,
    Output,
    Point,
    ProgramInput,
    Prose,
    TextInput,
)
from quizproof.figures import Chart, Drawing, Event, Flow, Matrix, Series, Stage, Table
from quizproof.findings import Finding, Span
from quizproof.proof import BlockProof, JudgedClaim, QuizProof, Report, Totals, VariantProof
from quizproof.quizfile.header import Header

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


def asking(of: QuizProof, *questions: BlockProof) -> QuizProof:
    """The quiz with these questions."""
    return replace(of, blocks=questions)


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
) -> BlockProof:
    """A question's proof, a variant for each display."""
    each = claims(3) if judged is None else judged
    variants = tuple(VariantProof({}, each, display) for display in displays)
    answer = displays[0].answer if displays and displays[0] else None
    return BlockProof(id_, "predict-output", title, "What does `this` print?", 7, answer, variants, findings)


def exhibit(
    id_: str, display: Display | None, title: str = "", judged: tuple[JudgedClaim, ...] | None = None
) -> BlockProof:
    """An exhibit's proof."""
    return replace(question(id_, display, title=title, judged=judged), kind="training-run", answer=None, exhibit=True)


def report(*quizzes: QuizProof, sandbox: str = "namespaces", seconds: float = 1.5) -> Report:
    """A report on these quizzes, one run a question."""
    totals = Totals()
    for each in quizzes:
        totals.add(each)
    runs = sum(len(each.blocks) for each in quizzes)
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


def blanks() -> Display:
    """A program with gaps: one within a call, one that is a value, one within a text."""
    source = (
        "import torch\nfrom torch import nn\n\nmodel = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))\n"
        "for p in model[___which___].parameters():\n    p.requires_grad = ___value___\n"
        'torch.save(model.state_dict(), "___file___.pt")'
    )
    return Display(
        (Prose("Fill the gaps so that the first layer is frozen, and the weights go to `frozen.pt`."),),
        Blanks(
            source,
            (
                Blank("which", ("0", "-3"), (Mistake("2", "That is the *last* layer.", Evidence("The check fails.")),)),
                Blank("value", ("False", "bool( 0 )"), (Mistake("None", "A flag must be a bool."),)),
                Blank("file", ("frozen",)),
            ),
        ),
        "0, False, frozen",
        (Prose("`model[0]` is the first layer."),),
        Evidence("Runs, and the check passes."),
        (
            "A sequence counts from 0.",
            "A parameter that is not trained has `requires_grad` **false**.",
            "Read the task.",
        ),
        "Freezing needs a special *mode* of the model.",
    )


def ordering() -> Display:
    """Lines of a training step, two orders of which are right, and two lines that do not belong."""
    lines = (
        OrderLine("a", "optimizer.zero_grad()"),
        OrderLine("b", "loss = loss_fn(model(x), y)"),
        OrderLine("c", "loss.backward()"),
        OrderLine("d", "optimizer.step()"),
        OrderLine("e", "optimizer.backward()", distractor=True, feedback="Optimizers have no `backward`."),
        OrderLine(
            "f",
            "model.step=torch.nn.functional.binary_cross_entropy_with_logits",
            distractor=True,
            feedback="Models take no steps.",
        ),
    )
    orders = (("a", "b", "c", "d"), ("b", "a", "c", "d"))
    return Display(
        (Prose("Make one training step of these lines."), Code("model = nn.Linear(2, 1)", "Given")),
        Ordering(lines, orders),
        "optimizer.zero_grad()\nloss = loss_fn(model(x), y)\nloss.backward()\noptimizer.step()",
        (Prose("Gradients add up, so they are cleared before `backward`."),),
        hints=("The gradients must be there before the step.",),
    )


def indented() -> Display:
    """Lines whose indentation is asked for too."""
    lines = (
        OrderLine("a", "for layer in model:"),
        OrderLine("b", "if isinstance(layer, nn.Linear):", 1),
        OrderLine("c", "layer.requires_grad_(False)", 2),
        OrderLine("d", "print(sum(p.requires_grad for p in model.parameters()))"),
    )
    return Display(
        (Prose("Freeze all linear layers, then count what is left."),),
        Ordering(lines, (("a:0", "b:1", "c:2", "d:0"),), indented=True),
        "for layer in model: ...",
    )


def matching() -> Display:
    """Losses and the targets they take; one target belongs to nothing."""
    return Display(
        (Prose("Which targets does each loss take?"),),
        Matching(
            (
                MatchItem("1", Code("loss = nn.CrossEntropyLoss()")),
                MatchItem("2", Code("loss = nn.BCEWithLogitsLoss()")),
                MatchItem("3", Prose("The mean squared error")),
            ),
            (
                MatchItem("r1", Prose("class indices, one a sample")),
                MatchItem("r2", Prose("0 or 1 as a float, one a *logit*")),
                MatchItem("r3", Prose("any real numbers")),
                MatchItem("r4", Prose("texts"), "No loss takes texts."),
            ),
            ("r1", "r2", "r3"),
        ),
        "class indices; 0 or 1; any real numbers",
        (Prose("The dtype of the target tells which loss it is for."),),
    )


def opened() -> Display:
    """A question to be answered in one's own words."""
    passed = Evidence("Runs, and the check passes.", code="assert not head.weight.grad is None")
    return Display(
        (Prose("Why may a frozen network still learn?"),),
        OpenInput(
            (
                Point("a", "The **head** is trained.", passed),
                Point("b", "Its features are general enough.", unproven="It depends on the data."),
                Point("c", "Gradients flow *through* frozen layers.", passed),
            )
        ),
        "The head is trained.",
        (Prose("Because the head on top of the frozen layers still learns from the features that they give."),),
    )


def program() -> Display:
    """A program to be written, with a hidden check."""
    solution = "for p in model.parameters():\n    p.requires_grad = False\nmodel[2].requires_grad_(True)"
    wrong = "model.requires_grad = False"
    raised = 'Traceback (most recent call last):\n  File "snippet.py", line 1, in <module>\nAssertionError: 0.weight'
    return Display(
        (Prose("Freeze everything but the last layer of `model`."), Code(SETUP, "Given")),
        ProgramInput(
            "# model is there already\nfor p in model.parameters():\n    ...",
            (
                Check("The first layer is frozen", "assert not any(p.requires_grad for p in model[0].parameters())"),
                Check("The last layer is *not*", "assert all(p.requires_grad for p in model[2].parameters())"),
                Check("Nothing else has changed", "assert len(model) == 3", hidden=True),
            ),
            (
                Attempt(solution, 3, "solution"),
                Attempt("for p in model.parameters():\n    ...", 0, "starter"),
                Attempt(
                    wrong,
                    0,
                    "wrong",
                    "It sets an attribute that nobody reads.",
                    Evidence("The check fails.", "", raised),
                ),
                Attempt(solution.replace("(True)", "(False)"), 1, "mutation", "`False` for `True`."),
                Attempt(solution.replace("model[2]", "model[1]"), 1, "mutation", "`1` for `2`."),
            ),
            SETUP,
            {"seconds": 10.0},
        ),
        solution,
        (Prose("First freeze all, then thaw the head."),),
        hints=("Freeze all first.", "`requires_grad_` works on a module."),
        belief="Setting `requires_grad` on a module freezes it.",
    )


def table() -> Table:
    """Words and figures."""
    rows = (
        ("Frozen base", "0.812 ± 0.010", "1,026", "fast"),
        ("Top 10 % unfrozen", "0.874 ± 0.008", "152,640", "slower"),
        ("All trained", "0.791 ± 0.020", "1,526,400", "**slow**"),
    )
    return Table(("Variation", "Accuracy", "Trained", "Speed"), rows, "Three runs each, on the *same* data.")


def chart() -> Chart:
    """A training run with two events, its lines ending close together."""
    losses = (2.31, 1.52, 1.18, 0.97, 0.9, 0.71, 0.58, 0.49, 0.43, 0.4)
    validation = (2.2, 1.6, 1.31, 1.2, 1.17, 0.92, 0.74, 0.61, 0.53, 0.47)
    return Chart(
        (
            Series("loss", tuple(zip(range(1, 11), losses, strict=True))),
            Series("val_loss", tuple(zip(range(1, 11), validation, strict=True))),
        ),
        "Epoch",
        "Loss",
        (Event("Unfreeze the base", 5), Event("Rate halved", 6), Event("Stopped", 9)),
        "The loss falls again once the base is **unfrozen**.",
    )


def curve() -> Chart:
    """Curves of very many points, with names too long to stand at their ends, and marked points."""
    steps = [n / 200 for n in range(201)]
    return Chart(
        (
            Series("Precision of the positive class", tuple((t, 0.5 + 0.5 * t**2) for t in steps)),
            Series("Recall of the positive class", tuple((t, 1 - t**3) for t in steps)),
            Series("F1", tuple((t, 0.667 + 0.2 * t - 0.6 * t**4) for t in steps)),
        ),
        "Threshold",
        "Score",
        (Event("0.5 as it is given", 0.5, 0.625), Event("Best F1", 0.44, 0.7325), Event("Nothing recalled", 1.0, 0.0)),
        table=Table(("Threshold", "Precision", "Recall"), (("0.25", "0.531", "0.984"), ("0.5", "0.625", "0.875"))),
    )


def matrix() -> Matrix:
    """Two classes."""
    return Matrix(("ham", "spam"), ((90, 10), (15, 85)), "At the threshold 0.5.")


def matrices() -> Matrix:
    """Four classes, one of which never occurs."""
    counts = ((1200, 3, 0, 7), (40, 310, 12, 0), (0, 0, 0, 0), (1, 2, 3, 4))
    return Matrix(("airplane", "automobile", "bird", "cat"), counts)


def drawing() -> Drawing:
    """A picture that a run drew: a line, and a word."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 60"><path d="M 9 51 L 81 9"/><text>loss</text></svg>'
    return Drawing(svg, "The loss rises.")


def flow() -> Flow:
    """Data on its way."""
    return Flow(
        (
            Stage(
                "Input",
                (4, 3, 32, 32),
                "float32",
                "0.4963",
                "A batch of four pictures.",
                "x = torch.rand(4, 3, 32, 32)",
            ),
            Stage("Features", (4, 8, 16, 16), "float32", "0.1205", code="x = F.max_pool2d(conv(x), 2)"),
            Stage("Flat", (4, 2048), "float32", code="x = x.flatten(1)"),
            Stage("Loss", (), "float32", "2.3026", "One number for the *whole* batch."),
        ),
        "Four stations.",
    )


def figures() -> Display:
    """An exhibit of every figure, with hints and a solution."""
    return Display(
        (Prose("What happened here?"), chart(), curve(), table(), matrix(), matrices(), flow()),
        None,
        solution=(Prose("The base was unfrozen."), Code("base.requires_grad_(True)"), table()),
        evidence=Evidence("All claims hold, for every seed."),
        hints=("Look at epoch 5.", "And at epoch 6."),
    )


def workshop() -> QuizProof:
    """A quiz of every new way of answering and every figure, with hints that cost, confidence and an insight."""
    of = quiz(
        "freezing-layers-pytorch-experiment",
        "Every way to answer",
        "freezing-layers",
        mode="experiment",
        minutes=15,
        hint_cost=0.1,
        confidence=True,
        insight={
            "text": "What is **frozen** still passes gradients on.",
            "rests_on": ["fill-the-gaps", "a-training-run"],
        },
    )
    return asking(
        of,
        question("fill-the-gaps", blanks(), title="Fill the gaps"),
        exhibit("a-training-run", figures(), title="A training run"),
        question("order-a-step", ordering(), title="Order a step"),
        question("order-and-indent", indented()),
        question("match-losses", matching(), title="Match losses and targets"),
        question("in-your-words", opened(), judged=claims(2, "unproven")),
        question("write-it", program(), title="Freeze all but the head"),
    )


def bank() -> Report:
    """Two topics, four modes, two frameworks; one question refuted and one that could not be run."""
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
                findings=(finding(keras, "this distractor passes the check"),),
            ),
            question("not-run", None, judged=claims(0, "unverified"), findings=(finding(keras, "Keras is missing"),)),
            question("still-fine", outputs(3, 4)),
        ),
        workshop(),
        asking(trace, question("stage", text())),
        asking(other, question("first-gradient", text())),
    )
