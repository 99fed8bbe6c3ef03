"""The command `completion`: the script with which a shell completes commands, options and names of topics and pages."""

from __future__ import annotations

from typing import Final

import click

_VARIABLE: Final = "_TOPICWIRE_COMPLETE"  # which Click reads when the shell asks


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_command(ctx: click.Context, shell: str) -> None:
    """Write the completion script for SHELL: put `eval "$(topicwire completion bash)"` into ~/.bashrc.

    For zsh the same line with `zsh` goes into ~/.zshrc; for fish write the script to
    ~/.config/fish/completions/topicwire.fish.
    """
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    made = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}[shell]
    click.echo(made(ctx.find_root().command, {}, "topicwire", _VARIABLE).source())
