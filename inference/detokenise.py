"""Word pieces back to running text: "##" pieces and inner punctuation join tightly."""

from __future__ import annotations

from collections.abc import Sequence

_BOTH = frozenset("'-–/’@&_")
"""Marks that join on both sides when they stand inside a replacement: don't, long-term, and/or."""
_LEFT = frozenset(".,;:!?%)]}…")
"""Marks that join what is before them."""
_RIGHT = frozenset("([{$£€#")
"""Marks that join what is after them."""


def detokenise(pieces: Sequence[str]) -> str:
    """The text of `pieces` as WordPiece writes them: ["u", ".", "s", "."] -> "u.s."."""
    words: list[str] = []
    for piece in pieces:
        continues = piece.startswith("##") and len(piece) > 2
        text = piece[2:] if continues else piece
        if words and (continues or _joins(words[-1], piece)):
            words[-1] += text
        else:
            words.append(text)
    return " ".join(words)


def _joins(word: str, piece: str) -> bool:
    """Whether `piece` belongs to the word so far, with no space between."""
    mark = word[-1]
    if piece in _LEFT or piece in _BOTH or mark in _RIGHT or mark in _BOTH:
        return True
    if mark in ".,:" and word[-2:-1].isdigit():
        return piece.isdigit()
    # An initialism goes on: "u." and "s".
    return mark == "." and len(piece) == 1 and len(word[:-1].rpartition(".")[2]) == 1
