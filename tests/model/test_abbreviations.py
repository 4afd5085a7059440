"""Abbreviations in brackets, and the words they spell out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.model.words import words


def protected(text: str) -> list[str]:
    return [word.text for word in words(text) if word.protected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They rely on Proof-of-Work (PoW) today.", ["Proof", "of", "Work", "PoW"]),
        ("the Food and Drug Administration (FDA) said", ["Food", "Drug", "Administration"]),
        ("from automated teller machines (ATMs).", ["automated", "teller", "machines"]),
        ("by Research & Development (R&D)", ["Research", "Development"]),
        ("the Level Of Management (POC)", []),
        ("a counterfeit consciousness (AI) system", []),
        ("the council (Tuesday) met", []),
        ("(NATO) first", []),
        ("Proof, of work (POW)", ["Proof", "of", "work"]),
    ],
)
def test_initials_protect_the_words_they_stand_for(text: str, expected: list[str]) -> None:
    assert protected(text) == expected


@given(st.text(st.sampled_from("abAB ()-&s.\n"), max_size=60))
def test_only_words_right_before_brackets_are_protected(text: str) -> None:
    for word in words(text):
        if word.protected and word.text.isalpha() and (word.text.islower() or word.text.isupper()):
            assert "(" in text[word.end :]
