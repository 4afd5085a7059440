"""The parts of a unit that are still to be made, so that many processes can make them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from unspin.inference.batch.job import Job, Unit
from unspin.inference.batch.meter import Meter
from unspin.inference.batch.output import Output
from unspin.inference.batch.parts import parts_of, recorded
from unspin.inference.batch.records import Document


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part that is to be made, of the documents of `unit` that follow its `first` ones.

    `documents` come each with the position after it. They are None where every file is one: then
    whoever makes the part reads them, from position `start` on. `size` counts bytes of the input,
    `earlier` those just before it of parts that are there already.
    """

    unit: Unit
    first: int
    start: int
    last: bool
    size: int
    earlier: int
    documents: Sequence[tuple[int, Document]] | None


def stretches(unit: Unit, job: Job, output: Output) -> Iterator[Stretch]:
    """What is left of `unit`, cut where every engine cuts it; one part is held at a time.

    Parts that are there already are left out. Raises `UnspinError` for a damaged record.
    """
    done = parts_of(output, unit.number)
    if done and done[-1].last:
        return
    first = done[-1].first + done[-1].documents if done else 0
    start = done[-1].next if done else 0
    if unit.inputs[0].single:  # a group of them is one part at most
        size = sum(input.size for input in unit.inputs[start:])
        earlier = sum(input.size for input in unit.inputs[:start])
        yield Stretch(unit, first, start, True, size, earlier, None)
    else:
        yield from _of_rows(unit, job, output, first, start)


def _of_rows(unit: Unit, job: Job, output: Output, first: int, start: int) -> Iterator[Stretch]:
    made = {part.first: part.documents for part in recorded(output, unit.number)}
    meter = Meter([unit], None)
    meter.begin(unit, first)
    size = unit.inputs[0].size
    with closing(unit.documents(job.read, start)) as numbered:
        peeked = list(islice(numbered, 1))
        last = False
        told, earlier = 0, round(size * meter.share()) if first else 0
        while not last:
            room = job.part_size - first % job.part_size
            documents = [*peeked, *islice(numbered, room - len(peeked))]
            peeked = list(islice(numbered, 1))
            last = not peeked
            meter.add(len(documents))
            here = round(size * (1.0 if last else meter.share())) - told - earlier
            if made.get(first) == len(documents):
                earlier += here
            else:
                yield Stretch(unit, first, start, last, here, earlier, documents)
                told, earlier = told + earlier + here, 0
            first += len(documents)
            start = documents[-1][0] if documents else start
