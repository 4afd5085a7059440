"""What all readers make in the same way: documents of rows, and documents that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from unspin.inference.batch.records import STDIN, Document, Input, Problem, Reason
from unspin.inference.batch.streams import opened
from unspin.inference.decoding import Undecodable, text_in

_SOURCES = ("source", "site", "domain", "publisher")
_URLS = ("url", "link", "uri")


def row(input: Input, position: int, fields: Mapping[str, Any], column: str) -> Document:
    """The document of a row; without a text in `column` it has a problem."""
    try:
        text = text_in(fields, column)
    except Undecodable as error:
        return failed(input, position, problem(error), fields)
    return Document(key(input, position), source(input, fields), position, text, fields)


def failed(
    input: Input, position: int, problem: Problem, fields: Mapping[str, Any] | None = None
) -> Document:
    """A document that could not be read."""
    fields = fields or {}
    return Document(
        key(input, position), source(input, fields), position, fields=fields, problem=problem
    )


def problem(error: Undecodable, where: str = "") -> Problem:
    """`error` as a problem; `where` says at which place of the input."""
    return Problem(Reason(error.reason), f"{where}{error}")


def key(input: Input, position: int) -> str:
    """The key of the document at `position`."""
    return input.name if input.single else f"{input.name}#{position}"


def source(input: Input, fields: Mapping[str, Any] | None = None) -> str:
    """What the report counts a document by: what its row says, else where its input lies."""
    fields = fields or {}
    for name in _SOURCES:
        if isinstance(value := fields.get(name), str) and value:
            return value
    for name in _URLS:
        if isinstance(value := fields.get(name), str) and (host := host_of(value)):
            return host
    if input.path == STDIN:
        return "standard input"
    if not input.single:
        return input.name
    folder, _, inside = input.name.partition("/")
    return folder if inside else PurePath(input.path).parent.name


def host_of(url: str) -> str:
    """The host that a URL names, or ""."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def whole(input: Input, max_bytes: int) -> bytes | Problem:
    """The bytes of a file that is one document, or why there are none. Raises OSError."""
    with opened(input.path) as stream:
        data = stream.read(max_bytes + 1)
        if len(data) > max_bytes:
            return too_long("the file", max_bytes)
        return stream.problem or data


def too_long(what: str, max_bytes: int) -> Problem:
    return Problem(Reason.TOO_LONG, f"{what} is longer than {max_bytes:,} bytes")
