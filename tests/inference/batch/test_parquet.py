"""Values of Parquet that Python has no type for, and what is kept of a table that is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from unspin.inference.batch.readers import documents
from unspin.inference.batch.records import Input, ReadOptions

Batch = Callable[..., Result]
TEXT = "The council met on Tuesday evening to vote on the new bridge."
NOON = datetime(2020, 3, 4, 12)
COUNT = 1000
LATE = 3 * 10**17
"""Microseconds to a year beyond 9999."""


def latin(values: list[Any]) -> pa.Array:
    """Strings, one of which is bytes that are not UTF-8."""
    _, ends, data = pa.array([v if isinstance(v, bytes) else v.encode() for v in values]).buffers()
    return pa.StringArray.from_buffers(len(values), ends, data)


def twice(values: list[Any]) -> pa.Array:
    """Structs with two fields of one name."""
    fields = [pa.array([one[name] for one in values]) for name in ("a", "a (2)")]
    return pa.StructArray.from_arrays(fields, ["a", "a"])


# What most rows hold, what one of them does, and the column.
ODD: dict[str, tuple[Any, Any, Callable[[list[Any]], pa.Array]]] = {
    "late": (NOON, LATE, lambda values: pa.array(values, pa.timestamp("us"))),
    "instant": (NOON, 1, lambda values: pa.array(values, pa.timestamp("ns"))),
    "span": (timedelta(1), 1, lambda values: pa.array(values, pa.duration("ns"))),
    "nowhere": (5, 6, lambda values: pa.array(values, pa.timestamp("us", "Nowhere/At_All"))),
    "latin": ("cafe", b"caf\xe9", latin),
    "twice": ({"a": 1, "a (2)": 2}, {"a": None, "a (2)": 2}, twice),
}
INSIDE: dict[str, tuple[Callable[[Any], Any], Callable[[pa.Array], pa.Array]]] = {
    "a column": (lambda v: v, lambda c: c),
    "a list": (lambda v: [v], lambda c: pa.ListArray.from_arrays(range(COUNT + 1), c)),
    "a struct": (lambda v: {"x": v}, lambda c: pa.StructArray.from_arrays([c], ["x"])),
    "a map": (
        lambda v: [("k", v)],
        lambda c: pa.MapArray.from_arrays(range(COUNT + 1), ["k"] * COUNT, c),
    ),
}


@pytest.mark.parametrize("row", [5, 700])
@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_value_spoils_no_other(kind: str, inside: str, row: int, tmp_path: Path) -> None:
    plain, odd, column = ODD[kind]
    value_in, column_in = INSIDE[inside]
    values = column_in(column([odd if i == row else plain for i in range(COUNT)]))
    path = tmp_path / "odd.parquet"
    pq.write_table(pa.table({"text": [TEXT] * COUNT, "n": values}), path)
    found = documents(Input(path.name, str(path), "parquet", 1), ReadOptions())
    # By their names: a moment of pandas' equals one of Python's.
    assert [(d.text, repr(d.fields["n"])) for d in found] == [
        (TEXT, repr(value_in(odd if i == row else plain))) for i in range(COUNT)
    ]


def test_an_odd_value_ends_no_batch(tmp_path: Path, batch: Batch) -> None:
    days = pa.array([[NOON], [LATE], None, [NOON]], pa.list_(pa.timestamp("us")))
    pq.write_table(pa.table({"text": [TEXT] * 4, "days": days}), tmp_path / "odd.parquet")
    for options in (["--dry-run"], []):
        result = batch(tmp_path / "odd.parquet", tmp_path / "out", *options)
        assert result.exit_code == 0, result.output
    assert pq.read_table(tmp_path / "out" / "data")["days"].combine_chunks() == days


def test_a_table_keeps_what_its_schema_says(tmp_path: Path, batch: Batch) -> None:
    fields = [
        pa.field("text", pa.string(), nullable=False, metadata={"about": "the article"}),
        pa.field("n", pa.list_(pa.int16()), nullable=False),
    ]
    schema = pa.schema(fields, {"made by": "us"})
    pq.write_table(pa.table([[TEXT] * 3, [[1], [], [2]]], schema=schema), tmp_path / "a.parquet")
    assert batch(tmp_path / "a.parquet", tmp_path / "a").exit_code == 0
    found = pq.read_schema(next((tmp_path / "a" / "data").iterdir()))
    assert found.metadata == {b"made by": b"us"}
    assert [found.field(f.name).remove_metadata() for f in fields] == [
        f.remove_metadata() for f in fields
    ]
    assert found.field("text").metadata[b"about"] == b"the article"


def test_what_pandas_says_of_columns_is_not_said_of_ours(tmp_path: Path, batch: Batch) -> None:
    frame = pd.DataFrame({"text": [TEXT] * 2, "score": pd.array([1, None], "Int64")})
    frame.set_index(pd.Index([7, 8], name="n")).to_parquet(tmp_path / "a.parquet")
    frame[["text"]].set_index(pd.Index([7, 8], name="n")).to_parquet(tmp_path / "b.parquet")
    for name in "ab":
        assert batch(tmp_path / f"{name}.parquet", tmp_path / name).exit_code == 0
    ours = pd.read_parquet(tmp_path / "a" / "data")
    assert ours["input_score"].tolist()[0] == 1 and ours["score"].between(0, 1).all()
    assert pd.read_parquet(tmp_path / "b" / "data").index.tolist() == [7, 8]
