"""Full disks, folders that refuse, records that rot, clocks that jump: nothing is lost silently."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from unspin.inference.cli import cli

SENTENCES = (
    "They met connected Friday and it ran astatine night in room {}.",
    "All is well in house {}, and nobody complained to the council.",
)


def rows_of(folder: Path) -> list[str]:
    parts = sorted((folder / "data").glob("*.jsonl"))
    return [line for part in parts for line in part.read_text("utf-8").splitlines()]


def records_of(folder: Path) -> list[Path]:
    return sorted((folder / "state").glob("*/*.json"))


def batch(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["batch", "--part-size", "20", *map(str, arguments)])


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults") / "rows.jsonl"
    pad = "x" * 2000  # so that a small disk is soon full
    path.write_text(
        "".join(
            json.dumps({"n": n, "text": SENTENCES[n % 2].format(n), "pad": pad}) + "\n"
            for n in range(100)
        )
    )
    return path


@pytest.fixture(scope="module")
def whole(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What an undisturbed run writes."""
    output = tmp_path_factory.mktemp("whole") / "out"
    assert batch(rows, output).exit_code == 0
    return rows_of(output)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        missing = "a small disk takes the right to mount one: run this as root"
        if os.environ.get("UNSPIN_SKIPS") == "forbidden":
            pytest.fail(missing)
        pytest.skip(missing)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def unspin(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "unspin", "batch", "--part-size", "20", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_a_full_disk_is_told_and_the_rest_comes_later(
    rows: Path, whole: list[str], disk: Path
) -> None:
    first = unspin(rows, disk / "out")
    assert first.returncode == 2
    assert "No space left" in first.stderr.splitlines()[-1]
    assert "Traceback" not in first.stderr
    kept = rows_of(disk / "out")
    assert kept == whole[: len(kept)]
    subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
    again = unspin(rows, disk / "out")
    assert again.returncode == 0, again.stderr
    assert rows_of(disk / "out") == whole


def test_a_disk_that_refuses_is_told(rows: Path, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    result = unspin(rows, disk / "out")
    assert result.returncode == 2
    assert "Read-only file system" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("rot", [b"", b"{", b'{"format": 99}', b"\xff\xfe", b"[]"])
def test_a_rotten_manifest_is_told_and_nothing_is_deleted(
    rows: Path, tmp_path: Path, rot: bytes
) -> None:
    output = tmp_path / "out"
    assert batch(rows, output, "--limit", 40).exit_code == 0
    before = rows_of(output)
    (output / "manifest.json").write_bytes(rot)
    result = batch(rows, output)
    assert result.exit_code == 2
    assert "is damaged: begin anew with --overwrite" in result.stderr
    assert rows_of(output) == before


@pytest.mark.parametrize("rot", [b"", b"{", b"[]", b"\xff"])
def test_a_rotten_record_of_a_part_is_told(rows: Path, tmp_path: Path, rot: bytes) -> None:
    output = tmp_path / "out"
    assert batch(rows, output, "--limit", 40).exit_code == 0
    record = records_of(output)[0]
    record.write_bytes(rot)
    result = batch(rows, output)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.stderr
    assert "--overwrite" in result.stderr


def test_a_missing_record_has_its_part_made_again(
    rows: Path, whole: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    assert batch(rows, output, "--limit", 60).exit_code == 0
    records_of(output)[-1].unlink()
    assert batch(rows, output).exit_code == 0
    assert rows_of(output) == whole


def test_a_clock_that_jumps_changes_nothing(
    rows: Path, whole: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, jumps = time.time, iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: real() + (-1) ** next(jumps) * 86_400 * 365)
    output = tmp_path / "out"
    assert batch(rows, output, "--limit", 40).exit_code == 0
    os.utime(output / "manifest.json", (0, 0))
    assert batch(rows, output).exit_code == 0
    assert rows_of(output) == whole
