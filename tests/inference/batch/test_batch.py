"""The command from its arguments to what lies in its folder."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from unspin import Model

Batch = Callable[..., Result]
Written = Callable[[Path], Any]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_a_folder_of_all_kinds(
    crawl: Path, out: Path, batch: Batch, written: Written, model: Model, texts: list[str]
) -> None:
    result = batch(crawl, out, "--part-size", 7, "--max-error-rate", 0.5)
    assert result.exit_code == 0, result.output
    assert "48 documents: 4 error, " in result.stdout
    found = written(out)
    assert len(found) == 48
    for i, text in enumerate(texts[:30]):
        row = found[f"rows.jsonl#{i}"]
        if i % 11 == 7:
            assert (row["reason"], row["position"]) == ("not_json", i)
            assert f"line {i + 1}:" in row["detail"]
            continue
        assert (row["id"], row["input_status"], row["text"]) == (i, "draft", text)
        if "Stadtrat" in text:
            assert (row["status"], row["reason"]) == ("skipped", "not_english")
            assert (row["restored"], row["edits"], row["score"]) == (text, [], None)
        else:
            expected = model.restore(text).to_dict()
            assert row["status"] == ("restored" if expected["edits"] else "unchanged")
            assert {k: row[k] for k in ("score", "spun", "restored", "edits")} == {
                k: expected[k] for k in ("score", "spun", "restored", "edits")
            }


def test_the_order_of_arguments_changes_no_byte(crawl: Path, out: Path, batch: Batch) -> None:
    arguments = [crawl / "site" / "deep", crawl / "rows.jsonl", crawl / "site" / "1.txt"]
    contents = []
    for order in (arguments, arguments[::-1]):
        batch(*order, out, "--part-size", 8, "--threads", len(contents) + 1)
        files = [path for path in sorted((out / "data").rglob("*")) if path.is_file()]
        contents.append({path: path.read_bytes() for path in files})
        shutil.rmtree(out)
    assert contents[0] == contents[1] and len(contents[0]) == 14


def test_files_come_back_in_their_tree_byte_for_byte(
    crawl: Path, out: Path, batch: Batch, written: Written, model: Model
) -> None:
    packed = crawl / "site" / "packed.txt.gz"
    packed.write_bytes(gzip.compress((crawl / "site" / "1.txt").read_bytes()))
    batch(crawl / "site", out, "--part-size", 4)
    found = written(out)
    assert found["3.txt"]["reason"] == "not_utf8" and "bytes" not in found["3.txt"]
    assert not (out / "data" / "3.txt").exists()
    for i in (0, 1, 2, 4, 5, 6, 7, 8):
        source = (crawl / "site" / f"{i}.txt").read_bytes()
        restored = model.restore(source.decode()).restored.encode()
        assert found[f"{i}.txt"]["bytes"] == (source if i == 4 else restored)
        assert "restored" not in found[f"{i}.txt"]
        page = found[f"deep/{i}.html"]["bytes"].decode()
        before = (crawl / "site" / "deep" / f"{i}.html").read_bytes().decode()
        head = before[: before.index("<p class=a>")]
        assert page.startswith(head + "<p class=a>") and page.endswith("</html>")
        assert ("Trump administration" in page) == (i % 4 == 1)
        assert i % 4 == 1 or page == before
    assert gzip.decompress(found["packed.txt.gz"]["bytes"]) == found["1.txt"]["bytes"]
    assert found["1.txt"]["edits"] and found["1.txt"]["status"] == "restored"


def test_nothing_is_written_outside_the_folder(
    crawl: Path, out: Path, batch: Batch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    batch(crawl / "site", out, "--limit", 1)
    for path in (out / "data").rglob("*"):
        path.unlink()
    (out / "data" / "deep").symlink_to(elsewhere)
    result = batch(crawl / "site", out)
    assert result.exit_code == 2
    assert "would be written outside" in result.stderr
    assert not any(elsewhere.iterdir())


@pytest.fixture
def table(tmp_path: Path, texts: list[str]) -> Path:
    """A Parquet file with columns of many types, one of them called like one of ours."""
    path = tmp_path / "table.parquet"
    columns = {
        "score": pa.array(range(12), pa.int16()),
        "body": pa.array([*texts[:11], None]),
        "tags": pa.array([["a", "b"]] * 12, pa.list_(pa.string())),
        "when": pa.array([1_700_000_000_000_000] * 12, pa.timestamp("us", "UTC")),
        "raw": pa.array([b"\xff\x00"] * 12),
    }
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_keeps_columns_and_types(
    table: Path, out: Path, batch: Batch, model: Model, texts: list[str]
) -> None:
    assert batch(table, out, "--part-size", 5, "--max-error-rate", 1).exit_code == 0
    given = pq.read_table(table)
    found = pq.read_table(out / "data")
    assert found.num_rows == 11
    for name in given.column_names:
        column = found["input_score" if name == "score" else name]
        assert column.type == given[name].type
        assert column.to_pylist() == given[name].to_pylist()[:11]
    assert found["restored"][1].as_py() == model.restore(texts[1]).restored
    assert json.loads(found["edits"][1].as_py()) == model.restore(texts[1]).to_dict()["edits"]
    [refused] = [
        json.loads(line)
        for path in (out / "quarantine").iterdir()
        for line in path.read_text().splitlines()
    ]
    assert (refused["reason"], refused["position"]) == ("no_text", 11)
    assert refused["fields"]["tags"] == ["a", "b"] and refused["fields"]["raw"] == "/wA="


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("task", ["restore", "score"])
def test_each_kind_says_the_same(
    table: Path, crawl: Path, out: Path, batch: Batch, to: str, task: str
) -> None:
    batch(table, crawl / "rows.jsonl", out, "--to", to, "--task", task, "--limit", 20)
    rows = []
    for path in sorted((out / "data").iterdir()):
        assert path.suffix == f".{to}"
        rows += read(path)
    assert len(rows) == 18  # two of the rows are broken
    assert {row["key"] for row in rows} >= {"crawl/rows.jsonl#1", "crawl/rows.jsonl#5"}
    row = next(row for row in rows if row["key"] == "crawl/rows.jsonl#1")
    assert float(row["score"]) > 0.5
    spans = row["edits"] if task == "restore" else row["words"]
    spans = json.loads(spans) if isinstance(spans, str) else spans
    assert spans[0]["start"] > 0
    rest = row if to == "jsonl" else json.loads(row["fields"])
    assert rest["id"] == 1


def read(path: Path) -> list[dict[str, Any]]:
    import csv

    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else list(map(json.loads, file))


def test_csv_columns_pass_through(out: Path, batch: Batch, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('id,text,spun\n7,"The council, it met.","a ""b""\nc"\n', newline="")
    assert batch(path, out).exit_code == 0
    [row] = read(out / "data" / "part-00000-000000000.csv")
    assert (row["id"], row["text"], row["input_spun"]) == ("7", "The council, it met.", 'a "b"\nc')
    assert (row["spun"], row["restored"], row["edits"]) == ("false", "The council, it met.", "[]")


def test_what_a_kind_cannot_hold_is_kept_apart(out: Path, batch: Batch, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "It met \\ud800.", "x": 1}\n{"text": "It voted."}\n')
    assert batch(path, out, "--to", "csv", "--max-error-rate", 0.5).exit_code == 0
    assert len(read(out / "data" / "part-00000-000000000.csv")) == 1
    [line] = (out / "quarantine" / "part-00000-000000000.jsonl").read_text().splitlines()
    refused = json.loads(line)
    assert (refused["reason"], refused["fields"]["x"]) == ("failed", 1)
    assert "cannot be written" in refused["detail"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--mode", "precise"], "--mode balanced, not precise"),
        (["--part-size", "4"], "--part-size 5, not 4"),
        (["--html", "extract"], "--html in-place, not extract"),
        (["--any-language"], "--any-language False, not True"),
    ],
)
def test_another_batch_does_not_go_on(
    crawl: Path, out: Path, batch: Batch, options: list[str], reason: str
) -> None:
    rows = crawl / "rows.jsonl"
    batch(rows, out, "--part-size", 5, "--limit", 5)
    state = sorted(out.rglob("*"))
    result = batch(rows, out, *(["--part-size", 5] if "4" not in options else []), *options)
    assert result.exit_code == 2
    assert reason in result.stderr and "--overwrite" in result.stderr
    assert result.stderr.count("\n") == 1
    assert sorted(out.rglob("*")) == state


def test_changed_inputs_do_not_go_on(crawl: Path, out: Path, batch: Batch) -> None:
    batch(crawl, out, "--limit", 3)
    (crawl / "site" / "2.txt").write_text("It was changed since.")
    assert "another site/2.txt, which has changed since" in batch(crawl, out).stderr
    (crawl / "site" / "9.txt").write_text("It is new.")
    (crawl / "site" / "2.txt").unlink()
    assert "other inputs, without site/9.txt" in batch(crawl, out).stderr
    result = batch(crawl, out, "--overwrite", "--limit", 4)
    assert "4 documents: " in result.stdout


def test_only_the_folder_of_a_batch_is_overwritten(crawl: Path, out: Path, batch: Batch) -> None:
    out.mkdir()
    (out / "thesis.txt").write_text("Years of work.")
    for options in ([], ["--overwrite"]):
        result = batch(crawl, out, *options)
        assert result.exit_code == 2 and "holds other things" in result.stderr
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


def test_a_folder_within_the_input_is_not_read(crawl: Path, batch: Batch, written: Written) -> None:
    out = crawl / "restored"
    for _ in range(2):
        assert "48 documents" in batch(crawl, out, "--max-error-rate", 1).stdout
    assert batch(out / "data", out).exit_code == 2


def test_a_limit_is_that_of_all_and_can_be_raised(
    crawl: Path, out: Path, batch: Batch, written: Written
) -> None:
    for limit, lines in ((10, 1), (10, 1), (33, 1)):
        result = batch(crawl, out, "--limit", limit, "--max-error-rate", 1)
        assert f"{limit} documents: " in result.stdout
        assert result.stderr.count("the limit is reached") == lines
        assert json.loads((out / "manifest.json").read_text())["finished"] is False
    result = batch(crawl, out, "--limit", 48, "--max-error-rate", 1)
    assert "limit" not in result.stderr
    assert len(written(out)) == 48
    assert json.loads((out / "manifest.json").read_text())["documents"] == 48


def test_too_many_errors_give_an_exit_code(crawl: Path, out: Path, batch: Batch) -> None:
    result = batch(crawl, out)
    assert result.exit_code == 3
    assert "4 of 48 documents could not be read, more than 5.0%" in result.stderr
    assert batch(crawl, out, "--max-error-rate", 0.1).exit_code == 0


def test_a_dry_run_tells_and_writes_nothing(crawl: Path, out: Path, batch: Batch) -> None:
    (crawl / "picture.png").write_bytes(b"\x89PNG")
    result = batch(crawl, out, "--dry-run")
    assert result.exit_code == 0
    assert not out.exists()
    for said in ("1 jsonl, ", "9 html, ", "parts of jsonl", "likely spun, ", "rows.jsonl#1"):
        assert said in result.stdout
    assert "left out, as of no kind that is read: 1 in all, such as" in result.stderr


def test_standard_input_goes_on_if_it_is_the_same(
    out: Path, batch: Batch, written: Written, lines: Callable[[int], str]
) -> None:
    rows = lines(7)
    batch("-", out, "--limit", 4, stdin=rows)
    other = batch("-", out, stdin=rows.replace("council", "senate"))
    assert other.exit_code == 2 and "standard input is not what" in other.stderr
    assert batch("-", out, stdin=rows).exit_code == 0
    assert list(written(out)) == [f"-#{i}" for i in range(7)]


def test_the_report_is_there(crawl: Path, out: Path, batch: Batch) -> None:
    batch(crawl, out)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["documents"] == 48 and summary["statuses"]["error"] == 4
    assert {r["reason"] for r in summary["reasons"]} == {"not_json", "not_utf8", "not_english"}
    assert "arsenic" in (out / "report.html").read_text()


@pytest.mark.parametrize("html", ["in-place", "extract"])
def test_a_hostile_folder_is_read_to_its_end(
    tmp_path: Path, out: Path, batch: Batch, written: Written, html: str
) -> None:
    folder = tmp_path / "hostile"
    (folder / "x.html").mkdir(parents=True)
    (folder / "x.html" / "fine.txt").write_text("The council met.")
    (folder / "long.txt").write_text("The council met. " * 100_000)
    (folder / "latin.txt").write_bytes(b"caf\xe9")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(b"\0" * 100)
    (folder / "deep.html").write_text("<div>" * 100_000 + "The council met." + "</div>" * 100_000)
    packed = gzip.compress(b'{"text": "The council met."}\n' * 2000)
    (folder / "rows.jsonl.gz").write_bytes(packed[:-60])
    result = batch(folder, out, "--html", html, "--max-bytes", 1_500_000, "--max-error-rate", 1)
    assert result.exit_code == 0, result.output
    found = written(out)
    reasons = {key: row["reason"] for key, row in found.items() if row["reason"]}
    deep = reasons.pop("deep.html", None)
    assert deep == (None if html == "in-place" else "no_article")
    last = max((key for key in found if key.startswith("rows")), key=lambda k: int(k.split("#")[1]))
    assert reasons == {
        "long.txt": "too_long",
        "latin.txt": "not_utf8",
        "empty.txt": "no_words",
        "binary.txt": "unreadable",
        last: "truncated",
    }
    assert found["x.html/fine.txt"]["status"] == "unchanged"
    assert sum(row["status"] == "unchanged" for row in found.values() if "status" in row) > 2
