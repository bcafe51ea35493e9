"""A question whose setup takes a second, and the program that it asks for, as a script."""

from __future__ import annotations

from pathlib import Path

_SETUP = """\
import torch

torch.manual_seed(0)
target = torch.linspace(-1, 1, 64)
weights = torch.zeros(64, requires_grad=True)
for _ in range({steps}):
    loss = ((weights - target) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        weights -= weights.grad * 0.01
        weights.grad.zero_()
"""
_SOLUTION = """\
def summary(values, low, high):
    kept = values[(values >= low) & (values <= high)]
    if kept.numel() == 0:
        return 0.0
    return kept.sum().item() / kept.numel()
"""
_CHECKS = """\
assert summary(torch.tensor([0.0, 1.0, 2.0, 4.0]), 1, 2) == 1.5
assert summary(torch.tensor([4.0]), 1, 2) == 0.0
assert round(summary(weights, -2, 2), 2) == 0
"""


def question(steps: int) -> str:
    """A bank of one `write-code` question, whose small changes the engine tries, too."""

    def block(text: str, by: int) -> str:
        return "".join(" " * by + line + "\n" if line else "\n" for line in text.splitlines())

    numbered = enumerate(_CHECKS.splitlines(), 1)
    checks = "".join(f"      - name: Check {number}\n        code: {line}\n" for number, line in numbered)
    return (
        "quiz: slow-setup\ntitle: A slow setup\ntopic: benchmarks\nruntime: torch\n\nblocks:\n"
        "  - kind: write-code\n    id: average-of-range\n    prompt: Write `summary(values, low, high)`.\n"
        f"    setup: |\n{block(_SETUP.format(steps=steps), 6)}"
        "    starter: |\n      def summary(values, low, high):\n          ...\n"
        f"    solution: |\n{block(_SOLUTION, 6)}"
        f"    checks:\n{checks}"
    )


def write(folder: Path, steps: int) -> Path:
    """Write the bank, and the script beside it, which is returned."""
    bank = folder / "bank"
    bank.mkdir()
    (bank / "slow-setup.yaml").write_text(question(steps))
    script = folder / "solution.py"
    script.write_text(_SETUP.format(steps=steps) + _SOLUTION + _CHECKS)
    return script
