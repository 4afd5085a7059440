from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unspin.model.words import CHAR, atoms, word_range, words

# Building blocks that exercise every kind of word, glued at random.
PIECES = """the Noem's U.S. p.m. 10,000 0.three 4th http:// www. a@b.org @me #one <b> </b> &amp; 1
/usr/lib C:\\x ~/y/z foo.com file.txt ' ’ - / . , ! ( ) _ é e\u0301 ² 😀 \n a A < & @ # \\"""
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from([*PIECES.split(" "), " "])).map("".join))


def texts(text: str) -> list[str]:
    return [word.text for word in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat, the hat.", ["The", "cat", "the", "hat"]),
        ("Noem's don't o’clock dogs' 'twas", ["Noem's", "don't", "o’clock", "dogs", "twas"]),
        ("rock'n'roll", ["rock'n'roll"]),
        ("well-known and/or his — hers", ["well", "known", "and", "or", "his", "hers"]),
        (
            "in the U.S. at 5 p.m. (U.S.) the U.S.'s",
            ["in", "the", "U.S.", "at", "5", "p.m.", "U.S.", "the", "U.S.'s"],
        ),
        ("the U.S, U.Sam x.y.zed", ["the", "U.S", "U", "Sam", "x.y.", "zed"]),
        ("J. R. Smith", ["J", "R", "Smith"]),
        ("4th 1990s G7 0.three 2.5m 10:30pm", ["4th", "1990s", "G7", "0.three", "2.5m", "10:30pm"]),
        ("snake_case _emphasis_", ["snake", "case", "emphasis"]),
        ("café e\u0301cole E\u0301TE\u0301", ["café", "e\u0301cole", "E\u0301TE\u0301"]),
        ("5 m² of Acme™ note¹", ["5", "m", "of", "Acme", "note"]),
        ("one😀two ... !?", ["one", "two"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com/a?b=c&d=1",
        "https://example.org/wiki/Foo_(bar)_x",
        "www.example.co.uk",
        "ftp://host/file",
        "file:///home/question/connected",
        "http://[::1]/travel",
        "http://example.com/" + "travel/" * 400 + "connected",
        "localhost:8080",
        "localhost:8080/travel/connected",
        "127.0.0.1/travel",
        "127.0.0.1:80/travel",
        "volition.app/travel",
        "volition.dev",
        "volition.co.nz/path",
        "volition.me/path",
        "arsenic@localhost",
        "ärsenic@travel.com",
        "jane.doe+news@mail.example.org",
        "@handle_1",
        "#hashtag",
        "#1",
        "<b>",
        "</p>",
        '<a href="x. Y" class=z>',
        "&amp;",
        "&#8217;",
        "&#x2019;",
        "/usr/local/lib",
        "./run/me",
        "~/notes/today.txt",
        "C:\\Users\\me",
        "example.com",
        "Example.COM",
        "example.com/path",
        "report.pdf",
        "10,000",
        "25",
        "0.3",
        "2019",
        "10:30",
        "1/2/2024",
        "½",
        "٣٤",
    ],
)
def test_protected_words_stay_whole(text: str) -> None:
    for before, after in [("", ""), ("see ", ", then"), ("(", ") and"), ("so ", ". Then")]:
        found = [w for w in words(before + text + after) if w.protected]
        assert [(w.text, w.start) for w in found] == [(text, len(before))]


@pytest.mark.parametrize(
    "text", ["four", "4th", "1990s", "0.three", "G7", "U.S.", "2019's", "don't", "5k", "and/or"]
)
def test_other_words_are_not_protected(text: str) -> None:
    assert not any(word.protected for word in words(f"so {text} it is"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See http://example.com/a.", "http://example.com/a"),
        ("(see http://example.com/a).", "http://example.com/a"),
        ("“http://example.com/a”", "http://example.com/a"),
        ("Buy at Example.com.", "Example.com"),
        ("mail me@example.org.", "me@example.org"),
    ],
)
def test_punctuation_after_an_address_is_not_part_of_it(text: str, expected: str) -> None:
    assert [word.text for word in words(text) if word.protected] == [expected]


@pytest.mark.parametrize(
    "text", ["5 < 6 and 7 > 6", "AT&T; R&D", "he went home.In the end", "a @ b # c"]
)
def test_loose_marks_protect_no_word(text: str) -> None:
    assert not any(word.protected and not word.text.isdigit() for word in words(text))


@given(TEXTS)
@example("http://")
@example("a@b.c@d.org")
@example("@@_ #_ <!-- --> </> &;")
def test_offsets(text: str) -> None:
    end = 0
    for word in words(text):
        assert end <= word.start < word.end
        assert text[word.start : word.end] == word.text
        end = word.end
    assert end <= len(text)


@given(TEXTS)
def test_every_letter_and_digit_is_in_a_word(text: str) -> None:
    covered = {i for word in words(text) for i in range(word.start, word.end)}
    letters = [match.start() for match in re.finditer(CHAR, text)]
    assert covered.issuperset(letters)
    assert all(re.search(CHAR, word.text) for word in words(text))


@given(TEXTS)
def test_atoms_are_the_protected_words(text: str) -> None:
    protected = [(word.start, word.end) for word in words(text) if word.protected]
    # Where nothing in a text may begin an address or a tag, none is looked for.
    assert atoms(text + "\n@x") == [*protected, (len(text) + 1, len(text) + 3)]


@given(TEXTS, st.integers(0, 60), st.integers(0, 60))
def test_the_words_of_a_range_overlap_it(text: str, start: int, end: int) -> None:
    found = words(text)
    first, last = word_range(found, start, max(start, end))
    inside = [i for i, w in enumerate(found) if w.start < max(start, end) and start < w.end]
    assert list(range(first, last)) == inside


@given(st.text(st.characters(min_codepoint=10, max_codepoint=126)))
def test_what_is_elsewhere_in_the_text_does_not_matter(text: str) -> None:
    # A text in ASCII is read by a pattern of its own, one that may hold atoms by another.
    alone = words(text)
    assert words(text + "\n—é—")[:-1] == alone
    assert words(text + "\n@x")[:-1] == alone


@given(TEXTS, TEXTS)
def test_lines_do_not_reach_into_each_other(left: str, right: str) -> None:
    left, right = left.replace("<", "("), right.replace("<", "(")  # a tag may span lines
    offset = len(left) + 1
    moved = [
        word._replace(start=word.start + offset, end=word.end + offset) for word in words(right)
    ]
    assert words(f"{left}\n{right}") == words(left) + moved


RUNS = r"a . 1 1, a. aa. a@aa. <a &a #_ @ /x http:// a' www. a- \ _ <!-- a@ C:\x. é"


@pytest.mark.parametrize("run", [*RUNS.split(), " ", "http:// ", "<a ", "e\u0301"])
def test_long_runs_are_read(run: str) -> None:
    text = run * (50_000 // len(run))
    assert all(text[word.start : word.end] == word.text for word in words(text))


@pytest.mark.parametrize("name", ["McConnell", "NewsNation's", "iPhone", "DeSantis"])
def test_a_capital_inside_protects(name: str) -> None:
    assert [w.text for w in words(f"then {name} said Newly NASA’s U.S.") if w.protected] == [name]
