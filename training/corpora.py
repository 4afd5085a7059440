"""Readers of clean text: folders and files of text, JSON Lines, saved `datasets`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unspin.model.errors import UnspinError
from unspin.training.readers import rows

STRAY_SPACE = re.compile(r"(?<=[\w\"')’”]) +(?=[,;:!?](?:\s|$)|\.(?:\s|$))")
PARAGRAPH = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class CleanText:
    """One document; its paragraphs are the lines of `text`."""

    id: str
    source: str
    text: str
    title: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the fields of a row; only `text` must be there."""

    text: str = "text"
    id: str = "id"
    source: str = "source"
    title: str = "title"
    date: str = "date"


@dataclass(slots=True)
class Skipped:
    """Rows a reader left out: how many, and where and why the first one."""

    count: int = 0
    first: str = ""

    def add(self, where: str, why: str) -> None:
        self.count += 1
        self.first = self.first or f"{where}: {why}"

    def __str__(self) -> str:
        return f"warning: skipped {self.count:,} rows; the first: {self.first}"


@dataclass(frozen=True)
class Corpora:
    """Clean text of several inputs, read one document at a time.

    An input is a folder of .txt files, one .txt file, a .jsonl or .jsonl.gz file, a folder of
    those, or a folder written by `datasets.Dataset.save_to_disk`. Rows that cannot be read are
    counted in `skipped`. Iterating raises UnspinError for an input that is missing, of an
    unknown kind or of the wrong encoding, or whose first row has no text column.
    """

    inputs: tuple[Path, ...]
    columns: Columns = Columns()
    skipped: Skipped = field(default_factory=Skipped)

    def __iter__(self) -> Iterator[CleanText]:
        for path in self.inputs:
            yield from self._read(path)

    def _read(self, path: Path) -> Iterator[CleanText]:
        if path.is_dir():
            if any((path / name).is_file() for name in ("dataset_info.json", "dataset_dict.json")):
                yield from self._rows(path, _saved_rows(path))
                return
            found = sorted(p for p in path.rglob("*") if _kind(p))
            if not found:
                raise UnspinError(f"{path} holds no .txt, .jsonl or .jsonl.gz file")
            for file in found:
                yield from self._read(file)
        elif not path.is_file():
            raise UnspinError(f"no such file or folder: {path}")
        elif _kind(path) == "text":
            yield _text_file(path)
        elif _kind(path) == "jsonl":
            yield from self._rows(path, self._json_rows(path))
        else:
            raise UnspinError(f"{path} is not a .txt, .jsonl or .jsonl.gz file")

    def _json_rows(self, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
        for number, row in rows(path):
            if isinstance(row, UnspinError):
                self.skipped.add(f"{path}, line {number}", str(row))
            else:
                yield number, row

    def _rows(self, path: Path, found: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[CleanText]:
        columns, read = self.columns, False
        name = path.name.removesuffix(".gz").removesuffix(".jsonl")
        for number, row in found:
            text = row.get(columns.text)
            if not isinstance(text, str):
                if not read and columns.text not in row:
                    raise UnspinError(
                        f"{path} has no column {columns.text!r}; it has: {', '.join(row)} "
                        "(name the one with the text with --text-column)"
                    )
                self.skipped.add(f"{path}, line {number}", f"no text in {columns.text!r}")
                continue
            read = True
            text = tidy(text)
            if text:
                yield CleanText(
                    id=str(row.get(columns.id) or f"{name}:{number}"),
                    source=str(row.get(columns.source) or name),
                    text=text,
                    title=" ".join(str(row.get(columns.title) or "").split()),
                    date=str(row.get(columns.date) or ""),
                )


def tidy(text: str) -> str:
    """Text with one paragraph a line and no stray space before punctuation."""
    return STRAY_SPACE.sub("", PARAGRAPH.sub("\n", text.strip()))


def _kind(path: Path) -> str:
    if not path.is_file():
        return ""
    name = path.name.lower()
    if name.endswith(".txt"):
        return "text"
    return "jsonl" if name.endswith((".jsonl", ".jsonl.gz")) else ""


def _text_file(path: Path) -> CleanText:
    """A .txt file; where blank lines divide it, single newlines are hard wraps."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UnspinError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise UnspinError(f"cannot read {path}: {error}") from None
    if re.search(r"\n\s*\n", text):
        text = "\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return CleanText(id=path.stem, source=path.parent.name or "text", text=tidy(text))


def _saved_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        from datasets import DatasetDict, load_from_disk
    except ImportError:
        raise UnspinError(f"reading {path} needs `datasets`: pip install 'unspin[train]'") from None
    try:
        saved = load_from_disk(str(path))
    except Exception as error:  # datasets raises many kinds
        raise UnspinError(f"{path} cannot be read as a saved data set: {error}") from None
    parts = list(saved.values()) if isinstance(saved, DatasetDict) else [saved]
    number = 0
    for part in parts:
        for row in part:
            number += 1
            yield number, dict(row)
