"""Ranges of a text that are code or markup, in which no word is prose: nothing there is edited."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Loops in these patterns are possessive or bounded: no text takes more than linear time.
_SHORT = re.compile(
    r"""
    (?<![\w`])(`{1,2})(?![\s`])[^`\n]{1,500}(?<!\s)\1(?![\w`])   # `code`, not ``quoted''
  | (?<=\])\([^()\s]{1,2000}\)                                   # [text](target)
  | \\(?:cite\w*+|[a-zA-Z]{0,20}?ref|label|begin|end|input|include\w*+|url|usepackage|documentclass)
        (?:\*|\[[^\]\n]{0,200}\]|\{[^{}\n]{0,500}\})*+           # LaTeX, with what is no prose
  | \\[A-Za-z@]++                                                # LaTeX, followed by prose
  | \{%[^\n]{0,500}?%\} | \{\{[^\n]{0,500}?\}\}                  # templates
  | (?<![^\W_])[^\W_]++(?:_++[^\W_]++)++                         # snake_case
    """,
    re.VERBOSE,
)
_OPENING = re.compile(r"^[ \t]{0,3}(`{3,8})|<(!--)|<(script|style)\b", re.IGNORECASE | re.MULTILINE)
_TRIGGERS = ("`", "\\", "_", "](", "{%", "{{", "<!--", "<s", "<S")


def code(text: str) -> list[tuple[int, int]]:
    """Ranges [start, end) of code and markup in `text`, in order, not overlapping.

    Fenced and inline code, scripts, styles, comments, targets of links, LaTeX commands, template
    tags and names_with_underscores. What opens and is never closed is prose.
    """
    if not any(trigger in text for trigger in _TRIGGERS):
        return []
    found: list[tuple[int, int]] = []
    place = 0
    for start, end in _blocks(text):
        found += (match.span() for match in _SHORT.finditer(text, place, start))
        found.append((start, end))
        place = end
    found += (match.span() for match in _SHORT.finditer(text, place))
    return found


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Code with an opening and a closing of its own, which may be far apart."""
    never: set[str] = set()  # closings that do not come any more: each is missed but once
    place = 0
    while opening := _OPENING.search(text, place):
        fence, comment, tag = opening.groups()
        if fence:
            closing = rf"(?m)^[ \t]{{0,3}}{fence}`*+[ \t]*+$"
        else:
            closing = "-->" if comment else rf"(?i)</{tag.lower()}\b[^>]{{0,100}}>"
        match = None if closing in never else re.compile(closing).search(text, opening.end())
        if match:
            yield opening.start(), match.end()
        else:
            never.add(closing)
        place = match.end() if match else opening.end()
