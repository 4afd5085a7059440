"""CSV and TSV: a document a row under a header; values stay strings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from unspin.inference.batch.readers.build import failed, row
from unspin.inference.batch.readers.columns import SAMPLE, text_column
from unspin.inference.batch.readers.csv_rows import CsvRow, csv_rows
from unspin.inference.batch.records import Document, Input, Problem, ReadOptions, Reason
from unspin.inference.batch.streams import BUFFER, Stream, opened

_SEPARATORS = ",\t;|"


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
        names = _unique(header.values)
        head = list(islice(rows, SAMPLE))
        sample = [dict(zip(names, r.values, strict=False)) for r in head]
        column = text_column(sample or [dict.fromkeys(names)], options.text_column)
        position = 0
        for found in chain(head, rows):
            if position >= start:
                yield _document(input, position, found, names, column)
            position += 1
        if stream.problem and position >= start:
            yield failed(input, position, stream.problem)


def _document(
    input: Input, position: int, found: CsvRow, names: Sequence[str], column: str
) -> Document:
    if found.problem:
        return failed(input, position, found.problem)
    values = found.values
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
    line = stream.peek(1)[:BUFFER].split(b"\n")[0].decode("utf-8", "replace")
    candidates = "\t" + _SEPARATORS if ".tsv" in name.lower() else _SEPARATORS
    return max(candidates, key=line.count)


def _unique(names: Sequence[str]) -> list[str]:
    """Names of columns: all differ, and none is empty."""
    found: dict[str, None] = {}
    for i, name in enumerate(names, 1):
        name = name or f"column {i}"
        while name in found:
            name += f" ({i})"
        found[name] = None
    return list(found)
