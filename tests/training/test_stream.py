"""Pairs made as training goes: batches within bounds, each row shown as often as asked."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import islice

import pytest

from unspin.model.encode import Encoder
from unspin.training import stream
from unspin.training.corpora import CleanText
from unspin.training.features import collate
from unspin.training.recipe import load_recipe
from unspin.training.spinners import Resources
from unspin.training.stream import Stream, lay_out, loader

PIECES = 600


@pytest.fixture
def small(
    monkeypatch: pytest.MonkeyPatch,
    clean_sentences: list[str],
    thesauri: Resources,
    encoder: Encoder,
) -> Stream:
    monkeypatch.setattr(stream, "POOL", 16)
    documents = [
        CleanText(str(n), "made", "\n".join(clean_sentences[n : n + 8])) for n in range(0, 48, 8)
    ]
    recipe = replace(load_recipe(), families={"per_occurrence": 1.0})
    tokenizer = encoder.tokenizer.to_str()
    laid = partial(collate, pad_id=encoder.pad_id)
    return Stream(documents, recipe, thesauri, tokenizer, 8, laid, PIECES, seed=1)


def test_rows_differ_between_workers_and_not_between_runs(small: Stream) -> None:
    first, again, other = (list(islice(small.features(n), 30)) for n in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_run_that_goes_on_meets_other_rows_and_is_measured_on_the_same(small: Stream) -> None:
    later = replace(small, steps=40)
    for share, same in ((0, True), (1, False)):
        before, after = (list(islice(one.features(share), 30)) for one in (small, later))
        assert (before == after) is same


def test_what_is_measured_on_is_not_trained_on(small: Stream) -> None:
    measured, trained = small.parts
    assert len(measured) == 1 and len(trained) == len(small.documents) - 1
    assert {d.id for d in (*measured, *trained)} == {d.id for d in small.documents}
    alone = replace(small, documents=small.documents[:1])
    assert alone.parts == (alone.documents, alone.documents)


def test_batches_keep_to_their_pieces_and_show_each_row_twice(small: Stream) -> None:
    made = Counter(str(row["input_ids"]) for row in islice(small.features(1), 64))
    shown: Counter[str] = Counter()
    for batch in islice(small.batches(1), 400):
        ids, mask = batch["input_ids"], batch["attention_mask"]
        assert ids.numel() <= PIECES
        shown.update(str(row[kept == 1].tolist()) for row, kept in zip(ids, mask, strict=True))
    assert all(shown[row] >= 2 * times for row, times in made.items())


def test_a_layout_loses_no_row() -> None:
    rows = [{"length": length} for length in (5, 90, 30, 31, 7, 100, 6)]
    parts = lay_out(rows, 100, random.Random(1))
    assert sorted(r["length"] for part in parts for r in part) == [5, 6, 7, 30, 31, 90, 100]
    assert all(len(part) * max(r["length"] for r in part) <= 100 for part in parts)


def test_workers_make_the_same_batches_every_time(small: Stream) -> None:
    one, two = (list(islice(loader(small, workers=2), 6)) for _ in range(2))
    for first, second in zip(one, two, strict=True):
        assert all((first[name] == second[name]).all() for name in first)
