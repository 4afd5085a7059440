"""The command `unspin batch`."""

from __future__ import annotations

import click


@click.command()
def batch() -> None:
    """Restore a folder, a crawl or a table of articles."""
    raise NotImplementedError
