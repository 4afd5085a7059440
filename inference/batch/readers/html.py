"""Not written yet."""

from __future__ import annotations

from collections.abc import Iterator

from unspin.inference.batch.inputs import Input, ReadOptions
from unspin.inference.batch.records import Document


def read(input: Input, options: ReadOptions, start: int) -> Iterator[Document]:
    raise NotImplementedError
