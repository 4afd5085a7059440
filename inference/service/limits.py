"""What the service takes on, and how it refuses the rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one client, and all of them together, can ask for.

    Memory stays under about `requests * body_bytes`, and nobody waits longer than `body_seconds`
    and `seconds` together.
    """

    body_bytes: int = 4_000_000
    """Most bytes of a request's body."""
    text_chars: int = 200_000
    """Most characters of one text."""
    texts: int = 256
    """Most texts of one request."""
    requests: int = 64
    """Most requests in hand at once: being received, waiting or being read."""
    connections: int = 512
    """Most open connections, idle ones included."""
    seconds: float = 60.0
    """Longest time from a whole request to its answer."""
    body_seconds: float = 20.0
    """Longest time that a client may take to send its body, or to send nothing at all."""


class Refusal(Exception):
    """A request that gets no result: an HTTP status and one line that says what to do.

    `retry_after` is how many seconds to wait before it is worth asking again.
    """

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after
