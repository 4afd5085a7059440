"""The decoder's opinion of words that the detector leaves in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from unspin import Model
from unspin.inference.engine import Engine
from unspin.model.calibration import SUSPECT
from unspin.model.settings import SHIPPED

SPUN = "He volition question to Mexico connected Friday to sermon the tariff with her medication."
CLEAN = "The council met on Monday to discuss the budget, and members voted for it in the evening."
REST = "Its chair said that roads and schools come first. A second vote is planned for next week."


def doubtful(model: Model, texts: list[str]) -> list[np.ndarray]:
    calibration = model.settings.calibration
    return [
        calibration.doubtful(calibration.apply(raw.word, raw.sentence, raw.document.word_sentence))
        for raw in model.logits(texts)
    ]


def test_only_words_that_are_asked_about_get_an_opinion(model: Model, seed_spun: str) -> None:
    texts = [seed_spun, CLEAN, SPUN]
    asked = doubtful(model, texts)
    assert asked[0].any() and not asked[0].all() and not asked[1].any()
    for words, own in zip(asked, model.opinions(texts, asked), strict=True):
        assert (np.isnan(own) == ~words).all()
        assert (own[words] <= 1e-6).all()


def test_opinions_are_a_documents_own(model: Model, seed_spun: str, seed_clean: str) -> None:
    texts = [seed_spun, SPUN, seed_clean]
    words = [len(raw.document.words) for raw in model.logits(texts)]
    asked = [np.arange(count) % 3 == 1 for count in words]
    together = model.opinions(texts, asked)
    alone = [model.opinions([t], [a])[0] for t, a in zip(texts, asked, strict=True)]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_sound_word_is_likelier_to_the_decoder_than_what_replaced_it(model: Model) -> None:
    spun = "He travelled to Mexico connected Friday."
    clean = "He travelled to Mexico on Friday."
    place = np.arange(6) == 4
    damaged, sound = model.opinions([spun, clean], [place, place])
    assert sound[4] > -1 > damaged[4]


@pytest.mark.parametrize("mode", ["precise", "balanced", "thorough"])
def test_scoring_and_restoring_hear_the_same(model: Model, seed_spun: str, mode: str) -> None:
    for text in (seed_spun, SPUN, CLEAN):
        scored, restored = model.score(text, mode), model.restore(text, mode)
        assert scored.score == restored.score
        assert scored.sentences == restored.sentences
        assert scored.words == restored.words


def test_nothing_is_asked_about_sound_text(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model(SHIPPED)

    def asked(self: Engine, windows: Iterable[Any]) -> Any:
        assert not list(windows)
        return iter(())

    monkeypatch.setattr(Engine, "openings", asked)
    for text in (CLEAN, f"{CLEAN} {REST}"):
        result = model.score(text)
        assert result.score < SUSPECT and not result.words
