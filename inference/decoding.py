"""Bytes to text and JSON Lines to fields, with a reason where they are neither."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """A number of JSON as it was written, where Python would write it in another way."""

    literal: str

    def __str__(self) -> str:
        return self.literal


class Undecodable(ValueError):
    """Why bytes are no document: `reason` is a name for it, the message one line for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def decode(data: bytes) -> str:
    """UTF-8 text, character for character. Raises `Undecodable`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Undecodable("not_utf8", "UTF-16: save it as UTF-8")
    if b"\0" in data:
        raise Undecodable("unreadable", "binary, not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error, ": save it as UTF-8") from None


def _not_utf8(data: bytes, error: UnicodeDecodeError, advice: str = "") -> Undecodable:
    place = f"byte {data[error.start]:#04x} at {error.start}"
    return Undecodable("not_utf8", f"not UTF-8 ({place}){advice}")


def json_object(line: bytes, first: bool = False, exact: bool = False) -> dict[str, Any]:
    """The object on a line of JSON Lines; the `first` line may begin with a byte order mark.

    `exact` keeps numbers that would change as `Number`. Raises `Undecodable`.
    """
    try:
        text = line.decode("utf-8-sig" if first else "utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_float if exact else _finite,
            parse_int=_int if exact else None,
            parse_constant=Number if exact else None,
        )
    except UnicodeDecodeError as error:
        raise _not_utf8(line, error) from None
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg} at column {error.colno}"
        raise Undecodable("not_json", message) from None
    except (ValueError, RecursionError) as error:
        message = f"not readable JSON: {str(error).split(';')[0]}"
        raise Undecodable("not_json", message) from None
    if not isinstance(value, dict):
        raise Undecodable("not_json", f"not a JSON object but {_type(value)}")
    return value


def distinct(names: Sequence[str]) -> list[str]:
    """Names of columns, in order, so that all differ and none is empty; most stay as they are."""
    taken = Counter(names)
    found: dict[str, None] = {}
    for i, name in enumerate(names, 1):
        own = name or f"column {i}"
        while own in found or (own != name and own in taken):
            own += f" ({i})"
        found[own] = None
    return list(found)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, of which no value is lost though two have one name."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return dict(zip(distinct([n for n, _ in pairs]), (v for _, v in pairs), strict=True))


def _finite(digits: str) -> float:
    """A number that can be written again."""
    if not math.isfinite(number := float(digits)):
        raise ValueError("a number is too large")
    return number


def _float(digits: str) -> float | Number:
    return number if repr(number := _finite(digits)) == digits else Number(digits)


def _int(digits: str) -> int | Number:
    return Number(digits) if digits == "-0" else int(digits)


def text_in(fields: Mapping[str, Any], column: str) -> str:
    """The text of a row. Raises `Undecodable`."""
    if column not in fields:
        known = ", ".join(map(repr, list(fields)[:5])) or "none"
        raise Undecodable("no_text", f'no field "{column}" (fields: {known})')
    if not isinstance(text := fields[column], str):
        raise Undecodable("no_text", f'"{column}" is not a string but {_type(text)}')
    return text


def _type(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    names |= {int: "a number", float: "a number", Number: "a number", bytes: "bytes"}
    return "null" if value is None else names.get(type(value), type(value).__name__)
