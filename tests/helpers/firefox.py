"""Debian's Firefox, by Marionette: the protocol that it speaks itself, so that nothing else has to be installed.

A message is its length, a colon and JSON: `[0, id, command, parameters]` there, `[1, id, error, result]` back.
See https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PATIENCE = 120
_SETTINGS = """\
user_pref("marionette.port", 0);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
"""
_ERRORS = """\
return Services.console.getMessageArray()
  .filter((each) => each instanceof Ci.nsIScriptError && /^(file|https?):/.test(each.sourceName))
  .map((each) => `${each.sourceName}:${each.lineNumber}: ${each.errorMessage}`);
"""


class Firefox:
    """A session of one window."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rwb")
        self._count = 0
        self._receive()  # which protocol it speaks
        self.call("WebDriver:NewSession")
        self.call("WebDriver:SetTimeouts", script=_PATIENCE * 1000)

    def call(self, command: str, **parameters: object) -> Any:
        """The result of a command. Raises RuntimeError with what the browser says."""
        self._count += 1
        message = json.dumps([0, self._count, command, parameters]).encode()
        self._file.write(b"%d:%s" % (len(message), message))
        self._file.flush()
        _, number, error, result = self._receive()
        assert number == self._count
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def open(self, path: Path) -> None:
        """Load a page from the disk."""
        self.call("WebDriver:Navigate", url=path.as_uri())

    def evaluate(self, function: str, argument: object = None) -> Any:
        """What a function of JavaScript, which may be asynchronous, makes of an argument. Raises RuntimeError."""
        script = (
            f"const [argument, done] = arguments; (async () => ({function})(argument))()"
            ".then((found) => done([found, '']), (error) => done([null, String(error)]));"
        )
        found, error = self.call("WebDriver:ExecuteAsyncScript", script=script, args=[argument])
        if error:
            raise RuntimeError(error)
        return found

    def console(self) -> list[str]:
        """The errors and warnings of pages so far, as the console shows them."""
        self.call("Marionette:SetContext", value="chrome")
        try:
            found: list[str] = self.call("WebDriver:ExecuteScript", script=_ERRORS, args=[])
            return found
        finally:
            self.call("Marionette:SetContext", value="content")

    def _receive(self) -> Any:
        length = b""
        while (digit := self._file.read(1)) not in (b":", b""):
            length += digit
        return json.loads(self._file.read(int(length)))


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A browser with a new profile in an empty folder. Raises FileNotFoundError when there is none."""
    binary = shutil.which("firefox-esr") or shutil.which("firefox")
    if binary is None:
        raise FileNotFoundError("firefox")
    (profile / "user.js").write_text(_SETTINGS, encoding="utf-8")
    command = [binary, "--headless", "--marionette", "-remote-allow-system-access", "--no-remote"]
    environment = {**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"}
    command += ["--profile", str(profile)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            port = _port(profile / "MarionetteActivePort", process)
            with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()


def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    """The port that the browser writes down once it listens."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, "Firefox ended before it could be driven"
        text = file.read_text(encoding="ascii") if file.exists() else ""
        if text.strip():
            return int(text)
        time.sleep(0.05)
    raise TimeoutError("Firefox does not listen")
