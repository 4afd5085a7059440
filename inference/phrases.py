"""Phrases: many of them, found in a text at word boundaries in one pass."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Self

from unspin.model.errors import UnspinError
from unspin.model.normalise import view
from unspin.model.words import CHAR

LONGEST = 50
"""Most tokens of a phrase, which bounds the work at every place of a text."""

# A word, a gap, or one mark. What "Mexico's" and "arsenic'll" end in is no part of the word.
_CHAR = rf"(?:{CHAR}|[\u0300-\u036f])"
_TAIL = rf"(?i:s|d|m|ll|re|ve)(?!{_CHAR})"
_TOKEN = re.compile(rf"{_CHAR}++(?:'(?!{_TAIL}){_CHAR}++)*+|\s++|.", re.DOTALL)


class Entry(NamedTuple):
    """A phrase, the text that belongs to it, and `where` it was written, for messages."""

    where: str
    phrase: str
    value: str = ""


class Token(NamedTuple):
    """``text[start:end]`` in the form it is compared in."""

    key: str
    start: int
    end: int


class Match(NamedTuple):
    """A phrase at ``text[start:end]``, and the text that belongs to it."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by their tokens. Case, the width of gaps and the shape of quotes do not matter."""

    table: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    lengths: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Self:
        """Raises `UnspinError` for a phrase without a letter or digit, one of more than `LONGEST`
        tokens, and one that stands twice with different texts."""
        table: dict[tuple[str, ...], str] = {}
        lengths: dict[str, set[int]] = {}
        for where, phrase, value in entries:
            normal = view(phrase).text.strip()
            key = tuple(token.key for token in tokens(normal))
            if not any(map(str.isalnum, normal)):
                raise UnspinError(f"{where}: {phrase!r} holds no letter or digit")
            if len(key) > LONGEST:
                raise UnspinError(f"{where}: a phrase may have {LONGEST} words, gaps and marks")
            if table.setdefault(key, value) != value:
                raise UnspinError(f"{where}: {phrase!r} stands there twice, with different texts")
            lengths.setdefault(key[0], set()).add(len(key))
        return cls(table, {first: sorted(found)[::-1] for first, found in lengths.items()})

    def find(self, text: str) -> Iterator[Match]:
        """The longest phrase that begins at each token of `text`, a normalised view; they may
        overlap."""
        following = tokens(text) if self.table else iter(())
        window = deque(islice(following, LONGEST))
        while window:
            for length in self.lengths.get(window[0].key, ()):
                found = list(islice(window, length))
                value = self.table.get(tuple(token.key for token in found))
                if value is not None:
                    yield Match(found[0].start, found[-1].end, value)
                    break
            window.popleft()
            window.extend(islice(following, 1))


def tokens(text: str) -> Iterator[Token]:
    """All of `text`, a normalised view, as tokens."""
    return (Token(_key(m[0]), m.start(), m.end()) for m in _TOKEN.finditer(text))


def _key(token: str) -> str:
    if token.isspace():
        return " "
    return (token if token.isascii() else unicodedata.normalize("NFC", token)).casefold()


def apart(matches: Iterable[Match]) -> list[Match]:
    """Those of `matches` that do not overlap: leftmost first, of two at one place the longer, of
    two as long the one given first."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept


@dataclass(frozen=True, slots=True)
class Ranges:
    """Half-open ranges of a text, sorted and apart."""

    starts: Sequence[int] = ()
    ends: Sequence[int] = ()

    @classmethod
    def of(cls, found: Iterable[tuple[int, int]]) -> Self:
        """Ranges in any order; those that overlap or touch become one, empty ones are dropped."""
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(found):
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            elif start < end:
                starts.append(start)
                ends.append(end)
        return cls(starts, ends)

    def touch(self, start: int, end: int) -> bool:
        """Whether any of them shares a character with [start, end)."""
        i = bisect_right(self.ends, start)
        return i < len(self.starts) and self.starts[i] < end

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.starts, self.ends, strict=True)


NO_PHRASES = Phrases()
NOWHERE = Ranges()
