"""`quizproof new`: a quiz or a block to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.exits import fail

if TYPE_CHECKING:
    from collections.abc import Collection

KINDS = (
    "choice",
    "confusion-matrix",
    "experiment",
    "figure",
    "fill-blank",
    "find-bug",
    "match",
    "number",
    "open",
    "order-lines",
    "pipeline",
    "predict-output",
    "training-run",
    "write-code",
)
"""Those that have a template, named here so that `--help` need not look; a test compares."""


@click.command()
@click.argument("what", metavar="KIND|quiz", type=click.Choice(("quiz", *KINDS)))
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--id", "id_", metavar="ID", help="The id of the block, or of the quiz.  [default: one that is free]")
@click.option("--runtime", type=click.Choice(["python", "torch", "tensorflow"]), default="python", show_default=True)
def new(what: str, file: Path | None, id_: str | None, runtime: str) -> None:
    """Begin a quiz, or add a block to one.

    A block of the KIND is added to FILE, after its last block, with comments that explain its keys. It is proven as it
    is; change it step by step, with `quizproof watch` beside it. Without FILE, it is printed. `quiz`, and a FILE that
    does not exist yet, begin a quiz.

    \b
    Examples:
      quizproof new quiz questions/lists.yaml
      quizproof new find-bug questions/lists.yaml
      quizproof new experiment questions/lists.yaml --id no-overfitting
      quizproof new match
    """
    from quizproof_renderers.editing.templates import added, block, free_id, quiz, slug, unlike

    if file is None:
        if what == "quiz":
            fail("name the file of the quiz, such as questions/lists.yaml")
        click.echo(block(what, id_ or what), nl=False)
        return
    kind = "predict-output" if what == "quiz" else what
    article = "an" if kind[0] in "aeio" else "a"
    quizzes, blocks, likenesses = _taken(file)
    if file.exists():
        if what == "quiz":
            fail(f"{file} exists already; `quizproof new KIND {file}` adds a block to it")
        made = unlike(block(kind, id_ or free_id(kind, blocks)), likenesses)
        content = added(file, file.read_bytes(), made)
        done = f"{file}: {article} `{kind}` was added"
    else:
        name = id_ if what == "quiz" and id_ else free_id(slug(file.stem, "quiz"), quizzes)
        first = id_ if what != "quiz" and id_ else free_id(kind, blocks)
        title, topic = file.stem.replace("-", " ").capitalize(), slug(file.absolute().parent.name, "topic")
        content = quiz(name, title, topic, runtime, unlike(block(kind, first), likenesses)).encode()
        done = f"{file}: a quiz with {article} `{kind}`"
        file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    click.echo(f"{done}. Prove it with `quizproof check {file}`")


def _taken(file: Path) -> tuple[Collection[str], Collection[str], Collection[str]]:
    """The ids of quizzes, and of blocks, that are taken in the bank of a file, and what its questions ask."""
    from quizproof.errors import UsageError
    from quizproof.loading.load import load_bank
    from quizproof.proving.writing.likeness import likeness
    from quizproof_renderers.policy.settings import settings_for

    near = [path for path in settings_for().bank if path.exists() and file.absolute().is_relative_to(path.absolute())]
    places = near or [file.parent]
    try:
        bank = load_bank([path for path in places if path.exists()])
    except UsageError:  # there is no quiz yet
        return (), (), ()
    quizzes = {each.id for each in bank.quizzes}
    blocks = [item.block for each in bank.quizzes for item in each.items]
    return quizzes, {block.id for block in blocks}, set(filter(None, map(likeness, blocks)))
