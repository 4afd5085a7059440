from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from unspin.model.printable import one_line, printable

STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SURROGATES = st.text(st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF))


@given(st.text() | SURROGATES)
def test_a_text_cannot_steer_the_terminal(text: str) -> None:
    safe = printable(text)
    assert len(safe) == len(text)
    assert not STEERS.search(safe)
    safe.encode("utf-8")  # raises for half a character


@given(st.text() | SURROGATES)
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert not STEERS.search(one_line(text))
