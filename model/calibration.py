"""Raw logits to calibrated probabilities: the document is its own evidence.

A spun document is damaged in every sentence and a clean one nowhere, so the share of damage in
the rest of the document is a prior on each word (a two-level model). Every level is a logistic
regression (Platt scaling, 1999, with more features) fitted on held-out data by
`unspin calibrate`; its coefficients travel with the weights. None is negative, so that more
evidence of damage never lowers a score.

Where a document is suspect, the decoder has a say in the words that this leaves in doubt: the
likelier it would begin with the word that stands there, the sounder is that word, and with it the
document.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

DOUBT = (0.1, 0.9)
"""The detector's probabilities between which the decoder is asked for its opinion of a word."""

SUSPECT = 0.05
"""The detector's probability of a document from which on the decoder is asked at all."""

LEAST_OWN = -6.0
"""A word's log probability to the decoder counts as no less: it tells of the likeliest pieces."""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """P(damage) of each word, of each sentence and of the document."""

    word: FloatArray
    sentence: FloatArray
    document: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients of the regressions, the intercept last.

    Attributes:
        word: of the word's logit and the evidence of the document's other words.
        sentence: of the sentence head's logit, the logit that any of its words is damaged, and
            the evidence of the other sentences.
        document: of the evidence of all words and the logit of the likeliest damaged sentence.
        word_heard: of the logit of a word's probability so far and minus the log probability that
            the decoder begins with the word itself.
        document_heard: of the logit of the document's probability so far and those of its two
            worst words, as heard.
        even_share, full_words: what evidence is. It is the log ratio of the share of damage to
            `even_share`, at which it speaks neither way, and counts in full only where it rests
            on many more words than `full_words`: a single sentence has only itself.
    """

    word: tuple[float, ...] = (1.0, 0.0, 0.0)
    sentence: tuple[float, ...] = (0.5, 0.5, 0.0, 0.0)
    document: tuple[float, ...] = (0.5, 1.0, 0.0)
    word_heard: tuple[float, ...] = (1.0, 0.0, 0.0)
    document_heard: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0)
    even_share: float = 0.03
    full_words: float = 20.0

    def __post_init__(self) -> None:
        for one in fields(self):
            given = getattr(self, one.name)
            if isinstance(one.default, tuple) and len(given) != len(one.default):
                raise TypeError(f"calibration.{one.name} has {len(given)} of {len(one.default)}")

    def apply(
        self, word_logits: FloatArray, sentence_logits: FloatArray, word_sentence: IntArray
    ) -> Probabilities:
        """Probabilities of one document: (W,), (S,) logits and the sentence of each word (W,)."""
        word = sigmoid(linear(self.word, self.word_features(word_logits)))
        features = self.sentence_features(word_logits, word, sentence_logits, word_sentence)
        sentence = sigmoid(linear(self.sentence, features))
        document = sigmoid(linear(self.document, self.document_features(word, sentence)))
        return Probabilities(word, sentence, float(document[0]) if len(word) else 0.0)

    def doubtful(self, p: Probabilities) -> BoolArray:
        """Which words (W,) the decoder has a say in, if the detector alone says `p`."""
        if p.document < SUSPECT:
            return np.zeros(len(p.word), dtype=np.bool_)
        found: BoolArray = (p.word >= DOUBT[0]) & (p.word <= DOUBT[1])
        return found

    def hear(self, p: Probabilities, own: FloatArray) -> Probabilities:
        """`p` in the light of the log probability `own` (W,) that the decoder begins with each
        word itself; NaN for words that it was not asked about."""
        if p.document < SUSPECT:
            return p
        asked = ~np.isnan(own)
        word = p.word.copy()
        features = self.heard_word_features(p.word[asked], own[asked])
        word[asked] = sigmoid(linear(self.word_heard, features))
        document = sigmoid(linear(self.document_heard, self.heard_document_features(p, word)))
        return Probabilities(word, p.sentence, float(document[0]))

    @staticmethod
    def heard_word_features(word: FloatArray, own: FloatArray) -> FloatArray:
        """(W, 2): the logit of the word's probability, the decoder's surprise at the word."""
        return np.column_stack([logit(word), -np.maximum(own, LEAST_OWN)])

    @staticmethod
    def heard_document_features(p: Probabilities, heard: FloatArray) -> FloatArray:
        """(1, 3): the logits of the document's probability so far and of its two worst words; its
        words' probabilities are `heard` (W,)."""
        worst = np.sort(np.append(heard, (0.0, 0.0)))[:-3:-1]
        return logit(np.array([[p.document, *worst]]))

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
        return np.column_stack([evidence, logit(sentence.max(initial=0.0, keepdims=True))])

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


def logit(p: FloatArray) -> FloatArray:
    """The inverse of `sigmoid`, within 14 of zero."""
    inner = np.clip(p, 1e-6, 1 - 1e-6)
    found: FloatArray = np.log(inner / (1 - inner))
    return found


def linear(coefficients: tuple[float, ...], features: FloatArray) -> FloatArray:
    """(R, F) features times F coefficients plus the intercept: (R,)."""
    found: FloatArray = features @ np.array(coefficients[:-1]) + coefficients[-1]
    return found
