"""Labelled rows to the arrays the network trains on, and those arrays to batches."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch

from unspin.model.align import Block, align
from unspin.model.encode import Document, Encoder
from unspin.model.network import IGNORE
from unspin.model.normalise import view
from unspin.model.tags import BEGIN, INSIDE, OUTSIDE
from unspin.model.words import Word, words

VETO_SHARE = 0.04
"""Undamaged words given to the decoder with themselves as target, so that it learns to refuse."""

Features = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to `last` (inclusive) of the spun text and what they should read."""

    first: int
    last: int
    target: str


def label_words(spun: Document, clean: str) -> tuple[list[int], list[Span]]:
    """A tag for every spun word and the spans to rewrite, from the alignment with `clean`.

    Words that nothing may edit (numbers, URLs) are left out of the loss where they differ.
    """
    normal = view(clean).text
    clean_words = words(normal)
    tags = [OUTSIDE] * len(spun.words)
    spans = []
    seen = [w.text if w.text.isascii() else view(w.text).text for w in spun.words]
    for block in align(seen, [w.text for w in clean_words]):
        inner = spun.words[block.spun_start : block.spun_end]
        if any(w.protected for w in inner):
            for index in range(block.spun_start, block.spun_end):
                tags[index] = IGNORE
            continue
        touching = _touching(spun, inner)
        for index in range(block.spun_start, block.spun_end):
            tags[index] = INSIDE if index > block.spun_start and touching else BEGIN
        if inner and touching:
            target = _slice(normal, clean_words, block)
            spans.append(Span(block.spun_start, block.spun_end - 1, target))
    return tags, spans


def _touching(document: Document, inner: Sequence[Word]) -> bool:
    """Whether only white space lies between the words."""
    return all(document.text[a.end : b.start].isspace() for a, b in pairwise(inner))


def _slice(normal: str, clean_words: Sequence[Word], block: Block) -> str:
    if block.clean_start == block.clean_end:
        return ""
    return normal[clean_words[block.clean_start].start : clean_words[block.clean_end - 1].end]


def pair_features(
    encoder: Encoder, spun: str, clean: str, max_pieces: int, rng: random.Random
) -> Iterator[Features]:
    """One set of features for each window of the spun text."""
    document = encoder.encode(spun)
    tags, spans = [OUTSIDE] * len(document.words), list[Span]()
    if spun != clean:
        tags, spans = label_words(document, clean)
    kept = [
        index
        for index, tag in enumerate(tags)
        if tag == OUTSIDE and not document.words[index].protected and rng.random() < VETO_SHARE
    ]
    spans += [Span(index, index, document.words[index].text) for index in kept]
    yield from _window_features(encoder, document, tags, spans, max_pieces)


def spun_features(encoder: Encoder, text: str) -> Iterator[Features]:
    """Detection-only rows: a text known to be spun labels its sentences, not its words."""
    document = encoder.encode(text)
    tags = [IGNORE] * len(document.words)
    yield from _window_features(encoder, document, tags, [], 0, spun=True)


def _window_features(
    encoder: Encoder,
    document: Document,
    tags: Sequence[int],
    spans: Sequence[Span],
    max_pieces: int,
    spun: bool = False,
) -> Iterator[Features]:
    for number, window in enumerate(document.windows):
        inside = (document.word_window == number).nonzero()[0].tolist()
        if not inside:
            continue
        ids, shapes = document.window_inputs(window, encoder.cls_id, encoder.sep_id)
        offset = 1 - window.start  # position in the window, after its [CLS]
        sentence = [int(document.word_sentence[i]) for i in inside]
        base = sentence[0]
        damaged = [0] * (sentence[-1] - base + 1)
        for index, which in zip(inside, sentence, strict=True):
            if tags[index] in (BEGIN, INSIDE) or spun:
                damaged[which - base] = 1
        first, last, targets = [], [], []
        for span in spans:
            if set(document.word_window[[span.first, span.last]].tolist()) != {number}:
                continue
            target = encoder.pieces(span.target) if span.target else []
            if len(target) <= max_pieces:
                first.append(int(document.word_first[span.first]) + offset)
                last.append(int(document.word_last[span.last]) + offset)
                targets.append([*target, encoder.sep_id])
        yield {
            "input_ids": ids,
            "shape_ids": shapes,
            "word_positions": [int(document.word_first[i]) + offset for i in inside],
            "word_tags": [tags[i] for i in inside],
            "word_sentence": [which - base for which in sentence],
            "sentence_labels": damaged,
            "span_first": first,
            "span_last": last,
            "targets": targets,
            "length": len(ids),
        }


def collate(rows: Sequence[Features], pad_id: int) -> dict[str, torch.Tensor]:
    """Pad windows to the longest, flatten the spans and sentences of all windows."""
    size, length = len(rows), max(len(row["input_ids"]) for row in rows)
    input_ids = torch.full((size, length), pad_id)
    attention_mask = torch.zeros((size, length), dtype=torch.long)
    shape_ids = torch.zeros((size, length), dtype=torch.long)
    tags = torch.full((size, length), IGNORE)
    piece_sentence = torch.full((size, length), -1)
    sentence_labels: list[int] = []
    span_window: list[int] = []
    for index, row in enumerate(rows):
        n = len(row["input_ids"])
        input_ids[index, :n] = torch.tensor(row["input_ids"])
        attention_mask[index, :n] = 1
        shape_ids[index, :n] = torch.tensor(row["shape_ids"])
        positions = torch.tensor(row["word_positions"])
        tags[index, positions] = torch.tensor(row["word_tags"])
        sentence = torch.tensor(row["word_sentence"])
        piece_sentence[index, positions] = sentence + len(sentence_labels)
        sentence_labels += row["sentence_labels"]
        span_window += [index] * len(row["span_first"])
    targets = [target for row in rows for target in row["targets"]]
    padded = torch.full((len(targets), max(map(len, targets), default=1)), IGNORE)
    for index, target in enumerate(targets):
        padded[index, : len(target)] = torch.tensor(target)
    return {
        "input_ids": input_ids,
        "attention_mask": attention_mask,
        "shape_ids": shape_ids,
        "tags": tags,
        "piece_sentence": piece_sentence,
        "sentence_labels": torch.tensor(sentence_labels),
        "span_window": torch.tensor(span_window, dtype=torch.long),
        "span_first": torch.tensor([p for row in rows for p in row["span_first"]]).long(),
        "span_last": torch.tensor([p for row in rows for p in row["span_last"]]).long(),
        "targets": padded,
    }
