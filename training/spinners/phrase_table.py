"""Spinners that are one phrase table: D, E, and the rarer K, L, N, O, P, Q, AB and TM."""

from __future__ import annotations

import random
import re

from unspin.model.words import words
from unspin.training.spinners.lookup import Phrases, thin, thin_keys, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, shipped, shipped_by_family

STOP = re.compile(r"(?<=\w)([.,;:!?])(?=\s|$)")


@register("phrase_table")
class PhraseTable:
    """One passage uses one table; larger tables are drawn more often."""

    name: str

    def __init__(self, resources: Resources) -> None:
        tables = {"D": shipped("d"), "E": shipped("e"), **shipped_by_family("misc")}
        self.names = list(tables)
        self.phrases = {name: Phrases(table) for name, table in tables.items()}
        self.weights = [len(table) ** 0.5 for table in tables.values()]

    def spin(self, text: str, rng: random.Random) -> str:
        name = rng.choices(self.names, self.weights)[0]
        keep = rng.uniform(0.5, 1.0)
        consistent = rng.random() < 0.5
        found = self.phrases[name].find(text, words(text))
        found = (thin_keys if consistent else thin)(found, keep, rng)
        spun = write(text, found, rng, consistent)
        if name == "D" and spun != text and rng.random() < 0.1:
            spun = STOP.sub(r" \1", spun)  # D sometimes leaves its tokeniser's spaces
        return spun
