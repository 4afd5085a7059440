"""The service over HTTP: the command line's JSON, and a clear answer to everything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from click.testing import CliRunner

from unspin import Constraints, Model
from unspin.inference.cli import cli
from unspin.inference.service.limits import Limits

Serve = Callable[..., AbstractContextManager[Any]]

SPUN = "He volition question to Mexico connected Friday."


def command_line(task: str, **row: Any) -> Any:
    found = CliRunner().invoke(cli, [task, "-", "--format", "jsonl"], input=json.dumps(row))
    return json.loads(found.stdout)


@pytest.mark.parametrize("task", ["score", "restore"])
def test_answers_are_the_command_lines(service: Any, task: str) -> None:
    row = {"text": SPUN, "id": 7, "url": "https://example.org", "tags": [{"a": None}]}
    answer = service.post(f"/{task}", **row)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json == command_line(task, **row)


def test_modes_and_languages(service: Any, model: Model, seed_spun: str) -> None:
    for mode in ("precise", "thorough"):
        answer = service.post("/score", text=seed_spun, mode=mode)
        assert answer.json == {"id": None, **model.score(seed_spun, mode).to_dict(), "mode": mode}
    skipped = service.post("/restore", text="Bonjour.", language="fr").json
    assert skipped["status"] == "skipped" and skipped["restored"] == "Bonjour."


def test_a_list_is_answered_in_order_and_a_bad_text_stops_nothing(
    service: Any, model: Model
) -> None:
    texts = [SPUN, 5, {"text": "Plain words.", "id": "b", "url": "u"}, {"id": "c"}, ""]
    results = service.post("/score", texts=texts).json["results"]
    assert results[0] == {"id": None, **model.score(SPUN).to_dict()}
    assert results[1] == {"id": None, "status": "error", "reason": "not a text", "line": 2}
    assert results[2] == {"id": "b", **model.score("Plain words.").to_dict(), "url": "u"}
    assert (results[3]["id"], results[3]["reason"]) == ("c", 'no field "text"')
    assert results[4]["status"] == "skipped"


def test_a_text_brings_its_own_dictionary(service: Any) -> None:
    row = {"text": "Grok is new in town.", "dictionary": {"grok": "Insight"}}
    answer = service.post("/restore", **row).json
    assert answer == command_line("restore", **row)
    assert answer["restored"] == "Insight is new in town." and answer["edits"][0]["by"]
    bad = row | {"dictionary": {"grok": 5}}
    refused = service.post("/restore", **bad)
    assert refused.status == 422 and "must be texts" in refused.json["error"]
    first, second = service.post("/restore", texts=[bad, row]).json["results"]
    assert first["status"] == "error" and "must be texts" in first["reason"]
    assert second == answer
    assert service.post("/score", **bad).json["dictionary"] == {"grok": 5}


def test_lists_of_the_service_hold_for_every_request(serve: Serve, model: Model) -> None:
    lists = Constraints.of(["Mexico", "question"], {"grok": "Insight"}, {"connected": "on"})
    text = SPUN + " Grok is new."
    with serve(model, constraints=lists) as service:
        answer = service.post("/restore", text=text).json
        assert answer == {"id": None, **model.restore(text, constraints=lists).to_dict()}
        own = service.post("/restore", text=text, dictionary={"grok": "Sense"}).json
        scored = service.post("/score", text=text).json
    assert "question to Mexico" in answer["restored"] and "Insight is new." in answer["restored"]
    assert "Sense is new." in own["restored"]
    assert [found["expected"] for found in scored["findings"]] == ["on"]


def test_half_a_character_is_read_as_on_the_command_line(service: Any) -> None:
    answer = service.ask("POST", "/restore", '{"text": "He volition half \\ud800 question."}')
    assert answer.status == 200
    assert "\ud800" in answer.json["restored"]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ("", 400, "not valid JSON"),
        ('{"text": "a"', 400, "column 13"),
        (b'{"text": "\xff"}', 400, "not UTF-8 (byte 0xff at 10)"),
        ('{"text": "a", "text": "b"}', 400, 'the field "text" stands there twice'),
        ('{"text": "a", "n": 1e999}', 400, "too large"),
        ('{"text": "a", "n": NaN}', 400, "NaN"),
        ('{"text": "a", "n": ' + "1" * 5000 + "}", 400, "4300 digits"),
        ('{"text": "a", "n": ' + "[" * 50_000, 400, "nested too deep"),
        ('["a"]', 422, '"text" or "texts"'),
        ("{}", 422, '"text": field required'),
        ('{"text": 5}', 422, '"text": not a string'),
        ('{"text": "a", "mode": "x"}', 422, "'precise', 'balanced' or 'thorough'"),
        ('{"text": "a", "language": 1}', 422, '"language": not a string'),
        ('{"texts": "a"}', 422, '"texts": input should be a valid list'),
        ('{"texts": [], "text": "a"}', 422, '"text": extra inputs are not permitted'),
    ],
)
def test_bad_bodies_get_one_clear_line(
    service: Any, body: str | bytes, status: int, error: str
) -> None:
    answer = service.ask("POST", "/score", body)
    assert answer.status == status
    assert list(answer.json) == ["error"]
    assert error in answer.json["error"] and "\n" not in answer.json["error"]


def test_one_field_of_very_many_that_stands_there_twice_is_named(service: Any) -> None:
    """Were each name compared with all others, the answer would take minutes."""
    names = [f"field {i}" for i in range(100_000)]
    body = ", ".join(f'"{name}": 1' for name in [*names, names[-1]])
    answer = service.ask("POST", "/score", f"{{{body}}}")
    assert answer.status == 400
    assert answer.json["error"].endswith('the field "field 99999" stands there twice')


def test_head_is_get_without_a_body(service: Any) -> None:
    got, head = (service.ask(method, "/health") for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert service.ask("HEAD", "/score").status == 405


def test_unknown_ways_to_ask(service: Any) -> None:
    form = "application/x-www-form-urlencoded"
    for method, path, headers, status in (
        ("GET", "/score", {}, 405),
        ("GET", "/nothing", {}, 404),
        ("GET", "/page/../app.py", {}, 404),
        ("GET", "/page/%2e%2e/app.py", {}, 404),
        ("POST", "/score", {"Content_Type": form}, 415),
        ("POST", "/score", {"Content_Encoding": "gzip"}, 415),
    ):
        answer = service.ask(method, path, "{}" if method == "POST" else None, **headers)
        assert answer.status == status and list(answer.json) == ["error"], path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "rebound.example"}, 421),
        ({"Host": "127.0.0.1.example:80"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "["}, 421),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Host": "localhost", "Origin": "http://localhost"}, 200),
        ({"Host": "[::1]:8765", "Origin": "http://[::1]:8765"}, 200),
        ({"Host": "192.0.2.7"}, 200),
    ],
)
def test_pages_of_other_sites_are_turned_away(
    service: Any, headers: dict[str, str], status: int
) -> None:
    answer = service.ask("POST", "/score", '{"text": "Plain words."}', **headers)
    assert answer.status == status
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_carries_the_headers(service: Any) -> None:
    for path in ("/", "/docs", "/health", "/openapi.json", "/page/main.js", "/nothing"):
        headers = service.ask("GET", path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_openapi_describes_what_is_answered(service: Any) -> None:
    api = service.ask("GET", "/openapi.json").json
    assert set(api["paths"]) == {"/score", "/restore", "/health"}
    shapes = api["components"]["schemas"]
    row = service.post("/restore", text=SPUN).json
    assert set(row) <= set(shapes["Restored"]["properties"])
    assert set(row["edits"][0]) == set(shapes["Edit"]["properties"]) - {"by"}
    health = service.ask("GET", "/health").json
    assert set(health) == set(shapes["Health"]["properties"])
    assert health["limits"]["text_chars"] == Limits().text_chars
