"""What other programs are told of quizproof: hooks of pre-commit, an action of GitHub, a template of GitLab.

Their files are of the schemas that these programs publish, and their commands run as they stand.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.docs_pages import ROOT
from test_ignoring import HEADER, LIE, SILENT

ACTION = ROOT / "action.yml"
TEMPLATE = ROOT / "docs/examples/quizproof.gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
BIN = Path(sys.executable).parent


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a", "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def bash(folder: Path, script: str, **environ: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a step as CI services do: by bash, which stops at the first command that fails."""
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"} | {n: str(v) for n, v in environ.items()}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.github-actions", ACTION), ("vendor.gitlab-ci", TEMPLATE)],
    ids=["github", "gitlab"],
)
def test_files_are_of_their_schemas(schema: str, file: Path, tmp_path: Path) -> None:
    command: list[str | Path] = [BIN / "check-jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    wrong = tmp_path / "wrong.yml"
    text = file.read_text(encoding="utf-8")
    wrong.write_text(text.replace("using: composite", "using: magic").replace("when: always", "when: 7"))
    assert subprocess.run([*command, wrong], capture_output=True, check=False).returncode == 1


# A pull request: the base has a lock and a proven question, the branch brings a false one


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose branch `main` has a bank with a lock, and whose branch `change` adds a lie."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "questions").mkdir()
    (folder / "questions/good.yaml").write_text(HEADER.format(quiz="good") + SILENT)
    git(folder, "init", "--quiet", ".")
    subprocess.run(
        [BIN / "quizproof", "check", "questions", "--write-lock"], cwd=folder, check=True, capture_output=True
    )
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Bank")
    git(folder, "checkout", "--quiet", "-b", "change")
    (folder / "questions/lie.yaml").write_text(HEADER.format(quiz="lie") + LIE)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Lie")
    return folder


@pytest.fixture
def repository(cached: Path, tmp_path: Path) -> Path:
    """A copy, of which nothing is in the cache."""
    return Path(shutil.copytree(cached, tmp_path / "repository"))


def prove_step(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """The step of the action that proves, in the environment that GitHub and the action's inputs make."""
    data = read(ACTION)
    step = next(step for step in data["runs"]["steps"] if step["name"] == "Prove")
    inputs = {name.upper(): str(given["default"]) for name, given in data["inputs"].items()}
    # Each variable of the step is an input: nothing from outside is pasted into the script.
    assert step["env"] == {name: f"${{{{ inputs.{name.lower()} }}}}" for name in ("PATHS", "KNOWN", "ARGUMENTS")}
    assert "${{" not in step["run"]
    (folder / "../temp").mkdir(exist_ok=True)
    github = {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_OUTPUT": str(folder / "../output.txt"),
        "GITHUB_STEP_SUMMARY": str(folder / "../summary.md"),
        "RUNNER_TEMP": str(folder / "../temp"),
    }
    given = {name: inputs[name] for name in step["env"]}
    return bash(folder, step["run"], **(github | given | environ))


def test_action_proves_a_pull_request_against_its_base(repository: Path) -> None:
    """As GitHub checks it out: a merge commit, whose first parent is the base. Only what the branch adds is run."""
    git(repository, "checkout", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--message", "Merge", "change")
    done = prove_step(repository)
    assert done.returncode == 1
    assert done.stderr.startswith("quizproof: questions/quizproof.lock is stale: `lie` is new.")
    annotations = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert len(annotations) == 2
    assert annotations[1].startswith("::error title=quizproof (QP202),file=questions/lie.yaml,line=10,col=17,")
    assert "2 known from the lock of " in done.stdout.splitlines()[-1]
    assert "QP202" in (repository / "../summary.md").read_text()
    outputs = dict(line.split("=", 1) for line in (repository / "../output.txt").read_text().splitlines())
    assert set(outputs) == set(read(ACTION)["outputs"])
    assert json.loads(Path(outputs["json"]).read_text())["summary"]["refuted"] == 1
    assert json.loads(Path(outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert Path(outputs["junit"]).read_text().startswith("<?xml")


def test_action_says_why_everything_is_run(repository: Path) -> None:
    """Where the base was not checked out, and where a push has none."""
    shallow = repository.parent / "shallow"
    git(repository.parent, "clone", "--quiet", "--depth", "1", f"file://{repository}", str(shallow))
    done = prove_step(shallow)
    assert done.stdout.startswith("::notice title=quizproof::the base is not here, so everything is run")
    assert "known from the lock" not in done.stdout
    done = prove_step(shallow, GITHUB_EVENT_NAME="push", PATHS="questions/good.yaml")
    assert (done.returncode, "::notice" in done.stdout) == (0, False)


def test_inputs_of_the_action_are_no_commands(repository: Path) -> None:
    done = prove_step(repository, KNOWN="", PATHS="questions/good.yaml; touch pwned", ARGUMENTS="$(touch pwned)")
    assert done.returncode == 2
    assert not (repository / "pwned").exists()
    done = prove_step(repository, KNOWN="main", PATHS="questions", ARGUMENTS="--fail-on never --ignore QP303")
    assert (done.returncode, "QP303" in done.stdout, "QP202" in done.stdout) == (0, False, True)
    assert "known from the lock of " in done.stdout


def test_gitlab_template_proves_a_merge_request_against_its_base(repository: Path) -> None:
    (job,) = read(TEMPLATE).values()
    install, *script = job["script"]
    assert install == "python -m pip install --requirement requirements.txt"
    base = git(repository, "rev-parse", "main")
    work = repository.parent / "work"
    git(repository.parent, "clone", "--quiet", "--depth", "1", "--branch", "change", f"file://{repository}", str(work))
    done = bash(work, "\n".join(script), CI_MERGE_REQUEST_DIFF_BASE_SHA=base, **job["variables"])
    assert done.returncode == 1
    assert "questions/lie.yaml:10:17: QP202" in done.stdout
    assert "2 known from the lock of " in done.stdout
    reports = job["artifacts"]["reports"]
    quality = json.loads((work / reports["codequality"]).read_text())
    assert [(item["check_name"], item["location"]["path"]) for item in quality] == [
        ("no-mistake", "questions/good.yaml"),
        ("distractor-holds", "questions/lie.yaml"),
    ]
    assert 'failures="1"' in (work / reports["junit"]).read_text()
    done = bash(work, "\n".join(script), **job["variables"])
    assert (done.returncode, "known from the lock" in done.stdout) == (1, False)


# pre-commit


def pre_commit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ: dict[str, str | Path] = {"PRE_COMMIT_HOME": folder.parent / "pre-commit", "PRE_COMMIT_COLOR": "never"}
    return bash(folder, f"pre-commit {' '.join(arguments)}", **environ)


def test_hooks_are_of_their_schema(tmp_path: Path) -> None:
    assert pre_commit(tmp_path, "validate-manifest", str(HOOKS)).returncode == 0
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(HOOKS.read_text().replace("language: python", "language: klingon"))
    assert pre_commit(tmp_path, "validate-manifest", str(wrong)).returncode == 1


def test_hooks_look_at_the_quizzes_of_a_commit(repository: Path) -> None:
    """By the real pre-commit. Their entries are run from here; that they can be installed is for a network to show."""
    hooks = [hook | {"language": "system"} for hook in read(HOOKS)]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (repository / "other.yaml").write_text("no: quiz\n")
    (repository / "questions/files").mkdir()
    (repository / "questions/files/data.yaml").write_text("no: quiz\n")
    git(repository, "add", ".")
    done = pre_commit(repository, "run")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("(no files to check)Skipped") == 2
    done = pre_commit(repository, "run", "--all-files")
    assert done.returncode == 1
    assert "quizproof validate.......................................................Passed" in done.stdout
    assert "questions/lie.yaml:10:17: QP202 [distractor-holds]" in done.stdout
    (repository / "questions/lie.yaml").write_text(HEADER.format(quiz="lie") + LIE.replace("prompt:", "promt:"))
    git(repository, "add", ".")
    done = pre_commit(repository, "run", "quizproof-validate")
    assert done.returncode == 1
    assert "QP107 [unknown-key]" in done.stdout
    assert "1 file; nothing was run" in done.stdout
