"""QP4xx: stability and versions."""

from __future__ import annotations

from quizproof.rulebook.rule import define as _define

UNSTABLE = _define(
    "QP401",
    "unstable",
    "The same program does not always give the same result.",
    """
The program was run again under other conditions, and something that the question relies on was different: what it
printed, a value, or whether a check passed. Learners who run it would see something other than the page says. Usual
causes, and what helps:

- a random number generator that is not seeded: `torch.manual_seed(0)`, `keras.utils.set_random_seed(0)`,
  `random.seed(0)`, `np.random.default_rng(0)`
- the order of a set of strings, or `hash()` of one: sort before printing
- `id()` and memory addresses: compare with `is` rather than printing them
- the clock: print what does not depend on it
- more threads, which add floating-point numbers in another order: round, or compare with a tolerance

`quizproof check` runs a key again when its program draws unseeded random numbers or looks at such things;
`quizproof check --stress N` runs every program N more times.
""",
)
AUDIT = _define(
    "QP402",
    "audit-differs",
    "The outcome of a run differs from the one in the cache.",
    """
`--audit` ran a program again whose outcome was known, and the outcome was different. Either the program is not stable
(see QP401), or something changed that the cache does not watch, such as a package that is edited in place.
`quizproof check --no-cache` proves everything again; `quizproof cache clear` deletes what is known.
""",
)
