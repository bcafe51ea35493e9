"""Displays of the newer sorts, made by hand for tests of the terminal. No engine is run."""

from __future__ import annotations

from dataclasses import replace

from quizproof import blocks
from quizproof.proof import QuestionProof
from report_samples import CHOICE, taken
from test_terminal import named

_PASSES = blocks.Evidence("Runs, and the check passes.", stdout="6\n")
_FAILS = blocks.Evidence("Raises TypeError.", traceback="TypeError: cannot assign a layer as parameter")


def blanks_display() -> blocks.Display:
    """Fill two gaps."""
    return blocks.Display(
        prompt=(blocks.Prose("Freeze the *first* layer."), blocks.Code("model = Net()", "Given")),
        input=blocks.Blanks(
            "for p in model.___which___.parameters():\n    p.requires_grad = ___value___\nprint(counts[1])",
            (
                blocks.Blank("which", ("layer1", "features"), (blocks.Mistake("layer3", "Freezes the **head**."),)),
                blocks.Blank("value", ("False",), (blocks.Mistake("None", "That is refused.", _FAILS),)),
            ),
        ),
        answer="which: layer1, value: False",
        solution=(
            blocks.Code("for p in model.layer1.parameters():\n    p.requires_grad = False", "Filled in", (1, 2)),
        ),
        evidence=_PASSES,
        hints=("Which layer comes *first*?", "It is a truth value."),
    )


def ordering_display(*, indented: bool = False) -> blocks.Display:
    """Put three lines in order, and leave out a fourth."""
    lines = (
        blocks.OrderLine("a", "for x, y in batches:"),
        blocks.OrderLine("b", "optimizer.zero_grad()", 1),
        blocks.OrderLine("c", "loss(x, y).backward()", 1),
        blocks.OrderLine("d", "optimizer.backward()", 1, True, "Optimizers have no `backward`."),
    )
    orders: tuple[tuple[str, ...], ...] = (("a", "b", "c"),)
    if indented:
        orders = (("a:0", "b:1", "c:1"), ("b:0", "a:0", "c:1"))
    return blocks.Display(
        prompt=(blocks.Prose("Put the lines in order."),),
        input=blocks.Ordering(lines, orders, indented),
        answer="a b c",
        solution=(blocks.Code("for x, y in batches:\n    optimizer.zero_grad()\n    loss(x, y).backward()"),),
        evidence=_PASSES,
    )


def matching_display() -> blocks.Display:
    """Match two losses with three targets."""
    return blocks.Display(
        prompt=(blocks.Prose("Which targets does each loss take?"),),
        input=blocks.Matching(
            (
                blocks.MatchItem("a", blocks.Code("loss = nn.CrossEntropyLoss()")),
                blocks.MatchItem("b", blocks.Prose("Mean *squared* error")),
            ),
            (
                blocks.MatchItem("a", blocks.Prose("class indices")),
                blocks.MatchItem("b", blocks.Prose("real values")),
                blocks.MatchItem("c", blocks.Prose("words"), "No loss takes words."),
            ),
            ("a", "b"),
        ),
        answer="a, b",
        evidence=_PASSES,
    )


def open_display() -> blocks.Display:
    """Explain in one's own words."""
    return blocks.Display(
        prompt=(blocks.Prose("Why does *freezing* save memory?"),),
        input=blocks.OpenInput(
            (
                blocks.Point(
                    "a", "No gradient is **kept**.", blocks.Evidence("Runs, and prints None.", code="print(p.grad)")
                ),
                blocks.Point("b", "The optimizer keeps no state.", unproven="It depends on the optimizer."),
            )
        ),
        solution=(blocks.Prose("Because neither gradients nor optimizer state are kept."),),
    )


def program_display() -> blocks.Display:
    """Write a program that passes two checks."""
    checks = (
        blocks.Check("The total is 6", "assert total == 6"),
        blocks.Check("It is kept as text too", 'assert text == "6"', hidden=True),
    )
    wrong = blocks.Evidence("Passes 1 of 2 checks, but “It is kept as text too” fails.", traceback="AssertionError")
    return blocks.Display(
        prompt=(blocks.Prose("Add the numbers up."), blocks.Code("numbers = [1, 2, 3]", "Given")),
        input=blocks.ProgramInput(
            "total = 0\ntext = ...",
            checks,
            (
                blocks.Attempt("total = sum(numbers)\ntext = str(total)", 2, "solution", evidence=_PASSES),
                blocks.Attempt("total = 6\ntext = 6", 1, "wrong", "That is no `str`.", wrong),
                blocks.Attempt("total = 0\ntext = ...", 0, "starter"),
            ),
            "numbers = [1, 2, 3]",
        ),
        solution=(blocks.Code("total = sum(numbers)\ntext = str(total)", "Solution"),),
    )


KINDS: dict[str, blocks.Display] = {
    "blanks": blanks_display(),
    "order": ordering_display(),
    "indented": ordering_display(indented=True),
    "match": matching_display(),
    "open": open_display(),
    "program": program_display(),
}
"""Every newer way of answering."""


TABLE = blocks.Table(
    ("learning rate", "accuracy", "note"),
    (("0.1", "0.52", "diverges"), ("0.001", "0.91", "*best*")),
    "By learning rate",
)
CHART = blocks.Chart(
    (
        blocks.Series("loss", tuple((float(epoch), 2 / epoch) for epoch in range(1, 21))),
        blocks.Series("val_loss", tuple((float(epoch), 1.5 / epoch + 0.01 * epoch) for epoch in range(1, 21))),
    ),
    "epoch",
    "loss",
    (blocks.Event("Unfreeze the base", 8), blocks.Event("Best", 12, 0.245)),
    "Two stages",
)
MATRIX = blocks.Matrix(("ham", "spam"), ((90, 10), (15, 85)), "On the test set")
FLOW = blocks.Flow(
    (
        blocks.Stage("Input", (4, 3, 32, 32), "float32", "0.4963", "Four *images*.", "x = torch.rand(4, 3, 32, 32)"),
        blocks.Stage("Convolution", (4, 8, 30, 30), "float32", "", "", "x = conv(x)\nx = relu(x)"),
        blocks.Stage("Loss", (), "float32"),
    ),
    "From image to loss",
)
FIGURES: dict[str, blocks.Figure] = {"table": TABLE, "chart": CHART, "matrix": MATRIX, "flow": FLOW}
"""Every sort of figure."""


def exhibit(name: str, *content: blocks.Content, hints: tuple[str, ...] = (), solution: str = "") -> QuestionProof:
    """A proven exhibit."""
    shown = (blocks.Prose("Look at *this*."), *content)
    told = (blocks.Code(solution, "A script that meets all targets"),) if solution else ()
    display = blocks.Display(shown, None, solution=told, hints=hints)
    proof = taken(display, named(CHOICE, name, title=f"A look at {name}"))
    return replace(proof, exhibit=True, answer=None, kind="experiment", prompt="Look at *this*.")


def everything() -> list[QuestionProof]:
    """A question for each, and an exhibit for each figure."""
    questions = [taken(display, named(CHOICE, name)) for name, display in KINDS.items()]
    figures = [exhibit(name, content) for name, content in FIGURES.items()]
    return [*questions, *figures, exhibit("trial", TABLE, hints=("Train for longer.",), solution="train(epochs=30)")]


def for_keys() -> list[QuestionProof]:
    """What is put on a real terminal."""
    blanks, program = (taken(KINDS[name], named(CHOICE, name)) for name in ("blanks", "program"))
    return [blanks, program, exhibit("trial", TABLE, solution="train(epochs=30)")]
