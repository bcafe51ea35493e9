"""What a run lacked that a learner may have: a package, a network, a GPU, standard input, the file of its program.

A program that fails for such a reason has shown nothing about itself, whatever it should have shown. It is recognised
by what the exception says, because types differ from library to library: PyTorch raises an AssertionError for a missing
GPU, and Keras a plain Exception for a missing network.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from quizproof import rules
from quizproof.outcome import ASKED_FOR_NETWORK, Outcome, Raised

_MODULE = re.compile(r"No module named '?(?P<name>[\w.]+)|Missing optional dependency '(?P<optional>[\w.-]+)'")
_NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|Network is unreachable|\[Errno -[235]\]"
    r"|No address associated with hostname|Max retries exceeded with url|URL fetch failure on"
)
_GPU = re.compile(
    r"not compiled with CUDA|No CUDA GPUs are available|no NVIDIA driver|CUDA driver|no CUDA-capable device"
    r"|torch\.cuda\.is_available\(\) is False|Cannot access accelerator device|not linked with support for mps"
    r"|MPS backend|GPU:\d+ unknown device|Could not satisfy device specification .*GPU",
    re.DOTALL,
)
_END_OF_INPUT = "EOF when reading a line"
# What a worker of `multiprocessing` says that cannot import the program which started it.
_NO_FILE = re.compile(r"_fixup_main_from_path[\s\S]*FileNotFoundError")


class Lack(NamedTuple):
    """Something that a run lacked."""

    rule: str
    message: str
    help: str


def lack(outcome: Outcome, stated: str, *, has_stdin: bool) -> Lack | None:
    """What a run lacked, as its exception says; None when nothing is known to be missing.

    outcome    of the run
    stated     what its author says that is raised: whoever quotes the reason means it. Empty for nothing
    has_stdin  whether its author has given it standard input, perhaps an empty one
    """
    if any(_NO_FILE.search(part.stderr) for part in outcome.parts):
        message = "a process that the program starts could not import it"
        help_ = "Use `multiprocessing` or `concurrent.futures` by name, with what workers run in `setup` or `code`."
        return Lack(rules.WORKER_NOT_STARTED, message, help_)
    if outcome.status == "limit" and outcome.detail == ASKED_FOR_NETWORK:
        return Lack(rules.NO_NETWORK, outcome.detail, _OFFLINE)
    return _lack(outcome.raised, stated, has_stdin) if outcome.raised else None


def missing_module(raised: Raised) -> str:
    """The top-level module or package that an exception says is not installed; empty when it says nothing like it."""
    found = _MODULE.search(raised.message) if raised.type in ("ModuleNotFoundError", "ImportError") else None
    return (found["name"] or found["optional"]).partition(".")[0] if found else ""


def _lack(raised: Raised, stated: str, has_stdin: bool) -> Lack | None:
    said = raised.message
    name = stated.partition(":")[0].strip().rpartition(".")[2]
    if (module := missing_module(raised)) and name != raised.type:
        help_ = (
            f"Install it, or correct its name. If not everybody has it, list it in the header: `packages: [{module}]`. "
            f"If that is the point, state `{raised.type}`."
        )
        return Lack(rules.MODULE_MISSING, f"`{module}` is not installed, so the program stopped: {raised}", help_)
    if _NETWORK.search(said) and not _NETWORK.search(stated):
        return Lack(rules.NO_NETWORK, f"it needs a network, which runs do not have: {raised}", _OFFLINE)
    if _GPU.search(said) and not _GPU.search(stated):
        return Lack(rules.NO_GPU, f"it needs a GPU, which runs do not have: {raised}", _ON_CPU)
    if raised.type == "EOFError" and said == _END_OF_INPUT and not has_stdin and name != raised.type:
        help_ = 'Give it what it reads, under `stdin:`; `stdin: ""` if the end of input is the point.'
        return Lack(rules.NO_INPUT, "it reads standard input, and the question gives it none", help_)
    return None


_OFFLINE = "Make the data in the snippet, or put it in the folder `files` of the bank."
_ON_CPU = (
    "Ask for what runs on a CPU. If the missing GPU is the point, quote the message: "
    '`happens: "AssertionError: Torch not compiled with CUDA enabled"`.'
)
