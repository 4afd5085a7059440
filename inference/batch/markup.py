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
    ([\t\n\f\r\ /]*+)>
    """,
    re.VERBOSE,
)
_BROKEN_TAG = re.compile(r"</?[a-zA-Z]")
_COMMENT_END = re.compile(r"--!?>")
_CDATA_END = re.compile("]]>")
_ANY_CASE = re.ASCII | re.IGNORECASE  # to others than browsers "ſ" is an "s"
_SCRIPT = re.compile(r"<!--(?!-?>)|-->|<(/?)script(?=[\t\n\f\r />])", _ANY_CASE)


def names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_RAW = names("iframe noembed noframes noscript script style textarea title xmp")
"""Elements whose content is no markup. Browsers run scripts, so a noscript is one of them."""

_RAW_END = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", _ANY_CASE) for name in _RAW - {"script"}
}


_HTML_INSIDE = names("annotation-xml desc foreignobject mi mn mo ms mtext title")
"""Elements of drawings in which tags are HTML again."""

_NO_DRAWING = names(
    "b big blockquote body br center code dd div dl dt em embed font h1 h2 h3 h4 h5 h6 head hr i "
    "img li listing menu meta nobr ol p pre ruby s small span strike strong sub sup table tt u ul "
    "var"
)
"""Start tags that end a drawing."""


def tokens(html: str) -> Iterator[Token]:
    """The tags of a page and the text between them, in order.

    Comments, declarations and the content of scripts and their like are left out. An element of a
    drawing that closes itself comes as a start tag and an empty end tag.
    """
    position = 0
    drawing = _Drawing()
    while found := _MARKUP.search(html, position):
        start = found.start()
        if position < start:
            yield "", position, start
        tag = _TAG.match(html, start)
        if tag is None:
            position = _declaration_end(html, start, drawing.inside)
            continue
        name, empty = tag[1].lower(), tag[2].endswith("/")
        position = tag.end()
        yield name, start, position
        if name[0] == "/":
            drawing.end(name[1:])
        elif drawing.start(name, empty):
            if empty:
                yield f"/{name}", position, position
        elif name in _RAW:
            position = _raw_end(html, position, name)
        elif name == "plaintext":
            position = len(html)
    if position < len(html):
        yield "", position, len(html)


class _Drawing:
    """Whether a tag is SVG or MathML, where elements may close themselves and none is raw.

    HTML elements are not followed. Where it depends on them, a tag is taken for HTML: what is
    taken for a script is left alone.
    """

    def __init__(self) -> None:
        self._open: list[str] = []

    @property
    def inside(self) -> bool:
        return bool(self._open) and self._open[-1] not in _HTML_INSIDE

    def start(self, name: str, empty: bool) -> bool:
        """Pass a start tag, which may be `empty`. Whether it is one of a drawing."""
        while self.inside and name in _NO_DRAWING:
            self._open.pop()
        drawn = self.inside or name in ("svg", "math")
        if not empty if drawn else self._open[-1:] == [name]:
            self._open.append(name)
        return drawn

    def end(self, name: str) -> None:
        """Pass an end tag. One of an element that is not open ends what is around the drawing."""
        if self.inside:
            while self.inside and self._open.pop() != name:
                pass
        elif self._open[-1:] == [name]:
            self._open.pop()
        elif name in ("svg", "math"):
            while self._open and self._open.pop() != name:
                pass


def _declaration_end(html: str, start: int, drawing: bool) -> int:
    """Where what begins at `start` and is no tag ends: a comment, a declaration, a broken tag."""
    if html.startswith("<!--", start):
        if html.startswith((">", "->"), start + 4):
            return html.index(">", start) + 1
        end = _COMMENT_END.search(html, start + 4)
        return end.end() if end else len(html)
    if drawing and html.startswith("<![CDATA[", start):
        end = _CDATA_END.search(html, start)
        return end.end() if end else len(html)
    if _BROKEN_TAG.match(html, start):
        return len(html)
    return html.find(">", start) + 1 or len(html)


def _raw_end(html: str, start: int, name: str) -> int:
    """Where the end tag of the raw element stands whose content begins at `start`."""
    if name != "script":
        end = _RAW_END[name].search(html, start)
        return end.start() if end else len(html)
    commented = nested = False  # a script in a comment in a script does not end the outer one
    for mark in _SCRIPT.finditer(html, start):
        if mark[0] == "<!--":
            commented = True
        elif mark[0] == "-->":
            commented = nested = False
        elif mark[1] and not nested:
            return mark.start()
        else:
            nested = commented and not mark[1]
    return len(html)
