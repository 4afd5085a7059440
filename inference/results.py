"""What reading a document gives: frozen records, and their JSON form (`to_dict`).

All offsets count Unicode code points in the text as it was given; all scores are probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["ok", "skipped", "error"]

DIGITS = 4
"""Decimals of a probability in JSON."""


def _rounded(probability: float) -> float:
    return round(float(probability), DIGITS)


@dataclass(frozen=True, slots=True)
class WordScore:
    """A word over the mode's threshold, and the probability that a spinner damaged it."""

    start: int
    end: int
    score: float

    def to_dict(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "score": _rounded(self.score)}


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """A sentence, and the probability that it holds spinner damage."""

    start: int
    end: int
    score: float
    spun: bool

    def to_dict(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "score": _rounded(self.score),
            "spun": self.spun,
        }


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another wording for an edit; the empty text stands for leaving the words out."""

    text: str
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "confidence": _rounded(self.confidence)}


@dataclass(frozen=True, slots=True)
class RestoredEdit:
    """`text[start:end]` was `original` and becomes `replacement`.

    `score` is the detector's probability of damage, `confidence` the decoder's probability of
    the replacement.
    """

    start: int
    end: int
    original: str
    replacement: str
    score: float
    confidence: float
    alternatives: tuple[Alternative, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "original": self.original,
            "replacement": self.replacement,
            "score": _rounded(self.score),
            "confidence": _rounded(self.confidence),
            "alternatives": [a.to_dict() for a in self.alternatives],
        }


@dataclass(frozen=True, slots=True)
class Score:
    """A document as the detector sees it.

    `status` is "ok", "skipped" or "error"; unless it is "ok", `reason` says why and the scores
    are zero. `words` lists the words over the threshold, `sentences` all sentences.
    """

    status: Status
    reason: str | None
    text: str
    score: float = 0.0
    spun: bool = False
    sentences: tuple[SentenceScore, ...] = ()
    words: tuple[WordScore, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, without the text."""
        if self.status != "ok":
            return {"status": self.status, "reason": self.reason}
        return {
            "status": self.status,
            "score": _rounded(self.score),
            "spun": self.spun,
            "sentences": [s.to_dict() for s in self.sentences],
            "words": [w.to_dict() for w in self.words],
        }


@dataclass(frozen=True, slots=True)
class Restoration(Score):
    """A document and its restored wording: applying `edits` to `text` gives `restored`.

    `edits` are sorted and do not overlap. Unless `status` is "ok", `restored` is the text itself.
    """

    restored: str = ""
    edits: tuple[RestoredEdit, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, without the text as it was given."""
        base = Score.to_dict(self)
        if self.status == "error":
            return base
        return {**base, "restored": self.restored, "edits": [e.to_dict() for e in self.edits]}
