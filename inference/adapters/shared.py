"""The models that adapters read with: loaded once a process, named by folder, never pickled.

An adapter keeps the folder's name only, so that it can be copied, hashed and sent to another
process in no time; the weights are loaded where the first text is read.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from unspin.inference.api import Model, load, mode_of
from unspin.model.errors import UnspinError
from unspin.model.settings import FILE, SHIPPED, Settings, file_hash


def shared_model(folder: str | Path | None = None, threads: int | None = None) -> Model:
    """The model in `folder`, by default the shipped one; see `unspin.load`."""
    return _loaded(None if folder is None else str(folder), threads, weights_of(folder))


def weights_of(folder: str | Path | None = None) -> str:
    """What tells one model from another: the hash of its settings, which hold all the others.

    Raises `UnspinError` if there is no model in `folder`.
    """
    path = (SHIPPED if folder is None else Path(folder)) / FILE
    if not path.is_file():
        raise UnspinError(f"no model in {path.parent}: {FILE} is missing")
    return file_hash(path)


def check_mode(name: str, folder: str | Path | None = None) -> None:
    """Raises `UnspinError` if there is no model in `folder`, or it has no mode of that name."""
    mode_of(Settings.load(SHIPPED if folder is None else Path(folder)), name)


@lru_cache(maxsize=4)
def _loaded(folder: str | None, threads: int | None, weights: str) -> Model:
    return load(folder, threads)
