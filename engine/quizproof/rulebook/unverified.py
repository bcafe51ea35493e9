"""QP9xx: what could not be verified. Never a verdict on the author's work."""

from __future__ import annotations

from quizproof.rulebook.rule import define as _define

RUNTIME_MISSING = _define(
    "QP901",
    "runtime-missing",
    "A framework is not installed, so its questions could not be verified.",
    'Install it, for example with `pip install "quizproof[torch]"` or `pip install "quizproof[tensorflow]"`.',
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
ENGINE_FAULT = _define(
    "QP902",
    "engine-fault",
    "A run was lost, and the snippet did not cause it.",
    "Run the command again. If the fault remains, `quizproof doctor` shows what this machine lacks.",
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
NOT_LOCKED = _define(
    "QP903",
    "not-locked",
    "A program of the bank is not in the lock.",
    "The bank was edited after its lock was written. `quizproof check --write-lock` proves it and writes a new one.",
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
PACKAGE_MISSING = _define(
    "QP904",
    "package-missing",
    "A package that an exhibit needs for its computations is not installed, so it could not be verified.",
    'The metrics of a `confusion-matrix` are computed with scikit-learn: `pip install "quizproof[metrics]"`.',
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
DECLARED_PACKAGE_MISSING = _define(
    "QP905",
    "declared-package-missing",
    "A package that the quiz lists under `packages:` is not installed, so a claim could not be verified.",
    "Install it, and run the command again. See also QP237, about packages that a quiz does not list.",
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
NO_NETWORK = _define(
    "QP906",
    "no-network",
    "A program needs a network, which runs do not have.",
    """
A bank must be provable offline, and a page that somebody else serves may change. Make the data in the snippet, or put
it in the folder `files` of the bank.
""",
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
NO_GPU = _define(
    "QP907",
    "no-gpu",
    "A program needs a GPU, which runs do not have.",
    """
What a program does on a GPU cannot be proven on a machine without one, and runs see none. If the missing GPU is what
the question is about, quote the message: `happens: "AssertionError: Torch not compiled with CUDA enabled"`.
""",
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
WORKER_NOT_STARTED = _define(
    "QP908",
    "worker-not-started",
    "A process that a program starts could not import the program.",
    """
With the start methods `spawn` and `forkserver`, workers import the program's file. It is written for programs that name
`multiprocessing`, `spawn`, `forkserver`, `ProcessPoolExecutor` or `num_workers`, and has what learners see: `setup` and
`code` or the option, without checks.
""",
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
CAPPED = _define(
    "QP909",
    "capped",
    "A run was stopped at a cap of the command, which is lower than the limit that the bank sets.",
    """
Limits come from the bank, caps from whoever proves it: `--max-seconds` (600 unless you say otherwise), `--max-memory`
(three quarters of the machine's) and `--max-processes` (1,024). A run that needs no more than the cap is judged as
usual.
""",
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
NOT_PREPARED = _define(
    "QP910",
    "not-prepared",
    "A block reads files of a step of `prepare` that is not proven, so it could not be verified.",
    """
Programs that mention the folder `prepared` read what the steps in the header left there. When a step fails, or leaves
other files each time, nothing that reads them can be relied on. The step has a finding of its own: fix that one first.
""",
    is_unverified=True,
    shared_by_claims=True,
    shared_by_variants=True,
)
