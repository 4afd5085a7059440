"""What a batch did, in numbers: counts, scores, sources, substitutions undone, examples.

Its size does not grow with the batch. Summaries of parts merge to the summary of the whole, and
go to JSON and back without loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from unspin.inference.batch.examples import example
from unspin.inference.batch.records import Outcome, Reason, Status
from unspin.inference.batch.tally import Row, Sample, Tally
from unspin.inference.results import Restoration, Score
from unspin.model.errors import UnspinError

FORMAT = 2
BINS = 20
SOURCES = 10_000
SUBSTITUTIONS = 10_000
EXAMPLES = 20
KEYS = 10
"""Documents named for each reason."""

_TOTALS = ("characters", "sentences", "spun_sentences", "damaged_words", "edits", "dropped")
_NAME = 200
"""Most characters kept of a source, a wording or a detail."""


class Summary:
    """What became of the documents that were added.

    `scores` counts the documents read by score, in `BINS` equal bins; `totals` sums over the
    documents read; `reasons` holds, by status and reason, a count and the documents to look at.
    """

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.spun = 0
        self.totals: Counter[str] = Counter()
        self.scores = [0] * BINS
        self.reasons: dict[tuple[str, str], tuple[int, Sample]] = {}
        self.sources = Tally(("source",), ("documents", "read", "spun"), SOURCES)
        self.substitutions = Tally(("spun", "restored"), ("count",), SUBSTITUTIONS)
        self.examples = Sample(EXAMPLES)

    @property
    def documents(self) -> int:
        """All documents, those skipped and those in error among them."""
        return self.statuses.total()

    @property
    def read(self) -> int:
        """The documents that the model read, which are the ones with a score."""
        return sum(self.scores)

    @property
    def lost(self) -> int:
        """Inputs that vanished, could not be opened or changed while the batch ran."""
        count, _ = self.reasons.get((Status.ERROR.value, Reason.LOST.value), (0, None))
        return count

    def add(self, outcome: Outcome, dropped: int = 0) -> None:
        """Count a document, of whose edits `dropped` could not be put into its page."""
        self.totals["dropped"] += dropped
        self.statuses[outcome.status.value] += 1
        result = outcome.result
        read = result is not None and result.status == "ok"
        spun = result is not None and read and result.spun
        self.sources.add((_short(outcome.document.source),), 1, int(read), int(spun))
        if outcome.status in (Status.SKIPPED, Status.ERROR):
            self._add_reason(outcome)
        if result is not None and read:
            self._add_result(outcome.document.key, result)

    def merge(self, other: Summary) -> None:
        """Count what `other` has counted; it stays as it is."""
        self.statuses.update(other.statuses)
        self.spun += other.spun
        self.totals.update(other.totals)
        self.scores = [a + b for a, b in zip(self.scores, other.scores, strict=True)]
        for name, (count, keys) in other.reasons.items():
            own, sample = self.reasons.get(name, (0, Sample(KEYS)))
            sample.merge(keys)
            self.reasons[name] = (own + count, sample)
        self.sources.merge(other.sources)
        self.substitutions.merge(other.substitutions)
        self.examples.merge(other.examples)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, from which `from_dict` makes an equal summary."""
        return {
            "format": FORMAT,
            "documents": self.documents,
            "statuses": {s.value: self.statuses[s.value] for s in Status},
            "spun": self.spun,
            **{name: self.totals[name] for name in _TOTALS},
            "scores": list(self.scores),
            "reasons": [
                {"status": status, "reason": reason, "count": count, "examples": keys.rows()}
                for (status, reason), (count, keys) in sorted(self.reasons.items())
            ],
            "sources": self.sources.to_dict(),
            "substitutions": self.substitutions.to_dict(),
            "examples": self.examples.rows(),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> Summary:
        """The summary that `to_dict` gave `state`; raises `UnspinError` for anything else."""
        summary = cls()
        try:
            if state["format"] != FORMAT or len(state["scores"]) != BINS:
                raise ValueError
            summary.statuses.update({Status(k).value: int(v) for k, v in state["statuses"].items()})
            summary.spun = int(state["spun"])
            summary.totals.update({name: int(state[name]) for name in _TOTALS})
            summary.scores = [int(count) for count in state["scores"]]
            for row in state["reasons"]:
                keys = _sample(KEYS, row["examples"])
                summary.reasons[row["status"], row["reason"]] = (int(row["count"]), keys)
            summary.sources.load(state["sources"])
            summary.substitutions.load(state["substitutions"])
            summary.examples = _sample(EXAMPLES, state["examples"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnspinError("not a summary written by this version of unspin") from error
        return summary

    def _add_reason(self, outcome: Outcome) -> None:
        problem = outcome.problem or outcome.document.problem
        name = (outcome.status.value, problem.reason.value if problem else "unknown")
        count, keys = self.reasons.get(name, (0, Sample(KEYS)))
        keys.add({"key": outcome.document.key, "detail": _short(problem.detail if problem else "")})
        self.reasons[name] = (count + 1, keys)

    def _add_result(self, key: str, result: Score) -> None:
        edits = result.edits if isinstance(result, Restoration) else ()
        self.spun += result.spun
        self.scores[min(int(result.score * BINS), BINS - 1)] += 1
        self.totals["characters"] += len(result.text)
        self.totals["sentences"] += len(result.sentences)
        self.totals["spun_sentences"] += sum(s.spun for s in result.sentences)
        self.totals["damaged_words"] += len(result.words)
        self.totals["edits"] += len(edits)
        for edit in edits:
            name = (_wording(edit.original), _wording(edit.replacement))
            self.substitutions.add(name, 1)
        if result.words and self.examples.wants(key):
            self.examples.add(example(key, result))


def _sample(size: int, rows: list[Row]) -> Sample:
    sample = Sample(size)
    for row in rows:
        sample.add(row)
    return sample


def _wording(text: str) -> str:
    """Wordings that differ in case or in the space around them count as one."""
    return _short(" ".join(text.lower().split()))


def _short(text: str) -> str:
    return text if len(text) <= _NAME else text[: _NAME - 1] + "…"
