"""A queue in front of the model: requests that wait are read together.

A request is read at once while there is a free worker; under load those that wait with the same
task, mode and language go to the model as one list, which keeps every core busy. A text's result
does not depend on what is read with it, so nobody can tell.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from unspin.inference.api import Model
from unspin.inference.constraints import Constraints
from unspin.inference.results import Score
from unspin.inference.service.limits import Limits, Refusal

Task = Literal["score", "restore"]

Text = tuple[str, Constraints | None]
"""A text, and what constrains the reading of it."""

WORKERS = 2
"""Batches read at the same time, so that a long text does not hold up the short ones."""

BATCH = 2.0
"""Seconds that a batch should take: it keeps every core busy, and whoever comes next need not wait
long."""

WARM_UP = (
    "The travel comes arsenic Mexico has worked to debar tariff threats connected Friday. " * 9
)

log = logging.getLogger("unspin.service")


@dataclass(frozen=True, slots=True)
class Key:
    """What requests must have in common to be read together."""

    task: Task
    mode: str
    language: str


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Texts that wait, and where their results go."""

    key: Key
    texts: Sequence[Text]
    results: asyncio.Future[Sequence[Score]]

    @property
    def chars(self) -> int:
        return sum(len(text) for text, _ in self.texts)


class Pace:
    """Characters read a second, of late."""

    def __init__(self) -> None:
        self._chars, self._seconds = 1.0, 1e-3

    def __call__(self) -> float:
        return self._chars / self._seconds

    def add(self, chars: int, seconds: float) -> None:
        """Count a batch; those before it count half as much each time."""
        self._chars = 0.5 * self._chars + chars
        self._seconds = 0.5 * self._seconds + max(seconds, 1e-3)


class Batcher:
    """Runs a model for many clients. Belongs to one event loop."""

    def __init__(self, model: Model, limits: Limits) -> None:
        self.model = model
        self.in_hand = 0
        self._limits = limits
        self._pace = Pace()
        self._waiting: deque[Job] = deque()
        self._reading: dict[asyncio.Task[None], int] = {}  # batches, and their characters
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="unspin-service")

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """A place for a request, from its first byte to its answer. Raises `Refusal` (429) if all
        are taken, or if the queue is longer than anyone would wait."""
        self._turn_away(self.in_hand >= self._limits.requests)
        self.in_hand += 1
        try:
            yield
        finally:
            self.in_hand -= 1

    async def read(
        self, task: Task, texts: Sequence[Text], mode: str, language: str
    ) -> Sequence[Score]:
        """Results of `texts`. Raises `Refusal`: 429 if too much waits, 503 if it takes too long."""
        if not texts:
            return []
        self._turn_away()  # others may have come while this one sent its body
        job = Job(Key(task, mode, language), texts, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        self._start()
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await job.results
        except TimeoutError:
            raise Refusal(
                503,
                f"no result within {self._limits.seconds:g} s: try again later or with less text",
                self._retry_after(),
            ) from None
        finally:
            job.results.cancel()  # a client that left is not read for

    async def warm_up(self) -> None:
        """Load what the model loads on first use, and see how fast it is."""
        for _ in range(2):
            began = time.monotonic()
            await asyncio.to_thread(self.model.restore, WARM_UP)
        self._pace.add(len(WARM_UP), time.monotonic() - began)

    async def close(self) -> None:
        """Finish what is being read."""
        while self._reading:
            await asyncio.wait(self._reading)
        self._pool.shutdown()

    def _turn_away(self, full: bool = False) -> None:
        # Half, for an estimate is no promise, and what is read too late is read for nobody.
        if full or self._wait() > self._limits.seconds / 2:
            seconds = self._retry_after()
            raise Refusal(429, f"too many requests wait: try again in {seconds} s", seconds)

    def _retry_after(self) -> int:
        return min(max(1, math.ceil(self._wait())), 60)

    def _wait(self) -> float:
        """Seconds until what is in hand now has been read."""
        waiting = sum(job.chars for job in self._waiting if not job.results.done())
        return (waiting + sum(self._reading.values())) / self._pace()

    def _start(self) -> None:
        while len(self._reading) < WORKERS and (jobs := self._next()):
            work = asyncio.get_running_loop().create_task(self._read(jobs))
            self._reading[work] = sum(job.chars for job in jobs)
            work.add_done_callback(self._finished)

    def _finished(self, work: asyncio.Task[None]) -> None:
        del self._reading[work]
        self._start()

    def _next(self) -> list[Job]:
        """The longest waiting job and those that can be read with it."""
        jobs: list[Job] = []
        others: deque[Job] = deque()
        chars, most = 0, self._pace() * min(BATCH, self._limits.seconds / 10)
        for job in self._waiting:
            if job.results.done():
                continue
            fits = not jobs or (job.key == jobs[0].key and chars + job.chars <= most)
            (jobs if fits else others).append(job)
            chars += job.chars if fits else 0
        self._waiting = others
        return jobs

    async def _read(self, jobs: list[Job]) -> None:
        """Read `jobs` together; if that fails, one by one, so that only the culprit suffers."""
        began = time.monotonic()
        try:
            results = iter(await self._run(jobs[0].key, [t for job in jobs for t in job.texts]))
        except Exception as error:
            if len(jobs) > 1:
                for job in jobs:
                    await self._read([job])
            elif not jobs[0].results.done():
                log.error("reading failed: %s", type(error).__name__)
                log.debug("because:", exc_info=error)
                jobs[0].results.set_exception(Refusal(500, "the text could not be read"))
            return
        for job in jobs:
            found = [next(results) for _ in job.texts]
            if not job.results.done():
                job.results.set_result(found)
        # Batches that are read beside each other share the cores.
        seconds = (time.monotonic() - began) / len(self._reading)
        self._pace.add(sum(job.chars for job in jobs), seconds)

    async def _run(self, key: Key, wanted: list[Text]) -> Sequence[Score]:
        texts, constraints = map(list, zip(*wanted, strict=True))
        read = self.model.score if key.task == "score" else self.model.restore

        def work() -> Sequence[Score]:
            return read(texts, key.mode, language=key.language, constraints=constraints)

        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
