"""Phrases found in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.inference.phrases import (
    LONGEST,
    Entry,
    Match,
    Phrases,
    Ranges,
    apart,
    tokens,
)
from unspin.model.errors import UnspinError
from unspin.model.normalise import view


def phrases(*listed: str) -> Phrases:
    return Phrases.of([Entry(f"entry {i}", phrase, "x") for i, phrase in enumerate(listed)])


def found(text: str, *listed: str) -> list[str]:
    return [text[m.start : m.end] for m in phrases(*listed).find(text)]


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("A Red fox and a red FOX.", "red fox", ["Red fox", "red FOX"]),
        ("red \n fox", "red fox", ["red \n fox"]),
        ("redfox, infrared fox, red foxes", "red fox", []),
        ("red-fox", "red fox", []),
        ("Ana's house, Ana", "ana", ["Ana", "Ana"]),
        ("I can't.", "can", []),
        ("_ana_ __ana__ ana_ ana¹ ana'll ana'D 'ana'", "ana", ["ana"] * 7),
        ("he'll go", "he'll", ["he'll"]),
        ("rock'n'roll", "rock", []),
        ("I can't.", "can't", ["can't"]),
        ("C++ and C+", "c++", ["C++"]),
        ("the well-bred", "bred", ["bred"]),
        ("cafe\u0301 and caf\u00e9", "caf\u00e9", ["cafe\u0301", "caf\u00e9"]),
        ("cafe\u0301", "cafe", []),
        ("STRASSE", "stra\u00dfe", ["STRASSE"]),
    ],
)
def test_a_phrase_is_found_as_whole_words(text: str, phrase: str, expected: list[str]) -> None:
    assert found(text, phrase) == expected


def test_the_longest_phrase_at_a_place_is_found_and_others_may_overlap_it() -> None:
    text = "new york city hall"
    listed = ("new york", "new york city", "city hall", "york")
    assert found(text, *listed) == ["new york city", "york", "city hall"]


def test_matches_apart_are_leftmost_then_longest() -> None:
    matches = [Match(4, 9, "b"), Match(0, 3, "a"), Match(0, 6, "c"), Match(6, 9, "d")]
    assert apart(matches) == [Match(0, 6, "c"), Match(6, 9, "d")]
    assert apart([Match(0, 3, "first"), Match(0, 3, "second")]) == [Match(0, 3, "first")]


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([("...", "x")], "entry 0: '...' holds no letter or digit"),
        ([("a b", "x"), ("A  B", "y")], "entry 1: 'A  B' stands there twice"),
        ([("a " * LONGEST, "x")], f"entry 0: a phrase may have {LONGEST} words"),
    ],
)
def test_a_phrase_that_cannot_be_used_is_named(entries: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(UnspinError, match="^" + reason.replace("...", r"\.\.\.")):
        Phrases.of([Entry(f"entry {i}", *entry) for i, entry in enumerate(entries)])


@given(st.text())
def test_tokens_cover_a_text(text: str) -> None:
    normal = view(text).text
    end = 0
    for token in tokens(normal):
        assert token.start == end < token.end
        end = token.end
    assert end == len(normal)


@given(st.lists(st.text("ab '.-\n", min_size=1, max_size=6), max_size=5), st.text("ab '.-\n"))
def test_find_agrees_with_looking_at_every_place(listed: list[str], text: str) -> None:
    keys = {}
    for phrase in listed:
        key = tuple(t.key for t in tokens(phrase.strip()))
        if any(map(str.isalnum, phrase)):
            keys[key] = phrase
    seen = list(tokens(text))
    expected = []
    for i, first in enumerate(seen):
        lengths = [n for n in range(1, 60) if tuple(t.key for t in seen[i : i + n]) in keys]
        if lengths:
            last = min(i + max(lengths), len(seen))
            expected.append(Match(first.start, seen[last - 1].end, "x"))
    assert list(phrases(*keys.values()).find(text)) == expected


spans = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: tuple(sorted(pair)))


@given(st.lists(spans), spans.filter(lambda pair: pair[0] < pair[1]))
def test_ranges_hold_the_characters_that_went_in(
    found: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    inside = {i for start, end in found for i in range(start, end)}
    ranges = Ranges.of(found)
    assert {i for start, end in ranges for i in range(start, end)} == inside
    assert all(a < b for a, b in zip(ranges.ends, list(ranges.starts)[1:], strict=False))
    assert ranges.touch(*asked) == bool(inside & set(range(*asked)))
