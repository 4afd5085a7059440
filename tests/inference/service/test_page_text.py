"""The page's own arithmetic: offsets in UTF-16, lines, and splicing, against Python's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BLANKS = re.compile(r"(\s*).*?(\s*)", re.DOTALL)
TEXTS = st.text(alphabet=st.sampled_from("ab Zé\r\n\t\u2028𝒳🙂\ud83d\ude42"), max_size=40)


@pytest.fixture(scope="module")
def script(browser: Browser, service: Any) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(120_000)  # a busy machine is no failure
    page.goto(service.url)
    page.evaluate(
        """async () => {
            Object.assign(window, await import("/page/text.js"), await import("/page/review.js"));
        }"""
    )
    yield page
    page.close()


def joined(text: str) -> str:
    """`text` as JSON carries it: two halves that meet are one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@given(TEXTS.map(joined))
@settings(max_examples=100)
def test_offsets_and_lengths(script: Page, text: str) -> None:
    units, length = script.evaluate(
        """text => [Array.from({length: codePoints(text) + 1}, (_, i) => unitOffsets(text)(i)),
                    codePoints(text)]""",
        text,
    )
    assert length == len(text)
    assert units == [
        len(text[:i].encode("utf-16-le", "surrogatepass")) // 2 for i in range(len(text) + 1)
    ]


@given(TEXTS.map(joined), st.sets(st.integers(0, 40), max_size=8), st.lists(st.booleans()))
@settings(max_examples=100)
def test_a_review_splices_where_the_service_says(
    script: Page, text: str, cuts: set[int], edited: list[bool]
) -> None:
    cut = sorted(c for c in cuts if c <= len(text))
    spans = list(zip(cut[::2], cut[1::2], strict=False))
    edits, expected, position = [], "", 0
    for (start, end), edit in zip(spans, [*edited, *[False] * 8], strict=False):
        original = text[start:end]
        expected += text[position:start]
        if edit:
            found = {"score": 0.9, "confidence": 0.5, "alternatives": []}
            edits.append({"start": start, "end": end, "replacement": "🙂 x", **found})
            # Blanks that an edit takes along stay around another wording.
            before, after = BLANKS.fullmatch(original).groups()  # type: ignore[union-attr]
            expected += f"{before}🙂 x{after}"
        else:
            expected += original
        position = end
    words = [{"start": start, "end": end, "score": 0.9} for start, end in spans]
    restored, kept, shown = script.evaluate(
        """([text, words, edits]) => {
            const review = new Review(text, {words, edits}, new Map());
            const restored = review.restored();
            for (const place of review.places) review.choose(place, place.original);
            return [restored, review.restored(), lines(text, review.places)];
        }""",
        [text, words, edits],
    )
    assert restored == expected + text[position:]
    assert kept == text
    # Lines hold all of the text but line ends.
    units = text.encode("utf-16-le", "surrogatepass")
    gaps = [units[2 * end : 2 * start] for (_, end), (start, _) in pairwise(shown)]
    assert {gap.decode("utf-16-le") for gap in gaps} <= {"\n", "\r", "\r\n"}
    assert shown[0][0] == 0 and shown[-1][1] == len(units) // 2


def test_leaving_words_out_leaves_no_double_space(script: Page) -> None:
    restored = script.evaluate(
        """() => {
            const edit = {start: 2, end: 5, replacement: "x", alternatives: []};
            const review = new Review("a bad word", {edits: [edit]}, new Map());
            review.choose(review.places[0], "");
            return review.restored();
        }"""
    )
    assert restored == "a word"
