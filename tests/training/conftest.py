"""Small thesauri in the two formats the spinners read; text of ours, clean and spun; weights."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import settings

from unspin.model.checkpoint import Checkpoint, load_checkpoint
from unspin.model.encode import Encoder
from unspin.model.settings import SHIPPED
from unspin.training.spinners import Resources, Spinner, make

settings.register_profile("unspin", deadline=None)  # a busy machine is no failure
settings.load_profile("unspin")

MYTHES = """UTF-8
accurate|1
(adj)|exact|true (similar term)
cold|2
(adj)|acold|frigid
(noun)|coldness|temperature (generic term)
far|1
(adv)|cold|remote
house|2
(noun)|dwelling|home|building (generic term)
(verb)|put up|shelter
quick|1
(adj)|speedy|fast
red tape|1
(noun)|procedure
tobacco|1
(noun)|baccy
baccy|1
(noun)|tobacco
"""

# offset, lexicographer file, type, word count (hex), words, pointers, gloss
NOUNS = """\
00000100 03 n 02 house 0 dwelling_house 0 002 @ 00000200 n 0000 ~ 00000300 n 0000 | a home
00000200 03 n 01 building 0 001 ~ 00000100 n 0000 | a structure
00000300 03 n 01 cottage 0 001 @ 00000100 n 0000 | a small house
00000400 03 n 02 arsenic 0 as 0 000 | an element
00000500 03 n 02 Indiana 0 IN 0 000 | a state
"""
VERBS = """\
00000600 29 v 02 run 0 operate 1 000 00 | work
00000700 29 v 02 walk 0 stroll 0 000 00 | go on foot
"""
ADJECTIVES = """\
00000800 00 a 02 quick 0 speedy 0 001 & 00000900 a 0000 | fast
00000900 00 s 01 rapid(a) 0 001 & 00000800 a 0000 | done fast
"""
INDEX = {
    "noun": """\
house n 1 2 @ ~ 1 5 00000100
dwelling_house n 1 2 @ ~ 1 0 00000100
building n 1 1 ~ 1 3 00000200
cottage n 1 1 @ 1 1 00000300
arsenic n 1 0 1 0 00000400
as n 1 0 1 0 00000400
indiana n 1 0 1 0 00000500
in n 1 0 1 0 00000500
""",
    "verb": """\
run v 1 0 1 4 00000600
operate v 1 0 1 2 00000600
walk v 1 0 1 4 00000700
stroll v 1 0 1 0 00000700
""",
    "adj": """\
quick a 1 1 & 1 1 00000800
speedy a 1 1 & 1 0 00000800
rapid a 1 1 & 1 0 00000900
""",
    "adv": "",
}


@pytest.fixture(scope="session")
def thesauri(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """A MyThes file of eight entries, a WordNet of nine synsets and one tortured phrase."""
    folder: Path = tmp_path_factory.mktemp("thesauri")
    (folder / "th.dat").write_text(MYTHES, "utf-8")
    data = {"noun": NOUNS, "verb": VERBS, "adj": ADJECTIVES, "adv": ""}
    for pos, lines in data.items():
        (folder / f"data.{pos}").write_text(f"  1 licence\n{lines}", "utf-8")
        (folder / f"index.{pos}").write_text(f"  1 licence\n{INDEX[pos]}", "utf-8")
    (folder / "tortured.jsonl").write_text(
        '{"tortured": "counterfeit consciousness", "expected": "artificial intelligence (AI)"}\n'
        '{"tortured": "associate in nursing", "expected": "and"}\n',
        "utf-8",
    )
    return Resources(folder / "th.dat", folder, folder / "tortured.jsonl")


@pytest.fixture(scope="session")
def clean_sentences() -> list[str]:
    """Forty-eight sentences of made-up news, four or five in a row on one matter."""
    return (Path(__file__).parent / "sentences.txt").read_text("utf-8").splitlines()


@pytest.fixture(scope="session")
def shipped_spinners() -> dict[str, Spinner]:
    """Spinners that need nothing but the tables that come with the package."""
    names = ("per_occurrence", "phrase_table", "mixed_tables")
    return {name: make(name, Resources()) for name in names}


@pytest.fixture(scope="session")
def spun_pairs(
    clean_sentences: list[str], shipped_spinners: dict[str, Spinner]
) -> list[dict[str, str]]:
    """Every sentence as family C spins it, with its original."""
    spinner = shipped_spinners["per_occurrence"]
    pairs = []
    for number, clean in enumerate(clean_sentences):
        rng = random.Random(number)
        spun = next(s for _ in range(100) if (s := spinner.spin(clean, rng)) != clean)
        pairs.append({"spun": spun, "clean": clean})
    return pairs


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder.from_file(SHIPPED / "tokenizer.json")


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    """The shipped weights; tests must not train them in place."""
    return load_checkpoint(str(SHIPPED))
