from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unspin.model.align import Block, align

VOCABULARY = """
    the The a person persons person's people's don't don’t could may might 3 0.three Bill said
    stated quickly hastily commerce commercial of
"""
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=12)


def pairs(spun: str, clean: str) -> list[tuple[str, str]]:
    left, right = spun.split(), clean.split()
    return [
        (
            " ".join(left[block.spun_start : block.spun_end]),
            " ".join(right[block.clean_start : block.clean_end]),
        )
        for block in align(left, right)
    ]


@pytest.mark.parametrize(
    ("spun", "clean", "expected"),
    [
        ("", "", []),
        ("the same words", "the same words", []),
        ("The SAME don’t", "the same don't", []),
        ("it is arsenic good", "it is as good", [("arsenic", "as")]),
        (
            "the particular person taking pictures",
            "the person shooting",
            [("particular", ""), ("taking pictures", "shooting")],
        ),
        (
            "to debar specified commercialized now",
            "to avoid such trade now",
            [("debar", "avoid"), ("specified", "such"), ("commercialized", "trade")],
        ),
        ("in response to police", "according to police", [("in response", "according")]),
        ("he left", "he then left", [("", "then")]),
        ("he then left", "he left", [("then", "")]),
        ("new", "", [("new", "")]),
        ("", "new", [("", "new")]),
        # Uneven runs are cut where words share a stem or are alike in kind.
        (
            "buyers could count on gains",
            "investors may expect gains",
            [("buyers", "investors"), ("could", "may"), ("count on", "expect")],
        ),
        ("Invoice 0.three p.c", "Bill 0.3", [("Invoice", "Bill"), ("0.three p.c", "0.3")]),
        (
            "particular individual's residence",
            "person's home",
            [("particular individual's", "person's"), ("residence", "home")],
        ),
        ("it worsens now", "it gets worse now", [("worsens", "gets worse")]),
        # A contraction stands for two words: no place to cut.
        (
            "he shouldn't trigger it",
            "he should not cause it",
            [("shouldn't trigger", "should not cause")],
        ),
        ("alpha beta gamma", "one two", [("alpha beta gamma", "one two")]),
    ],
)
def test_blocks(spun: str, clean: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(spun, clean) == expected


def fold(words: list[str]) -> list[str]:
    return [word.casefold().replace("’", "'") for word in words]


@given(WORDS, WORDS)
@example(["a", "persons"], ["person", "a"])
def test_replacing_the_blocks_gives_the_clean_words(spun: list[str], clean: list[str]) -> None:
    result: list[str] = []
    i = 0
    for block in align(spun, clean):
        result += spun[i : block.spun_start] + clean[block.clean_start : block.clean_end]
        i = block.spun_end
    assert fold(result + spun[i:]) == fold(clean)


@given(WORDS, WORDS)
def test_blocks_are_sorted_and_say_something(spun: list[str], clean: list[str]) -> None:
    i = j = 0
    for block in align(spun, clean):
        assert i <= block.spun_start <= block.spun_end <= len(spun)
        assert j <= block.clean_start <= block.clean_end <= len(clean)
        # What lies between two blocks is equal on both sides.
        assert fold(spun[i : block.spun_start]) == fold(clean[j : block.clean_start])
        assert fold(spun[block.spun_start : block.spun_end]) != fold(
            clean[block.clean_start : block.clean_end]
        )
        i, j = block.spun_end, block.clean_end
    assert fold(spun[i:]) == fold(clean[j:])


@given(WORDS)
def test_equal_texts_have_no_blocks(words: list[str]) -> None:
    assert align(words, [word.upper() for word in words]) == []


@given(st.lists(st.booleans(), max_size=30))
def test_words_replaced_one_for_one_are_blocks_of_one(damaged: list[bool]) -> None:
    clean = [f"w{i}x" for i in range(len(damaged))]
    spun = [f"q{word}" if hit else word for word, hit in zip(clean, damaged, strict=True)]
    assert align(spun, clean) == [Block(i, i + 1, i, i + 1) for i, hit in enumerate(damaged) if hit]


def test_a_rewrite_is_one_block() -> None:
    spun, clean = [f"a{i}" for i in range(300)], [f"b{i}" for i in range(200)]
    assert align(spun, clean) == [Block(0, 300, 0, 200)]
