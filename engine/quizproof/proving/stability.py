"""Stability: which programs are run again, under which conditions, and what it means when the outcomes differ.

A key that is true today must be true tomorrow, and on the reader's machine. So what a key rests on is run again with as
much changed as can be; only when that differs are the changes tried one by one, to say which it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from quizproof import rules
from quizproof.claims import PROVEN, Claim, Judgement, Program, obstacle, unstable
from quizproof.comparison.outcome_diff import OutcomeDiff, compare, same_value
from quizproof.comparison.outputs import same_again
from quizproof.comparison.tolerance import Tolerance
from quizproof.findings import DataPath
from quizproof.outcome import LASTING, LOST, Outcome
from quizproof.proving.preparation import named
from quizproof.runtimes.conditions import Conditions
from quizproof.snippets.nondeterminism import (
    mentions_addresses,
    mentions_chance,
    mentions_file_times,
    mentions_fresh_memory,
    mentions_gpu,
    mentions_hash_method,
    mentions_hashes,
    mentions_own_sets,
    mentions_surroundings,
    mentions_unwatched_chance,
)

_SINGLE_CHANGES = ("order", "hash", "clock", "folders", "memory", "machine")
"""Of `elsewhere.CHANGES`, those that can be made together."""
_TOGETHER = Conditions(attempt=1, changes=" ".join(_SINGLE_CHANGES))
"""The second look: one run with everything changed that a run can change for itself, and the program allows."""
_GPU = Conditions(attempt=5, changes="gpu")
"""Apart, because a program that goes on to use the GPU fails here."""
_BOTH_ORDERS = (Conditions(changes="order"), Conditions(changes="forwards"))
"""Of objects, whose usual order is that of their addresses: one of these two orders is another."""
_ZEROS = Conditions(attempt=5, changes="zeros")
_ROUNDING, _ROUNDING_OF_THREADS = 1e-6, 1e-4
"""By how much floats that are values may differ: 32-bit floats that were added up in another order differ by more."""
_ELSEWHERE = Conditions(hash_seed=1, threads=2, attempt=5)
"""Of a step of `prepare`, whose files must be the same bit for bit wherever it is run."""
_HASH_SEEDS = (1, 2, 3)
"""Each needs an interpreter of its own. One is not enough where hashes are numbers: half of all are even."""
_FEW_ATTEMPTS, _MANY_ATTEMPTS = (2, 5), tuple(range(2, 13))
"""At programs that draw: the first attempts begin with rare numbers. A layer's weights seldom decide anything."""
_SLOW_SECONDS = 3
"""A program that takes longer is not run ten times more."""


def stress_conditions(rounds: int) -> list[Conditions]:
    """The conditions of `--stress`: other hashes in each round, and threads and a cold start by turns.

    rounds  how many; odd ones have two threads, even ones start cold
    """
    return [
        Conditions(hash_seed=number, threads=1 + number % 2, cold=number % 2 == 0, attempt=number)
        for number in range(1, rounds + 1)
    ]


def second_look(program: Program, outcome: Outcome, *, key: bool, measured: bool) -> list[Conditions]:
    """The conditions under which a program is run again.

    program   what its text mentions decides how many there are
    outcome   whether it drew random numbers, and how long it took
    key       whether something right rests on it: then there is at least one. Of another there are none unless it drew
              or mentions what may differ
    measured  whether the block records figures with many digits, which do not come out the same by luck, so that one
              further attempt will do
    """
    text = "\n".join(part.source for part in program.parts)
    drew = outcome.drew or mentions_unwatched_chance(text)
    # Of an exhibit's further seeds the first speaks for all: they are the same program, and slow.
    if not key and (measured or not (drew or mentions_hashes(text) or mentions_surroundings(text))):
        return []
    looks = [_together(text)]
    if program.prepares:
        looks.append(_ELSEWHERE)
    if mentions_own_sets(text):
        looks.extend(_BOTH_ORDERS)
    if mentions_gpu(text):
        looks.append(_GPU)
    if mentions_fresh_memory(text):
        looks.append(_ZEROS)
    if mentions_hashes(text) or mentions_addresses(text):
        seeds = _HASH_SEEDS if mentions_hash_method(text) else _HASH_SEEDS[:1]
        looks.extend(Conditions(hash_seed=seed, attempt=5) for seed in seeds)
    if drew and not measured:
        many = mentions_chance(text) and outcome.seconds < _SLOW_SECONDS
        looks.extend(Conditions(attempt=attempt) for attempt in (_MANY_ATTEMPTS if many else _FEW_ATTEMPTS))
    return looks


def _together(text: str) -> Conditions:
    """The second look at a program, without changes that would contradict each other in it."""
    # `hash(x)` would not be `x.__hash__()`, and a file would be older than it can be.
    left_out = {"hash": mentions_hash_method(text), "clock": mentions_file_times(text)}
    changes = [change for change in _SINGLE_CHANGES if not left_out.get(change)]
    return replace(_TOGETHER, changes=" ".join(changes))


def closer_look(conditions: Conditions, before: Outcome, now: Outcome, tolerance: Tolerance | None) -> list[Conditions]:
    """The conditions that are still to be tried, to say which of several changes made a difference.

    conditions   of the run that is in
    before, now  the usual outcome, and that of this run
    tolerance    for numbers; None where the block has none
    """
    if " " not in conditions.changes and conditions != _ELSEWHERE:
        return []
    if now.status not in LASTING or _compare(conditions, before, now, tolerance) is None:
        return []
    if conditions == _ELSEWHERE:
        return [replace(conditions, hash_seed=0), replace(conditions, threads=1)]
    changes = conditions.changes.split()
    return [replace(conditions, changes=""), *(Conditions(attempt=5, changes=change) for change in changes)]


def judge_stability(
    claim: Claim,
    outcomes: Mapping[Program, Outcome],
    again: Mapping[Program, Mapping[Conditions, Outcome]],
    *,
    skip: Callable[[Program], bool],
    tolerance: Tolerance | None,
) -> Judgement:
    """Judge a claim by the further runs of its programs.

    claim      judged already by its first runs
    outcomes   of every program of the claim, under the usual conditions
    again      the outcomes of the further runs, by program and conditions
    skip       whether a program's further runs are another claim's business
    tolerance  for numbers, as values or in printed text; None where the block has none

    Returns PROVEN, or the judgement of the first run that differs: "unstable" if the outcome is another, "unverified"
    if it was lost. Where only the machine makes a difference it is "proven", with the code of a warning.
    """
    verdict = claim.judge(*(outcomes[program] for program in claim.programs)).verdict
    for program in claim.programs:
        before = outcomes[program]
        moved: list[tuple[Conditions, OutcomeDiff | None, Judgement]] = []
        for conditions, now in sorted(again.get(program, {}).items(), key=lambda item: _rank(item[0])):
            if now.status == "limit":
                continue  # a slower start or more threads say nothing about the claim
            if now.status in LOST:
                return obstacle(program, now) or PROVEN
            if conditions == _GPU and now.raised and not before.raised:
                continue  # it went on to use it
            if claim.alike and claim.alike(before, now):
                continue
            diff = _compare(conditions, before, now, tolerance)
            owner = _owner(program, diff)
            if (owner or skip(program)) and owner != claim.at:
                continue
            # All programs of the claim as before, but for this one.
            judged = claim.judge(*(now if each == program else outcomes[each] for each in claim.programs))
            # Of a wrong option a difference may not matter, as long as the claim still holds.
            if judged.verdict != verdict or (diff and _matters(claim, before, now, tolerance)):
                moved.append((conditions, diff and named(program, before, now, diff), judged))
        if moved:
            return _moved(claim, before, moved)
    return PROVEN


def _compare(conditions: Conditions, before: Outcome, now: Outcome, tolerance: Tolerance | None) -> OutcomeDiff | None:
    rounding = _ROUNDING_OF_THREADS if "machine" in conditions.changes else _ROUNDING
    return compare(before, now, tolerance, rounding)


def _moved(claim: Claim, before: Outcome, moved: list[tuple[Conditions, OutcomeDiff | None, Judgement]]) -> Judgement:
    """The judgement of a program that differed under some conditions, given in order of rank."""
    # That it differed when all was changed says nothing more once a single change has been found.
    found = [each for each in moved if " " not in each[0].changes] or moved
    conditions, diff, judged = found[0]
    changes = [each for each in found if each[0].changes]
    if not conditions.changes and not before.drew and len(changes) == 1:
        conditions, diff, judged = changes[0]  # it differs each time, and most of all like this
    now = diff.now if diff else f"did otherwise: {judged.message}"
    then = diff.before if diff else "did what it should"
    message = f"the program {then}, but {_in_words(conditions, before)} it {now}"
    if conditions.changes in ("machine", "gpu"):
        return Judgement("proven", rules.MACHINE, message, help=_REMEDIES["machine"], at=claim.at)
    if _is_chance(conditions, before) and before.drew:
        message = f"unseeded: {message}"
    help_ = _remedy(before, conditions)
    if diff and claim.programs[0].prepares and conditions.threads == 1 and conditions.changes in ("", "clock"):
        help_ += " Archives such as `.keras` hold the time: `save_weights`, `torch.save` and `np.save` write none."
    return unstable(rules.UNSTABLE, message, help=help_, at=claim.at)


def _rank(conditions: Conditions) -> tuple[int, Conditions]:
    """What is judged first: chance, then hashes, then changes one by one, then all of them."""
    changes = conditions.changes
    if changes in _SINGLE_CHANGES:
        return 2 + _SINGLE_CHANGES.index(changes), conditions
    return (20 if " " in changes else 10 if changes else 1 if conditions.hash_seed else 0), conditions


def _owner(program: Program, diff: OutcomeDiff | None) -> DataPath | None:
    """The place of the claim whose business a difference is, when it is in the value of one mistake."""
    if diff is None or diff.part is None or diff.part >= len(program.parts):
        return None
    at = program.parts[diff.part].at
    return at if at[:1] == ("mistakes",) else None


def _matters(claim: Claim, before: Outcome, now: Outcome, tolerance: Tolerance | None) -> bool:
    """Whether a difference touches what the block relies on: all of a key; of a wrong option, what it prints."""
    if claim.key or len(before.parts) != len(now.parts):
        return True
    pairs = zip(before.parts, now.parts, strict=True)
    return any(
        not same_again(one.stdout, other.stdout, tolerance) or not same_value(one.value, other.value, tolerance)
        for one, other in pairs
    )


def _is_chance(conditions: Conditions, outcome: Outcome) -> bool:
    return not conditions.hash_seed and (not conditions.changes or (" " in conditions.changes and outcome.drew))


_WORDS = {
    "order": "with its sets in another order",
    "forwards": "with its sets in another order",
    "hash": "with other hashes",
    "clock": "at another time",
    "folders": "with its folders listed in another order",
    "memory": "with something else in fresh memory",
    "zeros": "with something else in fresh memory",
    "machine": "on a machine with other folders, users, processors, threads and versions",
    "gpu": "on a machine with a GPU",
}
_REMEDIES = {
    "order": "Do not rely on the order of a set: sort before printing.",
    "forwards": "Do not rely on the order of a set: sort before printing.",
    "hash": "Do not rely on `hash()` of a text, which is another one in each process.",
    "clock": "Make it independent of the clock: give dates as literals, and do not print durations.",
    "folders": "Do not rely on the order in which files are listed: sort.",
    "memory": "Fill the memory before it is read: `zeros` and `ones` do, `empty` and `Tensor(2, 2)` do not.",
    "zeros": "Fill the memory before it is read: `zeros` and `ones` do, `empty` and `Tensor(2, 2)` do not.",
    "machine": "Show something that is the same on every reader's machine, or set it in the program.",
}


def _in_words(conditions: Conditions, outcome: Outcome) -> str:
    """The conditions as an author reads them: "with other hashes and addresses and with 2 threads"."""
    differences = [
        "in a fresh interpreter" if conditions.cold else "",
        "with other hashes and addresses" if conditions.hash_seed else "",
        f"with {conditions.threads} threads" if conditions.threads > 1 else "",
        _WORDS.get(conditions.changes, ""),
    ]
    if " " in conditions.changes and not outcome.drew:
        return "under other conditions"
    return " and ".join(filter(None, differences)) or "when it was run again"


def _remedy(outcome: Outcome, conditions: Conditions) -> str:
    """What to do about a program whose outcome differs."""
    if conditions.threads > 1 and not conditions.hash_seed and not outcome.drew:
        return "More threads add numbers in another order: round them, or begin with `torch.set_num_threads(1)`."
    if conditions.hash_seed:
        return "Do not rely on the order of a set, on `hash()`, or on addresses: sort, or compare."
    if remedy := _REMEDIES.get(conditions.changes):
        return remedy
    if outcome.drew:
        return "It draws random numbers without a seed: seed the generator first."
    return (
        "Make it independent of the clock, of memory that nothing was written to, and of numbers that no seed decides."
    )
