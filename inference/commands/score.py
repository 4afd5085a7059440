"""The command `unspin score`."""

from __future__ import annotations

from typing import Any

import click

from unspin.inference.commands.reading import Options, common, run
from unspin.inference.commands.sections import Manual


@click.command(cls=Manual, short_help="Score how much of a text a spinner damaged.")
@common
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
      unspin score --explain --phrases tortured.tsv paper.txt
    """
    run("score", Options(**options))
