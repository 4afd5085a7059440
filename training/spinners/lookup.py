"""What dictionary spinners share: finding entries in a passage, choosing among them, writing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from unspin.model.words import Word, words
from unspin.training.spinners.resources import Table

Lookup = Callable[[str], Sequence[str]]  # lower-case word -> outputs, empty when unknown


@dataclass(frozen=True, slots=True)
class Match:
    """An entry found in a passage: offsets, the key it was found by, what may be written."""

    start: int
    end: int
    key: str
    outputs: Sequence[str]


class Phrases:
    """A table that is searched longest phrase first."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.longest: dict[str, int] = {}  # first word -> words of the longest key it begins
        for key in table:
            parts = words(key)
            if parts:
                first = parts[0].text
                self.longest[first] = max(self.longest.get(first, 0), len(parts))

    def find(self, text: str, parts: Sequence[Word]) -> list[Match]:
        """Entries in `text`, left to right, none overlapping; `parts` are its words."""
        lower = plain(text)
        found: list[Match] = []
        i = 0
        while i < len(parts):
            match, n = self._at(lower, parts, i)
            if match:
                found.append(match)
            i += n
        return found

    def _at(self, lower: str, parts: Sequence[Word], i: int) -> tuple[Match | None, int]:
        start, end = parts[i].start, parts[i].end
        word = lower[start:end]
        for n in range(min(self.longest.get(word, 0), len(parts) - i), 0, -1):
            stop = parts[i + n - 1].end
            outputs = self.table.get(lower[start:stop])
            if outputs and not any(p.protected for p in parts[i : i + n]):
                return Match(start, stop, lower[start:stop], outputs), n
        if word.endswith("'s") and not parts[i].protected:  # "government's" by "government"
            outputs = self.table.get(word[:-2])
            if outputs:
                return Match(start, end - 2, word[:-2], outputs), 1
        return None, 1


def find_words(text: str, parts: Iterable[Word], lookup: Lookup) -> list[Match]:
    """Single words that `lookup` knows; a possessive is looked up without its 's."""
    lower = plain(text)
    found: list[Match] = []
    for part in parts:
        if part.protected:
            continue
        end = part.end - 2 if lower.endswith("'s", part.start, part.end) else part.end
        outputs = lookup(lower[part.start : end])
        if outputs:
            found.append(Match(part.start, end, lower[part.start : end], outputs))
    return found


def merge(*layers: Sequence[Match]) -> list[Match]:
    """Matches of several sources, earlier layers first where they overlap, sorted."""
    taken: list[Match] = []
    covered: set[int] = set()
    for layer in layers:
        for match in layer:
            if covered.isdisjoint(range(match.start, match.end)):
                taken.append(match)
                covered.update(range(match.start, match.end))
    return sorted(taken, key=lambda m: m.start)


def thin(matches: Sequence[Match], keep: float, rng: random.Random) -> list[Match]:
    """Keep each occurrence with probability `keep`."""
    return [m for m in matches if rng.random() < keep]


def thin_keys(matches: Sequence[Match], keep: float, rng: random.Random) -> list[Match]:
    """Keep each key with probability `keep`: a spinner that knows part of the dictionary."""
    known = {key: rng.random() < keep for key in dict.fromkeys(m.key for m in matches)}
    return [m for m in matches if known[m.key]]


def thin_to_share(
    matches: Sequence[Match], share: float, n_words: int, rng: random.Random
) -> list[Match]:
    """Keep keys so that about `share` of the passage's words change."""
    return thin_keys(matches, share * n_words / max(1, len(matches)), rng)


def write(text: str, matches: Iterable[Match], rng: random.Random, consistent: bool) -> str:
    """The passage with an output drawn for every match, or for every key when `consistent`."""
    drawn: dict[str, str] = {}
    out: list[str] = []
    at = 0
    for match in matches:
        output = drawn.get(match.key) if consistent else None
        if output is None:
            output = drawn[match.key] = rng.choice(match.outputs)
        out += [text[at : match.start], copy_case(text[match.start : match.end], output)]
        at = match.end
    return "".join([*out, text[at:]])


def copy_case(source: str, output: str) -> str:
    """Give `output` the capitals of `source`: per word when every word of `source` has one."""
    if source.isupper() and sum(c.isalpha() for c in source) > 1:
        return output.upper()
    parts = source.split()
    if not parts or not parts[0][0].isupper():
        return output
    if len(parts) > 1 and all(p[0].isupper() for p in parts):
        return " ".join(p[0].upper() + p[1:] for p in output.split())
    return output[0].upper() + output[1:]


def plain(text: str) -> str:
    """Lower case with straight apostrophes, every offset kept."""
    lower = text.lower()
    if len(lower) != len(text):  # a few letters lower to two
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower.replace("’", "'")
