"""One bad bank a fault: what is found, where, in which words, and that nothing else suffers.

A folder of `tests/banks` holds a bank with one fault, and `expected.txt`: all that `quizproof check` must find, the
exit code, and the status of every question. Where a sandbox changes what a snippet can do, `expected-LEVEL.txt` tells.
Each bank has a good question too, which must be proven whatever happens beside it.

What a hostile bank would like to reach is the `world` below: it stands where the bank names `/WORLD`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from helpers.processes import all_end, become_subreaper, descendants, quizproof, starter
from helpers.turns import in_turn
from quizproof.findings import Finding
from quizproof.loading.files import find_files
from quizproof.loading.load import load_bank
from quizproof.loading.quiz import Bank
from quizproof.proof import Report, Totals
from quizproof.proving.prove import Proving, prove
from quizproof.runners import zygote_handle
from quizproof.runners.job import Interpreter
from quizproof.runners.pool import Pool
from quizproof.runtimes.conditions import USUAL
from quizproof.runtimes.sandbox.levels import LEVELS, Level, refusal, strongest
from quizproof.store.cache import Cache
from quizproof_renderers.cli.exits import code_of

HERE = Path(__file__).parent
BANKS = HERE / "banks"

FRAMEWORKS = ("torch", "tensorflow")
"""Slow to start: the banks of one are proven in one go."""

NAMES = sorted(folder.name for folder in BANKS.iterdir() if folder.is_dir())
HOSTILE = [name for name in NAMES if name.startswith("run-")]
"""What these can do to the machine depends on the sandbox, so they are tried under each."""
HARMLESS = [name for name in NAMES if not name.startswith((*FRAMEWORKS, "run-"))]

GOOD = """\
quiz: {name}
title: A good quiz
topic: faults
blocks:
  - id: good
    kind: number
    prompt: What is 6 times 7?
    value: 6 * 7
"""

MADE: dict[str, bytes] = {
    "file-binary": b"\x7fELF\x02\x01\x01\x00\x00\x00",
    "file-byte-order-mark-and-crlf": b"\xef\xbb\xbf" + GOOD.format(name="from-windows").replace("\n", "\r\n").encode(),
    "file-utf16": GOOD.format(name="from-notepad").encode("utf-16"),
    "file-utf16-without-mark": GOOD.format(name="from-elsewhere").encode("utf-16-le"),
    "file-huge": b"# " + b"x" * 5_000_000,
    "file-not-utf8": "quiz: latin\ntitle: Größe\n".encode("latin-1"),
    "yaml-deep-nesting": b"quiz: deep\ntitle: " + b"[" * 100_000,
    "yaml-deep-nesting-in-keys": b"quiz: deep\ntitle: " + b"{" * 100_000,
}
"""Files that are not kept: unfit for version control, or too large."""

MOST_SHOWN = 300
"""Characters of a message that are compared; frameworks may write pages."""


# What is expected


def expected(name: str, level: str) -> str:
    """The transcript that a bank must give."""
    folder = BANKS / name
    special = folder / f"expected-{level}.txt"
    file = special if special.exists() else folder / "expected.txt"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def transcript(report: Report, world: World | None = None) -> str:
    """All that matters of a report, a line each: findings, exit code, and the questions' statuses."""
    lines = [line for finding in report.findings for line in told(finding)]
    if world:
        lines = [world.removed(line) for line in lines]
    lines.append(f"exit {code_of(report.result)}")
    lines += [f"{proof.status} {proof.id}" for proof in report.blocks]
    return "\n".join(lines) + "\n"


def told(finding: Finding) -> Iterator[str]:
    """A finding with all of its place, and its help below it."""
    span = finding.span
    end = f"{span.end_line}:{span.end_column}" if span.end_line != span.line else str(span.end_column)
    question = f" [{clip(finding.block)}]" if finding.block is not None else ""
    where = f"{Path(finding.path).name}:{span.line}:{span.column}-{end}"
    yield f"{where} {finding.code}{question} {clip(finding.message)}"
    if finding.help:
        yield f"    {clip(finding.help)}"


def clip(text: str) -> str:
    """A text on one line, without control characters, and not too long."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda match: f"\\x{ord(match[0]):02x}", text)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} … ({len(text)} characters)"


def hold(name: str, level: str, actual: str) -> None:
    """Compare with what is expected. What differs is saved under `tests/actual/banks`, to look at and to accept."""
    __tracebackhide__ = True
    if actual != expected(name, level):
        saved = HERE / "actual" / "banks" / name / f"expected-{level}.txt"
        saved.parent.mkdir(parents=True, exist_ok=True)
        saved.write_text(actual, encoding="utf-8")
    assert actual == expected(name, level)


def copied(name: str, to: Path) -> Path:
    """A copy of a bank's files, with those that are made here."""
    folder = to / name
    folder.mkdir()
    for file in BANKS.joinpath(name).glob("*.yaml"):
        shutil.copy(file, folder)
    if name in MADE:
        (folder / "made.yaml").write_bytes(MADE[name])
    return folder


# What is left behind


@pytest.fixture
def tidy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing may be left behind: no process, however it fled, and no folder for temporary files."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    starter()
    become_subreaper()
    before = descendants(os.getpid())
    yield
    assert list(scratch.iterdir()) == []
    all_end(before)


# What hostile banks would like to reach


@dataclass
class World:
    """Files and sockets of the user who proves a bank."""

    root: Path
    tcp: int
    udp: int
    abstract: str

    def placed(self, bank: str) -> str:
        """The text of a bank, in which this world's places stand."""
        places = {"42001": self.tcp, "42002": self.udp, "NOWHERE": self.abstract, "/WORLD": self.root}
        for name, place in places.items():
            bank = bank.replace(name, str(place))
        return bank

    def removed(self, line: str) -> str:
        """A line of a transcript without what is different each time."""
        line = line.replace(str(self.root), "/WORLD")
        return re.sub(r"/proc/\d+/", "/proc/PID/", re.sub(r"'/[^']*/runs/\d+'", "'/SCRATCH'", line))

    def contents(self) -> dict[str, str]:
        """All files, by path."""
        return {str(f.relative_to(self.root)): f.read_text() for f in self.root.rglob("*") if f.is_file()}


@pytest.fixture
def world() -> Iterator[World]:
    """A home, a cache, another bank, and sockets that listen.

    All names are equally long each time, or columns in transcripts would move.
    """
    root = Path(tempfile.mkdtemp(prefix="world-", dir="/tmp"))
    files = ("home/.ssh/id", "cache/runs.sqlite", "other/quizproof.lock", "other/bank.yaml", "shared/lost")
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("secret")
    (root / "shared/kept").write_text("kept")
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as local,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        udp.bind(("127.0.0.1", 0))
        with contextlib.chdir(root):  # a socket's path must be short
            local.bind("socket")
        name = f"quizproof-{os.getpid():07}"
        abstract.bind(f"\0{name}")
        for each in (local, abstract):
            each.listen()
        yield World(root, tcp.getsockname()[1], udp.getsockname()[1], name)
    shutil.rmtree(root)


def _no_tracing() -> bool:
    """Whether the machine lets nobody trace but parents."""
    yama = Path("/proc/sys/kernel/yama/ptrace_scope")
    return yama.exists() and yama.read_text().strip() != "0"


def _other_disk() -> bool:
    """Whether scratch folders are on another file system than the world."""
    return Path("/tmp").stat().st_dev != Path(tempfile.gettempdir()).stat().st_dev


MACHINE_REFUSES: dict[str, Callable[[], bool]] = {
    "run-links-hard-out": _other_disk,
    "run-moves-out": _other_disk,
    "run-opens-settings-of-the-machine": lambda: not os.access("/proc/sys/vm/swappiness", os.W_OK),
    "run-reads-the-memory-of-its-parent": _no_tracing,
    "run-traces-its-parent": _no_tracing,
    "run-writes-to-the-memory-of-its-parent": _no_tracing,
    "run-writes-to-the-interpreter": lambda: not os.access(os.__file__, os.W_OK),
}
"""What may fail at the level `none`, too, and when."""

KILLS_ITS_ZYGOTE = ("run-kills-its-parent", "run-kills-its-parent-and-leaves-a-daemon", "run-stops-its-parent")


# The tests


def check(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Cache | None = None) -> Report:
    """Prove a bank as if one stood in its folder."""
    monkeypatch.chdir(copied(name, tmp_path))
    return prove(load_bank(["."]), jobs=2, cache=cache)


def good_questions(report: Report) -> Iterable[str]:
    return (proof.status for proof in report.blocks if proof.id == "good")


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.usefixtures("tidy")
def test_fault(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault is found at its place and told in its words, the good question is proven, and nothing stays behind.

    It is the same when outcomes are known from before, and when the proofs of whole files are.
    """
    with Cache() as cache:
        report = check(name, tmp_path, monkeypatch, cache=cache)
        hold(name, report.result.sandbox, transcript(report))
        assert list(good_questions(report)) == ["proven"]
        for _ in ("outcomes", "proofs"):
            again = Proving(find_files(["."]), Pool[Any](2), cache=cache).report()
            assert transcript(again) == transcript(report)
            assert repr(again.quizzes) == repr(report.quizzes)  # NaN is not equal to itself


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.usefixtures("tidy")
def test_hostile_run(name: str, level: Level, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile run is told for what it is, reaches what its sandbox leaves open, and its zygote does the next run.

    Each is tried in the strongest sandbox, and they take turns in the others.
    """
    if why := refusal(level):
        pytest.skip(why)
    if level != strongest() and name not in in_turn(HOSTILE):
        pytest.skip("it has its turn at another commit")
    if level == "none" and name in MACHINE_REFUSES and MACHINE_REFUSES[name]():
        pytest.skip("this machine refuses it without our help")
    if name == "run-stops-its-parent":
        monkeypatch.setattr(zygote_handle, "_GRACE_SECONDS", 1)
    monkeypatch.setenv("MY_TOKEN", "secret")
    before = world.contents()
    folder = copied(name, tmp_path)
    for file in folder.glob("*.yaml"):
        file.write_text(world.placed(file.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.chdir(folder)
    zygotes: list[str] = []
    spawn = Pool._spawn

    def counted(self: Pool[Any], interpreter: Interpreter) -> None:
        zygotes.extend([interpreter.runtime] if interpreter.conditions == USUAL else [])
        spawn(self, interpreter)

    monkeypatch.setattr(Pool, "_spawn", counted)
    report = prove(load_bank(["."]), jobs=1, sandbox=level)  # so that the good run comes after the hostile ones
    hold(name, level, transcript(report, world))
    assert list(good_questions(report)) == ["proven"]
    assert len(zygotes) == 1 or (level == "none" and name in KILLS_ITS_ZYGOTE)
    if level != "none":
        assert world.contents() == before
    assert world.contents()["shared/kept"] == "kept"  # not deleted by our own hands, either


@pytest.mark.parametrize("runtime", FRAMEWORKS)
@pytest.mark.usefixtures("tidy")
def test_faults_with_frameworks(runtime: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for PyTorch and TensorFlow, whose banks stand in one run beside each other."""
    names = [name for name in NAMES if name.startswith(runtime)]
    monkeypatch.chdir(tmp_path)
    banks = {name: load_bank([copied(name, tmp_path)]) for name in names}
    report = prove(Bank(tuple(file for bank in banks.values() for file in bank.files)), jobs=2)
    level = report.result.sandbox
    for name in names:
        own = tuple(quiz for quiz in report.quizzes if Path(quiz.path).parent.name == name)
        totals = Totals()
        for quiz in own:
            totals.add(quiz)
        part = Report(own, totals.result(sandbox=level, runs=0, cached=0, seconds=0))
        hold(name, level, transcript(part))
        assert list(good_questions(part)) == ["proven"]


@pytest.mark.parametrize(
    "name",
    [
        "block-ids-as-paths",
        "facts-fail",
        "file-byte-order-mark-and-crlf",
        "file-not-utf8",
        "html-in-every-text",
        "run-closes-descriptors",
        "run-endless-stderr",
        "run-escapes-in-a-value",
        "run-escapes-in-an-exception",
        "run-exception-with-odd-name",
        "run-kills-its-parent-and-leaves-a-daemon",
        "run-prints-escapes",
        "run-prints-surrogates",
        "run-segfault",
        "yaml-alias-bomb",
    ],
)
@pytest.mark.usefixtures("tidy")
def test_fault_at_the_command_line(name: str, tmp_path: Path) -> None:
    """A real process says the same in plain characters, on the right stream, without a traceback of ours, and ends."""
    folder = copied(name, tmp_path)
    arguments = ["check", ".", *(["--sandbox", "none"] if name in HOSTILE else []), "--format"]
    results = [quizproof(*arguments, form, cwd=folder) for form in ("concise", "json", "full", "github")]
    level = json.loads(results[1].stdout)["sandbox"]
    lines = expected(name, level).splitlines()
    exit_code = next(line for line in lines if line.startswith("exit "))
    for result in results:
        assert f"exit {result.returncode}" == exit_code
        assert result.stderr == ""
        assert not CONTROL.search(result.stdout)
        assert "internal error" not in result.stdout
    concise, report, *_ = results
    places = [match[0] for line in lines if (match := re.match(r"[\w.]+:\d+:\d+", line))]
    assert [re.match(r"[\w.]+:\d+:\d+", line)[0] for line in concise.stdout.splitlines()[:-1]] == places  # type: ignore[index]
    found = json.loads(report.stdout)["findings"]
    assert [f"{f['path']}:{f['line']}:{f['column']}" for f in found] == places


@pytest.mark.parametrize(
    "name",
    ["run-escapes-in-a-value", "run-escapes-in-an-exception", "run-prints-escapes", "run-prints-invalid-utf8"],
)
def test_hostile_output_is_shown_but_never_raw(name: str, tmp_path: Path) -> None:
    """Nothing that a run has printed or raised acts on a learner's terminal or page."""
    folder = copied(name, tmp_path)
    built = quizproof("build", ".", "-o", "site", "--keep-going", cwd=folder)
    taken = quizproof("take", name, "--bank", "bank.yaml", "--seed", "1", cwd=folder, stdin="a\n" * 20)
    for text in (built.stdout, built.stderr, taken.stdout, taken.stderr):
        assert not CONTROL.search(text)
    pages = [page.read_text(encoding="utf-8") for page in folder.glob("site/**/*.html")]
    assert any("good" in page for page in pages)
    for page in pages:  # the script compares an answer with the text as it is, in an attribute
        assert not CONTROL.search(re.sub(r'data-(accepted|value)="[^"]*"', "", page))


CONTROL = re.compile(r"[^\n -~\u00a0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\U0010ffff]")
"""Whatever could act on a terminal, or deceive its reader."""


def test_every_bank_says_what_it_expects() -> None:
    """No bank is without its expectation, and no expectation without its bank."""
    assert len(NAMES) >= 50
    for name in NAMES:
        assert expected(name, "none"), name
        assert name in MADE or list(BANKS.joinpath(name).glob("*.yaml")), name
    assert set(MADE) <= set(NAMES)
