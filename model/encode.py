"""Text to pieces: the one place where words, sentences and windows meet the tokenizer.

Training and inference both read text through `Encoder`, so their features cannot drift apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from unspin.model.errors import UnspinError
from unspin.model.normalise import view
from unspin.model.sentences import sentences
from unspin.model.words import Word, words

IntArray = npt.NDArray[np.int64]

MAX_WINDOW = 128
"""Pieces in a window, [CLS] and [SEP] included."""

SHAPES = 4
"""Kinds of word shape told apart by `shape`."""


def shape(word: str) -> int:
    """What an uncased tokenizer hides: 0 lower case, 1 capitalised, 2 other capitals, 3 digits."""
    if word.islower():
        return 0 if word.isalpha() else 3 * any(map(str.isdigit, word))
    if any(map(str.isdigit, word)):
        return 3
    return 1 if word[1:].islower() else 2


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces `start` to `end` (half-open) of a document, read by the network at once."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its words and sentences (offsets in `text`) and the pieces of its words.

    Arrays: `ids` and `shapes` have one entry a piece, the others one a word. `word_first` and
    `word_last` are piece indices (inclusive), clipped to the word's window.
    """

    text: str
    words: list[Word]
    sentences: list[tuple[int, int]]
    ids: IntArray
    shapes: IntArray
    word_first: IntArray
    word_last: IntArray
    word_sentence: IntArray
    word_window: IntArray
    windows: list[Window]

    def window_inputs(
        self, window: Window, cls_id: int, sep_id: int
    ) -> tuple[list[int], list[int]]:
        """Piece ids and shapes of a window between its [CLS] and [SEP]."""
        inner = slice(window.start, window.end)
        return (
            [cls_id, *self.ids[inner].tolist(), sep_id],
            [0, *self.shapes[inner].tolist(), 0],
        )


class Encoder:
    """Turns texts into `Document`s with one tokenizer (shared by threads, no state)."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.tokenizer = tokenizer
        self.cls_id = self._special("[CLS]", "<s>")
        self.sep_id = self._special("[SEP]", "</s>")
        self.pad_id = self._special("[PAD]", "<pad>")

    @classmethod
    def from_file(cls, path: Path) -> Encoder:
        """Read a `tokenizer.json`; raises `UnspinError` if it is missing or no tokenizer."""
        if not path.is_file():
            raise UnspinError(f"no tokenizer at {path}: a model folder needs a tokenizer.json")
        try:
            return cls(Tokenizer.from_file(str(path)))
        except Exception as error:  # the library raises bare Exception
            raise UnspinError(f"{path} is not a tokenizer: {error}") from error

    def _special(self, *names: str) -> int:
        for name in names:
            found = self.tokenizer.token_to_id(name)
            if found is not None:
                return int(found)
        raise UnspinError(f"the tokenizer has none of the pieces {', '.join(names)}")

    def encode(self, text: str) -> Document:
        """One text; see `encode_batch`."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[Document]:
        """Documents of `texts`, in order."""
        views = [view(text) for text in texts]
        encodings = self.tokenizer.encode_batch([v.text for v in views], add_special_tokens=False)
        return [
            _document(text, v.text, None if v.text == text else v.span, encoding)
            for text, v, encoding in zip(texts, views, encodings, strict=True)
        ]

    def pieces(self, text: str) -> list[int]:
        """Piece ids of a replacement, without special pieces."""
        return list(self.tokenizer.encode(view(text).text, add_special_tokens=False).ids)


def _document(text: str, normal: str, to_source: object, encoding: Encoding) -> Document:
    ids = np.asarray(encoding.ids, dtype=np.int64)
    offsets = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    found = words(normal)
    if not len(ids):
        found = []
    bounds = sentences(normal)
    starts = np.array([w.start for w in found], dtype=np.int64)
    ends = np.array([w.end for w in found], dtype=np.int64)
    first = np.searchsorted(offsets[:, 1], starts, side="right")
    last = np.searchsorted(offsets[:, 0], ends, side="left") - 1
    # A word whose characters the tokenizer drops has no piece of its own: leave it out.
    have = first <= last
    if not have.all():
        found = [w for w, keep in zip(found, have, strict=True) if keep]
        starts, first, last = starts[have], first[have], last[have]
    sentence_starts = np.array([s for s, _ in bounds], dtype=np.int64)
    word_sentence = np.maximum(np.searchsorted(sentence_starts, starts, side="right") - 1, 0)
    shapes = np.zeros(len(ids), dtype=np.int64)
    lengths = last - first + 1
    if found:
        within = np.repeat(first, lengths) + _ranges(lengths)
        shapes[within] = np.repeat([shape(w.text) for w in found], lengths)
    sentence_pieces = np.searchsorted(offsets[:, 0], sentence_starts, side="left")
    windows = _windows(len(ids), sentence_pieces.tolist(), first.tolist())
    window_starts = np.array([w.start for w in windows], dtype=np.int64)
    window_ends = np.array([w.end for w in windows], dtype=np.int64)
    word_window = np.searchsorted(window_starts, first, side="right") - 1
    if found:
        last = np.minimum(last, window_ends[word_window] - 1)
    if callable(to_source):
        found = [_moved(w, to_source(w.start, w.end), text) for w in found]
        bounds = [to_source(s, e) for s, e in bounds]
    return Document(
        text, found, bounds, ids, shapes, first, last, word_sentence, word_window, windows
    )


def _moved(word: Word, span: tuple[int, int], text: str) -> Word:
    return Word(span[0], span[1], text[span[0] : span[1]], word.protected)


def _ranges(lengths: IntArray) -> IntArray:
    """[2, 3] -> [0, 1, 0, 1, 2]."""
    stops = np.cumsum(lengths)
    return np.arange(stops[-1]) - np.repeat(stops - lengths, lengths)


def _windows(pieces: int, sentence_starts: list[int], word_firsts: list[int]) -> list[Window]:
    """Pack whole sentences; cut a sentence that is too long at its last word that fits."""
    room = MAX_WINDOW - 2
    windows = []
    start = 0
    cuts = sorted({*sentence_starts, pieces} - {0})
    while start < pieces:
        limit = start + room
        cut = bisect_right(cuts, limit) - 1
        if cut >= 0 and cuts[cut] > start:
            end = cuts[cut]
        else:
            word = bisect_right(word_firsts, limit) - 1
            end = word_firsts[word] if word >= 0 and word_firsts[word] > start else limit
        windows.append(Window(start, min(end, pieces)))
        start = windows[-1].end
    return windows
