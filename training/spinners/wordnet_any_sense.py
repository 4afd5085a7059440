"""Family B: any lemma of any WordNet sense, uninflected, over its table of function words.

"as" becomes arsenic, "or" oregon, "will" testament; now and then spintax braces are left over.
"""

from __future__ import annotations

import random
from functools import cache

from unspin.model.words import words
from unspin.training.spinners.lookup import (
    Match,
    Phrases,
    find_words,
    merge,
    thin_keys,
    thin_to_share,
    write,
)
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, shipped
from unspin.training.spinners.wordnet import base_forms


@register("wordnet_any_sense")
class WordNetAnySense:
    """10-45 % of the words, half of the passages with one output a word, half with fresh draws."""

    name: str

    def __init__(self, resources: Resources) -> None:
        self.net = resources.net
        self.phrases = Phrases(shipped("b"))
        self.lemmas = cache(self._lemmas)

    def _lemmas(self, word: str) -> list[str]:
        """Lemmas that share a sense with the surface form or with one of its base forms."""
        found = dict.fromkeys(self.net.synonyms(word))
        for lemma, pos, _ in base_forms(word):
            found.update(dict.fromkeys(self.net.synonyms(lemma, pos)))
        return [w for w in found if w != word]

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        listed = thin_keys(self.phrases.find(text, parts), rng.uniform(0.4, 1.0), rng)
        free = find_words(text, parts, self.lemmas)
        if rng.random() < 0.5:
            free = [m for m in free if text[m.start].islower()]
        free = thin_keys(free, rng.uniform(0.0, 0.7), rng)
        layers = [listed, free] if rng.random() < 0.7 else [free, listed]
        matches = thin_to_share(merge(*layers), rng.uniform(0.1, 0.45), len(parts), rng)
        if rng.random() < 0.03:
            matches = [braced(m) if rng.random() < 0.3 else m for m in matches]
        return write(text, matches, rng, consistent=rng.random() < 0.5)


def braced(match: Match) -> Match:
    """The match with its outputs in left-over spintax braces."""
    return Match(match.start, match.end, match.key, [f"{{{o}}}" for o in match.outputs])
