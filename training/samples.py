"""What calibration is fitted on: the raw logits of labelled documents, with their labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from unspin.model.calibration import Calibration, Probabilities
from unspin.model.words import Word
from unspin.training.evaluate import REFERENCE, REWRITES
from unspin.training.readers import Example, plain_text
from unspin.training.truth import Truth, clean_side, truth

if TYPE_CHECKING:
    from unspin import Model

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

Labelled = tuple[str, bool, Truth]
"""A document: its group, whether it is clean news, and what is true of it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One document's raw logits with its labels: words and sentences (damaged or not).

    `own` (W,) is the log probability that the decoder begins with the word itself, NaN where it was
    not asked.
    """

    group: str
    reference: bool
    text: str
    word_logits: FloatArray
    sentence_logits: FloatArray
    word_sentence: IntArray
    word_damaged: BoolArray
    editable: BoolArray
    own: FloatArray

    def alone(self, calibration: Calibration) -> Probabilities:
        """What the detector says."""
        return calibration.apply(self.word_logits, self.sentence_logits, self.word_sentence)

    def heard(self, calibration: Calibration) -> Probabilities:
        """What detector and decoder say."""
        return calibration.hear(self.alone(calibration), self.own)

    @property
    def sentence_damaged(self) -> BoolArray:
        hits = np.bincount(self.word_sentence, self.word_damaged, len(self.sentence_logits))
        return hits > 0

    def sentences(self) -> Iterator[Sample]:
        """Each sentence as a document of its own, by the logits that it has among the others."""
        for number in np.unique(self.word_sentence):
            inside = self.word_sentence == number
            yield replace(
                self,
                word_logits=self.word_logits[inside],
                sentence_logits=self.sentence_logits[number : number + 1],
                word_sentence=np.zeros(int(inside.sum()), dtype=np.int64),
                word_damaged=self.word_damaged[inside],
                editable=self.editable[inside],
                own=self.own[inside],
            )


def labelled(
    sets: Mapping[str, Sequence[Example]], left_out: Sequence[Path] = ()
) -> Iterator[Labelled]:
    """Every document that can teach; none that shares a line with a file of `left_out`."""
    lines = {line for file in left_out for line in _lines(plain_text(file))}
    for name, documents in sets.items():
        for document in documents:
            sides = (document.text, document.clean_text or "")
            if document.group in REWRITES or any(not lines.isdisjoint(_lines(s)) for s in sides):
                continue
            one = truth(document)
            group = f"{name}/{document.group or ''}"
            if one.known:
                yield group, name.startswith(REFERENCE) and not document.spun, one
            if document.clean is not None:
                yield f"{group} (clean)", False, clean_side(document)


def _lines(text: str) -> Iterator[str]:
    return filter(None, map(str.strip, text.splitlines()))


def samples_of(model: Model, truths: Sequence[Labelled]) -> Iterator[Sample]:
    """What the model says of the words of each document that has any."""
    for start in range(0, len(truths), 64):
        part = truths[start : start + 64]
        for (group, reference, one), raw in zip(
            part, model.logits([one.text for _, _, one in part]), strict=True
        ):
            if not len(raw.word):
                continue
            words = raw.document.words
            yield Sample(
                group,
                reference,
                one.text,
                raw.word,
                raw.sentence,
                raw.document.word_sentence,
                damaged_words(words, one),
                np.array([not w.protected for w in words]),
                np.full(len(words), np.nan),
            )


def damaged_words(words: Sequence[Word], one: Truth) -> BoolArray:
    """Which of the `words` (W,) that a model reads share a character with damage."""
    spots = one.damaged_spans()
    starts = np.array([start for start, _ in spots] + [len(one.text)])
    ends = np.array([end for _, end in spots] + [len(one.text)])
    # The first damaged stretch that ends after a word begins: does it reach into the word?
    nearest = np.searchsorted(ends, [w.start for w in words], side="right")
    return np.asarray(starts[nearest] < np.array([w.end for w in words]))
