"""Connections that ask for nothing: not too many of them, and not for long."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from unspin.inference.service.limits import Limits

_BODY = json.dumps({"error": "too many connections: try again in 1 s"}).encode()
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 1\r\n"
    b"connection: close\r\ncontent-length: " + str(len(_BODY)).encode() + b"\r\n\r\n" + _BODY
)


def protocol(limits: Limits) -> type[H11Protocol]:
    """An HTTP protocol for uvicorn that holds to `limits`.

    uvicorn itself waits without end for a first request, and for a client to fetch its answer.
    """

    class Bounded(H11Protocol):
        _idle: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > limits.connections:
                transport.write(FULL)
                transport.close()
            else:
                self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop_waiting()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _wait(self) -> None:
            """Drop the connection unless it holds a request before long."""
            self._stop_waiting()
            self._idle = self.loop.call_later(limits.body_seconds, self.transport.abort)

        def _stop_waiting(self) -> None:
            if self._idle is not None:
                self._idle.cancel()
                self._idle = None

    return Bounded
