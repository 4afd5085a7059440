"""Fit when the first look at a text is enough, and the lines that make its scores logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from unspin.model.errors import UnspinError
from unspin.model.settings import Look, suspicion

if TYPE_CHECKING:
    from unspin import Model

MARGIN = 0.9
"""The bar, as a share of the least suspicion of any text whose damage must not be missed."""

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A look; the share of sound texts that end there, and of damaged sentences, taken alone."""

    look: Look
    ended: float
    lost: float


def fit_look(model: Model, texts: Sequence[str], damaged: Sequence[BoolArray]) -> Fitted:
    """Fit on `texts`, of whose words (W,) `damaged` says which are.

    `model` must read every text to the end. The bar lies below every text, and every sentence
    taken alone, in which the whole network finds a damaged word, but for one in two hundred of
    those sentences. Raises `UnspinError` if either kind of text is missing.
    """
    scores = [glance.scores for glance in model.looks(texts)]
    raw = model.logits(texts)
    found, alone, sound = list[float](), list[float](), list[float]()
    words, sentences = list[FloatArray](), list[FloatArray]()
    for seen, full, wrong in zip(scores, raw, damaged, strict=True):
        if not len(seen):
            continue
        hits = wrong & (full.word > 0)
        if hits.any():
            found.append(suspicion(seen))
        elif not wrong.any():
            sound.append(suspicion(seen))
            words.append(np.stack([seen, full.word]))
        for number in np.unique(full.document.word_sentence):
            inside = full.document.word_sentence == number
            if hits[inside].any():
                alone.append(suspicion(seen[inside]))
            elif not wrong.any():
                sentences.append(np.array([[seen[inside].max()], [full.sentence[number]]]))
    if not (alone and sound):
        raise UnspinError("calibration needs both spun and clean documents")
    bar = MARGIN * min(min(found), float(np.quantile(alone, 0.005)))
    look = Look(bar, _line(words), _line(sentences))
    return Fitted(
        look, float(np.mean(np.array(sound) < bar)), float(np.mean(np.array(alone) < bar))
    )


def _line(points: Sequence[FloatArray]) -> tuple[float, float]:
    """Slope, not falling, and intercept of the least-squares line through points (2, P)."""
    x, y = np.concatenate(points, axis=1)
    slope = max(0.0, float(np.polyfit(x, y, 1)[0]))
    return round(slope, 5), round(float(y.mean() - slope * x.mean()), 5)
