"""The local engine: all units of a batch, one after the other, on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unspin.inference.batch.job import Job, Unit
from unspin.inference.batch.meter import Meter
from unspin.inference.batch.output import Output
from unspin.inference.batch.parts import parts_of
from unspin.inference.batch.pipeline import Pipeline
from unspin.inference.batch.prefetch import prefetch
from unspin.inference.batch.process import BrokenOff, process
from unspin.inference.batch.progress import Progress
from unspin.inference.batch.records import Outcome


def run(
    units: Sequence[Unit],
    job: Job,
    pipeline: Pipeline,
    output: Output,
    *,
    limit: int | None,
    batch_size: int,
    stop: Callable[[], bool],
    live: bool,
) -> Progress:
    """Do what is left of `units`, up to their first `limit` documents; what this run did.

    The model reads on all cores while a thread reads ahead. Raises OSError and `UnspinError`.
    """
    meter = Meter(units, limit)
    progress = Progress(meter.share, live, meter.earlier)

    def tell(outcomes: Sequence[Outcome]) -> None:
        meter.add(len(outcomes))
        progress.tell(outcomes)

    with progress:
        for unit in units:
            before = sum(part.documents for part in parts_of(output, unit.number))
            meter.begin(unit, before)
            if limit is not None:
                limit -= before
            parts = process(
                unit,
                job,
                pipeline,
                output,
                limit=limit if limit is None else max(0, limit),
                batch_size=batch_size,
                feed=lambda numbered: prefetch(meter.watch(numbered), stop),
                stop=stop,
                tell=tell,
            )
            try:
                for part in parts:
                    if limit is not None:
                        limit -= part.documents
            except BrokenOff as error:
                progress.broken = str(error)
            if stop():
                break
    return progress
