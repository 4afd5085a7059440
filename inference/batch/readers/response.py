"""What an HTTP response says, from the bytes that a crawler kept of it."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead

from unspin.inference.batch.extras import need

_READERS = {"br": "BrotliReader", "zstd": "ZstdReader"}
_PIECE = 1 << 12
"""Bytes decoded at a time: no more are lost of content that breaks off."""

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_PLAIN_DEFLATE = -zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Response:
    """The media type in lower case ("" if not said), its charset, and the content, decoded."""

    type: str
    charset: str | None
    body: bytes


class _Kept:
    """Bytes in the place of the socket that `HTTPResponse` reads from."""

    def __init__(self, block: bytes) -> None:
        self._block = block

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._block)


def parse(block: bytes, max_bytes: int) -> Response:
    """The response in `block`, of which at most `max_bytes` are decoded.

    Many crawlers keep content decoded under the headers of the coded one, so a coding that is
    said but not found is none. Raises ValueError if this is no HTTP response.
    """
    response = HTTPResponse(_Kept(block))  # type: ignore[arg-type]
    try:
        response.begin()
    except (HTTPException, ValueError, OSError):
        raise ValueError("not an HTTP response") from None
    headers = response.headers
    body = _unchunked(response, block) if response.chunked else _after_headers(block)
    body = _decoded(body, headers.get("Content-Encoding", "").strip().lower(), max_bytes)
    said = headers.get_content_type() if headers.get("Content-Type") else ""
    return Response(said, headers.get_content_charset(), body[:max_bytes])


def _after_headers(block: bytes) -> bytes:
    """What follows the first empty line; the length that the headers say may be another's."""
    ends = [(block.find(end), len(end)) for end in (b"\r\n\r\n", b"\n\n")]
    found = [at + size for at, size in ends if at >= 0]
    return block[min(found) :] if found else b""


def _unchunked(response: HTTPResponse, block: bytes) -> bytes:
    try:
        return response.read()
    except IncompleteRead as error:
        return error.partial or _after_headers(block)
    except (HTTPException, ValueError):
        return _after_headers(block)


def _decoded(body: bytes, coding: str, max_bytes: int) -> bytes:
    if coding in _READERS:
        reader = getattr(need("fastwarc.stream_io"), _READERS[coding])(io.BytesIO(body))
        found = bytearray()
        try:
            while piece := reader.read(min(_PIECE, max_bytes - len(found))):
                found += piece
        except OSError:  # breaks off, or is not coded
            return bytes(found) or body
        return bytes(found)
    if coding in ("gzip", "x-gzip", "deflate"):
        for bits in (_GZIP_OR_ZLIB, _PLAIN_DEFLATE) if coding == "deflate" else (_GZIP_OR_ZLIB,):
            try:
                return zlib.decompressobj(bits).decompress(body, max_bytes)
            except zlib.error:
                pass
    return body
