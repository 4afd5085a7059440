"""Fit the probabilities and the three modes' thresholds of a model folder on labelled data.

Logistic regressions (words, sentences, documents, the decoder's opinion of words; see
`unspin.model.calibration`) are fitted to the raw logits of the exported, quantised network, so
that they belong to the variant that runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from unspin.model.calibration import SUSPECT, Calibration, linear, sigmoid
from unspin.model.errors import UnspinError
from unspin.model.settings import FILE, MODES, Look, Settings
from unspin.training.look import fit_look
from unspin.training.operating_points import TARGETS, least_confidence, outcomes, thresholds
from unspin.training.readers import Example
from unspin.training.samples import (
    BoolArray,
    FloatArray,
    Labelled,
    Sample,
    damaged_words,
    labelled,
    samples_of,
)

if TYPE_CHECKING:
    from unspin import Model

EVIDENCE = tuple(product((0.01, 0.03, 0.06), (10.0, 40.0, 120.0)))
"""What `Calibration.even_share` and `full_words` are chosen from."""


def calibrate(
    folder: Path,
    sets: Mapping[str, Sequence[Example]],
    left_out: Sequence[Path] = (),
    note: Callable[[str], object] = lambda line: None,
) -> Settings:
    """Fit on `sets`, write the folder's `settings.json` and return it; it stays if that fails.

    Documents that share a line with a file of `left_out` are not used. Raises `UnspinError` if
    the sets lack spun or clean documents.
    """
    truths = list(labelled(sets, left_out))
    kept = (folder / FILE).read_bytes()
    try:
        return _calibrate(folder, truths, note)
    except BaseException:
        (folder / FILE).write_bytes(kept)
        raise


def _calibrate(folder: Path, truths: Sequence[Labelled], note: Callable[[str], object]) -> Settings:
    import unspin

    settings = replace(Settings.load(folder), look=Look())
    settings.save(folder)
    model = unspin.load(folder)
    looked = fit_look(model, *_damage(model, truths))
    settings = replace(settings, look=looked.look)
    settings.save(folder)
    note(
        f"{looked.look}: {looked.ended:.1%} of sound documents end at the first look, and "
        f"{looked.lost:.1%} of the sentences in which damage is found otherwise"
    )
    model = unspin.load(folder)
    samples = list(samples_of(model, truths))
    calibration = fit(samples)
    samples = list(_asked(model, samples, calibration))
    calibration = fit_heard(samples, calibration)
    settings = replace(settings, calibration=calibration)
    modes = {name: thresholds(samples, calibration, TARGETS[name]) for name in MODES}
    settings = replace(settings, modes=modes)
    settings.save(folder)
    edits = list(outcomes(unspin.load(folder), truths))
    modes = {
        name: replace(mode, confidence=least_confidence(edits, TARGETS[name].mending))
        for name, mode in modes.items()
    }
    settings = replace(settings, modes=modes)
    settings.save(folder)
    note(f"{len(samples)} documents, {len(edits)} edits; {calibration}")
    for name, mode in modes.items():
        note(f"{name}: {mode}")
    return settings


def _damage(model: Model, truths: Sequence[Labelled]) -> tuple[list[str], list[BoolArray]]:
    texts = [one.text for _, _, one in truths]
    words = [glance.document.words for glance in model.looks(texts)]
    return texts, [damaged_words(w, one) for w, (_, _, one) in zip(words, truths, strict=True)]


def _asked(model: Model, samples: Sequence[Sample], calibration: Calibration) -> Iterator[Sample]:
    """`samples` with what the decoder says of the words in doubt."""
    for start in range(0, len(samples), 64):
        part = samples[start : start + 64]
        doubtful = [calibration.doubtful(s.alone(calibration)) for s in part]
        asked = [n for n, words in enumerate(doubtful) if words.any()]
        own = model.opinions([part[n].text for n in asked], [doubtful[n] for n in asked])
        told = dict(zip(asked, own, strict=True))
        yield from (replace(s, own=told.get(n, s.own)) for n, s in enumerate(part))


def fit_heard(samples: Sequence[Sample], calibration: Calibration) -> Calibration:
    """`calibration` with the two regressions on what the decoder says of suspect documents; one
    for which there are not both damaged and sound examples stays as it is.

    That of words is fitted to damaged documents alone: which words, if any are.
    """
    c = calibration
    suspects = [(s, p) for s in samples if (p := s.alone(c)).document >= SUSPECT]
    spun = [(s, p, ~np.isnan(s.own)) for s, p in suspects if s.word_damaged.any()]
    features = [c.heard_word_features(p.word[asked], s.own[asked]) for s, p, asked in spun]
    labels = [s.word_damaged[asked] for s, _, asked in spun]
    weight = _weights([(s, 1.0) for s, _, _ in spun])
    c = replace(c, word_heard=_regressed(c.word_heard, features, labels, weight))
    features = [c.heard_document_features(p, s.heard(c).word) for s, p in suspects]
    labels = [np.array([s.word_damaged.any()]) for s, _ in suspects]
    weight = _weights([(s, 1.0) for s, _ in suspects])
    return replace(c, document_heard=_regressed(c.document_heard, features, labels, weight))


def fit(samples: Sequence[Sample]) -> Calibration:
    """The three regressions on the detector's logits. A group of documents weighs the square root
    of its size, so that the largest does not decide. Single sentences of a document weigh as much
    as it does where documents are judged, and as one more sentence where words and sentences are.
    """
    if {bool(s.word_damaged.any()) for s in samples} != {True, False}:
        raise UnspinError("calibration needs both spun and clean documents")
    views = [(s, 1.0) for s in samples]
    views += [(one, 1.0 / max(1, len(s.sentence_logits))) for s in samples for one in s.sentences()]
    weight = _weights(views)
    fitted = [_fit_words(views, weight, *choice) for choice in EVIDENCE]
    c = min(fitted, key=lambda found: found[0])[1]
    word = [s.alone(c).word for s, _ in views]
    c = replace(
        c,
        sentence=_regress(
            [
                c.sentence_features(s.word_logits, w, s.sentence_logits, s.word_sentence)
                for (s, _), w in zip(views, word, strict=True)
            ],
            [s.sentence_damaged for s, _ in views],
            weight,
        ),
    )
    read = [s.alone(c) for s, _ in views]
    return replace(
        c,
        document=_regress(
            [c.document_features(p.word, p.sentence) for p in read],
            [np.array([s.word_damaged.any()]) for s, _ in views],
            weight,
        ),
    )


def _fit_words(
    views: Sequence[tuple[Sample, float]],
    weight: Sequence[float],
    even_share: float,
    full_words: float,
) -> tuple[float, Calibration]:
    """The log loss of the words' regression with this notion of evidence, and the regression."""
    c = Calibration(even_share=even_share, full_words=full_words)
    features = [c.word_features(s.word_logits) for s, _ in views]
    labels = [s.word_damaged for s, _ in views]
    c = replace(c, word=_regress(features, labels, weight))
    chances = sigmoid(linear(c.word, np.concatenate(features)))
    spread = np.concatenate([np.full(len(f), w) for f, w in zip(features, weight, strict=True)])
    return float(log_loss(np.concatenate(labels), chances, sample_weight=spread)), c


def _weights(views: Sequence[tuple[Sample, float]]) -> list[float]:
    """A weight for each view: its share of a document over the square root of its group's size."""
    size: dict[str, float] = {}
    for sample, share in views:
        size[sample.group] = size.get(sample.group, 0.0) + share
    return [share / np.sqrt(size[sample.group]) for sample, share in views]


def _regressed(
    before: tuple[float, ...],
    features: Sequence[FloatArray],
    labels: Sequence[BoolArray],
    weight: Sequence[float],
) -> tuple[float, ...]:
    """`_regress`; what was `before`, unless some labels are true and some are not."""
    both = len({bool(label) for part in labels for label in part}) == 2
    return _regress(features, labels, weight) if both else before


def _regress(
    features: Sequence[FloatArray], labels: Sequence[BoolArray], weight: Sequence[float]
) -> tuple[float, ...]:
    x, y = np.concatenate(features), np.concatenate(labels)
    # Every row of a document (a word, a sentence) has the document's weight.
    w = np.concatenate([np.full(len(f), s) for f, s in zip(features, weight, strict=True)])
    used = list(range(x.shape[1]))
    while True:
        found = LogisticRegression(C=100.0, max_iter=1000).fit(x[:, used], y, sample_weight=w)
        slopes = found.coef_[0]
        if (slopes >= 0).all() or len(used) == 1:
            break
        # A feature that counts against damage only corrects another: do without it.
        del used[int(np.argmin(slopes))]
    coefficients = np.zeros(x.shape[1])
    coefficients[used] = np.maximum(slopes, 0)
    return (*(round(float(v), 5) for v in coefficients), round(float(found.intercept_[0]), 5))
