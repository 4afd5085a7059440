"""What moves through a batch: inputs, documents, outcomes, and why a document was left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from unspin.inference.batch.html import Restored
from unspin.inference.documents import MAX_BYTES
from unspin.inference.results import Restoration, Score

Kind = Literal["text", "html", "warc", "jsonl", "csv", "parquet"]

STDIN = "-"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How inputs are read.

    `text_column` and `stdin_kind` None mean that they are found; `html` says what is read of a
    page: its text in its place, or its main article extracted. `max_bytes` bounds one document,
    `timeout` the seconds of processor time that one extraction may take.
    """

    text_column: str | None = None
    stdin_kind: Kind | None = None
    html: Literal["in-place", "extract"] = "in-place"
    max_bytes: int = MAX_BYTES
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read, or standard input (`path` is "-").

    `name` is unique in a run and the same wherever the files lie: a relative path with slashes
    that never climbs. `path` is absolute; `size` counts the bytes as they lie on the disk,
    `changed` is the time of their last change in nanoseconds, or 0 where it is not known.
    """

    name: str
    path: str
    kind: Kind
    size: int
    changed: int = 0

    @property
    def single(self) -> bool:
        """Whether the file is one document."""
        return self.kind in ("text", "html")


class Status(StrEnum):
    """What became of a document."""

    RESTORED = "restored"
    UNCHANGED = "unchanged"  # read, and left as it was
    SKIPPED = "skipped"  # passed through as it came, for a reason
    ERROR = "error"  # could not be read: in the quarantine file


class Reason(StrEnum):
    """Why a document was skipped or could not be read."""

    NO_WORDS = "no_words"
    NOT_ENGLISH = "not_english"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_ARTICLE = "no_article"  # extraction found no main text
    NO_TEXT = "no_text"  # the row lacks the text column, or it is not a string
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    UNREADABLE = "unreadable"  # the file cannot be opened or parsed
    TRUNCATED = "truncated"  # an archive that ends too early
    LOST = "lost"  # vanished, could not be opened, or changed while the batch ran
    TIMEOUT = "timeout"
    FAILED = "failed"  # reading raised what should not be raised


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a document has no text to read; `detail` is one line for a person."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document of an input.

    `key` is unique in a run and the same in every run: the input's name and the position in it.
    `source` is what the report counts by. `fields` are the other columns, which pass through;
    `html` is the page that `text` was taken from, where it is to be restored in place.
    """

    key: str
    source: str
    position: int
    text: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    html: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A document and what became of it. `result` is None unless the document was read.

    `page` is the restored one, where the document is a page, once it is made.
    """

    document: Document
    status: Status
    problem: Problem | None = None
    result: Score | Restoration | None = None
    page: Restored | None = None
