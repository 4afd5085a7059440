"""Code and markup in a text: no word of them is prose, every word around them is."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unspin.model.code import code
from unspin.model.words import words

PIECES = """` `` ``` ~~~ \n <!-- --> <script> </script> <style> </style> < > {% %} {{ }} { }
\\section \\cite [ ] ( ) ](x/y) snake_case _a_ __b__ word word's 'quoted'' $ \\ é"""
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from([*PIECES.split(" "), " "])).map("".join))


@pytest.mark.parametrize(
    "text",
    [
        "`sudo apt install`",
        "``a `tick` inside``".replace("`tick`", "tick"),
        "```python\nfor item in range(10):\n    return item\n```",
        "```\nfor item\n\n\nin items\n````",
        "<script>return item; // </b>\n</script>",
        '<SCRIPT type="x">var item</SCRIPT >',
        "<style>\n.x { color: red }\n</style>",
        "<!-- the\nmedication -->",
        "\\section",
        "\\cite[see][]{connected2019}",
        "\\begin{equation}",
        "\\ref{fig:question}",
        "{% endfor item %}",
        "{{ item.title }}",
        "negociate_with",
        "a__b_c1",
    ],
)
def test_code_is_protected_and_nothing_else(text: str) -> None:
    for before, after in [("", ""), ("\n", "\n"), ("see this\n", "\nand that")]:
        whole = before + text + after
        inside = range(len(before), len(before) + len(text))
        for word in words(whole):
            assert word.protected == (word.start in inside), word


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        ("Run `make all` and `go`, then wait.", ["make", "all", "go"]),
        ("See [the guide](docs/x.html#to) now.", ["docs", "x.html", "to"]),
        ("\\textbf{The travel} comes.", ["textbf"]),
        ("a <b>bold</b> claim <i>here</i>", ["<b>", "</b>", "<i>", "</i>"]),
    ],
)
def test_prose_around_code_is_not_protected(text: str, protected: list[str]) -> None:
    assert [word.text for word in words(text) if word.protected] == protected


@pytest.mark.parametrize(
    "text",
    [
        "``Yes'', he said, and (``No'') she said.",
        "It was `fine' and `good'.",
        "the ` mark and the ` mark",
        "an _emphasis_ and a __strong__ one",
        "```\nnever closed\n",
        "<!-- never closed",
        "{compromise} and {a|b}",
        "5 < 6 and script > style",
        "[a] (b) and (c)",
        "back\\ slash",
    ],
)
def test_what_only_looks_like_code_is_prose(text: str) -> None:
    assert not any(word.protected and word.text.isalpha() for word in words(text))


@given(TEXTS)
@example("```\n```\n```\n")
@example("<!--<!---->-->")
def test_ranges_are_in_order_and_apart(text: str) -> None:
    end = 0
    for start, stop in code(text):
        assert end <= start < stop <= len(text)
        end = stop


@given(TEXTS)
def test_code_moves_no_word(text: str) -> None:
    ranges = code(text)
    for word in words(text):
        if any(start < word.end and word.start < end for start, end in ranges):
            assert word.protected


@pytest.mark.parametrize(
    "opening", ["<!--", "<script ", "<style>", "{{", "{% ", "](", "`", "```a\n"]
)
def test_openings_that_are_never_closed_open_nothing(opening: str) -> None:
    assert code(opening * 100_000) == []
