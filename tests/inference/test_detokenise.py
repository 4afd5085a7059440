from __future__ import annotations

import pytest

from unspin.inference.detokenise import detokenise
from unspin.model.encode import Encoder
from unspin.model.settings import SHIPPED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "on",
        "unflappable",
        "don't",
        "o'neill's",
        "long-term",
        "u.s.",
        "p.m.",
        "in the u.s. senate",
        "10,000",
        "0.3",
        "10:30",
        "and/or",
        "however, he",
        "mr. smith",
        "$5",
        "25% of it",
    ],
)
def test_replacements_survive_the_tokenizer(text: str) -> None:
    encoder = Encoder.from_file(SHIPPED / "tokenizer.json")
    pieces = [str(encoder.tokenizer.id_to_token(i)) for i in encoder.pieces(text)]
    assert detokenise(pieces) == text


def test_a_lone_continuation_is_a_word() -> None:
    assert detokenise(["##ing"]) == "ing"
    assert detokenise(["##"]) == "##"
