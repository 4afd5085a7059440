from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unspin.model.normalise import view
from unspin.model.sentences import sentences
from unspin.model.words import words

PIECES = """The|the|He|said|U.S.|p.m.|Sen.|J.|No.|Inc.|Jan.|5|3.5|1.|...|.|!|?|?!|.)|"|(|)|—|-|*|•|:
|."|\n|\n\n|\t|\r| . |http://a.b/c.D|<a b='x. Y'>|www.x.com|@me|e.g.|😀|é|²|_|word.Then
|\n- |a\nb|。"""
MIXED = st.lists(st.sampled_from(PIECES.split("|")))
TEXTS = st.one_of(st.text(), MIXED.map(" ".join), MIXED.map("".join))


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


# "|" stands where a sentence must end; what is not cut there must not be cut.
@pytest.mark.parametrize(
    "marked",
    [
        "One here.| Two here!| Three here?| Four",
        "No stop at all",
        # abbreviations
        "U.S. Homeland Security Secretary Kristi Noem landed.| Then she spoke.",
        "It happened in the U.S.| The talks went on.",
        "He flew to Washington, D.C.| It rained.",
        "The U.S. Army and the U.N. Security Council met.",
        "He met J. R. Smith and George W. Bush.| Then he left.",
        "Sen. Rand Paul, Gov. Ann Lee and Dr. Jones met Mr. Brown on Elm St. Monday.",
        "On Jan. 5 and Feb. 12 it rained.| In Sept. 2019 it did not.",
        "He is No. 3 on the list, see Fig. 2 and Sec. 5.| No. 4 is she.",
        "She said no.| He said yes.",
        "Acme Inc. said it would buy Widget Corp. for cash.| It did.",
        "He works for Acme Inc.| The firm is large.",
        "Jones, Smith, etc. were there.| They left, etc.| The end.",
        "Ali vs. Frazier and Roe v. Wade are known, e.g. Here and i.e. There.",
        "ST. PAUL, Minn. -- For decades it stood.",
        "I am taller than I.| She is not.",
        "Take vitamin C.| The study says so.",
        "The sun.| Sat there.",
        # numbers and times
        "It grew 3.5 percent to $1.25.| Then it fell.",
        "It began at 3.5 p.m. Friday.| Then it ended at 5 p.m.| They left.",
        "At 10 a.m. EST and 7 a.m. local time it was over.",
        "It was 2019.| 5 people left.",
        # dots, marks and what closes
        "He waited ... and then he left.",
        "He waited...| The bus came.",
        "What?!| Really!!| Yes.",
        'He said, "Go."| She left.',
        "He said, “Go.”| “No,” she said.",
        "He left (at last.)| She stayed.",
        '"Go!" he said.| "Where?" she asked.',
        "(It was late.)| [So it was.]| Yes.",
        "We like it 😀.| You too 😀",
        "Visit www.Example.Com.| Or http://a.example/b.C?d=E.F is out.",
        "See Example.com.| Then go.",
        "He ran home.|Then he slept.",
        # lines
        "A Heading Without Stop\n|The text begins.| It goes on.",
        "The end\n\n|of it all",
        "Shopping:\n|- Apples\n|- Pears and figs\n|* Plums",
        "1. First item\n|2. Second item\n|(c) Third",
        "A line that is wrapped\nin the middle.| And the next\none too.",
        "He met Sen.\n|\nPaul",
        # spun text
        "the u . s . officials said it",
        "It costs 3 . 5 percent .| Then it fell .",
        "They met at 5 p . m . Friday .| It rained .",
        "the firm said it would .| the stock fell by 3.5 percent .| it rose in the u.s. and fell",
        "see gen. lee and mr. brown at 5 p.m. friday.| they know.",
    ],
)
def test_boundaries(marked: str) -> None:
    assert split(marked.replace("|", "")) == [
        part.strip() for part in marked.split("|") if part.strip()
    ]


def test_hard_wrapped_text_runs_on_over_names() -> None:
    text = (
        "The committee met on Tuesday with Senator\nAnna Brook and the members of the other\n"
        "chamber, who had come to hear what the\nreport would say about the harbour. It\n"
        "said very little.\nShort line\nAnother paragraph of the text begins here and\nruns on.\n"
        "\n1. First point of the list\n2. Second point of the list\n"
    )
    assert [sentence.replace("\n", " ")[:20] for sentence in split(text)] == [
        "The committee met on",
        "It said very little.",
        "Short line Another p",
        "1. First point of th",
        "2. Second point of t",
    ]


def test_marks_without_a_word_belong_to_the_sentence_before() -> None:
    assert split("Well. ... And so on. —") == ["Well. ...", "And so on. —"]
    assert split("One.\n* * *\nTwo.") == ["One.", "Two."]
    assert split("... !\n--- ?") == []


def test_a_tag_is_not_cut() -> None:
    text = 'Look at <img alt="One. Two\nThree"> it. Then go.'
    assert split(text) == [text[:-9], "Then go."]


@given(TEXTS)
@example("a.\n\nb")
@example("word.Then <a x. Y")
def test_sentences_are_sorted_disjoint_and_trimmed(text: str) -> None:
    end = 0
    for first, last in sentences(text):
        assert end <= first < last <= len(text)
        assert text[first:last] == text[first:last].strip()
        end = last


@given(TEXTS)
def test_every_word_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentences(text)
    counts = [0] * len(spans)
    for word in words(text):
        holders = [i for i, (a, b) in enumerate(spans) if a <= word.start and word.end <= b]
        assert len(holders) == 1
        counts[holders[0]] += 1
    assert all(counts)


@given(TEXTS)
def test_what_is_left_out_holds_no_word(text: str) -> None:
    position = 0
    for start, end in [*sentences(text), (len(text), len(text))]:
        assert not words(text[position:start])
        position = end


@given(TEXTS)
def test_it_holds_for_normalised_text_in_the_source(text: str) -> None:
    seen = view(text)
    spans = [seen.span(*sentence) for sentence in sentences(seen.text)]
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(st.lists(st.sampled_from(["It rains.", "Who left?", "They saw him at home!"]), min_size=1))
def test_plain_sentences_are_counted(parts: list[str]) -> None:
    assert split(" ".join(parts)) == parts
    assert split("\n".join(parts)) == parts


@pytest.mark.parametrize(
    "run",
    ["a", ".", " ", "\n", " .", "A. ", '."', "... ", "a \n ", "http://", "1. ", "<a ", "A . "],
)
def test_long_runs_are_read(run: str) -> None:
    text = run * (50_000 // len(run))
    assert all(0 <= start < end <= len(text) for start, end in sentences(text))
