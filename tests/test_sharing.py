"""Sharing: programs that begin alike come to the same as each by itself, and none of them can tell."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizproof.outcome import Outcome
from quizproof.runners.job import Job
from quizproof.runners.pool import Pool
from quizproof.runners.sharing import Times
from quizproof.runtimes.conditions import Conditions
from quizproof.runtimes.sandbox.levels import LEVELS, refusal

LIMITS = {"seconds": 5, "memory_mib": 256, "output_kib": 64, "file_mib": 4, "processes": 32}


@pytest.fixture(scope="module", params=LEVELS)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool[int]]:
    """A pool of each level that the machine allows, which does one thing at a time."""
    if why := refusal(request.param):
        pytest.skip(f"{request.param}: {why}")
    with Pool[int](1, request.param) as shared:
        yield shared


def jobs(programs: list[list[tuple[str, str]]], *, group: str, **more: Any) -> list[Job[int]]:
    """A job for each program, a list of pairs of role and source."""
    made = []
    for number, program in enumerate(programs):
        lines = itertools.accumulate((source.count("\n") + 1 for _, source in program[:-1]), initial=1)
        parts = [{"role": r, "source": source, "line": n} for (r, source), n in zip(program, lines, strict=True)]
        limits = LIMITS | {key: value for key, value in more.items() if key in LIMITS}
        rest = {key: value for key, value in more.items() if key not in LIMITS}
        made.append(Job(number, "python", parts, limits, group=group, **rest))
    return made


def outcomes(pool: Pool[int], programs: list[list[tuple[str, str]]], *, group: str, **more: Any) -> list[Outcome]:
    """What each program comes to, in their order, without what differs from run to run."""
    found = dict(pool.run(jobs(programs, group=group, **more)))
    return [replace(found[number], seconds=0, peak_mib=0) for number in range(len(programs))]


def alike(pool: Pool[int], programs: list[list[tuple[str, str]]], **more: Any) -> tuple[list[Outcome], int, int]:
    """What programs come to, which is the same together and alone; and how many went on from a trunk, and how many were
    tried so and run again.
    """
    pool._times = Times()
    shared, alone = pool.shared, pool.alone
    together = outcomes(pool, programs, group="block", **more)
    shared, alone = pool.shared - shared, pool.alone - alone
    assert together == outcomes(pool, programs, group="", **more)
    return together, shared, alone


def begun(*ends: str, setup: str = "x = [1]\nprint('begun')") -> list[list[tuple[str, str]]]:
    """Programs with the same setup and these answers."""
    return [[("setup", setup), ("answer", end)] for end in ends]


def said(found: list[Outcome]) -> list[str]:
    """What the last part of each printed."""
    return [outcome.parts[-1].stdout for outcome in found]


def test_what_programs_begin_with_is_run_once(pool: Pool[int]) -> None:
    """The time it was shows that it was one run; by themselves, each has a time of its own."""
    programs = begun(*(f"print({n} and now)" for n in range(1, 6)), setup="import time\nnow = time.perf_counter_ns()")
    together = said(outcomes(pool, programs, group="block"))
    assert len(set(together)) == 1
    assert len(set(said(outcomes(pool, programs, group="")))) == 5
    two = jobs(programs[:3], group="one") + jobs(programs[3:] * 2, group="other")
    for key, job in enumerate(two):
        job.key = key
    found = [outcome.parts[-1].stdout for _, outcome in sorted(pool.run(two), key=lambda pair: pair[0])]
    assert len(set(found[:3])) == len(set(found[3:])) == 1  # those of one group
    assert found[0] != found[3]


PARTS = st.sampled_from(
    [
        "x = x + 1 if 'x' in dir() else 0\nprint('x', x)",
        "import sys\nprint('to stderr', file=sys.stderr)",
        "print(sys.stdin.readline() if 'sys' in dir() else 'none')",
        "import random\nrandom.seed(3)",
        "print(random.random() if 'random' in dir() else 'none')",
        "import warnings\nwarnings.warn('once')\nwarnings.warn('once')",
        "def f():\n    warnings.warn('of f')\nfor _ in range(2): f() if 'warnings' in dir() else None",
        "import warnings\nwarnings.simplefilter('ignore')",
        "y = 'x' is 'x'",
        "import os\nopen('made', 'a').write('a')\nprint(sorted(os.listdir()))",
        "import os\nprint(os.path.exists('made') and open('made').read())",
        "import os\nos.makedirs('deep/er', exist_ok=True)\nos.environ['SET'] = 'yes'",
        "import os\nprint(os.environ.get('SET'), os.getcwd() == os.environ['HOME'])",
        "def depth(n=0):\n    try: return depth(n + 1)\n    except RecursionError: return n\nprint(depth())",
        "raise KeyError('it')",
        "1 / 0",
        "not python",
        "print(sorted(n for n in globals() if n[0] != '_'))",
        "assert x >= 0 if 'x' in dir() else True",
        "import threading\nevent = threading.Event()\nthreading.Thread(target=event.wait, daemon=True).start()",
        "opened = open('made', 'w')",
        "sys.exit(3) if 'sys' in dir() else None",
        "import sys\nsys.setrecursionlimit(200)",
        "class A:\n    pass\nprint(A.__module__, __name__)",
    ]
)
PROGRAMS = st.lists(st.lists(PARTS, min_size=1, max_size=4), min_size=2, max_size=5)


@settings(max_examples=40, deadline=None)
@given(
    PARTS, PROGRAMS, st.sampled_from([None, "first\nsecond\n"]), st.sampled_from(["", "order clock folders machine"])
)
def test_together_or_alone_is_the_same(
    pool: Pool[int], first: str, programs: list[list[str]], stdin: str | None, changes: str
) -> None:
    """Programs that share one part, two, or more, in any order, that end in every way."""
    drawn = [
        [("setup", first), *(("check" if n else "answer", source) for n, source in enumerate(program))]
        for program in programs
    ]
    alike(pool, drawn, stdin=stdin, conditions=Conditions(changes=changes))


def test_trunks_grow_on_trunks(pool: Pool[int]) -> None:
    """Of programs that share a second, slow part, that is run once, too, as soon as it is known to be slow."""
    slow = "import time\ntime.sleep(0.05)\nnow = time.perf_counter_ns()"
    program = [("setup", "x = 1"), ("answer", slow)]
    programs = [[*program, ("check", f"print({n} and now)")] for n in range(1, 7)]
    programs += begun("print(1)", "print(2)", setup="x = 1")
    pool._times = Times()
    found = outcomes(pool, programs, group="block")
    # The first told how slow it was, and the others shared it.
    assert len(set(said(found)[:6])) == 2
    assert said(found)[6:] == ["1\n", "2\n"]


def hidden(source: str) -> str:
    """A program as it looks to nobody: not to what keeps some from being tried with others, by their text."""
    return f"exec(bytes.fromhex({source.encode().hex()!r}).decode())"


# ---- nothing passes from one to another


@pytest.mark.parametrize(
    ("does", "sees", "expected"),
    [
        ("x.append(2)", "print(x)", "[1]\n"),
        ("import builtins, json\nbuiltins.seen = json.seen = 1", "print('seen' in dir(__builtins__))", "False\n"),
        ("open('left', 'w').write('it')", "import os\nprint(os.listdir())", "[]\n"),
        ("import os\nos.makedirs('a/b')\nos.symlink('/', 'a/c')", "import os\nprint(os.listdir())", "[]\n"),
        ("import os\nos.environ['LEFT'] = '1'", "import os\nprint('LEFT' in os.environ)", "False\n"),
        ("import os\nos.umask(0)", "import os\nprint(os.umask(0) == 0)", "False\n"),
        ("print(input())", "print(input())", "first\n"),
        ("import sys\nsys.stdout.write('begun?')\nsys.stdout.flush()\n1/0", "print('own')", "own\n"),
        ("import os\nos.chdir('/')", "import os\nprint(os.getcwd() == os.environ['HOME'])", "True\n"),
        ("import os\nos.close(1)", "print('own')", "own\n"),
        ("import os\nos.ftruncate(1, 0)", "print('own')", "own\n"),
    ],
)
def test_no_branch_sees_what_another_did(pool: Pool[int], does: str, sees: str, expected: str) -> None:
    """Memory, files, environment, position in the input and output are those that the trunk left."""
    found, shared, _ = alike(pool, begun(does, sees, does, sees), stdin="first\nsecond\n")
    assert shared >= 2
    assert [said(found)[n] for n in (1, 3)] == [expected, expected]


def test_files_of_the_trunk_are_seen_by_all(pool: Pool[int]) -> None:
    """A branch that changes one ends its tree; the next program finds it as it was."""
    setup = "import os\nwith open('data', 'w') as file:\n    file.write('kept')"
    reads = "print(open('data').read())"
    found, shared, _ = alike(pool, begun(reads, "open('data', 'w').write('new')", reads, reads, setup=setup))
    assert [said(found)[n] for n in (0, 2, 3)] == ["kept\n"] * 3
    assert shared >= 2


@pytest.mark.parametrize(
    "attack",
    [
        "import os, signal\nos.kill(os.getppid() or 2, signal.SIGKILL)",
        "import os, signal\nos.kill(os.getppid() or 2, signal.SIGINT)",
        "import os\nfor fd in range(3, 2000):\n    try: os.write(fd, b'{\"ready\": 1}')\n    except OSError: pass",
        "import ctypes, os, signal\nctypes.CDLL(None).ptrace(0, 0, 0, 0)\nos.kill(os.getpid(), signal.SIGUSR1)",
        "import os\nif os.fork() == 0:\n    os.setsid()\n    while os.fork() == 0: pass\n    os._exit(0)",
        "import os\nos._exit(0)",
        "import mmap, gc\nfor o in gc.get_objects():\n    if type(o) is mmap.mmap: o[:16] = b'\\0' * 16",
        "import resource, os\nresource.prlimit(os.getppid() or 2, resource.RLIMIT_NOFILE, (3, 3))",
        "import os\nos.setpriority(os.PRIO_PROCESS, os.getppid() or 2, 19)",
        "print('x' * 100_000)",
        "x = bytearray(1 << 30)",
    ],
)
def test_a_hostile_branch_takes_nothing_with_it(pool: Pool[int], attack: str) -> None:
    """Those before and after it come to what they come to alone; so does the attack, as far as it concerns itself."""
    if pool.level == "none" and "getppid() or 2, " in attack:
        pytest.skip("alone, it reaches the zygote: this level promises nothing about that")
    pool._times = Times()
    shared = pool.shared
    honest = hidden("import os, resource\nprint(x, resource.getrlimit(7), os.nice(0), len(os.sched_getaffinity(0)))")
    programs = begun(honest, hidden(attack), honest, honest)
    found = outcomes(pool, programs, group="block")
    assert pool.shared - shared >= 1
    alone = outcomes(pool, programs, group="")
    assert [found[n] for n in (0, 2, 3)] == [alone[n] for n in (0, 2, 3)]
    assert found[0].status == "finished"
    # Alone it has other processes to attack.
    assert found[1].status in (alone[1].status, "finished", "raised", "died")


@pytest.mark.parametrize(
    "setup",
    [
        'CHANNEL.send(b\'{"ready": {"cpu": 0, "peak": 0}}\')',
        'CHANNEL.send(b\'{"ended": {"code": 0, "cpu": 0, "peak": 0}, "still": true}\')',
        "CHANNEL.send(b'[[[')",
        "CHANNEL.send(b'{\"alone\": 3}')",
        "CHANNEL.send(b'x' * 100_000)",
        "CHANNEL.close()",
        "import os\nos.closerange(3, 2000)",
        "import os\nos._exit(0)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    ],
)
def test_a_hostile_trunk_harms_no_other_run(pool: Pool[int], setup: str) -> None:
    """What it says is believed of its own programs at most; the zygote goes on with the next."""
    before = [zygote.process.pid for zygote in pool._zygotes.values()]
    setup = "import socket\nCHANNEL = socket.socket(fileno=1022)\nx = 1\n" + setup if "CHANNEL" in setup else setup
    found = outcomes(pool, begun("print('a')", "print('b')", "print('c')", setup=setup), group="block")
    assert all(outcome.status in ("finished", "raised", "died") for outcome in found)
    assert said(outcomes(pool, begun("print(1)"), group="")) == ["1\n"]
    assert before in ([], [zygote.process.pid for zygote in pool._zygotes.values()])


# ---- what cannot be shared, and limits


@pytest.mark.parametrize(
    "setup",
    [
        "import threading\nevent = threading.Event()\nthreading.Thread(target=event.wait, daemon=True).start()",
        "opened = open('file', 'w')",
        "import mmap\nshared = mmap.mmap(-1, 4096)",
        "import signal\nsignal.alarm(100)",
        "import signal\nsignal.signal(signal.SIGUSR1, lambda *_: None)",
        "for number in range(100): open(str(number), 'w').close()",
        "open('large', 'w').write('x' * 100_000)",
        "import warnings\nwarnings.simplefilter('ignore')",
        "raise ValueError",
    ],
)
def test_what_a_fork_would_change_is_run_alone(pool: Pool[int], setup: str) -> None:
    """It is tried once for all of them, and their outcomes are what they are."""
    _, shared, _ = alike(pool, begun("print(1)", "print(2)", "print(3)", setup=setup))
    assert shared == 0


@pytest.mark.parametrize("tells", ["import os\nprint(os.getpid() > 1)", "import time\ntime.process_time()"])
def test_what_would_tell_is_not_tried(pool: Pool[int], tells: str) -> None:
    """A program that looks at its process has one of its own from the beginning."""
    _, shared, alone = alike(pool, begun(tells, tells, tells))
    assert (shared, alone) == (0, 0)


def test_limits_count_what_came_before(pool: Pool[int]) -> None:
    """A program may take as long as alone, its beginning included, and neither more nor less.

    What meets a limit is run alone, which decides.
    """
    setup = "import time\ntime.sleep(0.5)\nprint('y' * 40_000)"
    ends = ["time.sleep(1.2)\nprint('end')", "print('x' * 30_000)", "print('x' * 10_000)", "while True: pass"]
    found, shared, alone = alike(pool, begun(*ends, setup=setup), seconds=1.5)
    assert [(outcome.status, outcome.detail) for outcome in found] == [
        ("limit", "it ran longer than 1.5 s"),
        ("limit", "it printed more than 64 KiB"),
        ("finished", ""),
        ("limit", "it ran longer than 1.5 s"),
    ]
    assert (shared, alone) == (1, 3)
