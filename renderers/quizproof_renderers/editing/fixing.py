"""Fixing: makes the safe corrections of a bank, and proves again what they leave.

Texts are fixed in rounds. As long as reading finds something to fix, nothing is run; then everything is proven, and
what the proofs correct is put in. Nothing is written to disk here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from quizproof.findings import Finding
from quizproof.loading.files import typed_file
from quizproof.loading.load import load_source
from quizproof.loading.quiz import Loaded
from quizproof.proof import QuizProof
from quizproof_renderers.editing.fixes import Edit, Fix, fixes, readable

MAX_ROUNDS = 20
"""A mistake of YAML hides those after it, so a file may need many rounds before it can be proven."""

Prove = Callable[[Sequence[Loaded]], Sequence[QuizProof]]
"""Proves files that were loaded, and gives their proofs in the same order."""


@dataclass
class FixedFile:
    """A file on its way."""

    path: Path
    before: str
    text: str
    made: list[tuple[Finding, str]] = field(default_factory=list)
    """What was corrected, each with what was done."""
    left: tuple[Finding, ...] = ()
    """What is wrong in the text as it is now."""


def fixed(texts: Mapping[Path, str], prove: Prove, codes: Callable[[str], bool] = lambda code: True) -> list[FixedFile]:
    """Files with all safe corrections.

    texts  of the files, by their paths
    prove  runs what is needed to judge them
    codes  whether findings of a rule are to be corrected

    A correction that leads to an error of another kind in its block is taken back, with those made beside it.
    """
    files = [FixedFile(path, text, text) for path, text in texts.items()]
    for _ in range(MAX_ROUNDS):
        read = [_read(file) for file in files]
        corrected = [_correct(file, each.findings, codes) for file, each in zip(files, read, strict=True)]
        if any(corrected):
            continue
        proofs = prove(read)
        for file, proof in zip(files, proofs, strict=True):
            file.left = proof.findings
        if not _correct_proven(files, read, proofs, prove, codes):
            break
    return files


def _raw(file: FixedFile) -> bytes:
    return file.text.encode("utf-8", "surrogateescape")


def _read(file: FixedFile) -> Loaded:
    return load_source(typed_file(_raw(file), file.path))


def _correct(file: FixedFile, findings: Sequence[Finding], codes: Callable[[str], bool]) -> bool:
    """Make what can be made of the corrections of some findings; returns whether there was any."""
    document = readable(file.text)
    edits: list[Edit] = []
    made = []
    for finding in findings:
        offered = (fix for fix in fixes(file.text, document, finding) if fix.is_safe and codes(finding.code))
        fix = next(offered, None)
        if fix and not any(_overlap(edit, other) for edit in fix.edits for other in edits):
            edits += fix.edits
            made.append((finding, fix.title))
    if edits:
        file.text = Fix("", tuple(edits)).applied(file.text)
        file.made += made
    return bool(edits)


def _correct_proven(
    files: Sequence[FixedFile],
    read: Sequence[Loaded],
    proofs: Sequence[QuizProof],
    prove: Prove,
    codes: Callable[[str], bool],
) -> bool:
    """Correct what proofs found, prove that, and take back what made a block worse; whether anything was kept."""
    old = [(file.text, list(file.made)) for file in files]
    changed = [index for index, file in enumerate(files) if _correct(file, proofs[index].findings, codes)]
    again = [_read(files[index]) for index in changed]
    kept = False
    for index, proof in zip(changed, prove(again) if again else (), strict=True):
        if _errors(proof.findings) - _errors(proofs[index].findings):
            files[index].text, files[index].made = old[index]
        else:
            files[index].left = proof.findings
            kept = True
    return kept


def _errors(findings: Sequence[Finding]) -> set[tuple[str | None, str]]:
    return {(finding.block, finding.code) for finding in findings if finding.severity == "error"}


def _overlap(one: Edit, other: Edit) -> bool:
    first, second = sorted((one.span, other.span))
    end = (first.end_line, first.end_column)
    return (second.line, second.column) < end or first == second
