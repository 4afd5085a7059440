"""What the network said of windows that were met before, for pages that share their menus.

A window is a run of its own, so what is kept is to the bit what another run would say.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from threading import Lock

from unspin.inference.engine import FloatArray, WindowInput, WindowOutput

Encode = Callable[[Iterable[WindowInput]], Iterator[WindowOutput]]
Found = tuple[FloatArray, FloatArray | None]
"""Head outputs of a window, and its states unless it was known."""


class WindowMemory:
    """The head outputs of the last `windows` different windows (3 kB each). Thread-safe.

    Encoder states are not kept: they take eighty times the room, and only damaged words need them.
    """

    def __init__(self, windows: int) -> None:
        self._most = windows
        self._heads: OrderedDict[bytes, FloatArray] = OrderedDict()
        self._lock = Lock()

    def read(self, encode: Encode, windows: Iterable[WindowInput]) -> Iterator[Found]:
        """What is found in `windows`, in order; `encode` is asked for those that are new."""
        asked: deque[tuple[bytes, FloatArray | None]] = deque()

        def new() -> Iterator[WindowInput]:
            for window in windows:
                name = _name(window)
                known = self._get(name)
                asked.append((name, known))
                if known is None:
                    yield window

        for output in encode(new()):
            name, known = asked.popleft()
            while known is not None:
                yield known, None
                name, known = asked.popleft()
            self._put(name, output.heads)
            yield output.heads, output.hidden
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


def _name(window: WindowInput) -> bytes:
    """A window's hash; pieces and shapes are of one length, and cannot be taken for each other."""
    return blake2b(window.ids.tobytes() + window.shapes.tobytes(), digest_size=16).digest()
