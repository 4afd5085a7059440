"""CSV and TSV: a document a row under a header; values stay strings."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from unspin.inference.batch.readers.build import failed, row
from unspin.inference.batch.readers.columns import NAMES, SAMPLE, text_column
from unspin.inference.batch.readers.csv_rows import CsvRow, csv_rows
from unspin.inference.batch.records import Document, Input, Problem, ReadOptions, Reason
from unspin.inference.batch.streams import BUFFER, Stream, opened
from unspin.inference.decoding import distinct

_SEPARATORS = ",\t;|"
_QUOTED = re.compile('"[^"]*"')
_NAME = 40
"""Most characters of a name by which a table is told from prose."""


def read(input: Input, options: ReadOptions, start: int) -> Iterator[Document]:
    """Its rows in order. One with more or fewer values than the header has names has a problem."""
    with opened(input.path) as stream:
        rows = csv_rows(stream, options.max_bytes, _separator(stream, input.name))
        header = next(rows, None)
        if header is None or header.problem:
            end = header.problem if header else stream.problem
            if start == 0:
                yield failed(input, 0, end or Problem(Reason.NO_TEXT, "the file is empty"))
            return
        names = distinct([_shown(name) for name in header.values])
        head = list(islice(rows, SAMPLE))
        sample = [dict(zip(names, r.values, strict=False)) for r in head]
        column = text_column(sample or [dict.fromkeys(names)], options.text_column)
        position = 0
        for found in chain(head, rows):
            if position >= start:
                yield _document(input, position, found, names, column)
            position += 1
        if not position and not stream.problem and start == 0:
            yield failed(input, 0, Problem(Reason.NO_TEXT, "there is a header and no row"))
        if stream.problem and position >= start:
            yield failed(input, position, stream.problem)


def _document(
    input: Input, position: int, found: CsvRow, names: Sequence[str], column: str
) -> Document:
    if found.problem:
        return failed(input, position, found.problem)
    values = found.values
    if len(values) < len(names) and found.cut:
        return failed(input, position, Problem(Reason.TRUNCATED, f"line {found.line} breaks off"))
    if len(values) != len(names):
        detail = f"line {found.line}: {len(values)} values under {len(names)} names"
        return failed(input, position, Problem(Reason.UNREADABLE, detail))
    try:
        for value in values:
            value.encode()
    except UnicodeEncodeError:
        return failed(input, position, Problem(Reason.NOT_UTF8, f"line {found.line}: not UTF-8"))
    return row(input, position, dict(zip(names, values, strict=True)), column)


def _separator(stream: Stream, name: str) -> str:
    """What stands between the names of the header most often."""
    line = _QUOTED.sub("", _first_line(stream.peek(1)[:BUFFER]))
    candidates = "\t" + _SEPARATORS if ".tsv" in name.lower() else _SEPARATORS
    return max(candidates, key=line.count)


def is_csv(head: bytes, text_column: str | None) -> bool:
    """Whether a stream that begins with `head` is a table: names, and one of them of a text.

    Only names that stand apart from prose count; a table of one column is not told from text.
    """
    line = _first_line(head).rstrip("\r").removeprefix("\ufeff")
    separator = max(_SEPARATORS, key=_QUOTED.sub("", line).count)
    try:
        names = next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return False
    wanted = NAMES if text_column is None else [text_column.lower()]
    return (
        len(names) > 1
        and all(len(name) <= _NAME for name in names)
        and any(name.strip().lower() in wanted for name in names)
    )


def _first_line(data: bytes) -> str:
    return data.split(b"\n")[0].decode("utf-8", "replace")


def _shown(name: str) -> str:
    """A name that is not UTF-8, so that it can be written."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
