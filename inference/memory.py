"""What the network said of windows that were met before, for pages that share their menus.

A window is a run of its own, so what is kept is to the bit what another run would say.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from threading import Lock

from unspin.inference.engine import FloatArray, Output, WindowInput

Run = Callable[[Iterable[WindowInput]], Iterator[Output]]
Found = tuple[FloatArray, FloatArray | None]
"""What is wanted of a window, and its states unless it was known."""


class WindowMemory:
    """What was found in the last `windows` different windows (3 kB each). Thread-safe.

    First looks and whole readings are told apart by `stage`. States are not kept: they take eighty
    times the room, and only damaged words need them.
    """

    def __init__(self, windows: int) -> None:
        self._most = windows
        self._heads: OrderedDict[bytes, FloatArray] = OrderedDict()
        self._lock = Lock()

    def read(self, stage: bytes, run: Run, windows: Iterable[WindowInput]) -> Iterator[Found]:
        """What is found in `windows`, in order; `run` is asked for those that are new."""
        asked: deque[tuple[bytes, FloatArray | None]] = deque()

        def new() -> Iterator[WindowInput]:
            for window in windows:
                name = _name(stage, window)
                known = self._get(name)
                asked.append((name, known))
                if known is None:
                    yield window

        for wanted, states in run(new()):
            name, known = asked.popleft()
            while known is not None:
                yield known, None
                name, known = asked.popleft()
            self._put(name, wanted)
            yield wanted, states
        for _, known in asked:
            assert known is not None
            yield known, None

    def _get(self, name: bytes) -> FloatArray | None:
        with self._lock:
            heads = self._heads.get(name)
            if heads is not None:
                self._heads.move_to_end(name)
            return heads

    def _put(self, name: bytes, heads: FloatArray) -> None:
        with self._lock:
            self._heads[name] = heads
            if len(self._heads) > self._most:
                self._heads.popitem(last=False)


def _name(stage: bytes, window: WindowInput) -> bytes:
    """A window's hash; pieces and shapes are of one length, and cannot be taken for each other."""
    read = window.ids.tobytes() + window.shapes.tobytes()
    return blake2b(read, digest_size=16, person=stage).digest()
