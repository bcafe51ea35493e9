"""The machine: what a program shows of the machine that it runs on, although it was the same in every run.

`os.cpu_count() >= 1` and `torch.cuda.is_available()` are facts of a machine and not of Python. What differs when a run
is repeated as on another machine, the runs show (see `stability`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from quizproof import rules
from quizproof.claims import Program
from quizproof.findings import Advice
from quizproof.snippets.syntax import parse

_FACTS = re.compile(
    r"os\.(?:cpu_count|process_cpu_count|sched_getaffinity|getloadavg|sep|name|linesep|pathsep|uname|getlogin|getuid)"
    r"|multiprocessing\.cpu_count|sys\.(?:maxsize|byteorder|platform|getfilesystemencoding)"
    r"|platform\.(?:system|machine|node|release|processor|platform)|socket\.gethostname|Path\.home|locale\.getlocale"
    r"|getpass\.getuser|torch\.(?:get_num_threads|get_num_interop_threads|cuda\.is_available|cuda\.device_count)"
    r"|torch\.backends\.(?:mps|mkldnn|cudnn)\.is_available|tf\.config\.list_(?:physical|logical)_devices"
)
_SAME_EVERYWHERE = frozenset(["isinstance", "type", "callable", "hasattr", "min", "max"])
"""Functions that need not show what they are given."""


def on_machine(programs: Iterable[Program]) -> Iterator[Advice]:
    """Each fact of the machine that a key shows: at the line where it is printed, or is its value.

    programs  of the keys of a block
    """
    told = set()
    for program in programs:
        text = "\n".join(part.source for part in program.parts)
        for part in program.parts:
            if part.role not in ("code", "value", "answer") or not (tree := parse(part.source)):
                continue
            for fact, line in _shown(tree, whole=part.role == "value"):
                if (part.at, line) in told or _is_set(fact, text):
                    continue
                told.add((part.at, line))
                message = f"the answer shows `{fact}`, which is a fact of the machine and not of the program"
                help_ = "Show something that is the same on every reader's machine, or set it in the program."
                yield Advice(rules.MACHINE, part.at, message, line - part.lead, help_)


def _shown(tree: ast.Module, *, whole: bool) -> Iterator[tuple[str, int]]:
    """What is printed of the machine, with its lines. `whole`: all that is in the tree is shown."""
    for node in ast.walk(tree):
        prints = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
        if not (prints or (whole and isinstance(node, ast.Expr))):
            continue
        for each in _untyped(node):
            if isinstance(each, ast.Attribute) and _FACTS.fullmatch(name := ast.unparse(each)):
                yield name, each.lineno


def _untyped(node: ast.AST) -> Iterator[ast.AST]:
    """What is in an expression, but for what only its type, its bounds or its methods are asked of."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _SAME_EVERYWHERE:
        return
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and _FACTS.fullmatch(ast.unparse(node.func.value))
    ):
        return
    if isinstance(node, ast.Compare) and any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _untyped(child)


def _is_set(fact: str, text: str) -> bool:
    """Whether a program sets what it shows: `os.cpu_count = ...`, `torch.set_num_threads(1)`."""
    setter = fact.rpartition(".")[2].replace("get_", "set_")
    replaced = re.search(rf"{re.escape(fact)} *=(?!=)|\b(?:mock|patch)\b", text)
    return bool(replaced) or (setter.startswith("set_") and f"{setter}(" in text)
