from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin import Restoration
from unspin.model.errors import UnspinError
from unspin.model.splice import Edit, splice
from unspin.training.baselines import (
    InverseDictionary,
    Phrase,
    TfidfRegression,
    WordFrequency,
)
from unspin.training.readers import example
from unspin.training.spinners.resources import LEXICON
from unspin.training.truth import source_words

CLEAN = [
    "The mayor will travel to Lima on Friday.",
    "Police said the man was in the house.",
    "The council will meet on Monday to discuss the law.",
    "She also said the deal was good for trade.",
    "The team won as the crowd looked on.",
    "Voters in the north went to the polls on Sunday.",
]
SWAPS = {
    "on": "connected",
    "in": "successful",
    "as": "arsenic",
    "will": "volition",
    "also": "besides",
}


def spin(text: str) -> str:
    return " ".join(SWAPS.get(word, word) for word in text.split())


PAIRS = [example({"spun": spin(text), "clean": text}) for text in CLEAN]


def dictionary(table: dict[str, str], gain: float | None = None) -> InverseDictionary:
    originals: dict[Phrase, Counter[Phrase]] = {}
    for spun, original in table.items():
        originals[tuple(spun.split())] = Counter([tuple(original.split())])
    return InverseDictionary(originals, gain=gain)


def flagged(result: Restoration) -> list[str]:
    return [result.text[word.start : word.end] for word in result.words]


def test_rare_words_are_flagged_and_names_are_not() -> None:
    plain, spun = WordFrequency().read(
        ["The man said he went to Ouagadougou.", "The man volition sermon astatine."]
    )
    assert flagged(plain) == [] and not plain.spun
    assert flagged(spun) == ["volition", "astatine"] and spun.spun
    assert spun.restored == spun.text and spun.sentences[0].score > plain.sentences[0].score


def test_tfidf_learns_the_words_of_a_spinner() -> None:
    model = TfidfRegression.fit(PAIRS)
    text = "They met connected Tuesday successful Lima."
    spun, clean = model.read([text, "They met on Tuesday in Lima."])
    assert spun.sentences[0].spun and not clean.sentences[0].spun
    assert spun.score > 0.5 > clean.score


def test_tfidf_learns_from_labels_alone() -> None:
    rows = [{"text": spin(text), "label": 1} for text in CLEAN]
    rows += [{"text": text, "label": 0} for text in CLEAN]
    spun, clean = TfidfRegression.fit(map(example, rows)).read(["connected arsenic", "on in as"])
    assert spun.score > clean.score


def test_tfidf_needs_both_kinds() -> None:
    with pytest.raises(UnspinError, match="spun and clean"):
        TfidfRegression.fit([example({"text": "All of this is clean."})])


def test_the_longest_phrase_wins_and_case_is_kept() -> None:
    model = dictionary({"particular person": "man", "particular": "certain", "connected": "on"})
    result = model.read(["PARTICULAR PERSON met a particular  person. Connected\tFriday."])[0]
    assert result.restored == "MAN met a man. On\tFriday."
    assert [edit.original for edit in result.edits] == [
        "PARTICULAR PERSON",
        "particular  person",
        "Connected",
    ]
    assert result.spun and [sentence.spun for sentence in result.sentences] == [True, True]


def test_the_commonest_original_wins_and_the_rest_are_alternatives() -> None:
    seen: Counter[Phrase] = Counter({("move",): 1, ("there",): 2})
    edit = InverseDictionary({("determination",): seen}).read(["determination is hope"])[0].edits[0]
    assert edit.replacement == "there"
    assert [other.text for other in edit.alternatives] == ["move"]


def test_gain_keeps_to_originals_that_are_commoner() -> None:
    model = dictionary({"volition": "will", "people": "folks"}, gain=0.5)
    assert model.read(["people volition go"])[0].restored == "people will go"


def test_protected_words_stay() -> None:
    model = dictionary({"example.org": "elsewhere", "3": "three", "connected": "on"})
    text = "See example.org and 3 others, #connected"
    assert model.read([text])[0].restored == text


def test_the_shipped_table_undoes_family_a() -> None:
    model = InverseDictionary.from_lexicon(LEXICON / "spinner_a.tsv", name="A")
    result = model.read(["They spoke connected Friday arsenic talks began successful Lima."])[0]
    assert result.restored == "They spoke on Friday as talks began in Lima."


def test_rows_of_low_confidence_are_left_out(tmp_path: Path) -> None:
    table = tmp_path / "table.tsv"
    table.write_text(
        "original\tspun\tpos\tconfidence\nwill\tvolition\tverb\thigh\nsaid\ttold\tverb\tlow\n"
    )
    model = InverseDictionary.from_lexicon(table, name="two rows")
    assert model.read(["He told volition"])[0].restored == "He told will"


MODELS: list[WordFrequency | TfidfRegression | InverseDictionary] = [
    WordFrequency(),
    TfidfRegression.fit(PAIRS),
    dictionary({"connected": "on", "arsenic": "as", "a b": "c", "connected arsenic": "onto"}),
]


PIECES = st.sampled_from([*"ab .\n\u00a0’İß1", "connected ", "Arsenic"])


@given(st.sampled_from(MODELS), st.lists(PIECES, max_size=30))
def test_results_keep_the_contract(
    model: WordFrequency | TfidfRegression | InverseDictionary, pieces: list[str]
) -> None:
    text = "".join(pieces)
    result = model.read([text])[0]
    assert result.text == text and 0 <= result.score <= 1
    edits = [Edit(one.start, one.end, one.original, one.replacement) for one in result.edits]
    assert splice(text, edits) == result.restored
    places = {(word.start, word.end) for word in source_words(text)}
    assert {(one.start, one.end) for one in result.words} <= places
    assert all(text[one.start : one.end].strip() for one in result.sentences)
    scores = [one.score for one in result.sentences] + [one.score for one in result.words]
    assert all(0 <= score <= 1 for score in scores)
