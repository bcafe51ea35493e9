"""`quizproof explain`: what a rule means."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from quizproof_renderers.cli.choosing import complete_rules
from quizproof_renderers.cli.exits import fail

if TYPE_CHECKING:
    from rich.text import Text

    from quizproof.rulebook.rule import Rule


@click.command()
@click.argument("rule", required=False, shell_complete=complete_rules)
def explain(rule: str | None) -> None:
    """Explain what a finding means and how to fix it, with an example.

    RULE is a code or a name. Without it, all rules are listed.

    \b
    Examples:
      quizproof explain QP205
      quizproof explain key-refuted
      quizproof explain
    """
    from quizproof.rules import RULES

    if rule is None:
        for each in RULES.values():
            click.echo(f"{each.code}  {each.name:<28} {each.summary}")
        return
    wanted = rule.strip().lower()
    found = next((r for r in RULES.values() if wanted in (r.code.lower(), r.name)), None)
    if found is None:
        from quizproof.spelling import meant

        code = f"QP{wanted}"
        suggestion = f"; did you mean `{code}`?" if code in RULES else meant(wanted, [r.name for r in RULES.values()])
        fail(f"there is no rule `{rule}`{suggestion} (`quizproof explain` lists them all)")
    else:
        from quizproof_renderers.console import console_for

        # Lines stay whole, so that an example can be copied from any terminal.
        console_for(sys.stdout).print(_explained(found), soft_wrap=True)


def _explained(rule: Rule) -> Text:
    """What is known about a rule, and its example: in colours, where the terminal has them."""
    from rich.text import Text

    from quizproof.rulebook.example import example_of
    from quizproof_renderers.terminal.prose import highlighted

    example = example_of(rule.code)
    text = Text.assemble((f"{rule.code} {rule.name}", "bold"), f" ({rule.severity})")
    text.append(f"\n\n{rule.summary}\n\n{rule.explanation}")
    bad, good = ([f"    {line}".rstrip() for line in side.splitlines()] for _, side in example.sides)
    for word, colour, lines, others in (("Bad:", "red", bad, good), ("Good:", "green", good, bad)):
        text.append(f"\n\n{word}\n", f"bold {colour}")
        in_colours = highlighted("\n".join(lines), example.language).split()
        for line, shown in zip(lines, in_colours, strict=True):
            # What makes the difference stands out, as in a diff.
            text.append("\n").append(shown if line in others else Text(line, f"bold {colour}"))
    return text.append(f"\n\n{example.note}" if example.note else "")
