"""scikit-learn: `SpinDetector`, a classifier of texts (extra `sklearn`).

    from unspin import SpinDetector

    spun = "The travel comes arsenic Mexico has worked to debar tariff threats."
    clean = "The trip comes as Mexico has worked to avoid tariff threats."
    detector = SpinDetector().fit([spun, clean], ["spun", "clean"])
    detector.predict(["He volition question to Mexico connected Friday."])

`fit` does not train the network. It reads each text once and learns where, on the scale of the
model's own log odds that a text is spun, your labels part: a logistic regression on one number
(Platt scaling). That takes as long as reading the texts, and needs tens of them. To change what
the network sees in a text, fine-tune it (`unspin train`) and name the folder in `model`.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from itertools import islice
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from unspin.inference.adapters.shared import shared_model, weights_of
from unspin.inference.results import Score
from unspin.model.errors import UnspinError

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.linear_model import LogisticRegression
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:
    raise UnspinError("SpinDetector needs scikit-learn: pip install 'unspin[sklearn]'") from error

DoubleArray = npt.NDArray[np.float64]

KEPT = 100_000
"""Readings kept in a process (15 MB), so that cross-validation reads every text once."""

BATCH = 64
"""Texts read at a time."""

CERTAIN = 1e-6
"""No text is more certainly spun or unspun than this: what keeps log odds finite."""

_readings: dict[tuple[str, bytes], float] = {}


class SpinDetector(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Tells spun texts from others, or any classes that differ in how much is damaged.

    A text without words counts as certainly not spun.

    Args:
        model: a folder written by `unspin export`, by default the shipped weights.
        C, class_weight: as in `sklearn.linear_model.LogisticRegression`.
        threads: parts of a text read at the same time; 1 where `n_jobs` makes processes.

    Attributes:
        classes_: the labels, sorted.
        decision_: the fitted `LogisticRegression` on log odds.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        C: float = 1.0,
        class_weight: Any = None,
        threads: int | None = None,
    ) -> None:
        self.model = model
        self.C = C
        self.class_weight = class_weight
        self.threads = threads

    def fit(self, X: Iterable[str], y: Any, sample_weight: Any = None) -> SpinDetector:
        """Learn from texts `X` (n,) and labels `y` (n,) where classes part.

        Raises TypeError if `X` is not texts, ValueError if `y` does not fit, and `UnspinError` if
        `model` cannot be loaded.
        """
        decision = LogisticRegression(C=self.C, class_weight=self.class_weight)
        self.decision_ = decision.fit(self._read(X), y, sample_weight)
        self.classes_ = self.decision_.classes_
        return self

    def decision_function(self, X: Iterable[str]) -> DoubleArray:
        """Confidence in `classes_[1]` (n,), or in each of more than two classes (n, classes)."""
        found: DoubleArray = self._fitted().decision_function(self._read(X))
        return found

    def predict_proba(self, X: Iterable[str]) -> DoubleArray:
        """Probability of each of `classes_` (n, classes)."""
        found: DoubleArray = self._fitted().predict_proba(self._read(X))
        return found

    def predict(self, X: Iterable[str]) -> npt.NDArray[Any]:
        """The likeliest class of each text (n,)."""
        found: npt.NDArray[Any] = self._fitted().predict(self._read(X))
        return found

    def _fitted(self) -> Any:
        hint = "this %(name)s has no labels yet: call fit, or use unspin.load().score without any"
        check_is_fitted(self, msg=hint)
        return self.decision_

    def _read(self, X: Iterable[str]) -> DoubleArray:
        """What is known of texts before `fit`: log odds that each is spun (n, 1)."""
        texts, weights = _texts(X), weights_of(self.model)
        keys = [(weights, _digest(text)) for text in texts]
        found = {key: _readings[key] for key in keys if key in _readings}
        unread = iter({k: t for k, t in zip(keys, texts, strict=True) if k not in found}.items())
        while part := dict(islice(unread, BATCH)):
            scores = shared_model(self.model, self.threads).score(list(part.values()))
            found.update(zip(part, map(_log_odds, scores), strict=True))
        if len(_readings) > KEPT:
            _readings.clear()
        _readings.update(found)
        return np.array([found[key] for key in keys], dtype=np.float64).reshape(-1, 1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags


def _texts(X: Iterable[str]) -> list[str]:
    """A list, array or column of texts as a list; raises TypeError for all else."""
    if isinstance(X, str | bytes) or getattr(X, "ndim", 1) != 1:
        what = type(X).__name__ if isinstance(X, str | bytes) else f"{X.ndim} dimensions"  # type: ignore[attr-defined]
        raise TypeError(f"expected a list or a column of texts, not {what}")
    texts = list(X)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            kind = type(text).__name__
            raise TypeError(f"row {i} is not a text but {kind}: drop or fill such rows first")
    return texts


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _log_odds(score: Score) -> float:
    p = min(max(score.score, CERTAIN), 1 - CERTAIN)
    return log(p / (1 - p))
