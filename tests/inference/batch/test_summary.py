from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin import Restoration, RestoredEdit, SentenceScore, UnspinError, WordScore
from unspin.inference.batch.examples import LONGEST, example
from unspin.inference.batch.records import Document, Outcome, Problem, Reason, Status
from unspin.inference.batch.summary import BINS, EXAMPLES, KEYS, Summary
from unspin.inference.batch.tally import Sample, Tally

SWAPS = {"arsenic": "as", "connected": "on", "besides": "", "volition": "will"}


def restored(words: list[str], score: float = 0.9) -> Restoration:
    """A document of `words`, four to a sentence, with the words of `SWAPS` restored."""
    text, edits, flagged, sentences = "", [], [], []
    for i, word in enumerate(words):
        start = len(text)
        text += word + (". " if i % 4 == 3 else " ")
        if i % 4 == 0:
            first = start
        if i % 4 == 3 or i == len(words) - 1:
            sentences.append(SentenceScore(first, len(text) - 1, 0.9, True))
        if word.lower() in SWAPS:
            end = start + len(word)
            flagged.append(WordScore(start, end, 0.9))
            edits.append(RestoredEdit(start, end, word, SWAPS[word.lower()], 0.9, 0.8))
    return Restoration(
        "ok", None, text, score, score > 0.5, tuple(sentences), tuple(flagged), edits=tuple(edits)
    )


def outcome(number: int, words: list[str], score: float) -> Outcome:
    """Every fifth document is skipped or in error, the others are read."""
    document = Document(f"pages.jsonl:{number}", f"site{number % 3}.example", number, "text")
    if number % 5 == 4:
        reason = (Reason.NOT_ENGLISH, Reason.UNREADABLE)[number % 2]
        status = (Status.SKIPPED, Status.ERROR)[number % 2]
        return Outcome(document, status, Problem(reason, f"number {number}"))
    result = restored(words, score)
    return Outcome(document, Status.RESTORED if result.edits else Status.UNCHANGED, None, result)


def summed(outcomes: list[Outcome]) -> Summary:
    summary = Summary()
    for one in outcomes:
        summary.add(one)
    return summary


WORDS = st.lists(st.sampled_from([*SWAPS, "Besides", "tariff", "river"]), min_size=1, max_size=9)


@given(st.lists(st.tuples(WORDS, st.floats(0, 1)), max_size=60), st.randoms())
def test_parts_merge_to_the_whole_in_any_order(
    rows: list[tuple[list[str], float]], random: Random
) -> None:
    outcomes = [outcome(i, words, score) for i, (words, score) in enumerate(rows)]
    whole = summed(outcomes).to_dict()
    random.shuffle(outcomes)
    parts: list[list[Outcome]] = [[] for _ in range(4)]
    for one in outcomes:
        random.choice(parts).append(one)
    merged = Summary()
    for part in parts:
        merged.merge(Summary.from_dict(json.loads(json.dumps(summed(part).to_dict()))))
    assert merged.to_dict() == whole


def test_a_summary_counts_what_became_of_the_documents() -> None:
    rows = [(["The", "Arsenic", "arsenic", "besides"], 0.97), (["A", "river"], 0.0)] * 5
    summary = summed([outcome(i, *row) for i, row in enumerate(rows)])
    state = summary.to_dict()
    assert state["documents"] == 10 and summary.read == 8
    assert state["statuses"] == {"restored": 4, "unchanged": 4, "skipped": 1, "error": 1}
    assert (state["spun"], state["edits"], state["damaged_words"]) == (4, 12, 12)
    assert state["scores"][0] == 4 and state["scores"][-1] == 4 and len(state["scores"]) == BINS
    assert [(r["reason"], r["count"]) for r in state["reasons"]] == [
        ("unreadable", 1),
        ("not_english", 1),
    ]
    assert state["reasons"][0]["examples"] == [{"key": "pages.jsonl:9", "detail": "number 9"}]
    assert state["substitutions"]["rows"] == [
        {"spun": "arsenic", "restored": "as", "count": 8},
        {"spun": "besides", "restored": "", "count": 4},
    ]
    first = {"source": "site0.example", "documents": 4, "read": 3, "spun": 2}
    assert next(r for r in state["sources"]["rows"] if r["source"] == "site0.example") == first
    assert summary.sources.total() == {"documents": 10, "read": 8, "spun": 4}


def test_a_summary_stays_small() -> None:
    summary = Summary()
    for i in range(3000):
        problem = Problem(Reason.FAILED, "why " * 200)
        summary.add(Outcome(Document(f"k{i}", "s" * 5000, i), Status.ERROR, problem))
        summary.add(
            Outcome(Document(f"d{i}", "s", i), Status.RESTORED, None, restored(["besides"]))
        )
    state = summary.to_dict()
    assert len(state["reasons"][0]["examples"]) == KEYS and len(state["examples"]) == EXAMPLES
    assert len(json.dumps(state)) < 20_000


@given(st.lists(st.integers(0, 60), max_size=400), st.integers(4, 20))
def test_a_full_tally_keeps_its_sums_and_says_what_it_may_lack(
    stream: list[int], limit: int
) -> None:
    tally, late = Tally(("name",), ("count",), limit), Tally(("name",), ("count",), limit)
    for i, name in enumerate(stream):
        (late if i % 3 else tally).add((str(name),), 1)
    tally.merge(late)
    assert len(tally) <= limit
    assert tally.total() == {"count": len(stream)}
    held = {row["name"]: row["count"] for row in tally.rows()}
    for name, true in Counter(map(str, stream)).items():
        assert true - tally.missed <= held.get(name, 0) <= true


@given(st.sets(st.text(), max_size=40), st.randoms())
def test_a_sample_does_not_depend_on_the_order(keys: set[str], random: Random) -> None:
    order = sorted(keys)
    samples = []
    for _ in range(2):
        random.shuffle(order)
        sample = Sample(5)
        for key in [*order, *order[:3]]:
            if sample.wants(key):
                sample.add({"key": key})
        samples.append(sample.rows())
    assert samples[0] == samples[1]
    assert len(samples[0]) == min(5, len(keys))


@given(st.lists(st.sampled_from([*SWAPS, "tariff", "x" * 700]), min_size=1, max_size=60))
def test_a_passage_is_short_and_its_offsets_are_its_own(words: list[str]) -> None:
    row = example("key", restored(words))
    assert len(row["text"]) <= LONGEST
    for edit in row["edits"]:
        assert SWAPS[row["text"][edit["start"] : edit["end"]]] == edit["replacement"]
    assert row["words"] == []
    assert row["edits"] or not set(words) & SWAPS.keys()


@pytest.mark.parametrize("state", [{}, {"format": 2}, Summary().to_dict() | {"statuses": {"x": 1}}])
def test_what_is_no_summary_is_refused(state: dict[str, object]) -> None:
    with pytest.raises(UnspinError, match="not a summary"):
        Summary.from_dict(state)
