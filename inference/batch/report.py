"""The report of a batch: `report.html` for a person and `summary.json` for a program."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from unspin.inference.batch.summary import Summary

PAGE = "report.html"
STATE = "summary.json"


def write_report(
    summary: Summary, folder: str | Path, facts: Mapping[str, str] | None = None
) -> Path:
    """Write the report into `folder`, whole or not at all; the path of the page.

    `facts` are shown as they are, in their order: what was run, with which model, how long.
    """
    folder = Path(folder)
    state = {**summary.to_dict(), "facts": dict(facts or {})}
    _write(folder / STATE, json.dumps(state, indent=1) + "\n")
    return folder / PAGE


def _write(path: Path, text: str) -> None:
    """Replace `path` at once, so that nobody meets half a file."""
    draft = path.with_name(path.name + ".tmp")
    with open(draft, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
