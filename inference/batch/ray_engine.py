"""The engine `ray`: the parts of a batch made by many processes, of a laptop or a cluster.

A stream of Ray Data: units are read in a few tasks, cut into stretches of a part each, and every
worker is an actor with a model that makes one part after the other. The files they write are those
of the local engine, byte for byte. A part that a worker leaves when it dies is made again; one
that is made twice is written twice with the same bytes, under a temporary name of each worker.
"""

from __future__ import annotations

import math
import os
import pickle
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from unspin.inference.batch.extras import need
from unspin.inference.batch.job import Job, Unit
from unspin.inference.batch.output import Output
from unspin.inference.batch.parts import parts_of, recorded
from unspin.inference.batch.progress import Progress
from unspin.inference.batch.ray_worker import Errand, Made, Maker, Trouble, read, trouble
from unspin.inference.constraints import Constraints
from unspin.model.errors import UnspinError

READERS = 4
"""Workers that one reader is to feed: reading takes little beside the model."""

SAMPLE = 5
"""Inputs by which a machine is known to see what the others do."""

RETRIES = 3
"""How often a part is tried again whose worker dies."""

PATIENCE = 90.0
"""Seconds that a shared file system may take to show what was written elsewhere."""

_SETTINGS = {
    "target_max_block_size": 1,  # a block a stretch, so that any worker may take the next one
    "enable_progress_bars": False,
    "print_on_execution_start": False,
}


class RayEngine:
    """Workers on a Ray cluster, or on a runtime of Ray's that is started here and ended again.

    `address` is that of a cluster ("host:6379" or "auto"; by default `RAY_ADDRESS`, if it is set),
    of which this machine must be a part. There is one worker for every `threads` processors by
    default. A runtime to which this process is connected already is used as it is.
    """

    def __init__(self, address: str | None, workers: int | None, threads: int | None) -> None:
        self._address = address or os.environ.get("RAY_ADDRESS") or "local"
        self._workers = workers
        self._threads = threads or 1
        if self._address.startswith("ray://"):
            raise UnspinError(
                "ray:// addresses cannot be used: run this on a machine of the cluster, with "
                "--ray-address auto"
            )

    def run(
        self,
        units: Sequence[Unit],
        job: Job,
        output: Output,
        manifest: Mapping[str, Any],
        *,
        model: Path | None,
        constraints: Constraints | None = None,
        batch_size: int,
        stop: Callable[[], bool],
        live: bool,
    ) -> Progress:
        """Do what is left of `units` until `stop` says so, which is asked after each part.

        Raises `UnspinError` where a worker cannot work or died too often, and OSError.
        """
        units = [unit for unit in units if not _is_made(output, unit)]
        total = max(1, sum(input.size for unit in units for input in unit.inputs))
        done = earlier = 0
        progress = Progress(lambda: min(1.0, done / total), live, lambda: earlier / total)
        errand = Errand(
            job,
            output.folder.absolute(),
            uuid4().hex,
            model and model.absolute(),
            self._threads,
            batch_size,
            manifest["unspin"],
            manifest["model"]["settings"],
            tuple(unit.inputs[0] for unit in units[:SAMPLE]),
            constraints,
        )
        desk = Output(errand.folder, errand.desk).drafts
        desk.mkdir()
        made: list[tuple[int, int]] = []
        try:
            with redirect_stdout(sys.stderr), self._runtime() as ray, progress:  # Ray prints
                _check_nodes(ray, errand)
                for one in self._stream(ray, errand, units):
                    if isinstance(one, Trouble):
                        raise UnspinError(one.line)
                    made.append((one.part.unit, one.part.first))
                    earlier += one.earlier
                    done += one.size + one.earlier
                    progress.count(one.counts)
                    if stop():
                        break
        finally:
            shutil.rmtree(desk, ignore_errors=True)
        _await(output, made)
        return progress

    @contextmanager
    def connected(self, units: Sequence[Unit]) -> Iterator[Self]:
        """This, with Ray to work on `units`. Raises `UnspinError` if it cannot."""
        if any(unit.is_stdin for unit in units):
            raise UnspinError("workers cannot read standard input: write it to a file first")
        with redirect_stdout(sys.stderr), self._runtime():  # Ray prints
            yield self

    @contextmanager
    def _runtime(self) -> Iterator[Any]:
        """Ray, connected; as it is, if it is connected already."""
        ray = need("ray", "ray")
        need("ray.data", "ray")
        if ray.is_initialized():
            yield ray
            return
        own: dict[str, Any] = {}
        if self._address == "local":
            processors = max(os.cpu_count() or 1, (self._workers or 1) * self._threads)
            own = {"num_cpus": processors, "include_dashboard": False}
        else:
            _knock(self._address)
        handler = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(self._address, log_to_driver=False, logging_level="ERROR", **own)
        except Exception as error:  # of many kinds, Exception itself among them
            ray.shutdown()
            raise UnspinError(f"no Ray at {self._address}: {_line(error)}") from error
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)  # Ray puts its own there
        try:
            yield ray
        finally:
            ray.shutdown()

    def _stream(self, ray: Any, errand: Errand, units: Sequence[Unit]) -> Iterator[Made | Trouble]:
        """What becomes of the parts of `units`, in the order in which they are finished."""
        if not units:
            return
        processors = int(ray.cluster_resources().get("CPU", 1))
        workers = self._workers or max(1, processors // self._threads)
        items = [{"item": pickle.dumps(unit)} for unit in units]
        with _settings(ray.data.DataContext.get_current()):
            stream = (
                ray.data.from_items(items, override_num_blocks=len(items))
                .map_batches(
                    partial(_read, errand),
                    batch_size=1,
                    batch_format="pyarrow",
                    num_cpus=0,
                    concurrency=math.ceil(workers / READERS),
                )
                .map_batches(
                    _Actor,
                    fn_constructor_args=[errand],
                    batch_size=1,
                    batch_format="pyarrow",
                    num_cpus=self._threads,
                    compute=ray.data.ActorPoolStrategy(
                        size=workers, max_tasks_in_flight_per_actor=2
                    ),
                    max_restarts=-1,
                    max_task_retries=RETRIES,
                )
            )
        try:
            for row in stream.iter_rows():
                yield pickle.loads(row["item"])
        except ray.exceptions.RayError as error:
            raise UnspinError(
                f"Ray gave up: {_line(error)}; the same command goes on with what is left"
            ) from error


class _Actor:
    """A worker."""

    def __init__(self, errand: Errand) -> None:
        self._maker = Maker(errand)

    def __call__(self, rows: Any) -> Any:
        return _table([self._maker.make(stretch) for stretch in _items(rows)])


def _read(errand: Errand, rows: Any) -> Iterator[Any]:
    for unit in _items(rows):
        for stretch in read(errand, unit):
            yield _table([stretch])


def _items(rows: Any) -> list[Any]:
    return [pickle.loads(item.as_py()) for item in rows["item"]]


def _table(items: Sequence[Any]) -> Any:
    arrow = need("pyarrow")
    return arrow.table({"item": arrow.array(map(pickle.dumps, items), arrow.large_binary())})


@contextmanager
def _settings(context: Any) -> Iterator[None]:
    """Ray Data's settings for the streams that are made meanwhile."""
    before = {name: getattr(context, name) for name in _SETTINGS}
    for name, value in _SETTINGS.items():
        setattr(context, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(context, name, value)


def _knock(address: str) -> None:
    """Raise `UnspinError` where nobody listens: Ray itself would end this process."""
    host, _, port = address.rpartition(":")
    if not host:  # "auto": Ray knows where
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), PATIENCE).close()
    except (OSError, ValueError, OverflowError) as error:
        raise UnspinError(f"no Ray at {address}: {error}") from error


def _check_nodes(ray: Any, errand: Errand) -> None:
    """Raise `UnspinError` if a machine of the cluster cannot take part."""
    on = need("ray.util.scheduling_strategies", "ray").NodeAffinitySchedulingStrategy
    nodes = [n["NodeID"] for n in ray.nodes() if n["Alive"] and n["Resources"].get("CPU")]
    probe = ray.remote(num_cpus=0)(trouble)
    asked = [
        probe.options(scheduling_strategy=on(node, soft=False)).remote(errand) for node in nodes
    ]
    try:
        found = [one for one in ray.get(asked) if one]
    except Exception as error:  # what cannot be imported there comes as many things
        raise UnspinError(
            f"a machine of the cluster cannot run unspin ({_line(error)}): "
            "pip install 'unspin[batch,ray]' on all of them"
        ) from error
    if found:
        raise UnspinError(found[0].line)


def _is_made(output: Output, unit: Unit) -> bool:
    parts = parts_of(output, unit.number)
    return bool(parts) and parts[-1].last


def _await(output: Output, made: Sequence[tuple[int, int]]) -> None:
    """Wait until all that was made is seen here. Raises `UnspinError` if it is not."""
    until = time.monotonic() + PATIENCE
    for unit, parts in groupby(sorted(made), lambda part: part[0]):
        missing = {first for _, first in parts}
        while missing := missing - {part.first for part in recorded(output, unit)}:
            if time.monotonic() > until:
                raise UnspinError(
                    f"parts that workers wrote are not seen in {output.folder}: OUTPUT must lie "
                    "on a file system that all workers share"
                )
            time.sleep(1)


def _line(error: BaseException) -> str:
    """The last line of what Ray says, which is the one that tells."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__
