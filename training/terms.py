"""Established terms of the sciences, and sentences that hold them, which news hardly does."""

from __future__ import annotations

import random
from functools import cache
from importlib.resources import files

from unspin.model.words import words

SLOT = "{}"


@cache
def terms() -> tuple[str, ...]:
    """The terms of lexicon/terms.txt: mostly two to four words, lower case but for names."""
    return _lines("terms.txt")


@cache
def term_sentences() -> tuple[str, ...]:
    """The sentences of lexicon/term_sentences.txt, each with one slot.

    None of those that restoration is measured on, `unspin.training.carriers`, is among them.
    """
    return _lines("term_sentences.txt")


def passage(rng: random.Random, max_words: int) -> str:
    """One to three sentences, each with a term or two in its slot; empty where none is so short."""
    chosen = rng.sample(term_sentences(), rng.choice((1, 1, 2, 3)))
    made = [_filled(sentence, rng) for sentence in chosen]
    while made and len(words(" ".join(made))) > max_words:
        made.pop()
    return " ".join(made)


def _filled(sentence: str, rng: random.Random) -> str:
    named = rng.sample(terms(), 2)
    slot = " and ".join(named) if rng.random() < 0.2 else named[0]
    filled = sentence.replace(SLOT, slot)
    return filled[0].upper() + filled[1:]


def _lines(name: str) -> tuple[str, ...]:
    text = files("unspin.training").joinpath("lexicon", name).read_text("utf-8")
    return tuple(filter(None, map(str.strip, text.splitlines())))
