"""When two outputs, or two numbers, count as the same."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import same_outputs
from quizproof.comparison.outputs import difference, disagreement, fold, fold_expression, same_output
from quizproof.comparison.quantity import same_number
from quizproof.comparison.tolerance import Tolerance


@pytest.mark.parametrize(
    ("one", "other", "tolerance", "same"),
    [
        ("2\n", "2", None, True),
        ("a  \nb\n\n", "a\nb", None, True),
        ("a\n\nb", "a\nb", None, False),
        (" a", "a", None, False),
        ("<f at 0x7f00deadbeef>", "<f at 0x7fff12345678>", None, True),
        ("0xcafebabe", "0xdeadbeef", None, False),
        ("0xff", "0xfe", None, False),
        ("tensor([0.3333])", "tensor([0.3334])", None, False),
        ("tensor([0.3333])", "tensor([0.3334])", 1e-3, True),
        ("tensor([0.3333])", "tensor([0.3534])", 1e-3, False),
        ("loss 1.0 acc 2", "loss 1.0 err 2", 1.0, False),
        ("1 2", "1 2 3", 9.0, False),
        ("layer1: 4", "layer2: 4", 5.0, False),
        ("-1e-3", "1e-3", 0.01, True),
        ("# 1", "1 1", 9.0, False),
        ("# 1", "1 #", 9.0, False),
        ("\0 1", "1 \0", 9.0, False),
    ],
)
def test_same_output(one: str, other: str, tolerance: float | None, same: bool) -> None:
    """Trailing space and addresses never matter; numbers only where a tolerance is given; names always."""
    assert same_output(one, other, tolerance) is same
    assert same_output(other, one, tolerance) is same


@pytest.mark.parametrize(("stated", "real"), same_outputs.SAME)
def test_layout_says_nothing(stated: str, real: str) -> None:
    """How arrays are padded and broken, and how lists are typed; with a tolerance as well."""
    assert same_output(stated, real)
    assert same_output(stated, real, 0.001)


@pytest.mark.parametrize(("stated", "real"), same_outputs.DIFFERENT)
def test_words_values_and_layouts_of_a_program_count(stated: str, real: str) -> None:
    """White space between words, values and types; and whatever layout a program made itself."""
    assert not same_output(stated, real)


@pytest.mark.parametrize(
    ("stated", "real", "absolute", "relative", "same"),
    [(*row, True) for row in same_outputs.NEAR] + [(*row, False) for row in same_outputs.FAR],
)
def test_tolerance_is_around_the_real_number(
    stated: str, real: str, absolute: float, relative: float, *, same: bool
) -> None:
    """Absolute or relative, and to the precision of a 32-bit float."""
    assert same_output(stated, real, Tolerance(absolute, relative)) is same


@pytest.mark.parametrize(
    "text",
    [
        "<object object at {}>",
        "<generator object <genexpr> at {}>",
        "<bound method Net.forward of <__main__.Net object at {}>>",
        "(<cell at {}: int object at {}>,)",
        "<weakref at {}; to 'Net' at {}>",
        "<asyncio.locks.Event object at {} [unset]>",
        '<code object f at {}, file "x.py", line 2>',
        "[None <object object at {}>]",
        "<md5 _hashlib.HASH object @ {}>",
        "Generator(PCG64) at {}",
    ],
)
def test_addresses_are_masked(text: str) -> None:
    """In all forms that Python and the frameworks print, of any length, and as the author may write it."""
    real = ["0x7f4bfab0e1d0", "0x9d1b20", "0x7F4BFA14D000", "0x000001F2A3B4C5D0", "0x..."]
    masked = fold(text.replace("{}", real[0]))
    assert masked == text.replace("{}", "0x...")
    assert all(same_output(text.replace("{}", address), masked) for address in real)


@pytest.mark.parametrize("text", ["0x{}", "color=0x{}", "hat 0x{}", "at 0x{}00g", "at 0x{}" + 11 * "0", "<Color 0x{}>"])
def test_numbers_in_base_16_are_not_addresses(text: str) -> None:
    """What a program prints on purpose is compared, with a tolerance as well."""
    for tolerance in (None, 1e9):
        assert not same_output(text.format("123456"), text.format("123457"), tolerance)


@pytest.mark.parametrize(
    ("one", "other", "tolerance"),
    [
        # written in another way
        ("1", "1.0", 0),
        ("1e-05", "0.00001", 0),
        ("1E3", "1,000", 0),
        ("-0.0", "0.0", 0),
        ("1,526,400.5 values", "1526400 values", 0.5),
        ("+0.001", "-0.001", 0.01),
        # beside signs
        ("loss=0.5,acc:0.25", "loss=0.51,acc:0.26", 0.01),
        ("0.5/0.8-0.3", "0.51/0.81-0.31", 0.01),
        ("(0.5%) [~1.5]", "(0.51%) [~1.51]", 0.01),
        ("It is 0.5.", "It is 0.51.", 0.01),
        ("There are 12. Good.", "There are 12.5. Good.", 0.5),
        ("{'a': 0.5, 1: -2}", "{'a': 0.51, 1: -2.01}", 0.01),
        # complex
        ("(1+2j) 1e-05j", "(1.001+1.999j) 0j", 0.01),
        ("(-1-2.5e-07j)", "(-1+0j)", 1e-6),
        ("(nan+infj)", "(nan+infj)", 0),
        ("[ 1.  +2.j  10.25-3.5j]", "[1.001+2.j 10.251-3.5j]", 0.01),
        ("tensor([1.-1.0000e-05j, 2.+nanj])", "tensor([1.+0.j, 2.001+nanj])", 0.01),
        # layout
        ("a   0.5 b\n     10.5  c", "a 0.5   b\n 10.5 c", 0),
        ("x= 9.99", "x=10.01", 0.1),
        ("[[ 9.99 1.  ]\n [ 2.   3.  ]]", "[[10.01  1.]\n [2. 3.]]", 0.1),
        ("[0. 1. ... 8. 9.]", "[0.001 1. ...\n 8. 9.]", 0.01),
        # integers of any length
        (f"1{'0' * 400}", f"1{'0' * 399}1", 1),
    ],
)
def test_same_within_tolerance(one: str, other: str, tolerance: float) -> None:
    """Numbers are compared by value, and the layout of arrays does not matter."""
    assert not same_output(one, other) or one == other
    assert same_output(one, other, tolerance)
    assert same_output(other, one, tolerance)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # names, dates, versions, times
        ("0.weight", "1.weight"),
        ("model.0", "model.1"),
        ("resnet-50", "resnet-51"),
        ("cuda:0", "cuda:1"),
        ("<tf.Variable 'v:0' shape=() dtype=int32, numpy=1>", "<tf.Variable 'v:1' shape=() dtype=int32, numpy=1>"),
        ("float32", "float64"),
        ("0x10", "0x11"),
        ("1_000", "1_001"),
        ("3D", "4D"),
        ("layer\u00e91", "layer\u00e92"),
        ("2026-01-05", "2026-01-06"),
        ("12:30:05.5", "12:30:05.6"),
        ("12:30", "12:31"),
        ("2.13.0", "2.14.0"),
        ("2.13.0+cpu", "2.13.1+cpu"),
        ("127.0.0.1", "127.0.0.2"),
        ("epoch 1/10", "epoch 2/10"),
        ("2-layer", "3-layer"),
        ("'1'", "'2'"),
        ("['a  b', 1]", "['a b', 1]"),
        # shapes, dtypes, counts
        ("torch.Size([1, 2])", "torch.Size([1, 3])"),
        ("shape: (1, 2)", "shape: (1, 3)"),
        ("TensorShape([2, None])", "TensorShape([3, None])"),
        ("tensor([], size=(0, 3))", "tensor([], size=(0, 4))"),
        ("tensor([1])", "tensor([1.])"),
        ("tensor(1)", "tensor(1.)"),
        ("array([1, 2])", "array([1., 2.])"),
        ("[1 2]", "[1. 2.]"),
        ("[[1 2]\n [3 4]]", "[[1. 2.]\n [3. 4.]]"),
        ("tensor([1., 2.])", "tensor([1., 2.], dtype=torch.float64)"),
        ("tensor(0.5)", "tensor(0.5, grad_fn=<MulBackward0>)"),
        ("tensor([1., 2.])", "array([1., 2.])"),
        ("[1. 2.]", "[[1. 2.]]"),
        ("[1. 2.]", "[1. 2. 2.]"),
        ("[1. 2.]", "[1., 2.]"),
        ("[1. ... 2.]", "[1. 1. 2.]"),
        # numbers that are none
        ("nan", "1.0"),
        ("nan", "inf"),
        ("inf", "-inf"),
        ("1e999999", "1e999998"),
        ("1+1j", "1 j 1"),
        ("(1+1j)", "(1+1)"),
        ("1,000", "3,000"),
        ("1 2", "12"),
        ("3-1", "3 -1"),
        ("[1.] of floats", "[1] of integers"),
        (f"1{'0' * 400}", f"2{'0' * 400}"),
        # signs and lines
        ("There are 12.", "There are 12"),
        ("1 2", "1\n2"),
        ("1\n\n2", "1\n2"),
        ("a b 1", "ab 1"),
        ("a\n b 1", "a\nb 1"),
        ("1 [", "1 ]"),
    ],
)
def test_tolerance_makes_nothing_else_the_same(one: str, other: str) -> None:
    """Names, words, signs, shapes, dtypes, counts and lines must agree, however large the tolerance."""
    assert not same_output(one, other, 9)
    assert not same_output(other, one, 9)


PIECES = [
    "1",
    "-2.5",
    "0.",
    "1e-05",
    "+.5",
    "1,000",
    "3j",
    "nan",
    "-inf",
    "...",
    "0x1f",
    "v2",
    "é",
    "2.1.0",
    "at 0x7f0000",
]
PIECES += [
    "[",
    "]",
    "(",
    ")",
    "tensor(",
    "array(",
    ", ",
    ",",
    " ",
    "  ",
    "\n",
    "\n ",
    "'",
    '"',
    "\\",
    ":",
    "-",
    "/",
    ".",
    "=",
]
PIECES += [
    "shape=(1,)",
    "torch.Size([2])",
    "<tf.Tensor: shape=(), dtype=int32, numpy=",
    "tf.Tensor(",
    ">",
    "<",
    "\0",
    "j",
]
SOUP = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text()


@given(SOUP, st.floats(0, 10))
def test_output_is_the_same_as_itself(text: str, tolerance: float) -> None:
    """Reflexive, and folding twice changes nothing."""
    assert same_output(text, text, tolerance)
    assert fold(fold(text)) == fold(text)


@given(SOUP, SOUP, st.floats(0, 10))
def test_comparing_is_symmetric(one: str, other: str, tolerance: float) -> None:
    """Which of two outputs is the stated one matters for the layout only; and a tolerance never makes them differ."""
    for real in (one, other, ""):
        assert same_output(one, other, tolerance, model=real) is same_output(other, one, tolerance, model=real)
        assert same_output(one, other, tolerance, model=real) or not same_output(one, other, model=real)


CONTEXTS = [
    "{}",
    "loss: {}, lr={}",
    "{}%\n({}/{})",
    "[{}, {}]",
    "[[{} {}]\n [{}  {}]]",
    "tensor([{}, {}], dtype=torch.float64)",
]
CONTEXTS += ["tf.Tensor([{} {}], shape=(2,), dtype=float64)", "<tf.Tensor: shape=(), dtype=float32, numpy={}>"]
CONTEXTS += ["<tf.Variable 'v:0' shape=(2,) dtype=float32, numpy=array([{}, {}], dtype=float32)>", "({}+{}j)"]
CONTEXTS += [
    "<Variable path=dense_1/bias, shape=(2,), dtype=float32, value=[{} {}]>",
    "OrderedDict([('w', tensor([[{}]]))])",
]


@given(
    st.sampled_from(CONTEXTS),
    st.lists(st.tuples(st.integers(0, 10**8), st.integers(-30, 30)), min_size=4, max_size=4),
    st.integers(0, 30),
    st.sampled_from(["f", "e"]),
)
def test_exactly_the_tolerance_decides(context: str, numbers: list[tuple[int, int]], most: int, form: str) -> None:
    """Within the tolerance is the same and beyond it is not, wherever the number stands and however it is printed."""
    before = [Decimal(number) / 1000 for number, _ in numbers]
    after = [abs(number + Decimal(change) / 1000) for number, (_, change) in zip(before, numbers, strict=True)]
    shown, changed = (
        context.format(*(f"{n:.3f}" if form == "f" else f"{n:.12e}" for n in ns)) for ns in (before, after)
    )
    compared = list(zip(before, after, strict=True))[: context.count("{}")]
    assert same_output(shown, changed, most / 1000) is all(abs(a - b) * 1000 <= most for a, b in compared)


PRINTED = [
    "loss: 0.5, acc (train) = 12.5% of 7 steps\n'done' at last",
    "Parameter containing:\ntensor([[-0.5481,  1.1773],\n        [-1.6587,  0.6651]], requires_grad=True)",
    "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>",
    "tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)",
    "[<tf.Tensor: shape=(), dtype=string, numpy=b'a, b'>, torch.Size([2, 3]), 2026-01-05, nan, -inf]",
    "<tf.Variable 'Variable:0' shape=() dtype=int32, numpy=3>",
]
FREE_NUMBER = re.compile(r"(?<![\w.:(-])[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?![\w-])")


@given(st.sampled_from(PRINTED), st.data())
def test_every_sign_that_is_no_number_counts(text: str, data: st.DataObject) -> None:
    """Changing any one of them to any other visible one makes a difference."""
    numeric = {place for match in FREE_NUMBER.finditer(text) for place in range(*match.span())}
    places = [place for place, sign in enumerate(text) if place not in numeric and not sign.isspace()]
    place = data.draw(st.sampled_from(places))
    sign = data.draw(st.sampled_from("xjeZ7.,:;-+/_'\"#%@<>()[]{}=\\é").filter(lambda sign: sign != text[place]))
    changed = text[:place] + sign + text[place + 1 :]
    assert not same_output(text, changed, 0.25)


@pytest.mark.parametrize(
    "text",
    [
        "1,111" * 50_000,
        "[" * 120_000 + "]" * 120_000,
        "'\\" * 120_000,
        "9" * 250_000 + "x",
        "1." * 100_000,
        "shape([1" * 30_000,
        "<tf.Tensor: shape=(), dtype=a, numpy=array(" * 6_000,
        "<tf.Tensor: shape=(), dtype=a, numpy=array(" + ",shape=()" * 9_000,
        "numpy=" + " " * 200_000,
        "1 " * 100_000 + "j",
        "'\"\\'" * 60_000,
        "shape=(" + "1" * 200_000,
        "1e9999" + "9" * 200_000,
    ],
)
def test_hostile_output_is_compared_too(text: str) -> None:
    """As much as a program may print, of what makes patterns search for long: this would take hours if it did."""
    assert not same_output(text, f"{text}.", 0.5)


def test_difference_is_told_where_it_is() -> None:
    """The line that is beyond the tolerance, not the first that is written in another way."""
    assert difference("0.333\nfoo", "0.3333\nbar", 0.01) == "line 2 is 'bar'"
    assert difference("0.333\nfoo", "0.3333\nbar") == "line 1 is '0.3333'"
    assert difference("0.333\nfoo", "0.3333", 0.01) == "it ends after line 1"
    assert difference("0.333", "0.3333\nfoo", 0.01) == "line 2 is 'foo'"
    assert (
        difference("tensor([[1, 2],\n  [3, 4]])", "tensor([[1., 2.],\n  [3., 4.]])", 1)
        == "line 1 is 'tensor([[1., 2.],'"
    )


@pytest.mark.parametrize(
    ("stated", "real", "words"),
    [
        ("a b", "a  b", "only white space differs: it is 'a  b', not 'a b'"),
        ("a\nb", "a\n\nb", "only white space differs: it has an empty line after line 1"),
        ("a\n\nb", "a\nb", "only white space differs: it has no empty line after line 1"),
        ("x\na b", "x\na\tb", "only white space differs: line 2 is 'a\\tb', not 'a b'"),
        ("caf\u00e9", "cafe\u0301", "it looks the same, but is 'cafe\\u0301', not 'caf\\xe9'"),
        ("[1, 2]\nx", "[1,\n2]\ny", "line 2 is 'y'"),
        ("a", "b", "'b'"),
    ],
)
def test_disagreement_names_what_cannot_be_seen(stated: str, real: str, words: str) -> None:
    """Where nothing but white space or a look-alike differs, the message says so."""
    assert disagreement(stated, real) == words
    assert not same_output(stated, real)


@pytest.mark.parametrize(
    ("one", "other", "tolerance", "dtype", "same"),
    [
        (2**64 - 1, 2**64, 0, "", False),
        (2**64 - 1, 2**64, 1, "", True),
        (10**400, 10**400 + 1, 0, "", False),
        (16777217.0, 16777216.0, 0, "float32", False),
        (71.6, 71.9000015258789, 0.3, "", True),
        (72.2, 71.9000015258789, 0.3, "float32", True),
        (72.21, 71.9000015258789, 0.3, "float32", False),
        (71.6, 72.0, 0.3, "bfloat16", True),
        (71.6, 72.0, 0.3, "", False),
        (10**400, 10**400, 0.5, "", True),
        (10**400, 10**400 + 1, 0.5, "", False),
        (10**400, math.inf, 0.5, "", False),
        ("1/3", "1/3", 0, "Fraction", True),
        (0.3333, "1/3", 0, "Fraction", False),
        (0.30000000000000004, "0.3", 0, "Decimal", False),
        (0.3, "0.30", 0, "Decimal", True),
        (0.30000000000000004, 0.3, 0, "", True),
        ("(1+2j)", "(1+2.005j)", 0.01, "complex", True),
        ("(1+2j)", "(1+2.005j)", 0.001, "complex", False),
    ],
)
def test_numbers_are_compared_in_their_precision(
    one: float | str, other: float | str, tolerance: float, dtype: str, *, same: bool
) -> None:
    """Whole numbers exactly, and floats to what their type can tell apart."""
    assert same_number(one, other, tolerance, dtype) is same


def test_tolerance_includes_its_bound() -> None:
    """0.3 is within 0.1 of 0.2 although floating point says 0.30000000000000004 - 0.2 > 0.1."""
    assert same_number(0.1 + 0.2, 0.2, 0.1)
    assert not same_number(0.31, 0.2, 0.1)


TORCH = """
import json
import numpy as np, torch
t = torch.tensor
draw = torch.Generator().manual_seed(1)
grid = torch.rand(5, 30, generator=draw) * 20
values = [
    t([1.0, 2.0]), t(0.5), t([[1.0, -2.5], [3.0, 4.0]]), grid, grid[0, :9].double(), t([-0.0]), torch.arange(2000.0),
    t([9.9999, 1.0]), t([99999.0, 0.5]), t([1e-5, 1.0]), t([1e10, 1.0]), t([float("nan"), -float("inf"), 1.0]),
    t([1 + 2j, 10.25 - 3.5j]), t(-1j), torch.rand(2, 2, 2, generator=draw), t([0.5, 2.0], requires_grad=True) + 2,
    grid.numpy(), grid[0].numpy(), np.array([1.0, 100.25]), np.float64(9.9999), np.arange(2000.0),
    np.array([1 + 2j, 10.25 - 3.5j]), np.array([np.nan, -np.inf, 9.9999]), np.array([1e300, 1e-300]),
    np.complex128(-1j),
]
integers = [t([1, 2]), t(3), t([[10, -2], [3, 4]]), torch.arange(2000), np.array([1, 2]), np.arange(60).reshape(2, 30)]
"""

TENSORFLOW = """
import json, os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, tensorflow as tf, keras
c = tf.constant
grid = np.random.default_rng(1).random((3, 30)) * 20
values = [
    c([1.0, 2.0]), c(0.5), c([[1.0, 2.0], [3.0, 1e-5]]), c([9.9999, 1.0]), c(grid), tf.range(2000.0),
    c(grid[0], tf.float32), c(np.arange(40) / 7), c([np.nan, np.inf, -np.inf, 1.0]), c([1 + 2j]), c(1.5 + 2j),
    c([1.5], tf.bfloat16), c([[[1.5]]]), c(1.5, tf.float16), c(grid, tf.float16),
]
others = [
    c("hi"), c(b"a'b>\\"c"), c(["a", "b, c", "d'>"]), c([["a"]]), c([True, False]), c(3), c([1, 2]), tf.zeros([0, 3]),
    c(np.arange(2000)), c(np.arange(12) * 1000), c([[1, 2], [3, 4]], tf.int8),
]
variables = [
    tf.Variable([1.0, 2.0]), tf.Variable(0.5, name="lr"), tf.Variable([[1.0, 2.0], [3.0, 4.5]]), tf.Variable(grid),
    keras.Variable([1.0, 2.0]), keras.Variable(0.5), keras.Variable(grid), [c(1.5), c([2.5])],
]
"""


FORMS = ("repr", "str")
NEAR_AND_FAR = {form: f"[[{form}(v), {form}(v + 2e-4), {form}(v + 0.5)] for v in values]" for form in FORMS}
AS_FLOATS = {form: f"[[{form}(v), {form}(v + 0.0)] for v in integers]" for form in FORMS}
TENSORS = "[[repr(v), str(v), repr(v + c(0.0005, v.dtype)), str(v + c(0.5, v.dtype))] for v in values]"
OTHER_TENSORS = "[[repr(v), str(v)] for v in others]"
VARIABLES = "[[repr(v), repr(v + 0.0005 if not isinstance(v, list) else v)] for v in variables]"
EXPRESSIONS = {
    TORCH: (*NEAR_AND_FAR.values(), *AS_FLOATS.values()),
    TENSORFLOW: (TENSORS, OTHER_TENSORS, VARIABLES),
}


@cache
def all_printed(program: str) -> dict[str, list[list[str]]]:
    """What the framework that is installed prints, by expression. All in one process: a framework is slow to import."""
    pairs = ", ".join(f"{what!r}: {what}" for what in EXPRESSIONS[program])
    run = [sys.executable, "-c", f"{program}\nprint(json.dumps({{{pairs}}}))"]
    rows: dict[str, list[list[str]]] = json.loads(
        subprocess.run(run, check=True, capture_output=True, text=True).stdout
    )
    return rows


def printed(program: str, what: str) -> list[list[str]]:
    """What is printed of each value, by the expression `what`."""
    rows = all_printed(program)[what]
    assert rows
    return rows


@pytest.mark.xdist_group("frameworks")
@pytest.mark.parametrize("form", FORMS)
def test_real_prints_of_torch_and_numpy(form: str) -> None:
    """Layout and notation change with the values: the same within a tolerance, but not beyond it or as integers."""
    for real, near, far in printed(TORCH, NEAR_AND_FAR[form]):
        assert same_output(real, near, 1e-3), (real, near)
        assert not same_output(real, far, 0.4), (real, far)
    for integers, floats in printed(TORCH, AS_FLOATS[form]):
        assert not same_output(integers, floats, 9), (integers, floats)


@pytest.mark.xdist_group("frameworks")
def test_real_prints_of_tensorflow() -> None:
    """A tensor is the same as `repr` and `str` show it, with a tolerance; shape, dtype and values count."""
    for representation, text, near, far in printed(TENSORFLOW, TENSORS):
        assert not same_output(representation, text)
        assert same_output(representation, text, 0)
        if "float16" not in representation:
            assert same_output(text, near, 0.001)
            assert not same_output(text, near, 0.0001)
        assert not same_output(representation, far, 0.3)
        for old, new in [("shape=(", "shape=(1, "), ("dtype=", "dtype=u"), ("[", "[[")]:
            assert not same_output(representation, text.replace(old, new, 1), 9) or old not in text


@pytest.mark.xdist_group("frameworks")
def test_real_prints_of_other_tensors_and_variables() -> None:
    """Texts, booleans and integers in tensors; variables, whose two forms are one, and which are no tensors."""
    for representation, text in printed(TENSORFLOW, OTHER_TENSORS):
        assert not same_output(representation, text)
        assert same_output(representation, text, 0)
    for representation, tensor in printed(TENSORFLOW, VARIABLES):
        assert same_output(representation, " ".join(representation.split()), 0)
        assert same_output(representation, re.sub(r"(\d\.\d*)(?![\d)>-])", r"\g<1>0001", representation), 0.01)
        assert same_output(representation, tensor, 0.01) is representation.startswith("[")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a = 'b'", 'a="b"', True),
        ("  f( x,\ty )  ", "f(x, y)", True),
        ("not  x", "not x", True),
        ("not   x", "not\u00a0x", True),
        ("not x", "notx", False),
        ("not  x", "notx", False),
        ("a - -b", "a--b", True),
        ("', '", '","', False),
        ("f( ', ' )", 'f(", ")', True),
        ("sep = ' '", 'sep=""', False),
        (r"'\' ,'", r"'\','", False),
        ("'say \"a\"'", "'say \"a\"'", True),
        ("x['a b'] [ 'c' ]", 'x["a b"]["c"]', True),
        ("'a' 'b'", "'a'  'b'", True),
    ],
)
def test_spacing_in_a_piece_of_code(one: str, other: str, *, same: bool) -> None:
    """However many spaces part two words, they stay two words; within quotation marks every space counts."""
    assert (fold_expression(one) == fold_expression(other)) is same
