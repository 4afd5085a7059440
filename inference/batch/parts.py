"""The records of finished parts, by which a run goes on where one before it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from unspin.inference.batch.durable import sync, write
from unspin.inference.batch.output import Output
from unspin.inference.batch.records import Document
from unspin.inference.batch.summary import Summary
from unspin.model.errors import UnspinError


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part of a unit.

    `first` documents of the unit come before it; reading goes on at position `next`, unless it is
    the `last`. `digest` is that of its documents as they were read.
    """

    unit: int
    first: int
    documents: int
    next: int
    last: bool
    digest: str

    @property
    def name(self) -> str:
        """What its files are called; names sort in the order of the documents."""
        return part_name(self.unit, self.first)


def part_name(unit: int, first: int) -> str:
    return f"part-{unit:05}-{first:09}"


def record(output: Output, part: Part, summary: Summary) -> None:
    """Make `part` count. Its files are in their places already. Raises OSError."""
    folder = _folder(output, part.unit)
    folder.mkdir(exist_ok=True)
    row = asdict(part) | {"summary": summary.to_dict()}
    draft = output.drafts / f"{part.name}.json"
    write(folder / draft.name, json.dumps(row).encode(), draft)
    sync((folder, output.state))


def parts_of(output: Output, unit: int) -> list[Part]:
    """The finished parts of a unit up to the first gap, in order.

    There are gaps where many processes made parts at a time. Raises `UnspinError` for a damaged
    record.
    """
    parts: list[Part] = []
    for part in recorded(output, unit):
        if part.first != (parts[-1].first + parts[-1].documents if parts else 0):
            break
        parts.append(part)
    return parts


def recorded(output: Output, unit: int) -> list[Part]:
    """All finished parts of a unit, in order. Raises `UnspinError` for a damaged record."""
    parts = []
    for row in _rows(output, unit):
        del row["summary"]
        parts.append(Part(**row))
    return parts


def summary_of(output: Output, units: int) -> Summary:
    """The summary of all finished parts. Raises `UnspinError` for a damaged record."""
    summary = Summary()
    for unit in range(units):
        for row in _rows(output, unit):
            summary.merge(Summary.from_dict(row["summary"]))
    return summary


def is_finished(output: Output, units: int) -> bool:
    """Whether the last part of every unit is there."""
    return all((parts := parts_of(output, n)) and parts[-1].last for n in range(units))


def _rows(output: Output, unit: int) -> Iterator[dict[str, Any]]:
    for path in sorted(_folder(output, unit).glob("*.json")):
        try:
            row = json.loads(path.read_bytes())
        except ValueError:
            row = {}
        if not isinstance(row, dict) or row.keys() != {*Part.__slots__, "summary"}:
            raise UnspinError(f"{path} is damaged: begin anew with --overwrite")
        yield row


def _folder(output: Output, unit: int) -> Path:
    return output.state / f"{unit:05}"


class Digest:
    """What tells the documents of a part from others, as they were read."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, document: Document) -> None:
        reason = document.problem.reason.value if document.problem else ""
        others = json.dumps(document.fields, default=str)  # of a row: its other columns
        for field in (document.key, document.text, reason, others):
            data = field.encode("utf-8", "surrogatepass")
            self._hash.update(len(data).to_bytes(8, "big") + data)

    def __str__(self) -> str:
        return self._hash.hexdigest()
