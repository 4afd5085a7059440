from __future__ import annotations

import csv
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from unspin.model.errors import UnspinError
from unspin.training.readers import (
    BadRow,
    Example,
    Span,
    example,
    examples,
    fingerprint,
    load_sets,
)

PAIR = {"spun": "They met connected Friday.", "clean": "They met on Friday.", "family": "A"}


def write_jsonl(path: Path, *rows: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_the_same_pair_from_every_format(tmp_path: Path) -> None:
    files = [
        write_jsonl(tmp_path / "a.jsonl", PAIR),
        write_jsonl(tmp_path / "b.jsonl.gz", PAIR),
        tmp_path / "c.csv",
        tmp_path / "d.parquet",
    ]
    with files[2].open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(PAIR))
        writer.writeheader()
        writer.writerow(PAIR)
    parquet.write_table(pa.Table.from_pylist([PAIR]), files[3])
    wanted = Example("1", "A", (PAIR["spun"],), True, (PAIR["clean"],))
    assert [list(examples(file)) for file in files] == [[wanted]] * 4


def test_lines_of_lists_and_of_strings_correspond() -> None:
    lists = example({"spun": ["One besides.", "Two."], "clean": ["One also.", "Two."]})
    strings = example({"spun": "One besides.\nTwo.", "clean": "One also.\nTwo."})
    assert lists == strings
    assert lists.text == "One besides.\nTwo."
    assert lists.clean == ("One also.", "Two.")


def test_strings_whose_lines_do_not_correspond_are_one_line() -> None:
    document = example({"spun": "One besides.\nTwo.", "clean": "One also. Two."})
    assert document.lines == ("One besides.\nTwo.",)
    with pytest.raises(UnspinError, match="2 lines"):
        example({"spun": ["One.", "Two."], "clean": ["One."]})


def test_a_pair_without_difference_is_clean() -> None:
    document = example({"spun": "All is well.", "clean": "All is well."})
    assert not document.spun and document.clean is None


@pytest.mark.parametrize("wrap", [lambda spans: spans, lambda spans: {"id": "7", "spans": spans}])
def test_spans_of_a_text_without_original(wrap: Any) -> None:
    spans = [
        {"line": 2, "spun_phrase": "counterfeit news", "likely_original": "fake news"},
        {"line": 1, "spun_phrase": "A", "likely_original": "B", "certainty": "likely"},
    ]
    row = {"spun": ["A line.", "More counterfeit news."], "clean": None, "spans": wrap(spans)}
    document = example(row)
    assert document.spun and document.clean is None
    assert document.spans == (Span(1, "counterfeit news", "fake news"),)
    with pytest.raises(UnspinError, match="line 2 of 1"):
        example({**row, "spun": ["A line."]})


@pytest.mark.parametrize(
    ("label", "spun"),
    [(1, True), ("spun", True), (True, True), ("1.0", True), (0, False), ("clean", False)],
)
def test_labels(label: object, spun: bool) -> None:
    assert example({"text": "Words.", "label": label}).spun is spun


def test_text_alone_is_clean_and_belongs_to_its_set() -> None:
    document = example({"text": "Words.", "set": "poems", "id": 0})
    assert (document.id, document.group, document.spun) == ("0", "poems", False)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"text": "x"}\n{"text": \n', ":2: not JSON"),
        (b"[1]\n", ":1: each line must be a JSON object"),
        (b'{"words": "x"}\n', ':1: a row needs "spun"'),
        (b'{"text": 5}\n', '"text" must be text, not int'),
        (b'{"text": "x", "label": "maybe"}\n', "'maybe'"),
        (b'{"text": "\xff"}\n', "not UTF-8"),
    ],
)
def test_broken_files_say_what_is_wrong(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnspinError, match=re.escape(path.name)) as caught:
        list(examples(path))
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["none.jsonl", "broken.jsonl.gz", "broken.parquet", "notes.txt"])
def test_files_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    if name.startswith("broken"):
        (tmp_path / name).write_bytes(b"neither of the two")
    with pytest.raises(UnspinError, match=name):
        list(examples(tmp_path / name))


def test_a_folder_is_named_sets_and_files_without_labels_are_left_out(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "clean" / "news.jsonl.gz", {"text": "Clean words."}, {"text": " "})
    write_jsonl(tmp_path / "spun" / "real.v2.jsonl", PAIR)
    other = write_jsonl(tmp_path / "votes.jsonl", {"word": "a", "votes": 2})
    sets, skipped, bad = load_sets([tmp_path])
    assert {name: len(found) for name, found in sets.items()} == {
        "clean/news": 1,
        "spun/real.v2": 1,
    }
    assert skipped == [other]
    assert [one.reason for one in bad] == ["no text"]
    named = load_sets([other])
    assert not named.sets and "a row needs" in named.bad[0].reason
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnspinError, match="holds no"):
        load_sets([tmp_path / "empty"])


def test_rows_that_cannot_be_read_are_left_out_and_the_rest_goes_on(tmp_path: Path) -> None:
    span = {"spun": ["A line."], "spans": [{"line": "one"}]}
    good, bad = json.dumps(PAIR).encode(), [b'{"text": 5}', b"{", b"[1]", b'{"text": "\xff"}']
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join([*bad, good, json.dumps(span).encode(), good]) + b"\n")
    found = load_sets([tmp_path])
    assert [one.id for one in found.sets["rows"]] == ["5", "7"]
    assert found.bad[0] == BadRow(f"{path}:1", '"text" must be text, not int')
    assert [one.place.rpartition(":")[2] for one in found.bad] == ["1", "2", "3", "4", "6"]
    assert ["JSON" in one.reason for one in found.bad] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("spans", "reason"),
    [
        ("7", '"spans" must be a list, not int'),
        ('{"spans": 5}', '"spans" must be a list, not int'),
        ('"line 1"', '"spans" must be a list, not str'),
        ('[{"line": 1e999, "spun_phrase": "a"}]', 'a span needs "line", a number'),
        ('[{"line": NaN, "spun_phrase": "a"}]', 'a span needs "line", a number'),
        ("[7]", 'a span needs "line", a number'),
    ],
)
def test_odd_spans_leave_a_row_out(tmp_path: Path, spans: str, reason: str) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(f'{{"spun": "a", "clean": null, "spans": {spans}}}\n{json.dumps(PAIR)}\n')
    found = load_sets([path])
    assert [one.id for one in found.sets["one"]] == ["2"]
    [bad] = found.bad
    assert reason in bad.reason


@pytest.mark.parametrize("spans", [None, [], {}, {"spans": None}, ""])
def test_a_text_may_have_no_spans(spans: object) -> None:
    assert example({"spun": "A line.", "clean": None, "spans": spans}).spans == ()


def test_a_listed_phrase_is_a_pair_of_carrier_sentences(tmp_path: Path) -> None:
    row = {"tortured": "sunlight based board", "expected": "solar panel (PV)"}
    document = example(row)
    assert document.spun and document.clean is not None
    assert document.spans == (Span(0, "sunlight based board", "solar panel"),)
    [spun], [clean] = document.lines, document.clean
    assert spun.lower().replace("sunlight based board", "solar panel") == clean.lower()
    write_jsonl(tmp_path / "phrases.jsonl", row, {"tortured": "a", "expected": "feeding/fed"})
    found = load_sets([tmp_path], phrases=True)
    assert found.sets["phrases"] == [example(row, 1)]
    assert "not a plain phrase" in found.bad[0].reason
    # Calibration reads the same folders: what we wrote is no example of real text.
    assert load_sets([tmp_path]).skipped == [tmp_path / "phrases.jsonl"]


def test_limit_counts_groups_and_families_keep_clean_text(tmp_path: Path) -> None:
    rows = [{**PAIR, "family": family} for family in "AAABB"] + [{"text": "Clean."}] * 3
    path = write_jsonl(tmp_path / "spun" / "all.jsonl", *rows)
    limited = load_sets([path], limit=2)[0]["all"]
    assert [one.group for one in limited] == ["A", "A", "B", "B", None, None]
    chosen = load_sets([path], groups=["B"])[0]["all"]
    assert [one.group for one in chosen] == ["B", "B", None, None, None]
    assert len(load_sets([path], groups=["all"])[0]["all"]) == 8
    assert len(load_sets([tmp_path], groups=["all"])[0]["spun/all"]) == 8


def test_the_fingerprint_covers_text_and_label() -> None:
    sets = {"one": [example({"text": "Words.", "label": 0})]}
    assert fingerprint(sets) == fingerprint(dict(sets))
    others = [
        {"one": [example({"text": "Words.", "label": 1})]},
        {"one": [example({"text": "Words!", "label": 0})]},
        {"two": sets["one"]},
    ]
    assert len({fingerprint(sets), *map(fingerprint, others)}) == 4
