"""Runs what the pages show: proves their examples, and plays their sessions on a terminal."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.docs_pages import Example, Fence, fences, whole_quiz
from quizproof.loading.load import load_file
from quizproof.loading.quiz import Bank
from quizproof.proving.prove import prove
from quizproof.runtimes.sandbox.levels import LEVELS, refusal, strongest

if TYPE_CHECKING:
    from quizproof.findings import Finding
    from quizproof.proof import Report


def prove_examples(
    examples: tuple[Example, ...], prove_usual: Callable[[Bank], Report] = prove
) -> dict[str, list[Finding]]:
    """What the engine finds in each example, by the example's id; nothing of a sandbox level that is refused here.

    All of one level are proven at once, to start runtimes once; those of the usual level by `prove_usual`.
    """
    by_level: dict[str, list[Example]] = {}
    for example in examples:
        by_level.setdefault(example.fence.option("sandbox") or strongest(), []).append(example)
    findings: dict[str, list[Finding]] = {}
    for level in LEVELS:
        if not refusal(level):
            prover = prove_usual if level == strongest() else partial(prove, sandbox=level)
            findings |= _proven(by_level.get(level, []), prover)
    return findings


def _proven(examples: list[Example], prover: Callable[[Bank], Report]) -> dict[str, list[Finding]]:
    files = []
    with tempfile.TemporaryDirectory() as folder:
        for number, example in enumerate(examples):
            file = Path(folder, f"{number}.yaml")
            file.write_text(example.text, encoding="utf-8")
            files.append(load_file(file))
        report = prover(Bank(tuple(files)))
    pairs = zip(examples, report.quizzes, strict=True)
    return {example.fence.id: list(quiz.findings) for example, quiz in pairs}


def told(findings: list[Finding]) -> list[str]:
    """Findings as the pages show them."""
    return [f"{f.code} [{f.rule.name}] {f.message}" for f in findings]


@dataclass(frozen=True)
class Played:
    """A command or a program of a page, what the page says that it prints, and what it printed."""

    fence: Fence
    """The block that shows what is printed; a program's own block, when there is none."""
    command: str
    """Empty for a program."""
    shown: str
    printed: str

    @property
    def agrees(self) -> bool:
        """Whether the page is right; in it a line `...` stands for any lines."""
        lines = scrubbed(self.shown).splitlines()
        pieces = ["(?:.*\n)*?" if line == "..." else re.escape(line + "\n") for line in lines]
        return re.fullmatch("".join(pieces), scrubbed(self.printed)) is not None


def play(page: Path, folder: Path) -> Iterator[Played]:
    """Run every command of a page, in a folder to which the page's named files are written on the way."""
    status = 0
    for fence in fences(page):
        _write_named(fence, folder)
        if fence.sort == "console":
            before, *parts = re.split(r"^\$ (.*)\n", fence.text, flags=re.MULTILINE)
            assert not before, f"{fence.id}: a console block begins with a command"
            for command, shown in zip(parts[::2], parts[1::2], strict=True):
                printed, status = on_terminal(command, folder, status)
                yield Played(fence, command, shown, printed)


_DRIVER = """
import contextlib, io, json, sys, traceback
variables, printed = {"__name__": "__main__"}, []
for place, source in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as stdout:
        try:
            exec(compile(source, place, "exec"), variables)
        except Exception:
            traceback.print_exc(file=stdout)
    printed.append(stdout.getvalue())
json.dump(printed, sys.stdout)
"""
"""Runs programs one after the other with the same variables, as a reader would who types them in."""


def run_programs(page: Path, folder: Path) -> Iterator[Played]:
    """Run every program of a page, in a folder that holds the page's named files."""
    blocks = (*fences(page), None)
    pairs = [(fence, after) for fence, after in itertools.pairwise(blocks) if fence and fence.sort == "python run"]
    if not pairs:
        return
    for fence in fences(page):
        _write_named(fence, folder)
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER],
        input=json.dumps([(fence.id, fence.text) for fence, _ in pairs]),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONWARNINGS": "error"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for (fence, after), printed in zip(pairs, json.loads(done.stdout), strict=True):
        if after and after.sort == "text printed":
            yield Played(after, "", after.text, printed)
        else:
            yield Played(fence, "", "", printed)


def _write_named(fence: Fence, folder: Path) -> None:
    if name := fence.option("name"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(whole_quiz(fence), encoding="utf-8")


_SCRUB = [
    (re.compile(r"\bin [\d,.]+ s\b"), "in # s"),
    (re.compile(r"\b[\d,.]+ kB\b"), "# kB"),
    (re.compile(r"(?<=Open )/\S*/(?=public/)"), "/#/"),
    (re.compile(r"\b(Python|torch|tensorflow|keras|numpy) \d[\w.+]*"), r"\1 #"),
    (re.compile(r"\bsandbox(\"?: \"?)\w+"), r"sandbox\1#"),
    (re.compile(r" +(?=│?(?:\n|$))"), ""),
]


def scrubbed(text: str) -> str:
    """The text without times, sizes, versions, folders and trailing space."""
    for pattern, replacement in _SCRUB:
        text = pattern.sub(replacement, text)
    return text


def on_terminal(command: str, folder: Path, status: int = 0) -> tuple[str, int]:
    """What a shell command prints on a terminal of 100 columns, without colours, and its exit status.

    `status` is what `$?` is before it. Standard error is no terminal, lest slow machines show progress on it. The home
    is `folder`, so what a command keeps in the cache is there for the commands after it, and never the user's.
    """
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (50, 100))
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            ["bash", "-c", f"(exit {status}); {command}"],
            cwd=folder,
            env={"PATH": path, "HOME": str(folder), "TERM": "xterm", "LANG": "C.UTF-8", "PYTHONWARNINGS": "error"},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=errors,
            start_new_session=True,
        ) as process,
    ):
        os.close(theirs)
        shown = b""
        while data := _read(ours):
            shown += data
        os.close(ours)
        process.wait()
        errors.seek(0)
        shown += errors.read()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    return text.replace("\r\n", "\n"), process.returncode


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # so Linux says that the last writer has gone
        return b""
