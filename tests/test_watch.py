"""`quizproof watch`: a verdict for each save, of what changed alone, whatever editors do to files."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from helpers.bare import FRAMEWORKS, bare_interpreter
from helpers.processes import all_end, become_subreaper, descendants, quizproof, starter
from quizproof.loading.load import load_bank
from quizproof.proof import QuizProof
from quizproof.proving.prove import Proving
from quizproof.runners.pool import Pool
from quizproof.runners.preparing import PreparingRunner
from quizproof.runners.runner import Runner
from quizproof_renderers.editing.prover import LiveProver
from quizproof_renderers.editing.sifting import sifting

_MAIN = "from quizproof_renderers.cli.main import main; main()"
_PATIENCE = 60

HEAD = "quiz: {quiz}\ntitle: Sums\ntopic: python\nblocks:\n"
BLOCK = """\
  - id: {id}
    kind: predict-output
    prompt: What does this program print?
    code: |
      print({code})
    distractors:
      - prints: {wrong}
        mistake: It is not.
"""


def block(id_: str, code: str = "20 + 22", wrong: int = 7) -> str:
    """A block that is right unless `wrong` is what its code prints."""
    return BLOCK.format(id=id_, code=code, wrong=wrong)


# ---- the prover


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner[Any]]:
    """Warm for all tests of this module."""
    with PreparingRunner[Any](Pool[Any](2), None) as warm:
        yield warm


def afresh(bank: Path, runner: Runner[Any]) -> list[QuizProof]:
    """The files of a bank as they are proven by one who knows nothing of them."""
    return [plain(proof) for proof in Proving(load_bank([bank]).files, runner, displays=False)]


def plain(proof: QuizProof) -> QuizProof:
    """A proof without what only says how it was made."""
    return replace(proof, runs=0, programs="")


def codes(proof: QuizProof | None) -> list[str]:
    """The rules that a file breaks, which is there."""
    assert proof is not None
    return [finding.code for finding in proof.findings]


def test_only_what_changed_is_proven(tmp_path: Path, runner: Runner[Any]) -> None:
    """After every edit the proofs are those of a prover that knows nothing. Blocks without a change are taken over."""
    bank = tmp_path / "bank"
    bank.mkdir()
    file, other = bank / "a.yaml", bank / "b.yaml"
    sums, product, difference = block("sum"), block("product", "6 * 7"), block("difference", "50 - 8")
    lie = block("product", "6 * 7", 42)
    head = HEAD.format(quiz="a")
    file.write_text(head + sums + product + difference)
    other.write_text(HEAD.format(quiz="b") + block("quotient", "84 // 2"))
    prover = LiveProver([bank], runner)
    assert [plain(proof) for proof in prover.start()] == afresh(bank, runner)
    versions = [
        head + sums + block("product", "21 * 2") + difference,
        head + sums + lie + difference,  # now with a finding
        head + "# one line further down\n" + sums + lie + difference,  # which names lines
        head.replace("Sums", "Sum") + sums + lie + difference,
        head + difference + sums + product,
        head + sums + difference,  # one less
        head + sums + sums.replace("20", "21") + difference,  # the same id twice
        head.replace("blocks", "limits: {seconds: 9}\nblocks") + sums + product,
        head.replace("blocks", "setup: x = 1\nblocks") + sums + product,
        head + "  - id: [\n" + sums + product,
        head + "  - {id: flow, kind: number, prompt: P, value: 6 * 7}\n" + sums,
        head + sums.replace("    kind", "    # a comment\n    kind") + product,
        "quiz: [",
        "",
        head + sums + product + difference,
        head + sums.replace("id: sum", "id: quotient") + product,  # an id of the other file
        head + sums + product + difference,
        "blocks:\n" + sums + product + head.replace("blocks:\n", ""),  # the header last
        "blocks:\n" + sums + product + head.replace("blocks:\n", "setup: y = 1\n"),
    ]
    for text in versions:
        file.write_text(text)
        list(prover.update([file]))
        assert [plain(proof) for proof in prover.proofs] == afresh(bank, runner), text
    file.write_text(head + sums + product + difference)
    list(prover.update([file]))
    before = {each.id: each for each in prover.proofs[0].blocks}
    file.write_text(head + sums + block("product", "21 * 2") + difference)
    runs = prover.runs
    ((path, proof),) = prover.update([file])
    assert path == file
    assert proof is not None
    assert prover.runs == runs + 2  # the program, and once more under other conditions
    assert [each is before[each.id] for each in proof.blocks] == [True, False, True]
    file.write_text(head + "# further down\n" + sums + product.replace("6 * 7", "14 * 3") + difference)
    list(prover.update([file]))
    assert prover.runs == runs + 4
    assert list(prover.update([bank / "notes.txt"])) == []


def test_files_come_and_go(tmp_path: Path, runner: Runner[Any]) -> None:
    """Created, renamed, deleted, a whole folder, and the last one: each is told, and those that share an id are judged
    again.
    """
    bank = tmp_path / "bank"
    (bank / "sub").mkdir(parents=True)
    first, second = bank / "a.yaml", bank / "sub/b.yaml"
    first.write_text(HEAD.format(quiz="a") + block("sum"))
    prover = LiveProver([bank], runner)
    list(prover.start())
    second.write_text(HEAD.format(quiz="b") + block("sum") + block("more", "40 + 2"))
    found = dict(prover.update([second]))
    assert codes(found[second]) == ["QP111"]
    first.unlink()
    found = dict(prover.update([first]))
    assert found[first] is None
    assert codes(found[second]) == []
    moved = bank / "other"
    second.parent.rename(moved)
    found = dict(prover.update([second.parent, moved]))
    assert found.keys() == {second, moved / "b.yaml"}
    (moved / "b.yaml").unlink()
    assert list(prover.update([moved / "b.yaml"])) == [(moved / "b.yaml", None)]
    assert list(prover.proofs) == []
    first.write_text(HEAD.format(quiz="a") + block("sum"))
    assert [each[0] for each in prover.update([first])] == [first]
    assert [plain(proof) for proof in prover.proofs] == afresh(bank, runner)


def test_files_that_snippets_read_count(tmp_path: Path, runner: Runner[Any]) -> None:
    """A change of one proves again the quizzes beside it."""
    (tmp_path / "files").mkdir()
    data = tmp_path / "files/data.txt"
    data.write_text("42")
    (tmp_path / "a.yaml").write_text(HEAD.format(quiz="a") + block("sum", "open('files/data.txt').read()"))
    prover = LiveProver([tmp_path], runner)
    list(prover.start())
    data.write_text("7")
    assert codes(dict(prover.update([data]))[tmp_path / "a.yaml"]) == ["QP202"]
    assert [plain(each) for each in prover.proofs] == afresh(tmp_path, runner)


def test_link_that_leads_out_is_not_read(tmp_path: Path, runner: Runner[Any]) -> None:
    """Neither at the start nor when a quiz becomes one; a link that stays inside is read."""
    bank, outside = tmp_path / "bank", tmp_path / "outside.yaml"
    bank.mkdir()
    outside.write_text(HEAD.format(quiz="secret") + block("sum"))
    first, second = bank / "a.yaml", bank / "b.yaml"
    first.symlink_to(outside)
    second.write_text(HEAD.format(quiz="b") + block("product", "6 * 7"))
    prover = LiveProver([bank], runner)
    assert [codes(proof) for proof in prover.start()] == [["QP121"], []]
    assert codes(dict(prover.update([first]))[first]) == ["QP121"]
    second.unlink()
    second.symlink_to(outside)
    assert codes(dict(prover.update([second]))[second]) == ["QP121"]
    assert not any(proof.blocks for proof in prover.proofs)
    inside = bank / "c.yaml"
    inside.write_text(HEAD.format(quiz="c") + block("more", "40 + 2"))
    second.unlink()
    second.symlink_to(inside)
    found = dict(prover.update([second, inside]))
    assert codes(found[second]) == []
    assert codes(found[inside]) == ["QP111"]


def test_settings_and_baseline_hold_each_time(tmp_path: Path, runner: Runner[Any]) -> None:
    """However often a file is proven, its known findings stay known, and new ones are found."""
    file = tmp_path / "a.yaml"
    text = HEAD.format(quiz="a") + block("sum", wrong=42) + block("product", "6 * 7")
    file.write_text(text)
    done = quizproof("check", ".", "--write-baseline", "--sandbox", "none", cwd=tmp_path)
    assert "1 known finding" in done.stderr
    (tmp_path / "quizproof.toml").write_text('ignore = ["QP303"]\n')
    prover, sift = LiveProver([tmp_path], runner), sifting([tmp_path])
    for proof in prover.start():
        assert [codes(sift(proof)) for _ in range(2)] == [[], []]
    file.write_text(text.replace("prints: 7", "prints: 42").replace("        mistake: It is not.\n", ""))
    ((_, changed),) = prover.update([file])
    assert changed is not None
    assert codes(sift(changed)) == ["QP202"]


# ---- the command


class Watching:
    """`quizproof watch` as a process, and what it prints. A context manager."""

    def __init__(self, folder: Path, *arguments: str, python: Path | None = None) -> None:
        command = [str(python or sys.executable), "-c", _MAIN, "watch", *arguments]
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | {"TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self._arriving: Queue[str | None] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Watching:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(_PATIENCE)
        assert self.process.stderr
        self.errors = self.process.stderr.read()
        self.process.stderr.close()

    def until(self, words: str) -> str:
        """The next line with these words, which must come."""
        while True:
            line = self._arriving.get(timeout=_PATIENCE)
            assert line is not None, (words, self.lines)
            self.lines.append(line)
            if words in line:
                return line.rstrip("\n")

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._arriving.put(line)
        self._arriving.put(None)
        self.process.stdout.close()


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A folder with a bank in `questions`."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions/a.yaml").write_text(HEAD.format(quiz="a") + block("sum") + block("product", "6 * 7"))
    return tmp_path


def test_tells_of_every_change_in_a_pipe(bank: Path) -> None:
    """Plain lines: a finding each, and one that sums up. It ends with Ctrl-C, and nothing of it is left."""
    file = bank / "questions/a.yaml"
    text = file.read_text()
    become_subreaper()
    starter()
    before = descendants(os.getpid())
    with Watching(bank) as watching:
        assert watching.until("Watching") == "Watching questions. Ctrl-C ends it."
        assert "questions/a.yaml: 6 claims proven in " in watching.until("a.yaml")
        file.write_text(text.replace("prints: 7", "prints: 42", 1))
        assert watching.until("QP202").startswith("questions/a.yaml:11:17: QP202 [distractor-holds] ")
        assert "questions/a.yaml: 1 error; 4 claims proven, 1 refuted in " in watching.until("1 error")
        file.write_text("quiz: [\n")
        assert "QP102 [yaml-syntax]" in watching.until("QP102")
        new = bank / "questions/.a.yaml.new"  # as editors do it that want no half-written file
        new.write_text(text.replace("20 + 22", "21 + 22"))
        new.rename(file)
        assert ", 2 runs" in watching.until("6 claims proven")
        file.rename(bank / "questions/b.yaml")
        watching.until("2 files: 6 claims proven in ")
        (bank / "questions/b.yaml").unlink()
        watching.until("questions/b.yaml (gone): nothing to prove in ")
        file.write_text(text)
        assert "6 claims proven" in watching.until("questions/a.yaml: 6")
    assert watching.process.returncode == 130
    assert watching.errors.strip() == "Interrupted."
    all_end(before)
    assert list(watching.temporary.iterdir()) == []


def test_watches_one_file_that_is_replaced(bank: Path) -> None:
    """Also when it is named alone, and in its folder nothing else counts."""
    file = bank / "questions/a.yaml"
    with Watching(bank, "questions/a.yaml") as watching:
        watching.until("6 claims proven")
        (bank / "questions/b.yaml").write_text("quiz: [\n")
        new = bank / "new"
        new.write_text(file.read_text().replace("6 * 7", "7 * 6"))
        new.rename(file)
        assert watching.until("questions/").startswith("questions/a.yaml: 6 claims proven in ")


def test_goes_on_where_a_framework_is_missing(bank: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its questions are unverified; the others get their verdicts. Without watchfiles it says what to install."""
    python = bare_interpreter(tmp_path_factory.mktemp("bare"))
    torch = HEAD.format(quiz="t").replace("blocks", "runtime: torch\nblocks") + block("torch-sum")
    (bank / "questions/t.yaml").write_text(torch)
    with Watching(bank, python=python) as watching:
        assert watching.until("QP901").startswith("questions/t.yaml:4:10: QP901 [runtime-missing] ")
        assert "6 claims proven, 2 unverified" in watching.until("2 files: ")
        (bank / "questions/t.yaml").write_text(torch.replace("20 + 22", "20 + 23"))
        assert "questions/t.yaml: 1 error; 0 claims proven, 2 unverified" in watching.until("questions/t.yaml: ")
        file = bank / "questions/a.yaml"
        file.write_text(file.read_text().replace("6 * 7", "7 * 6"))
        watching.until("questions/a.yaml: 6 claims proven")
    python = bare_interpreter(tmp_path_factory.mktemp("barer"), without=(*FRAMEWORKS, "watchfiles"))
    done = quizproof("watch", cwd=bank, python=python)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'quizproof: `watch` needs watchfiles; pip install "quizproof[watch]"\n'


def test_keeps_a_site_current(bank: Path) -> None:
    """Each verdict is followed by a build, and what is not proven is marked on its page."""
    file, page = bank / "questions/a.yaml", bank / "public/python/a.html"
    (bank / "site.yaml").write_text("title: What is watched\ntopics: [python]\n")
    with Watching(bank, "--build", "public", "--site", "site.yaml") as watching:
        watching.until("public: ")
        assert "Sums" in page.read_text()
        assert "What is watched" in page.read_text()
        file.write_text(file.read_text().replace("title: Sums", "title: Totals"))
        watching.until("public: ")
        assert "Totals" in page.read_text()
        file.write_text(file.read_text().replace("prints: 7", "prints: 42", 1))
        watching.until("public: ")
        assert "Not proven" in page.read_text()
    for wrong in (["--build", "public", "--no-cache"], ["--site", "site.yaml"], ["nowhere"], ["--build", "questions"]):
        assert quizproof("watch", *wrong, cwd=bank).returncode == 2


def test_clears_the_screen_of_a_terminal(bank: Path) -> None:
    """A header, then what is wrong: in full where something changed, a line elsewhere."""
    wrong = HEAD.format(quiz="b") + block("difference", "50 - 8", 42)
    (bank / "questions/b.yaml").write_text(wrong)
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "40", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", _MAIN, "watch"], cwd=bank, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = ""

    def until(words: str) -> str:
        nonlocal shown
        while words not in shown:
            assert select.select([ours], [], [], _PATIENCE)[0], shown
            shown += re.sub(r"\x1b\[[0-9;]*m", "", os.read(ours, 1 << 16).decode())
        screen, shown = shown, ""
        return screen

    try:
        until("b.yaml:11:17 (question difference)")
        file = bank / "questions/a.yaml"
        file.write_text(file.read_text().replace("6 * 7", "7 * 6"))
        screen = until("QP202 [distractor-holds]").rpartition("\x1b[2J")[2]
        header, *rest = screen.replace("\x1b[H", "").strip().split("\r\n")
        assert "  questions/a.yaml  " in header
        assert header.endswith("  1 error; 7 claims proven, 1 refuted")
        assert rest[-1].startswith("questions/b.yaml:11:17: QP202 [distractor-holds] ")
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # it closes its end
            while os.read(ours, 1 << 16):
                pass
        assert process.wait(_PATIENCE) == 130
        os.close(ours)
