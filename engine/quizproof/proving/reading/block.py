"""What reading the programs of a block shows, for its first variant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from quizproof import rules
from quizproof.claims import Claim
from quizproof.findings import Advice
from quizproof.kinds.base import Block, Runs
from quizproof.proving.reading.left_out import left_out
from quizproof.proving.reading.luck import lucky
from quizproof.proving.reading.machine import on_machine
from quizproof.proving.reading.one_input import one_input
from quizproof.proving.writing.stems import misfits


def read(block: Block, claims: Sequence[Claim], runs: Runs, told: Set[str]) -> Iterator[Advice]:
    """What to advise against that its display does not show, in the stem and in programs.

    block   the variant
    claims  those that it states; all are proven
    runs    the outcomes of their programs
    told    the codes of what runs have shown of it
    """
    yield from misfits(block, runs)
    yield from lucky((program for claim in claims if not claim.probe for program in claim.programs), runs)
    if rules.MACHINE not in told:
        yield from on_machine(program for claim in claims if claim.key for program in claim.programs)
    yield from left_out(block)
    yield from one_input(block)
    yield from block.advice(runs)
