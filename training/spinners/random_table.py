"""Spinners nobody has seen: every passage draws a table of its own.

`random_table` maps a word to an unrelated word of about its frequency, `random_neighbour` to one
that WordNet puts a few steps away.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import cache

from unspin.model.words import words
from unspin.training.spinners.lookup import Match, find_words, thin_to_share, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources
from unspin.training.spinners.wordnet import WordNet, base_forms, inflect

SUFFIXES = ("ing", "ed", "ly", "ers", "er", "ions", "ion", "s", "al", "ity", "")


def draw_share(rng: random.Random) -> float:
    """A share of words to change: about one a sentence in a third of passages, else up to 40 %."""
    return rng.uniform(1, 2) / 24 if rng.random() < 0.33 else rng.uniform(0.05, 0.4)


@register("random_table")
class RandomTable:
    """Words of the same frequency band (half an octave of rank), usually with the same ending."""

    name: str

    def __init__(self, resources: Resources) -> None:
        from wordfreq import top_n_list

        self.bands: dict[tuple[int, str], list[str]] = {}
        self.place: dict[str, tuple[int, str]] = {}
        for rank, word in enumerate(w for w in top_n_list("en", 30_000) if w.isalpha()):
            suffix = next(s for s in SUFFIXES if word.endswith(s))
            self.place[word] = (int(2 * math.log2(rank + 16)), suffix)
            for key in (self.place[word], (self.place[word][0], "*")):
                self.bands.setdefault(key, []).append(word)
        self.function = {w for w, (band, _) in self.place.items() if band <= 13}  # the first 100

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        kept_form = rng.random() < 0.7
        function = rng.random() < 0.4
        capitals = rng.random() < 0.4

        def known(word: str) -> Sequence[str]:
            if word not in self.place or (word in self.function and not function):
                return ()
            band, suffix = self.place[word]
            return self.bands[band, suffix if kept_form else "*"]

        found = [m for m in find_words(text, parts, known) if capitals or text[m.start].islower()]
        chosen = thin_to_share(found, draw_share(rng), len(parts), rng)
        return write(text, chosen, rng, consistent=True)


@register("random_neighbour")
class RandomNeighbour:
    """A hyponym, hypernym, coordinate term, similar adjective or antonym, usually inflected."""

    name: str

    def __init__(self, resources: Resources) -> None:
        net = resources.net
        self.neighbours = cache(lambda word, distance: neighbours(net, word, distance))
        self.tag = cache(lambda word: (likeliest(net, word) or ("", "", "NN"))[2])

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        distance = rng.randint(1, 3)
        inflected = rng.random() < 0.75
        found: list[Match] = []
        for match in find_words(text, parts, lambda word: self.neighbours(word, distance)):
            output = rng.choice(match.outputs)
            if " " in output:  # most WordNet phrases are names and species: rarely drawn
                output = rng.choice(match.outputs)
            if inflected:
                output = inflect(output, self.tag(match.key))
            if text[match.start].islower() or rng.random() < 0.3:
                found.append(Match(match.start, match.end, match.key, [output]))
        chosen = thin_to_share(found, draw_share(rng), len(parts), rng)
        return write(text, chosen, rng, consistent=True)


def likeliest(net: WordNet, word: str) -> tuple[str, str, str] | None:
    """The (lemma, pos, Penn tag) reading WordNet's tagged texts hold most often."""
    readings = [r for r in base_forms(word) if (r[0], r[1]) in net.counts]
    return max(readings, key=lambda r: net.counts[r[0], r[1]], default=None)


def neighbours(net: WordNet, word: str, distance: int) -> list[str]:
    """Lemmas up to `distance` relations from a word's likeliest reading."""
    reading = likeliest(net, word)
    return net.neighbours(reading[0], reading[1], distance) if reading else []
