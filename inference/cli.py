"""The command line: `unspin score`, `unspin restore`, and the commands that extras bring."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from unspin.model.errors import UnspinError

if TYPE_CHECKING:
    from unspin.inference.documents import Row, Source
    from unspin.inference.results import Score

Function = TypeVar("Function", bound=Callable[..., Any])

PLUGINS = "unspin.commands"
ROWS = 64
"""Rows of JSON Lines read before the first of them is written."""


class Failure(click.ClickException):
    """An error of the user's, told in one line."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"unspin: error: {self.message}", file=file, err=True)


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
    return f"`unspin {command}` needs {error.name}: pip install 'unspin[train]'"


def _unavailable(name: str, error: ModuleNotFoundError) -> click.Command:
    """Stands in for a command whose extra is not installed."""
    message = _missing(name, error)

    @click.command(
        name,
        short_help="(not available: pip install 'unspin[train]')",
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


@dataclass(frozen=True, slots=True)
class Options:
    """What `score` and `restore` have in common."""

    document: str | None
    mode: str
    output_format: str | None
    input_format: str
    language: str
    model: Path | None
    threads: int | None


def _common(command: Function) -> Function:
    """The argument and options of `Options`."""
    for decorate in (
        click.option("--threads", type=click.IntRange(1), help="Default: one for every core."),
        click.option(
            "--model",
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help="A model folder instead of the weights that come with unspin.",
        ),
        click.option(
            "--language",
            default="en",
            metavar="TAG",
            show_default=True,
            help="Language of the input; what is not English is skipped.",
        ),
        click.option(
            "--input-format",
            type=click.Choice(["auto", "text", "jsonl"]),
            default="auto",
            show_default=True,
            help="How to read the input.",
        ),
        click.option(
            "--format",
            "output_format",
            type=click.Choice(["text", "json", "jsonl"]),
            help="Default: text, or jsonl where JSON Lines come in and no terminal reads.",
        ),
        click.option(
            "--mode",
            type=click.Choice(["precise", "balanced", "thorough"]),
            default="balanced",
            show_default=True,
            help="How sure to be before a word counts as damaged.",
        ),
        click.argument("document", metavar="TEXT|FILE|-", required=False),
    ):
        command = decorate(command)
    return command


@cli.command(short_help="Score how much of a text a spinner damaged.")
@_common
def score(**options: Any) -> None:
    """Score how much of TEXT, a FILE or standard input (-) a spinner damaged.

    A document, its sentences and its words each get a probability of damage; words over the
    mode's threshold are marked.

    JSON Lines: each row needs a "text"; its other fields are passed through. Rows that cannot be
    read come out with the status "error" and a reason, and the exit code is 1. A document may
    have 10 MB.

    \b
    Examples:
      unspin score article.txt
      unspin score --format json "The travel comes arsenic Mexico has worked."
      unspin score --mode precise articles.jsonl > scores.jsonl
    """
    _run("score", Options(**options))


@cli.command(short_help="Restore the wording of a text.")
@_common
@click.option("--diff", is_flag=True, help="Show what changes instead of the whole text.")
def restore(diff: bool, **options: Any) -> None:
    """Restore the wording of TEXT, a FILE or standard input (-).

    In a terminal the damage, the restored text and the alternatives are shown. Elsewhere only
    the restored text is written, with every byte outside the edits as it was; `--diff` then
    writes a unified diff.

    JSON Lines are read and written as by `unspin score`, with "restored" and "edits" added.

    \b
    Examples:
      unspin restore article.txt > restored.txt
      unspin restore --diff article.txt
      unspin restore --format jsonl articles.jsonl > restored.jsonl
      curl -s https://example.com/article.txt | unspin restore -
    """
    _run("restore", Options(**options), diff)


def _run(task: str, options: Options, diff: bool = False) -> None:
    """Read, work and write, a few rows at a time."""
    from unspin.inference.documents import open_source

    document = options.document
    if document is None:
        if sys.stdin.isatty():
            raise click.UsageError("Give a text, a file, or - for standard input.")
        document = "-"
    source = open_source(document, sys.stdin.buffer, options.input_format)
    try:
        failed = total = 0
        write = _writer(task, options, source, diff)
        for row, result in _results(task, options, source.rows()):
            write(row, result)
            total += 1
            failed += result is None
        write(None, None)
    finally:
        source.close()
    if source.jsonl and not total:
        raise UnspinError(f"{source.name or 'the text'} has no rows")
    if failed:
        click.echo(f"unspin: {failed} of {total} rows failed", err=True)
        click.get_current_context().exit(1)


def _results(
    task: str, options: Options, rows: Iterator[Row]
) -> Iterator[tuple[Row, Score | None]]:
    """Each row and what was found in it; None for a row that cannot be read."""
    from unspin.inference.api import load

    model = None
    while part := _part(rows):
        model = model or load(options.model, options.threads)
        work = model.restore if task == "restore" else model.score
        texts = [row.text for row in part if row.error is None]
        results = iter(work(texts, options.mode, language=options.language))
        for row in part:
            yield row, next(results) if row.error is None else None


def _part(rows: Iterator[Row]) -> list[Row]:
    """The next rows: at most `ROWS`, and no more once they hold a chunk of text."""
    part: list[Row] = []
    size = 0
    for row in islice(rows, ROWS):
        part.append(row)
        size += len(row.text)
        if size > 200_000:
            break
    return part


def _writer(
    task: str, options: Options, source: Source, diff: bool
) -> Callable[[Row | None, Score | None], None]:
    """A function that writes a row and its result; called with None after the last."""
    from unspin.inference import writers

    terminal = sys.stdout.isatty()
    chosen = options.output_format
    if chosen is None:
        chosen = "jsonl" if source.jsonl and not terminal and not diff else "text"
    if diff and chosen != "text":
        raise click.UsageError("--diff shows text: leave --format out.")
    if chosen == "jsonl":
        return writers.json_lines
    if chosen == "json":
        return writers.JsonArray() if source.jsonl else writers.json_object
    if terminal or (task == "score"):
        return writers.Shown(task, options.mode, diff)
    return writers.unified if diff else writers.plain


def main() -> None:
    """The `unspin` command."""
    try:
        cli()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
