"""The restorer's steps, on logits made up for the purpose."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from unspin.inference.beam import Candidate
from unspin.inference.detector import Judgement, RawLogits
from unspin.inference.restorer import (
    apply_edits,
    group,
    propose,
    rank_texts,
)
from unspin.inference.results import RestoredEdit
from unspin.model.encode import Encoder
from unspin.model.settings import SHIPPED, Mode

ENCODER = Encoder.from_file(SHIPPED / "tokenizer.json")
MODE = Mode(word=0.5, sentence=0.5, document=0.5, confidence=0.3)


def raw(text: str, damage: dict[str, float], inside: frozenset[str] = frozenset()) -> RawLogits:
    """Logits of `text`: `damage` by word (-5 for the others), words `inside` continue a span."""
    document = ENCODER.encode(text)
    word = np.array([damage.get(w.text, -5.0) for w in document.words])
    tags = np.zeros((len(word), 3))
    tags[:, 1] = word
    tags[:, 2] = [
        1.0 + p if w.text in inside else p - 1 for w, p in zip(document.words, word, strict=True)
    ]
    return RawLogits(document, word, tags, np.zeros(len(document.sentences)))


def judged(logits: RawLogits) -> Judgement:
    p = 1 / (1 + np.exp(-logits.word))
    sentences = len(logits.sentence)
    yes = np.ones(sentences, dtype=np.bool_)
    return Judgement(1.0, True, np.ones(sentences), yes, p, p >= MODE.word)


def spans(text: str, flagged: str, inside: str = "") -> list[str]:
    logits = raw(text, dict.fromkeys(flagged.split(), 5.0), frozenset(inside.split()))
    words = logits.document.words
    return [text[words[s.first].start : words[s.last].end] for s in group(logits, judged(logits))]


@pytest.mark.parametrize(
    ("text", "flagged", "inside", "expected"),
    [
        ("He came connected Friday.", "connected", "", ["connected"]),
        ("A particular person said.", "particular person", "person", ["particular person"]),
        ("A particular person said.", "particular person", "", ["particular", "person"]),
        ("A particular  person said.", "particular person", "person", ["particular  person"]),
        (
            "A particular\u00a0person said.",
            "particular person",
            "person",
            ["particular\u00a0person"],
        ),
        ("A particular, person said.", "particular person", "person", ["particular", "person"]),
        ("A particular\nperson said.", "particular person", "person", ["particular", "person"]),
        ("A particular\r\nperson said.", "particular person", "person", ["particular", "person"]),
        ("One particular. Person said.", "particular Person", "Person", ["particular", "Person"]),
        ("A well-bred person.", "well bred person", "bred person", ["well", "bred person"]),
        ("A particular person said.", "person", "person", ["person"]),
        ("in response to it", "in response to", "response to", ["in response to"]),
    ],
)
def test_flagged_words_join_into_spans(
    text: str, flagged: str, inside: str, expected: list[str]
) -> None:
    assert spans(text, flagged, inside) == expected


def candidates(*found: tuple[str, float]) -> list[Candidate]:
    return [Candidate(tuple(ENCODER.pieces(text)), math.log(p)) for text, p in found]


def text_of(pieces: Sequence[int]) -> str:
    text: str = ENCODER.tokenizer.decode(list(pieces), skip_special_tokens=False)
    return text


def proposed(text: str, word: str, *found: tuple[str, float]) -> list[RestoredEdit]:
    logits = raw(text, {word: 5.0})
    part = group(logits, judged(logits))
    return propose(logits, judged(logits), MODE, part, [candidates(*found)] * len(part), text_of)


def test_the_likeliest_candidate_is_proposed_and_the_others_are_alternatives() -> None:
    [proposal] = proposed("Came connected Friday.", "connected", ("on", 0.8), ("by", 0.1))
    edit = proposal
    assert (edit.start, edit.end, edit.original, edit.replacement) == (5, 14, "connected", "on")
    assert edit.confidence == pytest.approx(0.8)
    assert edit.score == pytest.approx(1 / (1 + math.exp(-5)))
    assert [a.text for a in edit.alternatives] == ["by"]


def test_the_original_vetoes_the_edit_and_is_no_alternative() -> None:
    assert proposed("Came Connected Friday.", "Connected", ("connected", 0.6), ("on", 0.35)) == []
    [proposal] = proposed("Came connected Friday.", "connected", ("on", 0.6), ("connected", 0.35))
    assert proposal.alternatives == ()


def test_a_veto_is_understood_without_accents_and_ligatures() -> None:
    assert proposed("A café opened.", "café", ("cafe", 0.9)) == []
    assert proposed("Of ﬁnance now.", "ﬁnance", ("finance", 0.9)) == []
    assert proposed("He didn’t go.", "didn’t", ("didn't", 0.9)) == []


def test_a_special_piece_is_no_wording() -> None:
    [proposal] = proposed("Came connected Friday.", "connected", ("[UNK]", 0.5), ("on", 0.4))
    assert (proposal.replacement, proposal.alternatives) == ("on", ())


def test_an_unsure_candidate_is_not_proposed() -> None:
    assert proposed("Came connected Friday.", "connected", ("on", 0.29)) == []
    assert proposed("Came connected Friday.", "connected") == []


def test_a_capital_inside_a_sentence_asks_for_more_confidence() -> None:
    text = "Then Connected came. Connected fell."
    assert [p.start for p in proposed(text, "Connected", ("on", 0.8))] == [21]
    assert [p.start for p in proposed(text, "Connected", ("on", 0.9))] == [5, 21]


def test_case_is_copied() -> None:
    [proposal] = proposed("Connected Friday.", "Connected", ("on", 0.8), ("by", 0.1))
    assert proposal.replacement == "On"
    assert proposal.alternatives[0].text == "By"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He very came.", "He came."),
        ("He came very.", "He came."),
        ("very", ""),
        ("He very very came.", "He came."),
    ],
)
def test_an_empty_candidate_deletes_the_word_and_a_space(text: str, expected: str) -> None:
    proposals = proposed(text, "very", ("", 0.8))
    assert apply_edits(text, proposals) == expected


def test_spellings_of_one_text_count_together() -> None:
    ranked = rank_texts([("a", 0.4), ("b", 0.35), ("b", 0.1)])
    assert [text for text, _ in ranked] == ["b", "a"]
    assert ranked[0][1] == pytest.approx(0.45)
