"""The rows of CSV, so that a quote that is never closed spoils its own row and no other."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unspin.inference.batch.readers.build import too_long
from unspin.inference.batch.records import Problem, Reason
from unspin.inference.batch.streams import Stream


@dataclass(frozen=True, slots=True)
class CsvRow:
    """The values of a row that begins on `line`, or why there are none.

    Bytes that are not UTF-8 come as lone surrogates. `cut` says that the input ends with it, and
    amid a line.
    """

    line: int
    values: Sequence[str] = ()
    cut: bool = False
    problem: Problem | None = None


def csv_rows(stream: Stream, max_bytes: int, separator: str) -> Iterator[CsvRow]:
    """Rows, the header first; empty lines are none.

    After a row that breaks a rule, reading goes on at its second line. A row that is cut off by
    the end of an archive is none. However many rows are bad, no line is read more than twice.
    """
    csv.field_size_limit(max(csv.field_size_limit(), max_bytes + 1))
    lines = _Lines(stream, max_bytes)
    rows = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        lines.begin()
        problem: Problem | None = None
        try:
            values = next(rows)
        except StopIteration:
            return
        except _TooLong:
            problem = too_long(f"the row on line {lines.first}", max_bytes)
        except csv.Error as error:
            if stream.problem and lines.ended:
                return
            if lines.ended and lines.cut and lines.count == 1:
                problem = Problem(Reason.TRUNCATED, f"line {lines.first} breaks off")
                yield CsvRow(lines.first, problem=problem)
                return
            problem = Problem(Reason.UNREADABLE, f"line {lines.first}: {error}")
        if problem:
            yield CsvRow(lines.first, problem=problem)
            lines.again()
            rows = csv.reader(lines, delimiter=separator, strict=True)
        elif values:
            yield CsvRow(lines.first, values, lines.cut)


class _TooLong(Exception):
    """A row is longer than a document may be."""


class _Lines:
    """Lines of a stream; those of the row in hand are kept, so that they can be read again."""

    def __init__(self, stream: Stream, max_bytes: int) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._again: deque[bytes] = deque()
        self._taken: list[bytes] = []
        self._size = 0
        self._number = 0
        self.first = 1
        self.ended = False

    @property
    def cut(self) -> bool:
        """Whether the last line does not end."""
        return bool(self._taken) and not self._taken[-1].endswith(b"\n")

    @property
    def count(self) -> int:
        """Lines of the row so far."""
        return len(self._taken)

    def begin(self) -> None:
        """Begin a row with the next line."""
        self._taken.clear()
        self._size = 0
        self.first = self._number + 1

    def again(self) -> None:
        """Read the lines of the row once more, but for the first."""
        rest = self._taken[1:]
        self._again.extend(rest)
        self._number -= len(rest)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._taken and self._again:
            # A row that opens a quote here comes to the same bad end as the one that was broken.
            raise StopIteration
        line = self._again.popleft() if self._again else self._line()
        short = len(line) <= self._max_bytes
        if not line or (self._stream.problem and short and not line.endswith(b"\n")):
            self.ended = True
            raise StopIteration
        self._number += 1
        self._taken.append(line)
        self._size += len(line)
        if self._size > self._max_bytes:
            raise _TooLong
        text = line.decode("utf-8", "surrogateescape")
        return text.removeprefix("\ufeff") if self._number == 1 else text

    def _line(self) -> bytes:
        """The next line; of one that is too long, no more than tells that."""
        line = part = self._stream.readline(self._max_bytes + 2)
        while len(line) > self._max_bytes and part and not part.endswith(b"\n"):
            part = self._stream.readline(self._max_bytes)
        return line
