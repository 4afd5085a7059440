"""Those who read the text, and the rounds in which they take turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

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


def rates(
    contestants: Sequence[Contestant], texts: Mapping[str, Texts], rounds: int
) -> dict[Key, float]:
    """Sentences a second: of each the median of the rounds.

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
    seconds: dict[Key, list[float]] = {key: [] for key in turns}
    for _ in range(rounds):
        for key, (read, wanted) in turns.items():
            began = perf_counter()
            read(wanted)
            seconds[key].append(perf_counter() - began)
    return {key: len(texts[key[1]].alone) / median(taken) for key, taken in seconds.items()}
