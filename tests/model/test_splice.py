from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unspin.model.splice import Edit, deletion_span, match_case, splice


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text())
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=8).map(sorted))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Edit(a, b, text[a:b], draw(st.text(max_size=5))) for a, b in pairs]


def test_replaces_inserts_and_deletes() -> None:
    text = "Astatine the meeting, he state no more."
    edits = [
        Edit(0, 8, "Astatine", "At"),
        Edit(25, 30, "state", "said"),
        Edit(33, 38, " more", ""),
        Edit(39, 39, "", " Then he left."),
    ]
    assert splice(text, edits) == "At the meeting, he said no. Then he left."


@given(st.text())
def test_no_edits_change_nothing(text: str) -> None:
    assert splice(text, []) == text


@given(edited())
def test_the_inverse_edits_bring_the_text_back(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    shift, inverse = 0, []
    for edit in edits:
        start = edit.start + shift
        end = start + len(edit.replacement)
        inverse.append(Edit(start, end, edit.replacement, edit.original))
        shift += len(edit.replacement) - len(edit.original)
    assert splice(splice(text, edits), inverse) == text


@given(edited())
def test_what_lies_between_edits_is_kept(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    result, position, at = splice(text, edits), 0, 0
    for edit in [*edits, Edit(len(text), len(text), "", "")]:
        kept = text[position : edit.start]
        assert result[at : at + len(kept)] == kept
        at += len(kept) + len(edit.replacement)
        position = edit.end
    assert at == len(result)


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 3, "one", "1"), Edit(2, 5, "e t", "")],
        [Edit(4, 7, "two", "2"), Edit(0, 3, "one", "1")],
        [Edit(4, 9, "two", "2")],
        [Edit(-3, 0, "", "x")],
        [Edit(3, 2, "", "x")],
    ],
)
def test_edits_out_of_order_or_range_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        splice("one two", edits)


def test_an_edit_must_find_its_original() -> None:
    with pytest.raises(ValueError, match="expects 'ten'"):
        splice("one two", [Edit(0, 3, "ten", "1")])


@pytest.mark.parametrize(
    ("text", "word", "left"),
    [
        ("the particular person", "particular", "the person"),
        ("particular person", "particular", "person"),
        ("the person particular", "particular", "the person"),
        ("the person particular.", "particular", "the person."),
        ("the person (particular one)", "particular", "the person (one)"),
        ("the person (one particular)", "particular", "the person (one)"),
        ("one particular\ntwo", "particular", "one\ntwo"),
        ("one\nparticular two", "particular", "one\ntwo"),
        ("one-particular two", "particular", "one- two"),
        ("one\u00a0particular two", "particular", "one\u00a0two"),
        ("particular", "particular", ""),
    ],
)
def test_a_deletion_takes_one_space_along(text: str, word: str, left: str) -> None:
    at = text.index(word)
    start, end = deletion_span(text, at, at + len(word))
    assert text[:start] + text[end:] == left


@given(st.lists(st.text("abc,.", min_size=1, max_size=4), min_size=1), st.data())
def test_a_deletion_leaves_no_double_or_outer_space(parts: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(parts) - 1))
    text = " ".join(parts)
    at = len(" ".join(parts[:index])) + (index > 0)
    start, end = deletion_span(text, at, at + len(parts[index]))
    left = text[:start] + text[end:]
    assert left == left.strip(" ")
    assert "  " not in left
    assert left.split() == parts[:index] + parts[index + 1 :]


@given(st.text(), st.data())
def test_a_deletion_grows_by_at_most_one_blank(text: str, data: st.DataObject) -> None:
    assume(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = deletion_span(text, start, end)
    assert 0 <= first <= start
    assert end <= last <= len(text)
    grown = text[first:start] + text[end:last]
    assert len(grown) <= 1
    assert not grown.strip()
    assert "\n" not in grown


@pytest.mark.parametrize(
    ("source", "replacement", "expected"),
    [
        ("arsenic", "as", "as"),
        ("Arsenic", "as", "As"),
        ("ARSENIC", "as", "AS"),
        ("A", "one", "One"),
        ("In response to", "according to", "According to"),
        ("IN RESPONSE TO", "according to", "ACCORDING TO"),
        ("arsenic", "As", "as"),
        ("McAdam", "smith", "Smith"),
        ("3", "three", "three"),
        ("0.three", "0.3", "0.3"),
        ("iodin", "i", "I"),
        ("one", "i'm", "I'm"),
        ("one", "if i may", "if I may"),
        ("one", "i.e.", "i.e."),
        ("one", "", ""),
    ],
)
def test_case_is_copied(source: str, replacement: str, expected: str) -> None:
    assert match_case(source, replacement) == expected


@given(st.text("abcXYZ' "), st.text("abcXYZ' "))
def test_only_case_changes(source: str, replacement: str) -> None:
    assert match_case(source, replacement).lower() == replacement.lower()
