"""`quizproof stats`: what a learner has answered, in figures."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from typing import Any

import click

from quizproof_renderers.cli.exits import tell


class DayParameter(click.ParamType[date]):
    """A day: `2026-11-30`."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day as a date."""
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a date; write a date such as 2026-11-30", param, ctx)


@click.command()
@click.option("--topic", metavar="TOPIC", help="Only answers to questions of this topic.")
@click.option("--kind", metavar="KIND", help="Only answers to questions of this kind.")
@click.option("--tag", metavar="TAG", help="Only answers to questions with this tag.")
@click.option("--quiz", metavar="ID", help="Only answers to questions of this quiz.")
@click.option("--since", type=DayParameter(), metavar="DATE", help="Only answers from this day on: 2026-11-30.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The format."
)
def stats(
    topic: str | None, kind: str | None, tag: str | None, quiz: str | None, since: date | None, format_: str
) -> None:
    """Show how you have answered, in figures and bars.

    By topic, kind and tag, and over time. The figures are of the answers that `take` and `review` have kept, and of
    those that `attempts import` has read. A score is the mean of first tries. Answers to a question that has changed
    since are not counted.

    \b
    Examples:
      quizproof stats
      quizproof stats --topic freezing-layers --since 2026-11-01
      quizproof stats --format json
    """
    from quizproof_renderers.attempts.statistics import chosen, statistics
    from quizproof_renderers.attempts.store import AttemptStore

    with AttemptStore() as store:
        first = f"{since:%Y-%m-%d}" if since else None
        events = chosen(store.events(), first, tag=tag, topic=topic, kind=kind, quiz=quiz)
    found = statistics(events)
    if format_ == "json":
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    elif found.total.answers:
        from quizproof_renderers.attempts.statistics_text import write

        write(found, sys.stdout)
    else:
        narrowed = topic or kind or tag or quiz or since
        tell("no answers are kept" + (" that match" if narrowed else "; start with `quizproof take`"))
