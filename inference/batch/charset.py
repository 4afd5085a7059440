"""Bytes of a page to a string and back, byte for byte."""

from __future__ import annotations

import codecs
import re

from unspin.inference.batch.markup import BLANKS
from unspin.inference.decoding import Undecodable

_DECLARED = re.compile(
    rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)|<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
_HEAD = 4096
"""Bytes in which a page declares its encoding."""

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16's, with which it begins
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# Browsers read these as the wider sets that are called so in practice, and as UTF-8 what would be
# unreadable if it were what it says.
_MEANT = {
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be"), "utf-8"),
    **{"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254"},
    **{"gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932"},
}
_KNOWN = re.compile(r"utf-8|cp(?:125\d|874|866|932|949)|iso8859-\d+|koi8-[ru]|gb18030|big5|euc_jp")


def decode_page(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """A page and its encoding: by its byte order mark, by the zeros of UTF-16 and UTF-32, by what
    is `declared` of it, by what it says itself, else UTF-8 or, if it is not that, Windows-1252.

    What the encoding has no character for comes as lone surrogates, which `encode_page` turns to
    the same bytes again. Raises `Undecodable` if they would not be the same.
    """
    encoding = _encoding(data, declared)
    errors = "strict" if encoding in _WIDE else "surrogateescape"
    try:
        html = data.decode(encoding, errors)
        if html.encode(encoding, errors) == data:
            return html, encoding
    except UnicodeError:
        pass
    raise Undecodable("not_utf8", f"not text in {encoding} that can be written back: save as UTF-8")


def encode_page(html: str, encoding: str) -> bytes:
    """The bytes of a page; a character that `encoding` lacks becomes a character reference."""
    return html.encode(encoding, _REFERENCE)


def _encoding(data: bytes, declared: str | None) -> str:
    for mark, marked in _MARKS.items():
        if data.startswith(mark):
            return marked
    if b"\0" in data and (wide := _wide(data[:_HEAD])):
        return wide
    said = _DECLARED.search(data[:_HEAD])
    names = [declared, (said[1] or said[2]).decode("ascii", "replace") if said else None]
    for name in names:
        if name and (encoding := _known(name)):
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _wide(head: bytes) -> str | None:
    """The one of `_WIDE` in which a page with zeros begins with a tag; None if it does without.

    Raises `Undecodable` if it begins with none: edits might destroy what it is.
    """
    for encoding in (*_WIDE, "latin-1"):
        if head.decode(encoding, "replace").lstrip(BLANKS).startswith("<"):
            return encoding if encoding in _WIDE else None
    raise Undecodable("unreadable", "binary, not text")


def _known(name: str) -> str | None:
    """Python's name for an encoding that pages are written in."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    found = _MEANT.get(found, found)
    return found if _KNOWN.fullmatch(found) else None


def _reference(error: UnicodeError) -> tuple[str | bytes, int]:
    """Bytes that were no characters as they were; characters that are no bytes by their number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    char = error.object[error.start]
    if "\udc80" <= char <= "\udcff":
        return bytes([ord(char) - 0xDC00]), error.start + 1
    return f"&#{ord(char)};", error.start + 1


_REFERENCE = "unspin.reference"
codecs.register_error(_REFERENCE, _reference)
