"""Files and standard input as bytes, unpacked by their first bytes."""

from __future__ import annotations

import errno
import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import BinaryIO, cast

from unspin.inference.batch.extras import need
from unspin.inference.batch.records import STDIN, Problem, Reason

BUFFER = 1 << 17
"""Bytes read at a time."""

TRUNCATED = Problem(Reason.TRUNCATED, "the archive ends too early")

_open: dict[str, io.BufferedReader] = {}
"""The files that are being read, by path."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class Stream(io.BufferedReader):
    """Bytes to read. `problem` says why they end, if they break off; it never raises for that."""

    def __init__(self, raw: _Whole) -> None:
        super().__init__(raw, BUFFER)
        self._whole = raw

    @property
    def problem(self) -> Problem | None:
        return self._whole.problem


class _Whole(io.RawIOBase):
    """What can be read of `inner`: the end of it is where it breaks off."""

    def __init__(self, inner: io.BufferedIOBase) -> None:
        self._inner = inner
        self.problem: Problem | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self.problem:
            return 0
        try:
            data = self._inner.read1(len(buffer))
        except EOFError:
            self.problem = TRUNCATED
            return 0
        except Exception as error:  # what the codecs raise has no base in common
            if isinstance(error, OSError) and error.errno:  # the disk or the pipe, not the archive
                self.problem = Problem(Reason.LOST, f"cannot be read: {error.strerror}")
            else:
                self.problem = Problem(Reason.UNREADABLE, f"damaged: {error}")
            return 0
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def opened(path: str) -> Iterator[Stream]:
    """The bytes of a file, or of standard input for "-". Raises OSError if it cannot be opened."""
    if path == STDIN:
        yield Stream(_Whole(_unpacked(_peekable(_stdin()))))
    else:
        with open(path, "rb") as file:
            _open[path] = file
            try:
                yield Stream(_Whole(_unpacked(file)))
            finally:
                _open.pop(path, None)


def bytes_read(path: str) -> int:
    """How much of a file that is `opened` has been taken from the disk; 0 of any other one."""
    try:
        return _open[path].raw.tell()
    except (KeyError, ValueError):  # not open, or closed in this very moment
        return 0


def head_of(path: str, size: int = 4096) -> bytes:
    """At most `size` first bytes, unpacked; standard input keeps them. Raises OSError."""
    if path == STDIN:
        first: BinaryIO = io.BytesIO(_peekable(_stdin()).peek(1))
        return Stream(_Whole(_unpacked(_buffered(first)))).read(size)
    with opened(path) as stream:
        return stream.read(size)


def _stdin() -> BinaryIO:
    """Standard input. Raises OSError if it is closed."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdin.buffer


@lru_cache(maxsize=1)
def _peekable(stream: BinaryIO) -> io.BufferedReader:
    """`stream`, which keeps what it has been peeked at: always the same for the same one."""
    return _buffered(stream)


def _buffered(stream: BinaryIO) -> io.BufferedReader:
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(stream)  # type: ignore[arg-type]


def _unpacked(file: io.BufferedReader) -> io.BufferedIOBase:
    magic = file.peek(4)[:4]
    if magic.startswith(_GZIP):
        return gzip.GzipFile(fileobj=cast(BinaryIO, file), mode="rb")
    if magic == _ZSTD:
        name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
        return cast(io.BufferedIOBase, need(name).ZstdFile(file))
    return file
