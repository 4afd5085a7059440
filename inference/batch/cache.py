"""Results of texts that were met before, for crawls that hold the same text many times."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b

from unspin.inference.results import Score

CHARACTERS = 8_000_000
"""Characters of text whose results are kept, by default: some 80 MB."""


class ResultCache:
    """The results of the texts met last, as many as `characters` allows.

    A result depends on its whole text and on nothing else, so that one from here is equal to one
    that is made anew. It would not be so for sentences: the score of one leans on the rest of its
    document.
    """

    def __init__(self, characters: int = CHARACTERS) -> None:
        self._room = characters
        self._results: OrderedDict[bytes, Score] = OrderedDict()

    def get(self, text: str) -> Score | None:
        """The result of exactly this text, if it is kept."""
        name = _name(text)
        result = self._results.get(name)
        if result is not None:
            self._results.move_to_end(name)
        return result

    def put(self, result: Score) -> None:
        """Keep `result`, at the cost of those that were asked for longest ago."""
        name = _name(result.text)
        if name in self._results:
            return
        self._results[name] = result
        self._room -= len(result.text)
        while self._room < 0:
            _, oldest = self._results.popitem(last=False)
            self._room += len(oldest.text)


def _name(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
