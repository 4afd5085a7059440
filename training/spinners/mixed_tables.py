"""Light damage: several tables at once, from one word a sentence to a third of the words."""

from __future__ import annotations

import random

from unspin.model.sentences import sentences
from unspin.model.words import words
from unspin.training.spinners.lookup import Phrases, merge, thin_to_share, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, shipped, shipped_by_family


@register("mixed_tables")
class MixedTables:
    """Up to four tables, applied in a random order of precedence."""

    name: str

    def __init__(self, resources: Resources) -> None:
        tables = [shipped(name) for name in "abcdeg"] + list(shipped_by_family("misc").values())
        self.phrases = [Phrases(table) for table in tables]
        self.weights = [len(table) ** 0.5 for table in tables]

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        drawn = rng.choices(self.phrases, self.weights, k=rng.randint(2, 4))
        found = merge(*(phrases.find(text, parts) for phrases in dict.fromkeys(drawn)))
        if rng.random() < 0.5:
            wanted = min(len(found), len(sentences(text)))
            found = sorted(rng.sample(found, wanted), key=lambda m: m.start)
        else:
            found = thin_to_share(found, rng.uniform(0.03, 0.3), len(parts), rng)
        return write(text, found, rng, consistent=rng.random() < 0.5)
