"""Runs predictors over labelled sets and gathers every metric, by set and by group."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from unspin.model.errors import UnspinError
from unspin.model.settings import SHIPPED
from unspin.training.metrics import Figures, Tally, figures, tally
from unspin.training.readers import Example
from unspin.training.truth import Truth, clean_side, parts, truth

if TYPE_CHECKING:
    from unspin import Model, Restoration

# Families of machine-translation round trips and fluent rewriting. They hold few wrong words, so
# they are reported on their own and left out of the total of their set.
REWRITES = frozenset({"F", "J"})

# Sets in a folder of this name are clean news: what spun sentences and documents rank against.
REFERENCE = "clean/"

_BATCH_CHARACTERS = 200_000  # a predictor is given about this much text at a time


class Predictor(Protocol):
    """What is measured: the model or a baseline.

    `parts` names what it gives besides scores of sentences and documents: "words", "edits".
    """

    @property
    def name(self) -> str: ...
    @property
    def parts(self) -> frozenset[str]: ...
    def read(self, texts: Sequence[str]) -> list[Restoration]: ...


class LoadedModel:
    """The model in one mode, as its users call it."""

    parts = frozenset({"words", "edits"})

    def __init__(self, model: Model, mode: str) -> None:
        self.model = model
        self.mode = mode
        self.name = f"unspin ({mode})"

    @classmethod
    def load(cls, folder: Path | None, mode: str) -> Self:
        """Loads the weights of `folder`, the shipped ones for None. Raises `UnspinError`."""
        import unspin

        return cls(unspin.load(folder), mode)

    def read(self, texts: Sequence[str]) -> list[Restoration]:
        return self.model.restore(list(texts), mode=self.mode)


def files_hash(files: Iterable[Path]) -> str:
    """Twelve hex digits that change when the name or the content of any file does."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.name}:{file.stat().st_size}:".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def model_hash(folder: Path | None) -> str:
    """The `files_hash` of what the model in `folder` runs on; of the shipped one for None."""
    folder = folder or SHIPPED
    files = [file for file in folder.glob("*") if file.suffix in (".onnx", ".json")]
    if not files:
        raise UnspinError(f"{folder}: holds no model; give a folder that `unspin export` wrote")
    return files_hash(files)


def signature(
    data: str, model: str | None = None, mode: str | None = None, fit: str | None = None
) -> dict[str, str | None]:
    """What every number is printed with: the same signature means the same figures.

    `fit` is the hash of what a baseline has learnt from.
    """
    return {"version": version("unspin"), "model": model, "mode": mode, "data": data, "fit": fit}


@dataclass(slots=True)
class _Group:
    """Tallies of one group of documents: those spun, and those clean."""

    spun: Tally = field(default_factory=Tally)
    clean: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class _Job:
    """One text to read, what is true of it, and the groups it counts for."""

    truth: Truth
    groups: tuple[str, ...]
    reference: bool


class Benchmark:
    """Labelled sets, aligned once, over which any number of predictors can be run.

    `single` reads every sentence as a document of its own, which takes away what the rest of its
    document says of it.
    """

    def __init__(self, sets: Mapping[str, Sequence[Example]], single: bool = False) -> None:
        named = any(name.startswith(REFERENCE) for name in sets)
        clean_sets = any(not document.spun for found in sets.values() for document in found)
        self.jobs: list[_Job] = []
        for name, documents in sets.items():
            for document in documents:
                own = f"{name}/{document.group}" if document.group else name
                apart = document.group in REWRITES
                groups = (own,) if apart or own == name else (name, own)
                # Where no set is named as clean news, all clean documents are; where there are
                # none at all, the originals of the pairs.
                news = not document.spun and (name.startswith(REFERENCE) or not named)
                self._add(truth(document), groups, news, single)
                if document.clean is not None:
                    self._add(clean_side(document), groups, not clean_sets, single)
        self.groups = sorted({group for job in self.jobs for group in job.groups})

    def _add(self, whole: Truth, groups: tuple[str, ...], reference: bool, single: bool) -> None:
        for part in parts(whole) if single else (whole,):
            self.jobs.append(_Job(part, groups, reference))

    @property
    def words(self) -> int:
        return sum(len(job.truth.words) for job in self.jobs)

    def run(
        self, predictor: Predictor, advance: Callable[[int], object] = lambda words: None
    ) -> dict[str, Figures]:
        """The figures of every group. `advance` is told of words read as the run goes on."""
        tallies = {group: _Group() for group in self.groups}
        reference = Tally()
        for batch in self._batches():
            results = predictor.read([job.truth.text for job in batch])
            for job, result in zip(batch, results, strict=True):
                one = tally(job.truth, result)
                for group in job.groups:
                    (tallies[group].spun if job.truth.spun else tallies[group].clean).add(one)
                if job.reference:
                    reference.add(one)
                advance(len(job.truth.words))
        return {
            name: figures(group.spun, group.clean, reference, predictor.parts)
            for name, group in tallies.items()
        }

    def _batches(self) -> Iterator[list[_Job]]:
        batch: list[_Job] = []
        size = 0
        for job in self.jobs:
            batch.append(job)
            size += len(job.truth.text)
            if size >= _BATCH_CHARACTERS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def report(
    benchmarks: Mapping[str, Benchmark],
    predictors: Sequence[Predictor],
    signed: Mapping[str, str | None],
    advance: Callable[[int], object] = lambda words: None,
) -> dict[str, Any]:
    """The JSON form: the signature, and for each predictor the figures of every group, under the
    name of each benchmark ("groups" for whole documents, "single" for sentences on their own)."""
    return {
        "signature": dict(signed),
        "predictors": [
            {"name": one.name}
            | {view: benchmark.run(one, advance) for view, benchmark in benchmarks.items()}
            for one in predictors
        ],
    }
