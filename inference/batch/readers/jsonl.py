"""JSON Lines: a document a line; blank lines are none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from unspin.inference.batch.readers.build import failed, problem, row, too_long
from unspin.inference.batch.readers.columns import SAMPLE, text_column
from unspin.inference.batch.records import Document, Input, Problem, ReadOptions, Reason
from unspin.inference.batch.streams import Stream, opened
from unspin.inference.decoding import Undecodable, json_object

_SAMPLE_BYTES = 1 << 20
_ENDLESS = 1 << 30
"""Bytes of a line after which the rest of the file is given up."""

Line = tuple[int, bytes | Problem]


def read(input: Input, options: ReadOptions, start: int) -> Iterator[Document]:
    """Its rows in order; a line that is none has a problem that names it."""
    with opened(input.path) as stream:
        lines = _lines(stream, options.max_bytes)
        head = _head(lines)
        position = 0
        column = options.text_column  # rows differ: one that is named may come late
        if column is None:
            column = text_column(_objects(head))
        for position, (number, line) in enumerate(chain(head, lines)):
            if position >= start:
                yield _document(input, position, number, line, column)
        position += bool(head)
        if stream.problem and position >= start:
            yield failed(input, position, stream.problem)


def _document(
    input: Input, position: int, number: int, line: bytes | Problem, column: str
) -> Document:
    if isinstance(line, Problem):
        return failed(input, position, line)
    try:
        return row(input, position, json_object(line, number == 1, exact=True), column)
    except Undecodable as error:
        if not line.endswith(b"\n") and error.reason == "not_json":
            detail = f"line {number} breaks off: {error}"
            return failed(input, position, Problem(Reason.TRUNCATED, detail))
        return failed(input, position, problem(error, f"line {number}: "))


def _lines(stream: Stream, max_bytes: int) -> Iterator[Line]:
    """Lines and their numbers from 1; a line that is cut off by the end of an archive is none."""
    number = 0
    while line := stream.readline(max_bytes + 2):
        number += 1
        if len(line) > max_bytes and not line.endswith(b"\n"):
            size = len(line)
            while (rest := stream.readline(max_bytes)) and not rest.endswith(b"\n"):
                size += len(rest)
                if size > _ENDLESS:
                    yield number, too_long(f"line {number}, where reading ends,", _ENDLESS)
                    return
            yield number, too_long(f"line {number}", max_bytes)
        elif stream.problem and not line.endswith(b"\n"):
            return
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield number, line


def _head(lines: Iterator[Line]) -> list[Line]:
    """The first lines, which the text column is found by."""
    head: list[Line] = []
    size = 0
    for number, line in lines:
        head.append((number, line))
        size += len(line) if isinstance(line, bytes) else 0
        if len(head) == SAMPLE or size > _SAMPLE_BYTES:
            break
    return head


def _objects(head: list[Line]) -> list[dict[str, object]]:
    found = []
    for number, line in head:
        try:
            if isinstance(line, bytes):
                found.append(json_object(line, number == 1))
        except Undecodable:
            pass
    return found
