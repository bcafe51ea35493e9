"""The command line as a user meets it: whole processes, their output, and their exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import click
import pytest

from helpers.bare import bare_interpreter
from helpers.processes import descendants, quizproof
from quizproof.proof import Totals
from quizproof.rulebook.example import example_of
from quizproof.runtimes.sandbox.levels import LEVELS, Level, refusal
from quizproof.store.lock import NAME
from quizproof_renderers.cli import exits
from quizproof_renderers.cli.exits import code_of
from quizproof_renderers.cli.main import main
from quizproof_renderers.cli.options import LOCK

ROOT = Path(__file__).parent.parent

GOOD = """\
quiz: good
title: Good
topic: samples
runtime: {runtime}
blocks:
  - id: sum
    kind: predict-output
    prompt: What is printed?
    code: print(1 + 1)
    distractors:
      - prints: 11
        mistake: Joins the digits.
"""
BAD = GOOD.replace("quiz: good", "quiz: bad").replace("id: sum", "id: lie").replace("prints: 11", "prints: 2")


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A folder with a bank of one proven question."""
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "good.yaml").write_text(GOOD.format(runtime="python"))
    return tmp_path


@pytest.fixture
def lying(bank: Path) -> Path:
    """The same, and beside it a question whose distractor is right."""
    (bank / "questions" / "bad.yaml").write_text(BAD.format(runtime="python"))
    return bank


def test_all_proven_is_exit_code_0(bank: Path) -> None:
    """`check` without arguments proves `questions`, and says so in one line when it is not on a terminal."""
    done = quizproof("check", cwd=bank)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 claims proven in ")
    assert "2 runs, sandbox: " in done.stdout


def test_verbose_says_where_outcomes_came_from(bank: Path) -> None:
    """On standard error, so that the report stays what it is."""
    told = [quizproof("check", "-v", cwd=bank) for _ in range(2)]
    assert [done.stdout.splitlines()[0].partition(" in ")[0] for done in told] == ["3 claims proven"] * 2
    assert [done.stderr for done in told] == [
        "quizproof: 2 runs, 0 from the cache, 0 known from a lock\n",
        "quizproof: 0 runs, 2 from the cache, 0 known from a lock\n",
    ]


def test_findings_are_exit_code_1(lying: Path) -> None:
    """A finding is a line with its place; the good question beside it is still judged."""
    done = quizproof("check", cwd=lying)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "questions/bad.yaml:11:17: QP202 [distractor-holds] distractor 1: this distractor is the right answer"
    )
    assert lines[1].startswith("1 error; 4 claims proven, 1 refuted in ")
    assert quizproof("check", "--exit-zero", cwd=lying).returncode == 0


def test_json_is_one_object_and_nothing_else(lying: Path) -> None:
    """Standard output of `--format json` is a JSON object with the counts, the questions and the findings."""
    done = quizproof("check", "--format", "json", cwd=lying)
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr, report["version"]) == (1, "", 1)
    assert {q["id"]: q["status"] for q in report["questions"]} == {"lie": "refuted", "sum": "proven"}
    assert [f["code"] for f in report["findings"]] == ["QP202"]
    assert report["summary"]["proven"] == 4


def test_report_can_go_to_a_file(lying: Path) -> None:
    """With `-o`, the report is in the file and standard output is empty; a folder that is not there is an error."""
    done = quizproof("check", "--format", "json", "-o", "report.json", cwd=lying)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((lying / "report.json").read_text())["summary"]["refuted"] == 1
    lost = quizproof("check", "-o", "nowhere/report.txt", cwd=lying)
    assert (lost.returncode, lost.stderr) == (
        2,
        "quizproof: nowhere/report.txt cannot be written: No such file or directory\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere"], "quizproof: there is no file, quiz, question or exhibit `nowhere`"),
        (["check", "nowhere.yaml"], "quizproof: nowhere.yaml does not exist"),
        (["check", "empty"], "quizproof: no quiz files (*.yaml, *.yml) found in empty"),
        (["check", "/dev/null"], "quizproof: /dev/null is neither a file nor a folder"),
        (["check", "--format", "xml"], "'xml' is not one of"),
        (["check", "--jobs", "0"], "0 is not in the range x>=1"),
        (["chek"], "No such command 'chek'"),
        (["explain", "QP999"], "quizproof: there is no rule `QP999`"),
        (["explain", "302"], "did you mean `QP302`?"),
        (["explain", "key-refutd"], "did you mean `key-refuted`?"),
        (["take", "good-one"], "there is no quiz, topic, question or exhibit `good-one`; did you mean `good`?"),
        (["build", "questions", "-o", "questions"], "questions holds files that quizproof did not write"),
    ],
)
def test_bad_usage_is_exit_code_2(bank: Path, arguments: list[str], message: str) -> None:
    """Every wrong call is answered with what is wrong, on standard error, and never a traceback."""
    (bank / "empty").mkdir()
    done = quizproof(*arguments, cwd=bank)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_bank_here(tmp_path: Path) -> None:
    """Without arguments and without a `questions` folder, the user is told what to name."""
    done = quizproof("check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "quizproof: there is no folder `questions` here; name the quiz files or folders to read\n",
    )


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real interpreter with everything that the tests have but frameworks."""
    return bare_interpreter(tmp_path_factory.mktemp("bare"))


def test_missing_framework_is_exit_code_3(bank: Path, bare_python: Path) -> None:
    """Without torch its questions are unverified and say how to get it; the others are judged."""
    torch = GOOD.replace("quiz: good", "quiz: torch").replace("id: sum", "id: torch-sum").format(runtime="torch")
    (bank / "questions" / "torch.yaml").write_text(torch)
    done = quizproof("check", "--format", "json", cwd=bank, python=bare_python)
    report = json.loads(done.stdout)
    assert done.returncode == 3
    assert {q["id"]: q["status"] for q in report["questions"]} == {"sum": "proven", "torch-sum": "unverified"}
    (finding,) = report["findings"]
    assert (finding["code"], finding["path"], finding["line"]) == ("QP901", "questions/torch.yaml", 4)
    assert finding["message"] == (
        "the torch runtime is not available: No module named 'torch'; 1 question could not be verified"
    )
    assert finding["help"] == 'Install it: pip install "quizproof[torch]"'


@pytest.mark.parametrize("level", LEVELS)
def test_packages_are_seen_wherever_they_are(bank: Path, bare_python: Path, level: str) -> None:
    """Packages below /tmp, where tests make their interpreter, can be imported at every level."""
    if why := refusal(cast("Level", level)):
        pytest.skip(f"{level}: {why}")
    (bare_python.parent.parent.parent / "packages" / "lonely.py").write_text("x = 2")
    text = GOOD.format(runtime="python").replace("print(1 + 1)", "|\n      import lonely\n      print(lonely.x)")
    (bank / "questions" / "good.yaml").write_text(text)
    done = quizproof("check", "--sandbox", level, cwd=bank, python=bare_python)
    assert (done.returncode, done.stdout.partition(" claims")[0]) == (0, "3"), done.stdout


def test_findings_win_over_missing_frameworks(bank: Path, bare_python: Path) -> None:
    """Both a false key and an unverified question: the exit code is 1."""
    (bank / "questions" / "torch.yaml").write_text(BAD.replace("quiz: bad", "quiz: t").format(runtime="torch"))
    assert quizproof("check", cwd=bank, python=bare_python).returncode == 3
    (bank / "questions" / "bad.yaml").write_text(
        BAD.replace("id: lie", "id: lie-too").format(runtime="python"),
    )
    assert quizproof("check", cwd=bank, python=bare_python).returncode == 1


def test_sandbox_is_chosen_and_required(bank: Path) -> None:
    """A level that is there is taken and named; a weaker one than required runs nothing and exits with 3."""
    for level in LEVELS:
        if why := refusal(level):
            refused = quizproof("check", "--sandbox", level, cwd=bank)
            assert (refused.returncode, refused.stdout) == (3, "")
            assert why in refused.stderr
        else:
            done = quizproof("check", "--sandbox", level, "--require-sandbox", level, cwd=bank)
            assert done.returncode == 0
            assert f"sandbox: {level}," in done.stdout
    weak = quizproof("check", "--sandbox", "none", "--require-sandbox", "landlock", cwd=bank)
    assert (weak.returncode, weak.stdout, weak.stderr) == (
        3,
        "",
        "quizproof: runs would have the sandbox `none`, which is weaker than the required `landlock`: "
        "`--sandbox none` was asked for\n",
    )
    assert LOCK == NAME


def test_doctor(tmp_path: Path, bare_python: Path) -> None:
    """All runtimes with their versions and 0; what is missing, how to get it, and 3."""
    whole = quizproof("doctor", cwd=tmp_path)
    assert whole.returncode == 0
    assert [line.split()[:2] for line in whole.stdout.splitlines()[1:4]] == [
        ["python", "ready"],
        ["torch", "ready"],
        ["tensorflow", "ready"],
    ]
    assert "sandbox  " in whole.stdout
    assert "metrics  scikit-learn 1." in whole.stdout
    bare = quizproof("doctor", cwd=tmp_path, python=bare_python)
    assert bare.returncode == 3
    assert "No module named 'torch'; pip install 'quizproof[torch]'" in bare.stdout
    missing = quizproof("doctor", "--format", "json", cwd=tmp_path, python=bare_python)
    assert missing.returncode == 3
    data = json.loads(missing.stdout)
    assert list(data["runtimes"]) == ["python", "torch", "tensorflow"]
    assert data["runtimes"]["torch"]["missing"].endswith("No module named 'torch'")
    assert data["runtimes"]["python"]["versions"]["python"].startswith("3.")
    assert 0 < data["runtimes"]["python"]["seconds"] < 60
    assert (data["version"], data["limits"]["seconds"], data["refused"]) == (1, 20, {})
    assert "scikit-learn is missing, which confusion matrices need; pip install 'quizproof[metrics]'" in bare.stdout


def test_explain() -> None:
    """A rule by code in any case or by name, and the list of all."""
    by_code = quizproof("explain", "qp201", cwd=ROOT)
    assert by_code.stdout.startswith("QP201 key-refuted (error)\n\nThe key does not hold")
    assert by_code.stdout == quizproof("explain", "key-refuted", cwd=ROOT).stdout
    example = example_of("QP201")
    bad, good = (textwrap.indent(text, "    ") for _, text in example.sides)
    assert by_code.stdout.endswith(f"\n\nBad:\n\n{bad}\nGood:\n\n{good}\n{example.note}\n")
    coloured = quizproof("explain", "qp201", cwd=ROOT, FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert "\x1b[1;31m        - {code: sorted(xs), key: true}" in coloured  # the line that makes the difference
    assert "\x1b[1;32m        - {code: xs.sort(), key: true}" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == by_code.stdout
    listed = quizproof("explain", cwd=ROOT).stdout.splitlines()
    assert all(line.startswith("QP") for line in listed)
    assert any(line.startswith("QP902  engine-fault ") for line in listed)


@pytest.mark.parametrize("command", ["", "cache", "attempts"])
def test_no_summary_is_cut(command: str) -> None:
    """The list of commands tells each in a whole sentence, also in 80 columns."""
    done = quizproof(*command.split(), "--help", cwd=ROOT, COLUMNS="80")
    summaries = done.stdout.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    group = main.commands[command] if command else main
    assert isinstance(group, click.Group)
    assert {line.split()[0] for line in summaries} == set(group.commands)
    assert all(re.fullmatch(r"  [a-z]+ +[A-Z].*[.]", line) and "..." not in line for line in summaries), summaries


_FOR_LEARNING = ("take", "try", "stats", "review", "attempts", "grade", "analyse")
_FOR_AUTHORS = ("list", "show", "fix", "fmt", "serve", "completion")
EXPLAINED = ("", "check", "build", *_FOR_LEARNING, *_FOR_AUTHORS, "explain", "cache", "doctor")


@pytest.mark.parametrize("command", EXPLAINED)
def test_examples_fit(command: str) -> None:
    """Examples are not wrapped by click, so they are written for 80 columns."""
    help_ = quizproof(*command.split(), "--help", cwd=ROOT, COLUMNS="80").stdout
    assert [line for line in help_.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("errors", "unverified", "code"), [(0, 0, 0), (1, 0, 1), (2, 1, 1), (1, 1, 3)], ids=["none", "one", "both", "other"]
)
def test_findings_decide_the_exit_code(errors: int, unverified: int, code: int) -> None:
    """Errors of the author win over what could not be judged; warnings do not count."""
    totals = Totals().result(sandbox="none", runs=0, cached=0, seconds=0)
    assert code_of(replace(totals, errors=errors, unverified=unverified, warnings=3)) == code


@pytest.mark.parametrize("command", EXPLAINED)
def test_help_has_examples(command: str) -> None:
    """Every command explains itself; all that take arguments show examples."""
    done = quizproof(*command.split(), "--help", cwd=ROOT)
    assert done.returncode == 0
    assert "Examples:" in done.stdout


def test_build_writes_a_site(bank: Path) -> None:
    """The site of a proven bank is written, and written again in its place."""
    for _ in range(2):
        done = quizproof("build", "-o", "public", cwd=bank)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1].endswith(f"Open {bank}/public/index.html")
        assert "What is printed?" in (bank / "public/samples/good.html").read_text()


def test_site_settings(bank: Path) -> None:
    """A settings file gives the title; what is wrong in it is told with its place."""
    (bank / "site.yaml").write_text("title: My questions\ntopics: [samples]\n")
    assert quizproof("build", "-o", "public", "--site", "site.yaml", cwd=bank).returncode == 0
    assert "<title>My questions</title>" in (bank / "public/index.html").read_text()
    for text, message in [
        ("titel: x\n", "site.yaml:1:1: unknown key `titel`; did you mean `title`?"),
        ("title: [\n", "site.yaml:2:1: while parsing a flow node, did not find expected node content"),
        ("topics: [A b]\n", "site.yaml:1:10: `A b` is not an id: use lower-case"),
        ("topics: samples\n", "site.yaml:1:9: `topics`: write a list"),
        ("- title\n", "site.yaml:1:1: write a mapping with keys such as `title` and `topics`"),
        ("topics: [other]\n", "site.yaml: the bank has no topic `other`; it has samples"),
    ]:
        (bank / "site.yaml").write_text(text)
        done = quizproof("build", "-o", "public", "--site", "site.yaml", cwd=bank)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr


def test_build_writes_nothing_unless_all_is_proven(lying: Path) -> None:
    """A false key stops the build and leaves an earlier site as it was; `--keep-going` builds, and still exits 1."""
    assert quizproof("build", "questions/good.yaml", "-o", "public", cwd=lying).returncode == 0
    before = sorted((lying / "public").rglob("*"))
    done = quizproof("build", "-o", "public", cwd=lying)
    assert done.returncode == 1
    assert "public was not written" in done.stderr
    assert sorted((lying / "public").rglob("*")) == before
    assert quizproof("build", "-o", "public", "--keep-going", cwd=lying).returncode == 1
    assert (lying / "public/samples/bad.html").exists()


def test_take_on_a_pipe(bank: Path) -> None:
    """Answers come line by line; the same seed puts the same test."""
    taking = ("take", "sum", "--seed", "7", "--plain")
    both = [quizproof(*taking, cwd=bank, stdin=f"{key}\n", python=sys.executable) for key in "ab"]
    assert [done.returncode for done in both] == [0, 0]
    assert sum("Score: 1 of 1" in done.stdout for done in both) == 1
    listed = quizproof("take", "--bank", "questions", cwd=bank)
    assert listed.returncode == 0  # the only quiz needs no name; no answers came, so it ends early


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "\nInterrupted.\n"), (signal.SIGTERM, 143, "")],
)
def test_interrupt_leaves_nothing(bank: Path, number: signal.Signals, code: int, said: str) -> None:
    """Ctrl-C and SIGTERM in the middle of a run: no traceback, and neither process nor folder left."""
    text = GOOD.format(runtime="python").replace("print(1 + 1)", "|\n      import time; time.sleep(600)")
    (bank / "questions" / "good.yaml").write_text(text + "    limits: {seconds: 900}\n")
    command = [
        sys.executable,
        "-c",
        "from quizproof_renderers.cli.main import main; main()",
        "check",
        "--sandbox",
        "none",
    ]
    (bank / "tmp").mkdir()
    environment = os.environ | {"TMPDIR": str(bank / "tmp")}
    process = subprocess.Popen(
        command, cwd=bank, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    while len(below := descendants(process.pid)) < 2:  # the zygote and the run
        assert process.poll() is None, process.communicate()
        os.sched_yield()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (code, "", said)
    assert list((bank / "tmp").iterdir()) == []
    assert not [pid for pid in below if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("arguments", ["explain", "check --format full", "take sum --seed 1"])
def test_closed_pipe_is_no_error(bank: Path, arguments: str) -> None:
    """`quizproof explain | head -1` ends quietly."""
    tool = f"{sys.executable} -c 'from quizproof_renderers.cli.main import main; main()'"
    command = f"{tool} {arguments} | (exec <&-; sleep 0.2); echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=bank, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("141\n", "")


def test_full_disk_is_told(bank: Path) -> None:
    """Output that cannot be written is the user's disk, not a fault of ours, and no verdict."""
    command = f"{sys.executable} -c 'from quizproof_renderers.cli.main import main; main()' explain > /dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=bank, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "quizproof: the output cannot be used: No space left on device\n")


def test_build_deletes_nothing_of_the_users(bank: Path) -> None:
    """A file that somebody put into the site is not lost: the build is refused, and works without it."""
    assert quizproof("build", "-o", "public", cwd=bank).returncode == 0
    (bank / "public" / "samples" / "CNAME").write_text("quiz.example")
    refused = quizproof("build", "-o", "public", cwd=bank)
    assert refused.returncode == 2
    assert "public holds samples/CNAME, which quizproof did not write and would delete" in refused.stderr
    assert (bank / "public" / "samples" / "CNAME").read_text() == "quiz.example"
    (bank / "public" / "samples" / "CNAME").unlink()
    assert quizproof("build", "-o", "public", cwd=bank).returncode == 0


def test_report_goes_into_a_pipe_as_it_is(bank: Path) -> None:
    """A named pipe is written to, not replaced; an empty name is refused and leaves nothing."""
    os.mkfifo(bank / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=bank, stdout=subprocess.PIPE, text=True) as reader:
        assert quizproof("check", "-o", "pipe", cwd=bank).returncode == 0
        assert "claims proven" in reader.communicate(timeout=60)[0]
    assert (bank / "pipe").is_fifo()
    before = sorted(bank.iterdir())
    done = quizproof("check", "-o", "", cwd=bank)
    assert (done.returncode, done.stderr) == (2, "quizproof: `--output-file` does not name a file\n")
    assert sorted(bank.iterdir()) == before


def test_closed_output_is_no_fault(bank: Path) -> None:
    """Started with standard output closed, the command still tells by its exit code."""
    program = "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    command = [sys.executable, "-c", program, "-c", "from quizproof_renderers.cli.main import main; main()", "check"]
    done = subprocess.run(command, cwd=bank, stderr=subprocess.PIPE, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_audit_needs_a_cache(bank: Path) -> None:
    """Options that contradict each other are refused."""
    done = quizproof("check", "--audit", "5%", "--no-cache", cwd=bank)
    assert (done.returncode, "`--audit` compares with the cache" in done.stderr) == (2, True)


def test_data_files_reach_the_snippets(bank: Path) -> None:
    """What lies in `files` beside a quiz is read, cannot be written, and is told apart when it changes."""
    (bank / "questions" / "files").mkdir()
    (bank / "questions" / "files" / "data.txt").write_text("41")
    (bank / "questions" / "good.yaml").write_text(
        GOOD.format(runtime="python").replace("print(1 + 1)", 'print(int(open("files/data.txt").read()) + 1)')
    )

    def answer() -> str:
        return str(json.loads(quizproof("check", "--format", "json", cwd=bank).stdout)["questions"][0]["answer"])

    assert answer() == "42"
    (bank / "questions" / "files" / "data.txt").write_text("1")
    assert answer() == "2"
    os.mkfifo(bank / "questions" / "files" / "pipe")
    assert answer() == "2"


@pytest.mark.parametrize("say", [exits.tell, exits.refuse, exits.fail])
def test_no_remark_reaches_the_terminal_raw(say: Callable[[str], object], capsys: pytest.CaptureFixture[str]) -> None:
    """A name of a file, or what another machine says, may hold signs that turn the text around; ordinary words stay."""
    with contextlib.suppress(SystemExit):
        say("no bank at a\u202eb; try `questions`")
    err = capsys.readouterr().err
    assert "\u202e" not in err
    assert err.startswith("quizproof: no bank at a")
    assert err.endswith("b; try `questions`\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_not_lost_where_python_ignores_exceptions(number: int, tmp_path: Path) -> None:
    """Such as between a fork and its end, where an exception of a handler would change nothing."""
    (tmp_path / "q.yaml").write_text(
        "quiz: q\ntitle: Q\ntopic: t\nblocks:\n  - {id: a, kind: number, prompt: P, code: 'import time; time.sleep(9)',"
        " value: 1}\n"
    )
    code = (
        "import os, signal\n"
        "from quizproof_renderers.cli.main import main\n"
        "once = [True]\n"
        "def forked():\n"
        f"    if once.pop() if once else False: signal.raise_signal({number})\n"
        "os.register_at_fork(after_in_parent=forked)\n"
        "main(['check', 'q.yaml', '--no-cache'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 128 + number
    assert "Traceback" not in done.stderr
