"""Settings: found upwards, refused with a place when they are wrong, and weaker than options."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from helpers.processes import quizproof
from quizproof.errors import UsageError
from quizproof_renderers.policy.settings import SETTINGS, settings_for
from test_ignoring import HEADER, LIE, SILENT, codes


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project with a bank of one question, whose distractor has no feedback."""
    folder = tmp_path / "project/banks/quizzes"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(HEADER.format(quiz="a") + SILENT)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "project"


def test_without_a_file_there_are_defaults(bank: Path) -> None:
    settings = settings_for()
    assert settings.file is None
    assert settings.bank == (Path("questions"),)
    assert {settings.source(name) for name in SETTINGS} == {"default"}


@pytest.mark.parametrize("name", ["quizproof.toml", "pyproject.toml"])
def test_the_nearest_file_above_the_bank_holds(bank: Path, name: str) -> None:
    head = "" if name == "quizproof.toml" else "[tool.quizproof]\n"
    (bank.parent / "quizproof.toml").write_text('ignore = ["QP301"]\n')
    assert settings_for([bank / "banks"]).value("ignore") == ["QP301"]
    (bank / name).write_text(head + 'ignore = ["QP302"]\n')
    for places in ([bank / "banks"], [bank / "banks/quizzes/a.yaml"], [Path("project/banks/quizzes")]):
        assert settings_for(places).value("ignore") == ["QP302"]
    # It is not joined with those above, and the working folder counts where the bank has none.
    assert settings_for([bank / "banks"]).value("select") == []
    assert settings_for().value("ignore") == ["QP301"]


def test_a_project_file_without_our_table_is_passed_over(bank: Path) -> None:
    (bank / "quizproof.toml").write_text("min-proof = 50\n")
    (bank / "banks/pyproject.toml").write_text("[tool.other]\nmin-proof = 'x'\n")
    assert settings_for([bank / "banks"]).value("min-proof") == 50
    (bank / "banks/pyproject.toml").write_text("not TOML at all\n")
    assert settings_for([bank / "banks"]).value("min-proof") == 50
    # In one folder, the file of our own wins.
    (bank / "pyproject.toml").write_text("[tool.quizproof]\nmin-proof = 60\n")
    assert settings_for([bank / "banks"]).value("min-proof") == 50


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[tool.quizproof]\nbank = "q"\nselct = ["QP3"]\n', ":3: there is no setting `selct`; did you mean `select`?"),
        ("[tool.quizproof]\nfail_on = 1\n", ":2: there is no setting `fail_on`; did you mean `fail-on`?"),
        ("[tool.quizproof]\nsandbox = 'none'\n", ":2: there is no setting `sandbox`"),
        ("tool.quizproof.zzz = 1\n", ":1: there is no setting `zzz`; there are bank, format, "),
        ("[tool.quizproof]\nfail-on = 'all'\n", ":2: `fail-on` is one of error, warning, never, not 'all'"),
        ("[tool.quizproof]\nmin-proof = 101\n", ":2: `min-proof` is a number from 0 to 100, not 101"),
        ("[tool.quizproof]\nmin-proof = true\n", ":2: `min-proof` is a number from 0 to 100, not True"),
        ("[tool.quizproof]\nignore = 'QP3'\n", ":2: `ignore` is a list of texts"),
        ("[tool.quizproof]\n\nignore = ['QP201']\n", ":3: `ignore`: QP201 is an error, and only warnings are chosen"),
        ("[tool.quizproof]\nformat = ['xml']\n", ":2: `format` is a format, or several, of full, concise, json"),
        ("[tool.quizproof]\nbank = []\n", ":2: `bank` is text, or a list of texts, not []"),
        ("[tool.quizproof]\nbaseline = true\n", ":2: `baseline` is a path, or false, not True"),
        ("[tool.quizproof]\nspelling = 'xx'\n", ":2: `spelling` is one of ar, de, en, "),
        ("[tool.quizproof]\nrequire-sandbox = 'strong'\n", ":2: `require-sandbox` is one of"),
        (
            "[tool.quizproof.per-file-ignores]\n'old/**' = ['QP9']\n",
            ":1: `per-file-ignores`: all rules that begin with QP9 are errors",
        ),
        ("[tool]\nquizproof = 1\n", ": `tool.quizproof` is not a table"),
        ("[tool.quizproof\n", " is not valid TOML: "),
    ],
)
def test_what_is_wrong_is_told_with_its_place(bank: Path, text: str, message: str) -> None:
    (bank / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError) as raised:
        settings_for([bank / "banks"])
    assert f"project/pyproject.toml{message}" in str(raised.value)


def test_settings_hold_and_options_win(bank: Path) -> None:
    (bank / "quizproof.toml").write_text(
        'bank = "banks"\nformat = "json"\nfail-on = "warning"\nmin-proof = 100\n'
        '[per-file-ignores]\n"banks/old/**" = ["QP3"]\n'
    )
    done = quizproof("check", cwd=bank)
    assert (done.returncode, [f["code"] for f in json.loads(done.stdout)["findings"]]) == (1, ["QP303"])
    done = quizproof("check", "--format", "concise", "--fail-on", "error", cwd=bank)
    assert (done.returncode, codes(done.stdout)) == (0, ["QP303"])
    # Patterns are relative to the file of the settings, and so is the bank, wherever one is.
    (bank / "banks/quizzes").rename(bank / "banks/old")
    done = quizproof("check", "--format", "concise", cwd=bank / "banks/old")
    assert (done.returncode, codes(done.stdout)) == (0, [])
    (bank / "banks/lie.yaml").write_text(HEADER.format(quiz="b") + LIE)
    done = quizproof("check", "--format", "concise", "--fail-on", "never", cwd=bank)
    assert (done.returncode, codes(done.stdout)) == (0, ["QP202"])
    assert "fewer than the 100 % of `--min-proof`" in done.stderr
    assert quizproof("check", "--fail-on", "never", "--min-proof", "0", cwd=bank).stderr == ""


def test_a_bank_of_the_settings_that_is_not_there(bank: Path) -> None:
    (bank / "quizproof.toml").write_text('bank = "bnaks"\n')
    done = quizproof("check", cwd=bank)
    assert (done.returncode, done.stderr) == (2, "quizproof: quizproof.toml:1: `bank`: bnaks does not exist\n")


def test_baseline_of_the_settings(bank: Path) -> None:
    (bank / "quizproof.toml").write_text('bank = "banks"\nbaseline = "known.json"\n')
    assert quizproof("check", cwd=bank).returncode == 2  # it is not there
    assert quizproof("check", "--write-baseline", cwd=bank).returncode == 0
    assert [entry["path"] for entry in json.loads((bank / "known.json").read_text())["findings"]] == [
        "banks/quizzes/a.yaml"
    ]
    assert codes(quizproof("check", cwd=bank).stdout) == []
    (bank / "quizproof.toml").write_text('bank = "banks"\nbaseline = false\n')
    (bank / "known.json").rename(bank / "banks/quizproof-baseline.json")
    assert codes(quizproof("check", cwd=bank).stdout) == ["QP303"]


def test_required_sandbox_holds_for_every_command_that_runs(bank: Path) -> None:
    """An option may ask for less: the one who runs the command decides. The files of a bank can only ask for more."""
    (bank / "quizproof.toml").write_text('bank = "banks"\nrequire-sandbox = "landlock"\n')
    for command in (["check"], ["build", "-o", "site"], ["take", "silent"]):
        done = quizproof(*command, "--sandbox", "none", cwd=bank)
        assert done.returncode == 3
        assert "weaker than the required `landlock`" in done.stderr
    assert quizproof("check", "--sandbox", "none", "--require-sandbox", "none", cwd=bank).returncode == 0


def test_config_shows_what_holds_and_where_it_is_from(bank: Path) -> None:
    (bank / "pyproject.toml").write_text(
        '[project]\nname = "x"\n\n[tool.quizproof]\nbank = ["banks"]\nmin-proof = 97.5\n\n'
        '[tool.quizproof.per-file-ignores]\n"old/**" = ["QP3"]\n'
    )
    done = quizproof("config", cwd=bank)
    rows = {line.partition(" = ")[0]: line.rpartition("  # ")[2] for line in done.stdout.splitlines()}
    assert rows == dict.fromkeys(SETTINGS, "default") | {
        "bank": "pyproject.toml:5",
        "min-proof": "pyproject.toml:6",
        "per-file-ignores": "pyproject.toml:8",
    }
    # What it shows can be copied into a file as it is.
    shown = tomllib.loads(done.stdout)
    assert shown == {name: setting.default for name, setting in SETTINGS.items()} | {
        "bank": ["banks"],
        "min-proof": 97.5,
        "per-file-ignores": {"old/**": ["QP3"]},
    }
    (bank / "pyproject.toml").unlink()
    (bank / "quizproof.toml").write_text(done.stdout)
    again = quizproof("config", cwd=bank)
    assert (again.returncode, tomllib.loads(again.stdout)) == (0, shown)


def test_validate_reads_and_runs_nothing(bank: Path) -> None:
    (bank / "banks/quizzes/a.yaml").write_text(HEADER.format(quiz="a") + LIE)
    done = quizproof("validate", "banks", cwd=bank)
    assert (done.returncode, done.stdout) == (0, "nothing wrong in 1 file; nothing was run\n")
    (bank / "banks/b.yaml").write_text(HEADER.format(quiz="a") + LIE.replace("prompt:", "promt:"))
    done = quizproof("validate", "banks", cwd=bank)
    assert (done.returncode, codes(done.stdout)) == (1, ["QP107", "QP111"])
    assert done.stdout.endswith("2 errors in 2 files; nothing was run\n")
    assert quizproof("validate", "nowhere", cwd=bank).returncode == 2
