"""Labelled rows from files: one row is one document, read into an `Example`.

A row is one of
- a pair: `spun` and `clean`, each a string or a list of lines that correspond;
- spun text without its original: `spun` with `clean` missing or null, and perhaps `spans`, the
  damage that is sure: `{"line": 1, "spun_phrase": …, "likely_original": …}`, lines counted from 1;
- `text` with a `label` (1 or "spun", 0 or "clean");
- `text` alone: clean;
- a phrase of a list, `tortured`, and the term it stands for, `expected`: a pair of sentences of
  ours that carry them.
`family` or `set` names the group a row belongs to inside its file, `id` the row.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from unspin.model.errors import UnspinError
from unspin.training.carriers import carry, wording

SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet")
_LABELS = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "spun"), True),
    **dict.fromkeys(("0", "0.0", "false", "no", "clean"), False),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Damage known by its wording only: `phrase` in line `line` (from 0) stands for `original`."""

    line: int
    phrase: str
    original: str


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled document. `clean`, where known, has a line for each of `lines`.

    spans:  wordings whose original is known: the sure damage of a text without its original, the
            phrase of a pair of carrier sentences.
    """

    id: str
    group: str | None
    lines: tuple[str, ...]
    spun: bool
    clean: tuple[str, ...] | None = None
    spans: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def clean_text(self) -> str | None:
        return None if self.clean is None else "\n".join(self.clean)


class BadRow(NamedTuple):
    """A row that gives no document: its place ("file:number") and what is wrong with it."""

    place: str
    reason: str


# A row as it was read: its fields, or what keeps it from being read.
Row = dict[str, Any] | UnspinError


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The rows of one file with their numbers (from 1; the line number in JSON Lines).

    Raises `UnspinError` for a file that is missing, of another kind, or broken.
    """
    name = path.name.lower()
    kind = name.removesuffix(".gz").rpartition(".")[2]
    if not name.endswith(SUFFIXES):
        raise UnspinError(f"{path}: give one of {', '.join(SUFFIXES)}")
    try:
        if kind == "parquet":
            yield from _parquet(path)
            return
        opener = gzip.open if name.endswith(".gz") else open
        with opener(path, "rb") as file:
            yield from _csv(file) if kind == "csv" else _jsonl(file)
    except UnicodeDecodeError:
        raise UnspinError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise UnspinError(f"{path}: cannot be read: {error}") from None


def _parquet(path: Path) -> Iterator[tuple[int, Row]]:
    import pyarrow
    from pyarrow import parquet

    try:
        number = 0
        for batch in parquet.ParquetFile(path).iter_batches():
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except pyarrow.ArrowInvalid as error:
        raise UnspinError(f"{path}: not a Parquet file: {error}") from None


def _csv(file: gzip.GzipFile | io.BufferedReader) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(sys.maxsize)  # a cell holds a whole document
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    yield from enumerate(csv.DictReader(text), start=1)


def _jsonl(file: Iterable[bytes]) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield number, _json(line, "utf-8-sig" if number == 1 else "utf-8")


def _json(line: bytes, encoding: str) -> Row:
    try:
        row = json.loads(line.decode(encoding))
    except UnicodeDecodeError:
        return UnspinError("not UTF-8 text; save it as UTF-8")
    except json.JSONDecodeError as error:
        return UnspinError(f"not JSON: {error.msg}")
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 5,000 brackets
        return UnspinError(f"not readable JSON: {str(error).split(';')[0]}")
    return row if isinstance(row, dict) else UnspinError("each line must be a JSON object")


def plain_text(path: Path) -> str:
    """A text file, character for character. Raises `UnspinError` where it is none in UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise UnspinError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise UnspinError(f"{path}: cannot be read: {error.strerror}") from None


def is_labelled(row: Mapping[str, Any]) -> bool:
    """Whether the row has the fields an `Example` is made of."""
    return "spun" in row or "text" in row


def is_listed_phrase(row: Mapping[str, Any]) -> bool:
    """Whether the row is a phrase and what it stands for, without a text around it."""
    return not is_labelled(row) and "tortured" in row and "expected" in row


def example(row: Mapping[str, Any], number: int = 0) -> Example:
    """One row as an `Example`; `number` is its id when it has none. Raises `UnspinError`."""
    name = str(number if row.get("id") is None else row["id"])
    group = row.get("family") or row.get("set")
    group = str(group) if group else None
    if is_listed_phrase(row):
        return _carried(name, group, row)
    if not is_labelled(row):
        raise UnspinError('a row needs "spun" and "clean", or "text" (and "label")')
    if "spun" not in row:
        label = row.get("label")
        spun = False if label is None else _label(label)
        return Example(name, group, (_string("text", row["text"]),), spun)
    # A CSV file has no null: an empty cell is an original that nobody knows.
    if row.get("clean") in (None, ""):
        lines = _lines("spun", row["spun"])
        return Example(name, group, lines, True, spans=tuple(_spans(row.get("spans"), len(lines))))
    lines, clean = _lines("spun", row["spun"]), _lines("clean", row["clean"])
    if len(lines) != len(clean):
        if not (isinstance(row["spun"], str) and isinstance(row["clean"], str)):
            raise UnspinError(f'"spun" has {len(lines)} lines and "clean" {len(clean)}')
        lines, clean = (row["spun"],), (row["clean"],)  # lines that do not correspond: one text
    if lines == clean:
        return Example(name, group, lines, False)
    return Example(name, group, lines, True, clean)


def _carried(name: str, group: str | None, row: Mapping[str, Any]) -> Example:
    phrase, term = (wording(_string(field, row[field])) for field in ("tortured", "expected"))
    if phrase.casefold() == term.casefold():
        raise UnspinError(f"the phrase is its own term: {phrase!r}")
    spun, clean = carry(phrase, term)
    return Example(name, group, (spun,), True, (clean,), (Span(0, phrase, term),))


def _string(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise UnspinError(f'"{field}" must be text, not {type(value).__name__}')
    return value


def _lines(field: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_string(field, line) for line in value)
    return tuple(_string(field, value).split("\n"))


def _label(value: object) -> bool:
    try:
        return _LABELS[str(value).strip().lower()]
    except KeyError:
        raise UnspinError(f'"label" must be 1 or 0 (or "spun" or "clean"), not {value!r}') from None


def _spans(value: Any, lines: int) -> Iterator[Span]:
    if isinstance(value, Mapping):
        value = value.get("spans")
    value = value or []
    if not isinstance(value, list):
        raise UnspinError(f'"spans" must be a list, not {type(value).__name__}')
    for span in value:
        try:
            if span.get("certainty", "sure") != "sure":
                continue
            line, phrase = int(span["line"]) - 1, _string("spun_phrase", span["spun_phrase"])
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            raise UnspinError('a span needs "line", a number, and "spun_phrase"') from None
        if not 0 <= line < lines:
            raise UnspinError(f"a span names line {line + 1} of {lines}")
        yield Span(line, phrase, _string("likely_original", span.get("likely_original") or ""))


def read_examples(path: Path) -> Iterator[Example | BadRow]:
    """Every row of one file as a labelled document, or why it is none.

    Raises `UnspinError` where the file cannot be read on.
    """
    for number, row in rows(path):
        try:
            if isinstance(row, UnspinError):
                raise row
            yield example(row, number)
        except UnspinError as error:
            yield BadRow(f"{path}:{number}", str(error))


def examples(path: Path) -> Iterator[Example]:
    """The labelled documents of one file. Raises `UnspinError` with file and row."""
    for found in read_examples(path):
        if isinstance(found, BadRow):
            raise UnspinError(f"{found.place}: {found.reason}")
        yield found


class LabelledSets(NamedTuple):
    """What files and folders hold.

    sets:     documents by the name of their set, in the order they were read.
    skipped:  files of a folder that are not labelled text.
    bad:      rows that give no document.
    """

    sets: dict[str, list[Example]]
    skipped: list[Path]
    bad: list[BadRow]


def load_sets(
    paths: Iterable[Path],
    limit: int | None = None,
    groups: Sequence[str] | None = None,
    phrases: bool = False,
) -> LabelledSets:
    """Named sets of documents from files and folders.

    Every file is a set, named by its path inside the folder given and without suffix. `limit` is
    the most documents to take from each group of a set. `groups` keeps only the spun documents of
    those groups (or sets); clean documents always stay, for false alarms are measured on them.
    `phrases` takes lists of phrases of a folder too: sentences of ours carry them, so they measure
    restoration and are no example of real text.

    Raises `UnspinError` for a path that is missing and a file that is broken.
    """
    sets: dict[str, list[Example]] = {}
    skipped: list[Path] = []
    bad: list[BadRow] = []
    for path, name, optional in _files(paths):
        if optional and not _holds_labels(path, phrases):
            skipped.append(path)
            continue
        taken: Counter[tuple[str | None, bool]] = Counter()
        kept = sets.setdefault(name, [])
        wanted, names = set(groups or ()), (name, name.rpartition("/")[2])
        for document in read_examples(path):
            if isinstance(document, BadRow):
                bad.append(document)
                continue
            if not document.text.strip():
                bad.append(BadRow(f"{path}, row {document.id}", "no text"))
                continue
            key = (document.group, document.spun)
            if groups is not None and document.spun and not wanted & {document.group, *names}:
                continue
            if limit is None or taken[key] < limit:
                taken[key] += 1
                kept.append(document)
    return LabelledSets({name: kept for name, kept in sets.items() if kept}, skipped, bad)


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, str, bool]]:
    for path in paths:
        if not path.exists():
            raise UnspinError(f"{path}: no such file or folder")
        if path.is_file():
            yield path, _stem(path.name), False
            continue
        found = sorted(file for file in path.rglob("*") if file.name.lower().endswith(SUFFIXES))
        if not found:
            raise UnspinError(f"{path}: holds no {', '.join(SUFFIXES)} files")
        for file in found:
            yield file, _stem(file.relative_to(path).as_posix()), True


def _stem(name: str) -> str:
    return name.removesuffix(".gz").rpartition(".")[0]


def _holds_labels(path: Path, phrases: bool) -> bool:
    """Whether the first row that can be read has what a document is made of."""
    for _, row in rows(path):
        if not isinstance(row, UnspinError):
            return is_labelled(row) or (phrases and is_listed_phrase(row))
    return False


def fingerprint(sets: Mapping[str, Sequence[Example]]) -> str:
    """Twelve hex digits that change when any document, label or set name does."""
    digest = hashlib.sha256()
    for name, documents in sets.items():
        for document in documents:
            digest.update(json.dumps([name, asdict(document)]).encode())
    return digest.hexdigest()[:12]
