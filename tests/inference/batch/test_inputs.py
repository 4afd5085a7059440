from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path

import pytest

from unspin import UnspinError
from unspin.inference.batch.inputs import Input, Passed, ReadOptions, find_inputs
from unspin.inference.batch.readers import documents

OPTIONS = ReadOptions()


def names(*arguments: Path | str, passed: Passed | None = None) -> list[str]:
    return [i.name for i in find_inputs([str(a) for a in arguments], OPTIONS, passed)]


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A folder as a crawler leaves it."""
    folder = tmp_path / "crawl"
    for name, data in {
        "b.txt": b"Text.",
        "A.HTM": b"<p>Text.",
        "page.html/index.html": b"<p>Text.",
        "page.html/logo.png": b"\x89PNG\r\n",
        "sub/rows.jsonl.gz": gzip.compress(b'{"text": "A row."}\n'),
        "sub/story": b"\n<!-- x --><!DOCTYPE html><p>Text.",
        "sub/view.php": b'<html lang="en">',
        "sub/export": b'{"text": "A row."}\n',
        "sub/settings.json": b'{\n "a": 1\n}',
        "sub/.hidden.txt": b"Text.",
        ".git/c.txt": b"Text.",
        "empty.txt": b"",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_a_folder_is_searched_to_its_end(crawl: Path) -> None:
    passed = Passed()
    found = find_inputs([str(crawl)], OPTIONS, passed)
    assert [(i.name, i.kind, i.size) for i in found] == [
        ("A.HTM", "html", 8),
        ("b.txt", "text", 5),
        ("empty.txt", "text", 0),
        ("page.html/index.html", "html", 8),
        ("sub/export", "jsonl", 19),
        ("sub/rows.jsonl.gz", "jsonl", (crawl / "sub/rows.jsonl.gz").stat().st_size),
        ("sub/story", "html", 34),
        ("sub/view.php", "html", 16),
    ]
    assert sorted(map(os.path.basename, passed.left_out)) == ["logo.png", "settings.json"]


def test_links_that_lead_out_are_not_followed(crawl: Path) -> None:
    (crawl.parent / "secret.txt").write_text("Not part of it.")
    (crawl / "out.txt").symlink_to(crawl.parent / "secret.txt")
    (crawl / "in.txt").symlink_to(crawl / "b.txt")
    (crawl / "loop").symlink_to(crawl)
    (crawl / "gone.txt").symlink_to(crawl / "nothing.txt")
    passed = Passed()
    assert [n for n in names(crawl, passed=passed) if "/" not in n] == [
        *("A.HTM", "b.txt", "empty.txt", "in.txt")
    ]
    assert {"out.txt", "loop", "gone.txt"} < set(map(os.path.basename, passed.left_out))


def test_names_never_clash_and_never_climb(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = crawl.parent / "other"
    other.mkdir()
    (other / "b.txt").write_text("Text.")
    assert names(other, crawl / "b.txt", other / "b.txt") == ["crawl/b.txt", "other/b.txt"]
    monkeypatch.chdir(other)
    assert names("../crawl/b.txt") == names(str(crawl / "b.txt")) == ["b.txt"]
    assert names("b.txt", ".", "../other") == ["b.txt"]


def test_a_name_that_is_not_utf8_can_be_shown(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:
        file.write(b"Text.")
    [found] = find_inputs([str(tmp_path)], OPTIONS)
    assert found.name == r"caf\xe9.txt"
    assert [d.text for d in documents(found, OPTIONS)] == ["Text."]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.txt", "no such file or folder: missing.txt"),
        ("empty", "nothing to read in empty"),
        ("a.pdf", "a.pdf is of no kind that is read"),
        ("pipe", "pipe is no file: pipe it to `-`"),
        ("rows.jsonl", "rows.jsonl: no text column is known (columns: id, n): name it with"),
    ],
)
def test_what_cannot_be_read_is_refused(
    name: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("a.pdf").write_bytes(b"%PDF\0")
    os.mkfifo("pipe")
    Path("rows.jsonl").write_text('{"id": "a", "n": 1}\n')
    with pytest.raises(UnspinError) as error:
        names(name)
    assert str(error.value).startswith(reason)
    assert "\n" not in str(error.value)


def test_only_the_first_table_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,One.\n")
    (tmp_path / "b.csv").write_text("id,name\n1,x\n")
    first, second = find_inputs([str(tmp_path)], OPTIONS)
    [document] = documents(second, OPTIONS)
    assert document.problem is not None
    assert document.problem.reason == "no_text"
    assert "columns: id, name" in document.problem.detail
    with pytest.raises(UnspinError, match="no column 'body'"):
        find_inputs([first.path], ReadOptions(text_column="body"))


@pytest.mark.parametrize(
    ("data", "kind", "texts"),
    [
        (b"A plain text.\n", "text", ["A plain text.\n"]),
        (b'\xef\xbb\xbf{"text": "One."}\n{"text": "Two."}', "jsonl", ["One.", "Two."]),
        (gzip.compress(b'{"text": "Packed."}\n'), "jsonl", ["Packed."]),
        (b"<!doctype html><p>A page.", "html", ["A page."]),
        (json.dumps({"text": "x" * 100_000}).encode(), "jsonl", ["x" * 100_000]),
        (b"\xef\xbb\xbfid,Text\n1,One.\n", "csv", ["One."]),
        (b'"a;b";body\n1;"One,\ntwo."\n', "csv", ["One,\ntwo."]),
        (b"A text, they say, is long.\n", "text", ["A text, they say, is long.\n"]),
    ],
)
@pytest.mark.parametrize("plain", [True, False])
def test_standard_input_is_known_by_its_first_bytes(
    data: bytes, kind: str, texts: list[str], plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BytesIO(data) if plain else io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    [found] = find_inputs(["-"], OPTIONS)
    assert found == Input("-", "-", found.kind, 0)
    assert found.kind == kind
    assert [d.text for d in documents(found, OPTIONS)] == texts
