from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from random import Random

import pytest
from backports import zstd
from fastwarc.stream_io import BrotliWriter
from hypothesis import given
from hypothesis import strategies as st

from unspin.inference.batch.readers import documents
from unspin.inference.batch.readers.ahead import ahead
from unspin.inference.batch.readers.response import parse
from unspin.inference.batch.records import Document, Input, ReadOptions

Read = Callable[..., list[Document]]

ARTICLE = "The council met in the old hall to talk about the bridge. " * 5
PAGE = f"<html><title>A bridge</title><article><p>{ARTICLE}</p></article></html>".encode()
LATIN = PAGE.replace(b"bridge", b"caf\xe9")


def record(kind: str, url: str, block: bytes, media: str) -> bytes:
    number = zlib.crc32(url.encode())
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"WARC-Date: 2020-03-04T05:06:07Z\r\nWARC-Target-URI: {url}\r\nContent-Type: {media}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def response(url: str, body: bytes = PAGE, *headers: str, media: str = "text/html") -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {media}", *headers, "", ""])
    return record("response", url, head.encode() + body, "application/http; msgtype=response")


def lined(record: bytes) -> bytes:
    """A record as a tool wrote it that ends lines with a line feed."""
    head, block = record.removesuffix(b"\r\n\r\n").split(b"\r\n\r\n", 1)
    return head.replace(b"\r\n", b"\n") + b"\n\n" + block + b"\n\n"


def chunked(body: bytes, size: int = 100) -> bytes:
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x;x=y\r\n%b\r\n" % (len(p), p) for p in [*parts, b""])


RECORDS = [
    record("warcinfo", "http://none.org", b"software: x\r\n", "application/warc-fields"),
    record("request", "http://a.org/1", b"GET / HTTP/1.1\r\n\r\n", "application/http"),
    response("http://a.org/1"),
    response("http://a.org/style", b"p{}", media="text/css"),
    response(
        "http://b.org/2", chunked(gzip.compress(PAGE)),
        *("Content-Encoding: gzip", "Transfer-Encoding: chunked"),
    ),
    response("http://c.org/3", b"<p>Too short"),
    record("resource", "http://d.org/4", PAGE, "text/html"),
    record("conversion", "http://e.org/5", b"A plain text.", "text/plain"),
    response("http://f.org/6", LATIN, media="text/html; charset=latin1"),
]  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("warc")

    def run(data: bytes, start: int = 0, max_bytes: int = 100_000) -> list[Document]:
        path = folder / "a.warc"
        path.write_bytes(data)
        options = ReadOptions(max_bytes=max_bytes, timeout=60)
        found = list(documents(Input("a.warc", str(path), "warc", len(data)), options, start))
        assert [d.position for d in found] == list(range(start, start + len(found)))
        return found

    return run


def reasons(found: list[Document]) -> list[str | None]:
    return [d.problem.reason if d.problem else None for d in found]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_every_page_is_a_document(pack: Callable[[bytes], bytes], read: Read) -> None:
    found = read(b"".join(map(pack, RECORDS)))
    assert reasons(found) == [None, None, "no_article", None, None, None]
    assert [d.source for d in found] == ["a.org", "b.org", "c.org", "d.org", "e.org", "f.org"]
    first, second, _, third, plain, latin = found
    assert first.text == second.text == third.text == ARTICLE.strip()
    assert first.fields == {
        "title": "A bridge",
        "url": "http://a.org/1",
        "date": "2020-03-04T05:06:07Z",
        "warc_id": f"urn:uuid:{zlib.crc32(b'http://a.org/1')}",
    }
    assert plain.text == "A plain text."
    assert "the café" in latin.text
    assert read(b"".join(map(pack, RECORDS)), 4) == [plain, latin]


def test_lines_may_end_with_a_line_feed_alone(read: Read) -> None:
    whole = read(b"".join(RECORDS))
    assert read(b"".join(map(lined, RECORDS))) == whole
    assert read(b"".join([*RECORDS[:4], *map(lined, RECORDS[4:])])) == whole
    assert read(b"".join([*map(lined, RECORDS[:4]), *RECORDS[4:]])) == whole
    block = b"One.\n\nTwo.\r\n\n\n"
    text = lined(record("conversion", "http://e.org", block, "text/plain"))
    assert [d.text for d in read(text + text)] == [block.decode()] * 2


TEXTS = [
    record("conversion", f"http://e.org/{i}", b"A text. " * 40, "text/plain") for i in range(20)
]


@given(cut=st.integers(1, len(b"".join(map(lined, TEXTS))) - 1))
@pytest.mark.parametrize("end_lines", [bytes, lined])
def test_an_archive_that_breaks_off_gives_what_it_had(
    cut: int, end_lines: Callable[[bytes], bytes], read: Read
) -> None:
    texts = list(map(end_lines, TEXTS))
    ends = list(accumulate(map(len, texts)))
    found = reasons(read(b"".join(texts)[:cut]))
    whole = sum(end <= cut for end in ends)
    almost = sum(end - 4 <= cut for end in ends)  # nothing lacks but the empty line at its end
    assert found[:whole] == [None] * whole
    assert found[whole:almost] in ([None] * (almost - whole), ["truncated"])
    assert cut in ends or found[-1] in ("truncated", "unreadable")
    packed = b"".join(map(gzip.compress, TEXTS))[: -1 - cut % 100]
    assert reasons(read(packed))[-1] in ("truncated", "unreadable")


def test_what_is_damaged_is_told(read: Read) -> None:
    broken = record("response", "http://a.org", b"\xff\xfe not HTTP", "application/http")
    found = read(TEXTS[0] + broken + TEXTS[1])
    assert reasons(found) == [None, "unreadable", None]
    found = read(TEXTS[0] + b"no record\r\n\r\n" + TEXTS[1])
    assert reasons(found) == [None, "unreadable"]
    assert found[1].problem and "nothing after it is read" in found[1].problem.detail
    found = read(lined(TEXTS[0]) + b"no record\n\n" + lined(TEXTS[1]))
    assert reasons(found) == [None, "unreadable"]
    bomb = response("http://a.org", gzip.compress(bytes(5_000_000)), "Content-Encoding: gzip")
    other = response("http://a.org", zstd.compress(bytes(5_000_000)), "Content-Encoding: zstd")
    large = response("http://a.org", PAGE * 1000)
    found = read(bomb + other + large + TEXTS[0])
    assert reasons(found) == ["too_long", "too_long", "too_long", None]


def brotli(body: bytes, path: Path) -> bytes:
    with open(path, "wb") as file:
        writer = BrotliWriter(file)
        writer.write(body)
        writer.close()
    return path.read_bytes()


def test_content_is_decoded_if_it_is_coded(tmp_path: Path) -> None:
    deflate = zlib.compressobj(wbits=-15)
    coded = {
        "gzip": gzip.compress(PAGE),
        "deflate": zlib.compress(PAGE),
        "Deflate": deflate.compress(PAGE) + deflate.flush(),
        "br": brotli(PAGE, tmp_path / "br"),
        "zstd": zstd.compress(PAGE),
        "ZSTD": zstd.compress(PAGE[:50]) + zstd.compress(PAGE[50:]),
        "x-gzip": PAGE,
        "unheard": PAGE,
    }
    for name, body in coded.items():
        for send, how in ((bytes, "identity"), (chunked, "chunked"), (bytes, "chunked")):
            block = (
                f"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=Latin1\r\n"
                f"Content-Length: 5\r\nContent-Encoding: {name}\r\nTransfer-Encoding: {how}\r\n\r\n"
            ).encode()
            found = parse(block + send(body), 10_000)
            assert (found.type, found.charset, found.body) == ("text/html", "latin1", PAGE)
    noise = Random(1).randbytes(200_000)
    half = zstd.ZstdCompressor().compress(noise, zstd.ZstdCompressor.FLUSH_BLOCK)
    coded_half = b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n" + half
    assert noise.startswith(parse(coded_half, 300_000).body)
    assert len(parse(coded_half, 300_000).body) > 190_000
    assert parse(coded_half, 150_000).body == noise[:150_000]
    cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(PAGE)[:-200]
    assert PAGE.startswith(parse(cut, 10_000).body)
    assert len(parse(cut, 10_000).body) >= len(PAGE) - 300


def test_work_ahead_keeps_the_order_and_its_distance() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for i in range(50):
            taken.append(i)
            yield i

    done = ahead(lambda i: i * 2, items(), workers=2)
    assert [next(done) for _ in range(10)] == list(range(0, 20, 2))
    assert len(taken) <= 10 + 3 * 2
    assert list(done) == list(range(20, 100, 2))
