"""`quizproof validate`: read a bank, and run nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from quizproof_renderers.cli.exits import FINDINGS, PROVEN
from quizproof_renderers.cli.options import default_bank, paths_argument


@click.command()
@paths_argument
def validate(paths: tuple[Path, ...]) -> None:
    """Report what is wrong with the files of a bank, and run nothing.

    That is every finding QP1xx, and misspelt words where the settings ask for them: YAML, keys, values, ids,
    snippets that are not valid Python. It takes moments and needs no framework, so it can run before each commit.
    It proves nothing: for that, run `check`. PATHS are quiz files or folders of them; `questions` by default.

    \b
    Examples:
      quizproof validate
      quizproof validate questions/freezing-layers/practice.yaml

    Exit codes: 0 nothing is wrong, 1 there is an error, 2 bad usage.
    """
    from quizproof.loading.load import load_bank
    from quizproof.proof import QuizProof
    from quizproof_renderers.policy.misspelt import Speller
    from quizproof_renderers.policy.selection import Selection
    from quizproof_renderers.policy.settings import settings_for
    from quizproof_renderers.policy.sieve import Sieve
    from quizproof_renderers.reports.concise import line
    from quizproof_renderers.text import plural

    settings = settings_for(paths)
    selection = Selection.of(
        settings.value("select"), settings.value("ignore"), settings.value("per-file-ignores"), settings.folder
    )
    sieve = Sieve(selection, speller=Speller.of(settings), whole=False)  # what proofs find is not known here
    errors = warnings = files = 0
    for file in load_bank(paths or default_bank()).files:
        files += 1
        quiz = sieve.sift(QuizProof(file.path, None, file_findings=file.findings, ignores=file.ignores))
        for finding in quiz.findings:
            click.echo(line(finding))
            errors += finding.severity == "error"
            warnings += finding.severity == "warning"
    found = ", ".join(plural(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count)
    click.echo(f"{found or 'nothing wrong'} in {plural(files, 'file')}; nothing was run")
    sys.exit(FINDINGS if errors else PROVEN)
