"""What is known of a file that an editor shows: its text as it was proven, and what each claim in it came to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from quizproof.findings import DataPath, Finding
from quizproof.loading.quiz import Item, Loaded, Quiz
from quizproof.proof import BlockProof, JudgedClaim, QuizProof
from quizproof.proving.variants import VariantError, variant_of
from quizproof.verdicts import VERDICTS, worst
from quizproof_renderers.editing.pieces import Pieces, pieces_of
from quizproof_renderers.text import plural

_MAX_LINES = 30
"""Of an output that is shown."""


@dataclass(frozen=True)
class Placed:
    """A claim and where it is."""

    at: DataPath
    """Relative to the block; empty where it is about the block as a whole."""
    claim: JudgedClaim
    drawn: str
    """The parameters of its variant: "a=10"; empty where there are none."""


@dataclass(frozen=True)
class Proven:
    """A file that was proven, as it was then."""

    quiz: Quiz
    proof: QuizProof
    """Sifted."""

    @property
    def pieces(self) -> Pieces:
        """The text of each block."""
        return pieces_of(self.quiz.document.text, self.proof.lines)

    def block(self, id_: str) -> BlockProof | None:
        """The proof of a block."""
        return next((block for block in self.proof.blocks if block.id == id_), None)

    def claims(self, item: Item) -> tuple[Placed, ...]:
        """The claims of a block, each with its place. `item`: of the quiz."""
        block = self.block(item.block.id)
        return tuple(_placed(self.quiz, item, block)) if block else ()


def _placed(quiz: Quiz, item: Item, block: BlockProof) -> Iterator[Placed]:
    for params, variant in zip(item.block.combinations(), block.variants, strict=False):
        places: list[DataPath] = []
        drawn = ""
        with suppress(VariantError):  # then it has one claim, about the block
            stated = variant_of(quiz, item.block, params)
            places, drawn = [claim.at for claim in stated.claims], stated.drawn
        # What is judged beside the stated claims, such as prose, comes after them.
        for index, claim in enumerate(variant.claims):
            yield Placed(places[index] if index < len(places) else (), claim, drawn)


def item_at(quiz: Quiz, line: int) -> Item | None:
    """The block that a line of the file, from 1, belongs to."""
    before = [item for item in quiz.items if quiz.document.span(item.at).line <= line]
    last = before[-1] if before else None
    if last is None or quiz.document.span(last.at).end_line < line:
        return None
    return last


def nearest(claims: tuple[Placed, ...], at: DataPath) -> tuple[Placed, ...]:
    """The claims about a place of a block: those that share most of their path with it; all where none does.

    at  relative to the block
    """

    def shared(claim: Placed) -> int:
        pairs = zip(claim.at, at, strict=False)
        return next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(claim.at), len(at)))

    most = max(map(shared, claims), default=0)
    # In a list, the same list alone says nothing: it takes the same item.
    needed = 2 if len(at) > 1 and isinstance(at[1], int) else 1
    return tuple(claim for claim in claims if shared(claim) == most) if most >= needed else claims


def lens(block: BlockProof | None) -> str:
    """The verdict of a block in a few words: "proven: 4 claims", "refuted: 1 of 4 claims", "not run"."""
    if block is None:
        return "not run"
    verdict = block.status
    count = sum(claim.verdict == verdict for claim in block.claims)
    whole = plural(len(block.claims), "claim")
    if verdict == "unverified":
        return "not run: see the findings"
    return f"{verdict}: {whole}" if count == len(block.claims) else f"{verdict}: {count} of {whole}"


def hover(claims: tuple[Placed, ...], findings: tuple[Finding, ...], versions: str) -> str:
    """Claims with their evidence, as Markdown; empty where there is none.

    findings  of the block: each is shown with the claim that it names
    versions  what its snippets ran on, in a line
    """
    parts = []
    for placed in _worst_first(claims):
        claim = placed.claim
        given = f" (with {placed.drawn})" if placed.drawn else ""
        lines = [f"**{claim.what}**{given}: {claim.verdict}"]
        told = [each for each in findings if each.message.startswith(f"{claim.what}: ")]
        lines += [f"{each.code}: {each.message.removeprefix(f'{claim.what}: ')}" for each in told]
        lines += [_fenced(name, str(claim.evidence[name])) for name in ("stdout", "raised") if name in claim.evidence]
        if "value" in claim.evidence:
            lines.append(_fenced("value", repr(claim.evidence["value"])))
        if claim.evidence.get("reason"):
            lines.append(f"Not proven by a run: {claim.evidence['reason']}")
        parts.append("\n\n".join(lines))
    more = len(parts) - _MAX_CLAIMS
    parts = [*parts[:_MAX_CLAIMS], *([f"… and {plural(more, 'more claim')}"] if more > 0 else [])]
    return "\n\n---\n\n".join([*parts, *([f"*{versions}*"] if versions else [])]) if parts else ""


_MAX_CLAIMS = 6


def _worst_first(claims: tuple[Placed, ...]) -> list[Placed]:
    def rank(placed: Placed) -> int:
        return 0 if placed.claim.verdict == worst(each.claim.verdict for each in claims) else 1

    assert all(each.claim.verdict in VERDICTS for each in claims)
    return sorted(claims, key=rank)


_WORDS = {"stdout": "It prints", "raised": "It raises", "value": "The value is"}


def _fenced(name: str, text: str) -> str:
    """What a run gave, as a block that no output can end."""
    if not text.strip("\n"):
        return "It prints nothing."
    rows = text.rstrip("\n").split("\n")
    shown = "\n".join([*rows[:_MAX_LINES], *(["…"] if len(rows) > _MAX_LINES else [])])
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"{_WORDS[name]}\n{fence}text\n{shown}\n{fence}"


def definition(file: Loaded, line: int, column: int) -> DataPath | None:
    """Where the block is that a place of the key insight names; None for another place, and where there is none.

    line, column  both from 1
    """
    if file.quiz is None:
        return None
    at = file.quiz.document.path_at(line, column)
    if at[:2] != ("insight", "rests_on") or len(at) != 3:
        return None
    name = str(file.quiz.document.value(at))
    found = next((item.at for item in file.quiz.items if item.block.id == name), None)
    return (*found, "id") if found else None
