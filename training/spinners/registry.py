"""The registry of spinner families."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol, TypeVar

from unspin.model.errors import UnspinError
from unspin.training.spinners.resources import Resources


class Spinner(Protocol):
    """Damages one passage the way one kind of spinner does.

    Everything a spinner keeps fixed within a document (its table, its rate) is drawn from `rng`
    at the start of `spin`, so that one passage has one spinner.
    """

    name: str

    def spin(self, text: str, rng: random.Random) -> str:
        """The passage as the spinner would write it; layout and punctuation are the passage's."""
        ...


S = TypeVar("S", bound=type)
_makers: dict[str, Callable[[Resources], Spinner]] = {}


def register(name: str) -> Callable[[S], S]:
    """Class decorator: `cls(resources)` becomes the spinner called `name`."""

    def add(cls: S) -> S:
        cls.name = name  # type: ignore[attr-defined]
        _makers[name] = cls
        return cls

    return add


def families() -> list[str]:
    """The names of all registered families, sorted."""
    return sorted(_makers)


def make(name: str, resources: Resources) -> Spinner:
    """The spinner of a family.

    Raises UnspinError for an unknown name or a missing thesaurus.
    """
    if name not in _makers:
        raise UnspinError(f"no spinner family {name!r}; there are: {', '.join(families())}")
    return _makers[name](resources)
