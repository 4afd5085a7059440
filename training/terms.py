"""Established terms of the sciences, and sentences that hold them, which news hardly does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from unspin.model.words import words

SLOT = "{}"

KEYWORDS = 0.35
"""Share of the passages that are a line of keywords."""

HEADINGS = ("Keywords: ", "Keywords ", "Key words: ", "Index terms: ", "Subjects: ", "Topics: ", "")


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


def passage(rng: random.Random, max_words: int, named: Sequence[str] | None = None) -> str:
    """One to three sentences with terms, or a line of keywords; empty where none is so short.

    `named` are the terms to draw from, by default those of `terms`.
    """
    named = terms() if named is None else named
    if rng.random() < KEYWORDS:
        return _keywords(named, max_words, rng)
    made = [_filled(_sentence(rng), named, rng) for _ in range(rng.choice((1, 1, 2, 3)))]
    while made and len(words(" ".join(made))) > max_words:
        made.pop()
    return " ".join(made)


def _sentence(rng: random.Random) -> str:
    """A listed sentence, or a beginning and an end that go together; with its slot."""
    if rng.random() < 0.4:
        return rng.choice(term_sentences())
    return rng.choice(_lines("term_heads.txt")) + rng.choice(_raw_lines("term_tails.txt"))


def _filled(sentence: str, named: Sequence[str], rng: random.Random) -> str:
    count = rng.choices((1, 2, 3, 4), (14, 4, 1, 1))[0]
    *others, last = rng.sample(named, count)
    slot = f"{', '.join(others)} and {last}" if others else last
    filled = sentence.replace(SLOT, slot)
    return filled[0].upper() + filled[1:]


def _keywords(named: Sequence[str], max_words: int, rng: random.Random) -> str:
    """What many papers open with, and the densest text of terms there is."""
    chosen = rng.sample(named, rng.randint(3, 8))
    if rng.random() < 0.5:
        chosen = [term[0].upper() + term[1:] for term in chosen]
    heading, mark = rng.choice(HEADINGS), rng.choice((", ", "; ", " · "))
    while chosen and len(words(heading + mark.join(chosen))) > max_words:
        chosen.pop()
    return heading + mark.join(chosen) if chosen else ""


@cache
def _lines(name: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, _raw_lines(name))))


@cache
def _raw_lines(name: str) -> tuple[str, ...]:
    text = files("unspin.training").joinpath("lexicon", name).read_text("utf-8")
    return tuple(text.splitlines())
