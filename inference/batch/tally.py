"""What a summary is made of: counts and samples of fixed size, mergeable in any order.

A `Sample` is the same whatever the order. A `Tally` is, too, until it has met more names than it
may hold; then it forgets the rarest and says how much a count may lack.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import Any

Row = dict[str, Any]


class Tally:
    """Counts for names, of which the commonest `limit` at most are held.

    `names` and `counts` are what the parts of a name and its counts are called in JSON; names
    are ranked by the first of their counts. What is forgotten is summed in `other`, so that the
    totals stay exact; no count of a name lacks more than `missed`.
    """

    def __init__(self, names: Sequence[str], counts: Sequence[str], limit: int) -> None:
        self.names = tuple(names)
        self.counts = tuple(counts)
        self.limit = limit
        self.other = [0] * len(self.counts)
        self.missed = 0
        self._held: dict[tuple[str, ...], list[int]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def add(self, name: tuple[str, ...], *counts: int) -> None:
        """Count `counts` more for `name`."""
        held = self._held.get(name)
        if held is None:
            self._held[name] = list(counts)
            if len(self._held) > self.limit:
                self._forget()
        else:
            for i, count in enumerate(counts):
                held[i] += count

    def merge(self, other: Tally) -> None:
        """Count what `other` has counted."""
        self.missed += other.missed
        self.other = [a + b for a, b in zip(self.other, other.other, strict=True)]
        for name, counts in other._ranked():
            self.add(name, *counts)

    def rows(self, most: int | None = None) -> list[Row]:
        """The `most` commonest names with their counts, commonest first."""
        fields = self.names + self.counts
        return [
            dict(zip(fields, (*name, *counts), strict=True))
            for name, counts in self._ranked()[:most]
        ]

    def total(self) -> Row:
        """The sums of the counts, the forgotten names' among them."""
        sums = [sum(column) for column in zip(self.other, *self._held.values(), strict=True)]
        return dict(zip(self.counts, sums, strict=True))

    def to_dict(self) -> Row:
        other = dict(zip(self.counts, self.other, strict=True))
        return {"rows": self.rows(), "other": other, "missed": self.missed}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take on what `to_dict` gave."""
        self.other = [int(state["other"][c]) for c in self.counts]
        self.missed = int(state["missed"])
        self._held = {
            tuple(str(row[n]) for n in self.names): [int(row[c]) for c in self.counts]
            for row in state["rows"]
        }

    def _ranked(self) -> list[tuple[tuple[str, ...], list[int]]]:
        return sorted(self._held.items(), key=lambda item: (-item[1][0], item[0]))

    def _forget(self) -> None:
        """Keep the commonest three quarters, so that this is seldom called."""
        ranked = self._ranked()
        keep = self.limit * 3 // 4
        self.missed += ranked[keep][1][0]
        for _, counts in ranked[keep:]:
            self.other = [a + b for a, b in zip(self.other, counts, strict=True)]
        self._held = dict(ranked[:keep])


class Sample:
    """The `size` rows whose keys have the smallest hashes: a fair choice that no order changes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._rows: list[tuple[str, Row]] = []

    def wants(self, key: str) -> bool:
        """Whether `add` would take a row of this key, which may cost something to make."""
        return len(self._rows) < self.size or _rank(key) < self._rows[-1][0]

    def add(self, row: Row) -> None:
        """Offer `row`, told apart by its "key"."""
        rank = _rank(row["key"])
        place = bisect_left(self._rows, rank, key=itemgetter(0))
        if place < len(self._rows) and self._rows[place][0] == rank:
            return
        self._rows.insert(place, (rank, row))
        del self._rows[self.size :]

    def merge(self, other: Sample) -> None:
        """Offer all that `other` holds."""
        for _, row in other._rows:
            self.add(row)

    def rows(self) -> list[Row]:
        return [row for _, row in self._rows]


def _rank(key: str) -> str:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() + key
