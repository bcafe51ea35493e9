"""Stability: which programs are run again, under which conditions, and what it means when the outcomes differ.

A key that is true today must be true tomorrow. So what a key rests on is run again where its text, or what it drew,
gives a reason to; `--stress` runs everything again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from quizproof import rules
from quizproof.claims import PROVEN, Claim, Judgement, Program, obstacle, unstable
from quizproof.comparison.outcome_diff import compare, same_value
from quizproof.comparison.outputs import same_again
from quizproof.comparison.tolerance import Tolerance
from quizproof.outcome import LOST, Outcome
from quizproof.runtimes.conditions import Conditions
from quizproof.snippets.nondeterminism import looks_at_clock_or_chance, looks_at_order

_OTHER_HASH_SEEDS = (1, 2, 3)
"""One is not enough: two texts have the same order under half of all hash seeds."""

_FURTHER_ATTEMPTS = (1, 2, 3)
"""At what may depend on the clock or on chance: one of two outcomes comes out the same too easily."""


def stress_conditions(rounds: int) -> list[Conditions]:
    """The conditions of `--stress`: other hashes in each round, and threads and a cold start by turns.

    rounds  how many; odd ones have two threads, even ones start cold
    """
    return [
        Conditions(hash_seed=number, threads=1 + number % 2, cold=number % 2 == 0, attempt=number)
        for number in range(1, rounds + 1)
    ]


def second_look(program: Program, outcome: Outcome, *, measured: bool) -> list[Conditions]:
    """The conditions under which a key's program is run again; none when there is no reason to.

    program   its text is searched for sets, hashes, clocks and random numbers
    outcome   whether it drew random numbers
    measured  whether the block records figures with many digits, which do not come out the same by luck, so that one
              further attempt will do
    """
    if any(looks_at_order(part.source) for part in program.parts):
        return [Conditions(hash_seed=seed, attempt=1) for seed in _OTHER_HASH_SEEDS]
    if any(looks_at_clock_or_chance(part.source) for part in program.parts):
        attempts = _FURTHER_ATTEMPTS[:1] if measured else _FURTHER_ATTEMPTS
        return [Conditions(attempt=attempt) for attempt in attempts]
    if outcome.drew:  # most often to make a layer whose weights are not what is asked for
        return [Conditions(attempt=1)]
    return []


def judge_stability(
    claim: Claim,
    outcomes: Mapping[Program, Outcome],
    again: Mapping[Program, Mapping[Conditions, Outcome]],
    *,
    skip: Callable[[Program], bool],
    tolerance: Tolerance | None,
) -> Judgement:
    """Judge a claim that is proven by the further runs of its programs.

    claim      proven by its first runs
    outcomes   of every program of the claim, under the usual conditions
    again      the outcomes of the further runs, by program and conditions
    skip       whether a program's further runs are another claim's business
    tolerance  for numbers, as values or in printed text; None where the block has none

    Returns PROVEN, or the judgement of the first run that differs: "unstable" if the outcome is another, "unverified"
    if it was lost.
    """
    for program in claim.programs:
        if skip(program):
            continue
        before = outcomes[program]
        for conditions, now in again.get(program, {}).items():
            if now.status == "limit":
                continue  # a slower start or more threads say nothing about the claim
            if now.status in LOST:
                return obstacle(program, now) or PROVEN
            diff = compare(before, now, tolerance)
            # All programs of the claim as before, but for this one.
            judged = claim.judge(*(now if each == program else outcomes[each] for each in claim.programs))
            # Of a wrong option a difference may not matter, as long as the claim still holds.
            if judged.verdict == "proven" and not (diff and _matters(claim, before, now, tolerance)):
                continue
            message = f"it {diff.before}, and {_in_words(conditions)} it {diff.now}" if diff else judged.message
            return unstable(rules.UNSTABLE, message, help=_remedy(before, conditions), at=claim.at)
    return PROVEN


def _matters(claim: Claim, before: Outcome, now: Outcome, tolerance: Tolerance | None) -> bool:
    """Whether a difference touches what the block relies on: all of a key; of a wrong option, what it prints."""
    if claim.key or len(before.parts) != len(now.parts):
        return True
    pairs = zip(before.parts, now.parts, strict=True)
    return any(
        not same_again(one.stdout, other.stdout, tolerance) or not same_value(one.value, other.value, tolerance)
        for one, other in pairs
    )


def _in_words(conditions: Conditions) -> str:
    """The conditions as an author reads them: "with other hashes and addresses and with 2 threads"."""
    differences = [
        "in a fresh interpreter" if conditions.cold else "",
        "with other hashes and addresses" if conditions.hash_seed else "",
        f"with {conditions.threads} threads" if conditions.threads > 1 else "",
    ]
    return " and ".join(filter(None, differences)) or "when run again"


def _remedy(outcome: Outcome, conditions: Conditions) -> str:
    """What to do about a program whose outcome differs."""
    if conditions.hash_seed:
        return "Do not rely on the order of a set, on `hash()`, or on addresses: sort, or compare."
    if outcome.drew:
        return "It draws random numbers without a seed: seed the generator first."
    return "Make it independent of the clock and of random numbers that no seed decides."
