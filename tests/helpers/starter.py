"""A warm interpreter that has imported the command line, and forks a process for each command.

To start an interpreter and to import everything takes a second of processor time; a fork takes a hundredth. The command
is a process of its own all the same, with its own working folder, environment, streams and exit status.

Run as `python starter.py FD`. Over that socket come one JSON object a line, `{"arguments", "folder", "environment"}`,
each with three descriptors: standard input, output and error. It answers with the exit status, a line each.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys

from quizproof_renderers.cli.main import main

IMPORTED_WHEN_THEY_RUN = (
    "quizproof.kinds.registry",
    "quizproof.loading.load",
    "quizproof.proving.plan",
    "quizproof.proving.prove",
    "quizproof.proving.trial",
    "quizproof.runners.locked",
    "quizproof.store.cache",
    "quizproof.store.lock_diff",
    "quizproof_renderers.reports.formats",
    "quizproof_renderers.site.build",
    "quizproof_renderers.terminal.session",
)
"""By the commands, in the forks. Frameworks and Dask are imported neither here nor by most commands."""


def serve(requests: socket.socket) -> list[str]:
    """Fork for every request. Returns in the children, with the arguments of the command; never in the parent."""
    for name in IMPORTED_WHEN_THEY_RUN:
        importlib.import_module(name)
    gc.freeze()  # a collection in a child would copy all pages that it looks at
    while True:
        data, descriptors, *_ = socket.recv_fds(requests, 1 << 20, 3)
        if not data:
            sys.exit()
        if (child := os.fork()) == 0:
            requests.close()
            request = json.loads(data)
            for ours, theirs in enumerate(descriptors):
                os.dup2(theirs, ours)
                os.close(theirs)
            os.chdir(request["folder"])
            os.environ.clear()
            os.environ.update(request["environment"])
            return list(request["arguments"])
        for descriptor in descriptors:
            os.close(descriptor)
        _, status = os.waitpid(child, 0)
        requests.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv[1:] = serve(socket.socket(fileno=int(sys.argv[1])))
    # The streams that Python made when it started belong to the files that were there then.
    sys.stdin = os.fdopen(0, closefd=False, encoding="utf-8")
    sys.stdout = os.fdopen(1, "w", closefd=False, encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", 1, closefd=False, encoding="utf-8", errors="backslashreplace")
    main()
