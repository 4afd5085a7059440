"""Reading ahead in a thread of its own, so that the model does not wait for the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

from unspin.inference.batch.job import Numbered
from unspin.inference.batch.records import Document

DOCUMENTS = 256
CHARS = 2_000_000
"""How far ahead is read: documents, and characters of them."""

_TICK = 0.2
"""Seconds after which one who waits for a document asks whether to stop."""


def prefetch(source: Numbered, stop: Callable[[], bool]) -> Numbered:
    """What `source` yields, in order, until `stop` says so; what it raises is raised here."""
    ahead = _Ahead()
    reader = Thread(target=ahead.fill, args=(source,), name="unspin-reader", daemon=True)
    reader.start()
    try:
        yield from ahead.take(stop)
    finally:
        ahead.close()
        reader.join(1.0)  # it may be waiting for a pipe; as a daemon it holds nobody up


class _Ahead:
    """A queue that holds little: characters count, since documents differ by a lot."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._items: deque[tuple[int, Document]] = deque()
        self._chars = 0
        self._ended = False
        self._closed = False
        self._error: Exception | None = None

    def fill(self, source: Numbered) -> None:
        """Put in what `source` yields, waiting while there is no room."""
        try:
            for item in source:
                with self._changed:
                    self._changed.wait_for(self._has_room)
                    if self._closed:
                        return
                    self._items.append(item)
                    self._chars += _chars(item[1])
                    self._changed.notify_all()
        except Exception as error:
            self._error = error
        finally:
            source.close()
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def take(self, stop: Callable[[], bool]) -> Numbered:
        while True:
            with self._changed:
                while not self._items and not self._ended:
                    self._changed.wait(_TICK)
                    if stop():
                        return
                if not self._items:
                    break
                item = self._items.popleft()
                self._chars -= _chars(item[1])
                self._changed.notify_all()
            yield item
        if self._error:
            raise self._error

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_room(self) -> bool:
        few = len(self._items) < DOCUMENTS and self._chars < CHARS
        return few or not self._items or self._closed


def _chars(document: Document) -> int:
    return len(document.text) + len(document.html or "")
