"""The app on a port: bound, announced, logged, and stopped only when its work is done."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from unspin.inference.service.connections import protocol
from unspin.inference.service.limits import Limits
from unspin.model.errors import UnspinError


class Server(uvicorn.Server):
    """uvicorn, saying when it is ready."""

    def __init__(self, app: Any, limits: Limits, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http=protocol(limits),
            ws="none",
            lifespan="on",
            access_log=False,  # the guard's holds no query, which could be a text
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=int(limits.seconds + limits.body_seconds) + 1,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port` (0: any free one). Raises `UnspinError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, number, _, address = found[0]
        bound = socket.socket(family, kind, number)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except UnicodeError as error:  # an empty label, or one too long for the names of hosts
        raise UnspinError(f"cannot listen on {host}: it is no name of a host") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnspinError(f"cannot listen on {host}:{port}: {reason} (try --port 0)") from error
    return bound


def address(bound: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def run(app: Any, bound: socket.socket, limits: Limits, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, and then until what is in hand is answered."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("unspin").setLevel(logging.INFO)
    server = Server(app, limits, ready)
    # uvicorn stops in order and then raises the signal again: by then there is nothing to stop.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    server.run(sockets=[bound])
