"""A text file: one document."""

from __future__ import annotations

from collections.abc import Iterator

from unspin.inference.batch.readers.build import failed, key, problem, source, whole
from unspin.inference.batch.records import Document, Input, Problem, ReadOptions
from unspin.inference.decoding import Undecodable, decode


def read(input: Input, options: ReadOptions, start: int) -> Iterator[Document]:
    """Its text, character for character."""
    if start > 0:
        return
    data = whole(input, options.max_bytes)
    if isinstance(data, Problem):
        yield failed(input, 0, data)
        return
    try:
        yield Document(key(input, 0), source(input), 0, decode(data))
    except Undecodable as error:
        yield failed(input, 0, problem(error))
