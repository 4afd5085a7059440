"""Documents in and out: a plain argument, a file or standard input; text or JSON Lines."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from unspin.inference.decoding import Undecodable, decode, json_object, text_in
from unspin.inference.results import Score
from unspin.model.errors import UnspinError

MAX_BYTES = 10_000_000
"""Most bytes of one document: a whole text, or one line of JSON Lines."""

TOO_LONG = f"longer than {MAX_BYTES // 1_000_000} MB: split it"

OURS = frozenset(
    ["id", "text", "status", "reason", "score", "spun", "sentences", "words", "restored", "edits"]
)
"""Fields that a row cannot pass through: what came in under these names is not what goes out."""

_JSONL_NAMES = {".jsonl", ".ndjson", ".jsonlines"}
_TEXT_NAMES = {".txt", ".text", ".md", ".rst", ".html", ".htm", ".xml", ".csv", ".tsv"}
_OTHER_NAMES = {".json", ".gz", ".zip", ".pdf", ".docx", ".parquet"}
_KNOWN_NAMES = _JSONL_NAMES | _TEXT_NAMES | _OTHER_NAMES

_JSON_ROW = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')


@dataclass(frozen=True, slots=True)
class Row:
    """A document to read, or (`error`) why there is none.

    `fields` came with it and go out again. `line` is its line number in JSON Lines; `name` what
    a person calls it.
    """

    text: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    name: str = ""
    error: str | None = None

    def output(self, result: Score | None) -> dict[str, Any]:
        """The row to write: its id first, what was found next, its other fields last."""
        if result is None:
            found: dict[str, Any] = {"status": "error", "reason": self.error}
            if "line" not in self.fields:  # theirs passes through
                found["line"] = self.line
        else:
            found = result.to_dict()
        passed = {k: v for k, v in self.fields.items() if k not in OURS and k not in found}
        return {"id": self.fields.get("id"), **found} | passed


@dataclass(slots=True)
class Source:
    """An open input and what to call it."""

    name: str
    stream: io.BufferedReader
    jsonl: bool

    def rows(self) -> Iterator[Row]:
        """Its documents. Raises `UnspinError` if it is one text and cannot be read."""
        if self.jsonl:
            return _json_rows(self.stream, self.name)
        return iter([_text_row(self.stream, self.name)])

    def close(self) -> None:
        """Close a file; standard input stays open."""
        if self.name != "-":
            self.stream.close()


def open_source(argument: str, stdin: BinaryIO | None, input_format: str = "auto") -> Source:
    """The input that a command's argument names.

    "-" is `stdin` (None if it is closed), the name of an existing file is that file, and all else
    is a text itself, unless it looks like the name of a file that does not exist. `input_format`
    is "text", "jsonl" or "auto", which goes by the file's name and then by the first bytes.
    Raises `UnspinError` for what is no readable file.
    """
    if argument == "-":
        if stdin is None:
            raise UnspinError("standard input is closed: give a text or a file")
        name, stream = "-", _buffered(stdin)
    elif path := _existing(argument):
        name, stream = argument, _open(path)
    elif _looks_like_path(argument):
        raise UnspinError(f"no such file: {argument} (a text can be piped to `-`)")
    else:
        # What the shell could not decode comes as lone surrogates; give the bytes back.
        name, stream = "", _buffered(io.BytesIO(argument.encode("utf-8", "surrogateescape")))
        input_format = "text" if input_format == "auto" else input_format
    if input_format == "auto":
        suffix = Path(name).suffix.lower()
        input_format = "jsonl" if suffix in _JSONL_NAMES else "text"
        if suffix not in _KNOWN_NAMES - {".json"} and _JSON_ROW.match(stream.peek(64)):
            input_format = "jsonl"
    return Source(name, stream, input_format == "jsonl")


def _existing(argument: str) -> Path | None:
    try:
        path = Path(argument)
        return path if argument.strip() and path.exists() else None
    except (OSError, ValueError):  # too long for a name, or holding a null character
        return None


def _looks_like_path(argument: str) -> bool:
    """Whether a person who typed this meant a file."""
    if len(argument) > 255 or "\n" in argument:
        return False
    if Path(argument).suffix.lower() in _KNOWN_NAMES:
        return True
    return ("/" in argument or "\\" in argument) and not re.search(r"\s", argument)


def _buffered(stream: BinaryIO) -> io.BufferedReader:
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(stream)  # type: ignore[arg-type]


def _open(path: Path) -> io.BufferedReader:
    if path.is_dir():
        raise UnspinError(f"{path} is a directory: name a file")
    try:
        return path.open("rb")
    except OSError as error:
        raise UnspinError(f"{path} cannot be opened: {error.strerror}") from error


def _text_row(stream: BinaryIO, name: str) -> Row:
    """The one document of a text input, byte for byte (no newline is translated)."""
    shown = {"-": "standard input", "": "the text"}.get(name, name)
    try:
        data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnspinError(f"{shown} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise UnspinError(f"{shown} is {TOO_LONG}, or give JSON Lines with a document a line")
    if not data.strip():
        raise UnspinError(f"{shown} is empty")
    try:
        text = decode(data)
    except Undecodable as error:
        raise UnspinError(f"{shown} is {error}") from None
    return Row(text, {} if name in ("", "-") else {"id": name}, name=shown)


def _json_rows(stream: BinaryIO, name: str) -> Iterator[Row]:
    """The documents of a JSON Lines input; blank lines are none."""
    number = 0
    while True:
        try:
            line = stream.readline(MAX_BYTES + 2)
        except OSError as error:
            raise UnspinError(f"{name} cannot be read: {error.strerror}") from error
        if not line:
            return
        number += 1
        if len(line) > MAX_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield Row(line=number, name=f"line {number}", error=f"the line is {TOO_LONG}")
        elif line.strip():
            yield _json_row(line, number)


def _json_row(line: bytes, number: int) -> Row:
    """One line of JSON Lines as a row."""
    error = None
    text = ""
    fields: dict[str, Any] = {}
    try:
        fields = json_object(line, first=number == 1)
        text = text_in(fields, "text")
    except Undecodable as problem:
        error = str(problem)
    name = f"line {number}" if fields.get("id") is None else str(fields["id"])
    return Row(text, fields, number, name, error)


def json_line(row: Mapping[str, Any], indent: int | None = None) -> str:
    """`row` as JSON that any UTF-8 stream can take."""
    text = json.dumps(row, ensure_ascii=False, indent=indent)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate that came in as an escape
        text = json.dumps(row, indent=indent)
    return text
