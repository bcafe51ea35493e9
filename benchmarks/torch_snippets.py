"""Snippets of PyTorch, one template per function: statements, an expression, what it prints, and common mistakes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.template import Numbers, Template


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


TEMPLATES: tuple[Template, ...] = (
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
)
