"""What the modes promise, and the thresholds that keep it.

They follow from false alarms on clean text: on the clean news set that has the most, and on unspun
text of every kind together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.isotonic import IsotonicRegression

from unspin.model.calibration import Calibration
from unspin.model.errors import UnspinError
from unspin.model.settings import Mode
from unspin.model.words import word_range
from unspin.training.evaluate import REFERENCE
from unspin.training.samples import FloatArray, Labelled, Sample
from unspin.training.truth import text_keys

if TYPE_CHECKING:
    from unspin import Model


@dataclass(frozen=True, slots=True)
class Target:
    """What a mode promises.

    Attributes:
        sentences, documents: the most sentences and documents flagged of any set of clean news.
        unspun: the most documents flagged of all unspun ones together, odd registers included.
        floor: the least probability at which a sentence or document is called damaged.
        beta: of the F-score that the word threshold maximises; recall weighs beta times as much
            as precision.
        mending: the least share of edits, among those as sure as the least sure one, that mend.
    """

    sentences: float
    documents: float
    unspun: float
    floor: float
    beta: float
    mending: float


TARGETS: Mapping[str, Target] = {
    "precise": Target(0.001, 0.0, 0.0, 0.8, 0.25, 0.5),
    "balanced": Target(0.005, 0.01, 0.005, 0.2, 0.5, 0.06),
    "thorough": Target(0.02, 0.03, 0.05, 0.1, 1.0, 0.05),
}


SLACK = 0.002
"""Of the word thresholds whose F-scores differ by no more from the best, which is as little as two
runs of the same weights may, the middle one is taken: at the best one alone a few words decide."""


def thresholds(samples: Sequence[Sample], calibration: Calibration, target: Target) -> Mode:
    """The lowest document and sentence thresholds that keep the target's promises, and the word
    threshold in the middle of the best F-scores, averaged over groups of spun text."""
    read = [(s, s.heard(calibration)) for s in samples]
    news = sorted({s.group for s in samples if s.reference})
    if not news:
        raise UnspinError(f'thresholds need clean news: sets in a folder named "{REFERENCE[:-1]}"')
    document = sentence = target.floor
    for group in news:
        mine = [p for s, p in read if s.group == group]
        document = max(document, _bar(np.array([p.document for p in mine]), target.documents))
    unspun = [p.document for s, p in read if not s.word_damaged.any()]
    document = max(document, _bar(np.array(unspun), target.unspun))
    for group in news:
        scores = [
            np.where(p.document >= document, p.sentence, 0.0) for s, p in read if s.group == group
        ]
        sentence = max(sentence, _bar(np.concatenate(scores), target.sentences))
    grid = np.linspace(0.2, 0.95, 31)
    spun: dict[str, list[FloatArray]] = {}
    for s, p in read:
        if s.word_damaged.any():
            gate = (p.sentence >= sentence)[s.word_sentence] & s.editable & (p.document >= document)
            flagged = (p.word[None] >= grid[:, None]) & gate
            hits = (flagged & s.word_damaged).sum(1)
            spun.setdefault(s.group, []).append(
                np.stack([hits, flagged.sum(1), np.full(len(grid), s.word_damaged.sum())])
            )
    scores = [_f_score(np.sum(counts, axis=0), target.beta) for counts in spun.values()]
    mean = np.mean(scores, axis=0)
    smooth = np.convolve(mean, np.ones(3) / 3, "valid")  # a step of the grid moves few words
    word = float(np.median(grid[1:-1][smooth >= smooth.max() - SLACK]))
    return Mode(round(word, 4), sentence, document, 0.0)


def _bar(scores: FloatArray, share: float) -> float:
    """The lowest threshold that at most `share` of the scores reach."""
    ranked = np.sort(scores)[::-1]
    allowed = int(share * len(ranked))
    return round(float(ranked[allowed]) + 1e-4, 4) if allowed < len(ranked) else 0.0


def _f_score(counts: FloatArray, beta: float) -> FloatArray:
    """F-beta at each threshold from (3, T) counts: hits, flagged words, damaged words."""
    hits, flagged, damaged = counts
    score: FloatArray = (1 + beta**2) * hits / np.maximum(flagged + beta**2 * damaged, 1e-9)
    return score


def outcomes(model: Model, truths: Sequence[Labelled]) -> Iterator[tuple[float, bool]]:
    """(confidence, whether it mends) of every edit made in text whose original is known."""
    spun = [one for _, _, one in truths if one.spun and one.clean is not None]
    for start in range(0, len(spun), 64):
        part = spun[start : start + 64]
        results = model.restore([one.text for one in part], mode="thorough")
        for one, result in zip(part, results, strict=True):
            wanted = {(first, last): words for first, last, words in one.changes}
            for edit in result.edits:
                place = word_range(one.words, edit.start, edit.end)
                written = text_keys(edit.replacement)
                yield edit.confidence, wanted.get(place) == written


def least_confidence(edits: Sequence[tuple[float, bool]], mending: float) -> float:
    """The least confidence at which an edit mends with probability `mending` or more; `edits` are
    (confidence, whether it mends)."""
    if len(edits) < 50:
        return 0.1
    confidence = np.array([c for c, _ in edits])
    mended = np.array([m for _, m in edits], dtype=float)
    curve = IsotonicRegression(out_of_bounds="clip").fit(confidence, mended)
    grid = np.linspace(0, 1, 101)
    good = np.flatnonzero(curve.predict(grid) >= mending)
    return round(float(grid[good[0]]), 4) if len(good) else 1.0
