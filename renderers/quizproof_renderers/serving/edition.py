"""Editions: the site as it was rendered after one save, with what its pages can have run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from quizproof.errors import CannotVerify
from quizproof.findings import Finding
from quizproof.loading.files import SourceFile
from quizproof.loading.load import load_source
from quizproof.loading.quiz import Item, Quiz
from quizproof.proof import QuizProof
from quizproof_renderers.site.build import MARKER
from quizproof_renderers.site.pages.bank_source import BankSource
from quizproof_renderers.site.pages.block import PageBlock
from quizproof_renderers.site.reuse import Leavings

_SWAP_SECONDS = 1.0
"""How long the folder of the site can be away while a new edition takes its place."""


@dataclass(frozen=True)
class Place:
    """A block in its quiz."""

    proof: QuizProof
    block: PageBlock


@dataclass(frozen=True)
class Edition:
    """The site in a folder, as it is now."""

    folder: Path
    files: Mapping[str, str]
    """The hash of every file, by its path from the folder."""
    places: Mapping[str, Place] = field(repr=False)
    """The blocks that pages show, by their ids."""
    unreadable: tuple[Finding, ...] = ()
    """What is wrong with files that have no page, because they cannot be read."""

    @classmethod
    def of(cls, folder: Path, proofs: Iterable[QuizProof]) -> Edition:
        """The site that was built of some proofs in a folder."""
        places, found = {}, tuple(proofs)
        for proof in found:
            if proof.header is not None:
                for block in proof.blocks:
                    page_block = PageBlock(block, proof.header, 0, BankSource())
                    if page_block.sound:
                        places[block.id] = Place(proof, page_block)
        broken = (finding for proof in found if proof.header is None for finding in proof.findings)
        unreadable = tuple(finding for finding in broken if finding.severity == "error")
        files = {path: hash_ for path, (_, hash_) in Leavings.of(folder, MARKER).pages.items()}
        return cls(folder, files, places, unreadable)

    def read(self, path: str) -> bytes | None:
        """The content of a file of the site; None when it has no such file.

        path  from the folder: only those that the build has written are read, wherever else a path may lead
        """
        if path not in self.files:
            return None
        latest = time.monotonic() + _SWAP_SECONDS
        while True:
            try:
                return (self.folder / path).read_bytes()
            except FileNotFoundError:
                if self.folder.exists() or time.monotonic() > latest:
                    return None
                time.sleep(0.005)

    @property
    def runtimes(self) -> tuple[str, ...]:
        """The runtimes of its quizzes."""
        return tuple(sorted({place.block.header.runtime for place in self.places.values()}))

    def source(self, place: Place) -> tuple[Quiz, Item]:
        """The quiz of a block and its place in it, as its file has them.

        Raises CannotVerify when it has them no longer.
        """
        quiz = _quiz(place.proof.path, self.files.get(f"{place.block.header.topic}/{place.proof.id}.html", ""))
        for item in quiz.items if quiz else ():
            if item.block.id == place.block.id:
                assert quiz
                return quiz, item
        raise CannotVerify(f"{place.proof.path} does not have the question any longer; reload the page")


@lru_cache(maxsize=64)
def _quiz(path: str, page: str) -> Quiz | None:
    """A quiz file as it is when it is first needed by a page with this hash."""
    return load_source(SourceFile.read(Path(path))).quiz
