"""`quizproof explain`: what a rule means."""

from __future__ import annotations

import click

from quizproof_renderers.cli.choosing import complete_rules
from quizproof_renderers.cli.exits import fail


@click.command()
@click.argument("rule", required=False, shell_complete=complete_rules)
def explain(rule: str | None) -> None:
    """Explain what a finding means and how to fix it.

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

        suggestion = meant(wanted, [each.name for each in RULES.values()])
        fail(f"there is no rule `{rule}`{suggestion} (`quizproof explain` lists them all)")
    else:
        click.echo(f"{found.code} {found.name} ({found.severity})\n\n{found.summary}\n\n{found.explanation}")
