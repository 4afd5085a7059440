"""Terms of the sciences and the sentences that hold them."""

from __future__ import annotations

import random

from unspin.training.carriers import CARRIERS
from unspin.training.terms import SLOT, _lines, _raw_lines, passage, term_sentences, terms


def test_each_sentence_has_one_slot_and_none_is_measured_on() -> None:
    assert all(sentence.count(SLOT) == 1 for sentence in term_sentences())
    assert len(set(term_sentences())) == len(term_sentences()) >= 60
    openings = {tuple(carrier.split()[:2]) for carrier in CARRIERS}
    made = (*term_sentences(), *_lines("term_heads.txt"))
    assert not [sentence for sentence in made if tuple(sentence.split()[:2]) in openings]


def test_terms_are_phrases() -> None:
    assert len(set(terms())) == len(terms()) >= 800
    assert all(1 <= len(term.split()) <= 6 for term in terms())


def test_a_passage_holds_terms_and_no_slot() -> None:
    for seed in range(50):
        text = passage(random.Random(seed), 120)
        assert SLOT not in text and text[0].isalnum()
        assert any(term.lower() in text.lower() for term in terms())


def test_beginnings_and_ends_go_together() -> None:
    heads, tails = _lines("term_heads.txt"), _raw_lines("term_tails.txt")
    assert len(heads) >= 150 and len(set(tails)) >= 90
    assert all(head.count(SLOT) == 1 and head[-1] not in ".,;" for head in heads)
    assert all(tail[0] in " .,;" and tail[-1] == "." and SLOT not in tail for tail in tails)


def test_a_passage_draws_from_the_terms_that_are_named() -> None:
    named = ("alpha beta", "gamma delta", "epsilon zeta", *("eta theta",) * 5)
    for seed in range(50):
        text = passage(random.Random(seed), 120, named).lower()
        assert any(term in text for term in named)
