"""The command, killed and stopped as it happens to commands.

`UNSPIN_KILLS=20 pytest tests/inference/batch/test_resume.py` kills it more often.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

KILLS = int(os.environ.get("UNSPIN_KILLS", "2"))
PARTS_A_KILL = 5
"""Parts that a run finishes before it is killed, at most."""

Written = Callable[[Path], Any]


def start(folder: Path, *options: object) -> subprocess.Popen[str]:
    rows = folder.parent / "rows.jsonl"
    command = [
        sys.executable,
        "-m",
        "unspin",
        "batch",
        rows,
        folder,
        "--part-size",
        "3",
        "--any-language",
    ]
    return subprocess.Popen(
        [*map(str, command), "--batch-size", "2", "--threads", "1", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished_parts(folder: Path) -> int:
    return len(list(folder.glob("state/*/*.json")))


def wait_for_parts(process: subprocess.Popen[str], folder: Path, number: int) -> None:
    while process.poll() is None and finished_parts(folder) < number:
        time.sleep(0.002)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, lines: Callable[[int], str]) -> Path:
    path = tmp_path_factory.mktemp("resume") / "rows.jsonl"
    path.write_text(lines(3 * PARTS_A_KILL * (KILLS + 1)))
    return path


@pytest.fixture(scope="module")
def whole(rows: Path) -> Path:
    """What an undisturbed run writes."""
    folder = rows.parent / "whole"
    process = start(folder, "--max-error-rate", "1", "--batch-size", "64")
    assert "Traceback" not in process.communicate()[1] and process.returncode == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files that documents, and the counts of them, are in."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for kind in ("data", "quarantine", "state")
        for path in sorted((folder / kind).rglob("*"))
        if path.is_file()
    }


def test_killed_at_random_moments_it_loses_and_doubles_nothing(
    whole: Path, written: Written
) -> None:
    rng = random.Random(KILLS)
    folder = whole.parent / "killed"
    for _ in range(KILLS):
        process = start(folder)
        enough = finished_parts(folder) + rng.randint(0, PARTS_A_KILL - 1)
        wait_for_parts(process, folder, enough)
        time.sleep(rng.random() * 0.1)
        assert process.poll() is None, process.communicate()
        process.kill()
        process.communicate()
    process = start(folder, "--max-error-rate", "1")
    out, _ = process.communicate()
    assert process.returncode == 0
    assert contents(folder) == contents(whole)
    assert f"{len(written(folder))} documents: " in out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_order(
    whole: Path, written: Written, number: signal.Signals, code: int
) -> None:
    folder = whole.parent / f"stopped-{code}"
    process = start(folder, "--part-size", "1000", "--batch-size", "1")
    while process.poll() is None and not any(folder.glob("drafts/*.data")):
        time.sleep(0.002)  # until it has written, and is amid a part
    process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == code
    assert "finishing the batch in hand" in err
    assert "stopped: the same command goes on from here" in err
    done = len(written(folder))
    assert 0 < done < len(written(whole))
    assert f"{done} documents: " in out
    process = start(folder, "--part-size", "1000", "--max-error-rate", "1")
    process.communicate()
    assert process.returncode == 0
    assert written(folder) == written(whole)


def test_a_second_run_is_kept_out(rows: Path) -> None:
    folder = rows.parent / "shared"
    first = start(folder)
    while first.poll() is None and not (folder / "manifest.json").exists():
        time.sleep(0.002)
    second = start(folder)
    _, err = second.communicate()
    assert second.returncode == 2
    assert err == f"unspin: error: another run is writing to {folder}\n"
    first.kill()
    first.communicate()
