"""SIGINT and SIGTERM: the first asks to stop, the second stops."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Whether a signal has come, while it is entered in the main thread; `number` says which."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self.number = 0
        self._tell = tell
        self._before: dict[signal.Signals, Any] = {}

    def __call__(self) -> bool:
        return self.number != 0

    @property
    def exit_code(self) -> int:
        """What a shell makes of the signal: 130 or 143."""
        return 128 + self.number

    def __enter__(self) -> Self:
        self._before = {s: signal.signal(s, self._come) for s in SIGNALS}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _come(self, number: int, frame: FrameType | None) -> None:
        if self.number:
            sys.exit(128 + number)
        self.number = number
        self._tell()
