from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin import Score, UnspinError
from unspin.inference.documents import MAX_BYTES, Row, json_line, open_source


def rows(data: bytes, input_format: str = "jsonl") -> list[Row]:
    return list(open_source("-", io.BytesIO(data), input_format).rows())


def only(argument: str, data: bytes = b"") -> Row:
    [row] = open_source(argument, io.BytesIO(data)).rows()
    return row


def test_an_argument_is_a_text() -> None:
    row = only("The travel comes arsenic Mexico has worked.")
    assert (row.text, row.fields, row.error) == (
        "The travel comes arsenic Mexico has worked.",
        {},
        None,
    )


def test_a_file_is_read_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffOne\r\ntwo\u00a0 three\r".encode())
    row = only(str(path))
    assert row.text == "\ufeffOne\r\ntwo\u00a0 three\r"
    assert row.fields == {"id": str(path)}


def test_standard_input_is_a_text_or_rows() -> None:
    assert only("-", b"A plain text.\n").text == "A plain text.\n"
    assert only("-", b'\xef\xbb\xbf {"text": "A row."}').text == "A row."
    assert rows(b'{"text": "No row."}', "text")[0].text == '{"text": "No row."}'


def test_a_file_of_rows_is_known_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('not json\n{"text": "A row."}\n')
    first, second = open_source(str(path), io.BytesIO()).rows()
    assert first.error is not None
    assert second.text == "A row."


@pytest.mark.parametrize("name", ["missing.txt", "some folder/missing.txt", "a/b", "rows.jsonl"])
def test_what_looks_like_a_file_must_exist(name: str) -> None:
    with pytest.raises(UnspinError, match="no such file"):
        open_source(name, io.BytesIO())


@pytest.mark.parametrize("text", ["He or she/they came.", "1 a/b\n", "x" * 5000, "a\0b", " "])
def test_what_does_not_is_a_text(text: str) -> None:
    assert open_source(text, io.BytesIO()).stream.read() == text.encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"PK\x03\x04\x00\x00", "is binary"),
        ("Café".encode("latin-1"), "is not UTF-8 (byte 0xe9 at 3)"),
        ("Text".encode("utf-16"), "is UTF-16"),
        (b"word " * (MAX_BYTES // 5 + 1), "longer than 10 MB"),
    ],
)
def test_a_bad_text_is_refused_with_the_reason(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(UnspinError) as error:
        only(str(path))
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match="is a directory"):
        open_source(str(tmp_path), io.BytesIO())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken", "not valid JSON"),
        (b'{"text": "cut', "not valid JSON"),
        (b'{"txt": "x", "n": 1}', "no field \"text\" (fields: 'txt', 'n')"),
        (b"{}", 'no field "text" (fields: none)'),
        (b'{"text": null}', '"text" is not a string but null'),
        (b'{"text": ["x"]}', '"text" is not a string but a list'),
        (b'["text"]', "but a list"),
        (b'"text"', "but a string"),
        (b"12", "but a number"),
        (b'{"text": "\xff"}', "not UTF-8 (byte 0xff at 10)"),
        (b'{"text": ' + b"[" * 100_000, "not readable JSON"),
        (b'{"text": ' + b"9" * 5000 + b"}", "not readable JSON"),
        (b'{"text": "' + b"x" * MAX_BYTES + b'"}', "longer than 10 MB"),
    ],
)
def test_a_bad_row_fails_alone(line: bytes, reason: str) -> None:
    good = b'{"id": 7, "text": "Fine."}'
    first, bad, last = rows(good + b"\n" + line + b"\n\n" + good)
    assert first.text == last.text == "Fine."
    assert (bad.line, last.line) == (2, 4)
    assert bad.error is not None
    assert reason in bad.error
    assert bad.output(None)["status"] == "error"


def test_a_row_goes_out_with_what_came_in() -> None:
    [row] = rows(b'{"source": "x", "id": 3, "text": "Fine.", "score": "theirs"}')
    found = row.output(Score("ok", None, "Fine.", 0.25))
    assert list(found) == ["id", "status", "score", "spun", "sentences", "words", "source"]
    assert (found["id"], found["score"], found["source"]) == (3, 0.25, "x")


def test_an_error_row_keeps_its_fields() -> None:
    [row] = rows(b'{"id": "a", "text": 1, "source": "x"}')
    assert row.output(None) == {
        "id": "a",
        "status": "error",
        "reason": '"text" is not a string but a number',
        "line": 1,
        "source": "x",
    }


def test_a_field_that_is_called_line_stays_theirs() -> None:
    [row] = rows(b'{"text": 5, "line": "mine"}')
    assert row.output(None)["line"] == "mine"
    assert row.line == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(
        st.tuples(st.text(st.characters()), st.dictionaries(st.text(), json_values, max_size=3)),
        min_size=1,
        max_size=5,
    )
)
def test_rows_survive_the_trip(items: list[tuple[str, dict[str, object]]]) -> None:
    given_rows = [{**fields, "text": text} for text, fields in items]
    data = "\r\n".join(json.dumps(row, ensure_ascii=True) for row in given_rows)
    found = rows(data.encode("ascii"))
    assert [row.text for row in found] == [text for text, _ in items]
    for row, before in zip(found, given_rows, strict=True):
        assert row.fields == before
        line = json_line(row.output(Score("ok", None, row.text)))
        assert "\n" not in line
        line.encode("utf-8")
        after = json.loads(line)
        assert after["id"] == before.get("id")
        listed = {"id", "text", "status", "score", "spun", "sentences", "words"}
        assert {k: v for k, v in after.items() if k not in listed} == {
            k: v for k, v in before.items() if k not in listed
        }


def test_the_first_row_comes_before_the_last_is_read() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            line = b'{"text": "Again."}\n'
            buffer[: len(line)] = line
            return len(line)

    source = open_source("-", Endless(), "auto")  # type: ignore[arg-type]
    assert next(source.rows()).text == "Again."


def test_a_row_cannot_pass_off_its_fields_as_findings() -> None:
    row = Row("text", {"id": 1, "text": "text", "score": "mine", "edits": 7, "line": 3, "x": 1})
    assert row.output(None) == {"id": 1, "status": "error", "reason": None, "line": 3, "x": 1}
