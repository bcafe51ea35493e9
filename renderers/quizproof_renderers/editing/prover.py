"""The prover of an author at work: proves files again and again, each time only the blocks that changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from quizproof import rules
from quizproof.errors import UsageError
from quizproof.loading.files import SourceFile, find_files
from quizproof.loading.ids import Ids
from quizproof.loading.load import load_source
from quizproof.loading.quiz import Loaded, Quiz
from quizproof.proof import QuizProof
from quizproof.proving.prove import Progress, Proving
from quizproof.quizfile.source_text import SourceError, decode
from quizproof.runners.runner import Runner
from quizproof.store.cache import Cache
from quizproof.store.fingerprints import contents, digest
from quizproof_renderers.editing.pieces import Pieces, kept, pieces_of

_OF_RUNS = ("quiz", "runtime", "packages", "limits", "setup", "prepare")
"""The keys of a header that decide how blocks are judged."""

Name = tuple[str, str]
"""An id with what it is of: ("block", "trainable-tensors")."""


@dataclass(frozen=True)
class _Version:
    """A version of a file that was proven."""

    proof: QuizProof
    """As it is, with all findings."""
    stated: frozenset[Name]
    """The ids in it, also those that other files had before."""
    context: str = ""
    """A fingerprint of what its header and its files mean for runs; empty where nothing can be taken over."""
    pieces: Pieces | None = None
    quiz: Quiz | None = None
    """As it was read; None where the file was proven by `start`, which keeps less of a large bank."""


class LiveProver:
    """Proves the files of a bank whenever they change, on runtimes that stay warm.

    with runner:
        prover = LiveProver(["questions"], runner, cache)
        for proof in prover.start():
            ...
        for proof in prover.update([changed]):
            ...
    """

    def __init__(self, paths: Sequence[str | Path], runner: Runner[Any], cache: Cache | None = None) -> None:
        """Nothing is read or run yet.

        paths   files and folders, as the user gave them
        runner  carries out the runs; the caller has entered it, and leaves it after the last update
        cache   where outcomes are looked up and kept; None for none
        """
        self._paths = list(paths)
        self._runner = runner
        self._cache = cache
        self._versions: dict[Path, _Version] = {}
        self._owners: dict[Name, set[Path]] = {}
        self._order: list[Path] = []
        self._refused: dict[Path, Loaded] = {}

    @property
    def proofs(self) -> tuple[QuizProof, ...]:
        """The latest proof of each file, in the order of the bank."""
        return tuple(self._versions[path].proof for path in self._order if path in self._versions)

    def quiz(self, path: Path) -> Quiz | None:
        """The quiz in a file that was proven by an update, as it was read then; None where it could not be read."""
        version = self._versions.get(path)
        return version.quiz if version else None

    @property
    def runs(self) -> int:
        """How many runs were carried out so far."""
        return self._runner.runs

    def start(self, progress: Progress | None = None) -> Iterator[QuizProof]:
        """Prove every file, as `check` does, and give its proof. `progress`: called now and then.

        Raises UsageError when there is no file, as `find_files` does.
        """
        found = find_files(self._paths)
        self._take(found)
        before = {file: _fingerprint(SourceFile.read(file)) for file in found if isinstance(file, Path)}
        proving = Proving(found, self._runner, cache=self._cache, displays=False, progress=progress)
        for path, proof in zip(self._order, proving, strict=True):
            known = self._whole(path, proof, before[path]) if path in before else _Version(proof, frozenset())
            self._note(path, known)
            yield proof
        self._flush()

    def add(self, path: Path) -> None:
        """Prove one more file or folder from the next update on. `path`: as findings are to name it."""
        if path not in self._paths:
            self._paths.append(path)

    def update(self, changed: Iterable[Path]) -> Iterator[tuple[Path, QuizProof | None]]:
        """Prove what some changes touch, and give each file with its proof: None for one that is gone.

        changed  files that were written, created, renamed or deleted, as absolute paths: quizzes, and files that their
                 snippets read

        Raises nothing about the files: what is wrong with them is in their proofs.
        """
        touched = self._touched(frozenset(changed))
        for path in [path for path in touched if path not in self._order]:
            if (version := self._versions.get(path)) is not None:
                self._forget(path)
                yield path, None
                touched |= self._sharing(version.stated)
        read: dict[Path, tuple[SourceFile, Loaded]] = {}
        waiting = {path for path in touched if path in self._order}
        while waiting:  # files that share an id with one of these are judged together, in their order
            path = waiting.pop()
            read[path] = self._read(path)
            names = _stated(read[path][1]) | (self._versions[path].stated if path in self._versions else frozenset())
            waiting |= self._sharing(names) - read.keys()
        ids = Ids()
        for path in sorted(read, key=self._order.index):
            source, file = read[path]
            version = self._version(path, source, file, ids.keep(file))
            self._note(path, version)
            yield path, version.proof
        self._flush()

    # ---- which files

    def _touched(self, changed: frozenset[Path]) -> set[Path]:
        """The files of the bank, of now and of before, that some changes are about."""
        known = {path.absolute(): path for path in self._order}
        if any(path not in known or path.is_symlink() or not path.exists() for path in changed):
            try:
                self._take(find_files([path for path in self._paths if Path(path).exists()]))
            except UsageError:
                self._take([])  # until there is one again
            known |= {path.absolute(): path for path in self._order}
        touched = {known[path] for path in changed if path in known}
        # A folder may have been renamed, with all that is in it.
        touched |= set(self._versions) ^ set(self._order)
        for path in self._order:
            folder = path.absolute().parent / "files"
            if any(each.is_relative_to(folder) for each in changed):
                touched.add(path)
        return touched

    def _take(self, found: Sequence[Path | Loaded]) -> None:
        """Note the files of the bank. What `find_files` has refused, such as a link that leads out, stays unread."""
        self._order = [_path(file) for file in found]
        self._refused = {_path(file): file for file in found if isinstance(file, Loaded)}

    def _read(self, path: Path) -> tuple[SourceFile, Loaded]:
        """A file, and what is in it."""
        if refused := self._refused.get(path):
            return SourceFile(path, refused.path, None, "", None), refused
        source = SourceFile.read(path)
        return source, load_source(source)

    def _sharing(self, names: Iterable[Name]) -> set[Path]:
        """The known files that have one of these ids."""
        return {path for name in names for path in self._owners.get(name, ())}

    def _note(self, path: Path, version: _Version) -> None:
        self._forget(path)
        self._versions[path] = version
        for name in version.stated:
            self._owners.setdefault(name, set()).add(path)

    def _forget(self, path: Path) -> None:
        if old := self._versions.pop(path, None):
            for name in old.stated:
                self._owners[name].discard(path)

    def _flush(self) -> None:
        """Let other processes, and a later one, have the outcomes."""
        if self._cache:
            self._cache.flush()

    # ---- one file

    def _whole(self, path: Path, proof: QuizProof, before: str) -> _Version:
        """A file that was proven as a whole. `before`: the fingerprint that it had before that."""
        names = {("block", name) for name in proof.lines} | ({("quiz", proof.id)} if proof.header else set())
        source = SourceFile.read(path)
        repeats = any(finding.code == rules.DUPLICATE_ID for finding in proof.file_findings)
        stated = _stated(load_source(source)) if repeats else frozenset(names)
        # What was read to be proven is in between.
        if source.content is None or _fingerprint(source) != before or proof.header is None:
            return _Version(proof, stated)
        with suppress(SourceError):
            pieces = pieces_of(decode(source.shown, source.content), proof.lines)
            return _Version(proof, stated, _context(proof, source.data_folder), pieces)
        return _Version(proof, stated)

    def _version(self, path: Path, source: SourceFile, read: Loaded, file: Loaded) -> _Version:
        """A version of a file. `read` and `file`: with and without what repeats an id."""
        before = self._versions.get(path)
        if file.quiz is None:
            (proof,) = self._prove(file)
            return _Version(proof, _stated(read))
        pieces = pieces_of(file.quiz.document.text, _lines(file.quiz))
        taken = {}
        if before and before.pieces:
            blocks = {block.id: block for block in before.proof.blocks}
            context = _context(QuizProof(file.path, file.quiz.header), source.data_folder)
            if context == before.context:
                found = ((name, kept(blocks[name], name, before.pieces, pieces)) for name in blocks)
                taken = {name: block for name, block in found if block}
        items = tuple(item for item in file.quiz.items if item.block.id not in taken)
        (part,) = self._prove(replace(file, quiz=replace(file.quiz, items=items)))
        proven = taken | {block.id: block for block in part.blocks}
        ordered = tuple(proven[item.block.id] for item in file.quiz.items)
        versions = part.versions or (before.proof.versions if before and taken else {})
        proof = replace(part, blocks=ordered, lines=_lines(file.quiz), versions=versions)
        return _Version(proof, _stated(read), _context(proof, source.data_folder), pieces, file.quiz)

    def _prove(self, file: Loaded) -> Iterator[QuizProof]:
        return iter(Proving([file], self._runner, cache=self._cache, displays=False))


def _path(file: Path | Loaded) -> Path:
    return file if isinstance(file, Path) else Path(file.path)


def _fingerprint(source: SourceFile) -> str:
    return "" if source.content is None else hashlib.sha256(source.content).hexdigest()


def _lines(quiz: Quiz) -> dict[str, int]:
    return {item.block.id: quiz.document.span(item.at).line for item in quiz.items}


def _stated(file: Loaded) -> frozenset[Name]:
    """The ids in a file as it was read."""
    if file.quiz is None:
        return frozenset()
    return frozenset([("quiz", file.quiz.id), *(("block", item.block.id) for item in file.quiz.items)])


def _context(proof: QuizProof, folder: str | None) -> str:
    """What decides, beside its own text, how a block of a file is judged."""
    assert proof.header
    return digest(proof.header.model_dump_json(include=set(_OF_RUNS)), contents(folder))
