"""Terms of the sciences and the sentences that hold them."""

from __future__ import annotations

import random

from unspin.training.carriers import CARRIERS
from unspin.training.terms import SLOT, passage, term_sentences, terms


def test_each_sentence_has_one_slot_and_none_is_measured_on() -> None:
    assert all(sentence.count(SLOT) == 1 for sentence in term_sentences())
    assert len(set(term_sentences())) == len(term_sentences()) >= 60
    openings = {" ".join(carrier.split()[:2]) for carrier in CARRIERS}
    assert not {
        s for s in term_sentences() if " ".join(s.split()[:2]) in openings - {"{} received"}
    }


def test_terms_are_phrases() -> None:
    assert len(set(terms())) == len(terms()) >= 800
    assert all(1 <= len(term.split()) <= 6 for term in terms())


def test_a_passage_holds_terms_and_no_slot() -> None:
    for seed in range(50):
        text = passage(random.Random(seed), 120)
        assert SLOT not in text and text[0].isupper() | text[0].isdigit()
        assert any(term.lower() in text.lower() for term in terms())
