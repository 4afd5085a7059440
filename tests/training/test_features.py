"""Labelled rows to what the network trains on: tags, spans, windows, batches."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from unspin.model.encode import MAX_WINDOW, Document, Encoder
from unspin.model.network import IGNORE
from unspin.model.normalise import view
from unspin.model.tags import BEGIN, INSIDE, OUTSIDE
from unspin.model.words import words
from unspin.training.features import (
    VETO_SHARE,
    Span,
    collate,
    label_words,
    pair_features,
    spun_features,
)
from unspin.training.spinners import Spinner

PIECES = 8


class Never(random.Random):
    """Draws no undamaged word for the decoder to refuse."""

    def random(self) -> float:
        return 1.0


def features(encoder: Encoder, spun: str, clean: str, pieces: int = PIECES) -> list[dict[str, Any]]:
    return list(pair_features(encoder, spun, clean, pieces, Never()))


def undone(document: Document, spans: list[Span]) -> list[str]:
    """The words of the document with every span replaced by its target."""
    found = [word.text for word in document.words]
    for span in reversed(spans):
        found[span.first : span.last + 1] = [word.text for word in words(span.target)]
    return [word.casefold() for word in found]


# Tags and spans


@pytest.mark.parametrize(
    ("spun", "clean", "tags", "spans"),
    [
        ("They met connected Friday.", "They met on Friday.", "OOBO", [(2, 2, "on")]),
        (
            "It grew in light of the fact that it rained.",
            "It grew because it rained.",
            "OOBIIIIIOO",
            [(2, 7, "because")],
        ),
        ("He wedded her.", "He got married to her.", "OBO", [(1, 1, "got married to")]),
        ("He said very big words.", "He said words.", "OOBIO", [(2, 3, "")]),
        ("He said words.", "He said some words.", "OOO", []),
        ("Astatine noon IT rang.", "At noon it rang.", "BOOO", [(0, 0, "At")]),
        ("They don’t cease.", "They don't stop.", "OOB", [(2, 2, "stop")]),
        # Two one-word changes side by side are two spans.
        ("It ran astatine nighttime.", "It ran at night.", "OOBB", [(2, 2, "at"), (3, 3, "night")]),
        # What replaces a stretch keeps the marks inside it.
        ("It was afterwards sold.", "It was then, later sold.", "OOBO", [(2, 2, "then, later")]),
    ],
)
def test_tags_and_spans(
    encoder: Encoder, spun: str, clean: str, tags: str, spans: list[tuple[int, int, str]]
) -> None:
    found, rewrites = label_words(encoder.encode(spun), clean)
    assert "".join("OBI"[tag] for tag in found) == tags
    assert rewrites == [Span(*span) for span in spans]


def test_words_that_nothing_may_edit_are_left_out_of_the_loss(encoder: Encoder) -> None:
    tags, spans = label_words(
        encoder.encode("Some 12 folks met at www.mill.example."),
        "Some 13 people met at www.weir.example.",
    )
    assert tags == [OUTSIDE, IGNORE, BEGIN, OUTSIDE, OUTSIDE, IGNORE]
    assert spans == [Span(2, 2, "people")]


def test_a_stretch_with_marks_inside_is_detected_but_not_rewritten(encoder: Encoder) -> None:
    tags, spans = label_words(encoder.encode("A cheap-looking barn."), "A shabby barn.")
    assert tags == [OUTSIDE, BEGIN, BEGIN, OUTSIDE]
    assert spans == []


@pytest.mark.parametrize("word", ["peo\u00adple", "ﬁshers", "Ｔｏｗｎ", "na\u200bmes"])
def test_odd_characters_on_both_sides_are_no_damage(encoder: Encoder, word: str) -> None:
    tags, spans = label_words(encoder.encode(f"The {word} besides left."), f"The {word} also left.")
    assert tags == [OUTSIDE, OUTSIDE, BEGIN, OUTSIDE]
    assert spans == [Span(2, 2, "also")]


@given(
    numbers=st.lists(st.integers(0, 47), min_size=1, max_size=4),
    family=st.sampled_from(["per_occurrence", "phrase_table", "mixed_tables"]),
    seed=st.integers(0, 2**32),
)
def test_spans_undo_what_a_spinner_did(
    encoder: Encoder,
    clean_sentences: list[str],
    shipped_spinners: dict[str, Spinner],
    numbers: list[int],
    family: str,
    seed: int,
) -> None:
    clean = " ".join(clean_sentences[n] for n in numbers)
    document = encoder.encode(shipped_spinners[family].spin(clean, random.Random(seed)))
    tags, spans = label_words(document, clean)
    covered = {i for span in spans for i in range(span.first, span.last + 1)}
    assert all(tags[span.first] == BEGIN for span in spans)
    assert all((tags[i] in (BEGIN, INSIDE)) for i in covered)
    # Elsewhere words fell out or a mark stands inside the damage: no span can undo that.
    original = [word.text.casefold() for word in words(view(clean).text)]
    lost = len(original) - len(undone(document, spans))
    assume(not lost and covered == {i for i, tag in enumerate(tags) if tag != OUTSIDE})
    assert undone(document, spans) == original


# Windows


def test_clean_text_is_outside_and_gives_the_decoder_words_to_keep(
    encoder: Encoder, clean_sentences: list[str]
) -> None:
    text = " ".join(clean_sentences)
    rng, kept, total = random.Random(5), 0, 0
    for _ in range(4):
        for row in pair_features(encoder, text, text, PIECES, rng):
            assert set(row["word_tags"]) == {OUTSIDE}
            assert not any(row["sentence_labels"])
            for first, last, target in zip(
                row["span_first"], row["span_last"], row["targets"], strict=True
            ):
                assert target == [*row["input_ids"][first : last + 1], encoder.sep_id]
            kept += len(row["targets"])
            total += len(row["word_tags"])
    assert 0.5 * VETO_SHARE < kept / total < 2 * VETO_SHARE


def test_windows_hold_every_word_once_and_spans_point_at_their_pieces(
    encoder: Encoder, spun_pairs: list[dict[str, str]]
) -> None:
    spun = " ".join(pair["spun"] for pair in spun_pairs)
    clean = " ".join(pair["clean"] for pair in spun_pairs)
    document = encoder.encode(spun)
    tags, spans = label_words(document, clean)
    rows = features(encoder, spun, clean)
    assert len(rows) > 3
    assert [tag for row in rows for tag in row["word_tags"]] == tags
    firsts = [row["input_ids"][at] for row in rows for at in row["word_positions"]]
    assert firsts == document.ids[document.word_first].tolist()
    for row in rows:
        n = row["length"]
        assert n == len(row["input_ids"]) == len(row["shape_ids"]) <= MAX_WINDOW
        assert (row["input_ids"][0], row["input_ids"][-1]) == (encoder.cls_id, encoder.sep_id)
        assert all(0 < at < n - 1 for at in row["word_positions"])
        assert row["word_sentence"][0] == 0
        assert max(row["word_sentence"]) == len(row["sentence_labels"]) - 1
        for number, label in enumerate(row["sentence_labels"]):
            pairs = zip(row["word_tags"], row["word_sentence"], strict=True)
            assert label == any(t in (BEGIN, INSIDE) for t, s in pairs if s == number)
    found = [
        (row["input_ids"][first : last + 1], target)
        for row in rows
        for first, last, target in zip(
            row["span_first"], row["span_last"], row["targets"], strict=True
        )
    ]
    wanted = []
    for span in spans:
        pieces = document.ids[document.word_first[span.first] : document.word_last[span.last] + 1]
        target = encoder.pieces(span.target)
        if len(target) <= PIECES:
            wanted.append((pieces.tolist(), [*target, encoder.sep_id]))
    assert found == wanted  # these spans all lie inside one window


def test_only_damaged_sentences_are_labelled(encoder: Encoder) -> None:
    (row,) = features(
        encoder,
        "All is well. They met connected Friday. It ran.",
        "All is well. They met on Friday. It ran.",
    )
    assert row["sentence_labels"] == [0, 1, 0]


def test_a_deletion_ends_at_once_and_a_long_target_is_left_out(encoder: Encoder) -> None:
    (row,) = features(encoder, "He said very big words.", "He said words.")
    assert row["targets"] == [[encoder.sep_id]]
    (row,) = features(encoder, "He wedded her.", "He got married to her.", pieces=2)
    assert row["targets"] == []
    assert row["word_tags"] == [OUTSIDE, BEGIN, OUTSIDE]


def test_spun_text_without_its_original_labels_sentences_alone(
    encoder: Encoder, spun_pairs: list[dict[str, str]]
) -> None:
    rows = list(spun_features(encoder, " ".join(pair["spun"] for pair in spun_pairs)))
    assert len(rows) > 3
    for row in rows:
        assert set(row["word_tags"]) == {IGNORE}
        assert set(row["sentence_labels"]) == {1}
        assert row["targets"] == row["span_first"] == row["span_last"] == []


@pytest.mark.parametrize("text", ["", " \n", "... !", "👩‍👩‍👧"])
def test_text_without_words_gives_no_window(encoder: Encoder, text: str) -> None:
    assert features(encoder, text, text) == []
    assert list(spun_features(encoder, text)) == []


# Batches


def test_a_batch_is_padded_and_its_spans_and_sentences_run_on(encoder: Encoder) -> None:
    (long,) = features(
        encoder,
        "They met connected Friday. It was astatine noon, he said.",
        "They met on Friday. It was at noon, he said.",
    )
    (plain,) = features(encoder, "All is well.", "All is well.")
    (short,) = features(encoder, "He wedded her.", "He got married to her.")
    rows = [long, plain, short]
    batch = collate(rows, encoder.pad_id)
    length = long["length"]
    for name in ("input_ids", "attention_mask", "shape_ids", "tags", "piece_sentence"):
        assert batch[name].shape == (3, length)
        assert batch[name].dtype == torch.long
    for i, row in enumerate(rows):
        n = row["length"]
        assert batch["input_ids"][i, :n].tolist() == row["input_ids"]
        assert set(batch["input_ids"][i, n:].tolist()) <= {encoder.pad_id}
        assert batch["attention_mask"][i].tolist() == [1] * n + [0] * (length - n)
        assert batch["tags"][i, row["word_positions"]].tolist() == row["word_tags"]
        assert batch["tags"][i].ne(IGNORE).sum() == len(row["word_tags"])
        assert batch["piece_sentence"][i].ge(0).sum() == len(row["word_tags"])
    assert batch["sentence_labels"].tolist() == [1, 1, 0, 1]
    assert [sorted(set(of_row[of_row >= 0].tolist())) for of_row in batch["piece_sentence"]] == [
        [0, 1],
        [2],
        [3],
    ]
    assert batch["span_window"].tolist() == [0, 0, 2]
    targets = [target for row in rows for target in row["targets"]]
    assert batch["targets"].shape == (3, max(map(len, targets)))
    for padded, target in zip(batch["targets"].tolist(), targets, strict=True):
        assert padded == target + [IGNORE] * (len(padded) - len(target))


def test_a_batch_without_spans(encoder: Encoder) -> None:
    batch = collate(features(encoder, "All is well.", "All is well."), encoder.pad_id)
    for name in ("span_window", "span_first", "span_last"):
        assert batch[name].shape == (0,)
        assert batch[name].dtype == torch.long
    assert batch["targets"].shape == (0, 1)
