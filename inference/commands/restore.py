"""The command `unspin restore`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from unspin.inference.commands.constraints import dictionary
from unspin.inference.commands.reading import Options, common, run
from unspin.inference.commands.sections import Manual
from unspin.model.errors import UnspinError


@click.command(cls=Manual, short_help="Restore the wording of a text.")
@common
@dictionary
@click.option("--diff", is_flag=True, help="Show what changes instead of the whole text.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PAGE",
    help="Write a web page of damage, restoration and alternatives to this file (- for stdout).",
)
def restore(diff: bool, html: Path | None, **options: Any) -> None:
    """Restore the wording of TEXT, a FILE or standard input (-).

    In a terminal the damage, the restored text and the alternatives are shown. Elsewhere only
    the restored text is written, with every byte outside the edits as it was; `--diff` then
    writes a unified diff.

    `--html` writes a page that needs nothing else: the damage by strength, the restored text
    beside it, and the alternatives of each edit when it is pointed at, tapped or tabbed to.

    What a list protects is never flagged and never edited. What a dictionary names is put back
    wherever it stands as whole words, flagged or not; such an edit is marked "by": "dictionary".

    JSON Lines are read and written as by `unspin score`, with "restored" and "edits" added. A row
    may bring a "dictionary" of its own, an object of spun words and their originals; it goes first.
    With `--format text` each row's text has lines of its own, and a row that failed an empty one.

    \b
    Examples:
      unspin restore article.txt > restored.txt
      unspin restore --diff article.txt
      unspin restore --format jsonl articles.jsonl > restored.jsonl
      unspin restore --html article.html article.txt
      unspin restore --protect names.txt --dictionary known.tsv article.txt
      curl -s https://example.com/article.txt | unspin restore -
    """
    chosen = Options(**options)
    if html:
        if diff or chosen.output_format:
            raise click.UsageError("--html writes a page: leave --diff and --format out.")
        _check_page(html, chosen.document)
    run("restore", chosen, diff, html)


def _check_page(page: Path, document: str | None) -> None:
    """Refuse what would be lost or fail once the work is done."""
    if str(page) == "-":
        return
    if page.suffix.lower() not in (".html", ".htm"):
        raise UnspinError(f"--html {page}: the name of a page must end in .html")
    if not page.parent.is_dir():
        raise UnspinError(f"--html {page}: there is no folder {page.parent}")
    if document and page.exists() and os.path.exists(document) and page.samefile(document):
        raise UnspinError(f"--html {page} is the document itself: give the page another name")
