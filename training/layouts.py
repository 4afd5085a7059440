"""What may happen to a passage that is no spinner's work: layouts, learners' mistakes, dialect.

A passage is put into one before it is spun or left alone, so neither the network's idea of damage
nor of sound English rests on them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

from unspin.training.spinners.lookup import copy_case

Layout = Callable[[str, random.Random], str]

MARK = re.compile(r"(?<=\w)([.,;:!?%)])|([($])(?=\w)")
CONTRACTION = re.compile(r"(?<=\w)(n['’]t|['’](?:s|re|ve|ll|d|m))\b")
WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")

PREPOSITIONS = ["in", "on", "at", "to", "for", "of", "with", "from", "by", "about", "into"]
ARTICLES = ("a", "an", "the")
CONFUSED = {
    "there": ("their", "they're"),
    "their": ("there",),
    "its": ("it's",),
    "it's": ("its",),
    "your": ("you're",),
    "than": ("then",),
    "then": ("than",),
    "much": ("many",),
    "many": ("much",),
    "other": ("another", "others"),
    "people": ("peoples",),
    "information": ("informations",),
    "which": ("wich", "that"),
    "because": ("becouse", "becaus", "cause"),
    "very": ("so much", "to"),
    "make": ("do",),
    "do": ("make",),
    "say": ("tell",),
    "said": ("told",),
    "who": ("which",),
    "could": ("can",),
    "would": ("will",),
}
FORMS = {"VBZ": ("VB",), "VBD": ("VB", "VBN"), "VBG": ("VB",), "VBN": ("VBD", "VB"), "NNS": ("NN",)}

# Respellings of dialects, song and chat: (pattern of a whole lower-case word, what it becomes).
RESPELLINGS = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"of", "o"),
        (r"of", "o'"),
        (r"and", "an"),
        (r"and", "an'"),
        (r"to", "tae"),
        (r"the", "da"),
        (r"the", "tha"),
        (r"my", "ma"),
        (r"you", "ya"),
        (r"you", "ye"),
        (r"your", "yer"),
        (r"(\w{2,})ing", r"\1in'"),
        (r"(\w{2,})ing", r"\1in"),
        (r"(\w*)own", r"\1oon"),
        (r"(\w*)out", r"\1oot"),
        (r"(\w{2,})er", r"\1a"),
        (r"(\w+)ight", r"\1icht"),
        (r"th(\w+)", r"d\1"),
        (r"(\w+)ould", r"\1ud"),
        (r"(\w+)all", r"\1a'"),
        (r"(\w+)ore", r"\1air"),
        (r"not", "no"),
        (r"from", "frae"),
        (r"because", "cuz"),
        (r"for", "fer"),
        (r"have", "hae"),
        (r"was", "wuz"),
    )
)


def lower(text: str, rng: random.Random) -> str:
    """No capitals."""
    return text.lower()


def tokenised(text: str, rng: random.Random) -> str:
    """A tokeniser's spaces where a mark touches a word, and often inside contractions."""
    spaced = MARK.sub(lambda m: f" {m[1]}" if m[1] else f"{m[2]} ", text)
    return CONTRACTION.sub(r" \1", spaced) if rng.random() < 0.6 else spaced


def mistakes(text: str, rng: random.Random) -> str:
    """A learner's text: articles, prepositions, forms and spellings go wrong, 3-20 % of words."""
    rate = rng.uniform(0.03, 0.2)
    typing = rng.random() * 0.3

    def wrong(match: re.Match[str]) -> str:
        word = match.group()
        if rng.random() >= rate:
            return word
        return mistype(word, rng) if rng.random() < typing else mistake(word, rng)

    return re.sub(r"(?<=\w)  (?=\w)", " ", WORD.sub(wrong, text))


def mistake(word: str, rng: random.Random) -> str:
    """The word as a learner may write it; empty for an article left out."""
    low = word.lower()
    if low in ARTICLES:
        written = rng.choice(("", "", *(a for a in ARTICLES if a != low)))
        return copy_case(word, written) if written else ""
    if low in PREPOSITIONS:
        return copy_case(word, rng.choice(PREPOSITIONS))
    if low in CONFUSED:
        return copy_case(word, rng.choice(CONFUSED[low]))
    if low == "i":
        return "i"
    if not word.islower():
        return word
    if forms := misformed(low):
        return rng.choice(forms)
    article = rng.choice(("the ", "a ")) if len(low) > 4 and rng.random() < 0.2 else ""
    return article + (mistype(low, rng) if rng.random() < 0.3 else low)


@cache
def misformed(word: str) -> tuple[str, ...]:
    """Other forms of a verb or noun that learners write for it."""
    from lemminflect import getAllInflections, getAllLemmas

    found: dict[str, None] = {}
    for pos, lemmas in getAllLemmas(word).items():
        if pos not in ("VERB", "NOUN"):
            continue
        inflections = getAllInflections(lemmas[0], upos=pos)
        own = [tag for tag, forms in inflections.items() if word in forms]
        wanted = [t for tag in own for t in FORMS.get(tag, ("VBZ", "VBD", "NNS"))]
        found.update(dict.fromkeys(f for tag in wanted for f in inflections.get(tag, ())))
    return tuple(form for form in found if form != word)


def mistype(word: str, rng: random.Random) -> str:
    """A letter left out, doubled, swapped with the next, or another vowel."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    vowels = [i for i, letter in enumerate(word) if letter in "aeiou" and i]
    if not vowels:
        return word
    at = rng.choice(vowels)
    return word[:at] + rng.choice("aeiou") + word[at + 1 :]


def dialect(text: str, rng: random.Random) -> str:
    """Some respellings, the same all through the passage."""
    drawn = rng.sample(RESPELLINGS, rng.randint(3, 9))

    def respelt(match: re.Match[str]) -> str:
        word = match.group()
        for pattern, written in drawn:
            if found := pattern.fullmatch(word.lower()):
                return copy_case(word, found.expand(written))
        return word

    return WORD.sub(respelt, text)


LAYOUTS: dict[str, Layout] = {
    "lower": lower,
    "tokenised": tokenised,
    "mistakes": mistakes,
    "dialect": dialect,
}
