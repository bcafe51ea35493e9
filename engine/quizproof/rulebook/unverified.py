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
