"""The edits of a document are the same whoever makes them, how many, and in what company."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

SEEDS = Path(__file__).parents[3] / "seeds"

Batch = Callable[..., Result]
Edits = dict[int, tuple[str, list[Any]]]


@pytest.fixture(scope="module")
def rows(texts: list[str]) -> list[str]:
    """Short texts, long ones, damaged ones, and some that come twice."""
    lines = [
        line
        for name in ("000_da9212261fc304e0.txt", "003_e4e48e6647e0a585.txt")
        for line in (SEEDS / name).read_text("utf-8").splitlines()
        if len(line) > 40
    ]
    return [json.dumps({"id": n, "text": text}) for n, text in enumerate(texts[:20] + lines)]


def edits(batch: Batch, folder: Path, rows: list[str], seed: int, *options: object) -> Edits:
    """The status and the edits of each row, read in an order of its own."""
    folder.mkdir()
    shuffled = random.Random(seed).sample(rows, len(rows))
    (folder / "rows.jsonl").write_text("\n".join(shuffled))
    found = batch(folder / "rows.jsonl", folder / "out", "--part-size", 9, *options)
    assert found.exit_code == 0, found.output
    made = [
        json.loads(line)
        for path in (folder / "out" / "data").rglob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert sorted(row["id"] for row in made) == list(range(len(rows)))
    return {row["id"]: (row["status"], row.get("edits") or []) for row in made}


@pytest.fixture(scope="module")
def wanted(batch: Batch, rows: list[str], tmp_path_factory: pytest.TempPathFactory) -> Edits:
    folder = tmp_path_factory.mktemp("wanted") / "in-order"
    return edits(batch, folder, rows, 0, "--threads", 1, "--batch-size", 1)


def test_there_is_something_to_compare(wanted: Edits) -> None:
    assert sum(len(made) for _, made in wanted.values()) > 50
    assert {"restored", "unchanged", "skipped"} == {status for status, _ in wanted.values()}


@pytest.mark.parametrize(("threads", "size"), list(product((1, 2), (1, 8, 64))))
def test_local(
    batch: Batch, rows: list[str], wanted: Edits, tmp_path: Path, threads: int, size: int
) -> None:
    options = ("--threads", threads, "--batch-size", size)
    for seed in (1, 2):
        assert edits(batch, tmp_path / str(seed), rows, seed, *options) == wanted


@pytest.mark.usefixtures("runtime")  # two workers at most, on a real runtime
@pytest.mark.parametrize(("workers", "size"), list(product((1, 2), (1, 8, 64))))
def test_ray(
    batch: Batch, rows: list[str], wanted: Edits, tmp_path: Path, workers: int, size: int
) -> None:
    options = ("--engine", "ray", "--workers", workers, "--batch-size", size)
    assert edits(batch, tmp_path / "ray", rows, 3 + size, *options) == wanted
