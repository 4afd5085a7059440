"""Families G and E, and free WordNet swaps, with the form of the word replaced or without it."""

from __future__ import annotations

import random
from functools import cache

from unspin.model.words import words
from unspin.training.spinners.lookup import (
    Phrases,
    find_words,
    merge,
    thin_keys,
    thin_to_share,
    write,
)
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, shipped, union
from unspin.training.spinners.wordnet import WordNet, base_forms, inflect


def inflected_synonyms(net: WordNet, word: str) -> list[str]:
    """WordNet synonyms of a word's likeliest reading, in the word's own form."""
    readings = base_forms(word)
    if not readings:
        return net.synonyms(word)
    lemma, pos, tag = max(readings, key=lambda r: net.counts.get((r[0], r[1]), -1))
    forms = (inflect(synonym, tag) for synonym in net.synonyms(lemma, pos))
    return [form for form in dict.fromkeys(forms) if form != word]


def base_synonyms(net: WordNet, word: str) -> list[str]:
    """WordNet synonyms of a word's likeliest reading, as lemmas."""
    readings = base_forms(word)
    if not readings:
        return net.synonyms(word)
    lemma, pos, _ = max(readings, key=lambda r: net.counts.get((r[0], r[1]), -1))
    return [synonym for synonym in net.synonyms(lemma, pos) if synonym != word]


@register("inflected_swap")
class InflectedSwap:
    """The tables of G and E, with WordNet synonyms for a part of the other words; 15-50 %."""

    name: str

    def __init__(self, resources: Resources) -> None:
        net = resources.net
        g, e = shipped("g"), shipped("e")
        self.tables = [Phrases(g), Phrases(g), Phrases(e), Phrases(union(g, e))]
        self.synonyms = cache(lambda word: inflected_synonyms(net, word))

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        listed = thin_keys(rng.choice(self.tables).find(text, parts), rng.uniform(0.6, 1.0), rng)
        free = thin_keys(find_words(text, parts, self.synonyms), rng.uniform(0.0, 0.5), rng)
        matches = merge(listed, free)
        if rng.random() < 0.5:
            matches = [m for m in matches if text[m.start].islower()]
        matches = thin_to_share(matches, rng.uniform(0.15, 0.5), len(parts), rng)
        return write(text, matches, rng, consistent=rng.random() < 0.4)


@register("uninflected_swap")
class UninflectedSwap:
    """WordNet synonyms of the base form, written as they stand in the dictionary; 10-45 %."""

    name: str

    def __init__(self, resources: Resources) -> None:
        net = resources.net
        self.synonyms = cache(lambda word: base_synonyms(net, word))

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        matches = find_words(text, parts, self.synonyms)
        if rng.random() < 0.6:
            matches = [m for m in matches if text[m.start].islower()]
        matches = thin_to_share(matches, rng.uniform(0.1, 0.45), len(parts), rng)
        return write(text, matches, rng, consistent=rng.random() < 0.5)
