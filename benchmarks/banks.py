"""Snippets of any number, all different, and what they are written as: a bank, scripts, notebooks, documents.

What a snippet prints is worked out here by arithmetic and never by running it, so every tool has something to check.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Runtime = Literal["python", "torch", "tensorflow"]
PER_FILE = 10
"""Questions in a quiz, and snippets in a document."""
_FILES_PER_TOPIC = 10


@dataclass(frozen=True)
class Snippet:
    """A small program: statements that print nothing, then one expression, whose value is printed."""

    body: str
    expression: str
    prints: str
    mistaken: tuple[str, ...]
    """What people with some misconception expect instead."""

    @property
    def source(self) -> str:
        """The whole program."""
        return f"{self.body}print({self.expression})\n"


Numbers = tuple[int, int, int]
Template = Callable[[Numbers], tuple[str, str, object, Sequence[object]]]


def snippet(runtime: Runtime, index: int) -> Snippet:
    """The snippet of this number; no two numbers give the same source."""
    templates = _TEMPLATES[runtime]
    turn, place = divmod(index, len(templates))
    body, expression, prints, mistaken = templates[place](_numbers(turn))
    others = dict.fromkeys(map(str, mistaken))
    others.pop(str(prints), None)
    return Snippet(textwrap.dedent(body).lstrip(), expression, str(prints), tuple(others))


def snippets(runtime: Runtime, count: int) -> list[Snippet]:
    """The first so many snippets."""
    return [snippet(runtime, index) for index in range(count)]


def _numbers(turn: int) -> Numbers:
    """Three small numbers, from 3 on, differing for each of the first 14,000 turns and beyond."""
    turn, first = divmod(turn, 23)
    turn, second = divmod(turn, 21)
    return 3 + first, 4 + second, 3 + turn


def write_bank(folder: Path, runtime: Runtime, count: int, *, mixed: bool = True) -> None:
    """A bank of so many questions, ten in a file.

    Mixed, seven of ten ask for the output, two let choose between outputs, and one between programs: its options run
    too. Else all ask for the output, so that there are as many runs as questions.
    """
    for start in range(0, count, PER_FILE):
        _write_quiz(folder, runtime, range(start, min(count, start + PER_FILE)), mixed, {})


def edit(folder: Path, runtime: Runtime, index: int, questions: int = PER_FILE) -> None:
    """Change one snippet of a mixed bank: its first, in a file of so many questions, becomes the one of this number."""
    _write_quiz(folder, runtime, range(questions), True, {0: index})


def write_scripts(folder: Path, of: Iterable[Snippet]) -> None:
    """For each snippet a script, and a file with what it should print."""
    for number, each in enumerate(of):
        _write(folder / f"{number:05}.py", each.source)
        _write(folder / f"{number:05}.txt", f"{each.prints}\n")


def write_notebooks(folder: Path, of: Iterable[Snippet]) -> None:
    """For each snippet a notebook of one cell, and a file with what it should print."""
    for number, each in enumerate(of):
        cell = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "execution_count": None, "outputs": []}
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}}
        _write(folder / f"{number:05}.ipynb", json.dumps(book | {"cells": [cell | {"source": each.source}]}))
        _write(folder / f"{number:05}.txt", f"{each.prints}\n")


def write_print_comments(folder: Path, of: Sequence[Snippet]) -> None:
    """Documents as pytest-examples reads them: the output stands in a comment below `print`."""
    _write_documents(folder, [f"{each.source}#> {each.prints}\n" for each in of])


def write_doctests(folder: Path, of: Sequence[Snippet]) -> None:
    """Documents as Sybil reads them: doctests."""
    _write_documents(folder, [f"{_prompted(each.source)}{each.prints}\n" for each in of])


def _write_documents(folder: Path, examples: Sequence[str]) -> None:
    for start in range(0, len(examples), PER_FILE):
        blocks = [f"```python\n{example}```\n" for example in examples[start : start + PER_FILE]]
        _write(folder / f"{start // PER_FILE:04}.md", "# Examples\n\n" + "\n".join(blocks))


def _prompted(source: str) -> str:
    lines = [line for line in source.splitlines() if line]
    return "".join(f"{'...' if line.startswith(' ') else '>>>'} {line}\n" for line in lines)


def _write_quiz(folder: Path, runtime: Runtime, numbers: range, mixed: bool, instead: dict[int, int]) -> None:
    name = f"{runtime}-{numbers.start // PER_FILE:05}"
    topic = f"{runtime}-{numbers.start // PER_FILE // _FILES_PER_TOPIC:04}"
    header = f"quiz: {name}\ntitle: Generated quiz {name}\ntopic: {topic}\nruntime: {runtime}\nblocks:\n"
    questions = [_question(runtime, number, instead.get(number, number), mixed) for number in numbers]
    _write(folder / topic / f"{name}.yaml", header + "".join(questions))


def _question(runtime: Runtime, number: int, index: int, mixed: bool) -> str:
    """One question in YAML; texts are written as JSON, which YAML includes."""
    this = snippet(runtime, index)
    lines = [f"- id: {runtime}-{number:06}"]
    if mixed and number % PER_FILE == PER_FILE - 1:
        lines += ["  kind: choice", _text("prompt", f"Which program ends with the result `{this.prints}`?")]
        lines += ["  check: |", f"    assert str(result) == {this.prints!r}", "  options:"]
        lines += ["    - code: |", *_indented(_assigning(this), 8), "      key: true"]
        for wrong in _others(runtime, index, this.prints):
            lines += ["    - code: |", *_indented(_assigning(wrong), 8)]
            lines += ["    " + _text("mistake", f"The result of this one is `{wrong.prints}`.")]
    elif mixed and number % PER_FILE in (4, 8):
        lines += ["  kind: choice", "  prompt: What does this program print?"]
        lines += ["  code: |", *_indented(this.source, 4), "  options:"]
        lines += [f"    - prints: {json.dumps(this.prints)}", "      key: true", *_mistakes(this)]
    else:
        lines += ["  kind: predict-output", "  prompt: What does this program print?"]
        lines += ["  code: |", *_indented(this.source, 4)]
        lines += [f"  answer: {json.dumps(this.prints)}", "  distractors:", *_mistakes(this)]
    lines += [_text("explanation", f"The result is `{this.prints}`. Follow the program line by line to see why.")]
    return "".join(f"  {line}\n" if line else "\n" for line in lines)


def _text(key: str, text: str) -> str:
    return f"  {key}: {json.dumps(text)}"


def _mistakes(of: Snippet) -> list[str]:
    lines = []
    for text in of.mistaken:
        lines += [f"    - prints: {json.dumps(text)}", "      mistake: One step was left out, or taken twice."]
    return lines


def _others(runtime: Runtime, index: int, prints: str) -> list[Snippet]:
    """Two snippets of the same sort that print something else."""
    step = len(_TEMPLATES[runtime])
    candidates = (snippet(runtime, index + step * turn) for turn in range(1, 50))
    return [each for each in candidates if each.prints != prints][:2]


def _assigning(of: Snippet) -> str:
    return f"{of.body}result = {of.expression}\n"


def _indented(text: str, by: int) -> list[str]:
    return textwrap.indent(text, " " * by).splitlines()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# One template a function: the statements, the expression, what it prints, and what one may mistake it for.


def _torch_frozen(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import torch.nn as nn

        model = nn.Sequential(nn.Linear({a}, {b}), nn.ReLU(), nn.Linear({b}, {c}))
        for parameter in model[0].parameters():
            parameter.requires_grad = False
        """
    expression = "sum(p.numel() for p in model.parameters() if p.requires_grad)"
    return body, expression, b * c + c, [a * b + b + b * c + c, b * c]


def _torch_broadcast(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import torch

        x = torch.zeros({a}, 1, {b})
        y = torch.ones({c}, 1)
        """
    return body, "tuple((x + y).shape)", (a, c, b), [(a, 1, b), (a, b, c), (c, 1, b)]


def _torch_gradient(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import torch

        x = torch.tensor({a}.0, requires_grad=True)
        y = {b} * x**2 + {c} * x
        y.backward()
        """
    return body, "x.grad.item()", 2.0 * a * b + c, [float(b * a * a + c * a), 2.0 * a * b]


def _torch_accumulated(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import torch

        w = torch.full(({a},), {b}.0, requires_grad=True)
        for _ in range({c}):
            (w * w).sum().backward()
        """
    return body, "w.grad[0].item()", 2.0 * b * c, [2.0 * b, 2.0 * a * b * c]


def _torch_convolved(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    side = 2 * c
    body = f"""
        import torch
        import torch.nn as nn

        convolution = nn.Conv2d({a}, {b}, kernel_size=3, padding=1, stride=2)
        image = torch.zeros(1, {a}, {side}, {side})
        """
    return body, "tuple(convolution(image).shape)", (1, b, c, c), [(1, b, side, side), (1, a, c, c)]


def _torch_mean(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import torch

        x = torch.arange({a * b * c}).reshape({a}, {b}, {c})
        """
    return body, "tuple(x.float().mean(dim=1).shape)", (a, c), [(b, c), (a, 1, c), (a, b)]


def _torch_steps(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import torch

        w = torch.tensor({a}.0, requires_grad=True)
        for _ in range({c}):
            loss = {b} * w
            loss.backward()
            with torch.no_grad():
                w -= 0.5 * w.grad
            w.grad = None
        """
    return body, "w.item()", a - 0.5 * b * c, [a - 0.5 * b, a - 0.25 * b * c * (c + 1)]


def _torch_view(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import torch

        x = torch.zeros({a + 6}, {b + 6})
        y = x.view(-1)
        y[:{c}] = 2.0
        """
    return body, "x.sum().item()", 2.0 * c, [0.0, 2.0 * c * (b + 6)]


def _torch_counted(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    total = a * 25 + b
    body = f"""
        import torch

        labels = torch.arange({total}) % {c}
        """
    return body, "(labels == 0).sum().item()", -(-total // c), [total // c, total - total // c, c]


def _torch_recurrent(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import torch.nn as nn

        layer = nn.GRU(input_size={a}, hidden_size={b})
        head = nn.Linear({b}, {c})
        """
    whole = 3 * (a * b + b * b + 2 * b) + b * c + c
    expression = "sum(p.numel() for part in (layer, head) for p in part.parameters())"
    return body, expression, whole, [whole - 3 * b, whole - b * c - c]


def _tf_frozen(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        layers = [tf.keras.layers.Dense({b}), tf.keras.layers.Dense({c})]
        model = tf.keras.Sequential([tf.keras.Input(({a},)), *layers])
        layers[0].trainable = False
        """
    expression = "sum(w.numpy().size for w in model.trainable_weights)"
    return body, expression, b * c + c, [a * b + b + b * c + c, b * c]


def _tf_broadcast(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        x = tf.zeros(({a}, 1, {b}))
        y = tf.ones(({c}, 1))
        """
    return body, "tuple((x + y).shape)", (a, c, b), [(a, 1, b), (a, b, c), (c, 1, b)]


def _tf_gradient(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        x = tf.Variable({a}.0)
        with tf.GradientTape() as tape:
            y = {b} * x**2 + {c} * x
        gradient = tape.gradient(y, x)
        """
    return body, "float(gradient.numpy())", 2.0 * a * b + c, [float(b * a * a + c * a), 2.0 * a * b]


def _tf_assigned(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        w = tf.Variable({a}.0)
        for _ in range({c}):
            w.assign_sub({b} * 0.5, read_value=False)
        """
    return body, "float(w.numpy())", a - 0.5 * b * c, [float(a), a - 0.5 * b]


def _tf_convolved(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    side = 2 * c
    body = f"""
        import tensorflow as tf

        convolution = tf.keras.layers.Conv2D({b}, 3, strides=2, padding="same")
        image = tf.zeros((1, {side}, {side}, {a}))
        """
    return body, "tuple(convolution(image).shape)", (1, c, c, b), [(1, side, side, b), (1, b, c, c)]


def _tf_mean(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        x = tf.reshape(tf.range({a * b * c}), ({a}, {b}, {c}))
        """
    return body, "tuple(tf.reduce_mean(x, axis=1).shape)", (a, c), [(b, c), (a, 1, c), (a, b)]


def _tf_counted(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    total = a * 25 + b
    body = f"""
        import tensorflow as tf

        labels = tf.range({total}) % {c}
        """
    expression = "int(tf.math.count_nonzero(labels == 0))"
    return body, expression, -(-total // c), [total // c, total - total // c, c]


def _tf_reshaped(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        table = tf.reshape(tf.range({a * b * c}), ({c}, {a}, {b}))
        """
    return body, "int(table[1, 2, 3])", a * b + 2 * b + 3, [a * b + 3 * a + 2, 2 * b + 3]


def _tf_recurrent(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        layers = [tf.keras.layers.LSTM({b}), tf.keras.layers.Dense({c})]
        model = tf.keras.Sequential([tf.keras.Input((None, {a})), *layers])
        """
    whole = 4 * (a * b + b * b + b) + b * c + c
    return body, "model.count_params()", whole, [whole + 4 * b, whole - b * c - c]


def _tf_joined(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        import tensorflow as tf

        x = tf.zeros(({a}, {b}))
        y = tf.ones(({c}, {b}))
        """
    return body, "tuple(tf.concat([x, y], axis=0).shape)", (a + c, b), [(a, 2 * b), (2, a, b)]


def _python_late(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        functions = [lambda: {a} * i + {c} for i in range({b})]
        """
    return body, "functions[0]()", a * (b - 1) + c, [c, a * b + c]


def _python_step(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    values = list(range(a, a + b * c))
    body = f"""
        values = list(range({a}, {a + b * c}))
        """
    return body, f"values[::-{c}][:3]", values[::-c][:3], [values[::c][:3], values[-3:]]


def _python_floor(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    top = 7 * a + c
    body = f"""
        debt = -{top}
        share = {b}
        whole = debt // share
        """
    return body, f"(whole, debt % share, {c})", (-top // b, -top % b, c), [(-(top // b), top % b, c), (top // b, 0, c)]


def _python_shared(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        def put(item, basket=[]):
            basket.append(item)
            return basket
        for item in range({a}):
            last = put(item)
        other = put({b})
        """
    return body, f"len(other) + {c}", a + 1 + c, [1 + c, a + c]


def _python_exhausted(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    total = sum(k * b for k in range(a))
    body = f"""
        prices = (number * {b} for number in range({a}))
        total = sum(prices)
        """
    return body, f"(total, sum(prices) + {c})", (total, c), [(total, total + c), (0, c)]


def _python_distinct(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        remainders = {{number % {a} for number in range({a * b})}}
        remainders.add({c})
        """
    return body, "len(remainders)", a + (c >= a), [a * b, a * b + 1, a, a + 1]


def _python_multiples(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    total = sum(k for k in range(a, a * b) if k % c == 0)
    body = f"""
        total = 0
        for number in range({a}, {a * b}):
            if number % {c}:
                continue
            total += number
        """
    return body, "total", total, [sum(range(a, a * b)) - total, total + a * b]


def _python_aliased(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        row = [{a}, {b}]
        table = [row] * 3
        table[0][1] = {c}
        """
    return body, "table[2]", [a, c], [[a, b], [c, b], [a, b, c]]


def _python_merged(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        first = {{"epochs": {a}, "batch": {b}}}
        second = {{"batch": {b + c}}}
        """
    merged = {"epochs": a, "batch": b + c}
    return body, "{**first, **second}", merged, [{"epochs": a, "batch": b}, {"batch": b + c}]


def _python_formatted(n: Numbers) -> tuple[str, str, object, Sequence[object]]:
    a, b, c = n
    body = f"""
        done = {a}
        of = {a + b + c}
        width = {c}
        """
    share = f"{a / (a + b + c):.0%}"
    mistaken = [f"{a / (a + b + c):.2f}, {a:0{c}}", f"{share}, {a}"]
    return body, 'f"{done / of:.0%}, {done:0{width}}"', f"{share}, {a:0{c}}", mistaken


_TEMPLATES: dict[Runtime, tuple[Template, ...]] = {
    "torch": (
        _torch_frozen,
        _torch_broadcast,
        _torch_gradient,
        _torch_accumulated,
        _torch_convolved,
        _torch_mean,
        _torch_steps,
        _torch_view,
        _torch_counted,
        _torch_recurrent,
    ),
    "tensorflow": (
        _tf_frozen,
        _tf_broadcast,
        _tf_gradient,
        _tf_assigned,
        _tf_convolved,
        _tf_mean,
        _tf_counted,
        _tf_reshaped,
        _tf_recurrent,
        _tf_joined,
    ),
    "python": (
        _python_late,
        _python_step,
        _python_floor,
        _python_shared,
        _python_exhausted,
        _python_distinct,
        _python_multiples,
        _python_aliased,
        _python_merged,
        _python_formatted,
    ),
}
