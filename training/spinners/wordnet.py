"""A small reader of WordNet's database files (wndb(5WN) format)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from unspin.model.errors import UnspinError

POS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
NEAR = frozenset("@~&!\\^") | {"@i", "~i", "%m", "%p", "#m", "#p"}  # relations worth walking

Synset = tuple[str, int]  # part of speech (satellite adjectives count as "a"), file offset


@dataclass(frozen=True)
class WordNet:
    """Lemmas (lower case, spaces for underscores), synsets and the relations between them."""

    senses: dict[str, list[Synset]]  # lemma -> synsets; by part of speech, then by sense number
    words: dict[Synset, list[str]]
    near: dict[Synset, list[Synset]]
    counts: dict[tuple[str, str], int]  # (lemma, pos) -> senses met in WordNet's tagged texts

    @classmethod
    def read(cls, folder: Path) -> WordNet:
        """Read index.* and data.* of a folder; raises UnspinError where they are missing."""
        missing = [
            f"{kind}.{name}"
            for name in POS.values()
            for kind in ("index", "data")
            if not (folder / f"{kind}.{name}").is_file()
        ]
        if missing:
            raise UnspinError(
                f"no WordNet in {folder} ({missing[0]} is missing); install the Debian package "
                "wordnet-base or name its folder with --wordnet"
            )
        net = cls({}, {}, {}, {})
        for pos, name in POS.items():
            net._read_index(folder / f"index.{name}", pos)
            net._read_data(folder / f"data.{name}", pos)
        return net

    def _read_index(self, path: Path, pos: str) -> None:
        for line in path.read_text("utf-8").splitlines():
            if line.startswith(" "):  # the licence
                continue
            fields = line.split()
            lemma, n_senses = fields[0].replace("_", " "), int(fields[2])
            self.senses.setdefault(lemma, []).extend((pos, int(f)) for f in fields[-n_senses:])
            self.counts[lemma, pos] = int(fields[-n_senses - 1])

    def _read_data(self, path: Path, pos: str) -> None:
        for line in path.read_text("utf-8").splitlines():
            if line.startswith(" "):
                continue
            fields = line.partition("|")[0].split()
            key, n_words = (pos, int(fields[0])), int(fields[3], 16)
            self.words[key] = [
                fields[4 + 2 * i].partition("(")[0].replace("_", " ") for i in range(n_words)
            ]
            at = 4 + 2 * n_words
            self.near[key] = [
                (fields[p + 2].replace("s", "a"), int(fields[p + 1]))
                for p in range(at + 1, at + 1 + 4 * int(fields[at]), 4)
                if fields[p] in NEAR
            ]

    def synonyms(self, lemma: str, pos: str | None = None) -> list[str]:
        """All lemmas that share a sense with `lemma`, in sense order, without itself."""
        found: dict[str, None] = {}
        for synset in self.senses.get(lemma, []):
            if pos is None or synset[0] == pos:
                found.update(dict.fromkeys(w.lower() for w in self.words[synset]))
        found.pop(lemma, None)
        return list(found)

    def neighbours(self, lemma: str, pos: str, distance: int) -> list[str]:
        """Lemmas of synsets within `distance` relations of any sense of `lemma`, none its own."""
        reached = {s for s in self.senses.get(lemma, []) if s[0] == pos}
        edge, found = set(reached), set[str]()
        for _ in range(distance):
            edge = {n for s in edge for n in self.near[s] if n not in reached}
            if len(edge) > 400:  # far below a general hypernym anything is a neighbour
                break
            reached |= edge
            found |= {w.lower() for s in edge for w in self.words[s]}
        found.discard(lemma)
        return sorted(found)


@lru_cache(maxsize=100_000)
def base_forms(word: str) -> tuple[tuple[str, str, str], ...]:
    """(lemma, WordNet pos, Penn tag) readings of a lower-case surface form, by lemminflect."""
    from lemminflect import getAllLemmas, getInflection

    readings: list[tuple[str, str, str]] = []
    kinds = {
        "NOUN": ("n", ("NN", "NNS")),
        "VERB": ("v", ("VB", "VBD", "VBN", "VBG", "VBZ")),
        "ADJ": ("a", ("JJ", "JJR", "JJS")),
        "ADV": ("r", ("RB", "RBR", "RBS")),
    }
    for upos, lemmas in getAllLemmas(word).items():
        if upos not in kinds:
            continue
        pos, tags = kinds[upos]
        for lemma in lemmas:
            for tag in tags:
                if word in getInflection(lemma, tag, inflect_oov=False):
                    readings.append((lemma, pos, tag))
    return tuple(dict.fromkeys(readings))


@lru_cache(maxsize=200_000)
def inflect(phrase: str, tag: str) -> str:
    """A lemma or phrase in the form of `tag`: verbs inflect their first word, nouns their last."""
    from lemminflect import getInflection

    words = phrase.split()
    at = 0 if tag.startswith("V") or len(words) == 1 else len(words) - 1
    if tag in {"NN", "VB", "JJ", "RB"}:
        return phrase
    forms = getInflection(words[at], tag)
    if not forms:
        return phrase
    return " ".join([*words[:at], forms[0], *words[at + 1 :]])
