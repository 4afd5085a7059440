"""Passages cut from documents: prose, single sentences, headings, captions, lists and terms.

Published corpora have lost their headlines, captions and lists; a reader meets them, so they are
made again from what is left.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from unspin.model.sentences import sentences
from unspin.model.words import words
from unspin.training import terms

SHAPES = ("prose", "sentence", "heading", "caption", "list", "terms")
REACH = 1600  # characters of a document that a passage is cut from
CLAUSE = re.compile(r"[,;:](?=\s)|\s[—–-]\s")
SMALL = re.compile("a|an|and|as|at|but|by|for|from|in|into|nor|of|on|or|the|to|vs|with")
CAPTIONS = ("{}", "{}.", "{} (file photo)", "Photo: {}", "FILE - {}", "{}. Photo: Staff")
BULLETS = ("- ", "* ", "• ", "– ", "", "")


def reach(text: str, visit: int, rng: random.Random) -> tuple[str, bool, bool]:
    """The part of a document that its `visit`-th passage is cut from.

    Returns the part and whether its first and its last sentence may be broken. Visits of one
    document begin at different paragraphs until all have had their turn; `rng` must be the same
    for all visits of a document.
    """
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    rng.shuffle(starts)
    start = starts[visit % len(starts)]
    end = text.find("\n", start)
    length = (len(text) if end < 0 else end) - start
    broken = length > REACH and (visit >= len(starts) or rng.random() < 0.7)
    if broken:  # a long paragraph: somewhere inside
        inside = random.Random(f"{visit}/{rng.random()}")
        start = text.find(" ", start + inside.randrange(length - REACH // 2)) + 1
    return text[start : start + REACH], broken, start + REACH < len(text)


def cut(
    part: str,
    title: str,
    shape: str,
    max_words: int,
    rng: random.Random,
    first_broken: bool = False,
    last_broken: bool = False,
    named: Sequence[str] | None = None,
) -> str:
    """A passage of a shape from a part of a document; empty where the part has too little.

    `terms` alone takes no words of the part: it draws from the terms `named`, by default those
    that are shipped.
    """
    if shape == "terms":
        return terms.passage(rng, max_words, named) if _has_letters(part) else ""
    spans = sentences(part)
    spans = spans[first_broken : len(spans) - last_broken]
    if not spans:
        return ""
    if shape == "prose":
        return _prose(part, spans, max_words, rng)
    start, end = rng.choice(spans)
    one = " ".join(part[start:end].split())
    if shape == "sentence":
        return one if 3 <= len(words(one)) <= min(40, max_words) else ""
    if shape == "heading":
        usable = 4 <= len(title.split()) <= 20 and rng.random() < 0.6
        text = title if usable else _opening(one, rng.randint(3, 12))
        return _headline(text, rng) if _has_letters(text) else ""
    if shape == "caption":
        return _caption(one, max_words, rng)
    return _list([part[s:e] for s, e in spans], max_words, rng)


def _prose(part: str, spans: list[tuple[int, int]], max_words: int, rng: random.Random) -> str:
    """Whole sentences from the first on; the newline between paragraphs is kept."""
    wanted = rng.randint(min(15, max_words), max_words)
    start = stop = spans[0][0]
    n = 0
    for first, last in spans:
        parts = words(part[first:last])
        if n + len(parts) > max_words:
            if n == 0:
                stop = first + parts[max_words - 1].end
            break
        n, stop = n + len(parts), last
        if n >= wanted:
            break
    text = part[start:stop]
    return text.replace("\n", "\n\n") if rng.random() < 0.3 else text


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


def _opening(sentence: str, n: int) -> str:
    """The first `n` words of a sentence, without what hangs at their end."""
    return " ".join(sentence.split()[:n]).strip(" .,;:—–-\"'“”‘’()")


def _headline(text: str, rng: random.Random) -> str:
    style = rng.random()
    if style < 0.35:
        return text
    if style < 0.75:
        parts = text.split(" ")
        return " ".join(
            p if i and SMALL.fullmatch(p) else p[:1].upper() + p[1:] for i, p in enumerate(parts)
        )
    if style < 0.9:
        return text.upper()
    return text[:1].upper() + text[1:] + rng.choice(("", ":", "?", " - live"))


def _caption(sentence: str, max_words: int, rng: random.Random) -> str:
    text = _opening(sentence, rng.randint(6, min(30, max_words)))
    form = rng.choice(CAPTIONS)
    return form.format(text) if _has_letters(text) else ""


def _list(lines: list[str], max_words: int, rng: random.Random) -> str:
    """Two to seven clauses or sentence openings, one a line, perhaps under a heading."""
    clauses = [c.strip(' ."“”\n') for line in lines for c in CLAUSE.split(line)]
    items = [_opening(c, rng.randint(2, 14)) for c in clauses if len(c.split()) > 1]
    items = [i for i in items if i][: rng.randint(2, 7)]
    if len(items) < 2:
        return ""
    bullet, numbered = rng.choice(BULLETS), rng.random() < 0.25
    if rng.random() < 0.6:
        items = [i[0].upper() + i[1:] for i in items]
    stop = rng.choice(("", "", ".", ";", ","))
    made = [f"{n}. {i}{stop}" if numbered else f"{bullet}{i}{stop}" for n, i in enumerate(items, 1)]
    while len(words("\n".join(made))) > max_words:
        made.pop()
    return "\n".join(made)
