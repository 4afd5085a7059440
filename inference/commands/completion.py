"""The command `unspin completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from unspin.model.errors import UnspinError


@click.command(short_help="Print a script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that lets SHELL complete unspin's commands, options and file names.

    \b
    Examples:
      unspin completion bash >> ~/.bashrc
      unspin completion zsh >> ~/.zshrc
      unspin completion fish > ~/.config/fish/completions/unspin.fish
    """
    found = get_completion_class(shell)
    if found is None:
        raise UnspinError(f"no completion for {shell}")
    click.echo(found(ctx.find_root().command, {}, "unspin", "_UNSPIN_COMPLETE").source())
