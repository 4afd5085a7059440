"""One unit carried on from where its parts end: what every engine runs.

There are no threads and no signals in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice

from unspin.inference.batch.job import Job, Numbered, Unit
from unspin.inference.batch.output import Output
from unspin.inference.batch.part_writer import PartWriter
from unspin.inference.batch.parts import Digest, Part, parts_of
from unspin.inference.batch.pipeline import Pipeline
from unspin.inference.batch.records import Document, Outcome, Reason
from unspin.model.errors import UnspinError

BATCH = 64
"""Most documents that the pipeline gets at once, by default."""

BATCH_CHARS = 200_000
"""Characters after which it gets no more."""


def process(
    unit: Unit,
    job: Job,
    pipeline: Pipeline,
    output: Output,
    *,
    limit: int | None = None,
    batch_size: int = BATCH,
    feed: Callable[[Numbered], Numbered] = lambda numbered: numbered,
    stop: Callable[[], bool] = lambda: False,
    tell: Callable[[Sequence[Outcome]], None] = lambda outcomes: None,
) -> Iterator[Part]:
    """Read, do and write what is left of `unit`; yields each part once it is safe.

    At most `limit` documents more are read. `feed` stands between the reader and the pipeline,
    `stop` is asked after each batch, and `tell` is told of it. What is written depends on none of
    these, nor on `batch_size`. Raises `BrokenOff` for standard input that breaks off, once what
    came is safe, OSError and `UnspinError`.
    """
    done = parts_of(output, unit.number)
    ended = bool(done) and done[-1].last
    if limit == 0 or (ended and not unit.is_stdin):  # there may be more on standard input now
        return
    first = done[-1].first + done[-1].documents if done else 0
    with closing(feed(_documents(unit, job, done))) as numbered:
        source = Source(numbered)
        while not stop() and (limit is None or limit > 0):
            room = job.part_size - first % job.part_size
            if limit is not None:
                room = min(room, limit)
            with PartWriter(output, unit, job, first) as writer:
                while writer.documents < room and not stop():
                    if not (batch := source.take(min(batch_size, room - writer.documents))):
                        break
                    outcomes = pipeline.run(batch)
                    for outcome in outcomes:
                        writer.add(outcome)
                    tell(outcomes)
                last = not stop() and source.is_at_end() and not source.broken
                if not writer.documents and (ended or not last):
                    break
                part = writer.commit(source.next, last)
            first += part.documents
            limit = None if limit is None else limit - part.documents
            yield part
            if last:
                return
        if source.broken and not stop():
            raise source.broken


class BrokenOff(UnspinError):
    """Standard input ended before it was whole."""


class Source:
    """Documents by the batch. `next` is where reading goes on after those that were taken.

    `broken` says why there are no more, where the input broke off.
    """

    def __init__(self, numbered: Iterator[tuple[int, Document]]) -> None:
        self._numbered = self._watched(numbered)
        self._peeked: list[tuple[int, Document]] = []
        self.next = 0
        self.broken: BrokenOff | None = None

    def take(self, most: int) -> list[Document]:
        """The next documents: at most `most`, and no more once they hold enough text."""
        batch: list[Document] = []
        size = 0
        peeked, self._peeked = self._peeked, []
        for after, document in islice(chain(peeked, self._numbered), most):
            self.next = after
            batch.append(document)
            size += len(document.text)
            if size > BATCH_CHARS:
                break
        return batch

    def is_at_end(self) -> bool:
        """Whether no document is left, for which the next one may have to be read."""
        self._peeked = self._peeked or list(islice(self._numbered, 1))
        return not self._peeked

    def _watched(self, numbered: Iterator[tuple[int, Document]]) -> Iterator[tuple[int, Document]]:
        try:
            yield from numbered
        except BrokenOff as error:
            self.broken = error


def _documents(unit: Unit, job: Job, done: Sequence[Part]) -> Numbered:
    """The documents after those of the parts that are `done`."""
    start = done[-1].next if done else 0
    if not unit.is_stdin:
        return unit.documents(job.read, start)
    return _whole(_replayed(unit.documents(job.read), done))


def _whole(numbered: Numbered) -> Numbered:
    """Documents of standard input. Raises `BrokenOff` in place of one that is cut off."""
    for after, document in numbered:
        if document.problem and document.problem.reason in (Reason.TRUNCATED, Reason.LOST):
            raise BrokenOff(f"standard input broke off: {document.problem.detail}")
        yield after, document


def _replayed(numbered: Numbered, done: Sequence[Part]) -> Numbered:
    """What comes after `done` in an input that has to be read from its beginning.

    Raises `UnspinError` if it does not begin as it did.
    """
    for part in done:
        digest = Digest()
        for _, document in islice(numbered, part.documents):
            digest.add(document)
        if str(digest) != part.digest:
            raise UnspinError(
                "standard input is not what this batch was begun with: pipe the same again, or "
                "name another folder"
            )
    yield from numbered
