"""The restorer: flagged words to spans, spans to candidates, candidates to edits.

Every step is a function of one document, so that nothing depends on what is restored with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, islice
from math import exp

import numpy as np

from unspin.inference.beam import Candidate
from unspin.inference.constraints import NO_MARKS, Marks
from unspin.inference.detector import (
    BoolArray,
    Detector,
    DoubleArray,
    Judgement,
    RawLogits,
    Reading,
    covered,
    judge,
)
from unspin.inference.detokenise import detokenise
from unspin.inference.engine import WindowSpans
from unspin.inference.phrases import NOWHERE, Ranges
from unspin.inference.results import Alternative, RestoredEdit
from unspin.model.settings import Mode
from unspin.model.splice import Edit, deletion_span, match_case, splice
from unspin.model.tags import BEGIN, INSIDE
from unspin.model.words import word_range


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to `last` (inclusive) of a document, rewritten together."""

    first: int
    last: int


class Restorer:
    """Restores texts with one model."""

    def __init__(self, detector: Detector) -> None:
        self.detector = detector

    def restore(
        self, texts: Sequence[str], mode: Mode, marks: Sequence[Marks] | None = None
    ) -> list[tuple[Reading, Judgement, list[RestoredEdit]]]:
        """What was read in each of `texts`, and the edits that restore it within its `marks`."""
        marks = marks or [NO_MARKS] * len(texts)
        readings = self.detector.read(texts, keep_states=True)
        judgements = self.judge(readings, mode, marks)
        taken = [mark.taken() for mark in marks]
        spans = [
            group(reading.raw, without(reading.raw, judgement, ranges))
            for reading, judgement, ranges in zip(readings, judgements, taken, strict=True)
        ]
        candidates = self.candidates(readings, spans)
        edits = [
            demanded(reading.raw, judgement, mark)
            + propose(reading.raw, judgement, mode, part, found, self.text_of, ranges)
            for reading, judgement, mark, part, found, ranges in zip(
                readings, judgements, marks, spans, candidates, taken, strict=True
            )
        ]
        for part in edits:
            part.sort(key=lambda edit: edit.start)
        return list(zip(readings, judgements, edits, strict=True))

    def judge(
        self, readings: Sequence[Reading], mode: Mode, marks: Sequence[Marks] | None = None
    ) -> list[Judgement]:
        """What the detector says of each reading, and of words that it leaves in doubt the decoder,
        and what `mode` decides, within the readings' `marks`."""
        calibration = self.detector.settings.calibration
        marks = marks or [NO_MARKS] * len(readings)
        first = [self.detector.probabilities(reading.raw) for reading in readings]
        own = self.opinions(readings, [calibration.doubtful(p) for p in first])
        return [
            judge(document, calibration.hear(p, o), mode, mark.protected)
            for document, p, o, mark in zip(
                (reading.raw.document for reading in readings), first, own, marks, strict=True
            )
        ]

    def opinions(
        self, readings: Sequence[Reading], asked: Sequence[BoolArray]
    ) -> Iterator[DoubleArray]:
        """The log probability that the decoder begins with the word itself, for each word (W,) of
        each reading that is `asked` of (W,), NaN for others."""
        spans = [[Span(i, i) for i in np.flatnonzero(words).tolist()] for words in asked]
        work = (
            (window, reading.raw.document.ids[window.first + before])
            for reading, part in zip(readings, spans, strict=True)
            for before, window in self.placed(reading, part)
        )
        found = chain.from_iterable(self.detector.engine.openings(work))
        for words, part in zip(asked, spans, strict=True):
            own = np.full(len(words), np.nan)
            own[words] = list(islice(found, len(part)))
            yield own

    def candidates(
        self, readings: Sequence[Reading], spans: Sequence[list[Span]]
    ) -> Iterator[list[list[Candidate]]]:
        """The n best candidates of every span of a document, for each of `readings` in order:
        while one is worked on, the engine has those behind it in hand."""
        work = (
            window
            for reading, part in zip(readings, spans, strict=True)
            for window in self.windows(reading, part)
        )
        decoded = self.detector.engine.decode(work)
        for reading, part in zip(readings, spans, strict=True):
            count = len({int(reading.raw.document.word_window[s.first]) for s in part})
            yield [c for _ in range(count) for c in next(decoded)]

    def windows(self, reading: Reading, spans: Sequence[Span]) -> Iterator[WindowSpans]:
        """The spans of one document, by window."""
        return (window for _, window in self.placed(reading, spans))

    def placed(self, reading: Reading, spans: Sequence[Span]) -> Iterator[tuple[int, WindowSpans]]:
        """The spans of one document by window, each with the document's piece that its first
        piece, [CLS], stands before."""
        document = reading.raw.document
        windows = [
            (number, list(part))
            for number, part in groupby(spans, lambda s: int(document.word_window[s.first]))
        ]
        states = self.detector.states(reading, [number for number, _ in windows])
        for (number, part), hidden in zip(windows, states, strict=True):
            before = document.windows[number].start - 1  # the window opens with [CLS]
            yield (
                before,
                WindowSpans(
                    hidden,
                    document.word_first[[s.first for s in part]] - before,
                    document.word_last[[s.last for s in part]] - before,
                ),
            )

    def text_of(self, pieces: Sequence[int]) -> str:
        """The wording that `pieces` spell."""
        tokenizer = self.detector.encoder.tokenizer
        return detokenise([tokenizer.id_to_token(piece) or "" for piece in pieces])


def group(raw: RawLogits, judgement: Judgement) -> list[Span]:
    """Flagged words as spans: a word that the tags call "inside" joins the flagged word before it
    if nothing but blanks on the same line stands between them."""
    document = raw.document
    spans: list[Span] = []
    for i in np.flatnonzero(judgement.flagged).tolist():
        if spans and spans[-1].last == i - 1 and _joins(raw, i):
            spans[-1] = Span(spans[-1].first, i)
        else:
            spans.append(Span(i, i))
    assert all(document.word_window[s.first] == document.word_window[s.last] for s in spans)
    return spans


def without(raw: RawLogits, judgement: Judgement, taken: Ranges) -> Judgement:
    """`judgement` with no word flagged that shares a character with `taken`."""
    return replace(judgement, flagged=judgement.flagged & ~covered(raw.document, taken))


def demanded(raw: RawLogits, judgement: Judgement, marks: Marks) -> list[RestoredEdit]:
    """The edits that the user's dictionary asks for."""
    document = raw.document
    edits = []
    for start, end, text in marks.replacements:
        first, last = word_range(document.words, start, end)
        if first < last:
            score = float(judgement.word[first:last].max())
            original = document.text[start:end]
            edit = RestoredEdit(start, end, original, text, score, 1.0, (), "dictionary")
            edits.append(edit)
    return edits


def _joins(raw: RawLogits, word: int) -> bool:
    document = raw.document
    gap = document.text[document.words[word - 1].end : document.words[word].start]
    return bool(
        raw.tags[word, INSIDE] > raw.tags[word, BEGIN]
        and document.word_sentence[word] == document.word_sentence[word - 1]
        and document.word_window[word] == document.word_window[word - 1]
        and gap.isspace()
        and len(gap.splitlines()) == 1
        and not gap.endswith(("\n", "\r"))
    )


def _is_name(raw: RawLogits, span: Span) -> bool:
    """Whether a word of the span has a capital that no beginning of a sentence explains."""
    document = raw.document
    return any(
        document.text[document.words[i].start].isupper()
        and i > 0
        and document.word_sentence[i] == document.word_sentence[i - 1]
        for i in range(span.first, span.last + 1)
    )


def propose(
    raw: RawLogits,
    judgement: Judgement,
    mode: Mode,
    spans: Sequence[Span],
    candidates: Sequence[Sequence[Candidate]],
    text_of: Callable[[Sequence[int]], str],
    taken: Ranges = NOWHERE,
) -> list[RestoredEdit]:
    """An edit for each span whose best candidate is sure enough and is not what stands there;
    none that would touch the ranges `taken`, not even a blank in them."""
    document = raw.document
    edits: list[RestoredEdit] = []
    for span, found in zip(spans, candidates, strict=True):
        start, end = document.words[span.first].start, document.words[span.last].end
        original = document.text[start:end]
        same = original_forms(raw, span, text_of)
        ranked = rank_texts([(text_of(c.pieces), exp(c.log_probability)) for c in found])
        least = mode.confidence
        if _is_name(raw, span):
            least = max(least, mode.name_confidence)
        if not ranked or ranked[0][1] < least or ranked[0][0].casefold() in same:
            continue
        replacement, *others = [
            Alternative(match_case(original, text), p)
            for text, p in ranked
            if text.casefold() not in same
        ]
        if not replacement.text:
            start, end = deletion_span(document.text, start, end)
            start = max(start, edits[-1].end if edits else 0)
        if taken.touch(start, end):
            continue
        edit = RestoredEdit(
            start,
            end,
            document.text[start:end],
            replacement.text,
            float(judgement.word[span.first : span.last + 1].max()),
            replacement.confidence,
            tuple(others),
        )
        edits.append(edit)
    return edits


def original_forms(raw: RawLogits, span: Span, text_of: Callable[[Sequence[int]], str]) -> set[str]:
    """What stands at `span`, as it is written and as the tokenizer reads it, without accents and
    the like; without regard to case."""
    document = raw.document
    start, end = document.words[span.first].start, document.words[span.last].end
    read = document.ids[document.word_first[span.first] : document.word_last[span.last] + 1]
    return {document.text[start:end].casefold(), text_of(read.tolist()).casefold()}


def rank_texts(candidates: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Different texts, likeliest first; two spellings in pieces of one text count together.

    Texts with a special piece such as [UNK] are no wording and are left out.
    """
    total: dict[str, float] = {}
    for text, probability in candidates:
        if "[" not in text:
            total[text] = total.get(text, 0.0) + probability
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


def apply_edits(text: str, edits: Sequence[RestoredEdit]) -> str:
    """`text` with `edits` applied."""
    return splice(text, [Edit(e.start, e.end, e.original, e.replacement) for e in edits])
