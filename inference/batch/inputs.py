"""What a batch reads: its arguments expanded to inputs, each of one kind."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from unspin.inference.batch.readers import check
from unspin.inference.batch.readers.csv import is_csv
from unspin.inference.batch.records import STDIN, Input, Kind, ReadOptions
from unspin.inference.batch.streams import head_of
from unspin.model.errors import UnspinError

__all__ = ["STDIN", "Input", "Passed", "ReadOptions", "find_inputs"]

_KINDS: dict[str, Kind] = {
    **dict.fromkeys((".txt", ".text", ".md", ".markdown", ".rst"), "text"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".jsonl", ".ndjson", ".jsonlines"), "jsonl"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".warc", ".wet"), "warc"),
}
_PACKED = {".gz", ".zst"}
_NO_KIND = "text, HTML, WARC, JSON Lines, CSV and Parquet are read, plain, .gz or .zst"

# A row is whole on its line: a JSON document over many lines is no JSON Lines.
_ROW = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:[^\n]*\}\s*(?:\n|\Z)|[^\n]*\Z)')
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)*<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Passed:
    """Paths that are not read: `left_out` are of no kind that is, `lost` cannot be opened."""

    left_out: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def find_inputs(
    arguments: Sequence[str],
    options: ReadOptions,
    passed: Passed | None = None,
    output: str | None = None,
) -> list[Input]:
    """The inputs that `arguments` name, sorted by name; no file comes twice.

    Folders are walked in full, but for hidden files, links that lead out of them, and the folder
    `output`, where the results go. What is not read is added to `passed`. Raises `UnspinError` for
    an argument that does not exist, is of no kind that is read or lies in `output`, where nothing
    is found, and where the first table has no text column.
    """
    passed = Passed() if passed is None else passed
    apart = os.path.realpath(output) if output else ""
    paths = [os.path.abspath(a) for a in arguments if a != STDIN]
    for argument, path in zip((a for a in arguments if a != STDIN), paths, strict=True):
        if not os.path.exists(path):
            raise UnspinError(f"no such file or folder: {argument}")
        if _is_in(path, apart):
            raise UnspinError(f"{argument} lies in {output}, where the output is to go")
    root = os.path.commonpath([p if os.path.isdir(p) else os.path.dirname(p) for p in paths or "/"])
    found: dict[str, Input] = {}
    if STDIN in arguments:
        found[STDIN] = Input(STDIN, STDIN, options.stdin_kind or _kind_of_stdin(options), 0)
    for path in paths:
        files = _walk(path, passed, apart) if os.path.isdir(path) else [path]
        for file in files:
            try:
                one = _input(file, root, named=file == path)
            except OSError:
                passed.lost.append(file)
                continue
            if one:
                one = _renamed(one, found)
                found[one.name] = one
            else:
                passed.left_out.append(file)
    if not found and not passed.lost:
        raise UnspinError(f"nothing to read in {', '.join(arguments)}: {_NO_KIND}")
    if not found:
        raise UnspinError(f"nothing can be opened: {passed.lost[0]} cannot, for one")
    inputs = [found[name] for name in sorted(found)]
    check(inputs, options)
    return inputs


def _renamed(one: Input, found: Mapping[str, Input]) -> Input:
    """`one`, under a name that no other file has: two that are no text can be shown alike."""
    name, count = one.name, 1
    while (other := found.get(one.name)) and other.path != one.path:
        count += 1
        one = replace(one, name=f"{name} ({count})")
    return one


def _is_in(path: str, folder: str) -> bool:
    """Whether `path`, wherever links lead, is `folder` or below it."""
    return bool(folder) and (os.path.realpath(path) + os.sep).startswith(folder + os.sep)


def _walk(folder: str, passed: Passed, apart: str) -> Iterator[str]:
    """The files below `folder`, but for those in `apart`."""
    inside = os.path.join(os.path.realpath(folder), "")

    def refused(error: OSError) -> None:
        passed.lost.append(str(error.filename))

    for parent, folders, files in os.walk(folder, onerror=refused):
        links = [f for f in folders if os.path.islink(os.path.join(parent, f))]
        passed.left_out += [os.path.join(parent, f) for f in links]
        folders[:] = sorted(
            f
            for f in folders
            if not (f.startswith(".") or f in links or _is_in(os.path.join(parent, f), apart))
        )
        for name in sorted(files):
            path = os.path.join(parent, name)
            if name.startswith("."):
                continue
            if os.path.islink(path) and _is_in(path, apart):
                continue
            if os.path.islink(path) and not os.path.realpath(path).startswith(inside):
                passed.left_out.append(path)
                continue
            yield path


def _input(path: str, root: str, named: bool) -> Input | None:
    """The input at `path`, or None for a file in a folder that is none. Raises OSError."""
    name = os.fsencode(os.path.relpath(path, root)).replace(os.fsencode(os.sep), b"/")
    shown = name.decode("utf-8", "backslashreplace")
    if os.path.islink(path) and not os.path.exists(path):
        return None
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        if named:
            raise UnspinError(f"{shown} is no file: pipe it to `-`")
        return None
    kind = _kind(path)
    if kind is None and named:
        raise UnspinError(f"{shown} is of no kind that is read: {_NO_KIND}")
    return None if kind is None else Input(shown, path, kind, status.st_size, status.st_mtime_ns)


def _kind(path: str) -> Kind | None:
    name = PurePath(path.lower())
    suffix = PurePath(name.stem).suffix if name.suffix in _PACKED else name.suffix
    return _KINDS.get(suffix) or _kind_by_content(path, suffix)


def _kind_of_stdin(options: ReadOptions) -> Kind:
    """The kind of standard input. Raises `UnspinError` if there is none."""
    try:
        head = head_of(STDIN)
    except OSError as error:
        raise UnspinError(f"standard input cannot be read: {error.strerror}") from None
    if not head:
        raise UnspinError("nothing to read: standard input is empty, or breaks off at once")
    kind = _kind_by_head(head, "") or "text"
    return "csv" if kind == "text" and is_csv(head, options.text_column) else kind


def _kind_by_content(path: str, suffix: str) -> Kind | None:
    """By the first bytes, for a name that says nothing. Raises OSError."""
    return _kind_by_head(head_of(path), suffix)


def _kind_by_head(head: bytes, suffix: str) -> Kind | None:
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith(b"PAR1"):
        return "parquet"
    if _PAGE.match(head):
        return "html"
    if _ROW.match(head):
        return "jsonl"
    return "text" if not suffix and b"\0" not in head else None
