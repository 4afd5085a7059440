"""What a batch reads: its arguments expanded to inputs, each of one kind."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from unspin.inference.batch.readers import check
from unspin.inference.batch.records import STDIN, Input, Kind, ReadOptions
from unspin.inference.batch.streams import head_of
from unspin.model.errors import UnspinError

__all__ = ["STDIN", "Input", "ReadOptions", "find_inputs"]

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


def find_inputs(
    arguments: Sequence[str], options: ReadOptions, left_out: list[str] | None = None
) -> list[Input]:
    """The inputs that `arguments` name, sorted by name; no file comes twice.

    Folders are walked in full, but for hidden files and links that lead out of them. What is of
    no kind that is read is left out of a folder, and its path added to `left_out`. Raises
    `UnspinError` for an argument that does not exist or is of no such kind, where nothing is
    found, and where the first table has no text column.
    """
    left_out = [] if left_out is None else left_out
    paths = [os.path.abspath(a) for a in arguments if a != STDIN]
    for argument, path in zip((a for a in arguments if a != STDIN), paths, strict=True):
        if not os.path.exists(path):
            raise UnspinError(f"no such file or folder: {argument}")
    root = os.path.commonpath([p if os.path.isdir(p) else os.path.dirname(p) for p in paths or "/"])
    found: dict[str, Input] = {}
    for path in paths:
        files = _walk(path, left_out) if os.path.isdir(path) else [path]
        for file in files:
            if one := _input(file, root, named=file == path):
                found[one.name] = one
            else:
                left_out.append(file)
    if STDIN in arguments:
        found[STDIN] = Input(STDIN, STDIN, _kind_by_content(STDIN, "") or "text", 0)
    if not found:
        raise UnspinError(f"nothing to read in {', '.join(arguments)}: {_NO_KIND}")
    inputs = [found[name] for name in sorted(found)]
    check(inputs, options)
    return inputs


def _walk(folder: str, left_out: list[str]) -> Iterator[str]:
    """The files below `folder`."""
    inside = os.path.join(os.path.realpath(folder), "")

    def refused(error: OSError) -> None:
        left_out.append(str(error.filename))

    for parent, folders, files in os.walk(folder, onerror=refused):
        links = [f for f in folders if os.path.islink(os.path.join(parent, f))]
        left_out += [os.path.join(parent, f) for f in links]
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in links)
        for name in sorted(files):
            path = os.path.join(parent, name)
            if name.startswith("."):
                continue
            if os.path.islink(path) and not os.path.realpath(path).startswith(inside):
                left_out.append(path)
                continue
            yield path


def _input(path: str, root: str, named: bool) -> Input | None:
    """The input at `path`, or None for a file in a folder that is none."""
    name = os.fsencode(os.path.relpath(path, root)).replace(os.fsencode(os.sep), b"/")
    shown = name.decode("utf-8", "backslashreplace")
    try:
        status = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        if named:
            raise UnspinError(f"{shown} is no file: pipe it to `-`")
        return None
    kind = _kind(path)
    if kind is None and named:
        raise UnspinError(f"{shown} is of no kind that is read: {_NO_KIND}")
    return None if kind is None else Input(shown, path, kind, status.st_size)


def _kind(path: str) -> Kind | None:
    name = PurePath(path.lower())
    suffix = PurePath(name.stem).suffix if name.suffix in _PACKED else name.suffix
    return _KINDS.get(suffix) or _kind_by_content(path, suffix)


def _kind_by_content(path: str, suffix: str) -> Kind | None:
    """By the first bytes, for a name that says nothing."""
    try:
        head = head_of(path)
    except OSError:
        return None
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith(b"PAR1"):
        return "parquet"
    if _PAGE.match(head):
        return "html"
    if _ROW.match(head):
        return "jsonl"
    return "text" if not suffix and b"\0" not in head else None
