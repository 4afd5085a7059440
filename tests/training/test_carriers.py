from __future__ import annotations

import pytest

from unspin.model.errors import UnspinError
from unspin.training.carriers import CARRIERS, carry, wording
from unspin.training.truth import text_keys


def test_a_sentence_holds_the_phrase_and_its_pair_the_term() -> None:
    for number in range(40):
        spun, clean = carry(f"salted number {number}", "x-ray film")
        phrase, term = text_keys(f"salted number {number}"), text_keys("x-ray film")
        assert " ".join(text_keys(spun)).replace(" ".join(phrase), " ".join(term)) == " ".join(
            text_keys(clean)
        )
        assert spun[0].isupper() and clean[0].isupper() and "{" not in spun + clean


def test_the_phrase_alone_chooses_its_carrier_and_all_are_used() -> None:
    assert carry("Solar board", "a")[0].casefold() == carry("solar board", "b")[0].casefold()
    chosen = {carry(f"phrase {number}", "term")[1] for number in range(400)}
    assert len(chosen) == len(CARRIERS)


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ("quality of service (qos)", "quality of service"),
        ("(optical) character recognition (ocr)", "character recognition"),
        ("denial-of-service (dos) attack", "denial-of-service attack"),
        ("lion's share", "lion's share"),
    ],
)
def test_asides_are_no_part_of_the_wording(listed: str, words: str) -> None:
    assert wording(listed) == words


@pytest.mark.parametrize("listed", ["feeding/fed into", "see https://example.com", "(?)", "", "a?"])
def test_remarks_are_no_wording(listed: str) -> None:
    with pytest.raises(UnspinError, match="not a plain phrase"):
        wording(listed)
