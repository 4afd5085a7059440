"""Family C: the commonest web spinner. Longest phrase first, a random output at each occurrence.

It looks up capitalised words too, so names are hit, and it spells digits: 0.3 > 0.three.
"""

from __future__ import annotations

import random
import re

from unspin.model.words import words
from unspin.training.spinners.lookup import Match, Phrases, merge, thin, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, shipped

NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DECIMAL = re.compile(r"(?<=\d\.)[1-9](?!\d)(?=\s|[,;)%]|$)")
DIGIT = re.compile(r"(?<![\w.,$£€:/-])[1-9](?![\w.,:/%-]*\w)")
ARTICLE = re.compile(r"\ba(?= [aeio])")


@register("per_occurrence")
class PerOccurrence:
    """Hits 40-100 % of the words it knows, mostly above 80 %."""

    name: str

    def __init__(self, resources: Resources) -> None:
        self.phrases = Phrases(shipped("c"))

    def spin(self, text: str, rng: random.Random) -> str:
        rate = 1 - 0.6 * rng.random() ** 3
        found = self.phrases.find(text, words(text))
        if rng.random() < 0.2:
            found = [m for m in found if text[m.start].islower()]
        found = thin(found, rate, rng)
        if rng.random() < 0.5:
            found = merge(found, digits(text, rng))
        spun = write(text, found, rng, consistent=False)
        if spun != text and rng.random() < 0.3:  # it sets articles right after its own words
            spun = ARTICLE.sub("an", spun)
        return spun


def digits(text: str, rng: random.Random) -> list[Match]:
    """Digits this spinner spells: those after a decimal point, and sometimes lone ones."""
    hits = list(DECIMAL.finditer(text))
    if rng.random() < 0.5:
        hits += DIGIT.finditer(text)
    found = [Match(m.start(), m.end(), m.group(), [NAMES[int(m.group()) - 1]]) for m in hits]
    return sorted(found, key=lambda m: m.start)
