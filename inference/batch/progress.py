"""How far a batch is, while it runs: a live line in a terminal, else a line now and then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self

import click

from unspin.inference.batch.records import Outcome, Status

EVERY = 10.0
"""Seconds between the lines where no terminal is."""

SOON = 2.0
"""Seconds of work before which nothing is said about the time left."""


@dataclass(slots=True)
class Counts:
    """Documents, those of them that were read, those that are spun, and those in error."""

    documents: int = 0
    read: int = 0
    spun: int = 0
    errors: int = 0

    def add(self, outcomes: Sequence[Outcome]) -> None:
        self.documents += len(outcomes)
        self.errors += sum(o.status is Status.ERROR for o in outcomes)
        results = [o.result for o in outcomes if o.result is not None]
        self.read += len(results)
        self.spun += sum(result.spun for result in results)


class Progress:
    """Counts the documents of a run, and shows them while it is entered.

    `share` says how much of all the work is done, from 0 to 1, and `earlier` how much of that was
    done by runs before this one, which tells nothing of its speed. `broken` says how standard input
    broke off, if it did.
    """

    def __init__(
        self, share: Callable[[], float], live: bool, earlier: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.documents = self.read = self.spun = self.errors = 0
        self.broken: str | None = None
        self._share = share
        self._earlier = earlier
        self._live = live
        self._begun = self._told = monotonic()
        self._bar: Any = None

    def __enter__(self) -> Self:
        self._begun = self._told = monotonic()
        if self._live:
            self._bar = _bar()
            self._bar.start()
            self._bar.add_task("", total=1.0, completed=self._share(), text="reading")
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since it was entered."""
        return monotonic() - self._begun

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Count what was done, and show it if it is time."""
        counts = Counts()
        counts.add(outcomes)
        self.count(counts)

    def count(self, counts: Counts) -> None:
        """Count what was done elsewhere, and show it if it is time."""
        self.documents += counts.documents
        self.read += counts.read
        self.spun += counts.spun
        self.errors += counts.errors
        if self._bar:
            self._bar.update(0, completed=self._share(), text=str(self))
        elif monotonic() - self._told >= EVERY:
            self._told = monotonic()
            click.echo(f"unspin: {self}", err=True)

    def __str__(self) -> str:
        """The state of things on one line."""
        parts = [
            f"{self.documents:,} documents",
            f"{self.documents / max(self.seconds, 1e-9):,.1f} a second",
        ]
        if self.read:
            parts.append(f"{self.spun / self.read:.0%} spun")
        if self.errors:
            parts.append(f"{self.errors:,} in error")
        left = self._seconds_left()
        if left is not None:
            parts.append(f"about {duration(left)} left")
        return ", ".join(parts)

    def _seconds_left(self) -> float | None:
        share = self._share()
        done = share - self._earlier()
        if done <= 0 or self.seconds < SOON:
            return None
        return self.seconds * (1 - share) / done


def duration(seconds: float) -> str:
    """A time for a person, in its largest two units at most."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    return Progress(
        BarColumn(24),
        TaskProgressColumn(),
        TextColumn("{task.fields[text]}", markup=False),
        console=Console(stderr=True, highlight=False),
        redirect_stdout=False,
    )
