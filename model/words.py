"""Words: what the model scores, and what the metrics count."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from unspin.model.abbreviations import spelt_out
from unspin.model.code import code


class Word(NamedTuple):
    """``text[start:end]``; a protected word is never flagged nor edited."""

    start: int
    end: int
    text: str
    protected: bool


# A letter or digit of a word; superscripts are marks beside it.
CHAR = r"[^\W_¹²³⁰-₟]"
_DOMAINS = "(?i:com|org|net|edu|gov)|mil|info|biz|io|tv|co|uk|eu|ca|au|de|fr|ru|cn|app|dev|ai|nz|jp"
_FILES = "html?|pdf|txt|docx?|xlsx?|csv|jsonl?|xml|ya?ml|py|js|css|jpe?g|png|gif|mp[34]|zip|exe"


# Loops in these patterns are possessive or bounded: no text takes more than linear time.
def _word(char: str, letter: str) -> str:
    rest = rf"{char}*+(?:[\u0300-\u036f]++{char}*+)*+"  # accents may stand apart from letters
    tail = rf"(?:['’ʼ](?={char}){rest})*+"
    return rf"""
        {letter}(?: (?:\.{letter})+(?!{char})\.?{tail} | {rest}{tail} )   # U.S.  don't
      | \d++(?:[.,:/]\d++)*+(?:\.(?=[a-z]))?{rest}{tail}                  # 10,000  1990s  0.three
      | {char}{rest}{tail}
    """


# What follows the host of an address, but for the marks of the sentence around it.
_REST = r"""(?:[^\s<>"“”]{2000})*+[^\s<>"“”]{0,2000}(?<![.,;:!?'’)\]}*_])"""

_ATOM = rf"""
    (?:[A-Za-z][A-Za-z0-9+]{{1,15}}://|[Ww]{{3}}\.)(?=\w|/\w|\[){_REST}   # URL
  | {CHAR}[\w.%+-]{{0,63}}@(?:localhost|
        (?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}[A-Za-z]{{2,24}})(?!\w)     # e-mail address
  | (?:localhost|(?:\d{{1,3}}\.){{3}}\d{{1,3}})(?::\d{{1,5}})?/{_REST}  # host and path
  | localhost:\d{{1,5}}
  | </?[A-Za-z][^<>]{{0,2000}}>                                    # HTML tag
  | &(?:\#\d{{1,7}}|\#[xX][0-9A-Fa-f]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});
  | (?<![\w@\#])[@\#]_{{0,64}}+{CHAR}\w*+                            # handle, hashtag
  | (?:[A-Za-z]:\\|\\\\)(?={CHAR})[\w.$\\-]{{0,2000}}(?<!\.)       # paths
  | (?<![\w/.~])(?:~|\.\.?)?/{CHAR}[\w.+-]{{0,255}}/[\w./+-]{{0,2000}}(?<!\.)
  | (?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,8}}(?:{_DOMAINS})(?![\w-])
        (?:/{_REST})?                                            # bare domain
  | (?:[A-Za-z0-9][A-Za-z0-9-]{{1,62}}\.){{1,8}}[A-Za-z]{{2,24}}/(?=\w){_REST}
  | {CHAR}[\w-]{{0,127}}\.(?:{_FILES})(?!\w)                        # file name
"""
_SIMPLE = re.compile(_word(CHAR, r"[^\W\d_¹²³⁰-₟]"), re.VERBOSE)
_ASCII = re.compile(_word("[A-Za-z0-9]", "[A-Za-z]"), re.VERBOSE)
_FULL = re.compile(f"({_ATOM})|{_SIMPLE.pattern}", re.VERBOSE)
_INNER_CAPITAL = re.compile("[a-z][A-Z]")
# Without one of these a text holds no atom.
_TRIGGER = re.compile(rf"[@#<&/\\]|localhost|\.(?:{_DOMAINS}|{_FILES})(?!\w)|[Ww]{{3}}\.")


def words(text: str) -> list[Word]:
    """Words of `text` in order, not overlapping; punctuation and white space belong to none.

    URLs, addresses, handles, hashtags, paths, HTML and plain numbers are one protected word each.
    Protected too are a word with a capital inside (McConnell, iPhone), for no dictionary writes
    it, the words of code, and those that an abbreviation in brackets behind them spells out.
    """
    simple = _ASCII if text.isascii() else _SIMPLE
    pattern = _FULL if _TRIGGER.search(text) else simple
    found = [
        Word(
            *match.span(),
            word := match[0],
            match.lastindex is not None  # an atom
            or (word[0].isnumeric() and word.lower() == word.upper())
            or (not word.islower() and _INNER_CAPITAL.search(word) is not None),
        )
        for match in pattern.finditer(text)
    ]
    if ranges := code(text):
        found = _protected(found, ranges)
    for index in spelt_out(text, [word[:2] for word in found]) if "(" in text else ():
        found[index] = found[index]._replace(protected=True)
    return found


def _protected(found: Sequence[Word], ranges: Sequence[tuple[int, int]]) -> list[Word]:
    """`found`, protected where one of the `ranges`, in order, shares a character with it."""
    ends = [end for _, end in ranges]
    kept = []
    for word in found:
        nearest = bisect_right(ends, word.start)
        inside = nearest < len(ranges) and ranges[nearest][0] < word.end
        kept.append(word._replace(protected=True) if inside else word)
    return kept


def word_range(found: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """The words that overlap [start, end): first and last, exclusive; empty between two words."""
    first = bisect_right(found, start, key=lambda word: word.end)
    return first, max(first, bisect_left(found, end, key=lambda word: word.start))


def atoms(text: str) -> list[tuple[int, int]]:
    """Ranges of the words of `text` inside which stops and line ends mean nothing."""
    if not _TRIGGER.search(text):
        return []
    return [(word.start, word.end) for word in words(text) if word.protected]
