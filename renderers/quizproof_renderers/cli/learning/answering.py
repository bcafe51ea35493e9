"""`quizproof take --answers`: responses in a file are marked, and nobody is asked."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import UNVERIFIED, code_of_test, fail
from quizproof_renderers.cli.options import RunOptions

if TYPE_CHECKING:
    from quizproof_renderers.cli.learning.request import Request

_MAX_BYTES = 16 << 20
"""Of a file of responses."""


def mark_file(request: Request, file: Path, options: RunOptions, *, as_json: bool, plain: bool, locked: bool) -> int:
    """Mark the responses in a file, and show the marks; the exit code.

    request  which questions; those that have a response, where it names none
    file     the responses; `-` for standard input
    options  how to run
    as_json  whether to print one JSON document instead of what a learner would see
    """
    from quizproof_renderers.cli.learning.bench import bench_for, proven
    from quizproof_renderers.cli.learning.request import chosen_by, commands_of
    from quizproof_renderers.terminal import answers
    from quizproof_renderers.terminal.faces.dispatch import face_for
    from quizproof_renderers.terminal.questioning.setting import Setting
    from quizproof_renderers.terminal.reader import reader_for

    given = answers.read_answers("standard input" if str(file) == "-" else str(file), _read(file))
    wanted = request.wanted
    if wanted.is_all:
        request = replace(request, wanted=replace(wanted, names=tuple(given)))
    chosen, places = chosen_by(request)
    ready = proven(chosen, places, options, locked=locked)
    face = face_for(sys.stdout, plain=plain)
    setting = Setting(face, reader_for(sys.stdin, sys.stdout), commands=commands_of(request, plain=plain))
    with ExitStack() as stack:
        if ready.runs:
            runner, trier, _ = stack.enter_context(bench_for(chosen, ready.quizzes, options))
            setting = replace(setting, runner=runner, trier=trier)
        selection, outcomes = answers.mark_answers(ready.quizzes, given, request.seed, setting)
    if as_json:
        click.echo(json.dumps(answers.as_data(selection, outcomes), indent=1, ensure_ascii=False))
        result = answers.result_of(selection, outcomes)
    else:
        result = answers.show_outcomes(face, selection, outcomes, setting)
    # A question that could not be put has no mark, whatever the others have.
    return UNVERIFIED if result.left_out else code_of_test(result)


def _read(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(_MAX_BYTES)
        with file.open("rb") as stream:
            return stream.read(_MAX_BYTES)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")
