"""Twins: two questions of a bank that ask the same, but for numbers, spacing and letters that look alike."""

from __future__ import annotations

from dataclasses import replace

from quizproof import rules
from quizproof.findings import Finding, Span
from quizproof.proof import BlockProof, QuizProof


class Twins:
    """The questions of a bank so far, one file after the other."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, str]] = {}
        """By likeness: the id of the first such question, and its place."""

    def marked(self, quiz: QuizProof) -> QuizProof:
        """The proof of a file, with a warning at each question that has a twin before it."""
        blocks = tuple(self._marked(quiz, index, block) for index, block in enumerate(quiz.blocks))
        changed = any(new is not old for new, old in zip(blocks, quiz.blocks, strict=True))
        return replace(quiz, blocks=blocks) if changed else quiz

    def _marked(self, quiz: QuizProof, index: int, block: BlockProof) -> BlockProof:
        if not block.likeness:
            return block
        first = self._places.setdefault(block.likeness, (block.id, f"{quiz.path}:{block.line}"))
        if first[0] == block.id:
            return block
        message = f"it asks the same as `{first[0]}` at {first[1]}, but for numbers or spacing"
        at = ("blocks", quiz.ids.index(block.id) if block.id in quiz.ids else index)
        span = Span(block.line, 1, block.line, 1)
        help_ = "Make one question of the two, with `params` for what differs, or ask for something else."
        twin = Finding(rules.NEAR_DUPLICATE, quiz.path, span, message, help=help_, block=block.id, at=at)
        return replace(block, findings=tuple(sorted((*block.findings, twin), key=lambda finding: finding.span)))
