"""What `score` and `restore` share: their options, and reading, working and writing row by row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from unspin.inference.commands.constraints import constraining, constraints
from unspin.model.errors import UnspinError

if TYPE_CHECKING:
    from unspin.inference.documents import Row, Source
    from unspin.inference.results import Score

Function = TypeVar("Function", bound=Callable[..., Any])

ROWS = 64
"""Rows of JSON Lines read before the first of them is written."""


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
    protect: Path | None = None
    protect_quotes: bool = False
    phrases: Path | None = None
    explain: bool = False
    dictionary: Path | None = None


def common(command: Function) -> Function:
    """The argument and options of `Options`, `dictionary` left out."""
    command = constraining(command)
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
        click.argument(
            "document", metavar="TEXT|FILE|-", required=False, shell_complete=_file_names
        ),
    ):
        command = decorate(command)
    return command


def _file_names(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    return [CompletionItem(incomplete, type="file")]


def run(task: str, options: Options, diff: bool = False, page: Path | None = None) -> None:
    """Read, work and write, a few rows at a time, or all as one page."""
    from unspin.inference.documents import open_source

    # A shell can close either (<&-, >&-), and Python then has none.
    if sys.stdout is None:
        raise UnspinError("standard output is closed: send it somewhere")
    document = options.document
    if document is None:
        if sys.stdin and sys.stdin.isatty():
            raise click.UsageError("Give a text, a file, or - for standard input.")
        document = "-"
    stdin = sys.stdin.buffer if sys.stdin else None
    source = open_source(document, stdin, options.input_format)
    try:
        failed = total = 0
        write = _writer(task, options, source, diff, page)
        for row, result in _results(task, options, source.rows()):
            write(row, result)
            total += 1
            failed += result is None or result.status == "error"
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
    from unspin.inference.dictionaries import with_dictionaries

    model = None
    shared = constraints(
        options.protect, options.dictionary, options.phrases, options.protect_quotes
    )
    while part := _part(rows):
        model = model or load(options.model, options.threads)
        work = model.restore if task == "restore" else model.score
        each = [shared] * len(part)
        if task == "restore":
            part, each = with_dictionaries(part, shared)
        good = [(row.text, own) for row, own in zip(part, each, strict=True) if row.error is None]
        results = iter(
            work(
                [text for text, _ in good],
                options.mode,
                language=options.language,
                constraints=[own for _, own in good],
                explain=options.explain,
            )
        )
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
    task: str, options: Options, source: Source, diff: bool, page: Path | None
) -> Callable[[Row | None, Score | None], None]:
    """A function that writes a row and its result; called with None after the last."""
    from unspin.inference import writers

    if page:
        return writers.Page(page, options.mode)
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
