"""Pieces, windows and words agree, whatever the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.model.encode import MAX_WINDOW, Encoder, shape
from unspin.model.errors import UnspinError
from unspin.model.settings import SHIPPED

ENCODER = Encoder.from_file(SHIPPED / "tokenizer.json")

prose = st.lists(
    st.sampled_from(
        ["The", "council", "met", "Ms. Okafor", "U.S.", "said,", "“Go.”", "\n", "10,000", "don't",
         "https://example.org/a?b=1", "naïve", "ﬁnance", "\u200b", "e\u0301", "漢字", "🙂", "-"]
    ),
    max_size=400,
).map(" ".join)  # fmt: skip


@given(st.one_of(st.text(max_size=300), prose))
def test_pieces_windows_and_words_agree(text: str) -> None:
    document = ENCODER.encode(text)
    assert document.text == text
    pieces = len(document.ids)
    joined = [p for w in document.windows for p in range(w.start, w.end)]
    assert joined == list(range(pieces))
    assert all(0 < w.end - w.start <= MAX_WINDOW - 2 for w in document.windows)
    assert len(document.shapes) == pieces
    for i, word in enumerate(document.words):
        assert text[word.start : word.end] == word.text
        window = document.windows[document.word_window[i]]
        assert window.start <= document.word_first[i] <= document.word_last[i] < window.end
        start, end = document.sentences[document.word_sentence[i]]
        assert start <= word.start and word.end <= end
    assert (np.diff(document.word_first) >= 0).all()
    assert (np.diff(document.word_sentence) >= 0).all()


@given(st.lists(st.text(max_size=80), max_size=5))
def test_a_batch_is_its_texts_one_by_one(texts: list[str]) -> None:
    for text, document in zip(texts, ENCODER.encode_batch(texts), strict=True):
        alone = ENCODER.encode(text)
        assert alone.words == document.words
        assert alone.ids.tolist() == document.ids.tolist()
        assert alone.windows == document.windows


def test_whole_sentences_share_a_window() -> None:
    sentence = "The council met on Tuesday to discuss the bridge. "
    document = ENCODER.encode(sentence * 30)
    starts = {int(document.word_first[i]) for i in range(0, len(document.words), 9)}
    assert {w.start for w in document.windows} <= starts | {0}
    assert len(document.windows) < 30


def test_a_sentence_longer_than_a_window_is_cut_between_words() -> None:
    document = ENCODER.encode("negotiations " * 300)
    assert len(document.windows) > 1
    assert {w.start for w in document.windows} <= set(document.word_first.tolist())


def test_pieces_of_a_word_are_its_own() -> None:
    document = ENCODER.encode("Sheinbaum’s visit")
    name = document.ids[document.word_first[0] : document.word_last[0] + 1].tolist()
    assert ENCODER.tokenizer.decode(name).replace(" ", "") == "sheinbaum's"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("visit", 0), ("don't", 0), ("Visit", 1), ("U.S.", 2), ("NATO", 2), ("4th", 3), ("G7", 3)],
)
def test_shape(word: str, expected: int) -> None:
    assert shape(word) == expected


def test_a_folder_without_tokenizer_is_named(tmp_path: object) -> None:
    with pytest.raises(UnspinError, match=r"tokenizer\.json"):
        Encoder.from_file(SHIPPED / "nowhere" / "tokenizer.json")
