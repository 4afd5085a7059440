"""The bench of scale, on few articles."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from unspin.inference.bench import scale
from unspin.model.errors import UnspinError

CLONE = Path(__file__).parents[3]


def test_articles_all_differ_and_are_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CLONE)
    first = list(scale.articles(500))
    assert len(set(first)) == 500
    assert list(islice(scale.articles(10_000), 500)) == first


def test_outside_a_clone_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnspinError, match="run it in a clone"):
        next(scale.articles(1))


def test_it_measures_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CLONE)
    found = CliRunner().invoke(scale.main, ["--articles", "200", str(tmp_path)])
    assert found.exit_code == 0, found.output
    figures = json.loads(found.stdout.splitlines()[-1])
    assert figures["articles"] == 200
    assert figures["seconds"] > 0 and figures["processor"] > 0
    assert set(figures["megabytes"]) == {"1%", "50%", "100%", "peak"}
    assert all(figures["megabytes"].values())
    rows = [
        json.loads(line)
        for path in (tmp_path / "200" / "data").iterdir()
        for line in path.read_text("utf-8").splitlines()
    ]
    assert sorted(row["id"] for row in rows) == list(range(200))
    assert sum(row["spun"] for row in rows) >= 10  # one in ten is
