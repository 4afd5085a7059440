"""Tortured phrases: established terms rewritten word by word (counterfeit consciousness)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from unspin.model.words import words
from unspin.training.spinners.inflected_swap import inflected_synonyms
from unspin.training.spinners.lookup import Match, Phrases, merge, thin_keys, write
from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources, Table, shipped, table
from unspin.training.terms import terms

COMMON = 4.5  # Zipf frequency from which a single word is everyday English and not a term

Synonyms = Callable[[str], Sequence[str]]


def usable(listed: Table) -> Table:
    """The usable part of a list: no everyday words, no phrases that are far longer."""
    from wordfreq import zipf_frequency

    made: Table = {}
    for term, phrases in listed.items():
        n = len(term.split())
        kept = [p for p in phrases if len(p.split()) <= n + 2]
        if kept and len(term) > 3 and (n > 1 or zipf_frequency(term, "en") < COMMON):
            made[term] = kept
    return made


def word_by_word(listed: Table) -> Table:
    """What each word of a listed term became, where term and phrase have as many words."""
    return table(
        pair
        for term, phrases in listed.items()
        for phrase in phrases
        if len(term.split()) == len(phrase.split())
        for pair in zip(term.split(), phrase.split(), strict=True)
    )


def known_terms(resources: Resources) -> tuple[str, ...]:
    """The shipped terms and those of the optional list."""
    return tuple(dict.fromkeys((*terms(), *usable(resources.tortured_phrases))))


@register("tortured")
class Tortured:
    """The known terms of a passage, all or some, half of the time amid family G's swaps.

    Terms of the optional list take a listed phrase or, like the shipped terms, synonyms for their
    words: each passage from one source. A passage without a known term is returned as it is.
    """

    name: str

    def __init__(self, resources: Resources) -> None:
        net, g = resources.net, shipped("g")
        self.listed = usable(resources.tortured_phrases)
        self.terms = Phrases({term.lower(): [term] for term in known_terms(resources)})
        self.around = Phrases(g)
        learnt = word_by_word(self.listed)
        self.sources: list[Synonyms] = [
            lambda word: [*learnt.get(word, ()), *g.get(word, ())],
            lambda word: g.get(word, ()),
            lambda word: resources.thesaurus.get(word, ()),
            lambda word: inflected_synonyms(net, word),
        ]

    def spin(self, text: str, rng: random.Random) -> str:
        parts = words(text)
        found = self.terms.find(text, parts)
        if not found:
            return text
        if rng.random() < 0.5:  # one at least
            found = rng.sample(found, rng.randint(1, len(found)))
        synonyms = rng.choices(self.sources, (5, 2, 1, 2))[0]
        found = [self._tortured(match, synonyms, rng) for match in found]  # merged in order
        around = self.around.find(text, parts) if rng.random() < 0.5 else []
        matches = merge(found, thin_keys(around, rng.uniform(0.2, 1.0), rng))
        return write(text, matches, rng, consistent=rng.random() < 0.5)

    def _tortured(self, match: Match, synonyms: Synonyms, rng: random.Random) -> Match:
        outputs = self.listed.get(match.key, ())
        if not outputs or rng.random() < 0.5:
            made = [
                rng.choice(found) if (found := synonyms(word)) and rng.random() < 0.85 else word
                for word in match.key.split()
            ]
            outputs = [" ".join(made).lower()]
        return Match(match.start, match.end, match.key, outputs)
