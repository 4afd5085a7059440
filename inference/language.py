"""Which languages are read: English, in any of its spellings."""

from __future__ import annotations


def reason_to_skip(language: str) -> str | None:
    """Why a text in `language` (a tag such as "en", "en-GB" or "de") is skipped, or None."""
    if not isinstance(language, str):
        raise TypeError(f"language is a tag such as 'en', not {type(language).__name__}")
    primary = language.strip().lower().replace("_", "-").split("-")[0]
    if primary in {"en", "eng", "english"}:
        return None
    return f"the language is {language!r}: only English is read"
