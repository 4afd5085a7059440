"""Those who read the text, and the rounds in which they take turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

from unspin.inference.bench.texts import Texts

Reader = Callable[[Sequence[str]], object]

WARM = 8
"""Texts that everyone reads before the first round, unmeasured."""

Key = tuple[str, str, str]
"""Contestant, task ("score" or "restore") and form of the text ("alone" or "articles")."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """Someone who scores or restores texts; `forms` are those that it reads in its own way."""

    name: str
    about: str
    tasks: Mapping[str, Reader]
    forms: Sequence[str] = ("alone", "articles")


@dataclass(frozen=True, slots=True)
class Rate:
    """Sentences a second, and a second of processor time, which a busy machine moves less."""

    wall: float
    processor: float


def rates(
    contestants: Sequence[Contestant], texts: Mapping[str, Texts], rounds: int
) -> dict[Key, Rate]:
    """The rate of each, the median of the rounds.

    All take their turn in every round, so that whatever else the machine does slows all alike.
    `texts` are those of each task.
    """
    turns = {
        (contestant.name, task, form): (read, texts[task].of(form))
        for contestant in contestants
        for task, read in contestant.tasks.items()
        for form in contestant.forms
    }
    for read, wanted in turns.values():
        read(wanted[:WARM])
    seconds: dict[Key, list[tuple[float, float]]] = {key: [] for key in turns}
    for _ in range(rounds):
        for key, (read, wanted) in turns.items():
            began, worked = perf_counter(), process_time()
            read(wanted)
            seconds[key].append((perf_counter() - began, process_time() - worked))
    return {
        key: Rate(*(len(texts[key[1]].alone) / median(taken) for taken in zip(*found, strict=True)))
        for key, found in seconds.items()
    }
