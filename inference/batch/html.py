"""A page's visible text, and edits of it put back in place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Protocol

from unspin.inference.batch.markup import BLANKS
from unspin.inference.batch.visible import visible, wider
from unspin.model.splice import Edit as Change
from unspin.model.splice import splice

_PIECE = re.compile(
    rf"""
    (?P<blank>[{BLANKS}]++)
    | (?P<entity>&(?:\#[0-9]++|\#[xX][0-9a-fA-F]++|[a-zA-Z][a-zA-Z0-9]*+);?+)
    | (?:[^&{BLANKS}]|&)(?:[^&{BLANKS}]++ | &(?![#a-zA-Z]) | \ (?=[^&{BLANKS}]))*+
    """,
    re.VERBOSE,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_AMBIGUOUS = re.compile(r"(?:<[/!?]?|&\#?[xX]?[a-zA-Z0-9]*+)\Z", re.VERBOSE)
_LONGEST_ENTITY = 40
"""No character reference is longer, but for leading zeros."""

_WORD = re.compile(r"\S+|\s+")


class Edit(Protocol):
    """What is to be replaced in the text of a page: an `Edit` or a `RestoredEdit`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def original(self) -> str: ...
    @property
    def replacement(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Restored:
    """A page with edits put in, and how many of them could not be, since they cross a tag."""

    html: str
    dropped: int


def page_text(html: str) -> str:
    """The visible text of a page: white space collapsed, an empty line between blocks."""
    return _read(html).text


def restore_in_place(html: str, edits: Sequence[Edit]) -> Restored:
    """The page with `edits` of its `page_text` put in; every other character is as it was.

    An edit is dropped if new words would cross a tag, or cut through a character reference; words
    may be deleted on both sides of a tag. Raises ValueError where edits are out of order or out of
    range, or do not find their original.
    """
    page = _read(html)
    splice(page.text, [Change(e.start, e.end, e.original, e.replacement) for e in edits])
    changes: list[Change] = []
    dropped = 0
    for edit in edits:
        replacement = edit.replacement
        spans = page.spans(edit.start, edit.end)
        if len(spans) != 1:
            before, after, replacement = _narrowed(edit.original, edit.replacement)
            spans = page.spans(edit.start + before, edit.end - after)
        if not spans or (len(spans) > 1 and replacement) or _completes(html, spans[0][0]):
            dropped += 1
            continue
        for start, end in spans:
            changes.append(Change(start, end, html[start:end], escape(replacement, quote=False)))
    return Restored(splice(html, changes), dropped)


def _narrowed(original: str, replacement: str) -> tuple[int, int, str]:
    """Characters before and after that an edit leaves alone, in words; and the rest."""
    old, new = _WORD.findall(original), _WORD.findall(replacement)
    after = before = 0
    while old and new and old[-1] == new[-1]:
        after += len(old.pop())
        new.pop()
    while old and new and old[0] == new[0]:
        before += len(old.pop(0))
        new.pop(0)
    return before, after, "".join(new)


def _completes(html: str, start: int) -> bool:
    """Whether new text at `start` may turn a bare "<" or "&" before it to markup."""
    return bool(_AMBIGUOUS.search(html[max(0, start - _LONGEST_ENTITY) : start]))


@dataclass(slots=True)
class _Page:
    """Text and where it comes from, in segments.

    Segment i begins at ``at[i]`` in the text and at ``source[i]`` in the page, where it is
    ``size[i]`` long. One that is as long here as there is a copy, character for character; of any
    other one (white space collapsed, a character reference) only the whole has a place. A
    segment of size 0 is a break that the page has no character for.
    """

    text: str = ""
    at: list[int] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)

    def is_copied_to(self, length: int, source: int) -> bool:
        """Whether the last segment is a copy and ends at `length`, and in the page at `source`."""
        return length - self.at[-1] == self.size[-1] == source - self.source[-1]

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """The pieces of the page that ``text[start:end]`` stands for; none if there is no saying.

        Pieces that touch are one.
        """
        found: list[tuple[int, int]] = []
        i = max(0, bisect_right(self.at, start) - 1)
        while i < len(self.at) and (self.at[i] < end or not found):
            here, source, size = self.at[i], self.source[i], self.size[i]
            length = (self.at[i + 1] if i + 1 < len(self.at) else len(self.text)) - here
            first, last = max(start, here) - here, min(end, here + length) - here
            if size != length:
                if size == 0 or (first, last) != (0, length):
                    return []
                last = size
            if found and found[-1][1] == source:
                found[-1] = (found[-1][0], source + last)
            else:
                found.append((source + first, source + last))
            i += 1
        return found


def _read(html: str) -> _Page:
    """The text of a page as it is seen, with its places."""
    page = _Page()
    parts: list[str] = []
    length = 0

    def add(text: str, source: int, size: int) -> None:
        nonlocal length
        if not (page.at and page.is_copied_to(length, source) and len(text) == size):
            page.at.append(length)
            page.source.append(source)
            page.size.append(0)
        page.size[-1] += size
        parts.append(text)
        length += len(text)

    parting = ""
    blank: tuple[int, int] | None = None
    for gap, start, end in visible(html):
        parting = wider(parting, gap)
        for piece in _PIECE.finditer(html, start, end):
            source, size = piece.start(), piece.end() - piece.start()
            text = piece[0]
            if piece["entity"] and size <= _LONGEST_ENTITY:
                text = unescape(text)
            if not text.strip(BLANKS):
                if blank and sum(blank) == source:
                    blank = blank[0], blank[1] + size
                blank = blank or (source, size)
                continue
            if length and "\n" in parting:
                add(parting, source, 0)
            elif length and blank:
                add(" ", *blank)
            elif length and parting:
                add(" ", source, 0)
            parting, blank = "", None
            add(text, source, size)
    page.text = without_surrogates("".join(parts))
    return page


def without_surrogates(text: str) -> str:
    """`text`, as long as it is, with a replacement character for all that is none."""
    return _SURROGATE.sub("\ufffd", text)
