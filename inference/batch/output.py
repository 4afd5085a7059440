"""The folder that a batch is written to: what lies where, and who may write there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unspin.inference.batch.report import PAGE, STATE
from unspin.model.errors import UnspinError
from unspin.model.marks import marked

MANIFEST = "manifest.json"
_LOCK = ".lock"
_MARK = b"a batch of unspin\n"
"""What the lock of a batch's folder holds: without it, or a manifest, the folder is not ours."""

KEYS = {"format", "unspin", "model", "options", "inputs", "finished"}
"""What every manifest has."""


class Output:
    """Where things lie in a batch's folder.

    `data` holds what the batch is for: parts with rows, or a mirror of the files that were read.
    `documents` then says what became of each file. `quarantine` holds what could not be read,
    `state` a record of each finished part, `drafts` what is not finished; one of several processes
    has its drafts at a `desk` of its own.
    """

    def __init__(self, folder: Path, desk: str = "") -> None:
        self.folder = folder
        self.manifest = folder / MANIFEST
        self.data = folder / "data"
        self.documents = folder / "documents"
        self.quarantine = folder / "quarantine"
        self.state = folder / "state"
        self.inputs = self.state / "inputs.jsonl"
        self.drafts = folder / "drafts" / desk
        self._folders = (
            self.state,
            self.data,
            self.documents,
            self.quarantine,
            folder / "drafts",
        )

    def check(self) -> None:
        """Raise `UnspinError` if the folder is no place for a batch: nothing in it is touched
        unless it is a batch's own."""
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise UnspinError(f"{self.folder} is a file: name a folder to write to")
        for folder in self._folders:
            if folder.is_symlink():
                raise UnspinError(f"{folder} is a link: name another folder to write to")
        if not self._is_ours() and any(path.name != _LOCK for path in self.folder.iterdir()):
            raise UnspinError(f"{self.folder} holds other things: name a new folder to write to")

    def _is_ours(self) -> bool:
        lock = self.folder / _LOCK
        if lock.is_file() and lock.read_bytes() == _MARK:
            return True
        return marked(self.manifest, KEYS)

    def clear(self) -> None:
        """Delete what a batch wrote, and nothing else; the manifest last, so that one who is
        stopped half way leaves a folder that is known again."""
        for folder in self._folders:
            if folder.exists():
                shutil.rmtree(folder)
        for name in (PAGE, STATE, MANIFEST):
            (self.folder / name).unlink(missing_ok=True)

    def prepare(self) -> None:
        """Make the folders, and drop what a run before this one left unfinished.

        Raises `UnspinError` if what earlier runs wrote is gone.
        """
        if self.manifest.exists() and not self.data.is_dir():
            raise UnspinError(f"{self.data} is gone: begin anew with --overwrite")
        if self.drafts.exists():
            shutil.rmtree(self.drafts)
        for folder in (self.data, self.quarantine, self.state, self.drafts):
            folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out. Raises `UnspinError` if one is at work."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.name == "nt":
            (self.folder / _LOCK).write_bytes(_MARK)
            yield
            return
        import fcntl

        with (self.folder / _LOCK).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UnspinError(f"another run is writing to {self.folder}") from None
            if not file.tell():
                file.write(_MARK)
                file.flush()
            yield

    def place(self, name: str) -> Path:
        """Where the mirror of an input called `name` lies; its folder is made.

        Raises `UnspinError` if that is not below `data`, as when a link in it leads away.
        """
        path = self.data.joinpath(*name.split("/"))
        above = list(path.relative_to(self.data).parents)[:-1]
        if ".." in path.parts or any((self.data / folder).is_symlink() for folder in above):
            raise UnspinError(f"{name} would be written outside {self.data}")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
