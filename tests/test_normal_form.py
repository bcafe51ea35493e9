"""Normal forms: programs that do the same share one, others do not; and the site's script computes the same."""

from __future__ import annotations

import ast
import inspect
import io
import random
import re
import statistics
import textwrap
import tokenize
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quizproof.snippets import given, normal_form, simplify
from quizproof.snippets.given import Given, given_by
from quizproof.snippets.normal_form import NOTHING_AROUND
from quizproof.snippets.normal_form import normal_form as form_of
from quizproof.snippets.syntax import parse
from quizproof.snippets.trees import tree_of, written
from quizproof_renderers.site import assets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

SETUP = "import torch\nimport torch.nn as nn\nmodel, x, y = nn.Linear(3, 1), torch.ones(4, 3), torch.ones(4, 1)"
CHECK = "assert not any(p.requires_grad for p in model.parameters())\nassert loss.item() < 1"
AROUND = given_by(SETUP, CHECK)

SAME = [
    ("x = 0.9", "x = .90 # as it was"),
    ("x = 1_000 + 0x10", "x = 1016"),
    ("x = 'a' \"b\"", "x = 'ab'"),
    ("x = '\\x41'", 'x = "A"'),
    ("x = (f(a,\n     b))", "x = f(a, b,)"),
    ("if a: f()", "if a:\n    f()\n    pass"),
    ("for p in a:\n    f(p)", "for q in a: f(q)"),
    ("s = [g(p) for p in a]", "s = [g(element) for element in a]"),
    ("for i in range(20): f()", "for _ in range(0, 20, 1):\n    f()"),
    ("x = a[:-2]", "x = a[None:-2]"),
    ("x = a is not b", "x = not a is b"),
    ("x = a not in (1, 2)", "x = not (a in [1, 2])"),
    ("w -= 0.1 * g", "w -= g * .1"),
    ("x = a >= 0", "x = 0 <= a"),
    ("x = a and b and c", "x = (a and b) and c"),
    ("if not a:\n    f()\nelse:\n    g()", "if a:\n    g()\nelse:\n    f()"),
    ("with a as b, c as d: f(b, d)", "with a as b:\n    with c as d:\n        f(b, d)"),
    ("x = {'params': a, 'lr': 0.1}", "x = dict(params=a, lr=0.1)"),
    ("f(labels=a, logits=b)", "f(logits=b, labels=a)"),
    ("def f(a):\n    return", 'def f(a):\n    """Do nothing."""\n    return None'),
    ("def f(a: int, b: nn.Module) -> None: g(a)", "def f(a, b): g(a)"),
    ("def f(a):\n    total = a + 1\n    return total * 2", "def f(a):\n    t = a + 1\n    return t * 2"),
    ("def f(a):\n    out = g(a)\n    return out", "def f(a):\n    return g(a)"),
    ("lr = 0.1\nfor p in a: f(p, lr)", "for p in a: f(p, 0.1)"),
    ("loss = f(x) / 3\nloss.backward()", "loss = f(x)\nloss = loss / 3\nloss.backward()"),
    ("import torch\ntorch.ones(3)", "torch.ones(3)"),
    ("nn.functional.relu(x)", "from torch.nn import functional as F\nF.relu(x)"),
    ("torch.optim.SGD(a)", "from torch import optim\noptim.SGD(a)"),
    (
        "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\na = A()",
        "class Net(nn.Module):\n    def __init__(self):\n        super(Net, self).__init__()\na = Net()",
    ),
]
DIFFERENT = [
    ("x = 1", "x = 1.0"),
    ("x = 1", "x = True"),
    ("x = -0.0", "x = 0.0"),
    ("x = 'a'", "x = b'a'"),
    ("x = a + b + c", "x = a + (b + c)"),
    ("x = a * b", "x = b * a"),
    ("x = a - 1", "x = 1 - a"),
    ("x = a < 1", "x = 1 < a"),
    ("w -= a", "w = w - a"),
    ("x = a == b", "x = not a != b"),
    ("for loss in a: f(loss)", "for cost in a: f(cost)"),
    ("for p in a: f(p)", "for p in a: f(q)"),
    ("for p in a: f(p)\ng(p)", "for p in a: f(p)\ng(q)"),
    ("x = [p for p in p]", "x = [q for q in q]"),
    ("sum = sum(a)", "total = total(a)"),
    ("loss = f(x)\nloss.backward()", "f(x).backward()"),
    ("a = f()\nb = g()\nh(b, a)", "b = g()\na = f()\nh(b, a)"),
    ("t = f()\nh(g(), t)", "h(g(), f())"),
    ("t = f()\nx.h(t)", "x.h(f())"),
    ("t = f()\nwhile t: g()", "while f(): g()"),
    ("t = f()\nh(lambda: t)", "h(lambda: f())"),
    ("t = f()\nh([t for _ in a])", "h([f() for _ in a])"),
    ("f(b=g(), a=h())", "f(a=h(), b=g())"),
    ("x = dict(b=1, a=2)", "x = dict(a=2, b=1)"),
    ("def f(**k): return k\nx = f(b=1, a=2)", "def f(**k): return k\nx = f(a=2, b=1)"),
    ("math.floor(2.5)", "import math\nmath.floor(2.5)"),
    ("from torch import missing\nf()", "f()"),
    ("import torch.nn.missing as m\nm.f()", "from torch.nn import missing as m\nm.f()"),
    ("def f(a): return a\nx = f(a=1)", "def f(b): return b\nx = f(a=1)"),
    ("def f(a: missing): return a", "def f(a): return a"),
    ("class A:\n    x: int = 3", "class A:\n    x = 3"),
    ("def f():\n    global t\n    t = 1\nt = 0\nf()", "def f():\n    t = 1\nt = 0\nf()"),
    ("if a:\n    f()\ng()", "if a:\n    f()\n    g()"),
    ("def f():\n    return\n    g()", "def f():\n    g()"),
    ("x = {1, 2}", "x = (1, 2)"),
    ("f([w, b])", "f((w, b))"),
    ("def mine(): pass\nf(mine, 'mine')", "def other(): pass\nf(other, 'mine')"),
    ("a = 1\nprint(locals())", "b = 1\nprint(locals())"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_program(one: str, other: str) -> None:
    form = form_of(one, AROUND)
    assert form is not None
    assert form == form_of(other, AROUND)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_programs(one: str, other: str) -> None:
    """Each would do something else in some place, or raise an exception."""
    assert form_of(one, AROUND) != form_of(other, AROUND)


@pytest.mark.parametrize("source", ["x = (", "yield 1", "async def f(): pass", "x\0", "x = 1\n  y = 2", "a" * 30_000])
def test_no_normal_form(source: str) -> None:
    assert form_of(source) is None


def test_names_that_a_check_reads_are_kept() -> None:
    """But not those that it binds first, or that are only in a function or a comprehension of its own."""
    assert given_by("", "got = [p for p in a]\ndef f(q): return q").names == {"a", "f"}
    assert form_of("r = 1", given_by("", "assert r")) != form_of("s = 1", given_by("", "assert r"))


def test_code_that_looks_at_programs_leaves_only_the_tree() -> None:
    for check in ("assert 'r' in globals()", "import inspect", "assert f.__doc__", "from torch import *", "len = max"):
        around = given_by("", check)
        assert around.plain
        assert form_of("def f(): 'Text'", around) != form_of("def f(): pass", around)
        assert form_of("x  =  0.50", around) == form_of("x = .5", around)


def test_lists_of_the_script_are_these() -> None:
    """Words that both must know."""
    script = Path(str(assets.__file__)).parent / "static" / "script"
    text = (script / "normal.js").read_text(encoding="utf-8") + (script / "simplify.js").read_text(encoding="utf-8")
    words = set(re.findall(r"[^\s\"',\[\]]+", " ".join(re.findall(r'"([^"\n]*)"', text))))
    for known in (given.REFLECTIVE, normal_form.PACKAGES, normal_form.TYPES, simplify.PLAIN_TYPES, simplify.IN_ORDER):
        assert known <= words, sorted(known - words)


# ---- the site's script


@pytest.fixture(scope="module")
def script(browser: Browser) -> Iterator[Page]:
    """A page in which `reader` has the functions of the site's script that read programs."""
    source = assets.reader().decode()
    assert source.endswith("})();\n")
    exposed = source.removesuffix("})();\n") + "window.reader = { normalForm, parseProgram, written };\n})();"
    with browser.new_context() as context:
        page = context.new_page()
        page.evaluate(f"() => {{ {exposed} }}")
        yield page


def forms_of_script(page: Page, programs: list[tuple[str, Given]]) -> list[Any]:
    """For each program its tree, or None, and its normal form, or None."""
    pairs = [(source, around_of(around)) for source, around in programs]
    forms: list[Any] = page.evaluate(
        """(pairs) => pairs.map(([source, given]) => {
            let tree = null;
            try { tree = reader.written(reader.parseProgram(source)); } catch (error) { tree = null; }
            const around = { ...given, names: new Set(given.names), modules: new Map(Object.entries(given.modules)) };
            return [tree, reader.normalForm(source, around)];
        })""",
        pairs,
    )
    return forms


def around_of(around: Given) -> dict[str, object]:
    """As the page has it."""
    parts = {"names": sorted(around.names), "modules": dict(around.modules), "plain": around.plain}
    return {**parts, "sort": around.sort_keywords}


def statements_of(*modules: object) -> Iterator[str]:
    """Compound statements of modules, with their indentation taken away."""
    for module in modules:
        source = Path(str(inspect.getsourcefile(module))).read_text(encoding="utf-8")  # type: ignore[arg-type]
        lines = source.split("\n")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.For | ast.If | ast.With | ast.Try | ast.ClassDef | ast.While):
                yield textwrap.dedent("\n".join(lines[node.lineno - 1 : node.end_lineno]))


def test_script_reads_programs_as_python_does(script: Page) -> None:
    """Trees and normal forms of the standard library, to the letter; nearly all of it is read."""
    short = [source for source in statements_of(statistics, textwrap, inspect, tokenize) if len(source) < 2_500]
    pairs = [pair for table in (SAME, DIFFERENT) for pair in table]
    programs = [*((source, AROUND) for source in short), *((source, AROUND) for pair in pairs for source in pair)]
    read = 0
    for (source, around), (tree, form) in zip(programs, forms_of_script(script, programs), strict=True):
        ours = tree_of(source)
        if tree is not None:
            assert ours is not None, source
            assert tree == written(ours), source
            assert form == form_of(source, around), source
            read += 1
    assert len(programs) > 300
    assert read > 0.85 * len(programs)


def test_script_refuses_what_is_not_python(script: Page) -> None:
    """Programs with one token left out, doubled or exchanged: what Python refuses, the script does not read."""
    draw = random.Random(20261129)
    damaged = []
    for source in statements_of(statistics, textwrap):
        if len(source) < 600 and parse(source):
            tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
            for token in draw.sample(tokens, min(4, len(tokens))):
                if token.start[0] == token.end[0] and token.string.strip():
                    lines = source.split("\n")
                    line = lines[token.start[0] - 1]
                    new = draw.choice(["", f"{token.string} {token.string}", draw.choice(tokens).string.strip("\n")])
                    lines[token.start[0] - 1] = line[: token.start[1]] + new + line[token.end[1] :]
                    damaged.append(("\n".join(lines), NOTHING_AROUND))
    seen: Counter[bool] = Counter()
    for (source, _), (tree, form) in zip(damaged, forms_of_script(script, damaged), strict=True):
        ours = tree_of(source)
        seen[ours is None] += 1
        if ours is None:
            assert tree is None, source
            assert form is None, source
        elif tree is not None:
            assert tree == written(ours), source
    assert min(seen.values()) > 20
