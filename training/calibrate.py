"""Fit the probabilities and the three modes' thresholds of a model folder on labelled data.

Three logistic regressions (words, sentences, documents; see `unspin.model.calibration`) are fitted
to the raw logits of the exported, quantised network, so that they belong to the variant that runs.
Thresholds follow from false alarms on clean text: on the clean news set that has the most, and on
unspun text of every kind together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from unspin.model.calibration import Calibration, linear, sigmoid
from unspin.model.errors import UnspinError
from unspin.model.settings import FILE, MODES, Look, Mode, Settings
from unspin.model.words import Word
from unspin.training.evaluate import REFERENCE, REWRITES
from unspin.training.look import fit_look
from unspin.training.readers import Example
from unspin.training.truth import Truth, clean_side, text_keys, truth, word_range

if TYPE_CHECKING:
    from unspin import Model

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


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
    "balanced": Target(0.005, 0.01, 0.006, 0.5, 0.5, 0.06),
    "thorough": Target(0.02, 0.03, 0.05, 0.3, 1.0, 0.05),
}


EVIDENCE = tuple(product((0.01, 0.03, 0.06), (10.0, 40.0, 120.0)))
"""What `Calibration.even_share` and `full_words` are chosen from."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One document's raw logits with its labels: words and sentences (damaged or not)."""

    group: str
    reference: bool
    word_logits: FloatArray
    sentence_logits: FloatArray
    word_sentence: IntArray
    word_damaged: BoolArray
    editable: BoolArray

    @property
    def sentence_damaged(self) -> BoolArray:
        hits = np.bincount(self.word_sentence, self.word_damaged, len(self.sentence_logits))
        return hits > 0

    def sentences(self) -> Iterator[Sample]:
        """Each sentence as a document of its own: what is asked of single sentences."""
        for number in np.unique(self.word_sentence):
            inside = self.word_sentence == number
            yield replace(
                self,
                word_logits=self.word_logits[inside],
                sentence_logits=self.sentence_logits[number : number + 1],
                word_sentence=np.zeros(int(inside.sum()), dtype=np.int64),
                word_damaged=self.word_damaged[inside],
                editable=self.editable[inside],
            )


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
    truths = list(_truths(sets, _lines(left_out)))
    kept = (folder / FILE).read_bytes()
    try:
        return _calibrate(folder, truths, note)
    except BaseException:
        (folder / FILE).write_bytes(kept)
        raise


def _calibrate(
    folder: Path,
    truths: Sequence[tuple[str, bool, Truth]],
    note: Callable[[str], object],
) -> Settings:
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
    samples = list(_samples(unspin.load(folder), truths))
    calibration = fit(samples)
    settings = replace(settings, calibration=calibration)
    modes = {name: thresholds(samples, calibration, TARGETS[name]) for name in MODES}
    settings = replace(settings, modes=modes)
    settings.save(folder)
    outcomes = list(_outcomes(unspin.load(folder), truths))
    modes = {
        name: replace(mode, confidence=least_confidence(outcomes, TARGETS[name].mending))
        for name, mode in modes.items()
    }
    settings = replace(settings, modes=modes)
    settings.save(folder)
    note(f"{len(samples)} documents, {len(outcomes)} edits; {calibration}")
    for name, mode in modes.items():
        note(f"{name}: {mode}")
    return settings


def _lines(files: Sequence[Path]) -> frozenset[str]:
    texts = [file.read_text(encoding="utf-8") for file in files]
    return frozenset(line for text in texts for line in _stripped(text))


def _own_lines(document: Example) -> Iterator[str]:
    yield from _stripped(document.text)
    yield from _stripped(document.clean_text or "")


def _stripped(text: str) -> Iterator[str]:
    return filter(None, map(str.strip, text.splitlines()))


def _truths(
    sets: Mapping[str, Sequence[Example]], left_out: frozenset[str]
) -> Iterator[tuple[str, bool, Truth]]:
    """(group, whether it is clean news, ground truth) of every document that can teach."""
    for name, documents in sets.items():
        for document in documents:
            if document.group in REWRITES or not left_out.isdisjoint(_own_lines(document)):
                continue
            one = truth(document)
            group = f"{name}/{document.group or ''}"
            if one.known:
                yield group, name.startswith(REFERENCE) and not document.spun, one
            if document.clean is not None:
                yield f"{group} (clean)", False, clean_side(document)


def _samples(model: Model, truths: Sequence[tuple[str, bool, Truth]]) -> Iterator[Sample]:
    for start in range(0, len(truths), 64):
        part = truths[start : start + 64]
        for (group, reference, one), raw in zip(
            part, model.logits([one.text for _, _, one in part]), strict=True
        ):
            if not len(raw.word):
                continue
            words = raw.document.words
            damaged = damaged_words(words, one)
            yield Sample(
                group,
                reference,
                raw.word,
                raw.sentence,
                raw.document.word_sentence,
                damaged,
                np.array([not w.protected for w in words]),
            )


def damaged_words(words: Sequence[Word], one: Truth) -> BoolArray:
    """Which of the `words` (W,) that a model reads share a character with damage."""
    spots = one.damaged_spans()
    starts = np.array([start for start, _ in spots] + [len(one.text)])
    ends = np.array([end for _, end in spots] + [len(one.text)])
    # The first damaged stretch that ends after a word begins: does it reach into the word?
    nearest = np.searchsorted(ends, [w.start for w in words], side="right")
    return np.asarray(starts[nearest] < np.array([w.end for w in words]))


def _damage(
    model: Model, truths: Sequence[tuple[str, bool, Truth]]
) -> tuple[list[str], list[BoolArray]]:
    texts = [one.text for _, _, one in truths]
    words = [glance.document.words for glance in model.looks(texts)]
    return texts, [damaged_words(w, one) for w, (_, _, one) in zip(words, truths, strict=True)]


def fit(samples: Sequence[Sample]) -> Calibration:
    """The three regressions. A group of documents weighs the square root of its size, so that the
    largest does not decide; half of the weight goes to single sentences."""
    if {bool(s.word_damaged.any()) for s in samples} != {True, False}:
        raise UnspinError("calibration needs both spun and clean documents")
    views = [(s, 1.0) for s in samples]
    views += [(one, 1.0 / max(1, len(s.sentence_logits))) for s in samples for one in s.sentences()]
    weight = _weights(views)
    fitted = [_fit_words(views, weight, *choice) for choice in EVIDENCE]
    c = min(fitted, key=lambda found: found[0])[1]
    word = [c.apply(s.word_logits, s.sentence_logits, s.word_sentence).word for s, _ in views]
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
    read = [c.apply(s.word_logits, s.sentence_logits, s.word_sentence) for s, _ in views]
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
    """A weight for each document: square root of its group's share, to temper large sets."""
    size: dict[str, float] = {}
    for sample, share in views:
        size[sample.group] = size.get(sample.group, 0.0) + share
    return [share / np.sqrt(size[sample.group]) for sample, share in views]


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


def thresholds(samples: Sequence[Sample], calibration: Calibration, target: Target) -> Mode:
    """The lowest document and sentence thresholds that keep the target's promises, and the word
    threshold with the best F-score, averaged over groups of spun text."""
    read = [
        (s, calibration.apply(s.word_logits, s.sentence_logits, s.word_sentence)) for s in samples
    ]
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
    word = float(grid[int(np.argmax(np.mean(scores, axis=0)))])
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


def _outcomes(
    model: Model, truths: Sequence[tuple[str, bool, Truth]]
) -> Iterator[tuple[float, bool]]:
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


def least_confidence(outcomes: Sequence[tuple[float, bool]], mending: float) -> float:
    """The least confidence at which an edit mends with probability `mending` or more."""
    if len(outcomes) < 50:
        return 0.1
    confidence = np.array([c for c, _ in outcomes])
    mended = np.array([m for _, m in outcomes], dtype=float)
    curve = IsotonicRegression(out_of_bounds="clip").fit(confidence, mended)
    grid = np.linspace(0, 1, 101)
    good = np.flatnonzero(curve.predict(grid) >= mending)
    return round(float(grid[good[0]]), 4) if len(good) else 1.0
