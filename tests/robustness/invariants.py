"""What holds for any text whatever: checked by the property tests and by the fuzzer alike."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from unspin import Constraints, Model, Restoration
from unspin.inference.restorer import apply_edits
from unspin.model.normalise import view

SPUN = [
    "Officials",
    "volition",
    "sermon",
    "the",
    "tariff",
    "connected",
    "Friday",
    "arsenic",
    "the",
    "medication",
    "portion",
    "debar",
    "conscionable",
    "question",
    "said",
    "on",
    "to",
    "of",
    "and",
    "a",
    "is",
    "particular",
    "person",
    "taking",
    "pictures",
]
KEPT = [
    "https://example.org/a?b=1",
    "www.news.example",
    "me@example.com",
    "12,345.67",
    "$3.50",
    "25%",
    "2026-11-27",
    "@handle",
    "#tag",
    "<b",
    "class=x>",
    "</b>",
    "&amp;",
    "C:\\dir\\file.txt",
    "/usr/lib/x.py",
    "iPhone",
    "U.S.",
    "0x1F",
]
ODD = [
    *[
        "\u200b",
        "\u200d",
        "\u2060",
        "\ufeff",
        "\u202e",
        "\u2066",
        "\u2069",
        "\xad",
        "\xa0",
        "\t",
        "\n",
        "\r\n",
        "\x0c",
        "\x0b",
        "\u2028",
        "\x00",
    ],
    *(
        "e\u0301\u0302\u0303",
        "ﬁ",
        "İ",
        "ß",
        "Ⅷ",
        "𝕊𝕡𝕦𝕟",
        "а",
        "漢字",
        "שלום",
        "👩‍👩‍👧",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "\U0010ffff",
    ),
    *("...", "—", "“", "”", "’", "(", ")", "{a|b}", "```", "=1+1"),
]
PROTECTED = Constraints.of(protect=["tariff", "the medication"])

texts = st.lists(
    st.one_of(
        st.sampled_from([*SPUN, *KEPT, *ODD]),
        st.text(max_size=12),
    ),
    max_size=40,
).map(" ".join) | st.text(max_size=300)


def drawn(rng: random.Random) -> str:
    """A text for those who have no hypothesis at hand."""
    parts = rng.choices([*SPUN, *SPUN, *KEPT, *ODD], k=rng.randrange(60))
    return rng.choice((" ", " ", "\n", "")).join(parts)


def check(model: Model, text: str) -> Restoration:
    """Raise AssertionError unless all that is promised of a restoration holds for `text`."""
    result = model.restore(text, "thorough", constraints=PROTECTED)
    assert result.status in ("ok", "skipped")
    assert result.text == text
    assert 0 <= result.score <= 1
    for part in (*result.sentences, *result.words):
        assert 0 <= part.start < part.end <= len(text)
        assert 0 <= part.score <= 1
    at = 0
    for edit in result.edits:
        assert at <= edit.start < edit.end <= len(text)
        assert text[edit.start : edit.end] == edit.original
        at = edit.end
    assert apply_edits(text, result.edits) == result.restored
    # As a reader sees the text: what has no width parts no words.
    [glance] = model.looks([text])
    kept = [w for w in glance.document.words if w.protected]
    starts = [e.start for e in result.edits]
    for edit in result.edits:
        assert not any(w.start < edit.end and edit.start < w.end for w in kept), edit
        assert "tariff" not in view(edit.original).text.lower().split(), edit
    assert len(starts) == len(set(starts))
    if not result.edits:
        assert result.restored == text
    return result
