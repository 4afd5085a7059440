"""What must and what must not move a score, in the manner of CheckList (Ribeiro et al., 2020)."""

from __future__ import annotations

import json
from importlib.resources import files
from statistics import mean

import pytest

from unspin import Model

MOVED = 0.05
"""How far a score may move when something is swapped that says nothing of damage."""

# Each line with fillers for its slot; the first is what the others are compared with.
SWAPS = {
    "name": (
        "{} told reporters on Monday that the bridge would stay closed until the spring.",
        ["Maria Keller", "James Okafor", "Priya Raman", "Tom Lindqvist", "Ana Souza", "John Smith"],
    ),
    "number": (
        "The council approved {} new homes on the site of the old brewery.",
        ["120", "95", "1,300", "42", "7,500", "310"],
    ),
    "date": (
        "The report, published on {}, says that the river is cleaner than ten years ago.",
        ["May 4", "March 12", "October 30", "July 1, 2021", "June 19", "12 August"],
    ),
    "currency": (
        "The museum paid {} for the painting, which had hung in a school for decades.",
        ["$40,000", "€40,000", "£35,000", "$1.2 million", "¥500,000", "$975"],
    ),
    "url": (
        "Readers can see the full list of winners at {} until the end of the month.",
        [
            "https://example.org/list",
            "www.example.com",
            "https://news.example/a?b=2",
            "example.net",
        ],
    ),
    "spun, name": (
        "{} volition conscionable the officials connected Friday to sermon the tariff.",
        ["Keller", "Okafor", "Raman", "Lindqvist", "Souza", "Smith"],
    ),
    "spun, number": (
        "The travel comes arsenic {} officials have worked to debar the tariff threats.",
        ["12", "30", "450", "1,200", "9", "77"],
    ),
}

SOUND = [
    "The committee will meet on Friday to discuss the new budget.",
    "Residents said the plan would help small shops in the old town.",
    "Officials hope that the work can begin before the end of the year.",
    "The mayor thanked the engineers and promised a quick decision.",
]
# A word of the sentences above, and what a thesaurus makes of it.
SWAPPED = [
    ("on", "connected"),
    ("discuss", "sermon"),
    ("help", "assistance"),
    ("hope", "promise"),
    ("begin", "commence"),
    ("end", "extremity"),
    ("said", "aforesaid"),
    ("will", "volition"),
    ("quick", "speedy"),
    ("town", "municipality"),
]


@pytest.mark.parametrize("name", SWAPS)
def test_what_says_nothing_of_damage_moves_nothing(model: Model, name: str) -> None:
    line, fillers = SWAPS[name]
    results = model.restore([line.format(filler) for filler in fillers])
    scores = [result.sentences[0].score for result in results]
    assert max(abs(score - scores[0]) for score in scores) <= MOVED, dict(
        zip(fillers, scores, strict=True)
    )
    for filler, result in zip(fillers, results, strict=True):
        assert filler in result.restored


def test_more_spun_words_raise_the_score(model: Model) -> None:
    means = []
    for count in range(len(SWAPPED) + 1):
        texts = []
        for turn in range(len(SWAPPED)):
            text = " ".join(SOUND)
            for old, new in (SWAPPED[turn:] + SWAPPED[:turn])[:count]:
                text = text.replace(f" {old} ", f" {new} ", 1)
            texts.append(text)
        means.append(mean(result.score for result in model.score(texts)))
    assert means == sorted(means), means
    assert means[0] < 0.2 < 0.9 < means[-1]


REGISTERS = [
    json.loads(line)
    for line in files("unspin.training")
    .joinpath("gate_text/registers.jsonl")
    .read_text("utf-8")
    .splitlines()
]
MORE = {
    "code-mixed": "Ayer fui a la store y compré milk, bread y un poco de cheese. The cashier me "
    "dijo that the oferta was over, so I paid full price y me fui a casa.",
    "dialect": "Ah cannae mind whaur ah pit ma keys, but ah ken fine they werenae in the kist. Ma "
    "mither wis fair scunnered wi the hale thing, so she wis.",
    "translated": "At the invitation of the chamber of trade, the delegation paid a visit to the "
    "fair, where it could convince itself of the quality of the exhibited machines.",
}


@pytest.mark.parametrize(
    ("name", "text"),
    [*((row["id"], row["text"]) for row in REGISTERS), *MORE.items()],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_genuine_text_of_any_register_stays_untouched_in_precise(
    model: Model, name: str, text: str
) -> None:
    result = model.restore(text, "precise")
    assert result.restored == text, [(e.original, e.replacement) for e in result.edits]
    assert not result.spun
