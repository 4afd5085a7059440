"""A passage of a document that shows its damage, short enough for a report."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

from unspin.inference.batch.tally import Row
from unspin.inference.results import Restoration, Score

LONGEST = 480
"""Most characters of a passage."""


def example(key: str, result: Score) -> Row:
    """The passage of `result` with most to see, its edits and damaged words, as JSON.

    Offsets count from the start of the passage. A word that an edit covers is not listed again.
    """
    edits = result.edits if isinstance(result, Restoration) else ()
    spans = [(e.start, e.end) for e in edits] or [(w.start, w.end) for w in result.words]
    start, end = _passage(result, spans)
    covered = {i for e in edits for i in range(e.start, e.end)}
    return {
        "key": key,
        "score": round(float(result.score), 4),
        "text": result.text[start:end],
        "edits": [
            {
                "start": e.start - start,
                "end": e.end - start,
                "replacement": e.replacement,
                "score": round(float(e.score), 4),
            }
            for e in edits
            if start <= e.start and e.end <= end
        ],
        "words": [
            {"start": w.start - start, "end": w.end - start, "score": round(float(w.score), 4)}
            for w in result.words
            if start <= w.start and w.end <= end and w.start not in covered
        ],
    }


def _passage(result: Score, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """The sentence with most `spans` and what fits after it; of a long one, its first span on."""
    starts = [s.start for s in result.sentences]
    hits = Counter(max(bisect_right(starts, start) - 1, 0) for start, _ in spans)
    first = hits.most_common(1)[0][0] if hits else 0
    start = starts[first] if starts else 0
    end = start
    for sentence in result.sentences[first:]:
        if sentence.end - start > LONGEST:
            break
        end = sentence.end
    if end > start:
        return start, end
    start = max(start, next((a for a, _ in spans if a >= start), start) - LONGEST // 4)
    return start, min(start + LONGEST, len(result.text))
