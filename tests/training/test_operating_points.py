"""The modes' thresholds: they keep their promises, and are no stricter than those ask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_samples import news, sample

from unspin.model.calibration import Calibration
from unspin.model.errors import UnspinError
from unspin.training.operating_points import TARGETS, Target, least_confidence, thresholds
from unspin.training.samples import Sample

SPUN = sample([3, -3, 2, -3, -3, 4], [0, 0, 0, 1, 1, 1], [True, False] * 3, "spun/A", [3, 2])


@given(
    st.lists(news(), min_size=1, max_size=40),
    st.sampled_from(
        [
            *TARGETS.values(),
            Target(0.3, 0.2, 0.5, 0.1, 0.5, 0.5),
            Target(0.1, 0.5, 0.3, 0.0, 0.5, 0.5),
        ]
    ),
)
def test_no_more_clean_text_is_flagged_than_promised(
    documents: list[Sample], target: Target
) -> None:
    calibration = Calibration()
    mode = thresholds([*documents, SPUN], calibration, target)
    for group in {one.group for one in documents}:
        found = [one.heard(calibration) for one in documents if one.group == group]
        flagged = [p for p in found if p.document >= mode.document]
        sentences = sum(int((p.sentence >= mode.sentence).sum()) for p in flagged)
        assert len(flagged) <= target.documents * len(found)
        assert sentences <= target.sentences * sum(len(p.sentence) for p in found)
    everything = [one.heard(calibration).document >= mode.document for one in documents]
    assert sum(everything) <= target.unspun * len(everything)


def test_thresholds_are_no_higher_than_they_must_be() -> None:
    clean = [sample([logit] * 6) for logit in np.linspace(-8, 3, 100)]
    calibration = Calibration()
    mode = thresholds([*clean, SPUN], calibration, Target(1.0, 0.1, 0.3, 0.5, 0.5, 0.5))
    assert sum(one.heard(calibration).document >= mode.document for one in clean) == 10
    assert mode.sentence == 0.5  # clean text would allow less, but this is the floor
    assert mode.confidence == 0.0


def test_the_word_threshold_parts_damaged_words_from_sound_ones() -> None:
    spun = sample([3, 3, -1, -1, 3, -1], damaged=[True, True, False, False, True, False], group="A")
    mode = thresholds([sample([-9.0] * 9), spun], Calibration(), TARGETS["balanced"])
    p = spun.heard(Calibration()).word
    assert p[2] < mode.word <= p[0]


def test_thresholds_need_clean_news() -> None:
    with pytest.raises(UnspinError, match='a folder named "clean"'):
        thresholds([SPUN, replace(SPUN, reference=False)], Calibration(), TARGETS["precise"])


def test_a_larger_beta_asks_for_more_recall() -> None:
    damaged = [True, True, False, False, True, False]
    spun = sample([3, 0, 0.5, -1, 2, 0.2], damaged=damaged, group="A")
    clean = sample([-9.0] * 9)
    target = TARGETS["balanced"]
    found = [
        thresholds([clean, spun], Calibration(), replace(target, beta=beta)).word
        for beta in (0.1, 0.5, 3.0)
    ]
    assert found == sorted(found, reverse=True) and found[0] > found[-1]


# The confidence of edits


def test_few_edits_say_nothing_of_confidence() -> None:
    assert least_confidence([(0.9, False)] * 49, 0.5) == 0.1
    assert least_confidence([], 0.5) == 0.1


def test_confidence_from_which_edits_mend() -> None:
    outcomes = [(c, bool(c > 0.6)) for c in np.linspace(0, 1, 200)]
    assert least_confidence(outcomes, 0.5) == pytest.approx(0.6, abs=0.02)
    assert least_confidence([(c, True) for c, _ in outcomes], 0.5) == 0.0
    assert least_confidence([(c, False) for c, _ in outcomes], 0.5) == 1.0


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=50, max_size=90),
    st.floats(0.05, 0.95),
    st.floats(0.05, 0.95),
)
def test_more_mending_asks_for_more_confidence(
    outcomes: list[tuple[float, bool]], one: float, other: float
) -> None:
    less, more = sorted([one, other])
    assert 0 <= least_confidence(outcomes, less) <= least_confidence(outcomes, more) <= 1
