"""What comes with a row goes out with it as it came."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from unspin.inference.batch.rows import COLUMNS, as_json, passed, passed_names
from unspin.inference.decoding import Number, Undecodable, json_object

Batch = Callable[..., Result]
TEXT = "The council met on Tuesday evening to vote on the new bridge."
SPELLED = [
    *("19.990000000000000001", "0.1234567890123456789", "-0", "1E-400", "1.50", "1e5", "-0.0"),
    *("NaN", "-Infinity", "123456789012345678901234567890", "0", "-7", "0.1"),
]


def test_numbers_keep_their_spelling(tmp_path: Path, batch: Batch) -> None:
    fields = (
        f'"n": [{", ".join(SPELLED)}], "deep": {{"é\\ud800": {{"x": 1.50, "b": "ü", "c": null}}}}'
    )
    (tmp_path / "rows.jsonl").write_text(f'{{"text": "{TEXT}", {fields}}}\n{{"n": 1.0e0}}\n')
    batch(tmp_path / "rows.jsonl", tmp_path / "out")
    [line] = (tmp_path / "out" / "data" / "part-00000-000000000.jsonl").read_text().splitlines()
    assert f'"text": "{TEXT}", {fields}'.replace("é", "\\u00e9") in line
    [line] = (tmp_path / "out" / "quarantine" / "part-00000-000000000.jsonl").open()
    assert '"fields": {"n": 1.0e0}' in line


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
        max_leaves=8,
    )
)
def test_what_json_writes_is_kept(value: Any) -> None:
    line = json.dumps({"v": value})
    written = as_json(json_object(line.encode(), exact=True))
    assert repr(json.loads(written)) == repr(json.loads(line))  # of which NaN equals itself


def test_only_a_batch_asks_for_spellings() -> None:
    assert json_object(b'{"n": 1.50, "m": -0}') == {"n": 1.5, "m": 0}
    assert json_object(b'{"n": 1.50, "m": 1.5}', exact=True) == {"n": Number("1.50"), "m": 1.5}
    with pytest.raises(Undecodable, match="too large"):
        json_object(b'{"n": 1e999}', exact=True)


def test_what_is_nested_too_deeply_is_told() -> None:
    deep: Any = Number("1.0e0")
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested too deeply"):
        as_json(deep)


@given(
    st.lists(st.sampled_from(["score", "input_score", "input_input_score", "input_", "n", "key"]))
)
def test_a_column_has_one_name_whatever_others_there_are(names: list[str]) -> None:
    given = list(dict.fromkeys(names))
    found = passed_names(given)
    assert found == [passed_names([name])[0] for name in given]
    assert len(set(found)) == len(given)
    assert not {name for task in COLUMNS.values() for name in task} & set(found)
    assert passed({"score": 1, "n": 2}) == {"input_score": 1, "n": 2}


@pytest.mark.parametrize("text", ["Officials said.\rYes.", "\r", "a\r\nb", "a\nb", 'a "b", c'])
def test_cells_of_csv_come_back(text: str, tmp_path: Path, batch: Batch) -> None:
    rows = [["id", "text", "note\r"], ["1", TEXT, text], ["2", TEXT, "plain"]]
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    result = batch(tmp_path / "in.csv", tmp_path / "out")
    assert result.exit_code == 0, result.output
    with (tmp_path / "out" / "data" / "part-00000-000000000.csv").open(newline="") as file:
        assert [row[-3:] for row in csv.reader(file)] == rows
