"""Sandboxes: what each level refuses, call by call; that this spares what honest programs do; and who is counted."""

from __future__ import annotations

import errno
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quizproof.outcome import Outcome
from quizproof.runners.job import Job
from quizproof.runners.pool import Pool
from quizproof.runtimes.sandbox import refused_calls
from quizproof.runtimes.sandbox.folders import DEVICES
from quizproof.runtimes.sandbox.levels import LEVELS, Level, refusal
from quizproof.runtimes.sandbox.refused_calls import ALWAYS, NEWEST, Number
from quizproof.runtimes.sandbox.seccomp import Filter

LIMITS = {"seconds": 20, "memory_mib": 256, "output_kib": 64, "file_mib": 4, "processes": 32}
CLOSED = ("namespaces", "landlock")

PREAMBLE = """\
import ctypes, errno, os, resource, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
def calling(number, *arguments):
    done = libc.syscall(*map(ctypes.c_long, (number, *arguments)))
    return "done" if done != -1 else errno.errorcode[ctypes.get_errno()]
def trying(function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
"""


@pytest.fixture(scope="module", params=LEVELS)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool[str]]:
    """A pool of each level that the machine allows."""
    if why := refusal(request.param):
        pytest.skip(f"{request.param}: {why}")
    with Pool[str](2, request.param) as shared:
        yield shared


@pytest.fixture(scope="module", params=CLOSED)
def closed(request: pytest.FixtureRequest) -> Iterator[Pool[str]]:
    """A pool of each level that closes a run off."""
    if why := refusal(request.param):
        pytest.skip(f"{request.param}: {why}")
    with Pool[str](2, request.param) as shared:
        yield shared


def run(pool: Pool[str], *sources: str, **limits: float) -> Outcome:
    """The outcome of one program, after which the same zygote does the next run right."""
    before = [zygote.process.pid for zygote in pool._zygotes.values()]
    parts: list[Any] = []
    for source in sources:
        line = parts[-1]["line"] + parts[-1]["source"].count("\n") + 1 if parts else 1
        parts.append({"role": "code", "source": source, "line": line})
    last = [{"role": "code", "source": "print(1)", "line": 1}]
    outcomes = dict(pool.run([Job("asked", "python", parts, LIMITS | limits)]))
    outcomes |= dict(pool.run([Job("next", "python", last, LIMITS)]))
    assert outcomes["next"].parts[0].stdout == "1\n"
    assert before in ([], [zygote.process.pid for zygote in pool._zygotes.values()])
    return outcomes["asked"]


def printed(pool: Pool[str], source: str, **limits: float) -> str:
    """What a program prints that ends well."""
    outcome = run(pool, PREAMBLE + source, **limits)
    assert outcome.status == "finished", outcome
    return outcome.parts[0].stdout


# ---- stops


TRACED = "libc.ptrace(0, 0, None, None)\n"  # PTRACE_TRACEME: by its parent, which is our zygote


def test_a_traced_run_ends_as_any_other(pool: Pool[str]) -> None:
    """A signal stops a process that its parent traces; the run ends of the signal, and the zygote goes on."""
    outcome = run(pool, PREAMBLE + TRACED + "os.kill(os.getpid(), signal.SIGUSR1)")
    assert (outcome.status, outcome.detail) == ("died", "it was killed by SIGUSR1")


def test_a_traced_run_beside_a_daemon_ends(pool: Pool[str]) -> None:
    """What it has left behind ends with it, and nobody waits for that for ever."""
    daemon = "if os.fork() == 0:\n    os.setsid()\n    signal.pause()\n"
    outcome = run(pool, PREAMBLE + daemon + TRACED + "os.kill(os.getpid(), signal.SIGUSR1)")
    assert (outcome.status, outcome.detail) == ("died", "it was killed by SIGUSR1")


@pytest.mark.parametrize("number", ["SIGSTOP", "SIGTRAP", "SIGCHLD"])
def test_a_traced_run_goes_on_when_its_signal_lets_it(pool: Pool[str], number: str) -> None:
    """It is given the signal that it stopped for: one that is handled or ignored ends nothing."""
    handled = f"signal.signal(signal.{number}, lambda *_: print('handled'))\n" if number == "SIGTRAP" else ""
    again = "if os.fork() == 0:\n    while True: os.kill(os.getppid(), signal.SIGCONT)\n" if number == "SIGSTOP" else ""
    source = PREAMBLE + TRACED + handled + again + f"os.kill(os.getpid(), signal.{number})\nprint('went on')"
    outcome = run(pool, source)
    assert outcome.status == "finished"
    assert outcome.parts[0].stdout == ("handled\n" if handled else "") + "went on\n"


def test_a_traced_thread_and_a_traced_program_end(pool: Pool[str]) -> None:
    """Threads are traced one by one, and a program that is traced stops once it has begun."""
    source = (
        "import threading\n"
        f"thread = threading.Thread(target=lambda: ({TRACED.strip()}, signal.raise_signal(signal.SIGCHLD)))\n"
        "thread.start()\nthread.join()\nprint('joined', flush=True)\n"
        f"{TRACED}os.execv('/bin/true', ['true'])\n"
    )
    outcome = run(pool, PREAMBLE + source)
    ended = "exit status 0 before its end" if pool.level in CLOSED else "it was killed by SIGTRAP"
    assert outcome.status == "died"
    assert ended in outcome.detail
    assert outcome.parts[0].stdout == "joined\n"


# ---- the filter


@pytest.mark.parametrize(("error", "name"), [(error, name) for error, calls in ALWAYS.items() for name in calls])
def test_refused_calls_are_answered(closed: Pool[str], error: int, name: str) -> None:
    """Each call of the list gives its error, whatever its arguments are."""
    number = ALWAYS[error][name]
    own = number.x86_64 if os.uname().machine == "x86_64" else number.generic
    if own is None:
        pytest.skip("there is no such call here")
    assert printed(closed, f"print(calling({own}, -1, -1, -1, -1, -1, -1))") == errno.errorcode[error] + "\n"


def test_calls_that_are_newer_than_the_list_do_not_exist(closed: Pool[str]) -> None:
    """Also those of other architectures: x32 has its own numbers, and 32-bit code ends the process."""
    numbers = f"({NEWEST + 1}, 999, 0x40000000 + 39)"
    assert printed(closed, f"print([calling(number) for number in {numbers}])") == "['ENOSYS', 'ENOSYS', 'ENOSYS']\n"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="it is machine code of x86-64")
def test_calls_of_32_bit_code_end_the_run(closed: Pool[str]) -> None:
    """Their numbers mean something else, and would pass the filter; the same code without them runs."""
    source = (
        "import mmap\n"
        "memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)\n"
        "def machine_code(code):\n"
        "    memory[:len(code)] = code\n"
        "    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))\n"
        "number = b'\\xb8\\x14\\x00\\x00\\x00'\n"  # mov eax, 20: getpid of 32-bit code
        "print(machine_code(number + b'\\xc3')(), flush=True)\n"
        "machine_code(number + b'\\xcd\\x80\\xc3')()\n"  # int 0x80
    )
    outcome = run(closed, PREAMBLE + source)
    assert outcome.parts[0].stdout == "20\n"
    assert (outcome.status, outcome.detail) == ("died", "it was killed by SIGSYS")


def test_new_namespaces_and_foreign_parents_are_refused(closed: Pool[str]) -> None:
    """In a user namespace it would have capabilities; a process of another parent would be nobody's."""
    clone, unshare = (
        number.x86_64 if os.uname().machine == "x86_64" else number.generic
        for number in (refused_calls.CLONE, refused_calls.UNSHARE)
    )
    source = (
        f"print(calling({clone}, 0x8000 | 17, 0, 0, 0, 0), calling({clone}, 0x10000000 | 17, 0, 0, 0, 0))\n"
        f"print([calling({unshare}, flag) for flag in (0x10000000, 0x20000, 0x40000000, 0x80)])\n"
        f"print(calling({unshare}, 0x200), os.waitpid(os.fork() or os._exit(0), 0)[1])\n"  # CLONE_FS
    )
    assert printed(closed, source) == "EPERM EPERM\n['EPERM', 'EPERM', 'EPERM', 'EPERM']\ndone 0\n"


def test_siblings_count_for_the_run_that_started_them(closed: Pool[str]) -> None:
    """A run cannot start processes that belong to nobody; as many of its own are counted."""
    child = "if os.fork() == 0:\n        os.setsid()\n        time.sleep(600)\n"
    source = f"import time\nfor _ in range(40):\n    {child}time.sleep(9)"
    outcome = run(closed, PREAMBLE + source, processes=8)
    assert (outcome.status, outcome.detail) == ("limit", "it started more than 8 processes")


def test_orphans_count_for_their_run(pool: Pool[str]) -> None:
    """At every level: processes in sessions of their own whose parents have ended."""
    source = (
        "import time\nfor _ in range(40):\n    if (pid := os.fork()) == 0:\n        os.setsid()\n"
        "        if os.fork() == 0:\n            time.sleep(600)\n        os._exit(0)\n"
        "    os.waitpid(pid, 0)\ntime.sleep(9)"
    )
    outcome = run(pool, PREAMBLE + source, processes=8)
    assert (outcome.status, outcome.detail) == ("limit", "it started more than 8 processes")


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "namespaces"])
def test_orphans_end_while_other_runs_go_on(level: Level) -> None:
    """What an ended run left behind does not stay for as long as another run lasts. In namespaces, none sees it."""
    if why := refusal(level):
        pytest.skip(f"{level}: {why}")
    source = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        os.environ.clear()\n        os.execve('/bin/sleep', ['orphan-to-be', '600'], {})\n"
        "    os._exit(0)\nos.wait()\ntime.sleep(0.2)\nprint('left one')"
    )
    # The other run ends when no such process is left.
    other = (
        "import pathlib, time\n"
        "def orphans():\n    found = []\n    for file in pathlib.Path('/proc').glob('[0-9]*/cmdline'):\n"
        "        try:\n            found += [file] if b'orphan-to-be' in file.read_bytes() else []\n"
        "        except OSError: pass\n    return found\n"
        "seen = False\nwhile not seen or orphans():\n    seen = seen or bool(orphans())\n    time.sleep(0.01)\n"
        "print('gone')"
    )
    jobs = [
        Job(name, "python", [{"role": "code", "source": text, "line": 1}], LIMITS)
        for name, text in (("other", other), ("leaves", source))
    ]
    with Pool[str](2, level) as pool:
        outcomes = dict(pool.run(jobs))
    assert outcomes["leaves"].parts[0].stdout == "left one\n"
    assert (outcomes["other"].status, outcomes["other"].parts[0].stdout) == ("finished", "gone\n")


def test_limits_and_priorities_of_others_are_refused(closed: Pool[str]) -> None:
    """Those of the interpreter that it was forked from, and of the process that inherits its orphans; not its own."""
    source = (
        "other = os.getppid() or 1\n"
        "print([trying(f, *a) for f, *a in [\n"
        "    (resource.prlimit, other, resource.RLIMIT_NOFILE, (3, 3)), (os.setpriority, os.PRIO_PROCESS, other, 19),\n"
        "    (os.setpriority, os.PRIO_USER, 0, 19), (os.sched_setaffinity, other, {0}),\n"
        "    (os.sched_setscheduler, other, os.SCHED_BATCH, os.sched_param(0))]])\n"
        "print([trying(f, *a) for f, *a in [\n"
        "    (resource.prlimit, os.getpid(), resource.RLIMIT_NOFILE, (64, 64)),\n"
        "    (resource.setrlimit, resource.RLIMIT_STACK, (1 << 20, 1 << 20)),\n"
        "    (os.setpriority, os.PRIO_PROCESS, 0, 19), (os.nice, 1),\n"
        "    (os.sched_setaffinity, 0, os.sched_getaffinity(0)),\n"
        "    (os.sched_setscheduler, 0, os.SCHED_BATCH, os.sched_param(0))]])\n"
    )
    refused, allowed = printed(closed, source).splitlines()
    assert refused == str(["EPERM"] * 5)
    assert allowed == str(["done"] * 6)


def test_only_harmless_sockets_are_made(closed: Pool[str]) -> None:
    """Local ones, and TCP and UDP where they lead nowhere; no other family, protocol or kind."""
    kinds = {
        "local": (1, 1, 0),
        "local packets": (1, 5, 0),
        "tcp": (2, 1, 0),
        "tcp by name": (10, 1, 6),
        "udp": (2, 2, 17),
        "multipath tcp": (2, 1, 262),
        "raw": (2, 3, 1),
        "ping": (2, 2, 1),
        "local datagrams": (1, 2, 0),
        "local raw": (1, 3, 0),
        "netlink": (16, 3, 0),
        "packet": (17, 3, 0),
        "vsock": (40, 1, 0),
        "crypto": (38, 5, 0),
    }
    source = f"for name, kind in {kinds}.items():\n    print(name, trying(socket.socket, *kind), sep=': ')"
    found = dict(line.split(": ") for line in printed(closed, source).splitlines())
    inet = dict.fromkeys(("tcp", "tcp by name", "udp"), "done") | {
        "multipath tcp": "EPROTONOSUPPORT",
        "raw": "EPERM",
        "ping": "EPROTONOSUPPORT",
    }
    if closed.level == "landlock":
        inet = dict.fromkeys(inet, "ENETUNREACH")
    assert found == inet | {
        "local": "done",
        "local packets": "done",
        "local datagrams": "EPROTONOSUPPORT",
        "local raw": "EPROTONOSUPPORT",
        "netlink": "EAFNOSUPPORT",
        "packet": "EAFNOSUPPORT",
        "vsock": "EAFNOSUPPORT",
        "crypto": "EAFNOSUPPORT",
    }
    pair = "print(trying(socket.socketpair, 1, 1), trying(socket.socketpair, 1, 2), trying(socket.socketpair, 38, 5))"
    assert printed(closed, pair) == "done EPROTONOSUPPORT EAFNOSUPPORT\n"


def test_files_of_the_user_become_nobody_elses(pool: Pool[str]) -> None:
    """Where a run can change the permissions of files outside, it cannot let others act as their owner."""
    source = (
        "open('a', 'w').close()\nprint(trying(os.chmod, 'a', 0o600), trying(os.chmod, 'a', 0o4755),"
        " trying(os.chmod, os.open('a', os.O_RDONLY), 0o2755))"
    )
    refused = "done EPERM EPERM\n" if pool.level == "landlock" else "done done done\n"
    assert printed(pool, source) == refused


@pytest.mark.parametrize("name", ["__NR", "__NR3264"])
def test_numbers_are_those_of_the_headers(name: str) -> None:
    """A wrong number would refuse a call that programs need, and let one pass that they must not have."""
    headers = {
        "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        "generic": Path("/usr/include/asm-generic/unistd.h"),
    }
    compared = 0
    for field, path in headers.items():
        text = path.read_text() if path.exists() else ""
        known = {n: int(number) for n, number in re.findall(rf"#define {name}_(\w+)\s+(\d+)", text)}
        for call, number in named_calls().items():
            if call in known:
                compared += 1
                assert getattr(number, field) == known[call], call
    if not compared:
        pytest.skip("no headers of the kernel are installed, or none has such names")


def named_calls() -> dict[str, Number]:
    """All calls of the list by name."""
    single = ("CLONE", "UNSHARE", "PRCTL", "SOCKET", "SOCKETPAIR", "SETPRIORITY", "IOPRIO_SET")
    named = {name.lower(): getattr(refused_calls, name) for name in single} | {"prlimit64": refused_calls.PRLIMIT}
    modes = dict(zip(("chmod", "fchmod", "fchmodat"), refused_calls.CHANGING_MODES, strict=False))
    named |= {name: number for name, (number, _) in modes.items()}
    for calls in (*ALWAYS.values(), refused_calls.SCHEDULING, refused_calls.TRUNCATE):
        named |= calls
    return named


def decision(code: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What a filter answers, found by doing what its instructions say: `sock_filter`s of linux/filter.h."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    at = value = 0
    while True:
        operation, holds, fails, k = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        match operation:
            case 0x20:
                (value,) = struct.unpack_from("=I", data, k)
            case 0x54:
                value &= k
            case 0x06:
                return int(k)
            case _:
                true = {0x15: value == k, 0x25: value > k, 0x35: value >= k}[operation]
                at += holds if true else fails


@pytest.mark.parametrize(
    ("machine", "architecture", "field"),
    [
        ("x86_64", 0xC000003E, "x86_64"),
        ("aarch64", 0xC00000B7, "generic"),
        ("riscv64", 0xC00000F3, "generic"),
    ],
)
@pytest.mark.parametrize("shares", [False, True])
def test_filters_of_all_machines(
    machine: str, architecture: int, field: str, shares: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of other machines, too, refuse what is in the list and nothing else."""
    uname = os.uname()
    monkeypatch.setattr(os, "uname", lambda: os.uname_result((*uname[:4], machine)))
    code = Filter(shares_machine=shares)._code
    refused = {getattr(number, field): error for error, calls in ALWAYS.items() for number in calls.values()}
    by_arguments = {getattr(number, field) for number in named_calls().values()} - set(refused)
    allow = 0x7FFF0000
    for number in range(500):
        answer = decision(code, architecture, number)
        if number in refused:
            assert answer == 0x50000 | refused[number], number
        elif number > NEWEST:
            assert answer == 0x50000 | errno.ENOSYS, number
        elif number not in by_arguments:
            assert answer == allow, number
    clone = getattr(refused_calls.CLONE, field)
    assert decision(code, architecture, clone, 0x1200011) == allow  # what fork(2) is: SIGCHLD, and a place for the id
    assert decision(code, architecture, clone, 0x3D0F00) == allow  # a thread of the C library
    assert decision(code, architecture, clone, 0x8011) == 0x50000 | errno.EPERM
    assert decision(code, architecture ^ 1, 0) == 0x80000000


def test_no_filter_for_a_machine_whose_numbers_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both closed levels are refused there, rather than open without anybody knowing."""
    uname = os.uname()
    monkeypatch.setattr(os, "uname", lambda: os.uname_result((*uname[:4], "s390x")))
    with pytest.raises(OSError, match="no filter of system calls is known for s390x"):
        Filter(shares_machine=False)


# ---- the machine, the zygote and the next run


@pytest.mark.parametrize(
    "file",
    [
        "/proc/sys/vm/swappiness",
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/hostname",
        "/proc/sys/net/ipv4/ip_forward",
        "/proc/1/oom_score_adj",
        "/proc/1/coredump_filter",
        "/proc/sysrq-trigger",
    ],
)
def test_settings_of_the_machine_cannot_be_changed(closed: Pool[str], file: str) -> None:
    """Not by root, to whom these files belong, either; reading /proc goes on working."""
    assert printed(closed, f"print(trying(os.open, {file!r}, os.O_WRONLY))") in ("EROFS\n", "EACCES\n", "ENOENT\n")
    assert printed(closed, "print(open('/proc/self/stat').read().split()[1][0], os.cpu_count() > 0)") == "( True\n"


@pytest.mark.parametrize("device", DEVICES)
def test_devices_of_the_machine_stay_as_they_are(device: str) -> None:
    """Under namespaces they are the machine's own, and root's: they can be used, and not changed."""
    if why := refusal("namespaces"):
        pytest.skip(why)
    source = (
        f"print(trying(os.chmod, {device!r}, os.stat({device!r}).st_mode), trying(os.utime, {device!r}))\n"
        f"print(trying(os.write, os.open({device!r}, os.O_WRONLY), b'text'))"
    )
    with Pool[str](1, "namespaces") as pool:
        written = "ENOSPC" if device == "/dev/full" else "done"
        assert printed(pool, source) == f"EROFS EROFS\n{written}\n"


def test_the_interpreter_stays_as_it_is() -> None:
    """`/proc/self/exe` leads to its file past all mounts of the run; that was opened read-only, too."""
    if why := refusal("namespaces"):
        pytest.skip(why)
    source = (
        "import sys\nfor file in ('/proc/self/exe', sys.executable, os.__file__):\n"
        "    print(trying(os.chmod, file, os.stat(file).st_mode), trying(os.utime, file), os.access(file, os.R_OK))\n"
        "print(trying(os.open, '/proc/self/exe', os.O_WRONLY))"
    )
    with Pool[str](1, "namespaces") as pool:
        *changed, opened = printed(pool, source).splitlines()
    assert changed == ["EROFS EROFS True"] * 3
    assert opened in ("ETXTBSY", "EROFS", "EACCES")  # the kernel looks at several things, in an order of its own


def test_the_next_run_has_the_same_host_and_zygote(closed: Pool[str]) -> None:
    """Whatever a run does to the name of the host, and to the process that the next run is forked from."""
    files = ("/proc/self/oom_score_adj", "/proc/self/coredump_filter")
    ask = f"print(socket.gethostname(), [open(file).read() for file in {files}])"
    before = printed(closed, ask)
    change = (
        "for file in ('sys/kernel/hostname', '1/oom_score_adj', '1/coredump_filter'):\n"
        "    trying(lambda: open('/proc/' + file, 'w').write('7'))\n"
        "print(trying(socket.sethostname, 'changed'))"
    )
    assert printed(closed, change) == "EPERM\n"
    assert printed(closed, ask) == before


KEYCTL = 250 if os.uname().machine == "x86_64" else 219
ADD_KEY = 248 if os.uname().machine == "x86_64" else 217


def test_keys_do_not_reach_a_run(pool: Pool[str]) -> None:
    """A run finds no key of its caller; a key that one run adds is unknown to the next, and closed levels have none."""
    add = f"print(libc.syscall({ADD_KEY}, b'user', b'quizproof-test', b'secret', 6, -3) > 0)"
    search = f"print(libc.syscall({KEYCTL}, 10, -3, b'user', b'quizproof-test', 0))"
    import ctypes

    libc = ctypes.CDLL(None)
    libc.syscall(KEYCTL, 1, None)  # a session keyring of this process's own, for zygotes to inherit
    if libc.syscall(ADD_KEY, b"user", b"quizproof-test", b"secret", 6, -3) < 0:
        pytest.skip("this machine has no keyrings")
    with Pool[str](1, pool.level) as fresh:  # started by a process that has such a key
        assert printed(fresh, search) == "-1\n"
        assert printed(fresh, add) == f"{pool.level not in CLOSED}\n"
        assert printed(fresh, add + "\n" + search).splitlines()[1] != "-1" or pool.level in CLOSED
        assert printed(fresh, search) == "-1\n"
    if pool.level == "namespaces":
        assert printed(pool, "print(open('/proc/keys').read() == '')") == "True\n"


# ---- memory and files


def test_memory_in_sockets_counts(pool: Pool[str]) -> None:
    """The kernel holds it, also when the sender has closed its end; what is little of it does no harm."""
    fill = (
        "import time\nkept = []\nfor number in range({count}):\n"
        "    a, b = socket.socketpair()\n    a.setblocking(False)\n"
        "    try:\n        while True: a.send(bytes(1 << 16))\n    except BlockingIOError: pass\n"
        "    kept += [b] if number % 2 else [a, b]\ntime.sleep({seconds})\nprint(len(kept))"
    )
    outcome = run(pool, PREAMBLE + fill.format(count=480, seconds=15), memory_mib=64)
    assert (outcome.status, outcome.detail) == ("limit", "it needed more than 64 MiB of memory")
    assert printed(pool, fill.format(count=10, seconds=1.5), memory_mib=64) == "15\n"


def test_memory_in_sockets_under_way_counts() -> None:
    """Sockets that are sent and not received belong to nobody; where the run has its own network, they are its own."""
    if why := refusal("namespaces"):
        pytest.skip(why)
    source = (
        "import time\nkept = []\nfor _ in range({count}):\n    a, b = socket.socketpair()\n    a.setblocking(False)\n"
        "    try:\n        while True: a.send(bytes(1 << 16))\n    except BlockingIOError: pass\n"
        "    kept.append(socket.socketpair())\n    socket.send_fds(kept[-1][0], [b'two'], [a.fileno(), b.fileno()])\n"
        "    a.close()\n    b.close()\ntime.sleep({seconds})\nprint(len(kept))"
    )
    with Pool[str](1, "namespaces") as pool:
        outcome = run(pool, PREAMBLE + source.format(count=300, seconds=15), memory_mib=64)
        assert (outcome.status, outcome.detail) == ("limit", "it needed more than 64 MiB of memory")
        assert printed(pool, source.format(count=10, seconds=1.5), memory_mib=64) == "10\n"


def test_memory_in_page_tables_counts(pool: Pool[str]) -> None:
    """A page that is only read needs no memory, but its entry in the tables does."""
    source = (
        "import mmap, time\nkept = []\nfor _ in range({count}):\n"
        "    kept.append(mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ))\n"
        "    for at in range(0, 1 << 30, 1 << 21): kept[-1][at]\ntime.sleep({seconds})\nprint(len(kept))"
    )
    outcome = run(pool, source.format(count=80, seconds=15), memory_mib=64)
    assert (outcome.status, outcome.detail) == ("limit", "it needed more than 64 MiB of memory")
    assert run(pool, source.format(count=2, seconds=1.5), memory_mib=64).parts[0].stdout == "2\n"


def test_memory_of_a_program_that_nobody_may_read_counts(pool: Pool[str]) -> None:
    """Such a process hides its tables from others; its size is known all the same."""
    source = (
        "import shutil, subprocess, sys, time\n"
        "found = os.path.realpath(sys.executable)\nlibc.prctl(4, 0, 0, 0, 0)\n"
        "kept = [__import__('mmap').mmap(-1, 8 << 20) for _ in range(20)]\n"
        "for each in kept: each.write(bytes(8 << 20))\ntime.sleep(15)"
    )
    outcome = run(pool, PREAMBLE + source, memory_mib=64)
    assert (outcome.status, outcome.detail) == ("limit", "it needed more than 64 MiB of memory")


def test_files_in_both_folders_count_together() -> None:
    """Under namespaces, the scratch folder and /dev/shm are one file system: four times `file_mib` in all."""
    if why := refusal("namespaces"):
        pytest.skip(why)
    source = (
        "written = 0\nfor folder in ('.', '/dev/shm'):\n    for number in range(8):\n        try:\n"
        "            with open(f'{folder}/{number}', 'wb', 0) as file: written += file.write(bytes(1 << 20))\n"
        "        except OSError as error: assert error.errno == errno.ENOSPC\n"
        "for folder in ('.', '/dev/shm'):\n    for name in os.listdir(folder): os.unlink(f'{folder}/{name}')\n"
        "print(written >> 20)"
    )
    with Pool[str](1, "namespaces") as pool:
        assert printed(pool, source, file_mib=2) == "8\n"
        outcome = run(pool, "for i in range(12): open(f'/dev/shm/{i}', 'wb').write(bytes(1 << 20))", file_mib=2)
    assert outcome.detail == "its files were more than 8 MiB together, or more than 10,000"


# ---- what honest programs do


def test_processes_of_all_kinds_work(pool: Pool[str]) -> None:
    """`multiprocessing` in its three ways, pools of `concurrent.futures`, managers, shared memory and `asyncio`."""
    source = (
        "import asyncio, multiprocessing, subprocess, threading\n"
        "from concurrent.futures import ProcessPoolExecutor\nfrom multiprocessing import shared_memory\n"
        "def square(x):\n    return x * x\n"
        "async def echo():\n"
        "    process = await asyncio.create_subprocess_exec('/bin/echo', 'hi', stdout=-1)\n"
        "    return (await process.communicate())[0]\n"
        "if __name__ == '__main__':\n"
        "    for method in ('fork', 'spawn', 'forkserver'):\n"
        "        with multiprocessing.get_context(method).Pool(2) as pool:\n"
        "            print(method, pool.map(square, [1, 2]), flush=True)\n"
        "    with ProcessPoolExecutor(2) as pool:\n        print(list(pool.map(square, [3])))\n"
        "    with multiprocessing.Manager() as manager:\n        print(dict(manager.dict(a=1)))\n"
        "    memory = shared_memory.SharedMemory(create=True, size=99)\n    memory.close()\n    memory.unlink()\n"
        "    print(asyncio.run(echo()))\n"
        "    thread = threading.Thread(target=print, args=('thread',))\n    thread.start()\n    thread.join()\n"
        "    print(subprocess.run('sleep 0 & wait; ls > /dev/null', shell=True).returncode)\n"
    )
    outcome = run(pool, source, seconds=120, memory_mib=1024)
    assert outcome.parts[0].stdout == (
        "fork [1, 4]\nspawn [1, 4]\nforkserver [1, 4]\n[9]\n{'a': 1}\nb'hi\\n'\nthread\n0\n"
    ), outcome


def test_files_are_copied_with_all_they_have(pool: Pool[str]) -> None:
    """Extended attributes are refused as a file system without them does, so that copying goes on."""
    source = (
        "import shutil, subprocess\nopen('a', 'w').write('text')\nos.chmod('a', 0o640)\nshutil.copy2('a', 'b')\n"
        "subprocess.run(['cp', '-a', 'a', 'c'], check=True)\n"
        "print([oct(os.stat(name).st_mode) for name in 'bc'], os.truncate('b', 1), open('b').read())"
    )
    assert printed(pool, source) == "['0o100640', '0o100640'] None t\n"


# ---- what a program may know of itself, and say


@pytest.mark.parametrize(
    "raised", ["MemoryError('mine')", "RuntimeError('bad_alloc')", "OSError(28, 'mine')", "OSError(27, 'mine')"]
)
def test_what_a_program_raises_is_no_limit(pool: Pool[str], raised: str) -> None:
    """An exception of its own is an outcome; what the interpreter raises for lack of memory is the limit."""
    outcome = run(pool, f"raise {raised}")
    assert (outcome.status, outcome.raised and outcome.raised.type) == ("raised", raised.partition("(")[0])
    assert "mine" in str(outcome.raised) or "bad_alloc" in str(outcome.raised)


@pytest.mark.parametrize(
    "source",
    [
        "bytearray(1 << 40)",
        "try:\n    bytearray(1 << 40)\nexcept MemoryError:\n    raise",
        "try:\n    bytearray(1 << 40)\nexcept MemoryError as error:\n    raise MemoryError('too large') from error",
        "def f(error):\n    raise error\ntry:\n    bytearray(1 << 40)\nexcept MemoryError as error:\n    f(error)",
    ],
)
def test_a_limit_that_a_program_passes_on_is_one(pool: Pool[str], source: str) -> None:
    """However it raises again what the interpreter raised."""
    outcome = run(pool, source)
    assert (outcome.status, outcome.detail) == ("limit", "it needed more than 256 MiB of memory")


def test_a_program_reads_itself_only_as_far_as_it_has_come(pool: Pool[str]) -> None:
    """What comes before the answer cannot read it; once it has begun, everybody can, and so can new processes."""
    ask = (
        "import linecache, multiprocessing\n"
        "print('sec' 'ret' in ''.join(linecache.getlines('snippet.py')), 'sec' 'ret' in open('snippet.py').read())\n"
    )
    outcome = run(pool, ask, "# secret\n" + ask, ask)
    assert [part.stdout for part in outcome.parts] == ["False False\n", "True True\n", "True True\n"]
