"""The text that is measured: sentences of about 25 words, alone and as articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from unspin.model.errors import UnspinError
from unspin.model.sentences import sentences
from unspin.model.words import words

SEEDS = Path("seeds")  # of a clone of the repository, where the bench is run
CLEAN, SPUN = SEEDS / "000_da9212261fc304e0.txt", SEEDS / "003_e4e48e6647e0a585.txt"

WORDS = range(20, 31)
"""Lengths of the sentences that are measured: about 25 words, as news has them."""

ARTICLE = 12
"""Sentences an article."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The same sentences as texts of their own, and joined to articles."""

    alone: list[str]
    articles: list[str]

    def of(self, form: str) -> list[str]:
        """The texts of a form, "alone" or "articles"."""
        return self.alone if form == "alone" else self.articles


def texts_of(path: Path, count: int) -> Texts:
    """`count` sentences of the file, each about as often as the others, in an order that is
    always the same. Raises `UnspinError` if it cannot be read or has no sentence of the length.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        advice = "run it in a clone, or name a file with --clean and one with --spun"
        raise UnspinError(f"no text in {path} ({error}): {advice}") from None
    found = [text[start:end].strip() for start, end in sentences(text)]
    pool = [sentence for sentence in found if len(words(sentence)) in WORDS]
    if not pool:
        raise UnspinError(f"{path} has no sentence of {WORDS[0]} to {WORDS[-1]} words")
    alone = (pool * (count // len(pool) + 1))[:count]
    Random(0).shuffle(alone)
    return Texts(alone, [" ".join(part) for part in _parts(alone, ARTICLE)])


def mean_words(texts: Sequence[str]) -> float:
    """Words a text in the mean."""
    return sum(len(words(text)) for text in texts) / len(texts)


def _parts(items: Sequence[str], size: int) -> list[Sequence[str]]:
    return [items[i : i + size] for i in range(0, len(items), size)]
