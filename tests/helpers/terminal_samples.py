"""Displays of the newer sorts, made by hand for tests of the terminal. No engine is run."""

from __future__ import annotations

from dataclasses import replace

from helpers.report_samples import CHOICE, taken
from quizproof import displays, figures
from quizproof.proof import BlockProof
from test_terminal import named

_PASSES = displays.Evidence("Runs, and the check passes.", stdout="6\n")
_FAILS = displays.Evidence("Raises TypeError.", traceback="TypeError: cannot assign a layer as parameter")


def blanks_display() -> displays.Display:
    """Fill two gaps."""
    return displays.Display(
        prompt=(displays.Prose("Freeze the *first* layer."), displays.Code("model = Net()", "Given")),
        input=displays.Blanks(
            "for p in model.___which___.parameters():\n    p.requires_grad = ___value___\nprint(counts[1])",
            (
                displays.Blank("which", ("layer1", "features"), (displays.Mistake("layer3", "Freezes the **head**."),)),
                displays.Blank("value", ("False",), (displays.Mistake("None", "That is refused.", _FAILS),)),
            ),
        ),
        answer="which: layer1, value: False",
        solution=(
            displays.Code("for p in model.layer1.parameters():\n    p.requires_grad = False", "Filled in", (1, 2)),
        ),
        evidence=_PASSES,
        hints=("Which layer comes *first*?", "It is a truth value."),
    )


def ordering_display(*, indented: bool = False) -> displays.Display:
    """Put three lines in order, and leave out a fourth."""
    lines = (
        displays.OrderLine("a", "for x, y in batches:"),
        displays.OrderLine("b", "optimizer.zero_grad()", 1),
        displays.OrderLine("c", "loss(x, y).backward()", 1),
        displays.OrderLine("d", "optimizer.backward()", 1, True, "Optimizers have no `backward`."),
    )
    orders: tuple[tuple[str, ...], ...] = (("a", "b", "c"),)
    if indented:
        orders = (("a:0", "b:1", "c:1"), ("b:0", "a:0", "c:1"))
    return displays.Display(
        prompt=(displays.Prose("Put the lines in order."),),
        input=displays.Ordering(lines, orders, indented),
        answer="a b c",
        solution=(displays.Code("for x, y in batches:\n    optimizer.zero_grad()\n    loss(x, y).backward()"),),
        evidence=_PASSES,
    )


def matching_display() -> displays.Display:
    """Match two losses with three targets."""
    return displays.Display(
        prompt=(displays.Prose("Which targets does each loss take?"),),
        input=displays.Matching(
            (
                displays.MatchItem("a", displays.Code("loss = nn.CrossEntropyLoss()")),
                displays.MatchItem("b", displays.Prose("Mean *squared* error")),
            ),
            (
                displays.MatchItem("a", displays.Prose("class indices")),
                displays.MatchItem("b", displays.Prose("real values")),
                displays.MatchItem("c", displays.Prose("words"), "No loss takes words."),
            ),
            ("a", "b"),
        ),
        answer="a, b",
        evidence=_PASSES,
    )


def open_display() -> displays.Display:
    """Explain in one's own words."""
    return displays.Display(
        prompt=(displays.Prose("Why does *freezing* save memory?"),),
        input=displays.OpenInput(
            (
                displays.Point(
                    "a", "No gradient is **kept**.", displays.Evidence("Runs, and prints None.", code="print(p.grad)")
                ),
                displays.Point("b", "The optimizer keeps no state.", unproven="It depends on the optimizer."),
            )
        ),
        solution=(displays.Prose("Because neither gradients nor optimizer state are kept."),),
    )


def program_display() -> displays.Display:
    """Write a program that passes two checks."""
    checks = (
        displays.Check("The total is 6", "assert total == 6"),
        displays.Check("It is kept as text too", 'assert text == "6"', hidden=True),
    )
    wrong = displays.Evidence("Passes 1 of 2 checks, but “It is kept as text too” fails.", traceback="AssertionError")
    return displays.Display(
        prompt=(displays.Prose("Add the numbers up."), displays.Code("numbers = [1, 2, 3]", "Given")),
        input=displays.ProgramInput(
            "total = 0\ntext = ...",
            checks,
            (
                displays.Attempt("total = sum(numbers)\ntext = str(total)", 2, "solution", evidence=_PASSES),
                displays.Attempt("total = 6\ntext = 6", 1, "wrong", "That is no `str`.", wrong),
                displays.Attempt("total = 0\ntext = ...", 0, "starter"),
            ),
            "numbers = [1, 2, 3]",
        ),
        solution=(displays.Code("total = sum(numbers)\ntext = str(total)", "Solution"),),
    )


KINDS: dict[str, displays.Display] = {
    "blanks": blanks_display(),
    "order": ordering_display(),
    "indented": ordering_display(indented=True),
    "match": matching_display(),
    "open": open_display(),
    "program": program_display(),
}
"""Every newer way of answering."""


TABLE = figures.Table(
    ("learning rate", "accuracy", "note"),
    (("0.1", "0.52", "diverges"), ("0.001", "0.91", "*best*")),
    "By learning rate",
)
CHART = figures.Chart(
    (
        figures.Series("loss", tuple((float(epoch), 2 / epoch) for epoch in range(1, 21))),
        figures.Series("val_loss", tuple((float(epoch), 1.5 / epoch + 0.01 * epoch) for epoch in range(1, 21))),
    ),
    "epoch",
    "loss",
    (figures.Event("Unfreeze the base", 8), figures.Event("Best", 12, 0.245)),
    "Two stages",
)
MATRIX = figures.Matrix(("ham", "spam"), ((90, 10), (15, 85)), "On the test set")
FLOW = figures.Flow(
    (
        figures.Stage("Input", (4, 3, 32, 32), "float32", "0.4963", "Four *images*.", "x = torch.rand(4, 3, 32, 32)"),
        figures.Stage("Convolution", (4, 8, 30, 30), "float32", "", "", "x = conv(x)\nx = relu(x)"),
        figures.Stage("Loss", (), "float32"),
    ),
    "From image to loss",
)
FIGURES: dict[str, displays.Figure] = {"table": TABLE, "chart": CHART, "matrix": MATRIX, "flow": FLOW}
"""Every sort of figure."""


def exhibit(name: str, *content: displays.Content, hints: tuple[str, ...] = (), solution: str = "") -> BlockProof:
    """A proven exhibit."""
    shown = (displays.Prose("Look at *this*."), *content)
    told = (displays.Code(solution, "A script that meets all targets"),) if solution else ()
    display = displays.Display(shown, None, solution=told, hints=hints)
    proof = taken(display, named(CHOICE, name, title=f"A look at {name}"))
    return replace(proof, exhibit=True, answer=None, kind="experiment", prompt="Look at *this*.")


def everything() -> list[BlockProof]:
    """A question for each, and an exhibit for each figure."""
    questions = [taken(display, named(CHOICE, name)) for name, display in KINDS.items()]
    figures = [exhibit(name, content) for name, content in FIGURES.items()]
    return [*questions, *figures, exhibit("trial", TABLE, hints=("Train for longer.",), solution="train(epochs=30)")]


def for_keys() -> list[BlockProof]:
    """What is put on a real terminal."""
    blanks, program = (taken(KINDS[name], named(CHOICE, name)) for name in ("blanks", "program"))
    return [blanks, program, exhibit("trial", TABLE, solution="train(epochs=30)")]
