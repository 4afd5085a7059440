"""Folders that a command wrote, known by a file it always leaves in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path


def marked(file: Path, keys: Iterable[str]) -> bool:
    """Whether `file` is a JSON object with all of `keys`."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.keys() >= set(keys)
