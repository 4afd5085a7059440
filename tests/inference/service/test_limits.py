"""What the service bears: long, slow, many and vanishing requests, and being stopped."""

from __future__ import annotations

import json
import logging
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from click.testing import CliRunner

from unspin import Model
from unspin.inference.cli import cli
from unspin.inference.service.limits import Limits

SPUN = "He volition question to Mexico connected Friday. "


class Held:
    """A model that reads nothing until it is let go, and notes what it was given."""

    def __init__(self, model: Model) -> None:
        self.settings = model.settings
        self.gate = threading.Event()
        self.batches: list[list[str]] = []
        self._model = model

    def score(self, texts: list[str], mode: str, **options: Any) -> Any:
        self.batches.append(texts)
        assert self.gate.wait(60)
        if "the culprit" in texts:
            raise RuntimeError("secret words")
        return self._model.score(texts, mode, **options)

    def restore(self, text: Any, *args: Any, **options: Any) -> Any:
        return self._model.restore(text, *args, **options)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_requests_that_wait_are_read_together_with_the_same_results(
    serve: Any, model: Model
) -> None:
    held = Held(model)
    texts = [f"{SPUN}It was number {i}." for i in range(9)] + ["the culprit"]
    with serve(held) as service, ThreadPoolExecutor(len(texts)) as clients:
        waiting = [clients.submit(service.post, "/score", text=text) for text in texts]
        until(lambda: service.in_hand() == len(texts))
        held.gate.set()
        answers = [future.result() for future in waiting]
    assert max(map(len, held.batches)) >= len(texts) - 2
    for text, answer in zip(texts[:-1], answers, strict=False):
        assert answer.json == {"id": None, **model.score(text).to_dict()}
    assert (answers[-1].status, answers[-1].json) == (500, {"error": "the text could not be read"})


def test_long_texts_bodies_and_lists_are_refused(serve: Any, model: Model) -> None:
    limits = Limits(body_bytes=2000, text_chars=100, texts=3)
    with serve(model, limits) as service:
        assert service.post("/score", text="a" * 100).status == 200
        assert service.post("/score", text="a" * 101).status == 413
        rows = service.post("/score", texts=["a" * 101, "Plain words."]).json["results"]
        assert [row["status"] for row in rows] == ["error", "ok"]
        assert service.post("/score", texts=["a"] * 4).status == 413
        assert service.post("/score", text="a", more="b" * 2000).status == 413
        # A body of unknown length, and one whose length is a lie.
        chunked = service.ask("POST", "/score", body=iter([b"x" * 900] * 5))
        assert chunked.status == 413


def test_a_full_house_says_when_to_come_back(serve: Any, model: Model) -> None:
    held = Held(model)
    limits = Limits(requests=2, seconds=0.5)
    with serve(held, limits) as service, ThreadPoolExecutor(2) as clients:
        waiting = [clients.submit(service.post, "/score", text="Plain.") for _ in range(2)]
        until(lambda: service.in_hand() == 2)
        refused = service.post("/score", text="Plain.")
        assert refused.status == 429 and int(refused.headers["retry-after"]) >= 1
        for late in waiting:  # nobody waits without end
            assert late.result().status == 503 and "0.5 s" in late.result().json["error"]
        held.gate.set()
        until(lambda: service.post("/score", text="Plain.").status == 200)


def test_nobody_queues_for_longer_than_the_limit(serve: Any, model: Model) -> None:
    held = Held(model)
    with serve(held, Limits(seconds=1)) as service, ThreadPoolExecutor(1) as clients:
        long = clients.submit(service.post, "/score", text="word " * 40_000)
        until(lambda: bool(held.batches))
        refused = service.post("/score", text="Plain.")
        assert refused.status == 429 and "requests wait" in refused.json["error"]
        assert long.result().status == 503
        held.gate.set()


def test_a_client_that_leaves_is_not_read_for(serve: Any, model: Model) -> None:
    held = Held(model)
    with serve(held) as service:
        body = json.dumps({"text": SPUN}).encode()
        head = "POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        clients = [service.connect() for _ in range(6)]
        for client in clients:
            client.sendall(request)
        until(lambda: service.in_hand() == 6)
        for client in clients:
            client.close()
        until(lambda: service.in_hand() == 0)
        held.gate.set()
        assert service.post("/score", text=SPUN).status == 200
    assert sum(map(len, held.batches)) <= 3  # two were being read already


def test_a_client_that_leaves_while_it_sends_is_no_error(
    serve: Any, model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with serve(model) as service:
        with service.connect() as client:
            client.sendall(
                b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b'Content-Length: 50\r\n\r\n{"text": "'
            )
            until(lambda: service.in_hand() == 1)
        until(lambda: "POST /score" in caplog.text)
    assert "POST /score 499" in caplog.text
    assert all(record.levelno <= logging.INFO for record in caplog.records)


def test_slow_and_silent_connections_are_dropped(serve: Any, model: Model) -> None:
    with serve(model, Limits(body_seconds=0.4, connections=4)) as service:
        silent, slow, half = service.connect(), service.connect(), service.connect()
        slow.sendall(b"POST /score HTTP/1.1\r\nHost: localhost\r\n")
        half.sendall(
            b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50\r\n\r\n{"
        )
        assert half.recv(1000).startswith(b"HTTP/1.1 408")
        for client in (silent, slow):
            with suppress(ConnectionResetError):
                assert client.recv(1000) == b""
        half.close()
        crowd = [service.connect() for _ in range(5)]
        assert crowd[-1].recv(1000).startswith(b"HTTP/1.1 503")
        for client in crowd:
            client.close()
        until(lambda: service.ask("GET", "/health").status == 200)


def test_no_text_is_logged(serve: Any, model: Model, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    held = Held(model)
    held.gate.set()
    with serve(held) as service:
        service.post("/score", text="the culprit", id="secret words")
        service.post("/restore", text=f"{SPUN} secret words")
        service.ask("GET", "/secret%20words?text=secret+words")
        service.ask("POST", "/score?secret+words", '{"secret words"')
    lines = [record.getMessage() for record in caplog.records if "unspin" in record.name]
    assert len(lines) >= 4 and "secret" not in caplog.text.replace("+", " ")


def test_the_command_finishes_what_is_in_hand_and_stops(
    at_port: Any, model: Model, seed_spun: str
) -> None:
    command = [sys.executable, "-P", "-m", "unspin", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
            assert found
            service = at_port(int(found[1]))
            with ThreadPoolExecutor(1) as clients:
                waiting = clients.submit(service.post, "/restore", text=seed_spun)
                until(lambda: service.in_hand() == 1)
                process.send_signal(signal.SIGTERM)
                answer = waiting.result()
            assert answer.json == {"id": None, **model.restore(seed_spun).to_dict()}
            assert process.wait(60) == 0
            log = process.stderr.read()
            assert "POST /restore 200" in log and log.endswith("unspin has stopped\n")
        finally:
            process.kill()


def test_a_port_in_use_is_told_in_one_line(service: Any) -> None:
    found = CliRunner().invoke(cli, ["serve", "--port", str(service.port)])
    assert found.exit_code == 2
    assert found.output.startswith(f"unspin: error: cannot listen on 127.0.0.1:{service.port}: ")


@pytest.mark.parametrize("host", ["ex..ample", "a" * 70 + ".example"])
def test_a_host_that_cannot_be_one_is_told_in_one_line(host: str) -> None:
    found = CliRunner().invoke(cli, ["serve", "--host", host, "--port", "0"])
    assert found.exit_code == 2
    assert found.output == f"unspin: error: cannot listen on {host}: it is no name of a host\n"


@pytest.mark.parametrize("seconds", ["inf", "nan", "-inf", "-1", "0", "1e300", "86401"])
def test_a_timeout_without_end_is_refused(seconds: str) -> None:
    found = CliRunner().invoke(cli, ["serve", "--timeout", seconds, "--host", "ex..ample"])
    assert found.exit_code == 2
    assert "'--timeout': " in found.output and "86400 seconds" in found.output


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    monkeypatch.delitem(sys.modules, "unspin.inference.service.app", raising=False)
    found = CliRunner().invoke(cli, ["serve"])
    assert found.exit_code == 2
    assert found.output.endswith("needs fastapi: pip install 'unspin[serve]'\n")
