"""Samples for tests of calibration, made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from unspin.training.samples import Sample


def sample(
    words: Sequence[float],
    word_sentence: Sequence[int] | None = None,
    damaged: Sequence[bool] | None = None,
    group: str = "clean/news",
    sentences: Sequence[float] | None = None,
) -> Sample:
    """A document; without `damaged`, one of clean news."""
    of = np.array(word_sentence if word_sentence is not None else [0] * len(words))
    count = int(of.max()) + 1
    return Sample(
        group,
        damaged is None,
        "",
        np.array(words, dtype=float),
        np.array(sentences if sentences is not None else [0.0] * count, dtype=float),
        of,
        np.array(damaged if damaged is not None else [False] * len(words)),
        np.ones(len(words), dtype=bool),
        np.full(len(words), np.nan),
    )


@st.composite
def news(draw: st.DrawFn) -> Sample:
    """A clean document of one to three sentences, whatever the network says of it."""
    logits = st.floats(-40, 40)
    of = draw(hnp.arrays(np.int64, st.integers(1, 9), elements=st.integers(0, 2)))
    of = np.unique(np.sort(of), return_inverse=True)[1]
    return sample(
        draw(hnp.arrays(np.float64, len(of), elements=logits)),
        of,
        group=draw(st.sampled_from(["clean/a", "clean/b"])),
        sentences=draw(hnp.arrays(np.float64, int(of.max()) + 1, elements=logits)),
    )


def noisy(number: int, damage: float) -> Sample:
    """Forty words in four sentences, a share of them damaged, that the network tells apart well."""
    rng = np.random.default_rng(number)
    damaged = rng.random(40) < damage
    of = np.repeat(np.arange(4), 10)
    hit = np.bincount(of, damaged, 4) > 0
    return replace(
        sample(np.where(damaged, 2.0, -4.0) + rng.normal(size=40), of),
        group="spun/A" if damage else "clean/news",
        reference=not damage,
        word_damaged=damaged,
        sentence_logits=np.where(hit, 2.0, -2.0) + rng.normal(size=4),
        # The decoder would write a sound word itself.
        own=np.where(damaged, -4.0, -1.0) + rng.normal(size=40).clip(-1, 1),
    )
