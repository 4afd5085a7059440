"""Edits: put replacements into a text and leave every other character as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BLANKS = frozenset(" \t\u00a0\u202f\u2009")
_OPENERS = frozenset("([{\"'“‘«")
_CLOSERS = frozenset(".,;:!?)]}%\"'”’»…")
_LONE_I = re.compile(r"\bi\b(?=$|['’\s])")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``text[start:end]``, which reads `original`, by `replacement`.

    `start` and `end` count code points of the text as given, half-open.
    """

    start: int
    end: int
    original: str
    replacement: str


def splice(text: str, edits: Sequence[Edit]) -> str:
    """Apply `edits`, which must be sorted and not overlap.

    Raises ValueError where an edit is out of order, out of range, or does not find its original.
    """
    parts: list[str] = []
    position = 0
    for edit in edits:
        if not position <= edit.start <= edit.end <= len(text):
            raise ValueError(
                f"edit {edit.start}:{edit.end} overlaps the one before it or leaves the text"
            )
        if text[edit.start : edit.end] != edit.original:
            raise ValueError(
                f"edit {edit.start}:{edit.end} expects {edit.original!r}, "
                f"the text has {text[edit.start : edit.end]!r}"
            )
        parts += (text[position : edit.start], edit.replacement)
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def deletion_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a deletion over one neighbouring space, so that no double or stray space is left."""
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    if after in _BLANKS and (before.isspace() or before in _OPENERS):
        return start, end + 1
    if before in _BLANKS and (after.isspace() or after in _CLOSERS):
        return start - 1, end
    return start, end


def match_case(source: str, replacement: str) -> str:
    """Write `replacement` in the case of `source`: lower, Title or UPPER; "i" becomes "I".

    A source without letters says nothing about case and leaves the replacement as it is.
    """
    letters = [c for c in source if c.isalpha()]
    if letters and letters[0].islower():
        replacement = replacement.lower()
    elif len(letters) > 1 and all(c.isupper() for c in letters):
        replacement = replacement.upper()
    elif letters and letters[0].isupper():
        replacement = replacement[:1].upper() + replacement[1:]
    return _LONE_I.sub("I", replacement)
