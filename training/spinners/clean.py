"""No spinner at all: what a reader must leave alone."""

from __future__ import annotations

import random

from unspin.training.spinners.registry import register
from unspin.training.spinners.resources import Resources


@register("clean")
class Clean:
    """The passage as it is."""

    name: str

    def __init__(self, resources: Resources) -> None:
        pass

    def spin(self, text: str, rng: random.Random) -> str:
        return text
