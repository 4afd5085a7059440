"""The view of a text that the model reads, with a map back to the text as given."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

# Printable ASCII and the line feed are their own normal form; "\r\n" is read as one character.
_PLAIN = re.compile(r"[ -~\n]*+")
_ODD = re.compile(r"\r\n|[^ -~\n]")

_STRAIGHT: dict[str, str] = (
    dict.fromkeys("‘’‚‛′ʼ´ʹ＇", "'")
    | dict.fromkeys("“”„‟″«»＂", '"')
    | dict.fromkeys("\u2010\u2011", "-")
    | dict.fromkeys(("\r\n", *"\r\v\f\x85\u2028\u2029"), "\n")
    | {"\t": " "}
)
# Superscripts and fractions are marks beside a word or one number, not letters of it.
_UNCHANGED = ("<super>", "<sub>", "<fraction>")
# Invisible though not of a control category: joiners, fillers, variation selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


@dataclass(frozen=True, slots=True)
class View:
    """Normalised `text` of `source`.

    Character i of `text` stands for ``source[starts[i]:ends[i]]``. Both sequences rise (weakly) and
    are as long as `text`; offsets count code points.
    """

    source: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map the half-open range [start, end) of `text` to one of `source`.

        An empty range maps to an empty one. Raises ValueError for a range outside the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"{start}:{end} is no range of a text of {len(self.text)} characters")
        if start < end:
            return self.starts[start], self.ends[end - 1]
        point = self.starts[start] if start < len(self.text) else len(self.source)
        return point, point


class _Forms(dict[str, str]):
    """Normal form of each character, worked out when first met."""

    def __missing__(self, char: str) -> str:
        self[char] = form = _normal_form(char)
        return form


def _normal_form(char: str) -> str:
    if char in _STRAIGHT:
        return _STRAIGHT[char]
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs") or _INVISIBLE.match(char):
        return ""
    if category == "Zs":
        return " "
    if unicodedata.decomposition(char).startswith(_UNCHANGED):
        return char
    form = unicodedata.normalize("NFKC", char)
    # One character must not turn into two words, nor into a word and a mark beside it.
    if len(form) > 1 and not form.isalnum() and any(c.isalnum() or c.isspace() for c in form):
        return char
    return "".join(_STRAIGHT.get(c, c) for c in form)


_FORMS = _Forms()


def view(source: str) -> View:
    """Normalise `source`, character by character.

    Compatibility forms (NFKC), straight quotes, plain spaces and line feeds; invisible and control
    characters are dropped; dashes stay. Linear in the length; plain ASCII is not even copied.
    """
    length = len(source)
    plain = _PLAIN.match(source)
    if plain is not None and plain.end() == length:
        return View(source, source, range(length), range(1, length + 1))
    parts: list[str] = []
    starts, ends = array("q"), array("q")
    position = done = 0  # `done` lags behind while lengths agree, so that runs are copied whole
    for match in _ODD.finditer(source):
        start, end = match.span()
        form = _FORMS[match.group()]
        parts += (source[position:start], form)
        position = end
        if len(form) != end - start:
            starts.extend(range(done, start))
            ends.extend(range(done + 1, start + 1))
            starts.extend([start] * len(form))
            ends.extend([end] * len(form))
            done = end
    parts.append(source[position:])
    if not done:
        return View(source, "".join(parts), range(length), range(1, length + 1))
    starts.extend(range(done, length))
    ends.extend(range(done + 1, length + 1))
    return View(source, "".join(parts), starts, ends)
