"""Layouts: what they write, and that they leave alone what they must."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.training.layouts import LAYOUTS

TEXT = (
    "The mayor of the town said that her people aren't going to sell the old bridge, which was "
    "built in 1912 by workers from three villages. “We have their votes,” she told the crowd."
)


def lay_out(text: str, layout: str, seed: int = 1) -> str:
    return LAYOUTS[layout](text, random.Random(seed))


def test_lower() -> None:
    assert lay_out("The U.S. (and NATO), yes.", "lower") == "the u.s. (and nato), yes."


def test_tokenised() -> None:
    assert lay_out("It rose 3% (by $5 each); yes.", "tokenised") == (
        "It rose 3 % ( by $ 5 each ); yes ."
    )
    written = {lay_out("They don't know; it's late.", "tokenised", seed) for seed in range(9)}
    assert written == {"They don't know ; it's late .", "They do n't know ; it 's late ."}


def test_mistakes_are_a_few_and_differ() -> None:
    written = {lay_out(TEXT, "mistakes", seed) for seed in range(20)}
    assert len(written) > 15
    for text in written:
        same = sum(word in text.split() for word in TEXT.split())
        assert same > 0.6 * len(TEXT.split())


def test_dialect_respells_alike_throughout() -> None:
    text = "of all and of some and of none"
    for seed in range(30):
        words = lay_out(text, "dialect", seed).split()
        assert words[0] == words[3] == words[6]
        assert words[2] == words[5]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@given(
    text=st.text(st.sampled_from("the an of in I their said walks—é 9.,'’\n")), seed=st.integers()
)
def test_numbers_and_lines_survive(layout: str, text: str, seed: int) -> None:
    written = LAYOUTS[layout](text, random.Random(seed))
    assert re.findall(r"\d", written) == re.findall(r"\d", text)
    assert written.count("\n") == text.count("\n")
