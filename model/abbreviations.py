"""Words that an abbreviation in brackets behind them spells out: "Proof-of-Work (PoW)".

Such words are the original's: a spinner that had changed one would have broken the initials.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

BRACKETED = re.compile(r"\s?\(([A-Z](?:[A-Za-z&]){1,7})\)")
SMALL = frozenset(
    ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)


def spelt_out(text: str, words: Sequence[tuple[int, int]]) -> set[int]:
    """Indices of the `words` (ranges of `text`, sorted) that such an abbreviation stands for."""
    found: set[int] = set()
    if "(" not in text:
        return found
    at = 0
    for match in BRACKETED.finditer(text):
        while at < len(words) and words[at][1] <= match.start():
            at += 1
        if at and words[at - 1][1] == match.start():
            found.update(_expansion(text, words[max(0, at - 16) : at], at, match[1]))
    return found


def _expansion(text: str, words: Sequence[tuple[int, int]], end: int, short: str) -> list[int]:
    """The last of `words`, whose last has the index `end` - 1, if their initials spell `short`.

    Small words may be left out of an abbreviation, and its plural has an s of its own.
    """
    for letters in {short, short.removesuffix("s")}:
        wanted = [letter for letter in letters.lower() if letter != "&"]
        taken: list[int] = []
        for back, (start, stop) in enumerate(reversed(words), 1):
            if not wanted:
                break
            if text[start].lower() == wanted[-1]:
                wanted.pop()
                taken.append(end - back)
            elif text[start:stop].lower() not in SMALL:
                break
        if not wanted and len(taken) > 1:
            return taken
    return []
