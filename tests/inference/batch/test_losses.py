"""Nothing is lost without a word: inputs that vanish, streams that break off, old output."""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from unspin.inference.batch import batch as batches
from unspin.inference.batch.html import Restored
from unspin.inference.batch.inputs import Passed, find_inputs
from unspin.inference.batch.job import Job, units
from unspin.inference.batch.manifest import manifest_of
from unspin.inference.batch.output import Output
from unspin.inference.batch.ray_worker import Errand, Maker, read
from unspin.inference.batch.records import ReadOptions

Batch = Callable[..., Result]
Written = Callable[[Path], Any]
TEXT = "The council met on Tuesday evening to vote on the new bridge."


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Three texts and a row."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(TEXT)
    (folder / "rows.jsonl").write_text(json.dumps({"text": TEXT}) + "\n")
    return folder


def quarantined(out: Path) -> dict[str, str]:
    """The reason of each document that could not be read."""
    lines = [line for p in (out / "quarantine").iterdir() for line in p.read_text().splitlines()]
    return {row["key"]: row["reason"] for row in map(json.loads, lines)}


# Output that lies in the input


def test_output_within_the_input_is_never_read(site: Path, batch: Batch, written: Written) -> None:
    (site / "rows.jsonl").unlink()  # so that rows of the output would be the first table
    out = site / "a-restored"
    for options in ((), (), ("--overwrite",), ("--dry-run",)):
        result = batch(site, out, *options)
        assert result.exit_code == 0, result.output
    assert set(written(out)) == {"a.txt", "b.txt", "c.txt"}
    (site / "link").symlink_to(out / "data" / "a.txt")
    assert "3 documents" in batch(site, out).stdout


def test_input_within_the_output_is_refused_before_it_is_deleted(
    site: Path, out: Path, batch: Batch
) -> None:
    batch(site, out)
    result = batch(out / "data", site, out, "--overwrite")
    assert result.exit_code == 2 and "lies in" in result.stderr
    assert (out / "data" / "a.txt").exists() and (out / "report.html").exists()


# --overwrite


@pytest.mark.parametrize(
    "options",
    [
        ("--model", "nowhere"),
        ("--text-column", "body"),
        ("--to", "parquet"),
    ],
)
def test_the_old_output_stays_until_the_new_run_can_begin(
    site: Path, out: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    batch(site, out)
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    if "--text-column" in options:
        (site / "a.csv").write_text(f"id,text\n1,{TEXT}\n")
    if "--to" in options:
        monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    result = batch(site, out, "--overwrite", *options)
    assert result.exit_code == 2, result.output
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


# Standard input


@pytest.mark.parametrize("cut", [2, 20, 40])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_that_breaks_off_goes_on_when_it_is_whole(
    out: Path, tmp_path: Path, run: Callable[..., Any], pack: Callable[[bytes], bytes], cut: int
) -> None:
    rows = "".join(json.dumps({"text": TEXT, "n": i}) + "\n" for i in range(5)).encode()
    whole = pack(rows)
    broken = run(whole[:-cut], "-", out, "--part-size", 2)
    assert broken.returncode == 3, broken.stderr
    assert b"standard input broke off" in broken.stderr and b"Traceback" not in broken.stderr
    assert json.loads((out / "manifest.json").read_text())["finished"] is False
    again = run(whole, "-", out, "--part-size", 2)
    assert again.returncode == 0, again.stderr
    found = [
        json.loads(line)["n"]
        for path in sorted((out / "data").iterdir())
        for line in path.read_text().splitlines()
    ]
    assert found == [0, 1, 2, 3, 4]


@pytest.fixture
def run(batch: Batch) -> Callable[..., Any]:
    """Runs the command on bytes of standard input, in a process of its own."""
    import subprocess

    def go(data: bytes, *arguments: object) -> Any:
        command = [sys.executable, "-m", "unspin", "batch", *map(str, arguments)]
        return subprocess.run(command, input=data, capture_output=True, check=False)

    return go


def test_more_on_standard_input_than_before_is_read(
    out: Path, batch: Batch, written: Written, lines: Callable[[int], str]
) -> None:
    batch("-", out, "--max-error-rate", 1, stdin=lines(5))
    result = batch("-", out, "--max-error-rate", 1, stdin=lines(8))
    assert result.exit_code == 0 and list(written(out)) == [f"-#{i}" for i in range(8)]
    state = sorted(out.rglob("*"))
    assert batch("-", out, "--max-error-rate", 1, stdin=lines(8)).exit_code == 0
    assert sorted(out.rglob("*")) == state


def test_no_standard_input_is_told(
    out: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = batch("-", out)
    assert result.exit_code == 2 and "standard input is empty" in result.stderr
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Exception, match="standard input cannot be read: it is closed"):
        find_inputs(["-"], ReadOptions())
    assert not out.exists()


def test_csv_on_standard_input(out: Path, batch: Batch, tmp_path: Path) -> None:
    table = f'id,text\n1,"{TEXT}"\n2,"{TEXT}"\n'
    assert "2 documents" in batch("-", out, stdin=table).stdout
    assert [p.suffix for p in (out / "data").iterdir()] == [".csv"]
    one = f"words\n{TEXT}\n"
    found = batch("-", tmp_path / "b", "--stdin-kind", "csv", "--text-column", "words", stdin=one)
    assert "1 documents" in found.stdout
    assert (tmp_path / "b" / "data" / "part-00000-000000000.csv").exists()
    cut = batch("-", tmp_path / "c", stdin=table[:-20])
    assert cut.exit_code == 3 and "line 3 breaks off" in cut.stderr


# Inputs that vanish, cannot be opened, or change


def during(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Something happens once the inputs are found and the run begins."""
    real = batches.work

    def work(*arguments: Any, **options: Any) -> Any:
        change()
        return real(*arguments, **options)

    monkeypatch.setattr(batches, "work", work)


def test_lost_inputs_are_told_and_the_rest_is_read(
    site: Path, out: Path, batch: Batch, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change() -> None:
        (site / "a.txt").unlink()
        (site / "b.txt").write_text("It was changed since.")
        with (site / "rows.jsonl").open("a") as file:
            file.write("{}\n")

    during(monkeypatch, change)
    result = batch(site, out, "--max-error-rate", 1)
    assert result.exit_code == 3, result.output
    assert "3 inputs were lost" in result.stderr
    assert quarantined(out) == {"a.txt": "lost", "b.txt": "lost", "rows.jsonl#0": "lost"}
    assert written(out)["c.txt"]["status"] == "unchanged"
    summary = json.loads((out / "summary.json").read_text())
    assert ("lost", 3) in {(row["reason"], row["count"]) for row in summary["reasons"]}


def test_a_file_that_changes_after_it_was_read_is_not_copied(
    site: Path, out: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unspin.inference.batch.pipeline import Pipeline

    real = Pipeline.run

    def run(self: Pipeline, documents: Any) -> Any:
        (site / "a.txt").write_text("It was changed amid the run.")
        (site / "b.txt").unlink(missing_ok=True)
        return real(self, documents)

    monkeypatch.setattr(Pipeline, "run", run)
    result = batch(site, out, "--max-error-rate", 1)
    assert result.exit_code == 3
    assert quarantined(out) == {"a.txt": "lost", "b.txt": "lost"}
    assert not (out / "data" / "a.txt").exists()


def test_what_cannot_be_opened_is_told(
    site: Path, out: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.walk

    def walk(folder: str, onerror: Callable[[OSError], None]) -> Iterator[Any]:
        onerror(PermissionError(13, "Permission denied", f"{folder}/locked"))
        return real(folder, onerror=onerror)

    monkeypatch.setattr(os, "walk", walk)
    passed = Passed()
    assert len(find_inputs([str(site)], ReadOptions(), passed)) == 4
    assert passed.lost == [f"{site}/locked"]
    result = batch(site, out)
    assert result.exit_code == 3 and "cannot be opened: 1 in all, such as" in result.stderr
    assert "Not opened" in (out / "report.html").read_text()


def test_workers_lose_a_file_and_no_other(site: Path, out: Path, batch: Batch) -> None:
    """What Ray's workers run: the same as the local engine, file for file."""
    inputs = find_inputs([str(site)], ReadOptions())
    facts = manifest_of(Job(), inputs, None)
    output = Output(out)
    output.prepare()
    (output.drafts / "desk").mkdir()
    settings = facts["model"]["settings"]
    errand = Errand(Job(), out, "desk", None, 1, 3, facts["unspin"], settings, tuple(inputs))
    (site / "a.txt").unlink()
    (site / "rows.jsonl").write_text("changed\n")
    maker = Maker(errand)
    made = [maker.make(one) for unit in units(inputs, Job()) for one in read(errand, unit)]
    assert [one.counts.documents for one in made] == [1, 3]  # type: ignore[union-attr]
    assert quarantined(out) == {"a.txt": "lost", "rows.jsonl#0": "lost"}


# Edits that a page has no place for


def test_dropped_edits_are_counted_and_told(
    out: Path, batch: Batch, tmp_path: Path, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unspin.inference.batch import rows

    spun = "The travel comes arsenic Mexico has worked to negociate with the Trump medication."
    (tmp_path / "page.html").write_text(f"<p>{spun.replace('arsenic', 'ar<b>senic</b>')}</p>")
    monkeypatch.setattr(rows, "restore_in_place", lambda html, edits: Restored(html, 2))
    result = batch(tmp_path / "page.html", out, "--any-language")
    assert "edits not made, since they cross a tag of their page: 2" in result.stdout
    assert written(out)["page.html"]["dropped"] == 2
    assert json.loads((out / "summary.json").read_text())["dropped"] == 2
    assert "2 not made" in (out / "report.html").read_text()


# Columns


def test_a_column_that_is_named_may_come_late(out: Path, batch: Batch, tmp_path: Path) -> None:
    rows = [{"id": i} | ({"body": TEXT} if i > 120 else {}) for i in range(125)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = batch(tmp_path / "rows.jsonl", out, "--text-column", "body", "--max-error-rate", 1)
    assert result.exit_code == 0, result.output
    assert quarantined(out) == {f"rows.jsonl#{i}": "no_text" for i in range(121)}
    assert len((out / "data" / "part-00000-000000000.jsonl").read_text().splitlines()) == 4


def test_json_that_is_no_table_does_not_stop_a_site(site: Path, out: Path, batch: Batch) -> None:
    (site / "manifest.json").write_text('{"name": "App", "icons": []}\n')
    for rest in (["rows.jsonl"], []):
        result = batch(site, out, "--overwrite", "--max-error-rate", 1)
        assert result.exit_code == 0, result.output
        assert quarantined(out) == {"manifest.json#0": "no_text"}
        for name in rest:
            (site / name).unlink()
    result = batch(site / "manifest.json", out, "--overwrite")
    assert result.exit_code == 2 and "name it with --text-column" in result.stderr


def test_columns_of_one_name_all_come_out(out: Path, batch: Batch, tmp_path: Path) -> None:
    names, values = ["text", "a", "a", "score", "input_score"], [TEXT, 1, "x", 0.5, 7]
    table = pa.Table.from_arrays([pa.array([value]) for value in values], names=names)
    pq.write_table(table, tmp_path / "twice.parquet")
    assert batch(tmp_path / "twice.parquet", out).exit_code == 0
    [row] = pq.read_table(out / "data").to_pylist()
    assert (row["a"], row["a (3)"]) == (1, "x")
    assert (row["input_score"], row["input_input_score"]) == (0.5, 7)
    (tmp_path / "twice.jsonl").write_text(
        f'{{"text": "{TEXT}", "a": 1, "a": {{"b": 1, "b": 2}}}}\n'
    )
    assert batch(tmp_path / "twice.jsonl", tmp_path / "rows").exit_code == 0
    [line] = (tmp_path / "rows" / "data" / "part-00000-000000000.jsonl").read_text().splitlines()
    assert json.loads(line)["a"] == 1 and json.loads(line)["a (3)"] == {"b": 1, "b (2)": 2}


def test_numbers_that_json_does_not_know_go_by_name(
    out: Path, batch: Batch, tmp_path: Path
) -> None:
    floats = pa.array([float("nan"), float("-inf")])
    pq.write_table(pa.table({"text": [TEXT, TEXT], "x": floats}), tmp_path / "x.parquet")
    assert batch(tmp_path / "x.parquet", out, "--to", "jsonl").exit_code == 0
    lines = (out / "data" / "part-00000-000000000.jsonl").read_text().splitlines()
    assert [json.loads(line, parse_constant=pytest.fail)["x"] for line in lines] == [
        "NaN",
        "-Infinity",
    ]
