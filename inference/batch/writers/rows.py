"""Outcomes written as rows of JSON Lines or CSV.

A writer takes one outcome at a time. For one that it cannot write it raises an error that is not
an OSError, and has then written nothing of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from unspin.inference.batch.pipeline import Task
from unspin.inference.batch.records import Outcome
from unspin.inference.batch.rows import COLUMNS, Row, as_json, found, passed, passed_names

REST = "fields"
"""The column of a table that holds, as JSON, columns that not every row has."""


class Writer(Protocol):
    """Writes outcomes to a file, which is there once there is something to write."""

    def add(self, outcome: Outcome) -> None: ...

    def close(self) -> None: ...


class JsonLines:
    """A line of JSON for each outcome, made by `row`."""

    def __init__(self, path: Path, row: Callable[[Outcome], Row]) -> None:
        self._path = path
        self._row = row
        self._file: BinaryIO | None = None

    def add(self, outcome: Outcome) -> None:
        line = as_json(self._row(outcome)).encode() + b"\n"
        self._file = self._file or self._path.open("wb")
        self._file.write(line)

    def close(self) -> None:
        if self._file:
            self._file.close()


class Table:
    """The columns of a table: ours, then those of a table that was read, or the rest in one."""

    def __init__(self, task: Task, has_columns: bool) -> None:
        self._task = task
        self._has_columns = has_columns
        self.names: list[str] = []

    def row(self, outcome: Outcome) -> Row:
        """The row of an outcome; the first one says which columns there are."""
        fields = outcome.document.fields
        rest = passed(fields) if self._has_columns else {REST: as_json(dict(fields))}
        row = found(outcome, self._task) | rest
        if not self.names:
            passing = passed_names(fields) if self._has_columns else [REST]
            self.names = [*COLUMNS[self._task], *passing]
        if unknown := row.keys() - set(self.names):
            raise ValueError(f"columns that the table has not: {', '.join(sorted(unknown))}")
        return row


class Csv:
    """A CSV table; what is no text, number or truth value is JSON."""

    def __init__(self, path: Path, table: Table) -> None:
        self._path = path
        self._table = table
        self._file: BinaryIO | None = None

    def add(self, outcome: Outcome) -> None:
        row = self._table.row(outcome)
        line = _csv_line([_cell(row.get(name)) for name in self._table.names])
        if self._file is None:
            self._file = self._path.open("wb")
            self._file.write(_csv_line(self._table.names))
        self._file.write(line)

    def close(self) -> None:
        if self._file:
            self._file.close()


def _csv_line(cells: list[str]) -> bytes:
    line = io.StringIO()
    # A cell is quoted for what is in the line end only, and a lone CR would end a row as well.
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n").encode() + b"\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value).strip('"')
