"""Columns of a data set are scored and restored by `map`, and its cache knows them again."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, disable_progress_bars
from datasets.fingerprint import Hasher

from unspin import Model, RestoreColumn, ScoreColumn, UnspinError

SPUN = "The travel comes arsenic Mexico has worked to debar tariff threats."
CLEAN = "The trip comes as Mexico has worked to avoid tariff threats."


@pytest.fixture(autouse=True)
def quiet() -> None:
    disable_progress_bars()


@pytest.fixture
def rows(tmp_path: Path) -> Dataset:
    """A data set on disk, for only those have a cache."""
    texts = [CLEAN, SPUN, None, "", f"{SPUN} {CLEAN}"]
    Dataset.from_dict({"text": texts, "page": [1, 2, 3, 4, 5]}).save_to_disk(str(tmp_path / "rows"))
    return Dataset.load_from_disk(str(tmp_path / "rows"))


def test_a_column_is_restored_as_the_model_does(rows: Dataset, model: Model) -> None:
    found = rows.map(RestoreColumn(threads=1), batched=True, batch_size=2)
    expected = model.restore(rows["text"][:])
    assert found["text"][:] == rows["text"][:] and found["page"][:] == [1, 2, 3, 4, 5]
    assert found["unspin_status"][:] == ["ok", "ok", "error", "skipped", "ok"]
    assert found["unspin_reason"][:] == [r.reason or "" for r in expected]
    assert found["unspin_restored"][:] == [r.restored for r in expected]
    assert found["unspin_score"][:] == pytest.approx([r.score for r in expected])
    assert found["unspin_spun"][:] == [r.spun for r in expected]
    for name in ("edits", "words", "sentences"):
        lists = [[one.to_dict() for one in getattr(r, name)] for r in expected]
        assert [json.loads(text) for text in found[f"unspin_{name}"]] == lists
    assert found[1]["unspin_edits"] != "[]"


def test_a_column_is_scored_in_as_many_processes_as_one_likes(rows: Dataset, model: Model) -> None:
    score = ScoreColumn("text", mode="thorough", threads=1)
    found = rows.map(score, batched=True, num_proc=2)
    expected = model.score(rows["text"][:], "thorough")
    assert found["unspin_score"][:] == pytest.approx([r.score for r in expected])
    assert "unspin_restored" not in found.column_names


def test_batches_before_the_first_edit_give_no_other_type(rows: Dataset) -> None:
    clean = Dataset.from_dict({"text": ["", None, CLEAN, SPUN]})
    found = clean.map(RestoreColumn(), batched=True, batch_size=1, writer_batch_size=1)
    assert [bool(json.loads(text)) for text in found["unspin_edits"]] == [False] * 3 + [True]


def test_a_stream_is_read_as_it_comes(rows: Dataset) -> None:
    stream = rows.to_iterable_dataset().map(RestoreColumn(), batched=True, batch_size=2)
    assert next(iter(stream))["unspin_restored"] == CLEAN


def test_map_finds_its_cache_again(rows: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rows.map(ScoreColumn(), batched=True)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(Model, "score", never)
    again = rows.map(ScoreColumn(), batched=True)
    assert again._fingerprint == first._fingerprint
    assert again["unspin_score"][:] == first["unspin_score"][:]
    with pytest.raises(AssertionError, match="read again"):
        rows.map(ScoreColumn(mode="precise"), batched=True)


def test_the_hash_follows_settings_weights_and_version_alone(monkeypatch: Any) -> None:
    code = (
        "from datasets.fingerprint import Hasher; from unspin import RestoreColumn, load;"
        "load().score('He volition.'); print(Hasher.hash(RestoreColumn()))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = Hasher.hash(RestoreColumn())
    assert other.stdout.strip() == here
    column = RestoreColumn()
    column([{"text": []}][0])  # having read changes nothing
    assert Hasher.hash(column) == here == Hasher.hash(pickle.loads(pickle.dumps(column)))
    hashes = {here, Hasher.hash(ScoreColumn()), Hasher.hash(RestoreColumn(prefix="x_"))}
    for name in ("weights_of", "metadata.version"):
        with monkeypatch.context() as patch:
            patch.setattr(f"unspin.inference.adapters.datasets_map.{name}", lambda _: "other")
            hashes.add(Hasher.hash(RestoreColumn()))
    assert len(hashes) == 5


@pytest.mark.parametrize(
    ("column", "rows", "message"),
    [
        (ScoreColumn("body"), {"text": [SPUN]}, "no column 'body': choose one of 'text'"),
        (ScoreColumn(), {"text": SPUN}, r"map\(\.\.\., batched=True\)"),
        (ScoreColumn(), {"text": [SPUN], "unspin_spun": [1]}, "a column 'unspin_spun' already"),
    ],
)
def test_what_cannot_be_read_is_named(column: ScoreColumn, rows: Any, message: str) -> None:
    with pytest.raises(UnspinError, match=message):
        column(rows)


def test_an_unknown_mode_is_named_at_once() -> None:
    with pytest.raises(UnspinError, match="no mode 'bold': choose precise, balanced, thorough"):
        RestoreColumn(mode="bold")


def test_a_model_that_is_not_there_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match=r"settings\.json is missing"):
        RestoreColumn(model=tmp_path)
