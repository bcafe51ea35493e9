"""Selection: which blocks a test puts, in which variant, and with their options in which order."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quizproof.displays import Display
from quizproof.proof import BlockProof, QuizProof
from quizproof_renderers.terminal.forms.base import Form
from quizproof_renderers.terminal.forms.dispatch import form_for


@dataclass(frozen=True)
class Item:
    """A question or an exhibit in the form in which it is put."""

    number: int
    """Of the question; of the last one before it, for an exhibit."""
    quiz: QuizProof
    proof: BlockProof
    params: Mapping[str, Any]
    display: Display
    form: Form | None
    """None for an exhibit."""


@dataclass(frozen=True)
class Selection:
    """The blocks of a test."""

    items: tuple[Item, ...]
    left_out: tuple[BlockProof, ...]
    """Blocks that are not proven here."""
    seed: int
    """What all draws come from."""

    @property
    def questions(self) -> tuple[Item, ...]:
        """The items that are answered."""
        return tuple(item for item in self.items if item.form)


def select(quizzes: Sequence[QuizProof], seed: int, *, shuffle: bool = False) -> Selection:
    """All proven blocks of some quizzes, each with its variant and the order of its options drawn.

    quizzes  proven, with displays; those that could not be read are skipped
    seed     decides all draws: the same seed gives the same test on every machine
    shuffle  whether the questions come in an order that is drawn too; then there are no exhibits, which have their
             meaning by their places
    """
    blocks = [(quiz, block) for quiz in quizzes if quiz.header for block in quiz.blocks]
    fit = [(quiz, block) for quiz, block in blocks if _is_fit(block)]
    if shuffle:
        fit = [(quiz, block) for quiz, block in fit if not block.exhibit]
        random.Random(f"{seed}/order").shuffle(fit)
    # An exhibit adds nothing, so it has the number of the question before it.
    numbers = itertools.accumulate(int(not block.exhibit) for _, block in fit)
    items = tuple(_drawn(number, quiz, block, seed) for number, (quiz, block) in zip(numbers, fit, strict=True))
    return Selection(items, tuple(block for _, block in blocks if not _is_fit(block)), seed)


def in_variant(item: Item, params: Mapping[str, str], seed: int) -> Item | None:
    """A question in another of its variants; None when it has no such variant.

    params  the parameters of the variant, as text
    seed    draws the order of its options
    """
    for known, display in _variants(item.proof):
        if {name: str(value) for name, value in known.items()} == params:
            draw = random.Random(f"{seed}/{item.proof.id}")
            form = form_for(display.input, display, draw) if display.input else None
            return replace(item, params=known, display=display, form=form)
    return None


def _is_fit(proof: BlockProof) -> bool:
    """Whether a block can be trusted. Statements that no run can settle are no obstacle: they are marked on screen."""
    sound = proof.status in ("proven", "unproven")
    return sound and not any(f.severity == "error" for f in proof.findings) and bool(_variants(proof))


def _variants(proof: BlockProof) -> list[tuple[Mapping[str, Any], Display]]:
    return [(variant.params, variant.display) for variant in proof.variants if variant.display]


def _drawn(number: int, quiz: QuizProof, proof: BlockProof, seed: int) -> Item:
    """A block with its variant and the order of its options drawn.

    Each block draws from a generator of its own, so that leaving one out changes nothing about the others.
    """
    # A string is hashed with SHA-512 there, so that it gives the same draws in every process.
    draw = random.Random(f"{seed}/{proof.id}")
    params, display = draw.choice(_variants(proof))
    form = form_for(display.input, display, draw) if display.input else None
    return Item(number, quiz, proof, params, display, form)
