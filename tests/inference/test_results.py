from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from unspin import Alternative, Restoration, RestoredEdit, Score, SentenceScore, WordScore

EDIT = RestoredEdit(4, 13, "connected", "on", 0.98765, 0.91234, (Alternative("in", 0.03333),))
DONE = Restoration(
    "ok",
    None,
    "Met connected Friday.",
    0.99,
    True,
    (SentenceScore(0, 21, 0.97, True),),
    (WordScore(4, 13, 0.98765),),
    "Met on Friday.",
    (EDIT,),
)


def test_the_json_form_of_a_restoration() -> None:
    assert DONE.to_dict() == {
        "status": "ok",
        "score": 0.99,
        "spun": True,
        "sentences": [{"start": 0, "end": 21, "score": 0.97, "spun": True}],
        "words": [{"start": 4, "end": 13, "score": 0.9877}],
        "restored": "Met on Friday.",
        "edits": [
            {
                "start": 4,
                "end": 13,
                "original": "connected",
                "replacement": "on",
                "score": 0.9877,
                "confidence": 0.9123,
                "alternatives": [{"text": "in", "confidence": 0.0333}],
            }
        ],
    }


def test_a_score_has_no_restoration() -> None:
    score = Score(DONE.status, None, DONE.text, DONE.score, DONE.spun, DONE.sentences, DONE.words)
    restored = DONE.to_dict()
    assert score.to_dict() == {k: restored[k] for k in restored if k not in ("restored", "edits")}


def test_what_was_not_read_says_why() -> None:
    assert Score("skipped", "why", "x").to_dict() == {"status": "skipped", "reason": "why"}
    skipped = Restoration("skipped", "why", "x", restored="x")
    assert skipped.to_dict()["restored"] == "x"
    assert Restoration("error", "why", "").to_dict() == {"status": "error", "reason": "why"}


def test_results_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        DONE.score = 0.5  # type: ignore[misc]
