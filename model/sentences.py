"""Sentences: the unit that is scored, packed into windows and shown to readers."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field

from unspin.model.words import CHAR, atoms

# A stop with its closing marks and the white space behind it, or the end of a line.
_CUT = re.compile(r"""([.!?。！？]++)(["'”’)\]}»]*+)(\s*+)|\n\s*+""")
_NEXT = re.compile(rf"""["'“”‘’(\[{{«*_]{{0,8}}\s?({CHAR}+(?:['’]{CHAR}+)?)?(\.?)""")
_WORD_CHAR = re.compile(CHAR)
_ITEM = re.compile(r"\W{0,4}(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})\W{0,2}")
_GLUED = re.compile(r"[a-z]{2}[.!?]\W?[A-Z][a-z]")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z])[.)]\s")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Before a name: the sentence goes on whatever follows.
_TITLES = _set("""
    adm al assoc asst atty brig capt cmdr col cpl det dr fr gen gens gov govs hon insp lt ltgen
    maj messrs mlle mme mr mrs ms msgr mt prof pvt rep reps rev sen sens sgt supt
""")
# These end a sentence only where a word follows that commonly begins one.
_SHORT = _set("""
    approx ave bldg blvd bros co corp dept dist esq est etc ext ft hr hrs hwy inc jr lb lbs llc ltd
    oz rd sr sq st univ assn
    jan feb mar apr jun jul aug sept oct nov dec mon tues wed thurs fri sat sun
    ala ariz ark calif colo conn del fla ill ind kan ky mass mich minn miss mont neb nev okla ont
    ore pa que tenn tex va vt wash wis wyo
""")
# Words in their own right: abbreviations only with a capital.
_AMBIGUOUS = _set("ark del det est hon ill mar mass miss ore pa sat sun wash wed")
_NEVER = _set("vs v viz cf e.g i.e")
_COUNTED = _set("no nos fig figs sec art vol ch pp p op eq ver")
_STARTERS = _set("""
    a about according after all also although an and another as asked at because before both but
    by did do does during each earlier for from had has have he her here his how however i if in
    is it its last later let many meanwhile more moreover most my no not now on one or our over
    she since so some that the their then there these they this those though to two under until
    was we were what when where which while who why with without would yet you your
""")
# In a text without capitals only these are sure enough.
_STRONG = _set("but he i it she the there they this we you")
_AFTER_TIME = _set("""
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sept oct nov dec
    eastern pacific central mountain local gmt utc et est edt ct cst cdt mt mst mdt pt pst pdt bst
    cet ist
""")


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the sentences of `text`: sorted, disjoint, trimmed of white space.

    Every word lies in exactly one sentence and every sentence holds a word. Linear in the length.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for cut in _Splitter(text).cuts():
        _add(spans, text, start, cut)
        start = cut
    _add(spans, text, start, len(text))
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    end -= len(piece) - len(piece.rstrip())
    if _WORD_CHAR.search(piece):
        spans.append((start + len(piece) - len(piece.lstrip()), end))
    elif spans and start < end and "\n" not in piece.rstrip():
        spans[-1] = (spans[-1][0], end)  # marks without a word close the sentence before them


@dataclass(slots=True)
class _Splitter:
    text: str
    start: int = 0
    found: list[int] = field(default_factory=list)
    wrapped: bool = False
    caseless: bool = False

    def cuts(self) -> list[int]:
        """Offsets at which a sentence ends."""
        text = self.text
        self.wrapped = _is_wrapped(text)
        self.caseless = _is_caseless(text)
        inside = atoms(text)[::-1]
        for match in _CUT.finditer(text):
            stop = match.group(1)
            cut = match.end(2) if stop else match.start()
            while inside and inside[-1][1] <= cut:
                inside.pop()
            if inside and inside[-1][0] < cut:
                continue
            ends = self._stops(match) if stop else self._line_ends(match.start(), match.end())
            if ends:
                self.found.append(cut)
                self.start = match.end()
        return self.found

    def _line_ends(self, start: int, end: int) -> bool:
        """Does the line end at `start`, with the next one at `end`, end a sentence?"""
        if end == len(self.text) or "\n" in self.text[start + 1 : end]:
            return True
        following = self.text[end]
        if self.wrapped and following.isalnum():
            return _NUMBERED.match(self.text, end) is not None
        return not following.islower()

    def _stops(self, match: re.Match[str]) -> bool:
        """Do these stops, with what closes behind them, end a sentence?"""
        text = self.text
        stop, closers, gap = match.groups()
        end = match.end()
        if end == len(text) or gap.count("\n") > 1 or stop[-1] in "。！？":
            return True
        if not gap:
            return _GLUED.match(text, max(0, match.start() - 2)) is not None
        following = _NEXT.match(text, end)
        word, dot = following.groups() if following else (None, "")
        word = word or ""
        dots = stop.startswith("..")
        if word[:1].islower() and (dots or not self.caseless):
            return False
        if "\n" in gap and not self.wrapped:
            return True
        if dots:
            return word.split("'")[0] != "I"
        return stop != "." or closers != "" or self._full_stop(match.start(), word, dot != "")

    def _full_stop(self, stop: int, word: str, dotted: bool) -> bool:
        """Does the single "." at `stop` end its sentence?

        `word` begins what follows, and is `dotted` where it has a full stop itself.
        """
        text = self.text
        if stop - self.start < 12 and _ITEM.fullmatch(text[self.start : stop]):
            return False  # the number of a list item
        stray = text[stop - 1 : stop] == " "  # "u . s ." as some spinners print it
        before = text[max(self.start, stop - 24) : stop].rstrip(" ")
        token = before[max(before.rfind(c) for c in " \n-/") + 1 :].lstrip("\"'“‘([{«")
        low, follower = token.lower(), word.lower()
        starter = follower in (_STRONG if self.caseless else _STARTERS)
        if (len(word) == 1 and dotted) or (len(word) > 1 and word.isupper()):
            starter = False  # a headline, an initial
        if low in ("a.m", "p.m") or (stray and before[-5:].lower() in ("a . m", "p . m")):
            return word != "" and follower not in _AFTER_TIME and not word.isdigit()
        if low in _NEVER or (word[:1].isdigit() and (low in _COUNTED or (stray and low.isdigit()))):
            return False
        if len(token) == 1 and token.isalpha():
            lower = token.islower() and not stray and not self.caseless
            return starter or lower or (token == "I" and not dotted)
        if _DOTTED.fullmatch(token):
            return starter
        if low in _AMBIGUOUS and token.islower():
            return True
        if low in _TITLES and (self.caseless or token[0].isupper()):
            return word == ""
        return starter or low not in _SHORT


def _is_caseless(text: str) -> bool:
    """Hardly a capital: case says nothing about where a sentence begins."""
    return sum(map(text.count, string.ascii_uppercase)) * 200 < len(text)


def _is_wrapped(text: str) -> bool:
    """Lines broken at a margin: many single line ends run on in lower case."""
    lines = text.count("\n")
    if lines < 3:
        return False
    running = len(re.findall(r"\n[a-z]", text))
    return running >= 3 and running * 4 >= lines - 2 * text.count("\n\n")
