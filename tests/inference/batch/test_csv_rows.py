"""Rows of CSV after rows that are broken."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.inference.batch.readers.csv_rows import CsvRow, _Lines, csv_rows
from unspin.inference.batch.streams import opened

Read = Callable[..., list[CsvRow]]
QUOTE = '"'


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Reads lines as a table."""
    path = tmp_path_factory.mktemp("rows") / "table.csv"

    def run(lines: Sequence[str], max_bytes: int = 10_000_000) -> list[CsvRow]:
        path.write_text("".join(f"{line}\n" for line in lines))
        with opened(str(path)) as stream:
            return list(csv_rows(stream, max_bytes, ","))

    return run


def said(rows: Sequence[CsvRow]) -> list[tuple[int, Sequence[str] | None]]:
    """The line and values of each row; None for those of a bad one."""
    return [(row.line, None if row.problem else row.values) for row in rows]


@pytest.mark.parametrize("max_bytes", [100, 1200, 10_000_000])
def test_rows_after_any_number_of_stray_quotes_are_read(max_bytes: int, read: Read) -> None:
    stray = range(10, 1001, 50)
    rows = [f"{i},{QUOTE if i in stray else ''}Row {i} is fine." for i in range(1, 1001)]
    fine = [(i, None if i in stray else [str(i), f"Row {i} is fine."]) for i in range(1, 1001)]
    assert said(read(rows, max_bytes)) == fine


def test_a_line_after_one_that_is_too_long_is_read(read: Read) -> None:
    rows = read(["id,text", '1,"never closed', "2," + "x" * 500, "3,Three.", "4,Four."], 100)
    assert said(rows)[1:] == [(2, None), (3, None), (4, ["3", "Three."]), (5, ["4", "Four."])]


@given(lines=st.lists(st.text('",x ', max_size=8), max_size=12))
def test_no_row_is_lost_to_one_before_it(lines: list[str], read: Read) -> None:
    """What begins as a row and ends as one is one, unless it lies in one that is read."""
    expected: list[tuple[int, Sequence[str] | None]] = []
    first = 0
    while first < len(lines):
        rows = csv.reader((f"{line}\n" for line in lines[first:]), strict=True)
        try:
            values, count = next(rows), rows.line_num
        except csv.Error:
            values, count = None, 1
        if values != []:
            expected.append((first + 1, values))
        first += count
    assert said(read(lines)) == expected


def test_no_line_of_a_hostile_table_is_read_more_than_twice(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line opens a quote if none is open, and goes on with one that is."""
    real, count = _Lines.__next__, 0

    def counted(lines: _Lines) -> str:
        nonlocal count
        count += 1
        return real(lines)

    monkeypatch.setattr(_Lines, "__next__", counted)
    assert said(read(['x","y'] * 1000)) == [(i, None) for i in range(1, 1001)]
    assert count < 4 * 1000
