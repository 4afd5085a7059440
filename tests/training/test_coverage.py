"""Drawing passages by the words they hold."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspin.training import coverage
from unspin.training.coverage import Coverage

COMMON = "The council met again on Monday. "
RARE = "A lighthouse keeper mended the gasket. "


def test_a_rare_word_is_met_far_more_often_than_in_running_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(coverage, "COMMON", 3)
    texts = [COMMON * 40 + (RARE if n % 20 == 0 else "") for n in range(200)]
    drawn = Coverage(texts, random.Random(1))
    assert {"lighthouse", "keeper", "mended", "gasket"} <= set(drawn.words)
    rng = random.Random(2)
    hits = 0
    for _ in range(300):
        n, start = drawn.draw(rng)
        assert start == 0 or texts[n][:start].endswith(". ")
        hits += texts[n].startswith(RARE, start)
    assert hits > 100  # of the sentences themselves, 1 in 800


def test_words_seen_too_rarely_are_left_out() -> None:
    assert Coverage(["once upon a zyzzyva " * 3], random.Random(1)).words == []


@settings(max_examples=50)
@given(st.lists(st.text(st.sampled_from("abc .\n’-"), max_size=900), min_size=1), st.integers())
def test_places_are_inside_the_documents(texts: list[str], seed: int) -> None:
    original = coverage.LEAST, coverage.COMMON
    coverage.LEAST, coverage.COMMON = 1, 0
    try:
        drawn = Coverage(texts, random.Random(seed))
        counts = Counter(w for text in texts for w in coverage.WORD.findall(text))
        assert set(drawn.words) == set(counts)
        if drawn.words:
            n, start = drawn.draw(random.Random(seed))
            assert 0 <= start < len(texts[n])
    finally:
        coverage.LEAST, coverage.COMMON = original
