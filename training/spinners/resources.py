"""The word lists spinners draw on: shipped tables, a MyThes thesaurus, WordNet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from unspin.model.errors import UnspinError
from unspin.training.readers import rows
from unspin.training.spinners.wordnet import WordNet

MYTHES = Path("/usr/share/mythes/th_en_US_v2.dat")
WORDNET = Path("/usr/share/wordnet")
LEXICON = Path(__file__).parents[1] / "lexicon"
"""The dictionaries that ship, one a family."""

Table = dict[str, list[str]]  # lower-case word or phrase -> what the spinner may write for it


@dataclass(frozen=True)
class Resources:
    """Where the thesauri are; each is read once, when a spinner first asks for it."""

    mythes: Path = MYTHES
    wordnet: Path = WORDNET
    tortured: Path | None = None

    @cached_property
    def thesaurus(self) -> Table:
        """MyThes: headword -> its items in order, all parts of speech one after another."""
        if not self.mythes.is_file():
            raise UnspinError(
                f"no MyThes thesaurus at {self.mythes}; install the Debian package mythes-en-us "
                "or name a th_en_US_v2.dat with --mythes"
            )
        return read_mythes(self.mythes)

    @cached_property
    def net(self) -> WordNet:
        """WordNet 3; raises UnspinError where the folder lacks its files."""
        return WordNet.read(self.wordnet)

    @cached_property
    def tortured_phrases(self) -> Table:
        """Expected term -> tortured phrases, from the optional list."""
        return {} if self.tortured is None else read_tortured(self.tortured)


def named_resources(mythes: Path | None, wordnet: Path | None, tortured: Path | None) -> Resources:
    """Resources at the places that were named, and at the usual ones where none was."""
    return Resources(mythes or MYTHES, wordnet or WORDNET, tortured)


def shipped(name: str) -> Table:
    """One shipped table, `name` as in lexicon/spinner_<name>.tsv."""
    found = dictionary_rows(LEXICON / f"spinner_{name}.tsv")
    return table((row["original"], row["spun"]) for row in found)


def shipped_by_family(name: str) -> dict[str, Table]:
    """A shipped table with a `family` column, split by it."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for row in dictionary_rows(LEXICON / f"spinner_{name}.tsv"):
        pairs.setdefault(row["family"], []).append((row["original"], row["spun"]))
    return {family: table(rows) for family, rows in sorted(pairs.items())}


def table(pairs: Iterable[tuple[str, str]]) -> Table:
    """Pairs as a table: keys lower case, blank and identical pairs dropped, order kept."""
    made: Table = {}
    for original, spun in pairs:
        key, output = " ".join(original.split()).lower(), " ".join(spun.split())
        if not key or output.lower() in {"", key}:
            continue
        outputs = made.setdefault(key, [])
        if output not in outputs:
            outputs.append(output)
    return made


def union(*tables: Table) -> Table:
    """Several tables as one."""
    return table((key, output) for t in tables for key, outputs in t.items() for output in outputs)


def read_mythes(path: Path) -> Table:
    """A MyThes .dat file: an encoding line, then `word|n` and n lines `(pos)|item|item...`."""
    made: Table = {}
    with path.open("rb") as file:
        encoding = file.readline().decode("ascii", "replace").strip()
        try:
            lines = iter(file.read().decode(encoding).splitlines())
            for line in lines:
                head, _, count = line.rpartition("|")
                items = made.setdefault(head.lower(), [])
                for _ in range(int(count)):
                    for item in next(lines).split("|")[1:]:
                        word = item.partition(" (")[0].strip()  # "kind (generic term)" -> "kind"
                        if word and word.lower() != head.lower() and word not in items:
                            items.append(word)
        except (LookupError, ValueError, StopIteration) as error:
            raise UnspinError(f"{path} is not a MyThes .dat file ({error})") from None
    return made


def read_tortured(path: Path) -> Table:
    """A JSON Lines list (.gz or not) of `tortured` and `expected` phrases, keyed by `expected`."""

    def pairs() -> Iterator[tuple[str, str]]:
        for number, row in rows(path):
            if isinstance(row, UnspinError):
                raise UnspinError(f"{path}:{number}: {row}")
            tortured, expected = row.get("tortured"), row.get("expected")
            if not isinstance(tortured, str) or not isinstance(expected, str):
                raise UnspinError(f"{path}:{number}: want `tortured` and `expected` phrases")
            yield expected.partition("(")[0], tortured  # "region of interest (roi)"

    return table(pairs())


def dictionary_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a spinner's dictionary: tab separated, `original` and `spun` at least."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row.get("original") and row.get("spun"):
                yield row
