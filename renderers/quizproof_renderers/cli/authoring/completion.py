"""`quizproof completion`: the script by which a shell completes our commands."""

from __future__ import annotations

import os
from pathlib import Path

import click

from quizproof_renderers.cli.exits import fail, tell

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_QUIZPROOF_COMPLETE"
_ZSH_LINE = 'eval "$(quizproof completion zsh)"'


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("--install", is_flag=True, help="Write it where the shell looks for it, in your home folder.")
def completion(shell: str, install: bool) -> None:
    """Print or install the script by which a shell completes.

    It completes commands, options, ids, topics, tags, kinds and rules, and loads no framework for that. With --install
    the script is put in place: for bash and fish as a file of its own, for zsh as a line of ~/.zshrc.

    \b
    Examples:
      quizproof completion bash --install
      quizproof completion zsh
    """
    from click.shell_completion import ShellComplete, get_completion_class

    from quizproof_renderers.cli.main import main

    found = get_completion_class(shell)
    assert found
    # Not the shell's own `source`, which starts a bash to see how old it is.
    script = ShellComplete.source(found(main, {}, "quizproof", _VARIABLE)).lstrip("\n")
    if not install:
        click.echo(script, nl=False)
        return
    path = _place(shell)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if shell == "zsh" and _ZSH_LINE in text.splitlines():
        tell(f"{path} has it already")
        return
    if shell == "zsh":
        script = f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{_ZSH_LINE}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script, encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
    tell(f"{path}: written; a new {shell} completes `quizproof`")


def _place(shell: str) -> Path:
    """Where a shell looks for what completes the commands of one user."""
    home = Path.home()
    match shell:
        case "bash":
            data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
            return data / "bash-completion/completions/quizproof"
        case "fish":
            return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "fish/completions/quizproof.fish"
        case _:
            return Path(os.environ.get("ZDOTDIR") or home) / ".zshrc"
