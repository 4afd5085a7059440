"""What commands may write over: what they wrote before, and nothing that they read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from unspin.model.errors import UnspinError
from unspin.model.marks import marked


def claim(folder: Path, mark: str, keys: Iterable[str], kind: str) -> None:
    """Raises `UnspinError` where `folder` holds something, and not a `kind` that a command wrote:
    those are known by their file `mark`, a JSON object with `keys`."""
    if folder.exists() and any(folder.iterdir()) and not marked(folder / mark, keys):
        raise UnspinError(
            f"{folder} is not empty and holds no {kind}: name a new or empty folder as --output"
        )


def keep_apart(output: Path, inputs: Iterable[Path]) -> None:
    """Raises `UnspinError` where `output` is one of the `inputs` or lies in one, a folder."""
    for path in inputs:
        if output.resolve().is_relative_to(path.resolve()):
            raise UnspinError(
                f"{output} lies among the inputs ({path}): name another file to write"
            )
