"""The commonest words turned into unrelated words of meaning, over a dictionary spinner's damage.

A spinner that ignores the part of speech may write "issues" for "the" or "connected" for "on" all
through a document. The table is the passage's own, so that what it wrote tells nothing of what
stood there: the sentence must be read as if the place were blank.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from unspin.model.words import words
from unspin.training.spinners.lookup import Phrases, find_words, merge, thin, thin_to_share, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, shipped

FREQUENT = 150
"""How many of the commonest words may be replaced."""

RANKS = (250, 12_000)
"""Ranks of the words they are replaced by, drawn evenly by their logarithm."""


@register("function_words")
class FunctionWords:
    """One to ten of the language's commonest words, each by one word; other damage in most."""

    name: str

    def __init__(self, resources: Resources) -> None:
        from wordfreq import top_n_list

        ranked = [w for w in top_n_list("en", RANKS[1]) if w.isalpha()]
        self.frequent = frozenset(ranked[:FREQUENT])
        self.content = [w for w in ranked[RANKS[0] :] if len(w) > 2]
        self.phrases = [Phrases(shipped(name)) for name in "abcde"]

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        outputs: dict[str, Sequence[str]] = {}

        def known(word: str) -> Sequence[str]:
            if word not in self.frequent:
                return ()
            if word not in outputs:
                outputs[word] = [self._word(rng)]
            return outputs[word]

        capitals = rng.random() < 0.5
        found = [m for m in find_words(text, parts, known) if capitals or text[m.start].islower()]
        kinds = sorted({m.key for m in found})
        chosen = set(rng.sample(kinds, min(len(kinds), rng.randint(1, 10))))
        found = [m for m in found if m.key in chosen]
        if rng.random() < 0.3:
            found = thin(found, rng.uniform(0.4, 0.9), rng)
        if rng.random() < 0.7:
            other = [m for m in rng.choice(self.phrases).find(text, parts) if m.key not in chosen]
            found = merge(found, thin_to_share(other, rng.uniform(0.05, 0.3), len(parts), rng))
        return write(text, found, rng, consistent=True)

    def _word(self, rng: random.Random) -> str:
        low, high = RANKS[0], RANKS[0] + len(self.content)
        rank = int(low * (high / low) ** rng.random())
        return self.content[min(rank - low, len(self.content) - 1)]
