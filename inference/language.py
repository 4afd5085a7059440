"""Which languages are read: English, in any of its spellings."""

from __future__ import annotations


def reason_to_skip(language: str) -> str | None:
    """Why a text in `language` (a tag such as "en", "en-GB" or "de") is skipped, or None."""
    primary = language.strip().lower().replace("_", "-").split("-")[0]
    if primary in {"en", "eng", "english"}:
        return None
    return f"the language is {language!r}: only English is read"
