"""Restored files, in a tree that mirrors the one that was read."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

from unspin.inference.batch.charset import encode_page
from unspin.inference.batch.durable import write
from unspin.inference.batch.extras import need
from unspin.inference.batch.inputs import Input
from unspin.inference.batch.output import Output
from unspin.inference.batch.readers import change
from unspin.inference.batch.records import Outcome, Status
from unspin.inference.batch.rows import restoration

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class Files:
    """A file for each outcome, in its place below the output's `data`.

    A file in which nothing changes is copied, byte for byte; one that was packed is packed again.
    The folders that were written to, and those above them, are added to `touched`.
    """

    def __init__(
        self, output: Output, draft: Path, inputs: Sequence[Input], touched: set[Path]
    ) -> None:
        self._output = output
        self._draft = draft
        self._inputs = {input.name: input for input in inputs}
        self._touched = touched

    def add(self, outcome: Outcome) -> None:
        """Write the file of `outcome` at once, whole or not at all."""
        name = outcome.document.key
        data = _source(self._inputs[name])
        if outcome.status is Status.RESTORED:
            data = _packed_like(data, _restored(outcome))
        place = self._output.place(_beneath(self._inputs[name]))
        write(place, data, self._draft)
        self._touched.update(f for f in place.parents if f.is_relative_to(self._output.data))

    def close(self) -> None:
        """Nothing is left open."""


def _beneath(input: Input) -> str:
    """The name of `input` with the bytes that its file has, which may be no text: shown as text,
    such a name can be longer than a file's may be, and that of another."""
    depth = input.name.count("/") + 1
    return "/".join(Path(input.path).parts[-depth:])


class Lost(Exception):
    """A file is not the one any more that was read."""


def _source(input: Input) -> bytes:
    """The bytes of `input`. Raises `Lost`."""
    try:
        data = Path(input.path).read_bytes()
    except OSError as error:  # not one of the output, which would end the run
        raise Lost(f"cannot be read again: {error.strerror}") from None
    if problem := change(input):
        raise Lost(problem.detail)
    return data


def _restored(outcome: Outcome) -> bytes:
    document, text = outcome.document, restoration(outcome).html
    if document.html is None:
        return text.encode()
    return encode_page(text, document.fields["encoding"])


def _packed_like(before: bytes, data: bytes) -> bytes:
    if before.startswith(_GZIP):
        return gzip.compress(data, mtime=0)
    if before.startswith(_ZSTD):
        name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
        packed: bytes = need(name).compress(data)
        return packed
    return data
