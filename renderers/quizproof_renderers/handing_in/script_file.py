"""Script files: `learner/question.py` and `learner/question.ipynb` in a folder, each the answer to one question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from quizproof.spelling import meant
from quizproof_renderers.handing_in.response_file import MAX_NAME, GivenResponse, MalformedResponses, ResponseFile
from quizproof_renderers.script import SUFFIXES, read_script


def is_script(file: Path) -> bool:
    """Whether a file is a script by its name."""
    return file.suffix in SUFFIXES


def read(content: bytes, file: Path, folder: Path, questions: Mapping[str, str]) -> ResponseFile:
    """The answer in a file, as the page of its quiz would give it.

    content    of the file
    file       whose name is the id of the question
    folder     in which each learner has a folder
    questions  the quizzes of the questions that ask for a program, by their ids

    Raises MalformedResponses.
    """
    places = file.relative_to(folder).parts
    if len(places) < 2:
        raise MalformedResponses("it is in no folder of a learner: it must be LEARNER/QUESTION" + file.suffix)
    learner, question = places[0].strip(), file.stem
    if not 0 < len(learner) <= MAX_NAME:
        raise MalformedResponses("its folder is no name of a learner")
    if question not in questions:
        suggestion = meant(question, questions)
        raise MalformedResponses(f"no question of the bank asks for the program `{question}`{suggestion}")
    try:
        found = read_script(content, file.suffix)
    except ValueError as error:
        raise MalformedResponses(f"it {error}") from None
    saved = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    given = {question: GivenResponse("", found.source)}
    return ResponseFile(questions[question], learner, saved, given, script=question)
