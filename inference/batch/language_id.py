"""Which documents of a batch are not English, by their text alone.

Spun English is still English, and a document skipped by mistake stays damaged: only one that is
long enough, and mostly in what is surely another language, counts as not English.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from unspin.inference.batch.extras import need

SHORTEST = 200
"""UTF-8 bytes of a text below which nothing is said about its language."""

PIECE = 300
"""Characters that are looked at together."""

PIECES = 3
"""Places that are looked at, so that a long text costs no more than a short one."""

SURE = 0.5
"""Least probability of another language: English, however heavily spun, leaves less than 0.35."""


def other_language(text: str) -> str | None:
    """The language (ISO 639) that most of `text` is surely in, if that is not English.

    Raises `UnspinError` if the identifier is not installed.
    """
    pieces = _pieces(text.strip())
    if sum(map(len, pieces)) < SHORTEST:
        return None
    found = [_identifier().classify(piece) for piece in pieces]
    others = [language for language, p in found if language != "en" and p >= SURE]
    return max(others, key=others.count) if 2 * len(others) > len(pieces) else None


def _pieces(text: str) -> list[bytes]:
    """At most `PIECES` pieces of `text` as UTF-8, from its beginning to its end."""
    count = min(PIECES, max(1, len(text) // PIECE))
    step = max(0, len(text) - PIECE) // max(1, count - 1)
    pieces = [text[i * step : i * step + PIECE] for i in range(count)]
    return [piece.encode("utf-8", "replace") for piece in pieces]


@cache
def _identifier() -> Any:
    langid = need("py3langid.langid")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
