"""The server: what an editor tells and asks, and what it gets.

One thread proves, with one prover, so that runtimes stay warm; the other answers meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

import quizproof
from quizproof.errors import QuizproofError
from quizproof.findings import Finding, Span
from quizproof.loading.files import SourceFile, data_folder, shown_path
from quizproof.loading.load import load_source
from quizproof.loading.quiz import Loaded
from quizproof.proof import QuizProof
from quizproof.runners.runner import Runner
from quizproof.store.cache import Cache
from quizproof_renderers.editing.fixes import fixes
from quizproof_renderers.editing.language_server.places import column_of, diagnostic, range_of
from quizproof_renderers.editing.language_server.proven import (
    Proven,
    definition,
    hover,
    item_at,
    lens,
    nearest,
)
from quizproof_renderers.editing.pieces import pieces_of
from quizproof_renderers.editing.prover import LiveProver
from quizproof_renderers.editing.sifting import sifting

PROVE = "quizproof.prove"
"""The command that proves a file again: its only argument is the address of the file."""

Opening = Callable[[ExitStack], tuple[Runner[Any], Cache | None]]
"""Enters a runner, and a cache if there is one; the stack leaves them."""


class Server(LanguageServer):
    """Serves one editor."""

    def __init__(self, opening: Opening) -> None:
        """Nothing is started yet. `opening`: called in the thread that proves, before the first proof."""
        super().__init__("quizproof", quizproof.__version__, types.TextDocumentSyncKind.Full)
        self._opening = opening
        self._worker = ThreadPoolExecutor(1, "proving")
        self._stack = ExitStack()
        self._prover: LiveProver | None = None
        self._uris: dict[Path, str] = {}
        """The files that are open in the editor."""
        self._proven: dict[Path, Proven] = {}
        self._findings: dict[Path, tuple[Finding, ...]] = {}
        """Of the last proof."""

    def serve(self) -> None:
        """Serve the editor on the standard streams until it is done with us; then end everything that was started."""
        try:
            self.start_io()
        finally:
            self._worker.submit(self._stack.close).result()
            self._worker.shutdown()

    # ---- what the editor tells

    async def opened(self, uri: str) -> None:
        """A file was opened: show what reading it finds, then what running it does."""
        path = _path(uri)
        self._uris[path] = uri
        self._publish(path, self.read(path).findings)
        await self.prove(path)

    async def prove(self, path: Path) -> None:
        """Prove a file as it is on the disk, with those that share an id with it, and show the findings."""
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._worker, self._prove, path)
        except QuizproofError as error:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"quizproof: {error}"))
            return
        for each, (proof, proven) in found.items():
            self._findings[each] = proof.findings
            self._proven.pop(each, None)
            if proven:
                self._proven[each] = proven
            self._publish(each, proof.findings)
        capabilities = self.client_capabilities.workspace
        if capabilities and capabilities.code_lens and capabilities.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)

    def closed(self, uri: str) -> None:
        """A file was closed: nothing is shown of it any more."""
        path = _path(uri)
        self._publish(path, ())
        self._uris.pop(path, None)

    def _prove(self, path: Path) -> dict[Path, tuple[QuizProof, Proven | None]]:
        """In the thread that proves."""
        if self._prover is None:
            self._prover = LiveProver([], *self._opening(self._stack))
        self._prover.add(path)
        found = {}
        for each, proof in self._prover.update([path]):
            if proof:
                sifted = _sift(each.parent)(proof)
                quiz = self._prover.quiz(each)
                found[each] = sifted, Proven(quiz, sifted) if quiz else None
        return found

    def _publish(self, path: Path, findings: tuple[Finding, ...]) -> None:
        if uri := self._uris.get(path):
            lines = self.text(path).split("\n")
            found = [diagnostic(finding, lines) for finding in findings]
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found))

    # ---- what the editor asks

    def text(self, path: Path) -> str:
        """The text of an open file, as the editor has it, with lines ended by a line feed."""
        source = self.workspace.get_text_document(self._uris[path]).source
        return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    def read(self, path: Path) -> Loaded:
        """An open file, as the editor has it; nothing is run."""
        return _read(path, self.text(path))

    def lenses(self, uri: str) -> list[types.CodeLens]:
        """The verdict of each block, above it. A block that has changed since it was proven is not run."""
        path = _path(uri)
        quiz, proven = self.read(path).quiz, self._proven.get(path)
        if quiz is None:
            return []
        lines = quiz.document.lines
        places = {item.block.id: quiz.document.span(item.at) for item in quiz.items}
        made = []
        for name, span in places.items():
            block = proven.block(name) if proven and self._is_current(path, name) else None
            command = types.Command(lens(block), PROVE, arguments=[uri])
            start = Span(span.line, span.column, span.line, span.column)
            made.append(types.CodeLens(range_of(start, lines), command))
        return made

    def _is_current(self, path: Path, name: str) -> bool:
        """Whether a block is as it was when it was proven."""
        quiz, proven = self.read(path).quiz, self._proven.get(path)
        if quiz is None or proven is None:
            return False
        lines = {item.block.id: quiz.document.span(item.at).line for item in quiz.items}
        now = pieces_of(quiz.document.text, lines).by_block.get(name)
        before = proven.pieces.by_block.get(name)
        return now is not None and before is not None and now.text == before.text

    def hover(self, uri: str, position: types.Position) -> types.Hover | None:
        """The evidence of the claims under the cursor."""
        path = _path(uri)
        quiz, proven = self.read(path).quiz, self._proven.get(path)
        item = item_at(quiz, position.line + 1) if quiz else None
        if quiz is None or proven is None or item is None or not self._is_current(path, item.block.id):
            return None
        column = column_of(position, quiz.document.lines)
        at = quiz.document.path_at(position.line + 1, column)[len(item.at) :]
        then = next(each for each in proven.quiz.items if each.block.id == item.block.id)
        block = proven.block(item.block.id)
        versions = ", ".join(f"{name} {version}" for name, version in proven.proof.versions.items())
        text = hover(nearest(proven.claims(then), at), block.findings if block else (), versions)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    def definition(self, uri: str, position: types.Position) -> types.Location | None:
        """The block that the key insight names under the cursor."""
        loaded = self.read(_path(uri))
        lines = self.text(_path(uri)).split("\n")
        at = definition(loaded, position.line + 1, column_of(position, lines))
        if at is None or loaded.quiz is None:
            return None
        return types.Location(uri, range_of(loaded.quiz.document.span(at), lines))

    def actions(self, uri: str, where: types.Range) -> list[types.CodeAction]:
        """The quick fixes for what is found on the lines of a range."""
        path = _path(uri)
        text, loaded, proven = self.text(path), self.read(path), self._proven.get(path)
        document = loaded.quiz.document if loaded.quiz else None
        document = document if document and document.text == text else None
        found = list(loaded.findings)
        if proven and proven.quiz.document.text == text:  # otherwise what a run has found may be elsewhere by now
            found += [finding for finding in self._findings[path] if finding not in found]
        lines = text.split("\n")
        made = []
        for finding in found:
            if finding.span.line - 1 > where.end.line or finding.span.end_line - 1 < where.start.line:
                continue
            for fix in fixes(text, document, finding):
                edits = [types.TextEdit(range_of(edit.span, lines), edit.text) for edit in fix.edits]
                made.append(
                    types.CodeAction(
                        fix.title,
                        kind=types.CodeActionKind.QuickFix,
                        diagnostics=[diagnostic(finding, lines)],
                        edit=types.WorkspaceEdit(changes={uri: edits}),
                    )
                )
        return made


def _path(uri: str) -> Path:
    return Path(to_fs_path(uri) or "")


@lru_cache(maxsize=16)
def _read(path: Path, text: str) -> Loaded:
    """A file as an editor has it. Several questions in a row are about the same text."""
    content = text.encode("utf-8", "surrogatepass")
    folder, problem = data_folder(path)
    return load_source(SourceFile(path, shown_path(path), content, "", folder, len(content), problem))


@cache
def _sift(folder: Path) -> Callable[[QuizProof], QuizProof]:
    """What sifts the files of a folder, by the settings that hold there."""
    return sifting([folder])


def serve(opening: Opening) -> None:
    """Serve one editor on the standard streams, until it is done. `opening`: as `Server` has it."""
    server = Server(opening)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def _opened(_: Server, parameters: types.DidOpenTextDocumentParams) -> None:
        await server.opened(parameters.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def _saved(_: Server, parameters: types.DidSaveTextDocumentParams) -> None:
        await server.prove(_path(parameters.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _closed(_: Server, parameters: types.DidCloseTextDocumentParams) -> None:
        server.closed(parameters.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def _lenses(_: Server, parameters: types.CodeLensParams) -> list[types.CodeLens]:
        return server.lenses(parameters.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(_: Server, parameters: types.HoverParams) -> types.Hover | None:
        return server.hover(parameters.text_document.uri, parameters.position)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def _definition(_: Server, parameters: types.DefinitionParams) -> types.Location | None:
        return server.definition(parameters.text_document.uri, parameters.position)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    def _actions(_: Server, parameters: types.CodeActionParams) -> list[types.CodeAction]:
        return server.actions(parameters.text_document.uri, parameters.range)

    @server.command(PROVE)
    async def _again(_: Server, uri: str) -> None:
        await server.prove(_path(uri))

    server.serve()
