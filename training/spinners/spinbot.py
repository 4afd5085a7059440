"""Family G alone: fluent synonyms in the right form, a fresh draw at every occurrence.

Its words are good English in the wrong place ("the organization's telephones will dispatch in
India"), so it is told by how many of them stand together; passages keep most of what it hits.
"""

from __future__ import annotations

import random

from unspin.model.words import words
from unspin.training.spinners.lookup import Phrases, thin, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, shipped


@register("spinbot")
class SpinBot:
    """Hits 30-100 % of the words it knows, mostly above 60 %."""

    name: str

    def __init__(self, resources: Resources) -> None:
        self.phrases = Phrases(shipped("g"))

    def spin(self, text: str, rng: random.Random) -> str:
        found = self.phrases.find(text, words(text))
        if rng.random() < 0.5:
            found = [m for m in found if text[m.start].islower()]
        found = thin(found, 1 - 0.7 * rng.random() ** 2, rng)
        return write(text, found, rng, consistent=rng.random() < 0.3)
