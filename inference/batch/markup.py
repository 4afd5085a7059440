"""HTML cut into tags and text at the places where a browser cuts it, in linear time.

A parser builds a tree and forgets where it found what; putting words back in place needs the
places. This follows the tokenizer of the HTML standard. Where a browser would drop the rest of a
page (a tag, comment or script that is never closed), the rest is no text here either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Token = tuple[str, int, int]
"""What ``html[start:end]`` is: "" for text, "name" for a start tag, "/name" for an end tag."""

BLANKS = "\t\n\f\r "

_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG = re.compile(
    r"""
    <(/?[a-zA-Z][^\t\n\f\r\ />]*+)
    (?:
        [\t\n\f\r\ /]*+
        [^\t\n\f\r\ />][^\t\n\f\r\ />=]*+  # the name of an attribute; may begin with "="
        (?:
            [\t\n\f\r\ ]*+=[\t\n\f\r\ ]*+
            (?: "[^"]*+" | '[^']*+' | (?=>) | [^\t\n\f\r\ >"'][^\t\n\f\r\ >]*+ )
        |
            (?![\t\n\f\r\ ]*+=)
        )
    )*+
    [\t\n\f\r\ /]*+>
    """,
    re.VERBOSE,
)
_COMMENT_END = re.compile(r"--!?>")
_CDATA_END = re.compile("]]>")
_SCRIPT = re.compile(r"<!--(?!-?>)|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)

_RAW = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"]
)
"""Elements whose content is no markup. Browsers run scripts, so a noscript is one of them."""

_RAW_END = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in _RAW - {"script"}
}


def tokens(html: str) -> Iterator[Token]:
    """The tags of a page and the text between them, in order.

    Comments, declarations and the content of scripts and their like are left out.
    """
    position = drawing = 0
    while found := _MARKUP.search(html, position):
        start = found.start()
        if position < start:
            yield "", position, start
        tag = _TAG.match(html, start)
        if tag is None:
            position = _declaration_end(html, start)
            continue
        name = tag[1].lower()
        position = tag.end()
        yield name, start, position
        if name in ("svg", "math", "/svg", "/math"):
            drawing = max(0, drawing + (-1 if name[0] == "/" else 1))
        elif name in _RAW and not (drawing and html[position - 2] == "/"):
            position = _raw_end(html, position, name)
        elif name == "plaintext":
            position = len(html)
    if position < len(html):
        yield "", position, len(html)


def _declaration_end(html: str, start: int) -> int:
    """Where what begins at `start` and is no tag ends: a comment, a declaration, a broken tag."""
    if html.startswith("<!--", start):
        if html.startswith((">", "->"), start + 4):
            return html.index(">", start) + 1
        end = _COMMENT_END.search(html, start + 4)
        return end.end() if end else len(html)
    if html.startswith("<![CDATA[", start):
        end = _CDATA_END.search(html, start)
        return end.end() if end else len(html)
    if html[start + 1] in "!?" or not html[start + 2 : start + 3].isalpha():
        return html.find(">", start) + 1 or len(html)
    return len(html)


def _raw_end(html: str, start: int, name: str) -> int:
    """Where the end tag of the raw element stands whose content begins at `start`."""
    if name != "script":
        end = _RAW_END[name].search(html, start)
        return end.start() if end else len(html)
    commented = nested = False  # a script in a comment in a script does not end the outer one
    for mark in _SCRIPT.finditer(html, start):
        if mark[1] is None:
            commented, nested = mark[0] == "<!--", False
        elif mark[1] and not nested:
            return mark.start()
        else:
            nested = commented and not mark[1]
    return len(html)
