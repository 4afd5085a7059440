"""Calibrated probabilities behave; the numpy pooling is the network's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from unspin.model.calibration import Calibration, pool_sentences, sigmoid
from unspin.model.network import sentence_logits

logit = st.floats(-30, 30)


@st.composite
def documents(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    word_sentence = np.sort(
        draw(hnp.arrays(np.int64, st.integers(1, 40), elements=st.integers(0, 5)))
    )
    words = draw(hnp.arrays(np.float64, len(word_sentence), elements=logit))
    count = int(word_sentence.max()) + 1
    return words, draw(hnp.arrays(np.float64, count, elements=logit)), word_sentence


@given(documents())
def test_probabilities_are_probabilities(
    document: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    words, sentences, word_sentence = document
    found = Calibration().apply(words, sentences, word_sentence)
    for values in (found.word, found.sentence, np.array([found.document])):
        assert ((values >= 0) & (values <= 1)).all()
    assert found.word.shape == words.shape
    assert found.sentence.shape == sentences.shape


def test_an_empty_document_holds_no_damage() -> None:
    nothing = np.zeros(0)
    found = Calibration().apply(nothing, nothing, np.zeros(0, dtype=np.int64))
    assert found.document == 0.0
    assert len(found.word) == len(found.sentence) == 0


def test_damage_elsewhere_makes_a_word_likelier_damaged() -> None:
    calibration = replace(Calibration(), word=(1.0, 0.8, 2.0))
    doubtful = np.zeros(1)
    words = np.zeros(60, dtype=np.int64)
    clean = np.concatenate([doubtful, np.full(59, -8.0)])
    spun = np.concatenate([doubtful, np.where(np.arange(59) % 4 == 0, 6.0, -8.0)])
    head = np.zeros(1)
    in_clean = calibration.apply(clean, head, words).word[0]
    in_spun = calibration.apply(spun, head, words).word[0]
    assert in_spun > in_clean + 0.2


def test_sigmoid_does_not_overflow() -> None:
    with np.errstate(all="raise"):
        assert sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist() == [0.0, 0.5, 1.0]


@given(documents())
def test_pooling_is_the_networks(document: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    evidence, sentences, word_sentence = document
    attention = evidence[::-1].copy()
    ours = pool_sentences(evidence, attention, word_sentence, len(sentences))
    theirs = sentence_logits(
        torch.tensor(evidence)[None],
        torch.tensor(attention)[None],
        torch.tensor(word_sentence)[None],
        len(sentences),
    )
    assert np.allclose(ours, theirs.numpy(), atol=1e-6)
