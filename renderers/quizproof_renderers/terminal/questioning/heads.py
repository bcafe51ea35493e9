"""Heads: what is said before the first question of a quiz, and after its last."""

from __future__ import annotations

from collections.abc import Sequence

from quizproof.displays import Prose
from quizproof.proof import BlockProof, QuizProof
from quizproof_renderers.tally import all_versions, counted_blocks, percent, shared_code
from quizproof_renderers.terminal.faces.base import Face
from quizproof_renderers.terminal.selection import Item, Selection
from quizproof_renderers.text import listed, plural


def show_quiz(face: Face, selection: Selection, quiz: QuizProof) -> None:
    """The head of a quiz: what is in it, how much of that is proven, and what it ran on."""
    mine = [item for item in selection.items if item.quiz is quiz]
    claims = [claim for item in mine for claim in item.proof.claims]
    proven = sum(claim.verdict == "proven" for claim in claims)
    header = quiz.header
    assert header is not None, "only quizzes that could be read are put"
    facts = [counted_blocks(item.proof.exhibit for item in mine)]
    if header.minutes:
        facts.append(f"about {plural(header.minutes, 'minute')}")
    facts.append(f"{percent(proven, len(claims))} of {plural(len(claims), 'claim')} proven")
    lines = [", ".join(facts)]
    if quiz.versions:
        lines.append(f"Ran on {all_versions(quiz.versions)}")
    # An expression in the introduction can only be filled in on the site, which proves it with the whole quiz.
    intro = "" if "{{" in header.intro else header.intro
    face.quiz(header.title, lines, intro)
    if shared := shared_code(header, quiz.steps):
        face.contents(shared)


def say_left_out(face: Face, left_out: Sequence[BlockProof]) -> None:
    """Which blocks are not put, because they are not proven here; nothing when all are."""
    if left_out:
        verb = "is not proven here and was" if len(left_out) == 1 else "are not proven here and were"
        names = ", ".join(proof.id for proof in left_out)
        face.say(f"{counted_blocks(proof.exhibit for proof in left_out)} {verb} left out: {names}.")


def keys(items: Sequence[Item]) -> str:
    """The keys that work everywhere in a test of these blocks."""
    if not any(item.form for item in items):
        return "Keys: q quit. Ctrl-C quits too."
    hint = "h hint, " if any(item.display.hints for item in items) else ""
    # Where nothing comes before, there is nowhere to go back to.
    back = "b or < back, " if len(items) > 1 else ""
    return f"Keys: ? help, {hint}s skip, {back}! flag, q quit. Ctrl-C quits too."


def show_insight(face: Face, quiz: QuizProof, left_out: Sequence[BlockProof]) -> None:
    """The key insight of a quiz, unless it rests on a block that is not proven here."""
    insight = quiz.header.insight if quiz.header else None
    if not insight:
        return
    missing = [proof.id for proof in left_out if proof.id in insight.rests_on]
    face.heading("Key insight")
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        face.say(f"Left out, because it rests on {listed(missing)}, which {verb} not proven here.")
    else:
        face.contents([Prose(insight.text)])
