"""`quizproof serve` on loopback: the real server, real requests good and bad, and a real browser."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from helpers.bare import FRAMEWORKS, bare_interpreter
from helpers.processes import all_end, become_subreaper, descendants, quizproof
from helpers.replay import Watch
from quizproof.claims import Part, Program
from quizproof.errors import CannotVerify, UsageError
from quizproof.outcome import Outcome
from quizproof.quizfile.limits import Limits
from quizproof.runners.local import local_runner
from quizproof.runners.pool import Pool
from quizproof.runners.runner import run
from quizproof_renderers.serving import guard
from quizproof_renderers.serving.address import Address, loopback
from quizproof_renderers.serving.live_runs import MAX_ASKED, Busy, Errand, LiveRuns
from quizproof_renderers.serving.printed import Printed
from quizproof_renderers.serving.rates import Rate
from test_exhibits import EXPERIMENT
from test_try import WRITE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page
    from starlette.types import Message as AsgiMessage

_PATIENCE = 60
_COMMAND = [sys.executable, "-c", "from quizproof_renderers.cli.main import main; main()", "serve"]
HEADER = """\
quiz: live
title: Live
topic: samples
setup: |
  greeting = "hello"
limits: {seconds: 2, memory_mib: 64, output_kib: 16}
blocks:
"""
BLANK = """
- id: longest
  kind: fill-blank
  prompt: Sort the names by length, the longest first.
  setup: |
    names = ["Bo", "Anna", "Eve"]
  code: |
    names.sort(key=___key___, reverse=True)
  check: |
    assert names == ["Anna", "Eve", "Bo"]
  blanks:
    key:
      accept: [len]
      mistakes:
        - text: str.lower
          mistake: That is the alphabet.
"""
PREDICT = """
- id: prints
  kind: predict-output
  prompt: What does this program print?
  code: |
    print(20 + 22)
    print("done")
  distractors:
    - prints: "2022\\ndone"
      mistake: These are numbers.
"""
PATIENT = """
- id: patient
  kind: write-code
  prompt: Sum the items.
  limits: {seconds: 60, memory_mib: 64, output_kib: 16}
  setup: items = [1, 2]
  solution: |
    total = sum(items)
  checks:
    - {name: Summed, code: "assert total == 3"}
  wrong:
    - {code: "total = len(items)", mistake: Counts.}
"""


@dataclass
class Answer:
    """An answer, read to its end."""

    status: int
    headers: Message
    body: bytes


@dataclass
class Served:
    """A server that is running."""

    process: subprocess.Popen[str]
    address: str
    """With the token."""
    bank: Path
    log: list[str]
    """What it has printed so far."""

    @property
    def port(self) -> int:
        found = re.search(r":(\d+)/", self.address)
        assert found
        return int(found[1])

    @property
    def url(self) -> str:
        return self.address.partition("?")[0]

    @property
    def cookie(self) -> str:
        return f"quizproof-{self.port}={self.address.partition('token=')[2]}"

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str | None) -> Answer:
        """The answer to a request as a page of the server makes it, but for some headers: None leaves one out."""
        with self.asking(method, path, body, **headers) as answer:
            return Answer(answer.status, answer.headers, answer.read())

    @contextlib.contextmanager
    def asking(
        self, method: str, path: str, body: bytes | None = None, **headers: str | None
    ) -> Iterator[http.client.HTTPResponse]:
        """The same, to be read by the caller."""
        host = f"127.0.0.1:{self.port}"
        usual: dict[str, str | None] = {"Host": host, "Cookie": self.cookie}
        if method == "POST":
            usual |= {"Origin": f"http://{host}", "Content_Type": "application/json"}
        given = {name.replace("_", "-"): text for name, text in (usual | headers).items() if text is not None}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)) as connection:
            connection.putrequest(method, path, skip_host=True)
            for name, text in given.items():
                connection.putheader(name, text)
            if body is not None and "Content-Length" not in given:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            with connection.getresponse() as answer:
                yield answer

    def edition(self, block: str) -> str:
        """The edition of a block."""
        blocks = json.loads(self.ask("GET", f"/_live/hello?ids={block}").body)["blocks"]
        return str(blocks[block]["edition"])

    def lines(self, what: str, block: str, **given: Any) -> list[dict[str, Any]]:
        """The lines of the answer to a request for a run."""
        asked = {"what": what, "block": block, "edition": self.edition(block), **given}
        answer = self.ask("POST", "/_live/run", json.dumps(asked).encode())
        assert answer.status == 200, answer.body
        return [json.loads(line) for line in answer.body.splitlines()]

    def told(self, what: str, block: str, **given: Any) -> dict[str, Any]:
        """What is told of a run in the end."""
        told: dict[str, Any] = self.lines(what, block, **given)[-1]["told"]
        return told


@contextlib.contextmanager
def serving(bank: Path, *arguments: str) -> Iterator[Served]:
    """A server of a bank that has its pages; it must end at Ctrl-C."""
    command = [*_COMMAND, str(bank), "--port", "0", *arguments]
    log: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        reader = threading.Thread(target=lambda: log.extend(process.stdout or ()))
        reader.start()
        try:
            latest = time.monotonic() + _PATIENCE

            def await_(is_there: Callable[[], object]) -> None:
                while not is_there():
                    assert time.monotonic() < latest, log
                    assert process.poll() is None, log
                    time.sleep(0.02)

            await_(lambda: any("http://" in line for line in log))
            address = re.findall(r"http://\S+", "".join(log))[0]
            served = Served(process, address, bank, log)
            await_(lambda: served.ask("GET", "/").status != 503)
            yield served
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(_PATIENCE)
            reader.join()
        assert code == 130, log


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests of this module."""
    bank = tmp_path_factory.mktemp("served") / "bank"
    bank.mkdir()
    blocks = indent((WRITE + BLANK + EXPERIMENT + PREDICT + PATIENT).strip("\n"), "  ")
    (bank / "live.yaml").write_text(HEADER + blocks, encoding="utf-8")
    with serving(bank) as found:
        assert "2 errors" not in "".join(found.log)
        yield found


@pytest.fixture(scope="module")
def slow(served: Served) -> Iterator[dict[str, socket.socket]]:
    """Clients that never come to the end of their requests. They begin here, and wait while other tests run."""
    host = f"Host: 127.0.0.1:{served.port}\r\n"
    begun = {
        "nothing": "",
        "head": f"GET / HTTP/1.1\r\n{host}Accept: te",
        "body": f"POST /_live/run HTTP/1.1\r\n{host}Origin: {served.url[:-1]}\r\nCookie: {served.cookie}\r\n"
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"what": ',
    }
    with contextlib.ExitStack() as stack:
        clients = {}
        for name, text in begun.items():
            clients[name] = stack.enter_context(socket.create_connection(("127.0.0.1", served.port), _PATIENCE))
            clients[name].sendall(text.encode())
        yield clients


PAGE = "/samples/live.html"


# ---- pages


def test_pages_are_those_of_a_build(served: Served, slow: dict[str, socket.socket]) -> None:
    """But for the script for live code, and leave to ask this server; nothing of either is in files of the site."""
    out = served.bank.parent / "site"
    assert quizproof("build", served.bank, "-o", out).returncode == 0
    assert not [path for path in out.rglob("*") if path.is_file() and b"_live" in path.read_bytes()]
    page = served.ask("GET", PAGE).body.decode()
    tags = re.findall(r".*_live/.*\n", page)
    assert len(tags) == 2
    plain = page.replace("; connect-src &#39;self&#39;", "").replace("".join(tags), "")
    assert plain == (out / PAGE[1:]).read_text(encoding="utf-8")
    # Of the folder, only what a build has written can be had.
    assert served.ask("GET", "/.quizproof-site").status == 404
    assert served.ask("GET", "/samples/../../bank/live.yaml").status == 404
    asset = re.findall(r'"\.\./(assets/[^"]+\.css)"', page)[0]
    answer = served.ask("GET", f"/{asset}")
    assert answer.body == (out / asset).read_bytes()
    assert answer.headers["Content-Type"].startswith("text/css")
    assert served.ask("GET", f"/{asset}", If_None_Match=answer.headers["ETag"]).status == 304


# ---- who is answered


def test_only_its_own_names_are_answered(served: Served) -> None:
    """A page of another site whose name was made to lead to this machine sends that name."""
    for host in (f"127.0.0.1:{served.port}", f"localhost:{served.port}"):
        assert served.ask("GET", PAGE, Host=host).status == 200
    for host in ("evil.example", f"evil.example:{served.port}", "127.0.0.1", f"127.0.0.1.evil.example:{served.port}"):
        answer = served.ask("GET", PAGE, Host=host)
        said = f"This server answers as http://127.0.0.1:{served.port}/ and http://localhost:{served.port}/ only."
        assert (answer.status, said in answer.body.decode()) == (421, True)
    assert served.ask("GET", PAGE, Host=None).status in (400, 421)


def test_other_sites_can_have_nothing_run(served: Served) -> None:
    """A run needs the origin of this server, its token, and JSON, which no form of another page can send."""
    body = json.dumps({"what": "scratch", "block": "prints", "edition": served.edition("prints"), "source": "1"})

    def status(**headers: str | None) -> int:
        return served.ask("POST", "/_live/run", body.encode(), **headers).status

    assert status() == 200
    assert status(Origin="http://evil.example") == 403
    assert status(Origin="null") == 403
    assert status(Origin=f"http://127.0.0.1:{served.port + 1}") == 403
    assert status(Origin=None) == 403
    assert status(Sec_Fetch_Site="same-origin") == 200
    assert status(Sec_Fetch_Site="cross-site") == 403
    assert status(Cookie=None) == 403
    assert status(Cookie=f"quizproof-{served.port}=guessed") == 403
    assert status(Content_Type="text/plain") == 415
    for path in ("/_live/hello?ids=prints", "/_live/changes?page=x&is=y"):
        assert served.ask("GET", path, Origin="http://evil.example").status == 403
        assert served.ask("GET", path, Sec_Fetch_Site="cross-site").status == 403
    assert served.ask("GET", PAGE, Sec_Fetch_Site="cross-site").status == 200  # a link leads here
    answer = served.ask("GET", PAGE)
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert served.ask("OPTIONS", "/_live/run", Origin="http://evil.example").status == 405


def test_the_token_of_this_start_opens_it(served: Served) -> None:
    """It goes into a cookie that only pages of this server send, and out of the address."""
    token = served.address.partition("token=")[2]
    answer = served.ask("GET", f"{PAGE}?token={token}", Cookie=None)
    assert (answer.status, answer.headers["Location"]) == (303, PAGE)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{served.cookie};")
    assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))
    assert served.ask("GET", f"//evil.example/?token={token}", Cookie=None).headers["Location"] == "/evil.example/"
    answer = served.ask("GET", f"{PAGE}?token=other", Cookie=None)
    assert (answer.status, answer.headers["Set-Cookie"]) == (403, None)
    hello = json.loads(served.ask("GET", "/_live/hello?ids=total", Cookie=None).body)
    assert (hello["live"], hello["blocks"]) == (False, {})
    assert "Open the address that `quizproof serve` printed" in hello["why"]
    assert json.loads(served.ask("GET", "/_live/hello?ids=total,nothing").body)["blocks"].keys() == {"total"}


def test_what_is_too_large_is_refused(served: Served) -> None:
    """By its length before it is read, by what is read, and by the program in it."""
    edition = served.edition("prints")

    def status(source: str) -> int:
        body = json.dumps({"what": "scratch", "block": "prints", "edition": edition, "source": source}).encode()
        return served.ask("POST", "/_live/run", body).status

    assert status("#" * (1 << 20)) == 200
    assert status("#" * ((1 << 20) + 1)) == 413
    assert served.ask("POST", "/_live/run", b"", Content_Length=str(guard.MAX_BODY + 1)).status == 413
    with socket.create_connection(("127.0.0.1", served.port), _PATIENCE) as client:
        head = f"POST /_live/run HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nOrigin: {served.url[:-1]}\r\n"
        head += f"Cookie: {served.cookie}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        client.sendall(head.encode())
        with contextlib.suppress(OSError):  # it may close before we have sent all
            for _ in range(40):
                client.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"what": "delete"}, 400, "what: Input should be"),
        ({"more": 1}, 400, "more: Extra inputs"),
        ({"source": 7}, 400, "source: Input should be a valid string"),
        ({"edition": "other"}, 409, "Reload the page"),
        ({"block": "nothing"}, 409, "Reload the page"),
        ({"source": " \n"}, 422, "Write a program first."),
        ({"what": "check"}, 422, "No program answers this question."),
        ({"what": "trial"}, 422, "This is no experiment."),
    ],
)
def test_what_makes_no_sense_is_refused(served: Served, change: dict[str, Any], status: int, says: str) -> None:
    asked = {"what": "scratch", "block": "prints", "edition": served.edition("prints"), "source": "1"} | change
    answer = served.ask("POST", "/_live/run", json.dumps(asked).encode())
    assert (answer.status, says in answer.body.decode()) == (status, True)


def test_what_is_no_json_is_refused(served: Served) -> None:
    answer = served.ask("POST", "/_live/run", b"{")
    assert (answer.status, "The request is malformed: Invalid JSON: EOF" in answer.body.decode()) == (400, True)


# ---- runs


def test_output_comes_while_the_program_runs(served: Served) -> None:
    """Line by line, and in the end as a whole; what a run leaves to find it by is not among it."""
    source = (
        "import time\nprint(greeting)\ntime.sleep(0.7)\nprint('é', end='')\nimport sys\nprint('no', file=sys.stderr)"
    )
    lines = served.lines("scratch", "prints", source=source)
    assert lines[0]["programs"] == 1
    ended = lines.index({"ended": 0})
    assert "".join(line["printed"] for line in lines[1:ended])[:6] == "hello\n"
    told = lines[-1]["told"]
    assert (told["ok"], told["stdout"], told["stderr"]) == (True, "hello\né", "no\n")
    assert re.fullmatch(r"Ran to its end in \d+ ms\.", told["ended"])


def test_a_traceback_has_the_lines_of_the_learner(served: Served) -> None:
    told = served.told("run", "total", source="def f():\n    return items[9]\n\n\nf()\n")
    assert 'File "your program", line 5, in <module>' in told["traceback"]
    assert 'File "your program", line 2, in f' in told["traceback"]
    assert told["traceback"].endswith("IndexError: list index out of range")
    told = served.told("scratch", "prints", source="print(1)\nx = (\n")
    assert (told["ok"], told["stdout"], told["ended"]) == (False, "", "")
    assert told["traceback"].endswith("SyntaxError: '(' was never closed")


def test_answers_are_marked_by_running_them(served: Served) -> None:
    """Right and wrong, of each kind that is answered by a program."""
    told = served.told("check", "total", source="total = 0\nfor item in items:\n    total += item\n")
    assert (told["earned"], told["of"], told["feedback"]) == (1, 1, "")
    told = served.told("check", "total", source="total = 5\n")
    assert (told["earned"], told["feedback"]) == (0, "This check fails: The sum is right")
    told = served.told("check", "longest", texts=["lambda name: len(name)"])
    assert (told["earned"], told["of"], told["parts"]) == (1, 1, [True])
    assert served.told("check", "longest", texts=["lambda name: -len(name)"])["parts"] == [False]
    told = served.told("run", "longest", texts=["lambda name: print(name) or len(name)"])
    assert told["stdout"] == "Bo\nAnna\nEve\n"
    told = served.told("trial", "improve", source="rate = 1\nscore, cost = 0.9, 2\nprint(seed)\n")
    assert (told["met"], told["stdout"], told["seeds"]) == (True, "0\n", [0, 1, 2])
    assert told["ran_on"].startswith("Python 3.")
    told = served.told("trial", "improve", source="rate = 1; score, cost = 0.75 + seed / 20, 2")
    assert told["targets"][0] == ["Score", "above 0.8", ["0.75", "0.8", "0.85"], False, "missed by 0.05"]
    assert told["constraints"][0] == ["Same data", "kept", ""]


@pytest.mark.parametrize(
    ("source", "ended"),
    [
        ("while True: pass", r"Was stopped: it (ran longer|used more)"),
        ("print('x' * (1 << 20))", "Was stopped: it printed more than 16 KiB"),
        ("x = bytearray(1 << 30)", "Was stopped: it needed more than 64 MiB"),
        ("import os; os._exit(3)", "Ended without a result: it left with exit status 3"),
        ("import os, signal; os.kill(os.getppid(), signal.SIGKILL); os.kill(0, 9)", "Ended without a result"),
        ("import os\nos.close(1)\nprint(1)", ""),
        ("import os\nfor fd in range(256):\n    os.closerange(fd, fd + 1)", ""),
        ("import sys\nsys.stdout = None", "Ran to its end"),
    ],
)
def test_hostile_programs_end_alone(served: Served, source: str, ended: str) -> None:
    """Each comes to an end with a word about it, and the next program runs as if nothing had happened."""
    last = served.lines("scratch", "prints", source=source)[-1]
    assert re.search(ended, last["told"]["ended"]) if "told" in last else "could not be run" in last["error"]
    assert served.told("scratch", "prints", source="print(greeting)")["stdout"] == "hello\n"


def test_programs_see_nothing_of_the_server(served: Served) -> None:
    """Neither its bank nor its port."""
    source = f"""
import pathlib, socket
try:
    found = pathlib.Path({str(served.bank)!r}).exists() and list(pathlib.Path({str(served.bank)!r}).iterdir())
except OSError:
    found = False
try:
    socket.create_connection(("127.0.0.1", {served.port}), 1)
    reached = True
except OSError:
    reached = False
print(bool(found), reached)
"""
    assert served.told("scratch", "prints", source=source)["stdout"] == "False False\n"


def test_fifty_learners_at_once(served: Served) -> None:
    """All programs are run, each with its own output."""

    def told(number: int) -> str:
        return str(served.told("scratch", "prints", source=f"print({number} * 2)")["stdout"])

    with ThreadPoolExecutor(50) as learners:
        assert list(learners.map(told, range(50))) == [f"{number * 2}\n" for number in range(50)]


def test_programs_that_end_together_leave_none_waiting() -> None:
    """Where all that runs ends at the same time, the next ones begin although nobody asks for more."""

    async def ask() -> None:
        with LiveRuns(local_runner(2), 1) as runs:
            program = Program((Part("answer", "pass", ("solution",)),))
            found = runs.carry_out(Errand("python", (program,) * 40))
            async with asyncio.timeout(_PATIENCE):
                assert {outcome.status async for _, outcome in found if isinstance(outcome, Outcome)} == {"finished"}

    in_a_loop(ask)


def test_a_failure_of_the_machine_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those who wait are told why nothing is run, and so are all who come later."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    errand = Errand("python", (Program((Part("answer", "pass", ("solution",)),)),))

    async def ask() -> None:
        with LiveRuns(local_runner(1), 1) as runs:
            ((_, outcome),) = [each async for each in runs.carry_out(errand)]
            assert isinstance(outcome, Outcome)
            assert (outcome.status, "programs cannot be run any longer" in outcome.detail) == ("fault", True)
            with pytest.raises(CannotVerify, match="programs cannot be run any longer"):
                runs.carry_out(errand)

    in_a_loop(ask)


def test_who_goes_takes_back_what_has_not_begun(served: Served) -> None:
    """A learner who closes the page leaves no programs that wait."""
    asked = {"what": "trial", "block": "improve", "edition": served.edition("improve")}
    body = json.dumps({**asked, "source": "import time; time.sleep(1.5)"}).encode()
    for _ in range(15):
        with served.asking("POST", "/_live/run", body) as answer:
            assert json.loads(answer.readline())["programs"] == 3
    started = time.monotonic()
    assert served.told("scratch", "prints", source="print(1)")["stdout"] == "1\n"
    # 45 programs of 1.5 s would take longer than this, however many processors there are here.
    assert time.monotonic() - started < 45 * 1.5 / len(os.sched_getaffinity(0)) or len(os.sched_getaffinity(0)) > 20


ENDLESS = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("begun")
while True:
    time.sleep(0.1)
"""


@contextlib.contextmanager
def endless(served: Served, what: str, block: str) -> Iterator[tuple[str, http.client.HTTPResponse, set[int]]]:
    """A program that never ends and has printed something: its name, the answer, and the processes before it."""
    served.told("scratch", "prints", source="pass")  # the runtime is warm
    before = descendants(served.process.pid)
    asked = {"what": what, "block": block, "edition": served.edition(block), "source": ENDLESS}
    with served.asking("POST", "/_live/run", json.dumps(asked).encode()) as answer:
        name = json.loads(answer.readline())["run"]
        while "printed" not in json.loads(answer.readline()):
            pass
        assert len(descendants(served.process.pid) - before) >= 2  # the run, and what it has started
        yield name, answer, before


def ended(served: Served, before: set[int]) -> bool:
    """Whether all processes that came after some others have gone."""
    latest = time.monotonic() + _PATIENCE
    while descendants(served.process.pid) - before:
        if time.monotonic() > latest:
            return False
        time.sleep(0.02)
    return True


def test_a_run_is_stopped(served: Served) -> None:
    """It ends with what it has started, and says so; only who knows its name can stop it."""
    with endless(served, "run", "patient") as (name, answer, before):
        for body, status in (
            (b'{"run": "another"}', 404),
            (b'{"run": 1}', 404),
            (b"{}", 400),
            (b"[", 400),
            (b"1", 400),
        ):
            assert served.ask("POST", "/_live/stop", body).status == status
        stop = json.dumps({"run": name}).encode()
        assert served.ask("POST", "/_live/stop", stop, Cookie=None).status == 403
        assert served.ask("POST", "/_live/stop", stop, Origin="http://elsewhere.test").status == 403
        assert len(descendants(served.process.pid) - before) >= 2  # all of these have stopped nothing
        assert served.ask("POST", "/_live/stop", stop).status == 200
        told = json.loads(answer.read().splitlines()[-1])["told"]
        assert told["ended"] == "Ended without a result: you stopped it."
        assert told["stdout"] == "begun\n"
    assert ended(served, before)
    assert served.ask("POST", "/_live/stop", stop).status == 404
    assert served.told("scratch", "prints", source="print(1)")["stdout"] == "1\n"  # and the runtime is still there


def test_what_was_stopped_is_not_marked(served: Served) -> None:
    with endless(served, "check", "patient") as (name, answer, before):
        assert served.ask("POST", "/_live/stop", json.dumps({"run": name}).encode()).status == 200
        last = json.loads(answer.read().splitlines()[-1])
        assert last == {"error": "You stopped it, so it was not marked."}
    assert ended(served, before)


def test_who_leaves_the_page_ends_the_run(served: Served) -> None:
    with endless(served, "run", "patient") as (_, _, before):
        pass
    assert ended(served, before)


# ---- in the browser


@pytest.fixture(scope="module")
def _patience() -> Iterator[None]:
    """What is expected of a page may take a while: programs run for it."""
    expect.set_options(timeout=_PATIENCE * 1000)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def page(browser: Browser, served: Served, _patience: None) -> Iterator[Page]:
    """The page of the quiz, in a browser that has opened the printed address; nothing may be wrong on its console."""
    watch = Watch()
    with browser.new_context() as context:
        page = context.new_page()
        watch.follow(page)
        page.goto(served.address)
        assert "token" not in page.url
        page.goto(served.url + PAGE[1:])
        page.locator("[name=view][value=page]").check(force=True)
        yield page
    watch.foreign = [url for url in watch.foreign if not url.startswith(served.url)]
    watch.check()


def question(page: Page, id_: str) -> Locator:
    """A block of the page."""
    return page.locator(f"#q-{id_}")


def test_a_program_is_marked_live(page: Page) -> None:
    """What the page does not know is run, marked, and known when the page is opened again."""
    total = question(page, "total")
    editor, result = total.locator("textarea.editor"), total.locator(".result")
    expect(total.locator(".live-go")).to_be_visible()
    editor.fill("print('started')\ntotal = max(items)\nprint(total)\n")
    total.get_by_role("button", name="Run without checking").click()
    expect(total.locator(".live-run pre.output")).to_have_text("started\n3")
    expect(result).to_be_empty()
    editor.fill("total = 4\n")
    total.get_by_role("button", name="Check answer").click()
    expect(result).to_contain_text("Not right. This check fails: The sum is right")
    expect(total.locator(".check-item .state")).to_have_text(" fails")
    total.get_by_role("button", name="Try again").click()
    total.locator("textarea.editor").fill("total = items[0] + items[1] + items[2]  # mine\n")
    total.get_by_role("button", name="Check answer").click()
    expect(total.locator(".result")).to_contain_text("Right.")
    expect(total.locator(".unrun")).to_be_hidden()
    page.reload()
    expect(total.locator(".result")).to_have_text("Right. ")
    expect(total.locator(".check-item .state")).to_have_text(" passes")
    expect(page.locator(".tally")).to_contain_text("1 right")


def test_a_blank_is_marked_live(page: Page) -> None:
    longest = question(page, "longest")
    expect(longest.locator(".live-go")).to_be_visible()
    for text, verdict in (("lambda name: -len(name)", "Not right."), ("lambda name: len(name)", "Right.")):
        longest.locator("input.field").fill(text)
        longest.get_by_role("button", name="Check answer").click()
        expect(longest.locator(".result")).to_contain_text(verdict)
        expect(longest.locator(".blank")).to_have_class(re.compile("is-right" if verdict == "Right." else "is-wrong"))
        longest.get_by_role("button", name="Try again").click()


def test_an_experiment_is_tried_live(page: Page) -> None:
    improve = question(page, "improve")
    editor, run_ = improve.locator("textarea.editor"), improve.get_by_role("button", name="Run", exact=True)
    expect(editor).to_have_value("score, cost = 0.5 + seed / 100, 3")
    run_.click()
    expect(improve.locator(".verdict")).to_have_text("Not met: 1 target missed, 1 constraint broken.")
    editor.fill("rate = 1\nscore, cost = 0.9, 2\n")
    run_.click()
    expect(improve.locator(".verdict")).to_have_text("Everything is met with 3 seeds.")
    expect(improve.locator(".live-run tbody tr").first).to_contain_text("above 0.8")
    page.reload()  # what was typed is still there
    expect(improve.locator("textarea.editor")).to_have_value("rate = 1\nscore, cost = 0.9, 2\n")


def test_a_shown_program_can_be_changed_and_run_after_the_answer(page: Page) -> None:
    prints = question(page, "prints")
    box = prints.locator(".live-scratch")
    expect(box).to_be_attached()
    expect(box).to_be_hidden()  # its run is the answer
    prints.locator(".option input").first.check()
    prints.get_by_role("button", name="Check answer").click()
    box.locator("summary").click()
    expect(box.locator("textarea")).to_have_value('print(20 + 22)\nprint("done")')
    box.locator("textarea").fill("import warnings\nwarnings.warn('careful')\nprint(greeting)\n1 / 0")
    box.locator("textarea").press("Control+Enter")
    expect(box.locator("pre.output")).to_have_text("hello")
    expect(box.locator("pre.warnings")).to_contain_text("careful")
    expect(box.locator("pre.traceback")).to_contain_text("ZeroDivisionError")
    prints.get_by_role("button", name="Try again").click()
    expect(box).to_be_hidden()
    expect(box).to_be_attached()


def test_a_run_is_stopped_from_its_page(page: Page, served: Served) -> None:
    before = descendants(served.process.pid)
    total = question(page, "patient")
    total.locator("textarea").fill("print('here', flush=True)\nwhile True: pass")
    total.get_by_role("button", name="Run without checking").click()
    run = total.locator(".live-run")
    expect(run.locator("pre.output")).to_have_text("here")
    run.get_by_role("button", name="Stop").click()
    expect(run.locator(".run-says")).to_have_text("Ended without a result: you stopped it.")
    expect(run.locator("pre.output")).to_have_text("here")
    assert ended(served, before)
    total.get_by_role("button", name="Check answer").click()
    run.get_by_role("button", name="Stop").click()
    expect(total.locator(".result")).to_have_text("Not run here. You stopped it, so it was not marked.")
    total.locator("textarea").fill("total = sum(items)  # as nobody has written it")
    total.get_by_role("button", name="Check answer").click()
    expect(total).to_contain_text("Right")


@pytest.mark.usefixtures("_patience")
def test_a_page_without_the_token_says_why_nothing_runs(browser: Browser, served: Served) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(served.url + PAGE[1:])
        expect(page.locator(".live-note")).to_contain_text("Open the address that `quizproof serve` printed")
        assert not page.locator(".live-go, .live-box, .live-scratch").count()


def test_a_save_loads_the_page_again(page: Page, served: Served) -> None:
    """Only pages that differ by it."""
    file = served.bank / "live.yaml"
    before = file.read_text(encoding="utf-8")
    expect(question(page, "longest").locator(".prompt")).to_contain_text("Sort the names by length")
    file.write_text(before.replace("Sort the names by length", "Sort these names by length"), encoding="utf-8")
    expect(question(page, "longest").locator(".prompt")).to_contain_text("Sort these names")
    page.evaluate("window.same = true")
    (served.bank / "other.yaml").write_text(
        "quiz: other\ntitle: Other\ntopic: others\nblocks:\n" + indent(PREDICT.replace("prints\n", "others\n", 1), "  ")
    )
    latest = time.monotonic() + _PATIENCE
    while served.ask("GET", "/others/other.html").status == 404:
        assert time.monotonic() < latest, served.log
        time.sleep(0.05)
    assert page.evaluate("window.same")
    file.write_text(before, encoding="utf-8")
    expect(question(page, "longest").locator(".prompt")).to_contain_text("Sort the names")


@pytest.mark.usefixtures("_patience")
def test_the_page_of_a_broken_file_says_what_is_wrong(browser: Browser, served: Served) -> None:
    """It comes back by itself when the file is repaired. What is no page is not found meanwhile either."""
    file = served.bank / "live.yaml"
    before = file.read_text(encoding="utf-8")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(served.url + PAGE[1:])
        file.write_text(f"blocks: [\n{before}", encoding="utf-8")
        expect(page.get_by_role("heading", level=1)).to_have_text("A file cannot be read")
        expect(page.locator(".notice")).to_contain_text("live.yaml:")
        expect(page.locator(".notice")).to_contain_text("While parsing")
        answer = served.ask("GET", PAGE)
        assert (answer.status, b"live.yaml:" in answer.body) == (503, True)
        assert served.ask("GET", "/assets/none.js").status == 404
        file.write_text(before, encoding="utf-8")
        expect(question(page, "longest").locator(".prompt")).to_contain_text("Sort the names")
        assert served.ask("GET", "/samples/none.html").status == 404


# ---- last, because they wait or take the rate of all


def test_slow_clients_are_given_up(slow: dict[str, socket.socket]) -> None:
    for name, client in slow.items():
        assert client.recv(100).startswith(b"HTTP/1.1 408"), name


def test_a_flood_is_slowed_down(served: Served) -> None:
    """With the number of seconds after which one is heard again."""
    answers = []
    for _ in range(400):
        answers.append(served.ask("POST", "/_live/run", b"{}"))
        if answers[-1].status == 429:
            break
    assert {answer.status for answer in answers[:-1]} == {400}
    assert answers[-1].status == 429
    time.sleep(int(answers[-1].headers["Retry-After"]))
    assert served.ask("POST", "/_live/run", b"{}").status == 400


# ---- starts and ends


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    """Neither a process nor a folder; and a port that is taken is named."""
    quizproof("--help")  # what forks commands for the tests stays, so it must be there before
    (tmp_path / "live.yaml").write_text(HEADER + indent(PREDICT.strip("\n"), "  "), encoding="utf-8")
    become_subreaper()
    before = descendants(os.getpid())
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        with serving(tmp_path) as found:
            assert found.told("scratch", "prints", source="print(1)")["stdout"] == "1\n"
            done = quizproof("serve", tmp_path, "--port", str(found.port))
            assert done.returncode == 2
            assert f"port {found.port} is in use; choose another with `--port`" in done.stderr
            assert any(temporary.iterdir())
    all_end(before)
    assert list(temporary.iterdir()) == []
    assert "Traceback" not in "".join(found.log)


def test_the_lock_is_shown_first(tmp_path: Path) -> None:
    """Nothing is run for what it knows; after a save, only what was changed."""
    bank = tmp_path / "bank"
    bank.mkdir()
    file = bank / "live.yaml"
    file.write_text(HEADER + indent(PREDICT.strip("\n"), "  "), encoding="utf-8")
    assert quizproof("check", bank, "--write-lock").returncode == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
        with serving(bank, "--sandbox", "auto") as found:
            latest = time.monotonic() + _PATIENCE
            while "0 runs" not in "".join(found.log):
                assert time.monotonic() < latest, found.log
                time.sleep(0.02)
            file.write_text(file.read_text().replace("20 + 22", "20 + 23"))
            while not re.search(r"[1-9]\d* runs?\n", "".join(found.log)):
                assert time.monotonic() < latest, found.log
                time.sleep(0.02)


def test_without_a_sandbox_programs_run_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "live.yaml").write_text(HEADER + indent(PREDICT.strip("\n"), "  "), encoding="utf-8")
    with serving(tmp_path, "--sandbox", "none") as found:
        hello = json.loads(found.ask("GET", "/_live/hello?ids=prints").body)
        assert (hello["live"], "`--allow-unsandboxed`" in hello["why"]) == (False, True)
        assert found.ask("POST", "/_live/run", b"{}").status == 403
        assert found.ask("GET", PAGE).status == 200
    assert "no live code: programs of learners do not run in the sandbox `none`" in "".join(found.log)
    with serving(tmp_path, "--sandbox", "none", "--allow-unsandboxed") as found:
        assert found.told("scratch", "prints", source="print(greeting)")["stdout"] == "hello\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "0.0.0.0"], "other machines could reach the server"),
        (["--host", "192.0.2.1"], "other machines could reach the server"),
        (["--host", "example.org"], "not an IP address; the server listens on 127.0.0.1 or ::1 only"),
        (["--no-cache"], "takes outcomes from the cache"),
        (["missing.yaml"], "missing.yaml does not exist"),
    ],
)
def test_bad_calls(tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "questions").mkdir()
    done = quizproof("serve", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_bank_that_is_none(tmp_path: Path) -> None:
    """What is found only when the bank is read ends the server as well."""
    done = quizproof("serve", tmp_path, "--port", "0")
    assert (done.returncode, f"no quiz files (*.yaml, *.yml) found in {tmp_path}" in done.stderr) == (2, True)


def test_hosts() -> None:
    assert (loopback("localhost"), loopback("::1"), loopback("127.0.0.2")) == ("127.0.0.1", "::1", "127.0.0.2")
    assert Address("::1", 80).hosts == {"[::1]", "[::1]:80", "localhost", "localhost:80"}
    assert Address("127.0.0.1", 8000).url == "http://127.0.0.1:8000/"
    with pytest.raises(UsageError, match=r"127\.0\.0\.1 or ::1 only"):
        loopback("10.0.0.1")


def test_a_code_opens_it_once() -> None:
    own = guard.Pass(Address("127.0.0.1", 8000))
    code = own.url_for_once().partition("token=")[2]
    assert (own.admits(code), own.admits(code), own.is_token(code)) == (True, False, False)
    assert (own.admits(own.token), own.admits(own.token), own.admits("")) == (True, True, False)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    python = bare_interpreter(tmp_path, without=(*FRAMEWORKS, "uvicorn"))
    done = quizproof("serve", tmp_path, python=python)
    assert (done.returncode, 'pip install "quizproof[serve]"' in done.stderr) == (2, True)


def test_rate() -> None:
    """A burst, and then as many as the time allows."""
    now = [0.0]
    rate = Rate(3, 2.0, lambda: now[0])
    assert [rate.wait() for _ in range(5)] == [0, 0, 0, 1, 1]
    now[0] = 0.5
    assert [rate.wait() for _ in range(2)] == [0, 1]
    now[0] = 1000.0
    assert [rate.wait() for _ in range(4)] == [0, 0, 0, 1]


def in_a_loop(action: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Wait for something in a loop of its own: the browser's driver has one in this thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(action())).result()


def test_no_more_wait_than_is_bearable() -> None:
    errand = Errand("python", (Program((Part("answer", "pass", ("solution",)),)),))

    async def ask() -> None:
        runs = LiveRuns(Pool[Any](1), 1)  # nobody carries them out
        for _ in range(MAX_ASKED):
            runs.carry_out(errand)
        with pytest.raises(Busy):
            runs.carry_out(errand)

    in_a_loop(ask)


def test_clients_that_take_nothing_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SEND_SECONDS", 0.01)

    async def stuck(_: AsgiMessage) -> None:
        await asyncio.Event().wait()

    async def send() -> None:
        await guard._patient(stuck)({"type": "http.response.body", "body": b""})

    with pytest.raises(TimeoutError):
        in_a_loop(send)


def test_a_mark_changes_no_outcome() -> None:
    """A program that is marked to follow its output comes to what it comes to without the mark."""
    programs = [
        ("x = 1", "print(x, __name__, sorted(n for n in globals() if n[0] != '_'))"),
        ("x = 1\ny = 2", "print(x)\n\nraise ValueError(y)"),
        ("x = 1", "print(1)\nf(:"),
        ("x = 1", "def f(:\n  pass\n"),
        ("raise KeyError(1)", "print(2)"),
    ]
    with Pool[Any](1) as pool:
        for setup, source in programs:
            parts = (Part("setup", setup, ("setup",)), Part("answer", source, ("solution",)))
            program = Program((*parts, Part("check", "assert x == 2", ("check",))), Limits(seconds=5))
            printed = Printed(1 << 10)
            alone, marked = run(pool, "python", program), run(pool, "python", printed.marking(program))
            found = printed.unmarking(program, marked)
            assert (found.status, found.raised, found.detail) == (alone.status, alone.raised, alone.detail)
            assert [part.stdout for part in found.parts] == [part.stdout for part in alone.parts]
