"""Raw logits to calibrated probabilities: the document is its own evidence.

A spun document is damaged in every sentence and a clean one nowhere, so the share of damage in
the rest of the document is a prior on each word (a two-level model). Every level is a logistic
regression (Platt scaling, 1999, with more features) fitted on held-out data by
`unspin calibrate`; its coefficients travel with the weights. None is negative, so that more
evidence of damage never lowers a score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Probabilities:
    """P(damage) of each word, of each sentence and of the document."""

    word: FloatArray
    sentence: FloatArray
    document: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients of the three regressions, the intercept last.

    Attributes:
        word: of the word's logit and the evidence of the document's other words.
        sentence: of the sentence head's logit, the logit that any of its words is damaged, and
            the evidence of the other sentences.
        document: of the evidence of all words and the logit of the likeliest damaged sentence.
        even_share, full_words: what evidence is. It is the log ratio of the share of damage to
            `even_share`, at which it speaks neither way, and counts in full only where it rests
            on many more words than `full_words`: a single sentence has only itself.
    """

    word: tuple[float, ...] = (1.0, 0.0, 0.0)
    sentence: tuple[float, ...] = (0.5, 0.5, 0.0, 0.0)
    document: tuple[float, ...] = (0.5, 1.0, 0.0)
    even_share: float = 0.03
    full_words: float = 20.0

    def __post_init__(self) -> None:
        for name, count in (("word", 3), ("sentence", 4), ("document", 3)):
            if len(getattr(self, name)) != count:
                raise TypeError(f"calibration.{name} has {len(getattr(self, name))} of {count}")

    def apply(
        self, word_logits: FloatArray, sentence_logits: FloatArray, word_sentence: IntArray
    ) -> Probabilities:
        """Probabilities of one document: (W,), (S,) logits and the sentence of each word (W,)."""
        word = sigmoid(linear(self.word, self.word_features(word_logits)))
        features = self.sentence_features(word_logits, word, sentence_logits, word_sentence)
        sentence = sigmoid(linear(self.sentence, features))
        document = sigmoid(linear(self.document, self.document_features(word, sentence)))
        return Probabilities(word, sentence, float(document[0]) if len(word) else 0.0)

    def word_features(self, word_logits: FloatArray) -> FloatArray:
        """(W, 2): the word's logit, the evidence of the other words."""
        damage = sigmoid(word_logits)
        elsewhere = self._evidence(damage.sum() - damage, len(damage) - 1)
        return np.column_stack([word_logits, elsewhere])

    def sentence_features(
        self,
        word_logits: FloatArray,
        word: FloatArray,
        sentence_logits: FloatArray,
        word_sentence: IntArray,
    ) -> FloatArray:
        """(S, 3): the head's logit, the logit of any damaged word, the evidence elsewhere."""
        count = len(sentence_logits)
        spared = np.bincount(word_sentence, np.log1p(-np.clip(word, 0, 1 - 1e-9)), count)
        # log P(none) -> logit of P(any), without leaving log space
        any_word = np.log(np.maximum(-np.expm1(spared), 1e-9)) - np.maximum(spared, -20)
        damage = sigmoid(word_logits)
        here = np.bincount(word_sentence, damage, count)
        words_here = np.bincount(word_sentence, minlength=count)
        elsewhere = self._evidence(damage.sum() - here, len(damage) - words_here)
        return np.column_stack([sentence_logits, any_word, elsewhere])

    def document_features(self, word: FloatArray, sentence: FloatArray) -> FloatArray:
        """(1, 2): the evidence of all words, the logit of the worst sentence."""
        evidence = self._evidence(word.sum(), len(word))
        worst = np.clip(sentence.max(initial=1e-6), 1e-6, 1 - 1e-6)
        return np.array([[evidence, np.log(worst / (1 - worst))]])

    def _evidence(self, damage: FloatArray | float, words: IntArray | int) -> FloatArray:
        ratio = (damage + self.even_share) / (np.asarray(words) + 1.0) / self.even_share
        return np.asarray(words / (words + self.full_words) * np.log(np.maximum(ratio, 1e-6)))


def pool_sentences(
    evidence: FloatArray, attention: FloatArray, word_sentence: IntArray, count: int
) -> FloatArray:
    """Sentence logits (S,) from the head's evidence and attention at each word (W,).

    The twin of `unspin.model.network.sentence_logits`.
    """
    weight = np.exp(np.clip(attention, -15, 15))
    total = np.bincount(word_sentence, weight, count)
    return np.bincount(word_sentence, weight * evidence, count) / np.maximum(total, 1e-9)


def sigmoid(x: FloatArray) -> FloatArray:
    """The logistic function, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def linear(coefficients: tuple[float, ...], features: FloatArray) -> FloatArray:
    """(R, F) features times F coefficients plus the intercept: (R,)."""
    found: FloatArray = features @ np.array(coefficients[:-1]) + coefficients[-1]
    return found
