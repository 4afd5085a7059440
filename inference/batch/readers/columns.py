"""Which column of a table is the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unspin.model.errors import UnspinError

SAMPLE = 100
"""First rows that the column is found by."""

NAMES = [
    *("text", "content", "body", "article", "article_text", "articlebody", "maintext", "main_text"),
    *("full_text", "fulltext", "story", "document"),
]
_LONG = 100
"""Characters of a value that is a text and no title, on the average."""


class NoTextColumn(UnspinError):
    """A table whose column of texts is not known."""


def text_column(sample: Sequence[Mapping[str, Any]], chosen: str | None = None) -> str:
    """The column of the text: `chosen`, or one known by its name, or the only one of long strings.

    Raises `NoTextColumn` where none, or more than one, may be meant.
    """
    names = list(dict.fromkeys(name for row in sample for name in row))
    if chosen is not None:
        if chosen not in names and names:
            raise NoTextColumn(f"no column {chosen!r} (columns: {_shown(names)})")
        return chosen
    strings = {name: [v for r in sample if isinstance(v := r.get(name), str)] for name in names}
    lower = {name.strip().lower(): name for name in reversed(names)}
    known = [lower[name] for name in NAMES if name in lower]
    long = [
        name for name in names if sum(map(len, strings[name])) >= _LONG * (len(strings[name]) or 1)
    ]
    for found in ([name for name in known if strings[name]], known, long if len(long) == 1 else []):
        if found:
            return found[0]
    if not names:
        return NAMES[0]
    raise NoTextColumn(
        f"no text column is known (columns: {_shown(names)}): name it with --text-column"
    )


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
