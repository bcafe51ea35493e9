"""Real runs in real zygotes: what comes back, and that nothing stays behind."""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.processes import descendants
from quizproof.outcome import Outcome
from quizproof.runners import zygote_handle
from quizproof.runners.job import Interpreter, Job
from quizproof.runners.pool import Pool
from quizproof.runners.zygote_handle import ZygoteHandle
from quizproof.runtimes import variables as given
from quizproof.runtimes.conditions import USUAL, Conditions
from quizproof.runtimes.sandbox.levels import LEVELS, Level, refusal

LIMITS = {"seconds": 5, "memory_mib": 256, "output_kib": 64, "file_mib": 4, "processes": 32}


def part(source: str, role: str = "code", line: int = 1) -> dict[str, Any]:
    return {"role": role, "source": source, "line": line}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool[str]]:
    with Pool[str](2, "none") as shared:  # the level at which the engine must do everything itself
        yield shared


def run(pool: Pool[str], *parts: dict[str, Any], runtime: str = "python", **limits: float) -> Outcome:
    """The outcome of one program, after which the same pool still works."""
    jobs = [Job("asked", runtime, list(parts), LIMITS | limits), Job("next", runtime, [part("print(1)")], LIMITS)]
    outcomes = dict(pool.run(jobs))
    assert outcomes["next"].status == "finished"
    assert outcomes["next"].parts[0].stdout == "1\n"
    return outcomes["asked"]


def test_output_is_told_apart_by_part(pool: Pool[str]) -> None:
    """Parts share names; what each prints on either stream is its own."""
    outcome = run(
        pool,
        part("x = 'é'\nprint(x)"),
        part("import sys\nprint(x * 2)\nprint('oops', file=sys.stderr)", line=9),
        part("[len(x), x]", role="value", line=20),
    )
    assert outcome.status == "finished"
    assert [(p.stdout, p.stderr, p.value) for p in outcome.parts] == [
        ("é\n", "", None),
        ("éé\n", "oops\n", None),
        ("", "", [1, "é"]),
    ]


def test_output_written_below_python_is_kept_in_order(pool: Pool[str]) -> None:
    """C code and child processes print too, and their output is not lost or moved to another part."""
    outcome = run(
        pool,
        part("import ctypes, subprocess\nprint('a', flush=True)\nctypes.CDLL(None).puts(b'b')"),
        part("subprocess.run(['/bin/echo', 'c'], check=True)\nprint('d')", line=5),
    )
    assert [p.stdout for p in outcome.parts] == ["a\nb\n", "c\nd\n"]


def test_exception_points_into_the_program(pool: Pool[str]) -> None:
    """Frames carry lines of the whole program, and columns in characters although Python counts bytes."""
    source = "def f(x):\n    return 'é', x.nothing\n\nf(1)\n"
    outcome = run(pool, part("y = 1\n"), part(source, role="answer", line=12))
    assert outcome.status == "raised"
    assert outcome.raised is not None
    assert (outcome.raised.type, outcome.raised.part) == ("AttributeError", 1)
    assert outcome.traceback("x.py").split("\n") == [
        "Traceback (most recent call last):",
        '  File "x.py", line 15, in <module>',
        "    f(1)",
        '  File "x.py", line 13, in f',
        "    return 'é', x.nothing",
        "                ^^^^^^^^^",
        "AttributeError: 'int' object has no attribute 'nothing'",
    ]


@pytest.mark.parametrize(
    ("source", "line", "column", "message"),
    [
        ("x = 1\ny = = 2\n", 11, 5, "invalid syntax"),
        ("x = 1\nreturn x\n", 11, 1, "'return' outside function"),
        ("if x:\ny = 1\n", 11, 1, "expected an indented block after 'if' statement on line 10"),
    ],
)
def test_syntax_errors_are_placed(pool: Pool[str], source: str, line: int, column: int, message: str) -> None:
    """Errors of the parser and of the compiler both name the author's line and column; nothing was run."""
    outcome = run(pool, part("print('never')"), part(source, line=10))
    assert outcome.status == "syntax"
    assert outcome.parts == ()
    assert outcome.raised is not None
    frame = outcome.raised.frames[0]
    assert (outcome.raised.message, frame.line, frame.column) == (message, line, column)


def test_assertions_are_counted_when_executed_and_not_constant(pool: Pool[str]) -> None:
    """Constants and branches that are not taken do not count; calls of assert functions do."""
    source = (
        "x = 1\nassert True\nassert 1 == 1\nif x > 1:\n    assert x\n"
        "def assert_one(v):\n    assert v == 1\nassert_one(x)\nassert x\n"
    )
    outcome = run(pool, part(source, role="check"))
    assert outcome.parts[0].assertions == 3  # the call, the assertion inside it, and the last one


def test_source_can_be_read_back(pool: Pool[str]) -> None:
    """`inspect`, on which `tf.function` builds, finds the code of a snippet."""
    source = "import inspect\ndef f(x):\n    return x\nprint(inspect.getsource(f))"
    outcome = run(pool, part("a = 1\n", line=2), part(source, line=30))
    assert outcome.parts[1].stdout == "def f(x):\n    return x\n\n"


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("while True: pass", "it ran longer than 1 s"),
        ("while True: print('x' * 999)", "it printed more than 64 KiB"),
        ("x = [bytearray(1 << 20) for _ in range(9999)]", "it needed more than 256 MiB of memory"),
        ("open('big', 'wb').write(bytes(9 << 20))", "it wrote a file of more than 4 MiB"),
        ("import os\nwhile True: os.fork()", "it started more than 32 processes"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "it ran longer than 1 s"),
        (
            "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
            "it ran longer than 1 s",
        ),
    ],
    ids=["loop", "output", "memory", "file", "processes", "stopped", "stubborn"],
)
def test_limits(pool: Pool[str], source: str, detail: str) -> None:
    """Each limit stops the run that reaches it, is named, and spares the next run."""
    outcome = run(pool, part(source), seconds=1)
    assert (outcome.status, outcome.detail) == ("limit", detail)


def test_a_limit_of_time_that_was_waited_for_is_met_twice(tmp_path: Path) -> None:
    """A machine can stand still for a while; what always waits too long is told so, after a second run beside none."""
    paths = {name: str(tmp_path / name) for name in ("once", "always")}
    begin = {name: f"import os, signal, time\nopen({path!r}, 'a').write('x')\n" for name, path in paths.items()}
    stop = f"if os.path.getsize({paths['once']!r}) == 1:\n    os.kill(os.getpid(), signal.SIGSTOP)\nprint('went on')"
    sources = {
        "once": begin["once"] + stop,
        "always": f"{begin['always']}time.sleep(600)",
        "never": "print('beside them')",
    }
    with Pool[str](3, "none") as pool:
        outcomes = dict(pool.run(Job(k, "python", [part(s)], LIMITS | {"seconds": 1}) for k, s in sources.items()))
        assert pool.runs == 3
    assert {key: (outcome.status, outcome.detail) for key, outcome in outcomes.items()} == {
        "once": ("finished", ""),
        "always": ("limit", "it ran longer than 1 s"),
        "never": ("finished", ""),
    }
    assert outcomes["once"].parts[0].stdout == "went on\n"
    assert [Path(path).read_text() for path in paths.values()] == ["xx", "xx"]


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("import os; os._exit(0)", "it left with exit status 0 before its end"),
        ("import ctypes; ctypes.string_at(0)", "it was killed by SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "it was killed by SIGKILL"),
        ("import os, signal; os.kill(os.getppid(), signal.SIGKILL)", "it killed the interpreter that had started it"),
    ],
    ids=["exit", "segfault", "suicide", "patricide"],
)
def test_deaths(pool: Pool[str], source: str, detail: str) -> None:
    """A process that ends without a result is a death with its cause, never an exception or a pass."""
    outcome = run(pool, part(source))
    assert (outcome.status, outcome.detail) == ("died", detail)


def test_bystanders_of_a_killed_zygote_are_run_again() -> None:
    """When one run kills its zygote, the runs beside it are repeated and come out right."""
    killer = "import os, signal, time; time.sleep(0.2); os.kill(os.getppid(), signal.SIGKILL)"
    slow = "import time; time.sleep(0.4); print('survived')"
    with Pool[str](3, "none") as pool:
        sources = {"a": slow, "killer": killer, "b": slow}
        outcomes = dict(pool.run(Job(k, "python", [part(s)], LIMITS) for k, s in sources.items()))
    assert outcomes["killer"].status == "died"
    assert [outcomes[k].parts[0].stdout for k in "ab"] == ["survived\n", "survived\n"]


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.closerange(0, 4096)",
        "import os\nfor fd in range(3, 512):\n    try: os.write(fd, b'garbage' * 99)\n    except OSError: pass",
        "import json, builtins, sys\njson.dumps = builtins.len = builtins.print = None\nsys.stdout = sys.stderr = None",
        "class E(Exception):\n    def __str__(self): raise SystemExit\ntry: raise E\nexcept E: pass",
    ],
    ids=["close", "write", "patch", "str"],
)
def test_reply_survives_vandalism(pool: Pool[str], source: str) -> None:
    """A snippet that ends normally is `finished`, whatever it did to descriptors and modules."""
    assert run(pool, part(source)).status == "finished"


def test_exception_whose_text_fails(pool: Pool[str]) -> None:
    """An exception that cannot be turned into text is still reported by its type."""
    outcome = run(pool, part("class E(Exception):\n    def __str__(self): raise ValueError\nraise E"))
    assert outcome.raised is not None
    assert str(outcome.raised) == "E: (its text cannot be shown: ValueError)"


def test_every_run_is_a_clean_place(pool: Pool[str]) -> None:
    """No module state, file, variable or environment of one run is seen by another."""
    dirty = "import os, math\nmath.pi = 3\nopen('left', 'w').close()\nos.environ['LEFT'] = '1'\nx = 1"
    assert run(pool, part(dirty)).status == "finished"
    clean = "import os, math\nprint(math.pi == 3, os.listdir(), 'LEFT' in os.environ, 'x' in globals())"
    assert run(pool, part(clean)).parts[0].stdout == "False [] False False\n"


def test_environment_is_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets of the caller do not reach snippets; the home is the run's scratch folder."""
    monkeypatch.setenv("MY_TOKEN", "secret")
    source = "import os\nprint(os.environ.get('MY_TOKEN'), os.environ['HOME'] == os.getcwd())"
    with Pool[str](1) as pool:
        assert run(pool, part(source)).parts[0].stdout == "None True\n"


def test_what_a_run_leaves_behind_is_killed(pool: Pool[str], tmp_path: Path) -> None:
    """A daemon in a session of its own dies with the run that started it."""
    mark = tmp_path / "pid"
    source = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        open({str(mark)!r}, 'w').write(str(os.getpid()))\n        time.sleep(600)\n    os._exit(0)\n"
        f"while not os.path.exists({str(mark)!r}) or not open({str(mark)!r}).read(): time.sleep(0.01)"
    )
    assert run(pool, part(source)).status == "finished"
    run(pool, part("pass"))
    assert not Path(f"/proc/{mark.read_text()}/cwd").exists()


def test_missing_framework_is_no_verdict() -> None:
    """A runtime that cannot be imported turns its jobs away, and the other runtimes work."""
    with Pool[str](2) as pool:
        jobs = [Job("no", "nonesuch", [part("print(1)")], LIMITS), Job("yes", "python", [part("print(1)")], LIMITS)]
        outcomes = dict(pool.run(jobs))
        assert outcomes["no"].status == "missing"
        assert "nonesuch" in outcomes["no"].detail
        assert outcomes["yes"].status == "finished"
        assert pool.runs == 1


def test_leaving_the_pool_ends_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process and no folder stays behind, also when the caller leaves in the middle of a run."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with contextlib.suppress(KeyboardInterrupt), Pool[str](2) as pool:
        slow = Job("slow", "python", [part("import time; time.sleep(600)")], LIMITS | {"seconds": 900})
        for key, _ in pool.run([slow, Job("quick", "python", [part("pass")], LIMITS)]):
            assert key == "quick"
            pids = [z.process.pid for z in pool._zygotes.values()]
            raise KeyboardInterrupt
    assert pids
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("level", "processes"), [("none", 2), ("landlock", 2), ("namespaces", 3)])
def test_killed_parent_leaves_nothing(level: Level, processes: int) -> None:
    """When the caller dies by SIGKILL, its zygote (and, in namespaces, the process that waits for it) and runs end."""
    if why := refusal(level):
        pytest.skip(f"{level}: {why}")
    script = (
        "from quizproof.runners.pool import Pool\n"
        "from quizproof.runners.job import Job\n"
        f"job = Job('k', 'python', [{part('import time; time.sleep(600)')!r}], {LIMITS | {'seconds': 900}!r})\n"
        f"with Pool(1, {level!r}) as pool:\n    list(pool.run([job]))\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script])
    while len(left := descendants(caller.pid)) < processes:
        assert caller.poll() is None
        os.sched_yield()
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    while any(Path(f"/proc/{pid}/cwd").exists() for pid in left):  # they end, or the suite's time limit tells
        os.sched_yield()


@pytest.mark.parametrize(("program", "code"), [("sleep 600", -signal.SIGKILL), ("exit 3", 3)])
def test_no_wait_for_an_interpreter_is_without_a_bound(
    program: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose socket is closed, but which does not end, is ended; one that ends by itself has its own exit status."""
    monkeypatch.setattr(zygote_handle, "_END_SECONDS", 0.2 if code < 0 else 60)
    process = subprocess.Popen(["/bin/sh", "-c", program])
    ours, theirs = socket.socketpair()
    with ours, theirs:
        interpreter = Interpreter("python", USUAL)
        handle = ZygoteHandle[str](interpreter, process, ours, tmp_path / "runs", tmp_path / "log", latest_start=0)
        assert handle.bury() == code


@pytest.fixture(scope="module", params=LEVELS)
def any_pool(request: pytest.FixtureRequest) -> Iterator[Pool[str]]:
    """A pool of each level that the machine allows."""
    if why := refusal(request.param):
        pytest.skip(f"{request.param}: {why}")
    with Pool[str](1, request.param) as shared:
        yield shared


def with_files(pool: Pool[str], source: str, files: Path) -> Outcome:
    """The outcome of a program with a folder of files, after which a program without one sees none."""
    jobs = [
        Job("asked", "python", [part(source)], LIMITS, files=str(files)),
        Job("next", "python", [part("import os\nprint(os.listdir())")], LIMITS),
    ]
    outcomes = dict(pool.run(jobs))
    assert outcomes["next"].parts[0].stdout == "[]\n"
    return outcomes["asked"]


def attempting(attempt: str) -> str:
    """A program that prints why something is refused."""
    return f"import os\ntry:\n    {attempt}\n    print('done')\nexcept OSError as error:\n    print(error.strerror)\n"


def test_files_of_the_bank_are_read(any_pool: Pool[str], tmp_path: Path) -> None:
    """A program reads them below `files`, in folders too, and links within them work."""
    files = tmp_path / "files"
    (files / "inner").mkdir(parents=True)
    (files / "inner" / "data.txt").write_text("data")
    (files / "link").symlink_to("inner/data.txt")
    source = "for name in ('inner/data.txt', 'link'):\n    print(open(f'files/{name}').read())"
    assert with_files(any_pool, source, files).parts[0].stdout == "data\ndata\n"
    assert (files / "inner" / "data.txt").read_text() == "data"


@pytest.mark.parametrize("attempt", ["open('files/new', 'w')", "os.unlink('files/kept')", "os.chmod('files/kept', 0)"])
def test_files_of_the_bank_are_not_changed(any_pool: Pool[str], tmp_path: Path, attempt: str) -> None:
    """Nobody writes to them where the sandbox can prevent it."""
    if any_pool.level == "none" or (any_pool.level == "landlock" and "chmod" in attempt):
        pytest.skip("nothing prevents it")
    (tmp_path / "kept").write_text("kept")
    refused = {"namespaces": "Read-only file system\n", "landlock": "Permission denied\n"}
    assert with_files(any_pool, attempting(attempt), tmp_path).parts[0].stdout == refused[any_pool.level]
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("leading", ["link", "link/secret", "../secret", "/proc/self/cwd/files/../../secret"])
def test_links_do_not_lead_out_of_the_files(any_pool: Pool[str], tmp_path: Path, leading: str) -> None:
    """What a stranger's link in a bank points to cannot be read through it."""
    if any_pool.level == "none":
        pytest.skip("nothing prevents it")
    files, outside = tmp_path / "files", tmp_path / "outside"
    files.mkdir()
    outside.mkdir()
    for place in (outside, tmp_path):
        (place / "secret").write_text("secret")
    (files / "link").symlink_to(outside if "/" in leading else outside / "secret")
    name = leading if leading.startswith("/") else f"files/{leading}"
    refused = with_files(any_pool, attempting(f"print(open({name!r}).read())"), files).parts[0].stdout
    assert refused in ("No such file or directory\n", "Permission denied\n")


@pytest.mark.parametrize("kind", ["link", "file", "nothing"])
def test_only_a_folder_is_shown_as_files(any_pool: Pool[str], tmp_path: Path, kind: str) -> None:
    """A link as `files`, which may lead anywhere, is no folder of the bank; nothing is run then."""
    files = tmp_path / "files"
    if kind == "link":
        files.symlink_to("/")
    elif kind == "file":
        files.write_text("")
    outcome = with_files(any_pool, "print(1)", files)
    reason = "No such file or directory" if kind == "nothing" else "Not a directory"
    assert (outcome.status, outcome.parts) == ("fault", ())
    assert reason in outcome.detail


def test_many_files_of_the_bank_cost_nothing(any_pool: Pool[str], tmp_path: Path) -> None:
    """They are shown, not copied, and do not count for the limits of a run."""
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(1 << 40)
    source = "import os\nprint(os.stat('files/huge').st_size >> 40)"
    assert with_files(any_pool, source, tmp_path).parts[0].stdout == "1\n"


def test_nothing_is_inherited(any_pool: Pool[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable but those allowed, and no descriptor but the three, whatever the caller has."""
    monkeypatch.setenv("MY_TOKEN", "secret")
    with open(os.devnull) as inherited, Pool[str](1, any_pool.level) as fresh:  # noqa: PTH123
        os.set_inheritable(inherited.fileno(), True)
        source = "import os\nprint(sorted(os.environ))\nopened = os.listdir('/proc/self/fd')\nprint(len(opened))"
        variables, descriptors = run(fresh, part(source)).parts[0].stdout.splitlines()
        own = {"HOME", "TMPDIR", "LC_CTYPE", "PYTHONHASHSEED"}
        assert set(ast.literal_eval(variables)) <= {*given.HANDED_DOWN, *given.SET, *given.THREADS, *own}
        assert descriptors == "4"  # the three, and that of the folder that is listed
    assert run(any_pool, part("import sys\nprint(repr(sys.stdin.read()))")).parts[0].stdout == "''\n"


def test_a_run_cannot_reach_the_reply_of_another(any_pool: Pool[str]) -> None:
    """The memory that others state their results in is not there, even for one who searches the interpreter for it."""
    search = (
        "import gc, mmap, sys, time\nfound = []\nframe = sys._getframe()\n"
        "while frame:\n    found += frame.f_locals.values()\n    frame = frame.f_back\n"
        "runs = next(thing.runs for thing in found if hasattr(thing, 'runs'))\n"
        "print(len(runs), [(run.reply.statement.closed, run.reply.begun.closed) for run in runs.values()])\n"
    )
    jobs = [Job("first", "python", [part("import time\ntime.sleep(0.5)\nprint('mine')")], LIMITS)]
    jobs += [Job("searches", "python", [part(search)], LIMITS)]
    with Pool[str](2, any_pool.level) as two:
        outcomes = dict(two.run(jobs))
    assert outcomes["searches"].parts[0].stdout == "1 [(True, True)]\n"
    assert outcomes["first"].parts[0].stdout == "mine\n"


def test_no_user_namespaces_within_namespaces() -> None:
    """In one of its own, a run would have capabilities again."""
    if why := refusal("namespaces"):
        pytest.skip(why)
    source = (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.unshare(0x10000000), os.strerror(ctypes.get_errno()))"
    )
    with Pool[str](1, "namespaces") as closed:
        assert run(closed, part(source)).parts[0].stdout == "-1 Operation not permitted\n"


@pytest.mark.parametrize(
    ("number", "detail"),
    [
        ("SIGTERM", "it was killed by SIGTERM"),
        ("SIGABRT", "it was killed by SIGABRT"),
        ("SIGSTOP", "it ran longer than 1 s"),
    ],
)
def test_a_run_gets_its_own_signals(any_pool: Pool[str], number: str, detail: str) -> None:
    """At every level a run is an ordinary process, which signals end or stop."""
    outcome = run(any_pool, part(f"import os, signal\nos.kill(os.getpid(), signal.{number})"), seconds=1)
    assert outcome.detail == detail


def test_processor_time_is_a_limit(any_pool: Pool[str]) -> None:
    """The signal that names it is told as the limit."""
    source = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 9))\nwhile True: pass"
    outcome = run(any_pool, part(source), seconds=60)  # busy machines take long for one second of it
    assert (outcome.status, outcome.detail) == ("limit", "it used more than 120 s of processor time")


@pytest.mark.parametrize(
    ("runtime", "source", "detail"),
    [
        ("torch", "import torch\nx = [torch.ones(1 << 24) for _ in range(99)]", "memory"),
        ("tensorflow", "import tensorflow as tf\nx = [tf.ones([1 << 24]) + i for i in range(99)]", "memory"),
    ],
)
def test_frameworks_out_of_memory_is_a_limit(runtime: str, source: str, detail: str) -> None:
    """PyTorch raises RuntimeError and TensorFlow ResourceExhaustedError; both are the memory limit."""
    with Pool[str](1) as pool:
        outcome = run(pool, part(source), runtime=runtime, memory_mib=512, seconds=60)
    assert (outcome.status, outcome.detail) == ("limit", f"it needed more than 512 MiB of {detail}")


@pytest.mark.parametrize("level", LEVELS)
def test_torch_works_in_a_fork(level: Level) -> None:
    """Autograd, an optimizer, and a DataLoader with worker processes."""
    source = (
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "torch.manual_seed(0)\nmodel = torch.nn.Linear(2, 1)\nbefore = model.weight.clone()\n"
        "data = TensorDataset(torch.ones(8, 2), torch.zeros(8, 1))\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "for x, y in DataLoader(data, batch_size=4, num_workers=2):\n"
        "    optimizer.zero_grad()\n    ((model(x) - y) ** 2).mean().backward()\n    optimizer.step()\n"
        "print(bool((model.weight != before).all()))\n"
    )
    if why := refusal(level):
        pytest.skip(f"{level}: {why}")
    with Pool[str](1, level) as pool:
        outcome = run(pool, part(source), runtime="torch", memory_mib=2048)
        assert outcome.parts[0].stdout == "True\n", outcome
        assert "torch" in pool.versions["torch"]


@pytest.mark.parametrize("level", LEVELS)
def test_tensorflow_works_in_a_fork(level: Level) -> None:
    """`fit`, and a `tf.function` whose control flow autograph must read from the source."""
    source = (
        "import tensorflow as tf\ntf.keras.utils.set_random_seed(0)\n"
        "@tf.function\ndef total(n):\n    s = 0\n    for i in tf.range(n):\n"
        "        if i % 2 == 0:\n            s += i\n"
        "    return s\nprint(int(total(tf.constant(7))))\n"
        "model = tf.keras.Sequential([tf.keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
        "model.fit(tf.ones([8, 2]), tf.zeros([8, 1]), verbose=0)\nprint(len(model.weights))\n"
    )
    if why := refusal(level):
        pytest.skip(f"{level}: {why}")
    with Pool[str](1, level) as pool:
        outcome = run(pool, part(source, line=7), runtime="tensorflow", memory_mib=2048, seconds=60)
    assert outcome.parts[0].stdout == "12\n2\n", outcome


def test_waiting_for_a_runtime_loses_no_outcome() -> None:
    """Outcomes that come while somebody waits for another runtime are given later, each once."""
    with Pool[int](2) as fresh:
        fresh.learn(["python"])
        for number in range(8):
            fresh.submit(Job(number, "python", [part(f"print({number})")], LIMITS))
        seen = [(key, outcome.parts[0].stdout) for key, outcome in fresh.collect(wait=False)]  # some are under way now
        fresh.learn(["torch"])
        while fresh.backlog:
            seen += [(key, outcome.parts[0].stdout) for key, outcome in fresh.collect()]
    assert sorted(seen) == [(number, f"{number}\n") for number in range(8)]


def test_asking_for_more_amid_outcomes() -> None:
    """Whoever is given an outcome may submit more, under other conditions too, and have the pool wait."""
    with Pool[tuple[int, int]](2) as fresh:
        for number in range(6):
            fresh.submit(Job((number, 0), "python", [part("pass")], LIMITS))
        seen = []
        while fresh.backlog:
            for (number, round_), outcome in fresh.collect():
                seen.append((number, round_, outcome.status))
                if round_ < 3:
                    conditions = Conditions(hash_seed=round_ + 1, cold=bool(number % 2))
                    fresh.submit(Job((number, round_ + 1), "python", [part("pass")], LIMITS, conditions=conditions))
                    fresh.learn(["python"])
    assert sorted(seen) == [(number, round_, "finished") for number in range(6) for round_ in range(4)]
