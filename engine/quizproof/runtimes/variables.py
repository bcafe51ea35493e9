"""Environment variables that runs inherit, and those that quizproof sets."""

from __future__ import annotations

import os

from quizproof.runtimes.conditions import Conditions

HANDED_DOWN = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TZ")
"""The only ones that are inherited."""
_DECIDING = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")
"""Those that may change what a program does. A search path alone changes no result."""
SET = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KMP_AFFINITY": "disabled",
    "PYTHONIOENCODING": "utf-8:backslashreplace",
    "PYTHONUTF8": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # `torch.compile` would compile headers into a file of more than `file_mib`, and start a process per core.
    "TORCHINDUCTOR_COMPILE_THREADS": "1",
    "TORCHINDUCTOR_CPP_CACHE_PRECOMPILE_HEADERS": "0",
}
"""The same for every run."""
THREADS = (
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)
"""What libraries read, when they are imported, to know how many threads to use."""


def handed_down() -> dict[str, str]:
    """The variables that runs inherit, by name, with their values in this process.

    Of `HANDED_DOWN`, those that are set here. Nothing else reaches a run, so no secret in a variable does.
    """
    return {name: os.environ[name] for name in HANDED_DOWN if name in os.environ}


def environment(home: str, conditions: Conditions) -> dict[str, str]:
    """All variables of a zygote, and so of its runs, by name.

    home        the folder that programs take for the user's own, and for temporary files
    conditions  give the seed of hashes and the number of threads; their `cold` and `attempt` change no variable
    """
    return {
        **handed_down(),
        **SET,
        **dict.fromkeys(THREADS, str(conditions.threads)),
        "HOME": home,
        "TMPDIR": home,
        # The interpreter reads this once, when it starts, so other hashes need a zygote of their own.
        "PYTHONHASHSEED": str(conditions.hash_seed),
    }


def deciding() -> dict[str, str]:
    """What may change results, by name: inherited variables that are set, and "localtime", the machine's time zone.

    It is a part of fingerprints of machines: {"LANG": "C.UTF-8", "localtime": "/usr/share/zoneinfo/Etc/UTC"}.
    """
    set_here = {name: os.environ[name] for name in _DECIDING if name in os.environ}
    # A link to the file of the zone: `TZ` is unset on most machines, and programs then read this file.
    return set_here | {"localtime": os.path.realpath("/etc/localtime")}
