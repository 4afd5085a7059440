"""Tortured phrases: established terms rewritten word by word (counterfeit consciousness)."""

from __future__ import annotations

import random

from unspin.model.words import words
from unspin.training.spinners.lookup import Phrases, merge, thin_keys, write
from unspin.training.spinners.registry import Unavailable, register
from unspin.training.spinners.resources import Resources, Table, shipped

COMMON = 4.5  # Zipf frequency from which a single word is everyday English and not a term


def terms(listed: Table) -> Table:
    """The usable part of a list: no everyday words, no phrases that are far longer."""
    from wordfreq import zipf_frequency

    made: Table = {}
    for term, phrases in listed.items():
        n = len(term.split())
        kept = [p for p in phrases if len(p.split()) <= n + 2]
        if kept and len(term) > 3 and (n > 1 or zipf_frequency(term, "en") < COMMON):
            made[term] = kept
    return made


@register("tortured")
class Tortured:
    """Every listed term a passage holds, half of the time amid family G's swaps.

    A passage without a listed term is returned as it is.
    """

    name: str

    def __init__(self, resources: Resources) -> None:
        if resources.tortured is None:
            raise Unavailable("the family tortured needs a list of phrases: give it --tortured")
        self.terms = Phrases(terms(resources.tortured_phrases))
        self.around = Phrases(shipped("g"))

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        terms = self.terms.find(text, parts)
        if not terms:
            return text
        around = self.around.find(text, parts) if rng.random() < 0.5 else []
        matches = merge(terms, thin_keys(around, rng.uniform(0.2, 1.0), rng))
        return write(text, matches, rng, consistent=rng.random() < 0.5)
