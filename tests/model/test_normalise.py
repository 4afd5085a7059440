from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unspin.model.normalise import view
from unspin.model.words import words

# Any text, with the characters that matter to the view much more often than by chance.
ODD = (
    "“”‘’«»\u00a0\u2009\u200b\u200d\ufeff\u00ad\u202e\ufe0f\r\n\t\v\u2028\u0301\u2011\ud800"
    "…ﬁ½²™é—😀👩"
)
TEXTS = st.text(st.one_of(st.sampled_from(ODD), st.sampled_from("ab. '\n"), st.characters()))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain ASCII, kept.\n\nAs it is.", "plain ASCII, kept.\n\nAs it is."),
        ("“Yes,” she said, ‘it’s’ so.", "\"Yes,\" she said, 'it's' so."),
        ("a\u00a0b\u2009c\u3000d\te", "a b c d e"),
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        ("zero\u200bwidth so\u00adft \u202ebidi\u202c \ufefffeed\x00", "zerowidth soft bidi feed"),
        ("heart ❤️ family 👩‍👧", "heart ❤ family 👩👧"),
        ("oﬃce ＡＢＣ １２３", "office ABC 123"),
        ("wait… — well–known co\u2011op", "wait... — well–known co-op"),
        ("½ cup, 5 m², Acme™", "½ cup, 5 m², Acme™"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_normal_form(source: str, text: str) -> None:
    assert view(source).text == text


@pytest.mark.parametrize(
    ("source", "piece", "original"),
    [
        ("the “best” one", '"best"', "“best”"),
        ("an oﬃce here", "office", "oﬃce"),
        ("an oﬃce here", "ff", "ﬃ"),
        ("a sp\u00adlit word", "split", "sp\u00adlit"),
        ("one\r\ntwo", "\n", "\r\n"),
        ("\ufeffstart", "start", "start"),
        ("so… then", "...", "…"),
    ],
)
def test_span_finds_the_source(source: str, piece: str, original: str) -> None:
    seen = view(source)
    at = seen.text.index(piece)
    start, end = seen.span(at, at + len(piece))
    assert source[start:end] == original


def test_empty_ranges_map_to_empty_ones() -> None:
    seen = view("a\u200bb\u200b")
    assert [seen.span(i, i) for i in range(3)] == [(0, 0), (2, 2), (4, 4)]
    assert view("").span(0, 0) == (0, 0)


@pytest.mark.parametrize("bounds", [(-1, 1), (2, 1), (0, 4)])
def test_a_range_outside_the_text_is_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no range"):
        view("abc").span(*bounds)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.just("\n")))
def test_ascii_is_its_own_view(source: str) -> None:
    seen = view(source)
    assert seen.text == source
    assert all(seen.span(i, i + 1) == (i, i + 1) for i in range(len(source)))


@given(TEXTS)
@example("\u200b“")
@example("ﬁﬁ\r\n")
def test_the_map_rises_and_stays_inside(source: str) -> None:
    seen = view(source)
    starts, ends = list(seen.starts), list(seen.ends)
    assert len(starts) == len(ends) == len(seen.text)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= a < b <= len(source) for a, b in zip(starts, ends, strict=True))
    # Two characters of the view share their source characters, or none of them.
    for i in range(1, len(starts)):
        assert starts[i] >= ends[i - 1] or (starts[i], ends[i]) == (starts[i - 1], ends[i - 1])


@given(TEXTS)
def test_each_character_is_the_view_of_what_it_stands_for(source: str) -> None:
    seen = view(source)
    for i, char in enumerate(seen.text):
        start, end = seen.span(i, i + 1)
        assert char in view(source[start:end]).text


@given(TEXTS)
def test_a_view_is_its_own_view(source: str) -> None:
    once = view(source).text
    assert view(once).text == once


@given(TEXTS, TEXTS)
def test_views_of_parts_join(left: str, right: str) -> None:
    assert view(left + "|" + right).text == f"{view(left).text}|{view(right).text}"


@given(TEXTS)
def test_the_view_can_be_encoded(source: str) -> None:
    view(source).text.encode()


@given(TEXTS)
def test_words_of_the_view_do_not_overlap_in_the_source(source: str) -> None:
    seen = view(source)
    spans = [seen.span(word.start, word.end) for word in words(seen.text)]
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_long_runs_are_read() -> None:
    for run in ("\u200b", "\r\n", "ﬁ", "é", "\r"):
        seen = view(run * 50_000)
        assert len(seen.starts) == len(seen.text) == len(view(run).text) * 50_000
