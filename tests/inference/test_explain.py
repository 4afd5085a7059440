"""Explanations of flagged words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unspin import Model
from unspin.inference.beam import likelihood
from unspin.inference.explain import known_pairs, pairs_of

SPUN = "He volition question to Mexico connected Friday to sermon the tariff with her medication."


def test_every_flagged_word_is_explained(model: Model) -> None:
    scored, restored = model.score(SPUN, explain=True), model.restore(SPUN, explain=True)
    assert scored.explanations and scored.words == model.score(SPUN).words
    for word in scored.words:
        assert any(e.start <= word.start and word.end <= e.end for e in scored.explanations)
    assert [e.original for e in restored.explanations] == [e.original for e in scored.explanations]
    edits = {e.start: e.replacement for e in restored.edits}
    for why in restored.explanations:
        assert SPUN[why.start : why.end] == why.original
        if why.start in edits:
            assert why.rank != 1
            assert edits[why.start] in {fit.text for fit in why.fits}
            assert why.confidence < why.fits[0].confidence
            assert f"the best is “{why.fits[0].text}”" in why.reason


def test_explanations_name_known_swaps(model: Model) -> None:
    [why] = [e for e in model.score(SPUN, explain=True).explanations if e.original == "connected"]
    assert why.pairs[0].original == "on" and "A" in why.pairs[0].spinners
    assert "write it for “on”; WordNet relates them: similar" in why.reason
    row = why.to_dict()
    assert row["pairs"][0]["original"] == "on" and row["reason"] == why.reason


def test_nothing_is_explained_unless_asked(model: Model) -> None:
    assert "explanations" not in model.restore(SPUN).to_dict()
    assert model.score("The council met on Monday.", explain=True).explanations == ()


def test_pairs_that_fit_come_first() -> None:
    assert pairs_of("Question", ["seek", "travel"])[0].original == "seek"
    assert pairs_of("question", ["travel"])[0].original == "travel"
    assert pairs_of("no such word", []) == ()


def test_without_the_tables_nothing_is_known(tmp_path: Path) -> None:
    assert known_pairs(tmp_path) == {}


def test_likelihood_follows_the_wording_and_stops_where_it_is_not_offered() -> None:
    """The pieces 0, 1 and 2 are offered at each step; 0 ends a wording."""
    asked: list[tuple[int, ...]] = []

    def step(owner: object, tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        asked.extend(tuple(row) for row in tokens.tolist())
        scores = np.log(np.array([[0.5, 0.3, 0.1]] * len(tokens)))
        return scores, np.array([[0, 1, 2]] * len(tokens))

    found = likelihood(step, [(1, 2), (4, 1), ()], start=9, end=0)
    assert np.exp(found) == pytest.approx([0.3 * 0.1 * 0.5, 0.1, 0.5])
    assert asked == [(9,), (9,), (9,), (9, 1), (9, 1, 2)]
