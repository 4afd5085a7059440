"""Outcomes written as a Parquet table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unspin.inference.batch.extras import need
from unspin.inference.batch.inputs import Input
from unspin.inference.batch.pipeline import Task
from unspin.inference.batch.records import Outcome
from unspin.inference.batch.rows import as_json, passed_names
from unspin.inference.batch.writers.rows import Table
from unspin.inference.decoding import distinct

ROW_GROUP = 16_000_000
"""Bytes of a row group, about: the rows are held until then."""

_TYPES = {"score": "float64", "spun": "bool_", "dropped": "int64"}


class Parquet:
    """A Parquet table. Lists are JSON; the columns of `source`, a Parquet file, stay what they are.

    Raises `UnspinError` if pyarrow is not installed.
    """

    def __init__(self, path: Path, task: Task, source: Input) -> None:
        self._arrow = need("pyarrow")
        self._path = path
        self._given = _schema(source)
        self._table = Table(task, has_columns=source.kind == "csv" or self._given is not None)
        self._rows: list[Any] = []
        self._size = 0
        self._schema: Any = None
        self._file: Any = None

    def add(self, outcome: Outcome) -> None:
        row = self._table.row(outcome)
        row |= {name: as_json(row[name]) for name in ("edits", "words") if name in row}
        if self._schema is None:
            self._schema = self._columns()
        # A batch a row: a value that does not fit its column fails alone.
        batch = self._arrow.RecordBatch.from_pylist([row], schema=self._schema)
        self._rows.append(batch)
        self._size += batch.nbytes
        if self._size > ROW_GROUP:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        if self._file:
            self._file.close()

    def _flush(self) -> None:
        if self._file is None:
            parquet = need("pyarrow.parquet")
            self._file = parquet.ParquetWriter(self._path, self._schema, compression="zstd")
        table = self._arrow.Table.from_batches(self._rows, self._schema)
        self._file.write_table(table.combine_chunks())
        self._rows, self._size = [], 0

    def _columns(self) -> Any:
        arrow = self._arrow
        names = self._table.names
        ours = [arrow.field(name, getattr(arrow, _TYPES.get(name, "string"))()) for name in names]
        if self._given is None:
            return arrow.schema(ours)
        before, after = self._given.names, passed_names(distinct(self._given.names))
        fields = {field.name: field for field in ours}
        fields |= {name: f.with_name(name) for name, f in zip(after, self._given, strict=True)}
        # What metadata says of columns by their names would be said of others of these names.
        kept = self._given.metadata if before == after else None
        return arrow.schema([fields[name] for name in names], kept)


def _schema(source: Input) -> Any:
    """The schema of a Parquet file; None of any other one, and of one that is packed as a whole."""
    if source.kind != "parquet":
        return None
    try:
        return need("pyarrow.parquet").read_schema(source.path)
    except (OSError, ValueError):
        return None
