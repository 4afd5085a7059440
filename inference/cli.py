"""The command line: `unspin score`, `unspin restore`, and the commands that extras bring."""

from __future__ import annotations

import os
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from unspin.inference.commands.completion import completion
from unspin.inference.commands.restore import restore
from unspin.inference.commands.score import score
from unspin.model.errors import UnspinError
from unspin.model.printable import one_line

PLUGINS = "unspin.commands"

EXTRAS = {"batch": "batch", "serve": "serve"}
"""The extra that a command needs, where it is not `train`."""


class Failure(click.ClickException):
    """An error of the user's, told in one line."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(one_line(f"unspin: error: {self.message}"), file=file, err=True)


class Commands(click.Group):
    """A group that also finds commands by entry point, and loads them only when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *sorted(_plugins().keys() - self.commands.keys())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.commands or cmd_name not in (plugins := _plugins()):
            return super().get_command(ctx, cmd_name)
        try:
            command = plugins[cmd_name].load()
        except ModuleNotFoundError as error:
            return _unavailable(cmd_name, error)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            if sys.stdout:  # a shell can close it
                sys.stdout.flush()
            return result
        except UnspinError as error:
            raise Failure(str(error)) from error
        except ModuleNotFoundError as error:
            raise Failure(_missing(ctx.invoked_subcommand or "", error)) from error
        except BrokenPipeError:
            # The reader has seen enough; keep the interpreter from flushing into nothing.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(141)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Failure(f"cannot read or write: {error}") from error
        except KeyboardInterrupt:
            ctx.exit(130)


def _plugins() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=PLUGINS)}


def _missing(command: str, error: ModuleNotFoundError) -> str:
    if (error.name or "unspin").partition(".")[0] == "unspin":
        raise error  # not an extra: the installation itself is broken
    return f"`unspin {command}` needs {error.name}: {_advice(command)}"


def _advice(command: str) -> str:
    return f"pip install 'unspin[{EXTRAS.get(command, 'train')}]'"


def _unavailable(name: str, error: ModuleNotFoundError) -> click.Command:
    """Stands in for a command whose extra is not installed."""
    message = _missing(name, error)

    @click.command(
        name,
        short_help=f"(not available: {_advice(name)})",
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def command(arguments: tuple[str, ...]) -> None:
        raise UnspinError(message)

    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="unspin", prog_name="unspin")
def cli() -> None:
    """Find the damage that synonym spinners do to English articles, and restore the wording.

    \b
    Examples:
      unspin restore "The travel comes arsenic Mexico has worked to debar tariffs."
      unspin score article.txt
      unspin restore --format jsonl < articles.jsonl > restored.jsonl
    """


cli.add_command(score)
cli.add_command(restore)
cli.add_command(completion)


def main() -> None:
    """The `unspin` command."""
    try:
        cli()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
