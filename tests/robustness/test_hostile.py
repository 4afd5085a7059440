"""Text, rows, files and models made to do harm: each gets an answer, and none gets through."""

from __future__ import annotations

import gzip
import json
import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from invariants import check

from unspin import Model, UnspinError, load
from unspin.inference.cli import cli
from unspin.model.checkpoint import load_checkpoint
from unspin.model.settings import SHIPPED

ZALGO = "p" + "\u0300\u0301\u0302\u0303\u0304" * 200 + "resident"
HOMOGLYPHS = "Officials will meet connected Friday.".replace("e", "е").replace("o", "о")
HIDDEN = "Offi\u200bcials \u2060volition meet con\u00adnected \ufeffFriday arsenic planned."
BIDI = "Officials \u202evolition\u202c sermon \u2066the tariff\u2069 connected Friday."


@pytest.mark.parametrize(
    "text",
    [
        ZALGO + " volition meet connected Friday.",
        HOMOGLYPHS,
        HIDDEN,
        BIDI,
        "a" * 1_000_000,
        "volition " + "ж" * 1_000_000,
        "\u0301" * 100_000,
        "(" * 100_000,
        "<" * 100_000 + "script>alert(1)</script>",
        "&#x41;" * 20_000,
        "{{7*7}} ${7*7} `id` $(id) '; DROP TABLE x; --",
        "\ud7ff\ue000\ufffd\uffff",
        "connected\x00Friday\x1b[31m\x07",
    ],
    ids=range(13),
)
def test_a_hostile_text_keeps_every_promise(model: Model, text: str) -> None:
    check(model, text)


def command(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)), input=stdin)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "One.", "number": 1e999}', "too large"),
        ('{"text": "One.", "number": ' + "9" * 5000 + "}", "not readable JSON"),
        ('{"text": ' + "[" * 100_000 + "}", "JSON"),
        ('{"text": 7}', "not a string"),
    ],
)
def test_a_hostile_row_fails_alone(line: str, reason: str) -> None:
    rows = f'{{"id": 1, "text": "All is well."}}\n{line}\n{{"id": 3, "text": "Fine."}}\n'
    result = command("score", "--format", "jsonl", "-", stdin=rows.encode())
    found = [json.loads(row) for row in result.stdout.splitlines()]
    assert [row["status"] for row in found] == ["ok", "error", "ok"]
    assert reason in found[1]["reason"]


def test_of_two_values_with_one_name_none_is_lost() -> None:
    row = '{"text": "One.", "text": "Two.", "more": {"a": 1, "a": 2}}\n'
    found = json.loads(command("score", "--format", "jsonl", "-", stdin=row.encode()).stdout)
    assert found["status"] == "ok"
    assert found["text (2)"] == "Two."
    assert found["more"] == {"a": 1, "a (2)": 2}


def test_bombs_are_not_unpacked_beyond_the_limit(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    with gzip.open(pages / "bomb.txt.gz", "wb") as bomb:
        for _ in range(200):
            bomb.write(b"a" * 1_000_000)
    with gzip.open(pages / "rows.jsonl.gz", "wb") as bomb:
        bomb.write(b'{"text": "' + b"a" * 50_000_000 + b'"}\n{"text": "All is well."}\n')
    (pages / "deep.html").write_text("<div>" * 100_000 + "They met." + "</div>" * 100_000)
    (pages / "flood.html").write_text("<p>They met.</p>" + "&lol;" * 200_000)
    (pages / "good.txt").write_text("All is well.")
    result = command("batch", pages, tmp_path / "out", "--max-error-rate", 1)
    assert result.exit_code == 0, result.output
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    errors = {row["reason"]: row["count"] for row in summary["reasons"] if row["status"] == "error"}
    assert errors["too_long"] == 2
    assert summary["documents"] == 6


def test_cells_and_markup_are_data_and_reports_show_them_as_such(tmp_path: Path) -> None:
    table = tmp_path / "cells.csv"
    cell = "=HYPERLINK(A1)"
    text = "<script>alert(1)</script> They met connected Friday and it ran astatine night."
    table.write_text(f'id,text,other\n1,"{text}",{cell}\n', "utf-8")
    result = command("batch", table, tmp_path / "out")
    assert result.exit_code == 0, result.output
    [part] = (tmp_path / "out" / "data").iterdir()
    assert cell in part.read_text("utf-8")  # what came in goes out; a spreadsheet must be told
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<script>alert" not in report
    assert "default-src" in report


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("They met connected Friday.")
    site = tmp_path / "site"
    site.mkdir()
    (site / "page.txt").write_text("All is well.")
    (site / "link.txt").symlink_to(tmp_path / "secret.txt")
    (site / "up").symlink_to(tmp_path)
    result = command("batch", site, tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (tmp_path / "out" / "data").rglob("*.txt")) == ["page.txt"]
    assert "left out" in result.stderr


class _Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return (open, (str(self.mark), "w"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped model, with what does not belong there."""
    made = tmp_path / "model"
    made.mkdir()
    for file in SHIPPED.iterdir():
        (made / file.name).write_bytes(file.read_bytes())
    for name in ("pytorch_model.bin", "training_args.bin", "optimizer.pt"):
        (made / name).write_bytes(pickle.dumps(_Bomb(tmp_path / "exploded")))
    (made / "modeling_evil.py").write_text(f"open({str(tmp_path / 'exploded')!r}, 'w')\n")
    return made


def test_pickles_and_code_in_a_model_folder_are_not_touched(folder: Path, tmp_path: Path) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["auto_map"] = {"AutoModel": "modeling_evil.Evil", "AutoConfig": "modeling_evil.Evil"}
    (folder / "config.json").write_text(json.dumps(config))
    assert load(folder).score("All is well.").status == "ok"
    assert load_checkpoint(str(folder)).trained
    (folder / "model.safetensors").unlink()
    with pytest.raises(UnspinError, match="no model in"):
        load_checkpoint(str(folder))
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("name", ["look.onnx", "memory.onnx", "decoder.onnx", "tokenizer.json"])
def test_tampered_weights_are_refused(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(UnspinError, match=f"{name} was changed or is damaged"):
        load(folder)


def test_safetensors_that_are_none_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(UnspinError, match="no model in"):
        load_checkpoint(str(folder))
