"""What a labelled document says about its words, and what a list of edits does to them.

Words are the text core's; a word is damaged when it lies in a non-equal block of the alignment of
spun with clean, line by line. Words compare without regard to case, as the alignment does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from unspin.model.align import align
from unspin.model.normalise import view
from unspin.model.sentences import sentences
from unspin.model.words import Word, word_range, words
from unspin.training.readers import Example

# A change of words: first and last (exclusive) word of the spun text, and the words put there.
Change = tuple[int, int, tuple[str, ...]]

_QUOTATION = re.compile(r'"[^"\n]+"')
# What a capital may stand behind without meaning a name: a quotation, a bracket, a dateline's dash.
_OPENING = re.compile(r"""["'“‘(\[{:]\s*$|\s[-–—]\s*$""")


class EditLike(Protocol):
    """An edit by its offsets in the text: code points, end exclusive."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def replacement(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Truth:
    """One document as ground truth. Offsets are code points of `text`, words count from 0.

    known:    whether every word outside `damaged` is sure to be sound.
    pairs:    for each damaged word that stands for exactly one word, that word.
    changes:  the reference edits.
    clean:    the words of the original, to measure distance to.
    phrases:  wordings known as such, each with the whole wording it stands for.
    keepers:  spans that a restoration must leave as they are, by kind.
    """

    text: str
    spun: bool
    known: bool
    words: tuple[Word, ...]
    damaged: frozenset[int] = frozenset()
    pairs: dict[int, str] = field(default_factory=dict)
    changes: frozenset[Change] = frozenset()
    clean: tuple[str, ...] | None = None
    phrases: tuple[Change, ...] = ()
    keepers: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def damaged_spans(self) -> list[tuple[int, int]]:
        return [(self.words[i].start, self.words[i].end) for i in sorted(self.damaged)]


def source_words(text: str, offset: int = 0) -> list[Word]:
    """The words of `text` by their places in `text` as given, each moved by `offset`."""
    seen = view(text)
    found = []
    for word in words(seen.text):
        start, end = seen.span(word.start, word.end)
        found.append(word._replace(start=start + offset, end=end + offset))
    return found


def keys(found: Iterable[Word]) -> tuple[str, ...]:
    """The words in the form they are compared in."""
    return tuple(word.text.casefold() for word in found)


def text_keys(text: str) -> tuple[str, ...]:
    return keys(words(view(text).text))


def truth(document: Example) -> Truth:
    """The ground truth of one document."""
    found: list[Word] = []
    damaged: set[int] = set()
    pairs: dict[int, str] = {}
    changes: set[Change] = set()
    clean: list[str] = []
    phrases: set[Change] = set()
    offset = 0
    for number, line in enumerate(document.lines):
        first = len(found)
        found += source_words(line, offset)
        mine = keys(found[first:])
        if document.clean is not None:
            original = text_keys(document.clean[number])
            clean += original
            for change in aligned(mine, original, first):
                changes.add(change)
                damaged.update(range(change[0], change[1]))
                if change[1] - change[0] == len(change[2]) == 1:
                    pairs[change[0]] = change[2][0]
        for span in document.spans:
            wanted = text_keys(span.original)
            for start, end in _places(mine, text_keys(span.phrase)) if span.line == number else ():
                if wanted:
                    phrases.add((first + start, first + end, wanted))
                if document.clean is None:
                    for change in aligned(mine[start:end], wanted, first + start):
                        damaged.update(range(change[0], change[1]))
        offset += len(line) + 1  # the newline that joins the lines
    known = document.clean is not None or not document.spun
    return Truth(
        text=document.text,
        spun=document.spun,
        known=known,
        words=tuple(found),
        damaged=frozenset(damaged),
        pairs=pairs,
        changes=frozenset(changes),
        clean=tuple(clean) if document.clean is not None else None,
        phrases=tuple(sorted(phrases)),
        keepers=_keepers(document.text, found, damaged) if known else {},
    )


def clean_side(document: Example) -> Truth:
    """The ground truth of the original of a pair, which holds no damage."""
    assert document.clean is not None
    return truth(replace(document, lines=document.clean, clean=None, spun=False, spans=()))


def aligned(spun: Sequence[str], clean: Sequence[str], first: int = 0) -> Iterator[Change]:
    """The non-equal blocks of an alignment as changes; `first` is the number of spun word 0."""
    for block in align(spun, clean):
        written = tuple(clean[block.clean_start : block.clean_end])
        yield block.spun_start + first, block.spun_end + first, written


def _places(line: Sequence[str], phrase: Sequence[str]) -> list[tuple[int, int]]:
    """Every place in `line` where `phrase` stands."""
    size = len(phrase)
    starts = range(len(line) - size + 1) if size else ()
    return [(i, i + size) for i in starts if tuple(line[i : i + size]) == tuple(phrase)]


def _keepers(
    text: str, found: Sequence[Word], damaged: set[int]
) -> dict[str, list[tuple[int, int]]]:
    """Names, numbers, URLs and quotations that hold no damaged word."""
    seen = view(text)
    opening: set[int] = set()  # words whose capital need not mean a name
    for start, end in sentences(seen.text):
        start, end = seen.span(start, end)
        inside = range(*word_range(found, start, end))
        capitals = sum(found[i].text[:1].isupper() for i in inside)
        small = any(len(found[i].text) > 3 and found[i].text[0].islower() for i in inside)
        heading = not small and 2 * capitals > len(inside) > 2
        opening.update(inside if heading else inside[:1])
    kept: dict[str, list[tuple[int, int]]] = {
        "names": [],
        "numbers": [],
        "urls": [],
        "quotations": [],
    }
    for i, word in enumerate(found):
        if i in damaged:
            continue
        span = (word.start, word.end)
        letters = any(character.isalpha() for character in word.text)
        if word.protected and letters and not re.fullmatch(r"[\w'’]+", word.text):
            kept["urls"].append(span)
        elif any(character.isdigit() for character in word.text):
            kept["numbers"].append(span)
        elif (
            word.text[:1].isupper()
            and i not in opening
            and not re.fullmatch(r"I(['’]\w+)?", word.text)
            and not _OPENING.search(text[max(0, word.start - 3) : word.start])
        ):
            kept["names"].append(span)
    harmed = [found[i] for i in damaged]
    for match in _QUOTATION.finditer(seen.text):
        start, end = seen.span(*match.span())
        if not any(word.start < end and start < word.end for word in harmed):
            kept["quotations"].append((start, end))
    return kept


def changes_made(
    text: str,
    found: Sequence[Word],
    edits: Iterable[EditLike],
    wanted: frozenset[Change] = frozenset(),
) -> set[Change]:
    """Edits as changes of words. An edit that is one of `wanted` counts as that; any other is
    aligned like the reference, so that it falls into parts and words it leaves equal drop out."""
    made: set[Change] = set()
    for edit in edits:
        first, last = word_range(found, edit.start, edit.end)
        before = after = ""
        if first < last:  # an edit may begin or end inside a word
            before = text[min(found[first].start, edit.start) : edit.start]
            after = text[edit.end : max(found[last - 1].end, edit.end)]
        written = text_keys(before + edit.replacement + after)
        if (first, last, written) in wanted:
            made.add((first, last, written))
        else:
            made.update(aligned(keys(found[first:last]), written, first))
    return made


def rewritten(found: Sequence[Word], made: Iterable[Change], phrase: Change) -> bool:
    """Whether `made` turns `phrase` into its whole wording, and nothing beside it that an edit of
    it takes along."""
    first, last, wanted = phrase
    touching = sorted(
        one
        for one in made
        if (one[0] < last and first < one[1]) or first <= one[0] == one[1] <= last
    )
    start = min([first, *(one[0] for one in touching)])
    end = max([last, *(one[1] for one in touching)])
    written: list[str] = []
    position = start
    for change_start, change_end, words_put in touching:
        written += [*keys(found[position:change_start]), *words_put]
        position = change_end
    written += keys(found[position:end])
    return written == [*keys(found[start:first]), *wanted, *keys(found[last:end])]


def parts(whole: Truth) -> Iterator[Truth]:
    """Each sentence of a document as a document of its own.

    A change that runs over the end of a sentence counts where it begins; a phrase or a quotation
    that does so drops out.
    """
    seen = view(whole.text)
    for start, end in (seen.span(*sentence) for sentence in sentences(seen.text)):
        first, last = word_range(whole.words, start, end)
        yield _part(whole, start, end, first, last)


def _part(whole: Truth, start: int, end: int, first: int, last: int) -> Truth:
    found = whole.words[first:last]
    changes = sorted(one for one in whole.changes if first <= one[0] < last)
    clean: list[str] = []
    position = first
    for change in changes:
        clean += [*keys(whole.words[position : change[0]]), *change[2]]
        position = change[1]
    clean += keys(whole.words[position:last])
    return replace(
        whole,
        text=whole.text[start:end],
        words=tuple(w._replace(start=w.start - start, end=w.end - start) for w in found),
        damaged=frozenset(i - first for i in whole.damaged if first <= i < last),
        pairs={i - first: word for i, word in whole.pairs.items() if first <= i < last},
        changes=frozenset((a - first, min(b, last) - first, put) for a, b, put in changes),
        clean=None if whole.clean is None else tuple(clean),
        phrases=tuple(
            (a - first, b - first, put) for a, b, put in whole.phrases if first <= a and b <= last
        ),
        keepers={
            kind: [(a - start, b - start) for a, b in spans if start <= a and b <= end]
            for kind, spans in whole.keepers.items()
        },
    )
