"""Every family on text of ours, with small thesauri and the shipped tables."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.model.errors import UnspinError
from unspin.model.words import words
from unspin.training.spinners import Resources, Spinner, families, make
from unspin.training.spinners.lookup import (
    Match,
    Phrases,
    copy_case,
    find_words,
    merge,
    thin_to_share,
    write,
)
from unspin.training.spinners.per_occurrence import digits
from unspin.training.spinners.resources import read_mythes, shipped, shipped_by_family, table
from unspin.training.spinners.thesaurus_chain import chain_table, tokens
from unspin.training.spinners.tortured import usable, word_by_word
from unspin.training.spinners.wordnet import WordNet, base_forms, inflect

TEXT = (
    "The mayor said on Tuesday that the company will repair 12 bridges in the city, and that "
    "people who live there may walk across them by May. Critics at www.bridges.example say the "
    "plan for artificial intelligence is quick but not accurate; a house near the river costs "
    "0.3 percent more.\n"
    "Officials run the program as they always did, and many residents think it is a good idea."
)
SPINNERS = [name for name in families() if name != "clean"]
SMALL = {"random_neighbour", "tortured", "uninflected_swap"}  # all they know here is one thesaurus


@pytest.fixture(scope="module")
def spinners(thesauri: Resources) -> dict[str, Spinner]:
    return {name: make(name, thesauri) for name in families()}


@pytest.mark.parametrize("name", SPINNERS)
def test_every_family_changes_words_and_keeps_the_layout(
    spinners: dict[str, Spinner], name: str
) -> None:
    spun = [spinners[name].spin(TEXT, random.Random(seed)) for seed in range(30)]
    assert len({s for s in spun if s != TEXT}) > (0 if name in SMALL else 3)
    for text in spun:
        assert text.count("\n") == 1
        assert "www.bridges.example" in text
        assert "12" in text
        assert "  " not in text


@pytest.mark.parametrize("name", families())
def test_a_seed_gives_one_result(spinners: dict[str, Spinner], name: str) -> None:
    first, second = (spinners[name].spin(TEXT, random.Random(7)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", families())
@pytest.mark.parametrize(
    "text", ["", "\n", "...", "İİ ʼn ﬁre said", "👩‍👩‍👧 people\u200bsaid 1,000"]
)
def test_odd_text_is_survived(spinners: dict[str, Spinner], name: str, text: str) -> None:
    spun = spinners[name].spin(text, random.Random(3))
    assert words(text) or spun == text


def test_unknown_family_and_missing_thesauri_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match="per_occurrence"):
        make("thesaurus", Resources())
    with pytest.raises(UnspinError, match="mythes-en-us"):
        make("thesaurus_chain", Resources(mythes=tmp_path / "none.dat"))
    with pytest.raises(UnspinError, match="wordnet-base"):
        make("inflected_swap", Resources(wordnet=tmp_path))
    bad = tmp_path / "bad.dat"
    bad.write_text("UTF-8\nword|2\n(noun)|one\n", "utf-8")
    with pytest.raises(UnspinError, match="not a MyThes"):
        read_mythes(bad)


def test_tables_are_clean() -> None:
    assert table([("A  b", "C"), ("", "x"), ("same", "Same"), ("a b", "C")]) == {"a b": ["C"]}
    for name in ["a", "a_more", "b", "c", "d", "e", "g"]:
        entries = shipped(name)
        assert len(entries) > 500
        assert all(key and outputs and key not in outputs for key, outputs in entries.items())
    assert set(shipped_by_family("misc")) == {"AB", "K", "L", "N", "O", "P", "Q", "TM"}


# Family A


def test_chain_follows_reverse_alphabetical_order(thesauri: Resources) -> None:
    chained = chain_table(thesauri.thesaurus)
    assert chained["far"] == ["acold"]  # far > cold, whose turn is still to come, > acold
    assert chained["accurate"] == ["exact"]  # no entry of its own
    assert chained["tobacco"] == ["baccy"]  # not back to where it came from
    assert "red tape" not in chained


def test_only_whole_lower_case_tokens_are_touched() -> None:
    known = {"house": ["x"]}
    text = "house House house, (house house's house\nhouse-house house"
    assert [m.start for m in tokens(text, known)] == [0, 34, len(text) - 5]


def test_family_a_is_deterministic_within_a_passage(spinners: dict[str, Spinner]) -> None:
    spun = spinners["thesaurus_chain"].spin("on on on on on on on on", random.Random(1))
    assert len(set(spun.split())) == 1


# Dictionary look-up


def test_longest_phrase_first_and_copied_case() -> None:
    phrases = Phrases({"according to": ["in line with"], "to": ["toward"], "bank": ["shore"]})
    text = "According to the Bank's report, it went to BANK."
    found = phrases.find(text, words(text))
    assert [m.key for m in found] == ["according to", "bank", "to", "bank"]
    assert write(text, found, random.Random(1), consistent=True) == (
        "In line with the Shore's report, it went toward SHORE."
    )


def test_phrases_do_not_cross_lines_or_touch_protected_words() -> None:
    phrases = Phrases({"new york": ["x"], "12": ["y"], "#news": ["z"]})
    for text in ("new\nyork", "new  york", "12", "#news"):
        assert phrases.find(text, words(text)) == []


def test_curly_apostrophes_are_found() -> None:
    text = "They don’t"
    found = Phrases({"don't": ["do not"]}).find(text, words(text))
    assert write(text, found, random.Random(1), consistent=True) == "They do not"


@pytest.mark.parametrize(
    ("source", "output", "expected"),
    [
        ("bank", "TX", "TX"),
        ("Bank", "financial institution", "Financial institution"),
        ("BANK", "shore", "SHORE"),
        ("Bank Holiday", "day off", "Day Off"),
        ("I", "single", "Single"),
        ("Turn out", "prove", "Prove"),
    ],
)
def test_copy_case(source: str, output: str, expected: str) -> None:
    assert copy_case(source, output) == expected


def test_consistent_writing_repeats_and_free_writing_varies() -> None:
    text = "dog " * 40
    found = find_words(text, words(text), {"dog": ["hound", "puppy"]}.get)  # type: ignore[arg-type]
    assert len(set(write(text, found, random.Random(1), consistent=True).split())) == 1
    assert len(set(write(text, found, random.Random(1), consistent=False).split())) == 2


def test_share_is_met_on_average() -> None:
    matches = [Match(i, i + 1, str(i), ["x"]) for i in range(200)]
    kept = thin_to_share(matches, 0.2, 400, random.Random(1))
    assert 60 <= len(kept) <= 100


@given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=6), max_size=3))
def test_merge_never_overlaps(layers: list[list[tuple[int, int]]]) -> None:
    made = [[Match(s, s + n, "k", ["x"]) for s, n in layer] for layer in layers]
    merged = merge(*made)
    assert all(a.end <= b.start for a, b in pairwise(merged))
    if made and made[0]:
        assert made[0][0] in merged


@given(st.text(alphabet="the on in said İa'’ .\n1", max_size=60), st.integers(0, 9))
def test_untouched_text_is_kept(text: str, seed: int) -> None:
    parts = words(text)
    found = Phrases(shipped("e")).find(text, parts)
    spun = write(text, found, random.Random(seed), consistent=False)
    kept = "".join(text[a:b] for a, b in gaps(found, len(text)))
    position = 0
    for character in kept:
        position = spun.index(character, position) + 1


def gaps(found: list[Match], length: int) -> list[tuple[int, int]]:
    edges = [0, *(e for m in found for e in (m.start, m.end)), length]
    return list(zip(edges[::2], edges[1::2], strict=True))


# WordNet and inflection


def test_wordnet_reader(thesauri: Resources) -> None:
    net = WordNet.read(thesauri.wordnet)
    assert net.synonyms("house") == ["dwelling house"]
    assert net.synonyms("in") == ["indiana"]
    assert net.neighbours("house", "n", 1) == ["building", "cottage"]
    assert net.neighbours("quick", "a", 1) == ["rapid"]  # satellites are adjectives, no "(a)"


def test_real_surface_forms_are_read_and_written() -> None:
    assert ("walk", "v", "VBD") in base_forms("walked")
    assert ("house", "n", "NNS") in base_forms("houses")
    assert inflect("carry out", "VBD") == "carried out"
    assert inflect("dwelling house", "NNS") == "dwelling houses"
    assert inflect("quick", "JJ") == "quick"


def test_function_words_take_rare_senses(spinners: dict[str, Spinner]) -> None:
    spun = {spinners["wordnet_any_sense"].spin("as in", random.Random(s)) for s in range(300)}
    assert any("arsenic" in text for text in spun)


def test_inflected_and_uninflected_swaps(spinners: dict[str, Spinner]) -> None:
    text = "They strolled past cottages"  # neither word is in the small WordNet's tables alone
    inflected = {spinners["inflected_swap"].spin(text, random.Random(s)) for s in range(400)}
    assert any("walked" in t for t in inflected)
    plain = {spinners["uninflected_swap"].spin(text, random.Random(s)) for s in range(400)}
    assert any(t.startswith("They walk past") for t in plain)


# C, tortured, random tables


def test_digits_are_spelled() -> None:
    text = "rose 0.3 percent in 7 of 45 towns; 12.35 cost $5 on 3/4"
    spelled = {
        write(text, digits(text, random.Random(s)), random.Random(0), False) for s in range(9)
    }
    assert spelled == {
        "rose 0.three percent in 7 of 45 towns; 12.35 cost $5 on 3/4",
        "rose 0.three percent in seven of 45 towns; 12.35 cost $5 on 3/4",
    }


def test_listed_terms_become_their_phrases_and_everyday_words_stay(
    thesauri: Resources, spinners: dict[str, Spinner]
) -> None:
    assert usable(thesauri.tortured_phrases) == {
        "artificial intelligence": ["counterfeit consciousness"]
    }
    text = "Artificial intelligence and law"  # family G, drawn half of the time, knows "and" too
    spun = {spinners["tortured"].spin(text, random.Random(seed)) for seed in range(40)}
    assert "Counterfeit consciousness and law" in spun
    assert spinners["tortured"].spin("and so on", random.Random(1)) == "and so on"


def test_a_term_takes_what_its_words_became_elsewhere() -> None:
    listed = {"neural network": ["neural organization", "brain net work"], "deep": ["profound"]}
    assert word_by_word(listed) == {"network": ["organization"], "deep": ["profound"]}


def test_shipped_terms_are_tortured_word_by_word(spinners: dict[str, Spinner]) -> None:
    text = "We measured blood pressure twice."
    spun = {spinners["tortured"].spin(text, random.Random(seed)) for seed in range(40)} - {text}
    assert spun
    assert all(len(one.split()) >= 4 for one in spun)


def test_random_tables_keep_a_word_s_replacement(spinners: dict[str, Spinner]) -> None:
    text = "river and river and river and river and river and river"
    for seed in range(40):
        spun = spinners["random_table"].spin(text, random.Random(seed)).split()
        assert len(set(spun[::2])) == 1


def test_a_frequent_word_becomes_one_word_of_meaning(thesauri: Resources) -> None:
    spinner = make("function_words", thesauri)
    spinner.phrases = [Phrases({"the": ["xyz"]})]  # type: ignore[attr-defined]
    written: set[str] = set()
    for seed in range(60):
        spun = spinner.spin("the qwv and the zyx and the wvx", random.Random(seed)).split()
        assert spun[1::3] == ["qwv", "zyx", "wvx"]
        instead = set(spun[::3]) - {"the"}
        assert len(instead) <= 1  # what the other table would write is no part of it
        written |= instead
    assert len(written) > 20
    assert not written & {"a", "of", "and", "in", "to", "that"}
