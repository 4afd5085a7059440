"""Readers of clean text, and the passages cut from it."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.model.errors import UnspinError
from unspin.model.words import words
from unspin.training.corpora import Columns, Corpora, tidy
from unspin.training.passages import REACH, SHAPES, cut, reach

ROWS = [
    {
        "id": "a",
        "source": "mill",
        "title": "Flood",
        "text": "The mill stood .\n\n It fell.",
        "date": "2024",
    },
    {"id": "b", "text": "A second text , with a stray space."},
]
PART = (
    "The old bridge was closed on Monday, the council said, because its piers had cracked. "
    "Engineers will inspect it; a report is due in June. “We are patient,” said Ms. Okafor.\n"
    "Traffic has been sent over the weir, past the mill, and through the market square. "
    "Nobody was hurt."
)


def write_gz(path: Path, lines: list[str]) -> Path:
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_jsonl(tmp_path: Path) -> None:
    path = write_gz(tmp_path / "mill.jsonl.gz", [json.dumps(r) for r in ROWS])
    first, second = Corpora((path,))
    assert first.text == "The mill stood.\nIt fell."
    assert (first.id, first.source, first.title, first.date) == ("a", "mill", "Flood", "2024")
    assert (second.source, second.text) == ("mill", "A second text, with a stray space.")


def test_broken_lines_are_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    lines = [b'\xef\xbb\xbf{"text": "one."}', b'{"text": "tw', b"[1]", b"", b'{"text": null}']
    path.write_bytes(b"\n".join([*lines, b'{"text": "\xff"}', b"[" * 90_000, b'{"text": "two."}']))
    corpora = Corpora((path,))
    assert [d.text for d in corpora] == ["one.", "two."]
    assert corpora.skipped.count == 5
    assert corpora.skipped.first.startswith(f"{path}, line 2: not JSON")


def test_folder_of_text_files_and_hard_wraps(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("First line\ngoes on here.\n\nSecond paragraph.\n")
    (tmp_path / "a.txt").write_text("\ufeffOne line.\nAnother line.")
    (tmp_path / "notes.md").write_text("no")
    assert [(d.id, d.text) for d in Corpora((tmp_path,))] == [
        ("a", "One line.\nAnother line."),
        ("b", "First line goes on here.\nSecond paragraph."),
    ]


def test_saved_data_set(tmp_path: Path) -> None:
    import datasets

    datasets.Dataset.from_dict({"body": ["Some text."]}).save_to_disk(str(tmp_path / "saved"))
    assert [d.text for d in Corpora((tmp_path / "saved",), Columns(text="body"))] == ["Some text."]


def test_bad_inputs_have_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    (tmp_path / "other.jsonl").write_text('{"body": "x"}\n')
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"text": "x"}\n' * 50)[:40])
    (tmp_path / "plain.jsonl.gz").write_text("{}")
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    (tmp_path / "empty").mkdir()
    for name, message in {
        "none.txt": "no such file",
        "latin.txt": "not UTF-8",
        "other.jsonl": "no column 'text'; it has: body",
        "cut.jsonl.gz": "cannot be read",
        "plain.jsonl.gz": "cannot be read",
        "image.png": "is not a .txt",
        "empty": "holds no",
    }.items():
        with pytest.raises(UnspinError, match=message) as caught:
            list(Corpora((tmp_path / name,)))
        assert "\n" not in str(caught.value)


def test_tidy_keeps_what_is_right() -> None:
    text = "A price of .5 and … a pause ... then 3 : 2."
    assert tidy(text) == "A price of .5 and … a pause ... then 3: 2."
    assert tidy('He left " quickly " .') == 'He left " quickly ".'


# Passages


@pytest.mark.parametrize("shape", SHAPES)
def test_passages_have_their_shape_and_size(shape: str) -> None:
    made = {cut(PART, "Bridge closed over cracks", shape, 30, random.Random(s)) for s in range(60)}
    made.discard("")
    assert len(made) > 1
    assert all(len(words(p)) <= 30 for p in made)
    if shape == "list":
        assert all("\n" in p for p in made)
    elif shape != "prose":
        assert all("\n" not in p for p in made)


def test_prose_is_whole_sentences_and_keeps_the_paragraph_break() -> None:
    made = {cut(PART, "", "prose", 90, random.Random(s)) for s in range(60)}
    assert all(p.replace("\n\n", "\n") in PART for p in made)
    assert any("\n\n" in p for p in made)
    assert all(p[-1] in ".”" for p in made)


def test_broken_sentences_are_left_out() -> None:
    rng = random.Random(1)
    assert cut(
        "half a sentence. A whole one stands here. And bro", "", "prose", 90, rng, True, True
    ) == ("A whole one stands here.")
    assert cut("broken", "", "prose", 90, rng, True, False) == ""


def test_visits_begin_at_every_paragraph_in_turn() -> None:
    text = "\n".join(f"Paragraph {n}." for n in range(6))
    starts = {reach(text, visit, random.Random(5))[0].split("\n")[0] for visit in range(6)}
    assert starts == {f"Paragraph {n}." for n in range(6)}


@given(st.integers(0, 20), st.integers(1, 400))
def test_reach_stays_inside_the_document(visit: int, n: int) -> None:
    text = "word " * n + "end.\nlast"
    part, first_broken, last_broken = reach(text, visit, random.Random(2))
    assert part in text
    assert len(part) <= REACH
    if not last_broken:
        assert text.endswith(part)
    if not first_broken:
        assert text.startswith(part) or f"\n{part}" in text
