"""A client of language servers: speaks the protocol with a real process over its standard streams."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

_PATIENCE = 120
"""Seconds until an answer counts as lost: a framework may have to be imported first, on a busy machine."""


class LanguageClient:
    """One server, from its start to its end. A context manager."""

    def __init__(self, command: Sequence[str], root: Path, *, environment: Mapping[str, str] | None = None) -> None:
        """Start a server.

        command      with its arguments
        root         the folder that the editor has open
        environment  of the server; ours when None
        """
        self.root = root
        self.log: list[tuple[str, Any]] = []
        """Every message in both directions: "->" or "<-", and what was said."""
        self.settings: dict[str, Any] = {}
        """What the server is told when it asks for the configuration, by section."""
        self.capabilities: dict[str, Any] = {}
        self.edits: list[Any] = []
        """The edits that the server has asked the editor to apply."""
        self._process = subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._notes: list[dict[str, Any]] = []
        self._next = 0
        self._gone = False
        self._versions: dict[str, int] = {}
        threading.Thread(target=self._read, daemon=True).start()
        self.errors = b""
        """What it wrote to its standard error; complete once it has ended."""
        self._errors = threading.Thread(target=self._read_errors, daemon=True)
        self._errors.start()

    def __enter__(self) -> Self:
        wanted = {
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
                "hover": {"contentFormat": ["markdown"]},
                "publishDiagnostics": {"relatedInformation": True},
                "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
            },
            "workspace": {"configuration": True, "applyEdit": True, "codeLens": {"refreshSupport": True}},
        }
        folders = [{"uri": self.root.as_uri(), "name": self.root.name}]
        found = self.ask(
            "initialize",
            {"processId": None, "rootUri": self.root.as_uri(), "workspaceFolders": folders, "capabilities": wanted},
        )
        self.capabilities = found["capabilities"]
        self.say("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if not self._gone:
                self.ask("shutdown", None)
                self.say("exit", None)
            self._process.wait(_PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            self._errors.join()
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                assert stream
                stream.close()

    def hang_up(self) -> None:
        """Be gone without a word, as an editor that was killed."""
        self._gone = True
        assert self._process.stdin
        self._process.stdin.close()

    # ---- messages

    def ask(self, method: str, parameters: Any) -> Any:
        """Send a request, and wait for its result."""
        self._next += 1
        id_ = self._next
        self._send({"jsonrpc": "2.0", "id": id_, "method": method, "params": parameters})
        while True:
            message = self._take()
            if message.get("id") == id_ and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def say(self, method: str, parameters: Any) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": parameters})

    def wait_for(self, method: str, **wanted: Any) -> Any:
        """The parameters of the next notification that has these; those that came before it are gone."""
        while True:
            for index, message in enumerate(self._notes):
                given = message["params"]
                if message["method"] == method and all(given.get(name) == each for name, each in wanted.items()):
                    del self._notes[: index + 1]
                    return given
            self._take()

    # ---- documents

    def open(self, path: Path) -> str:
        """Open a file, and give its address."""
        uri = path.as_uri()
        self._versions[uri] = 1
        text = path.read_text(encoding="utf-8")
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.say("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, path: Path, text: str) -> None:
        """Replace the text of an open file, without saving it."""
        uri = path.as_uri()
        self._versions[uri] += 1
        document = {"uri": uri, "version": self._versions[uri]}
        self.say("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def save(self, path: Path, text: str) -> None:
        """Replace the text of an open file, and save it."""
        self.change(path, text)
        path.write_text(text, encoding="utf-8")
        self.say("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    # ---- the streams

    def _send(self, message: dict[str, Any]) -> None:
        self.log.append(("->", message))
        body = json.dumps(message).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _take(self) -> dict[str, Any]:
        """The next message. Requests of the server are answered, and notifications are kept."""
        try:
            message = self._messages.get(timeout=_PATIENCE)
        except queue.Empty:
            message = None
        assert message is not None, (self._process.poll(), self.errors)
        self.log.append(("<-", message))
        if "method" in message and "id" in message:
            result: Any = None
            if message["method"] == "workspace/configuration":
                result = [self.settings.get(item.get("section")) for item in message["params"]["items"]]
            elif message["method"] == "workspace/applyEdit":
                self.edits.append(message["params"]["edit"])
                result = {"applied": True}
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": result})
        elif "method" in message:
            self._notes.append(message)
        return message

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream
        try:
            while header := stream.readline():
                length = 0
                while header.strip():
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                    header = stream.readline()
                self._messages.put(json.loads(stream.read(length)))
        except ValueError:
            pass  # it was closed, or the server printed something else; what waits reports it
        self._messages.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr
        self.errors = self._process.stderr.read()
