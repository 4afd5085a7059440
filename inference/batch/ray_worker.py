"""What runs in the processes of a cluster: reading units, and making parts of them.

Nothing in here knows of Ray. What goes from one process to another is pickled, and what goes
wrong is told as a line of text, which no engine wraps in a trace of its own.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from unspin.inference.batch.inputs import Input
from unspin.inference.batch.job import Job, Unit
from unspin.inference.batch.output import Output
from unspin.inference.batch.part_writer import PartWriter
from unspin.inference.batch.parts import Part
from unspin.inference.batch.pipeline import Pipeline
from unspin.inference.batch.process import Source
from unspin.inference.batch.progress import Counts
from unspin.inference.batch.stretches import Stretch, stretches
from unspin.inference.constraints import Constraints
from unspin.model.errors import UnspinError
from unspin.model.settings import FILE, SHIPPED, file_hash


@dataclass(frozen=True, slots=True)
class Errand:
    """What every process of a run is told.

    `folder` and `model` are absolute. `desk` is the run's own folder below the drafts: once it is
    gone, a process that was cut off and is still at work cannot write any more. `unspin` and
    `settings` are the version and the hash of the model's settings that all must have, `sample`
    some of the inputs, which all must see.
    """

    job: Job
    folder: Path
    desk: str
    model: Path | None
    threads: int
    batch_size: int
    unspin: str
    settings: str
    sample: tuple[Input, ...] = ()
    constraints: Constraints | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the run cannot go on, on one line."""

    line: str


@dataclass(frozen=True, slots=True)
class Made:
    """A part that is safe, what is in it, and how many bytes of the input it took.

    `earlier` are those of parts just before it that were there already.
    """

    part: Part
    counts: Counts
    size: int
    earlier: int


def trouble(errand: Errand) -> Trouble | None:
    """Why this machine cannot take part in the run; None if it can.

    One file that it does not see may have been lost since, which is told of that file alone; a
    machine that sees none of the sample does not share the file system.
    """
    here = platform.node()
    shared = "must lie on a file system that all workers share"
    if (own := version("unspin")) != errand.unspin:
        return Trouble(f"{here} has unspin {own}, not {errand.unspin}: install the same everywhere")
    if not Output(errand.folder, errand.desk).drafts.is_dir():
        return Trouble(f"{here} does not see {errand.folder}: OUTPUT {shared}")
    if errand.sample and not any(map(_is_seen, errand.sample)):
        return Trouble(f"{here} does not see {errand.sample[0].path} as it is: INPUT {shared}")
    try:
        settings = file_hash((errand.model or SHIPPED) / FILE)
    except OSError:
        return Trouble(f"{here} does not see the model: its folder {shared}")
    if settings != errand.settings:
        return Trouble(f"{here} has another model: install the same everywhere")
    return None


def read(errand: Errand, unit: Unit) -> Iterator[Stretch | Trouble]:
    """The parts that are to be made of `unit`."""
    if problem := trouble(errand):
        yield problem
        return
    try:
        yield from stretches(unit, errand.job, Output(errand.folder, errand.desk))
    except (UnspinError, OSError) as error:
        yield _told(error)


class Maker:
    """Makes parts with a model of its own, which it loads for the first one."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._output = Output(errand.folder, f"{errand.desk}/{platform.node()}-{os.getpid()}")
        self._pipeline: Pipeline | None = None

    def make(self, stretch: Stretch | Trouble) -> Made | Trouble:
        """The part of `stretch`, once it is safe. What cannot be read has its reason in it."""
        if isinstance(stretch, Trouble):
            return stretch
        try:
            if not self._pipeline:
                if problem := trouble(self._errand):
                    return problem
                self._output.drafts.mkdir(exist_ok=True)
                errand = self._errand
                self._pipeline = Pipeline.load(
                    errand.model, errand.threads, errand.job.pipeline, errand.constraints
                )
            return self._made(stretch, self._pipeline)
        except (UnspinError, OSError) as error:
            return _told(error)

    def _made(self, stretch: Stretch, pipeline: Pipeline) -> Made:
        unit, job, counts = stretch.unit, self._errand.job, Counts()
        if stretch.documents is None:
            source = Source(unit.documents(job.read, stretch.start))
        else:
            source = Source(iter(stretch.documents))
        with PartWriter(self._output, unit, job, stretch.first) as writer:
            while batch := source.take(self._errand.batch_size):
                outcomes = pipeline.run(batch)
                for outcome in outcomes:
                    writer.add(outcome)
                counts.add(outcomes)
            part = writer.commit(source.next, stretch.last)
        return Made(part, counts, stretch.size, stretch.earlier)


def _is_seen(input: Input) -> bool:
    try:
        return os.stat(input.path).st_size == input.size
    except OSError:
        return False


def _told(error: Exception) -> Trouble:
    return Trouble(f"{platform.node()}: {error}")
