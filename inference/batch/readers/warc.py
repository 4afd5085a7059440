"""A web archive: a document for every page in it, its main article; or for every text of a WET."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from unspin.inference.batch.charset import decode_page
from unspin.inference.batch.extract import extract
from unspin.inference.batch.extras import need
from unspin.inference.batch.readers import response
from unspin.inference.batch.readers.ahead import ahead
from unspin.inference.batch.readers.build import failed, key, problem, source, too_long
from unspin.inference.batch.records import Document, Input, Problem, ReadOptions, Reason
from unspin.inference.batch.streams import TRUNCATED, Stream, opened
from unspin.inference.decoding import Undecodable, decode

_PAGES = ("text/html", "application/xhtml+xml")
_HEADERS = 1 << 16
"""Bytes of headers that a page may have beside its own."""

_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,18})\s*\Z", re.IGNORECASE)

Found = tuple[int, dict[str, Any], response.Response | Problem]
"""A page's position, what its record says of it, and the page or why there is none."""


def read(input: Input, options: ReadOptions, start: int) -> Iterator[Document]:
    """Its pages in order, with the fields "url", "date" (of the crawl) and "warc_id".

    Records that are no pages are no documents. The article is extracted whatever the options say,
    since an archive is not written back.
    """
    with closing(_pages(input, options.max_bytes, start)) as pages:
        yield from ahead(lambda found: _document(input, *found, options), pages)


def _pages(input: Input, max_bytes: int, start: int) -> Generator[Found, None, None]:
    """The pages of an archive; a problem comes last if it breaks off."""
    warc = need("fastwarc.warc")
    wanted = warc.WarcRecordType
    position = 0
    with opened(input.path) as stream:
        whole = _Archive(stream)
        end: Problem | None = None
        try:
            for record in warc.ArchiveIterator(
                whole,
                record_types=wanted.response | wanted.resource | wanted.conversion,
                parse_http=False,  # its own decoding reads on into the records after this one
                stream_detect=False,
            ):
                size = record.content_length
                block = record.reader.read(max_bytes + _HEADERS)
                if len(block) < min(size, max_bytes + _HEADERS):
                    end = TRUNCATED
                    break
                page = _page(record, block, max_bytes)
                if page is None:
                    continue
                if position >= start:
                    yield position, _fields(record), page
                position += 1
        except OSError as error:
            end = Problem(Reason.UNREADABLE, f"damaged, nothing after it is read: {error}")
        end = stream.problem or end or whole.problem()
        if end and position >= start:
            yield position, {}, end


class _Archive:
    """A stream with the line ends of the standard between contents, as fastwarc asks for them.

    It remembers how it ends: a whole archive ends with an empty line.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._announced = self._content = 0  # bytes of content: of the header's, and left of it
        self._last = b""
        self._read = 0

    def read(self, size: int) -> bytes:
        if self._content:
            data = self._stream.read(min(size, self._content))
            self._content -= len(data)
        else:
            data = self._line(size - 1)
        self._read += len(data)
        self._last = (self._last + data[-4:])[-4:]
        return data

    def _line(self, size: int) -> bytes:
        line = self._stream.readline(size)
        if length := _LENGTH.match(line):
            self._announced = int(length[1])
        elif line in (b"\r\n", b"\n"):
            self._content, self._announced = self._announced, 0
        return line[:-1].removesuffix(b"\r") + b"\r\n" if line.endswith(b"\n") else line

    def tell(self) -> int:
        return self._read

    def problem(self) -> Problem | None:
        if self._last in (b"", b"\r\n\r\n") or self._last.endswith(b"\n\n"):
            return None
        return TRUNCATED


def _page(record: Any, block: bytes, max_bytes: int) -> response.Response | Problem | None:
    """The page or text in a record, why it cannot be read, or None if it is none."""
    said = (record.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    if not said.startswith("application/http"):
        texts = ("text/plain",) if record.headers.get("WARC-Type") == "conversion" else _PAGES
        if said not in texts:
            return None
        found = response.Response(said, None, block)
    else:
        try:
            found = response.parse(block, max_bytes + 1)
        except ValueError as error:
            return Problem(Reason.UNREADABLE, str(error))
        if found.type not in _PAGES:
            return None
    return too_long("the page", max_bytes) if len(found.body) > max_bytes else found


def _fields(record: Any) -> dict[str, Any]:
    names = {"url": "WARC-Target-URI", "date": "WARC-Date", "warc_id": "WARC-Record-ID"}
    return {
        name: value.strip("<>") for name, header in names.items()
        if (value := record.headers.get(header))
    }  # fmt: skip


def _document(
    input: Input,
    position: int,
    fields: dict[str, Any],
    page: response.Response | Problem,
    options: ReadOptions,
) -> Document:
    if isinstance(page, Problem):
        return failed(input, position, page, fields)
    try:
        if page.type == "text/plain":
            text = decode(page.body)
            return Document(key(input, position), source(input, fields), position, text, fields)
        html, _ = decode_page(page.body, page.charset)
    except Undecodable as error:
        return failed(input, position, problem(error), fields)
    article = extract(html, options.timeout, fields.get("url"))
    if isinstance(article, Problem):
        return failed(input, position, article, fields)
    fields = {**article.fields, **fields}
    return Document(key(input, position), source(input, fields), position, article.text, fields)
