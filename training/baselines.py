"""Baselines that any detector or restorer has to beat. They answer in the model's own results.

WordFrequency      rare words are suspect, after FGWS (Mozes et al., 2021), which finds adversarial
                   substitutions by their low frequency.
TfidfRegression    TF-IDF of words and word pairs, and logistic regression, a sentence at a time.
InverseDictionary  every word (or phrase) that a spinner is known to write is turned back, blindly.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from unspin import Alternative, Restoration, RestoredEdit, SentenceScore, WordScore
from unspin.model.errors import UnspinError
from unspin.model.normalise import view
from unspin.model.sentences import sentences
from unspin.model.splice import Edit, match_case, splice
from unspin.model.words import Word, word_range
from unspin.training.readers import Example
from unspin.training.spinners.resources import LEXICON, dictionary_rows
from unspin.training.truth import keys, source_words, text_keys, truth

Phrase = tuple[str, ...]


def source_sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` by their places in `text` as given."""
    seen = view(text)
    return [seen.span(start, end) for start, end in sentences(seen.text)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _result(
    text: str,
    places: Sequence[tuple[int, int]],
    scores: Sequence[float],
    threshold: float,
    words: Iterable[WordScore] = (),
    edits: Sequence[RestoredEdit] = (),
) -> Restoration:
    """A result from sentence scores; the document scores the mean of its sentences."""
    score = _mean(scores)
    plain = [Edit(one.start, one.end, one.original, one.replacement) for one in edits]
    return Restoration(
        status="ok",
        reason=None,
        text=text,
        score=score,
        spun=score >= threshold,
        sentences=tuple(
            SentenceScore(start, end, value, value >= threshold)
            for (start, end), value in zip(places, scores, strict=True)
        ),
        words=tuple(words),
        restored=splice(text, plain),
        edits=tuple(edits),
    )


class WordFrequency:
    """A word scores 0.5 at `rare` (Zipf scale: log10 of uses in 10^9 words), more when rarer.

    Names and numbers are rare and mean nothing, so words with a capital or a digit are passed over.
    A sentence scores the mean of its words; it is flagged from `threshold` up.
    """

    name = "word frequency"
    parts = frozenset({"words"})

    def __init__(self, rare: float = 3.3, threshold: float = 0.12) -> None:
        self.rare = rare
        self.threshold = threshold

    def read(self, texts: Sequence[str]) -> list[Restoration]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Restoration:
        found = source_words(text)
        values = [self._score(word) for word in found]
        places = source_sentences(text)
        scores = [_mean(values[slice(*word_range(found, *place))]) for place in places]
        flagged = (
            WordScore(word.start, word.end, value)
            for word, value in zip(found, values, strict=True)
            if value >= 0.5
        )
        return _result(text, places, scores, self.threshold, flagged)

    def _score(self, word: Word) -> float:
        if word.protected or not word.text.isalpha() or not word.text.islower():
            return 0.0
        return 1 / (1 + math.exp(3 * (_zipf(word.text) - self.rare)))


class TfidfRegression:
    """Scores sentences; says nothing of single words."""

    name = "TF-IDF + logistic regression"
    parts = frozenset[str]()
    threshold = 0.5

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline

    @classmethod
    def fit(cls, documents: Iterable[Example]) -> Self:
        """Learns from pairs (sentences with damage against sentences of the originals).

        A document with a label only lends the label to all its sentences.
        Raises `UnspinError` when there are not sentences of both kinds.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        labelled = [one for document in documents for one in _labelled_sentences(document)]
        if {label for _, label in labelled} != {False, True}:
            raise UnspinError("the pairs to fit on need spun and clean sentences")
        pipeline = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=200_000),
            LogisticRegression(C=10.0, class_weight="balanced", max_iter=300),
        )
        pipeline.fit([text for text, _ in labelled], [label for _, label in labelled])
        return cls(pipeline)

    def read(self, texts: Sequence[str]) -> list[Restoration]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Restoration:
        places = source_sentences(text)
        pieces = [text[start:end] for start, end in places]
        scores = [float(row[1]) for row in self.pipeline.predict_proba(pieces)] if pieces else []
        return _result(text, places, scores, self.threshold)


def _labelled_sentences(document: Example) -> Iterator[tuple[str, bool]]:
    damage = truth(document)
    harmed = damage.damaged_spans()
    for start, end in source_sentences(document.text):
        if not document.spun:
            yield document.text[start:end], False
        elif not damage.known or any(a < end and start < b for a, b in harmed):
            yield document.text[start:end], True
    original = document.clean_text or ""
    for start, end in source_sentences(original):
        yield original[start:end], False


class InverseDictionary:
    """Turns back whatever stands in the dictionary, longest phrase first.

    Of several originals it takes the one seen most often, then the one seen first. With `gain`, it
    keeps to entries whose original is commoner by that much on the Zipf scale, for then the entry
    is likelier to be damage than somebody's own word.
    A sentence scores the share of its words that are turned back; one such word flags it.
    """

    parts = frozenset({"words", "edits"})

    def __init__(
        self,
        originals: Mapping[Phrase, Counter[Phrase]],
        name: str = "inverse dictionary",
        gain: float | None = None,
    ) -> None:
        self.name = name
        self.table: dict[Phrase, list[str]] = {}
        for spun, seen in originals.items():
            ranked = [" ".join(original) for original, _ in seen.most_common()]
            if gain is None or _zipf(ranked[0]) >= _zipf(" ".join(spun)) + gain:
                self.table[spun] = ranked
        self.longest = max(map(len, self.table), default=0)

    @classmethod
    def from_lexicon(cls, *files: Path, name: str, gain: float | None = None) -> Self:
        """From tables with the columns `original` and `spun`, tab separated; all shipped ones
        where none is given. Rows whose `confidence` is not high are left out."""
        originals: dict[Phrase, Counter[Phrase]] = {}
        for file in files or sorted(LEXICON.glob("spinner_*.tsv")):
            for row in dictionary_rows(file):
                if (row.get("confidence") or "high") == "high":
                    _learn(originals, text_keys(row["spun"]), text_keys(row["original"]))
        return cls(originals, name, gain)

    def read(self, texts: Sequence[str]) -> list[Restoration]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Restoration:
        found = source_words(text)
        places = source_sentences(text)
        edits: list[RestoredEdit] = []
        hit: set[int] = set()
        for first, last in self._matches(found):
            edits.append(self._edit(text, found[first:last]))
            hit.update(range(first, last))
        scores = []
        for place in places:
            inside = range(*word_range(found, *place))
            scores.append(_mean([float(i in hit) for i in inside]))
        words = (WordScore(found[i].start, found[i].end, 1.0) for i in sorted(hit))
        return _result(text, places, scores, 1e-9, words, edits)

    def _matches(self, found: Sequence[Word]) -> Iterator[tuple[int, int]]:
        folded = keys(found)
        first = 0
        while first < len(found):
            for last in range(min(first + self.longest, len(found)), first, -1):
                if folded[first:last] in self.table and not any(
                    word.protected for word in found[first:last]
                ):
                    yield first, last
                    first = last
                    break
            else:
                first += 1

    def _edit(self, text: str, phrase: Sequence[Word]) -> RestoredEdit:
        start, end = phrase[0].start, phrase[-1].end
        original = text[start:end]
        choices = [match_case(original, choice) for choice in self.table[keys(phrase)]]
        # A dictionary has no probabilities; its first choice is all it stands for.
        others = tuple(Alternative(choice, 0.0) for choice in choices[1:])
        return RestoredEdit(start, end, original, choices[0], 1.0, 1.0, others)


def _zipf(phrase: str) -> float:
    from wordfreq import zipf_frequency

    return float(zipf_frequency(phrase, "en"))


def _learn(originals: dict[Phrase, Counter[Phrase]], spun: Phrase, original: Phrase) -> None:
    if spun and original and spun != original:
        originals.setdefault(spun, Counter())[original] += 1
