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
  `random.seed(0)`, `np.random.default_rng(0)`; `torch.seed()` and `random.seed()` choose a seed at random
- the order of a set of strings, or `hash()` of one: sort before printing
- `id()` and memory addresses: compare with `is` rather than printing them
- the clock: print what does not depend on it
- memory that nothing was written to: `torch.empty(3)`, `torch.Tensor(2, 2)`, `np.empty(3)`
- the order in which a folder lists its files: sort
- more threads, which add floating-point numbers in another order: round, or compare with a tolerance

`quizproof check` runs every key, derived answer, fact and exhibit again with as much changed as one run can change:
other random numbers, the order of sets and of folders, the clock, the contents of fresh memory, and what belongs to the
machine. Programs that draw without a seed are run several times more, some of them with numbers that are rare, because
`random.random() < 0.9` is mostly true. `quizproof check --stress N` runs every program N more times.
""",
)
AUDIT = _define(
    "QP402",
    "audit-differs",
    "The outcome of a run differs from the one that was known.",
    """
`--audit` ran a program again whose outcome was known, and the outcome was different. Either the program is not stable
(see QP401), or something changed that the cache does not watch, such as a package that is edited in place.
`quizproof check --no-cache` proves everything again; `quizproof cache clear` deletes what is known. A lock that was
believed with `--known` has to be written again.
""",
)
MACHINE = _define(
    "QP403",
    "depends-on-machine",
    "The result depends on the machine that the program runs on.",
    """
The program was run again as on another machine, and something that the question relies on was different. Learners who
run it at home would see something other than the page says. What differs is nothing that a seed could settle: the
number of processors or threads, `$HOME` and other folders, the user, the host, the time zone, the version of a
package, or whether there is a GPU. Ask about something that is the same everywhere, or set it in the program:
`torch.set_num_threads(1)`, `device = "cpu"`, a path that the program makes up.
""",
    severity="warning",
)
LUCK = _define(
    "QP404",
    "luck",
    "A comparison of what is drawn without a seed, or of a duration, holds by luck.",
    """
The program draws random numbers without a seed, and what it asserts or prints compares them: that the mean of a
thousand draws is below 0.1, or that a shuffled list is in another order. It held in every run, and need not hold in the
next one. Seed the generator first, or assert what holds of every draw: shapes, bounds, sums.

In the same way, something that took less than a hundredth of a second here may take longer on another machine.
""",
    severity="warning",
)
