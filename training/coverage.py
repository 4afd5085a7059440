"""Where the rarer words of a corpus stand, so that they can be met as often as the common ones.

News repeats itself: most of what a thesaurus knows is hardly ever hit in it. Passages cut at words
drawn from the vocabulary, not from running text, teach the restorer those too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import accumulate

WORD = re.compile(r"(?<![\w'’.-])[a-z]{3,}(?![\w'’-])")
LEAST = 8  # times a word must occur: below stand misspellings and scraps of other languages
COMMON = 500  # of the commonest words need no help
PLACES = 24  # places kept of a word
DAMPING = 0.25  # a word is drawn by its count to this power
LONG = 600  # characters of a sentence that are looked through for its beginning
SENTENCE = re.compile(r"\n|[.!?][\"'”’)]* ")


class Coverage:
    """Draws (document, offset of a sentence's beginning), one that holds a word of the vocabulary.

    Args:
        texts: the documents.
        rng: decides which places of a word are kept.
    """

    def __init__(self, texts: Sequence[str], rng: random.Random) -> None:
        counts: dict[str, int] = {}
        places: dict[str, list[tuple[int, int]]] = {}
        for n, text in enumerate(texts):
            for match in WORD.finditer(text):
                word = match.group()
                count = counts[word] = counts.get(word, 0) + 1
                if count <= PLACES:
                    places.setdefault(word, []).append((n, match.start()))
                elif rng.random() < PLACES / count:
                    places[word][rng.randrange(PLACES)] = (n, match.start())
        ranked = sorted(counts, key=lambda word: (-counts[word], word))[COMMON:]
        self.words = [word for word in ranked if counts[word] >= LEAST]
        self.weights = list(accumulate(counts[word] ** DAMPING for word in self.words))
        self.places = {word: places[word] for word in self.words}
        self.texts = texts

    def draw(self, rng: random.Random) -> tuple[int, int]:
        """A document's index and the offset of a sentence in it. `words` must not be empty."""
        word = rng.choices(self.words, cum_weights=self.weights)[0]
        n, offset = rng.choice(self.places[word])
        text = self.texts[n]
        start = 0 if offset <= LONG else text.find(" ", offset - LONG) + 1
        for match in SENTENCE.finditer(text, start, offset):
            start = match.end()
        return n, start
