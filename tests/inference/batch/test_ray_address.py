"""A Ray that is not there: apart from other tests of Ray, which have one connected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:port", "127.0.0.1:99999"])
def test_it_is_told_and_what_was_written_stays(
    crawl: Path,
    tmp_path: Path,
    batch: Callable[..., Result],
    contents: Callable[[Path], dict[str, bytes]],
    address: str,
) -> None:
    options = (crawl / "rows.jsonl", tmp_path / "out", "--max-error-rate", 1)
    assert batch(*options).exit_code == 0
    before = contents(tmp_path / "out")
    ray = ("--engine", "ray", "--ray-address", address, "--overwrite")
    found = batch(*options, *ray)
    assert found.exit_code == 2, found.output
    assert f"no Ray at {address}" in found.stderr and len(found.stderr.splitlines()) == 1
    assert before and contents(tmp_path / "out") == before
