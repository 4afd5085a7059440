"""Hugging Face datasets: callables for `Dataset.map(..., batched=True)` (extra `datasets`).

    from datasets import Dataset
    from unspin import RestoreColumn

    rows = Dataset.from_dict({"text": ["The travel comes arsenic Mexico has worked."]})
    restored = rows.map(RestoreColumn("text"), batched=True)
    restored[0]["unspin_restored"]

They hold settings only, so they pickle and hash in no time, also with `num_proc`, and `map` finds
its cache again until a setting, the weights or the version changes.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from unspin.inference.adapters.shared import check_mode, shared_model, weights_of
from unspin.inference.results import Restoration, Score
from unspin.model.errors import UnspinError


@dataclass(frozen=True, slots=True)
class _Column(ABC):
    """Reads one column of texts and adds what it finds in columns named with `prefix`.

    The columns are the fields of the command line's JSON. `status` is "ok", "skipped" or "error",
    which is what becomes of a row without a text; `reason` is empty where there is none. Lists
    (`sentences`, `words`, `edits`) are JSON text: a first batch without any edit would leave the
    library no type to give their column.

    Args:
        column: the texts.
        mode, language: as in `unspin.Model.score`.
        prefix: what the names of new columns start with.
        model: a folder written by `unspin export`, by default the shipped weights.
        threads: parts of a text read at the same time; 1 suits `num_proc`.

    Raises `UnspinError` for a model or mode that is not there, and when called on rows without
    `column`, on rows that have one of the new columns already, or on a single row.
    """

    column: str = "text"
    mode: str = "balanced"
    language: str = "en"
    prefix: str = "unspin_"
    model: str | Path | None = None
    threads: int | None = None
    # Nothing reads these two: they make the hash, and so the cache, follow what would be loaded.
    weights: str = field(init=False, repr=False)
    version: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_mode(self.mode, self.model)
        object.__setattr__(self, "weights", weights_of(self.model))
        object.__setattr__(self, "version", metadata.version("unspin"))

    def __call__(self, rows: Mapping[str, Any]) -> dict[str, list[Any]]:
        """The new columns of a batch of rows, each a list as long as the batch."""
        if self.column not in rows:
            known = ", ".join(map(repr, rows)) or "none"
            raise UnspinError(f"no column {self.column!r}: choose one of {known}")
        texts = rows[self.column]
        if isinstance(texts, str) or not isinstance(texts, Iterable):
            raise UnspinError("rows come in batches only: map(..., batched=True)")
        found = [self._fields(result) for result in self._read(list(texts))]
        names = self._fields(Restoration("error", None, "")) if not found else found[0]
        columns = {self.prefix + name: [fields[name] for fields in found] for name in names}
        for name in columns:
            if name in rows:
                raise UnspinError(f"there is a column {name!r} already: choose another prefix")
        return columns

    @abstractmethod
    def _read(self, texts: list[str]) -> Sequence[Score]: ...

    def _fields(self, result: Any) -> dict[str, Any]:
        return {
            "status": result.status,
            "reason": result.reason or "",
            "score": result.score,
            "spun": result.spun,
            "sentences": _json(result.sentences),
            "words": _json(result.words),
        }


@dataclass(frozen=True, slots=True)
class ScoreColumn(_Column):
    __doc__ = _Column.__doc__

    def _read(self, texts: list[str]) -> list[Score]:
        model = shared_model(self.model, self.threads)
        return model.score(texts, self.mode, language=self.language)


@dataclass(frozen=True, slots=True)
class RestoreColumn(_Column):
    __doc__ = _Column.__doc__

    def _read(self, texts: list[str]) -> list[Restoration]:
        model = shared_model(self.model, self.threads)
        return model.restore(texts, self.mode, language=self.language)

    def _fields(self, result: Restoration) -> dict[str, Any]:
        return {
            **_Column._fields(self, result),
            "restored": result.restored,
            "edits": _json(result.edits),
        }


def _json(found: Iterable[Any]) -> str:
    return json.dumps([one.to_dict() for one in found], ensure_ascii=False)
