from __future__ import annotations

import csv
import gzip
import io
import json
import os
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from unspin.inference.batch.readers import documents
from unspin.inference.batch.readers.columns import NoTextColumn, text_column
from unspin.inference.batch.records import Document, Input, Kind, ReadOptions

Read = Callable[..., list[Document]]
LONG = "The council met in the old hall to talk about the bridge. " * 4


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Reads bytes as a file of some kind, and sees that positions have no gap."""
    folder = tmp_path_factory.mktemp("readers")

    def run(kind: Kind, data: bytes, start: int = 0, **options: Any) -> list[Document]:
        path = folder / f"input.{kind}"
        path.write_bytes(data)
        input = Input(f"site/input.{kind}", str(path), kind, len(data))
        found = list(documents(input, ReadOptions(**options), start))
        assert [d.position for d in found] == list(range(start, start + len(found)))
        assert len({d.key for d in found}) == len(found)
        return found

    return run


def texts(found: Sequence[Document]) -> list[str]:
    """The texts, and the reason in brackets where there is none."""
    return [f"[{d.problem.reason}]" if d.problem else d.text for d in found]


def detail(document: Document) -> str:
    assert document.problem is not None
    assert "\n" not in document.problem.detail
    return document.problem.detail


def parquet(table: pa.Table, **options: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **options)
    return stream.getvalue()


ROWS = [{"id": str(i), "text": f"Row {i}, “quoted”\nand long. {LONG}"} for i in range(250)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


def in_csv(rows: Sequence[Sequence[str]], **options: Any) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, **options).writerows(rows)
    return stream.getvalue().encode()


TABLES: dict[Kind, bytes] = {
    "jsonl": LINES,
    "csv": in_csv([list(ROWS[0]), *(list(row.values()) for row in ROWS)]),
    "parquet": parquet(pa.Table.from_pylist(ROWS), row_group_size=70),
}


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress])
def test_rows_are_read_packed_or_not(
    kind: Kind, pack: Callable[[bytes], bytes], read: Read
) -> None:
    found = read(kind, pack(TABLES[kind]))
    assert [d.fields for d in found] == ROWS
    assert [d.text for d in found] == [row["text"] for row in ROWS]
    assert (found[7].key, found[7].source) == (f"site/input.{kind}#7", f"site/input.{kind}")


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("start", [1, 99, 100, 101, 139, 140, 249, 250])
def test_reading_begins_where_it_is_told_to(kind: Kind, start: int, read: Read) -> None:
    assert read(kind, TABLES[kind], start) == read(kind, TABLES[kind])[start:]


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
@given(cut=st.floats(0.02, 0.99))
def test_an_archive_that_breaks_off_gives_what_it_had(
    kind: Kind, pack: Callable[[bytes], bytes], cut: float, read: Read
) -> None:
    packed = pack(TABLES[kind])
    found = read(kind, packed[: int(len(packed) * cut)])
    assert texts(found[-1:]) == ["[truncated]"]
    assert [d.fields for d in found[:-1]] == ROWS[: len(found) - 1]
    assert read(kind, packed[: int(len(packed) * cut)], len(found)) == []


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "warc"])
def test_an_empty_file_is_told(kind: Kind, read: Read) -> None:
    assert texts(read(kind, b"")) == ["[no_text]"]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "warc", "text", "html"])
@given(data=st.binary(max_size=200), magic=st.sampled_from([b"", b"\x1f\x8b", b"(\xb5/\xfd"]))
def test_no_bytes_make_a_reader_fail(kind: Kind, data: bytes, magic: bytes, read: Read) -> None:
    for document in read(kind, magic + data):
        assert document.problem is None or document.problem.reason != "failed"


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    [found] = documents(Input("a.txt", str(tmp_path / "a.txt"), "text", 3), ReadOptions())
    assert detail(found) == "cannot be read: No such file or directory"


# Texts and pages


def test_a_text_is_read_character_for_character(read: Read) -> None:
    [found] = read("text", "\ufeffOne\r\ntwo\u00a0 three\r".encode())
    assert found == Document("site/input.text", "site", 0, "\ufeffOne\r\ntwo\u00a0 three\r")
    assert texts(read("text", b"")) == [""]
    assert read("text", b"Text.", start=1) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"caf\xe9", "[not_utf8]"),
        ("Text".encode("utf-16"), "[not_utf8]"),
        (b"PK\x03\x04\0\0", "[unreadable]"),
        (b"word " * 21, "[too_long]"),
        (gzip.compress(b"word " * 10)[:-9], "[truncated]"),
        (gzip.compress(b"word " * 10)[:-9] + b"x" * 9, "[unreadable]"),
    ],
)
def test_a_bad_text_has_a_reason(data: bytes, reason: str, read: Read) -> None:
    assert texts(read("text", data, max_bytes=100)) == [reason]


@pytest.mark.parametrize("kind", ["text", "html", "jsonl", "csv"])
def test_a_bomb_takes_no_memory(kind: Kind, read: Read) -> None:
    bomb = gzip.compress(b'{"' + bytes(20_000_000), 1)
    tracemalloc.start()
    try:
        found = read(kind, bomb, max_bytes=1000)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert texts(found) == ["[too_long]"]


def test_a_vast_file_is_not_read(tmp_path: Path) -> None:
    with open(tmp_path / "vast.txt", "wb") as file:
        os.truncate(file.fileno(), 1 << 40)
    [found] = documents(
        Input("vast.txt", str(tmp_path / "vast.txt"), "text", 1 << 40), ReadOptions()
    )
    assert detail(found) == "the file is longer than 10,000,000 bytes"


def test_a_page_is_read_in_place_or_extracted(read: Read) -> None:
    page = f"<meta charset=latin1><nav>Menu</nav><article><p>{LONG}</p></article><p>é".encode(
        "latin1"
    )
    [found] = read("html", page)
    assert found.html == page.decode("latin1")
    assert (found.text, found.fields) == (f"Menu\n\n{LONG.strip()}\n\né", {"encoding": "cp1252"})
    [found] = read("html", page, html="extract", timeout=60)
    assert (found.text, found.html) == (LONG.strip(), None)
    assert texts(read("html", b"<p>", html="extract", timeout=60)) == ["[no_article]"]
    assert texts(read("html", b"\xff\xfe<")) == ["[not_utf8]"]


# JSON Lines


@pytest.mark.parametrize(
    ("line", "reason", "why"),
    [
        (b"{broken", "[not_json]", "line 3: not valid JSON: Expecting property name"),
        (b"[1]", "[not_json]", "line 3: not a JSON object but a list"),
        (b'{"text": 5}', "[no_text]", '"text" is not a string but a number'),
        (b'{"txt": "x"}', "[no_text]", "no field \"text\" (fields: 'txt')"),
        (b'{"text": "\xff"}', "[not_utf8]", "line 3: not UTF-8 (byte 0xff at 10)"),
        (b'{"text": ' + b"[" * 100_000, "[not_json]", "line 3: not readable JSON"),
        (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "[not_json]", "line 3: not readable JSON"),
        (b'{"text": "x", "n": 1e999}', "[not_json]", "line 3: not readable JSON: a number is"),
        (b'{"text": "' + b"x" * 200_000 + b'"}', "[too_long]", "line 3 is longer than 150,000"),
    ],
)
def test_a_bad_line_spoils_no_other(line: bytes, reason: str, why: str, read: Read) -> None:
    good = b'{"text": "Fine.", "n": 123456789012345678901234567890}\r\n'
    found = read(
        "jsonl", b"\xef\xbb\xbf" + good + b"\n" + line + b"\n \n" + good[:-2], max_bytes=150_000
    )
    assert texts(found) == ["Fine.", reason, "Fine."]
    assert detail(found[1]).startswith(why)
    assert found[2].fields["n"] == 123456789012345678901234567890


def test_a_row_says_where_it_is_from(read: Read) -> None:
    rows = [
        {"text": "a", "url": "https://News.example.org:80/x"},
        {"text": "b", "source": "Gazette", "url": "http://b.org"},
        {"text": "c", "url": "http://[bad"},
        {"text": "d", "source": 5},
    ]
    found = read("jsonl", "\n".join(map(json.dumps, rows)).encode())
    own = "site/input.jsonl"
    assert [d.source for d in found] == ["news.example.org", "Gazette", own, own]


# Columns


@pytest.mark.parametrize(
    ("row", "chosen", "column"),
    [
        ({"id": "1", "body": "x", "text": "y"}, None, "text"),
        ({"ID": "1", "Content": "x"}, None, "Content"),
        ({"text": None, "body": "x"}, None, "body"),
        ({"content": {"a": 1}, "story": "x"}, None, "story"),
        ({"headline": "short", "words": LONG}, None, "words"),
        ({"text": "x", "words": "y"}, "words", "words"),
        ({"text": None}, None, "text"),
    ],
)
def test_the_text_column_is_found(row: dict[str, Any], chosen: str | None, column: str) -> None:
    assert text_column([row], chosen) == column


@pytest.mark.parametrize("row", [{"a": "short"}, {"a": LONG, "b": LONG}, {"a": 5}])
def test_a_text_column_is_not_guessed(row: dict[str, Any]) -> None:
    with pytest.raises(NoTextColumn, match=r"columns: a.*--text-column"):
        text_column([row])


# CSV

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(
    rows=st.lists(st.tuples(cells, cells.map(lambda c: c + ".")), min_size=1, max_size=8),
    separator=st.sampled_from([",", "\t", ";", "|"]),
)
def test_csv_is_read_as_it_was_written(
    rows: list[tuple[str, str]], separator: str, read: Read
) -> None:
    data = in_csv([("id", "text"), *rows], delimiter=separator, quoting=csv.QUOTE_ALL)
    assert [tuple(d.fields.values()) for d in read("csv", data)] == rows


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["1,One.", "2,Two,", "3", "4,Four."], ["One.", "[unreadable]", "[unreadable]", "Four."]),
        (
            ["1,One.", '2,"never closed', "3,Three.", "4,Four."],
            ["One.", "[unreadable]", "Three.", "Four."],
        ),
        (['1,"a "b" c"', '2,"two', 'lines"'], ["[unreadable]", "two\nlines"]),
        (["1,caf\udce9", "", "2,Two."], ["[not_utf8]", "Two."]),
        (["1," + "x" * 200, '2,"' + "y\n" * 50, "3,Three."], None),
    ],
)
def test_a_bad_row_spoils_no_other(lines: list[str], found: list[str] | None, read: Read) -> None:
    data = "\n".join(["\ufeffid,text", *lines]).encode("utf-8", "surrogateescape")
    result = texts(read("csv", data, max_bytes=100))
    if found is None:
        assert result[:2] == ["[too_long]", "[too_long]"] and result[-1] == "Three."
    else:
        assert result == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'\xef\xbb\xbf"text",n\na,b\n', [{"text": "a", "n": "b"}]),
        (b'"a;b;c;d",text\nx,y\n', [{"a;b;c;d": "x", "text": "y"}]),
        (b"id, text\n1,y\n", [{"id": "1", " text": "y"}]),
        (b",column 1,text\na,b,c\n", [{"column 1 (1)": "a", "column 1": "b", "text": "c"}]),
        (b"text,caf\xe9\nx,y\n", [{"text": "x", r"caf\xe9": "y"}]),
    ],
)
def test_odd_headers(data: bytes, found: list[dict[str, str]], read: Read) -> None:
    assert [d.fields for d in read("csv", data)] == found
    assert all(d.text for d in read("csv", data))


def test_a_header_alone_is_told(read: Read) -> None:
    [found] = read("csv", b"id,text\n")
    assert detail(found) == "there is a header and no row"


def test_columns_of_one_name_are_all_kept(read: Read) -> None:
    [found] = read("csv", b"text,,text\na,b,c\n")
    assert found.fields == {"text": "a", "column 2": "b", "text (3)": "c"}


# Parquet


def test_parquet_keeps_its_types(read: Read) -> None:
    nanoseconds = pa.array([1, None], pa.timestamp("ns"))
    table = pa.table(
        {
            "body": pa.array([b"One.", b"caf\xe9"]),
            "n": [2**62, None],
            "when": [date(2020, 3, 4), None],
            "tags": [["a"], []],
            "exact": nanoseconds,
            "kind": pa.array(["x", "y"]).dictionary_encode(),
        }
    )
    first, second = read("parquet", parquet(table))
    assert texts([first, second]) == ["One.", "[not_utf8]"]
    assert first.fields["n"] == 2**62
    assert first.fields["when"] == date(2020, 3, 4)
    assert first.fields["tags"] == ["a"]
    assert pa.array([first.fields["exact"]], pa.timestamp("ns")) == nanoseconds[:1]
    assert second.fields["kind"] == "y"


def test_a_damaged_row_group_spoils_no_other(read: Read) -> None:
    table = pa.table({"text": [f"{i} {LONG}" for i in range(30)]})
    data = bytearray(parquet(table, row_group_size=10, compression="zstd", use_dictionary=False))
    chunk = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(1).column(0)
    begin = chunk.data_page_offset
    data[begin : begin + chunk.total_compressed_size] = bytes(chunk.total_compressed_size)
    found = read("parquet", bytes(data))
    assert [d.problem is None for d in found] == [True] * 10 + [False] * 10 + [True] * 10
    assert detail(found[15]).startswith("row group 1 is damaged")
    assert read("parquet", bytes(data), 15) == found[15:]


def test_what_is_no_parquet_is_told(read: Read) -> None:
    assert texts(read("parquet", b"PAR1 and no more")) == ["[unreadable]"]
    assert texts(read("parquet", gzip.compress(TABLES["parquet"])[:-9])) == ["[truncated]"]
    assert read("parquet", parquet(pa.table({"text": pa.array([], pa.string())}))) == []
    rows = read("parquet", TABLES["parquet"], max_bytes=100)
    assert set(texts(rows)) == {"[too_long]"} and len(rows) == 250
