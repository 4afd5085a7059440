"""Outcomes as the rows that are written, and rows as JSON."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from unspin.inference.batch.html import Restored, restore_in_place
from unspin.inference.batch.pipeline import Task
from unspin.inference.batch.records import Outcome
from unspin.inference.decoding import Number
from unspin.inference.results import Restoration

COLUMNS: dict[Task, tuple[str, ...]] = {
    "restore": ("key", "status", "reason", "score", "spun", "restored", "edits", "dropped"),
    "score": ("key", "status", "reason", "score", "spun", "words"),
}
"""What a row says of a document, before the columns that pass through."""

_OURS = frozenset(name for names in COLUMNS.values() for name in names)
_INPUT = "input_"

Row = dict[str, Any]


def found(outcome: Outcome, task: Task, restored: Restored | None = None) -> Row:
    """What became of a document.

    `restored` is what is to be used for its text from now on. `dropped` counts the edits that
    could not be put into a page.
    """
    problem, result = outcome.problem, outcome.result
    row: Row = {
        "key": outcome.document.key,
        "status": outcome.status.value,
        "reason": problem.reason.value if problem else None,
        "score": None if result is None else round(float(result.score), 4),
        "spun": None if result is None else result.spun,
    }
    if task == "score":
        row["words"] = [] if result is None else [word.to_dict() for word in result.words]
        return row
    restored = restored or restoration(outcome)
    edits = result.edits if isinstance(result, Restoration) else ()
    row |= {"restored": restored.html, "edits": [edit.to_dict() for edit in edits]}
    if outcome.document.html is not None:
        row["dropped"] = restored.dropped
    return row


def restoration(outcome: Outcome) -> Restored:
    """The restored text of a document, or its page where it has one; as it came, if not read.

    Raises ValueError if the edits do not fit the page.
    """
    document, result = outcome.document, outcome.result
    if outcome.page is not None:
        return outcome.page
    if not isinstance(result, Restoration):
        return Restored(document.text if document.html is None else document.html, 0)
    if document.html is None:
        return Restored(result.restored, 0)
    return restore_in_place(document.html, result.edits)


def refused(outcome: Outcome) -> Row:
    """The row of the quarantine: which document, where, why, and what came with it."""
    document, problem = outcome.document, outcome.problem
    return {
        "key": document.key,
        "source": document.source,
        "position": document.position,
        "reason": problem.reason.value if problem else None,
        "detail": problem.detail if problem else None,
        "fields": dict(document.fields),
    }


def passed(fields: Mapping[str, Any]) -> Row:
    """Columns that pass through; one named like ours is called `input_…`.

    So is one that is named like that already: which others a row has changes no name.
    """
    names = passed_names(fields)
    return {name: fields[old] for name, old in zip(names, fields, strict=True)}


def passed_names(names: Iterable[str]) -> list[str]:
    """What columns of these names are called where they come out."""
    return [f"{_INPUT}{name}" if _bare(name) in _OURS else name for name in names]


def _bare(name: str) -> str:
    """A name that has been through a batch, or many, as it was before."""
    while name.startswith(_INPUT):
        name = name.removeprefix(_INPUT)
    return name


def as_json(value: object) -> str:
    """`value` as JSON on one line, for any UTF-8 stream. Raises ValueError if it cannot be.

    Numbers that came in JSON are written as they came; others that it does not know, such as NaN,
    become their names.
    """
    try:
        try:
            text = json.dumps(value, ensure_ascii=False, default=_plain, allow_nan=False)
            text.encode("utf-8")
        except ValueError:
            text = _one_by_one(value)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return text


def _one_by_one(value: object) -> str:
    """What `json` does not write as it is to be, somewhere in `value`."""
    if isinstance(value, Number):
        return value.literal
    if isinstance(value, float) and not math.isfinite(value):
        return '"NaN"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'
    if isinstance(value, dict):
        pairs = (f"{_one_by_one(str(name))}: {_one_by_one(one)}" for name, one in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_one_by_one, value))}]"
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate that came in as an escape
        return json.dumps(value)
    return text


def _plain(value: object) -> object:
    """What JSON has no type for: bytes as Base64, dates by ISO 8601, all else as its text."""
    if isinstance(value, Number):
        raise ValueError("not as Python writes it")
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
