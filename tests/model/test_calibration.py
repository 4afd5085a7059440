"""Calibrated probabilities behave; the numpy pooling is the network's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from unspin.model.calibration import SUSPECT, Calibration, Probabilities, pool_sentences, sigmoid
from unspin.model.calibration import logit as inverse
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


HEARD = replace(
    Calibration(),
    word_heard=(0.7, 0.4, -0.8),
    document_heard=(0.3, 0.9, 0.4, -3.1),
)


@given(documents(), st.data())
def test_what_surprises_the_decoder_more_is_never_less_suspect(
    document: tuple[np.ndarray, np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    words, sentences, word_sentence = document
    own = data.draw(
        hnp.arrays(np.float64, len(words), elements=st.one_of(st.floats(-30, 0), st.just(np.nan)))
    )
    p = HEARD.apply(words, sentences, word_sentence)
    found = HEARD.hear(p, own)
    worse = HEARD.hear(p, own - data.draw(st.floats(0, 9)))
    for before, after in (
        (found.word, worse.word),
        (found.sentence, worse.sentence),
        (np.array([found.document]), np.array([worse.document])),
    ):
        assert ((before >= 0) & (after <= 1) & (after >= before - 1e-12)).all()
    unasked = np.isnan(own)
    assert found.word[unasked].tolist() == p.word[unasked].tolist()


def test_below_suspicion_nothing_changes() -> None:
    p = Probabilities(np.array([0.5, 0.6]), np.array([0.3]), SUSPECT - 0.01)
    assert not HEARD.doubtful(p).any()
    assert HEARD.hear(p, np.array([-9.0, -9.0])) is p
    assert HEARD.doubtful(replace(p, document=SUSPECT)).all()


@given(documents())
def test_a_document_is_told_by_its_two_worst_words(
    document: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    words, sentences, _ = document
    heard = sigmoid(words)
    p = Probabilities(heard[::-1], sigmoid(sentences), 0.4)
    found = Calibration.heard_document_features(p, heard)
    ranked = [*sorted(heard, reverse=True), 0.0, 0.0]
    assert np.allclose(found, [inverse(np.array([0.4, *ranked[:2]]))])


@given(st.floats(-13, 13))
def test_logit_undoes_sigmoid(value: float) -> None:
    assert np.isclose(inverse(sigmoid(np.array([value])))[0], value, atol=1e-6)


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
