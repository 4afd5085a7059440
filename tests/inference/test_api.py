"""The contract of the public interface, with the shipped model."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspin import Model, Restoration, Score, UnspinError, load
from unspin.inference import detector
from unspin.model.splice import Edit, splice

CLEAN = (
    "The council met on Tuesday to discuss the new bridge. Ms. Okafor said the work would "
    "cost $4.5 million and take two years.\n\n"
    "Residents of the old town have asked for a slower timetable, because the road is the "
    "only way to the harbour."
)

SPUN = (
    "The travel comes arsenic Mexico has worked to negociate with the Trump medication to "
    "debar tariff threats. Officials volition question to the superior connected Friday."
)


def check(result: Score) -> None:
    """What holds of every result."""
    size = len(result.text)
    assert 0 <= result.score <= 1
    position = 0
    spans = [(s.start, s.end, s.score) for s in result.sentences]
    spans += [(w.start, w.end, w.score) for w in result.words]
    for start, end, score in spans:
        assert 0 <= start < end <= size
        assert 0 <= score <= 1
    for sentence in result.sentences:
        assert sentence.start >= position
        position = sentence.end
    position = 0
    for word in result.words:
        assert word.start >= position
        position = word.end
        assert any(s.spun and s.start <= word.start < s.end for s in result.sentences)
    if result.status != "ok":
        assert result.reason
        assert not result.sentences and not result.words and not result.spun
    json.loads(json.dumps(result.to_dict()))


def check_restoration(result: Restoration) -> None:
    check(result)
    edits = [Edit(e.start, e.end, e.original, e.replacement) for e in result.edits]
    assert splice(result.text, edits) == result.restored
    flagged = {i for w in result.words for i in range(w.start, w.end)}
    for edit in result.edits:
        assert edit.replacement.casefold() != edit.original.casefold()
        assert 0 <= edit.confidence <= 1
        assert flagged & set(range(edit.start, edit.end))
        confidences = [edit.confidence, *(a.confidence for a in edit.alternatives)]
        assert confidences == sorted(confidences, reverse=True)
        assert edit.replacement not in [a.text for a in edit.alternatives]


layouts = st.text(
    st.sampled_from(list(" \n\t\r\u00a0\u200b\u202e\ufeff\u00ad.,!'’“-—éßİ😀中")),
    max_size=6,
)
SPINNER_WORDS = (
    "connected",
    "arsenic",
    "volition",
    "travel",
    "Mexico",
    "U.S.",
    "25%",
    "of",
    "Particular",
    "person",
    "https://a.org/b",
    "@you",
    "ﬁnance",
    "e\u0301tat",
    "don’t",
    "😀",
)
texts = st.text(max_size=60) | st.lists(st.tuples(st.sampled_from(SPINNER_WORDS), layouts)).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


@settings(max_examples=60)
@given(texts)
def test_any_text_can_be_scored_and_restored(model: Model, text: str) -> None:
    for mode in ("precise", "thorough"):
        check(model.score(text, mode))
        result = model.restore(text, mode)
        check_restoration(result)
        assert result.text == text


def test_lone_surrogates_and_controls_are_no_trouble(model: Model) -> None:
    text = f"\ud800 The travel comes \udfff arsenic\x00 Mexico \x1b[31m has worked. {SPUN}"
    check_restoration(model.restore(text, "thorough"))


def test_the_seed_article_is_found_spun(model: Model, seed_spun: str) -> None:
    result = model.score(seed_spun)
    check(result)
    assert result.spun
    assert sum(s.spun for s in result.sentences) > 0.7 * len(result.sentences)


def test_the_seed_article_is_restored(
    model: Model, seed_spun: str, restoration: list[dict[str, Any]]
) -> None:
    """At least 90 % of the damaged words are flagged, and 70 % restored exactly."""
    result = model.restore(seed_spun)
    check_restoration(result)
    flagged = {w.start for w in result.words}
    by_start = {e.start: e for e in result.edits}
    found = right = total = 0
    position = 0
    for row in restoration:
        line = seed_spun.index(row["spun"], position)
        position = at = line
        for spun, original in row["substitutions"]:
            place = re.compile(rf"\b{re.escape(spun)}\b").search(seed_spun, at)
            assert place
            start, at = place.span()
            accepted = {original, *row.get("alternatives", {}).get(f"{spun}<-{original}", [])}
            total += 1
            found += start in flagged
            right += start in by_start and by_start[start].replacement in accepted
    assert found / total >= 0.9
    assert right / total >= 0.7


def test_the_clean_seed_article_comes_back_as_it_was(model: Model, seed_clean: str) -> None:
    result = model.restore(seed_clean)
    assert result.restored == seed_clean
    assert result.edits == ()
    assert not result.spun


def test_clean_text_is_left_alone(model: Model) -> None:
    assert model.restore(CLEAN).restored == CLEAN


def test_the_modes_are_nested(model: Model, seed_spun: str) -> None:
    words = [{w.start for w in model.score(seed_spun, m).words} for m in model.settings.modes]
    assert words[0] <= words[1] <= words[2]
    assert words[0] < words[2]


@pytest.fixture(scope="module")
def alone(model: Model, seed_spun: str, seed_clean: str) -> list[Restoration]:
    """Short and long, spun and clean texts, each restored by itself."""
    texts = [*seed_spun.splitlines(), seed_spun, "", *seed_clean.splitlines()[:12], SPUN, CLEAN]
    return [model.restore(text) for text in texts]


@pytest.mark.parametrize("size", [1, 8, 64])
def test_batches_change_nothing(model: Model, alone: list[Restoration], size: int) -> None:
    texts = [r.text for r in reversed(alone)]
    parts = [texts[i : i + size] for i in range(0, len(texts), size)]
    assert [r for part in parts for r in model.restore(part)] == alone[::-1]
    scores = [r for part in parts for r in model.score(part)]
    assert [(s.score, s.words) for s in scores] == [(r.score, r.words) for r in alone[::-1]]


def test_the_same_text_always_gives_the_same(model: Model) -> None:
    assert model.restore(SPUN) == model.restore(SPUN)


def test_a_list_gives_a_list_and_a_text_one_result(model: Model) -> None:
    assert model.score([]) == []
    assert model.restore([]) == []
    assert [r.text for r in model.restore([SPUN, CLEAN])] == [SPUN, CLEAN]
    assert model.score((SPUN,)) == [model.score(SPUN)]


@pytest.mark.parametrize("text", ["", " \n", "...", "\u200b"])
def test_a_text_without_words_is_skipped(model: Model, text: str) -> None:
    result = model.restore(text)
    assert (result.status, result.restored) == ("skipped", text)
    check_restoration(result)


def test_other_languages_are_skipped(model: Model) -> None:
    result = model.restore(SPUN, language="de")
    assert (result.status, result.restored, result.edits) == ("skipped", SPUN, ())
    assert "'de'" in str(result.reason)
    assert model.score(SPUN, language="en-GB") == model.score(SPUN)


def test_no_text_is_an_error_alone_and_a_status_in_a_list(model: Model) -> None:
    with pytest.raises(TypeError, match="int"):
        model.score(3)  # type: ignore[call-overload]
    good, bad = model.restore([SPUN, None])  # type: ignore[list-item]
    assert (good.status, bad.status) == ("ok", "error")
    assert "NoneType" in str(bad.reason)


@pytest.mark.parametrize("language", [None, 5])
def test_what_is_no_language_is_named(model: Model, language: Any) -> None:
    with pytest.raises(TypeError, match="language is a tag such as 'en', not "):
        model.restore("a", language=language)


@pytest.mark.parametrize("constraints", ["x", ["x"], [{"a": "b"}], {"a": "b"}, 5])
def test_what_are_no_constraints_is_named(model: Model, constraints: Any) -> None:
    with pytest.raises(TypeError, match=r"made with Constraints\.of or Constraints\.read, not "):
        model.restore(["a"], constraints=constraints)


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", 1025, 10**23])
def test_threads_are_a_sane_number(threads: Any) -> None:
    with pytest.raises(UnspinError, match="threads must be a whole number from 1 to 1024, not "):
        load(threads=threads)


def test_an_unknown_mode_is_named(model: Model) -> None:
    with pytest.raises(UnspinError, match="no mode 'bold': choose precise, balanced, thorough"):
        model.score(SPUN, "bold")


def test_logits_have_the_shapes_of_the_document(model: Model, seed_spun: str) -> None:
    for found in model.logits([seed_spun, "", "One."]):
        words = len(found.document.words)
        assert found.word.shape == (words,)
        assert found.tags.shape == (words, 3)
        assert found.sentence.shape == (len(found.document.sentences),)
        both = np.log(np.exp(found.tags[:, 1:]).sum(1)) - found.tags[:, 0]
        assert np.allclose(found.word, both)


def test_a_text_longer_than_what_is_kept_in_memory(
    model: Model, seed_spun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """States of late windows are read again for the decoder, and nothing changes."""
    once = model.restore(seed_spun)
    monkeypatch.setattr(detector, "KEPT_WINDOWS", 1)
    assert model.restore(seed_spun) == once
