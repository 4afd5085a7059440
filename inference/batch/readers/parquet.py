"""Parquet: a document a row, unpacked in small batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import IO, Any

from unspin.inference.batch.extras import need
from unspin.inference.batch.readers.build import failed, key, problem, source, too_long
from unspin.inference.batch.readers.columns import SAMPLE, text_column
from unspin.inference.batch.records import STDIN, Document, Input, Problem, ReadOptions, Reason
from unspin.inference.batch.streams import BUFFER, opened
from unspin.inference.decoding import Undecodable, decode, distinct, text_in

_ROWS = 512
_BATCH_BYTES = 16 << 20
"""Rows and bytes unpacked at a time, as far as the file says how long its rows are."""

_SPOOLED = 64 << 30
"""Most bytes that a packed file is unpacked to on the disk."""


def read(input: Input, options: ReadOptions, start: int) -> Iterator[Document]:
    """Its rows in order. A row group that is damaged gives a problem for each of its rows."""
    with _seekable(input) as file:
        if isinstance(file, Problem):
            if start == 0:
                yield failed(input, 0, file)
            return
        parquet = need("pyarrow.parquet")
        try:
            table = parquet.ParquetFile(file, buffer_size=BUFFER, pre_buffer=False)
            sample = _sample(table)
        except Exception as error:  # what Arrow raises has no base in common
            if start == 0:
                detail = f"not readable as Parquet: {_line(error)}"
                yield failed(input, 0, Problem(Reason.UNREADABLE, detail))
            return
        column = text_column(sample, options.text_column)
        position = 0
        for group in range(table.num_row_groups):
            count = table.metadata.row_group(group).num_rows
            if position + count > start:
                yield from _group(input, options, table, group, column, position, start)
            position += count


def _group(
    input: Input,
    options: ReadOptions,
    table: Any,
    group: int,
    column: str,
    first: int,
    start: int,
) -> Iterator[Document]:
    """The rows of a row group, of which the first is at position `first`, from `start` on."""
    position = first
    about = table.metadata.row_group(group)
    rows = min(_ROWS, max(1, _BATCH_BYTES * about.num_rows // (about.total_byte_size or 1)))
    damage = Problem(Reason.UNREADABLE, f"row group {group} has fewer rows than it says")
    try:
        for batch in table.iter_batches(rows, row_groups=[group], use_threads=False):
            if position + batch.num_rows > start:
                for i, fields in enumerate(_rows(batch), position):
                    if i >= start:
                        yield _document(input, i, fields, column, options.max_bytes)
            position += batch.num_rows
    except Exception as error:
        damage = Problem(Reason.UNREADABLE, f"row group {group} is damaged: {_line(error)}")
    for i in range(max(position, start), first + about.num_rows):
        yield failed(input, i, damage)


def _document(
    input: Input, position: int, fields: dict[str, Any], column: str, max_bytes: int
) -> Document:
    try:
        value = fields.get(column)
        text = decode(value) if isinstance(value, bytes) else text_in(fields, column)
    except Undecodable as error:
        return failed(input, position, problem(error), fields)
    if len(text) > max_bytes:
        return failed(input, position, too_long("the text", max_bytes), fields)
    return Document(key(input, position), source(input, fields), position, text, fields)


def _sample(table: Any) -> list[dict[str, Any]]:
    """The first rows that can be read, or one of no values where there are none."""
    for group in range(table.num_row_groups):
        try:
            for batch in table.iter_batches(SAMPLE, row_groups=[group], use_threads=False):
                return _rows(batch)
        except Exception:
            continue
    return [dict.fromkeys(distinct(table.schema_arrow.names))]


def _rows(batch: Any) -> list[dict[str, Any]]:
    columns = [_values(column) for column in batch.columns]
    names = distinct(batch.schema.names)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _values(column: Any) -> list[Any]:
    """The values of a column as Python has them; what it has not, as bytes or as a number.

    Such a number counts as the column does, and goes back to the same value.
    """
    with suppress(Exception):  # one value is odd: each by itself
        plain = _in_microseconds(column)
        if "[ns" not in str(plain.type):
            values: list[Any] = plain.to_pylist()
            return values
    return [_value(value) for value in column]


def _in_microseconds(data: Any) -> Any:
    """Without nanoseconds, which Python has no type for. Raises ValueError if that loses some."""
    arrow, kind = need("pyarrow"), data.type
    if getattr(kind, "unit", None) != "ns":
        return data
    if arrow.types.is_timestamp(kind):
        return data.cast(arrow.timestamp("us", kind.tz))
    return data.cast(arrow.duration("us") if arrow.types.is_duration(kind) else arrow.time64("us"))


def _value(value: Any) -> Any:
    """A scalar, and all that lies in it, as `_values` has them."""
    arrow, kind = need("pyarrow"), value.type
    if not value.is_valid:
        return None
    if arrow.types.is_dictionary(kind):
        return _value(value.value)
    if arrow.types.is_struct(kind):
        names = distinct([field.name for field in kind])
        return {name: _value(value[i]) for i, name in enumerate(names)}
    if arrow.types.is_nested(kind):
        items = [_value(item) for item in value.values]
        return [tuple(i.values()) for i in items] if arrow.types.is_map(kind) else items
    try:
        return _in_microseconds(value).as_py()
    except Exception:  # not UTF-8; nanoseconds, a year beyond 9999, an unknown time zone
        return value.value if arrow.types.is_temporal(kind) else value.as_buffer().to_pybytes()


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


@contextmanager
def _seekable(input: Input) -> Iterator[str | IO[bytes] | Problem]:
    """The file where it lies; unpacked to the disk first if it is packed or standard input."""
    if input.path != STDIN:
        with open(input.path, "rb") as file:
            plain = file.read(4) == b"PAR1"
        if plain:
            yield input.path
            return
    with opened(input.path) as stream, TemporaryFile() as copy:
        while data := stream.read(BUFFER):
            copy.write(data)
            if copy.tell() > _SPOOLED:
                yield too_long("the file, unpacked,", _SPOOLED)
                return
        copy.seek(0)
        yield stream.problem or copy
