"""Thesaurus spinners nobody has met: each passage draws its own item for every word."""

from __future__ import annotations

import random

from unspin.model.words import words
from unspin.training.spinners.lookup import Match, find_words, thin_to_share, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources
from unspin.training.spinners.thesaurus_chain import tokens


@register("thesaurus_random")
class ThesaurusRandom:
    """MyThes items at random, one a word and passage, in 5-50 % of the words."""

    name: str

    def __init__(self, resources: Resources) -> None:
        from wordfreq import top_n_list

        self.items = {
            key: items
            for key, items in resources.thesaurus.items()
            if " " not in key and key[0].isalpha() and items
        }
        self.single = {
            key: one
            for key, items in self.items.items()
            if (one := [item for item in items if " " not in item])
        }
        self.function = set(top_n_list("en", 100))

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        table = self.items if rng.random() < 0.3 else self.single
        if rng.random() < 0.5:  # like family A: lower-case tokens without punctuation
            matches = tokens(text, table)
        else:
            capitals = rng.random() < 0.5
            matches = [
                m
                for m in find_words(text, parts, lambda w: table.get(w, ()))
                if capitals or text[m.start].islower()
            ]
        if rng.random() < 0.5:
            matches = [m for m in matches if m.key not in self.function]
        chosen = thin_to_share(matches, rng.uniform(0.05, 0.5), len(parts), rng)
        return write(text, [lowered(m) for m in chosen], rng, consistent=rng.random() < 0.8)


def lowered(match: Match) -> Match:
    """The match with outputs in lower case, as spinners that lower their thesaurus write."""
    return Match(match.start, match.end, match.key, [o.lower() for o in match.outputs])
