"""Which text of a page is seen, and what parts it from the text before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from unspin.inference.batch.markup import names, tokens

_HIDDEN = names(
    "applet audio canvas code datalist iframe kbd math noembed noframes noscript object pre samp "
    "script select style svg template textarea title tt var video xmp"
)
"""Elements whose text is not shown, or is not prose."""

_BLOCKS = names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main "
    "menu nav ol p pre search section summary table tbody td tfoot th thead tr ul xmp"
)
_UNSEEN = names("noembed noframes noscript script style template title")
_PARTING = (_HIDDEN - _UNSEEN - _BLOCKS) | {"button", "embed", "img", "input"}
"""Inline elements that stand between the words on their two sides."""

_VOID = names(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source "
    "track wbr"
)

BREAKS = ("", " ", "\n", "\n\n")
"""What may part two pieces of text, the narrowest first."""


def visible(html: str) -> Iterator[tuple[str, int, int]]:
    """Text ``html[start:end]`` in order, each with the break that tags put before it.

    A break may come alone, with an empty range.
    """
    hidden = 0
    opened: list[str] = []
    count: Counter[str] = Counter()
    for tag, start, end in tokens(html):
        if not tag:
            if not hidden:
                yield "", start, end
            continue
        name = tag.removeprefix("/")
        if name in _BLOCKS:
            yield "\n\n", start, start
        elif name == "br":
            yield "\n", start, start
        elif name in _PARTING:
            yield " ", start, start
        if name == tag:
            if name not in _VOID:
                opened.append(name)
                count[name] += 1
                hidden += name in _HIDDEN
        elif count[name]:  # closes all that was opened since: each is passed only once
            last = ""
            while last != name:
                last = opened.pop()
                count[last] -= 1
                hidden -= last in _HIDDEN


def wider(one: str, other: str) -> str:
    """The break that two breaks make together."""
    if one == other == "\n":
        return "\n\n"
    return max(one, other, key=BREAKS.index)
