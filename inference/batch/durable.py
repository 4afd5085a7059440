"""Files that are there as a whole or not at all, whatever breaks off."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def publish(draft: Path, final: Path) -> None:
    """Give a written `draft` its final name, once its bytes are safe. Raises OSError."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(draft, final)


def write(path: Path, data: bytes, draft: Path) -> None:
    """Write `data` to `path` by way of `draft`. Raises OSError."""
    draft.write_bytes(data)
    publish(draft, path)


def sync(folders: Iterable[Path]) -> None:
    """Make the names in `folders` safe. Raises OSError."""
    if os.name == "nt":
        return  # folders cannot be opened there
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
