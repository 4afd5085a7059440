"""A small crawl, and what a batch wrote of one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from unspin.inference.cli import cli

SPUN = (
    "The travel comes arsenic Mexico has worked to negociate with the Trump medication to "
    "debar tariff threats."
)
CLEAN = (
    "The council met on Tuesday evening to vote on the new bridge.",
    "Residents said the old one had been closed for eleven months.",
    "Nobody objected, and the work will begin in April.",
)
GERMAN = (
    "Der Stadtrat hat am Dienstagabend beschlossen, die alte Brücke über den Fluss im kommenden "
    "Jahr zu erneuern. Während der Arbeiten wird der Verkehr über die nördliche Umgehung "
    "geleitet, und die Händler der Innenstadt befürchten, dass viele Kunden ausbleiben werden."
)


Rows = dict[str, dict[str, Any]]

TRIES = 4
"""Ray gives its own processes 30 seconds to start, which is not enough on a busy machine."""


def _text(number: int) -> str:
    """The text of a document: some are damaged, some are not English, some come again."""
    if number % 9 == 4:
        return GERMAN
    own = "" if number % 5 == 0 else f" It was case {number} of the year."
    return CLEAN[number % 3] + (" " + SPUN if number % 4 == 1 else "") + own


def _line(number: int) -> str:
    """A line of JSON Lines; some are broken."""
    if number % 11 == 7:
        return '{"id": broken\n'
    return json.dumps({"id": number, "text": _text(number), "status": "draft"}) + "\n"


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Texts of documents: every fourth is damaged, every ninth German, every fifth is met again."""
    return [_text(number) for number in range(40)]


@pytest.fixture(scope="session")
def lines() -> Callable[[int], str]:
    """So many rows of JSON Lines, of which every eleventh is broken."""
    return lambda count: "".join(map(_line, range(count)))


@pytest.fixture
def crawl(tmp_path: Path, lines: Callable[[int], str]) -> Path:
    """A folder with 30 rows, 9 texts and 9 pages; three rows and a text cannot be read."""
    folder = tmp_path / "crawl"
    (folder / "site" / "deep").mkdir(parents=True)
    (folder / "rows.jsonl").write_text(lines(30))
    for i in range(9):
        (folder / "site" / f"{i}.txt").write_bytes(f"{_text(i)}\r\n".encode())
        page = f"<html><script>'as arsenic'</script>\r\n<p class=a>{_text(i)} &amp; so on</html>"
        (folder / "site" / "deep" / f"{i}.html").write_bytes(page.encode())
    (folder / "site" / "3.txt").write_bytes(b"caf\xe9")
    return folder


@pytest.fixture(scope="session")
def batch() -> Callable[..., Result]:
    """Runs `unspin batch` in this process."""

    def run(*arguments: object, stdin: str = "") -> Result:
        stream = io.BufferedReader(io.BytesIO(stdin.encode()))  # as a process has it
        return CliRunner().invoke(cli, ["batch", *map(str, arguments)], input=stream)

    return run


@pytest.fixture(scope="session")
def written() -> Callable[[Path], Rows]:
    """All documents that a batch wrote, by key; fails if one comes twice."""
    return _written


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """The bytes of all files that documents, and the counts of them, are in."""
    return _contents


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for kind in ("data", "documents", "quarantine", "state")
        for path in sorted((folder / kind).rglob("*"))
        if path.is_file() and path.name != "inputs.jsonl"
    }


def _written(folder: Path) -> Rows:
    found: Rows = {}
    for kind in ("data", "documents", "quarantine"):
        for path in sorted((folder / kind).glob("part-*.jsonl")):
            for row in map(json.loads, path.read_text().splitlines()):
                assert row["key"] not in found
                found[row["key"]] = row
    for path in (folder / "data").rglob("*"):
        if path.is_file() and not path.name.startswith("part-"):
            row = found[path.relative_to(folder / "data").as_posix()]
            row["bytes"] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def runtime() -> Iterator[None]:
    """A runtime of Ray's to which this process is connected."""
    import ray

    for left in range(TRIES)[::-1]:
        try:
            ray.init(
                "local",
                num_cpus=2,
                object_store_memory=80_000_000,
                include_dashboard=False,
                log_to_driver=False,
            )
            break
        except Exception:
            ray.shutdown()
            if not left:
                raise
    yield
    ray.shutdown()
