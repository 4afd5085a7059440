"""A real server on a loopback port, and clients for it."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from unspin import Constraints, Model
from unspin.inference.service.app import create_app
from unspin.inference.service.limits import Limits
from unspin.inference.service.server import Server, listen

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Service:
    """Where a server listens, and how to ask it."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, path, data, (JSON if body is not None else {}) | names)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def post(self, path: str, **fields: Any) -> Answer:
        return self.ask("POST", path, json.dumps(fields))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def in_hand(self) -> int:
        count = self.ask("GET", "/health").json["in_hand"]
        assert isinstance(count, int)
        return count


Serve = Callable[..., AbstractContextManager[Service]]


@contextmanager
def serving(
    model: Model, limits: Limits | None = None, constraints: Constraints | None = None
) -> Iterator[Service]:
    """A server of `model` in a thread, stopped in order when done."""
    limits = limits or Limits()
    ready = threading.Event()
    bound = listen("127.0.0.1", 0)
    port = bound.getsockname()[1]
    app = create_app(model, limits, constraints=constraints)
    server = Server(app, limits, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    assert ready.wait(120)
    try:
        yield Service(port)
    finally:
        server.should_exit = True
        thread.join(120)
        assert not thread.is_alive()


@pytest.fixture(scope="session")
def serve() -> Serve:
    return serving


@pytest.fixture(scope="session")
def at_port() -> Callable[[int], Service]:
    return Service


@pytest.fixture(scope="session")
def service(model: Model) -> Iterator[Service]:
    with serving(model) as found:
        yield found
