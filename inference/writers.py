"""Where results go: JSON, JSON Lines, plain text, or a person's terminal.

A writer is called with each row and its result (None for a row that cannot be read), and once
with (None, None) after the last.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from unspin.inference.documents import Row, json_line
from unspin.inference.results import Restoration, Score
from unspin.model.printable import one_line


def _write(text: str) -> None:
    """Write exactly `text`: UTF-8, no newline translated."""
    stream = sys.stdout.buffer
    stream.write(text.encode("utf-8", "surrogatepass"))
    stream.flush()


def _say(row: Row, message: str) -> None:
    """Say something of a row on stderr, in one line."""
    click.echo(one_line(f"unspin: {row.name}: {message}"), err=True)


def _tell(row: Row, result: Score | None) -> bool:
    """Say on stderr why a row has no result, where stdout holds nothing but text."""
    reason = row.error if result is None else result.reason
    if reason is not None:
        kind = "error: " if result is None else f"{result.status}: "
        _say(row, f"{kind}{reason}")
    return reason is not None


def _note(row: Row, result: Score) -> None:
    """Say on stderr which phrases were found and why words were flagged."""
    for note in result.notes:
        _say(row, note)


def _unnamed(row: Row) -> bool:
    return row.name in ("the text", "standard input")


def json_lines(row: Row | None, result: Score | None) -> None:
    """One line of JSON a row."""
    if row:
        _write(json_line(row.output(result)) + "\n")


def json_object(row: Row | None, result: Score | None) -> None:
    """The one row, indented."""
    if row:
        _write(json_line(row.output(result), indent=2) + "\n")


class JsonArray:
    """All rows as one indented JSON array, written as they come."""

    def __init__(self) -> None:
        self.separator = "[\n"

    def __call__(self, row: Row | None, result: Score | None) -> None:
        if row:
            _write(self.separator + json_line(row.output(result), indent=2))
            self.separator = ",\n"
        else:
            _write("\n]\n" if self.separator == ",\n" else "[]\n")


def plain(row: Row | None, result: Score | None) -> None:
    """The restored text and nothing else; each of several rows has lines of its own, and a row
    that cannot be read an empty one."""
    if row is None:
        return
    _tell(row, result)
    restored = ""
    if isinstance(result, Restoration):
        _note(row, result)
        restored = result.restored
    if row.line is not None and not restored.endswith("\n"):
        restored += "\n"
    _write(restored)


def unified(row: Row | None, result: Score | None) -> None:
    """The restoration as a unified diff."""
    from unspin.inference.render import unified_diff

    if row and not _tell(row, result) and isinstance(result, Restoration):
        _note(row, result)
        _write(unified_diff(result, row.name))


class Page:
    """All results as one web page, written when the last is there; "-" is standard output."""

    def __init__(self, target: Path, mode: str) -> None:
        self.target = target
        self.mode = mode
        self.results: list[tuple[str, Restoration]] = []

    def __call__(self, row: Row | None, result: Score | None) -> None:
        from unspin.inference.view import markup
        from unspin.inference.view.restoration import restoration_page

        if row is None:
            if not self.results:
                return
            page = restoration_page(self.results, self.mode)
            if str(self.target) == "-":
                _write(page)
            else:
                markup.write(self.target, page)
        elif isinstance(result, Restoration):
            name = Path(row.name).name if row.line is None else row.name
            self.results.append(("" if _unnamed(row) else name, result))
        else:
            _tell(row, result)


class Shown:
    """Results for a person to read."""

    def __init__(self, task: str, mode: str, diff: bool) -> None:
        from rich.console import Console

        self.console = Console(highlight=False)
        self.task = task
        self.mode = mode
        self.diff = diff

    def __call__(self, row: Row | None, result: Score | None) -> None:
        from unspin.inference import render

        if row is None:
            return
        name = "" if _unnamed(row) else row.name
        if result is None:
            _tell(row, result)
        elif not isinstance(result, Restoration):
            render.show_score(self.console, result, name, self.mode)
        elif self.diff:
            render.show_diff(self.console, result, name)
        else:
            render.show_restoration(self.console, result, name, self.mode)
        if result is not None:
            render.show_notes(self.console, result)
        if row.line is not None:
            self.console.print()
