"""What reading a document gives: frozen records, and their JSON form (`to_dict`).

All offsets count Unicode code points in the text as it was given; all scores are probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ok", "skipped", "error"]

Author = Literal["model", "dictionary"]
"""Whose edit it is: the model's, or that of a dictionary the user gave."""

DIGITS = 4
"""Decimals of a probability in JSON."""


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "(left out)"


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
    the replacement, which is 1 where a dictionary asked for it.
    """

    start: int
    end: int
    original: str
    replacement: str
    score: float
    confidence: float
    alternatives: tuple[Alternative, ...] = ()
    by: Author = "model"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; `by` is left out where it is the model."""
        row = {
            "start": self.start,
            "end": self.end,
            "original": self.original,
            "replacement": self.replacement,
            "score": _rounded(self.score),
            "confidence": _rounded(self.confidence),
            "alternatives": [a.to_dict() for a in self.alternatives],
        }
        return row if self.by == "model" else {**row, "by": self.by}


@dataclass(frozen=True, slots=True)
class Finding:
    """``text[start:end]`` reads `phrase`, which is in the user's list beside the term `expected`
    (None if the list has none)."""

    start: int
    end: int
    phrase: str
    expected: str | None

    @property
    def reason(self) -> str:
        """Why it was found, for a person."""
        listed = f"{_quoted(self.phrase)} is in the list of phrases"
        return f"{listed}; expected: {_quoted(self.expected)}" if self.expected else listed

    def to_dict(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "phrase": self.phrase,
            "expected": self.expected,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class KnownPair:
    """An original for which `spinners` (families by letter) are known to write the damaged word.

    `relation` is how a thesaurus relates the two, where that is known.
    """

    original: str
    spinners: tuple[str, ...]
    relation: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "original": self.original,
            "spinners": list(self.spinners),
            "relation": self.relation,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the words ``text[start:end]`` were flagged.

    `fits` are the decoder's wordings for the place, likeliest first. `rank` is the place of the
    words themselves among them, from 1; None if they are not there, and then `confidence`, their
    own probability, is the most it can be. `pairs` are swaps known of spinners.
    """

    start: int
    end: int
    original: str
    score: float
    rank: int | None
    confidence: float
    fits: tuple[Alternative, ...]
    pairs: tuple[KnownPair, ...]

    @property
    def reason(self) -> str:
        """All of it in one line, for a person."""
        fit = f"{self.confidence:.1%}" if self.confidence >= 0.001 else "under 0.1%"
        parts = [f"fits here with {fit}" + (f", number {self.rank}" if self.rank else "")]
        if self.fits and self.rank != 1:
            best = self.fits[0]
            parts.append(f"the best is {_quoted(best.text)} with {best.confidence:.1%}")
        if self.pairs:
            pair = self.pairs[0]
            who = f"spinner {pair.spinners[0]} writes"
            if len(pair.spinners) > 1:
                who = f"spinners {', '.join(pair.spinners)} write"
            relation = f"; WordNet relates them: {pair.relation}" if pair.relation else ""
            parts.append(f"{who} it for {_quoted(pair.original)}{relation}")
        return f"{_quoted(self.original)}: {'; '.join(parts)}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "original": self.original,
            "score": _rounded(self.score),
            "rank": self.rank,
            "confidence": _rounded(self.confidence),
            "fits": [a.to_dict() for a in self.fits],
            "pairs": [p.to_dict() for p in self.pairs],
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """A document as the detector sees it.

    `status` is "ok", "skipped" or "error"; unless it is "ok", `reason` says why and the scores
    are zero. `words` lists the words over the threshold, `sentences` all sentences, `findings`
    the listed phrases that stand there, `explanations` why words were flagged, if asked for.
    """

    status: Status
    reason: str | None
    text: str
    score: float = 0.0
    spun: bool = False
    sentences: tuple[SentenceScore, ...] = ()
    words: tuple[WordScore, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), kw_only=True)
    explanations: tuple[Explanation, ...] = field(default=(), kw_only=True)

    @property
    def notes(self) -> list[str]:
        """The listed phrases that were found, and why words were flagged, a line each."""
        return [f.reason for f in self.findings] + [e.reason for e in self.explanations]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, without the text."""
        if self.status != "ok":
            return {"status": self.status, "reason": self.reason}
        row: dict[str, Any] = {
            "status": self.status,
            "score": _rounded(self.score),
            "spun": self.spun,
            "sentences": [s.to_dict() for s in self.sentences],
            "words": [w.to_dict() for w in self.words],
        }
        if self.findings:
            row["findings"] = [f.to_dict() for f in self.findings]
        if self.explanations:
            row["explanations"] = [e.to_dict() for e in self.explanations]
        return row


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
