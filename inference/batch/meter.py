"""Which share of a batch's work is done, as far as can be said without reading ahead."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import accumulate

from unspin.inference.batch.extras import need
from unspin.inference.batch.inputs import Input
from unspin.inference.batch.job import Numbered, Unit
from unspin.inference.batch.streams import bytes_read


class Meter:
    """Goes by the bytes of the inputs, or by documents where there is a `limit`."""

    def __init__(self, units: Sequence[Unit], limit: int | None) -> None:
        self._limit = limit
        self._total = sum(input.size for unit in units for input in unit.inputs)
        self._documents = 0
        self._behind = 0
        self._unit: Unit | None = None
        self._sizes: list[int] = []
        self._at = self._seen = self._read = self._rows = 0
        self._before = self._documents_before = self._behind_before = 0

    def begin(self, unit: Unit, documents: int) -> None:
        """Work on `unit` begins, where `documents` are done; the one before it has ended."""
        if self._unit:
            size = sum(input.size for input in self._unit.inputs)
            self._behind += size
            self._behind_before += size * self._before // max(1, self._at)
        self._unit = unit
        self._sizes = [0, *accumulate(input.size for input in unit.inputs)]
        self._documents += documents
        self._documents_before += documents
        self._at = self._seen = self._before = documents
        self._read = 0
        self._rows = _rows(unit.inputs[0]) if unit.inputs[0].kind == "parquet" else 0

    def add(self, documents: int) -> None:
        """So many documents more of the unit are done."""
        self._documents += documents
        self._at += documents
        self._seen = max(self._seen, self._at)

    def watch(self, numbered: Numbered) -> Numbered:
        """What is read of the unit, counted while it is read: that may be well ahead."""
        with closing(numbered):
            for item in numbered:
                self._seen += 1
                self._look()
                yield item

    def share(self) -> float:
        """From 0 to 1."""
        if self._limit is not None:
            return min(1.0, self._documents / max(1, self._limit))
        return min(1.0, (self._behind + self._bytes_of_unit(self._at)) / max(1, self._total))

    def earlier(self) -> float:
        """The share that runs before this one did, as far as this one has come upon it."""
        if self._limit is not None:
            return min(1.0, self._documents_before / max(1, self._limit))
        done = self._behind_before + self._bytes_of_unit(self._before)
        return min(1.0, done / max(1, self._total))

    def _bytes_of_unit(self, documents: int) -> int:
        """The bytes of the first `documents` of the unit."""
        if not self._unit:
            return 0
        first = self._unit.inputs[0]
        if first.single:
            return self._sizes[min(documents, len(self._sizes) - 1)]
        if first.kind == "parquet":
            return first.size * documents // max(1, self._rows)
        self._look()
        return min(first.size, self._read) * documents // max(1, self._seen)

    def _look(self) -> None:
        """Note how far the reader is, as long as it is at it."""
        if self._unit:
            self._read = max(self._read, bytes_read(self._unit.inputs[0].path))


def _rows(input: Input) -> int:
    """The rows of a Parquet file; 0 if it cannot be read."""
    try:
        return int(need("pyarrow.parquet").read_metadata(input.path).num_rows)
    except (OSError, ValueError):
        return 0
