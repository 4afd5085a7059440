"""The documents of an input: one reader a kind, all of them streaming."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from unspin.inference.batch.readers import csv, html, jsonl, parquet, text, warc
from unspin.inference.batch.readers.build import failed
from unspin.inference.batch.readers.columns import NoTextColumn
from unspin.inference.batch.records import STDIN, Document, Input, Problem, ReadOptions, Reason
from unspin.model.errors import UnspinError

_READERS = {
    "text": text.read,
    "html": html.read,
    "warc": warc.read,
    "jsonl": jsonl.read,
    "csv": csv.read,
    "parquet": parquet.read,
}
_TABLES = ("jsonl", "csv", "parquet")
_ROWS = re.compile(r"\.(jsonl|ndjson|jsonlines)(\.(gz|zst))?$", re.IGNORECASE)
"""The end of a name that says that the file holds rows of JSON."""


def documents(input: Input, options: ReadOptions, start: int = 0) -> Iterator[Document]:
    """The documents of `input` from position `start` on, as they are read.

    Positions count from 0 without a gap. What cannot be read is a document with a problem, and
    so is the end of a file that breaks off, or is not the one that was found any more. Raises
    `UnspinError` only if a library is missing.
    """
    position = start
    if changed := change(input):
        yield failed(input, start, changed)
        return
    if input.size == 0 and not input.single and input.path != STDIN:
        if start == 0:
            yield failed(input, 0, Problem(Reason.NO_TEXT, "the file is empty"))
        return
    try:
        for document in _READERS[input.kind](input, options, start):
            if input.single and (changed := change(input)):
                document = failed(input, position, changed)
            yield document
            position = document.position + 1
        if not input.single and (changed := change(input)):
            yield failed(input, position, changed)
    except NoTextColumn as error:
        yield failed(input, position, Problem(Reason.NO_TEXT, str(error)))
    except UnspinError:
        raise
    except OSError as error:
        detail = f"cannot be read: {error.strerror or error}"
        yield failed(input, position, Problem(Reason.LOST, detail))
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        yield failed(input, position, Problem(Reason.FAILED, detail))


def change(input: Input) -> Problem | None:
    """Why a file is not the one that was found any more; None if it is. Raises no OSError."""
    if not input.changed:
        return None
    try:
        status = os.stat(input.path)
    except OSError as error:
        return Problem(Reason.LOST, f"cannot be read: {error.strerror}")
    if (status.st_size, status.st_mtime_ns) != (input.size, input.changed):
        return Problem(Reason.LOST, "the file has changed since the batch found it")
    return None


def check(inputs: Sequence[Input], options: ReadOptions) -> None:
    """Raise `UnspinError` if the first table of `inputs` has no text column.

    A later one that has none is a document with a problem, so that the others are read. So is one
    that only its content says is JSON Lines, as the manifest.json of a site, among other files.
    """
    found = [i for i in inputs if i.size and i.path != STDIN]
    tables = [i for i in found if i.kind in _TABLES]
    named = [i for i in tables if i.kind != "jsonl" or _ROWS.search(i.name)]
    for input in (named or (tables if tables == found else []))[:1]:
        try:
            next(_READERS[input.kind](input, options, 0), None)
        except NoTextColumn as error:
            raise UnspinError(f"{input.name}: {error}") from None
        except UnspinError:
            raise
        except Exception:
            return  # told when it is read
