"""Constraints: what is protected stays, what a dictionary names is put back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unspin.inference.constraints as module
from unspin import Constraints, Model, Restoration, UnspinError
from unspin.inference.phrases import Match, Ranges

SPUN = (
    "The travel comes arsenic Mexico has worked to negociate with the Trump medication to "
    "debar tariff threats. She said “the determination volition sermon it connected Friday”."
)
WORDS = re.findall(r"\w+", SPUN)


def protected(text: str, *terms: str, quotations: bool = False) -> list[str]:
    marks = Constraints.of(terms, quotations=quotations).marks(text)
    return [text[start:end] for start, end in marks.protected]


def replaced(text: str, dictionary: dict[str, str], *terms: str) -> list[tuple[str, str]]:
    marks = Constraints.of(terms, dictionary).marks(text)
    return [(text[start:end], new) for start, end, new in marks.replacements]


def test_terms_and_patterns_are_protected_where_they_stand() -> None:
    text = "New\u00a0York’s mayor met Ana\u200b Ruiz in R0um, in R22."
    assert protected(text, "new york's", "ana ruiz") == ["New\u00a0York’s", "Ana\u200b Ruiz"]
    assert protected(text, r"/R\d\w*/") == ["R0um", "R22"]
    assert protected(text, "york", "new york", "/x*/") == ["New\u00a0York"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said "no way" and left.', ['"no way"']),
        ("He said “no “way” now.", ["“way”"]),
        ('A 6" pipe and an 8" pipe.', []),
        ("“One goes on.\n\n“Two ends.”\nThree", ["“One goes on.", "“Two ends.”"]),
        ("“Never closed.\nNext", []),
        ('("quoted"), «so»', ['"quoted"', "«so»"]),
        ('She said: "It runs\nover lines,\r\nthree." Then', ['"It runs\nover lines,\r\nthree."']),
        ('She said: "It stops\n\nhere." And “that”.', ["“that”"]),
        (
            "„Ja, so“ and „nein”, ``it is 'so' here'' and `no'",
            ["„Ja, so“", "„nein”", "``it is 'so' here''"],
        ),
    ],
)
def test_quotations(text: str, expected: list[str]) -> None:
    assert protected(text, quotations=True) == expected
    assert protected(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Travel and TRAVEL.", [("Travel", "Trip"), ("TRAVEL", "TRIP")]),
        ("His travel's end, travelling.", [("travel", "trip")]),
        ("See a.com/travel or the travel_log.", []),
        ("states and medication", [("states", "US"), ("medication", "trump administration")]),
        ("ﬁx the travel…", [("travel", "trip")]),
        ("_travel_ **travel** travel¹", [("travel", "trip")] * 3),
        ("Run `travel all`, <!-- travel --> and \\travel.", []),
        ("trip", []),
    ],
)
def test_a_dictionary_replaces_whole_words(text: str, expected: list[tuple[str, str]]) -> None:
    dictionary = {"travel": "trip", "states": "US", "medication": "trump administration"}
    assert replaced(text, dictionary | {"Trip": "trip"}) == expected


def test_what_is_protected_is_not_replaced_and_the_own_dictionary_goes_first() -> None:
    assert replaced("travel plans, travel", {"travel": "trip"}, "travel plans") == [
        ("travel", "trip")
    ]
    shared = Constraints.of(dictionary={"travel": "trip", "debar": "avoid"})
    own = shared.with_dictionary({"travel": "tour"})
    assert [m.value for m in own.marks("travel debar").replacements] == ["tour", "avoid"]


def test_lists_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "protect.txt").write_text("\ufeff# names\n\nAna Ruiz\n/R\\d+/\n", "utf-8")
    (tmp_path / "known.tsv").write_text("# spun\toriginal\ntravel\ttrip\n", "utf-8")
    (tmp_path / "known.json").write_text('{"travel": "trip"}', "utf-8")
    (tmp_path / "phrases.tsv").write_text("bosom peril\tbreast cancer\nfake brain\n", "utf-8")
    for known in ("known.tsv", "known.json"):
        read = Constraints.read(
            tmp_path / "protect.txt", tmp_path / known, tmp_path / "phrases.tsv", quotations=True
        )
        marks = read.marks("Ana Ruiz, R2: a travel, “bosom peril”, bosom peril, fake brain")
        assert list(marks.protected) == [(0, 8), (10, 12), (24, 37)]
        assert marks.replacements == [Match(16, 22, "trip")]
        assert [(f.phrase, f.expected) for f in marks.findings] == [
            ("bosom peril", "breast cancer"),
            ("fake brain", None),
        ]
    assert "expected: “breast cancer”" in marks.findings[0].reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("protect", b"fine\n/(/\n", "line 2: /(/ is no pattern"),
        ("protect", b"/((a{1000}){1000}){1000}/\n", "line 1: the pattern is too long"),
        ("protect", b"fine\n...\n", "line 2: '...' holds no letter or digit"),
        ("protect", b"caf\xe9\n", "is not UTF-8 (byte 0xe9 at 3)"),
        ("dictionary", b"one\n", "line 1: two columns"),
        ("dictionary", b"one\t\n", "line 1: 'one' has no original beside it"),
        ("dictionary", b"a\tb\nA\tc\n", "line 2: 'A' stands there twice"),
        ("dictionary.json", b'{"a": ["b"]}', "'a' and what stands beside it must be texts"),
        ("dictionary.json", b'["a"]', "is not one JSON object"),
        ("dictionary.json", b'{"a": "b", "A": "c"}', "'A' stands there twice"),
        ("dictionary.json", b"{", "is not valid JSON"),
        ("phrases", b"a\tb\tc\n", "line 1: two columns"),
    ],
)
def test_a_bad_list_gets_one_line(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnspinError) as error:
        Constraints.read(**{path.stem: path})
    assert str(error.value).startswith(str(path))
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_list_gets_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match="cannot be read: No such file"):
        Constraints.read(protect=tmp_path / "none.txt")


def test_a_pattern_that_runs_away_is_stopped(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATTERN_SECONDS", 0.05)
    constraints = Constraints.of([r"/(?:a|a|aa)+b/"])
    text = "b " + "a" * 60
    [bad, good] = model.restore([text, "ok"], constraints=[constraints, None])
    assert (bad.status, bad.restored, good.status) == ("error", text, "ok")
    assert bad.reason is not None and "takes more than 0.05 s" in bad.reason
    assert model.score(text, constraints=constraints).status == "error"


def test_a_pattern_that_calls_itself_is_given_up() -> None:
    with pytest.raises(
        UnspinError, match=r"entry 1: the pattern takes more than .* make it simpler"
    ):
        Constraints.of(["/(?R)/"]).marks("one two")


def test_hostile_texts_take_linear_time() -> None:
    constraints = Constraints.of(["a " * 24 + "b"], {"b c": "d"}, quotations=True)
    for part in ('"', "“", "“\n", '"a', "a ", "' ", "\n"):
        constraints.marks(part * 20_000)


def test_nothing_wanted_changes_nothing(model: Model) -> None:
    assert model.restore(SPUN, constraints=Constraints()) == model.restore(SPUN)
    assert model.score(SPUN, constraints=Constraints()) == model.score(SPUN)
    assert "by" not in model.restore(SPUN).to_dict()["edits"][0]


def test_protected_words_are_neither_flagged_nor_edited(model: Model) -> None:
    wanted = Constraints.of(["arsenic", "/medic/"], quotations=True)
    result = model.restore(SPUN, constraints=wanted)
    flagged = {SPUN[w.start : w.end] for w in result.words}
    assert flagged == {SPUN[w.start : w.end] for w in model.score(SPUN, constraints=wanted).words}
    assert flagged & {"travel", "negociate", "debar"}
    assert not flagged & {"arsenic", "medication", "volition", "connected"}
    assert "arsenic Mexico" in result.restored and "Trump medication" in result.restored
    assert result.restored.endswith(SPUN[SPUN.index("“") :])


def test_a_dictionary_edits_what_the_model_would_leave(model: Model) -> None:
    text = SPUN.replace("Mexico", "Kettledrum")
    result = model.restore(text, constraints=Constraints.of(dictionary={"kettledrum": "mexico"}))
    [edit] = [e for e in result.edits if e.by == "dictionary"]
    assert (edit.original, edit.replacement, edit.confidence) == ("Kettledrum", "Mexico", 1.0)
    assert edit.to_dict()["by"] == "dictionary"
    assert any(e.by == "model" for e in result.edits)
    untouched = model.restore("A travel.", constraints=Constraints.of(dictionary={"a": "one"}))
    assert untouched.restored == "One travel."


def test_findings_are_added_and_nothing_else(model: Model) -> None:
    wanted = Constraints.of(phrases={"tariff threats": "duty menaces"})
    [plain, more] = [model.score(SPUN), model.score(SPUN, constraints=wanted)]
    assert (plain.words, plain.score) == (more.words, more.score)
    row = json.loads(json.dumps(more.to_dict()))
    assert [f["phrase"] for f in row["findings"]] == ["tariff threats"]
    assert "findings" not in plain.to_dict()


def check(text: str, wanted: Constraints, result: Restoration) -> None:
    marks = wanted.marks(text)
    taken = Ranges.of(marks.protected)
    position, parts = 0, []
    for edit in result.edits:
        assert position <= edit.start < edit.end <= len(text)
        assert text[edit.start : edit.end] == edit.original
        assert not taken.touch(edit.start, edit.end)
        parts += [text[position : edit.start], edit.replacement]
        position = edit.end
    assert "".join(parts) + text[position:] == result.restored
    assert not any(taken.touch(word.start, word.end) for word in result.words)
    done = {(e.start, e.end, e.replacement) for e in result.edits if e.by == "dictionary"}
    assert done == set(marks.replacements)


texts = st.lists(
    st.sampled_from([*WORDS, ". ", "\n", " “", "” "]) | st.text(max_size=4), max_size=25
).map(lambda parts: "The travel comes arsenic Mexico " + " ".join(parts) + " volition debar it.")
terms = st.lists(st.sampled_from([*WORDS, r"/\s/", r"/\w\b/", "/[c-m]+ /", "trump medication"]))
dictionaries = st.dictionaries(st.sampled_from([w.lower() for w in WORDS]), st.just("zebra Ox"))


@settings(max_examples=8)
@given(st.lists(st.tuples(texts, terms, dictionaries, st.booleans()), min_size=4, max_size=4))
def test_whatever_is_wanted_protected_text_stays_and_edits_are_valid(
    model: Model, cases: list[tuple[str, list[str], dict[str, str], bool]]
) -> None:
    given_texts = [case[0] for case in cases]
    wanted = [
        Constraints.of(listed, known, quotations=quotations)
        for _, listed, known, quotations in cases
    ]
    results = model.restore(given_texts, "thorough", constraints=wanted)
    for text, constraints, result in zip(given_texts, wanted, results, strict=True):
        check(text, constraints, result)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"protect": "Ruiz"}, "protect is a list of terms, not one str"),
        ({"protect": {"Ruiz": ""}}, "protect is a list of terms, not one dict"),
        ({"dictionary": [("a", "b")]}, "dictionary is a mapping of texts to texts, not list"),
        ({"phrases": "a"}, "phrases is a mapping of texts to texts, not str"),
    ],
)
def test_what_is_no_list_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Constraints.of(**given)
