"""Whatever comes in, the command and the service say what the model says, or one clear line."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from invariants import texts

from unspin import Model
from unspin.inference.cli import cli

bodies = st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "texts", "mode", "language", "id", "other"]), inner, max_size=4
        )
    ),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())

rows = st.lists(
    st.binary(max_size=40).filter(lambda line: b"\n" not in line and line.strip())
    | texts.map(lambda text: json.dumps({"text": text}).encode())
    | bodies.filter(lambda line: b"\n" not in line and line.strip()),
    min_size=1,
    max_size=6,
)


def command(*arguments: str, stdin: bytes) -> Result:
    found = CliRunner().invoke(cli, list(arguments), input=stdin)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found


@given(text=texts.filter(str.strip))
@settings(max_examples=40)
def test_the_command_restores_what_the_model_does(model: Model, text: str) -> None:
    data = text.replace("\0", "").encode("utf-8", "ignore")  # a null is in no text, but in binaries
    found = command("restore", "--input-format", "text", "--format", "json", "-", stdin=data)
    assert found.exit_code == 0, found.output
    given = data.decode()
    assert json.loads(found.stdout) == {"id": None, **model.restore(given).to_dict()}
    plain = command("restore", "--input-format", "text", "-", stdin=data)
    assert plain.stdout_bytes == model.restore(given).restored.encode()


@given(data=st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_get_an_answer_or_a_line(data: bytes) -> None:
    found = command("score", "--input-format", "text", "--format", "jsonl", "-", stdin=data)
    if found.exit_code == 0:
        assert json.loads(found.stdout)["status"] in ("ok", "skipped")
    else:
        assert found.exit_code in (1, 2)
        assert not found.stdout or json.loads(found.stdout)["status"] == "error"
        assert len(found.stderr.splitlines()) == 1 and found.stderr.startswith("unspin: ")


@given(lines=rows)
@settings(max_examples=60)
def test_every_row_comes_out_in_its_place(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    found = command("restore", "--input-format", "jsonl", "--format", "jsonl", "-", stdin=data)
    out = [json.loads(line) for line in found.stdout.split("\n") if line]
    assert len(out) == len(lines), (found.stderr, found.stdout)
    for number, row in enumerate(out, 1):
        assert row["status"] in ("ok", "skipped", "error")
        assert row["status"] != "error" or (row["reason"] and row.get("line", number) == number)
    assert found.exit_code == any(row["status"] == "error" for row in out)


@contextmanager
def serving() -> Iterator[int]:
    """Where `unspin serve` listens meanwhile."""
    server = subprocess.Popen(
        [sys.executable, "-m", "unspin", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout
        line = server.stdout.readline()
        found = re.search(r":(\d+)", line)
        assert found, line
        yield int(found[1])
    finally:
        server.terminate()
        assert server.wait(60) == 0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as found:
        yield found


def ask(port: int, path: str, body: bytes) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@given(text=texts)
@settings(max_examples=60)
def test_the_service_restores_what_the_model_does(model: Model, port: int, text: str) -> None:
    status, answer = ask(port, "/restore", json.dumps({"text": text}).encode())
    assert status == 200
    assert answer == {"id": None, **model.restore(text).to_dict()}


@given(body=bodies, path=st.sampled_from(["/score", "/restore"]))
@settings(max_examples=200)
def test_any_body_gets_an_answer_or_a_line(port: int, body: bytes, path: str) -> None:
    status, answer = ask(port, path, body)
    assert status in (200, 400, 422)
    assert status == 200 or (answer["error"] and len(answer["error"].splitlines()) == 1)
    assert ask(port, "/score", b'{"text": "All is well."}')[0] == 200
