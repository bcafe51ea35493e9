"""What a check has looked at: only there does a finding that is not there not exist."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from quizproof.proof import BlockProof, QuizProof


def is_settled(block: BlockProof) -> bool:
    """Whether everything in a block could be judged: where a claim is refuted, what rests on it is not looked at."""
    return block.status in ("proven", "unproven") and not any(f.severity == "error" for f in block.findings)


@dataclass
class Judged:
    """The files and blocks of one check, of those that could be read."""

    files: set[Path] = field(default_factory=set)
    """As absolute paths."""
    blocks: set[str] = field(default_factory=set)
    """The ids of all their blocks."""
    settled: set[str] = field(default_factory=set)
    """The ids of the blocks in which everything could be judged."""

    def add(self, quiz: QuizProof) -> None:
        """Note a file, with all its findings."""
        self.files.add(Path(quiz.path).absolute())
        self.blocks.update(block.id for block in quiz.blocks)
        if not any(finding.is_unverified for finding in quiz.findings):
            self.settled.update(block.id for block in quiz.blocks if is_settled(block))
