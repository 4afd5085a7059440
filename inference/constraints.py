"""What a user asks of a reading: words to leave alone, words to put back, phrases to report.

Everything is found in linear time and before the model reads a word; without constraints the
model's results are its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any, Self

from unspin.inference.decoding import Undecodable, decode
from unspin.inference.phrases import NO_PHRASES, NOWHERE, Entry, Match, Phrases, Ranges, apart
from unspin.inference.results import Finding
from unspin.model.code import code
from unspin.model.errors import UnspinError
from unspin.model.normalise import View, view
from unspin.model.splice import match_case
from unspin.model.words import Word, word_range, words

MAX_BYTES = 10_000_000
"""Most bytes of a list."""

PATTERN_SECONDS = 2.0
"""Most time that one pattern may take on one text."""

PATTERN_SIZE = 100_000
"""Most characters of one pattern with its repeats written out, which is how it is kept."""

# A quotation within a paragraph; where the next line opens with a mark again, none need close it.
_LINE = r"(?:\r\n?|\n)(?![ \t]*+[\r\n\"“„«])"
_QUOTATION = re.compile(
    rf"""(?<!\w)["“«](?=\S)(?:[^"“”«»\r\n]|{_LINE})*+(?:["”»]|(?=[\r\n]\s*+["“«]))"""
    rf"""|„(?=\S)(?:[^„“”\r\n]|{_LINE})*+[“”]"""
    rf"""|(?<![\w`])``(?=[^\s`])(?:[^`'\r\n]|'(?!')|{_LINE})*+''"""
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled /regular expression/, and `where` it was written."""

    where: str
    compiled: Any

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Its matches. Raises `UnspinError` if they take too long."""
        try:
            for match in self.compiled.finditer(text, timeout=PATTERN_SECONDS, concurrent=True):
                yield match.span()
        except (TimeoutError, MemoryError):
            raise UnspinError(
                f"{self.where}: the pattern takes more than {PATTERN_SECONDS:g} s, or too much "
                "memory, on this text: make it simpler"
            ) from None


@dataclass(frozen=True, slots=True)
class Marks:
    """What constraints say of one text, in its offsets; sorted, and apart within each kind.

    The value of a replacement is what the user's dictionary puts there.
    """

    protected: Ranges = NOWHERE
    replacements: Sequence[Match] = ()
    findings: Sequence[Finding] = ()

    def taken(self) -> Ranges:
        """Where the model edits nothing: what is protected, and what is replaced already."""
        return Ranges.of([*self.protected, *((r.start, r.end) for r in self.replacements)])


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Constraints:
    """Checked lists, made once by `of` or `read` and used for any number of texts.

    `terms` and `patterns`, and quotations if `quotations`, are protected: never flagged, never
    edited. Of the `dictionaries` the first wins.
    """

    terms: Phrases = NO_PHRASES
    patterns: tuple[Pattern, ...] = ()
    quotations: bool = False
    dictionaries: tuple[Phrases, ...] = ()
    phrases: Phrases = NO_PHRASES

    @classmethod
    def of(
        cls,
        protect: Iterable[str] = (),
        dictionary: Mapping[str, str] | None = None,
        phrases: Mapping[str, str] | None = None,
        *,
        quotations: bool = False,
    ) -> Self:
        """Constraints from Python's own objects.

        Args:
            protect: terms, found as whole words in any case, and /regular expressions/.
            dictionary: spun words -> the original to put back wherever they stand.
            phrases: phrases to report -> the term expected there, or "".
            quotations: whether what stands in double quotation marks is protected.

        Raises `UnspinError` for an entry that cannot be used, TypeError for what holds none.
        """
        if isinstance(protect, str | Mapping):
            raise TypeError(f"protect is a list of terms, not one {type(protect).__name__}")
        return cls._checked(
            [Entry(f"protect, entry {i}", term) for i, term in enumerate(protect, 1)],
            _items("dictionary", dictionary),
            _items("phrases", phrases),
            quotations,
        )

    @classmethod
    def read(
        cls,
        protect: Path | None = None,
        dictionary: Path | None = None,
        phrases: Path | None = None,
        *,
        quotations: bool = False,
    ) -> Self:
        """Constraints from files, UTF-8, where a line that begins with # is a comment.

        `protect` has a term or a /regular expression/ a line, the others two columns with a tab
        between; a `.json` dictionary is one object. Raises `UnspinError` with the line at fault.
        """
        return cls._checked(
            [] if protect is None else [Entry(w, line.strip()) for w, line in _lines(protect)],
            [] if dictionary is None else _dictionary(dictionary),
            [] if phrases is None else _columns(phrases, least=1),
            quotations,
        )

    @classmethod
    def _checked(
        cls,
        protect: Iterable[Entry],
        dictionary: Sequence[Entry],
        phrases: Sequence[Entry],
        quotations: bool,
    ) -> Self:
        terms, patterns = [], []
        for entry in protect:
            if len(entry.phrase) > 2 and entry.phrase[0] == entry.phrase[-1] == "/":
                patterns.append(Pattern(entry.where, _compiled(entry)))
            else:
                terms.append(entry)
        for where, spun, original in dictionary:
            if not original.strip():
                raise UnspinError(f"{where}: {spun!r} has no original beside it")
        dictionaries = (Phrases.of(dictionary),) if dictionary else ()
        return cls(
            Phrases.of(terms), tuple(patterns), quotations, dictionaries, Phrases.of(phrases)
        )

    def with_dictionary(self, dictionary: object) -> Self:
        """These, with a document's own dictionary before the others.

        Raises `UnspinError` if it is not a mapping of texts to texts or cannot be used.
        """
        if not isinstance(dictionary, Mapping):
            raise UnspinError('"dictionary" is not an object of spun words and their originals')
        own = type(self).of(dictionary=dictionary).dictionaries
        return replace(self, dictionaries=own + self.dictionaries)

    def marks(self, text: str) -> Marks:
        """Where they apply in `text`. Raises `UnspinError` if a pattern takes too long."""
        seen = view(text)
        protected = [seen.span(m.start, m.end) for m in self.terms.find(seen.text)]
        for pattern in self.patterns:
            protected += pattern.find(text)
        if self.quotations:
            protected += (match.span() for match in _QUOTATION.finditer(text))
        ranges = Ranges.of(protected)
        known = (m for dictionary in self.dictionaries for m in dictionary.find(seen.text))
        whole = _whole(seen)
        return Marks(
            ranges,
            [
                Match(start, end, replacement)
                for start, end, original in _free(known, whole, seen, ranges)
                if (replacement := _cased(text[start:end], original)) != text[start:end]
            ],
            [
                Finding(start, end, text[start:end], expected or None)
                for start, end, expected in _free(self.phrases.find(seen.text), whole, seen, ranges)
            ],
        )


def _items(where: str, given: Mapping[str, str] | None) -> list[Entry]:
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"{where} is a mapping of texts to texts, not {type(given).__name__}")
    return _pairs(where, (given or {}).items())


def _pairs(where: str, pairs: Iterable[tuple[object, object]]) -> list[Entry]:
    entries = []
    for phrase, value in pairs:
        if not isinstance(phrase, str) or not isinstance(value, str):
            raise UnspinError(f"{where}: {phrase!r} and what stands beside it must be texts")
        entries.append(Entry(where, phrase, value))
    return entries


def _compiled(entry: Entry) -> Any:
    try:
        import regex  # unlike re, it can be told to give up
    except ModuleNotFoundError:
        raise UnspinError(
            f"{entry.where}: a /regular expression/ needs regex: pip install 'unspin[patterns]'"
        ) from None
    repeats = prod(max(1, int(least)) for least in re.findall(r"\{(\d{1,9})", entry.phrase))
    if len(entry.phrase) * repeats > PATTERN_SIZE:
        raise UnspinError(f"{entry.where}: the pattern is too long, or repeats too much")
    try:
        return regex.compile(entry.phrase[1:-1])
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise UnspinError(f"{entry.where}: {entry.phrase} is no pattern: {error}") from None


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Where each line of a list is, and the line; comments and blank lines are left out."""
    for number, line in enumerate(_read(path).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"{path}, line {number}", line


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnspinError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise UnspinError(f"{path} is longer than {MAX_BYTES // 1_000_000} MB")
    try:
        return decode(data).removeprefix("\ufeff")
    except Undecodable as error:
        raise UnspinError(f"{path} is {error}") from None


def _columns(path: Path, least: int = 2) -> list[Entry]:
    entries = []
    for where, line in _lines(path):
        found = [column.strip() for column in line.split("\t")]
        if not least <= len(found) <= 2:
            raise UnspinError(f"{where}: two columns with one tab between are wanted")
        entries.append(Entry(where, *found))
    return entries


def _dictionary(path: Path) -> list[Entry]:
    if path.suffix.lower() != ".json":
        return _columns(path)
    text = _read(path)
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise UnspinError(f"{path} is not valid JSON: {error}") from None
    if not text.lstrip().startswith("{"):
        raise UnspinError(f"{path} is not one JSON object of spun words and their originals")
    return _pairs(str(path), pairs)


def _whole(seen: View) -> Callable[[Match], bool]:
    """A test whether a match cuts no word in two; only "'s" and the like may hang on to it.

    What the text core takes for one word (an address, a number, a path) is one here, and code is
    none.
    """
    found: list[Word] = []
    no_prose = NOWHERE

    def whole(match: Match) -> bool:
        nonlocal no_prose
        if not found:
            found.extend(words(seen.text))
            no_prose = Ranges.of(code(seen.text))
        if no_prose.touch(match.start, match.end):
            return False
        first, last = word_range(found, match.start, match.end)
        if first == last or found[first].start < match.start:
            return False
        if match.end < len(seen.text) and seen.starts[match.end] < seen.ends[match.end - 1]:
            return False  # the last character stands for more than was matched
        tail = seen.text[match.end : found[last - 1].end]
        return not tail or (tail[0] == "'" and not found[last - 1].protected)

    return whole


def _free(
    matches: Iterable[Match], whole: Callable[[Match], bool], seen: View, protected: Ranges
) -> list[Match]:
    """Matches in the text as given: whole words, apart, and nothing protected in them."""
    moved = (Match(*seen.span(m.start, m.end), m.value) for m in matches if whole(m))
    return apart(m for m in moved if not protected.touch(m.start, m.end))


def _cased(source: str, original: str) -> str:
    """`original` in the case of `source`, unless it was written with capitals."""
    return match_case(source, original) if original.islower() else original
