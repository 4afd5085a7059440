"""Words: what the model scores, and what the metrics count."""

from __future__ import annotations

import re
from typing import NamedTuple


class Word(NamedTuple):
    """``text[start:end]``; a protected word is never flagged nor edited."""

    start: int
    end: int
    text: str
    protected: bool


# A letter or digit of a word. Superscripts are marks beside it.
CHAR = r"[^\W_¹²³⁰-₟]"
_LETTER = r"[^\W\d_¹²³⁰-₟]"
_RUN = rf"{CHAR}++(?:[\u0300-\u036f]++{CHAR}*+)*+"
_TAIL = rf"(?:['’ʼ]{_RUN})*+"

# Alternatives end in possessive or bounded loops: no input makes them worse than linear.
_DOMAINS = "com|org|net|edu|gov|mil|info|biz|io|tv|co|uk|eu|us|ca|au|de|fr|ru|cn|in"
_FILES = "html?|pdf|txt|docx?|xlsx?|csv|json|xml|py|js|jpe?g|png|gif|mp[34]|zip|exe"
_ATOM = rf"""
    (?:[A-Za-z][A-Za-z0-9+]{{1,15}}://|[Ww]{{3}}\.)(?=\w)
        [^\s<>"“”]{{0,2000}}(?<![.,;:!?'’)\]}}*_])              # URL
  | [A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}@
        (?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}[A-Za-z]{{2,24}}(?!\w)   # e-mail address
  | </?[A-Za-z][^<>]{{0,2000}}> | <!--[^<>]{{0,2000}}-->          # HTML
  | &(?:\#\d{{1,7}}|\#[xX][0-9A-Fa-f]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});
  | (?<![\w@\#])[@\#]_{{0,64}}+{CHAR}\w*+                         # handle, hashtag
  | (?:[A-Za-z]:\\|\\\\)[\w.$\\-]++
  | (?<![\w/.~])(?:~|\.\.?)?/\w[\w.+-]{{0,255}}/[\w./+-]*+(?<![.]) # paths
  | (?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,8}}(?i:{_DOMAINS})(?![\w-])
        (?:/[^\s<>"“”]{{0,2000}}(?<![.,;:!?'’)\]}}]))?
  | [\w-]{{1,128}}\.(?:{_FILES})(?!\w)
"""
_WORD = rf"""
    \d++(?:[.,:/]\d++)*+(?:\.(?=[a-z]))?(?:{_RUN})?{_TAIL}
  | {_LETTER}(?:\.{_LETTER})+(?!{CHAR})\.?
  | {_RUN}{_TAIL}
"""
_TOKEN = re.compile(f"({_ATOM})|{_WORD}", re.VERBOSE)
_SIMPLE = re.compile(_WORD, re.VERBOSE)
# Without one of these a text holds nothing but simple words.
_TRIGGER = re.compile(rf"[@#<&/\\]|\.(?i:{_DOMAINS}|{_FILES}|[a-z0-9-]+\.)(?!\w)|[Ww]{{3}}\.")


def words(text: str) -> list[Word]:
    """Words of `text` in order, not overlapping; punctuation and white space belong to none.

    URLs, addresses, handles, hashtags, paths, HTML and plain numbers are one protected word each.
    """
    found: list[Word] = []
    add = found.append
    for match in (_TOKEN if _TRIGGER.search(text) else _SIMPLE).finditer(text):
        start, end = match.span()
        word = match.group()
        protected = match.lastindex is not None or (
            word[0].isdigit() and word.lower() == word.upper()
        )
        add(Word(start, end, word, protected))
    return found
