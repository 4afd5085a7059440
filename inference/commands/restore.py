"""The command `unspin restore`."""

from __future__ import annotations

from typing import Any

import click

from unspin.inference.commands.reading import Options, common, run


@click.command(short_help="Restore the wording of a text.")
@common
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
    run("restore", Options(**options), diff)
