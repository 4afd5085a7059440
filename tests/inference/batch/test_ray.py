"""The engine `ray` on a real runtime with two workers."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from unspin.inference.batch.inputs import find_inputs
from unspin.inference.batch.job import Job, units
from unspin.inference.batch.manifest import manifest_of
from unspin.inference.batch.output import Output
from unspin.inference.batch.ray_engine import RayEngine
from unspin.model.errors import UnspinError

Contents = Callable[[Path], dict[str, bytes]]
Batch = Callable[..., Result]

RAY = ("--engine", "ray", "--workers", 2)


def workers(folder: Path) -> set[int]:
    """The processes that make parts: each has a desk."""
    return {int(path.name.rpartition("-")[2]) for path in folder.glob("drafts/*/*-*/")}


def wait_for_parts(folder: Path, number: int) -> None:
    until = time.monotonic() + 300
    while len(list(folder.glob("state/*/*.json"))) < number and time.monotonic() < until:
        time.sleep(0.002)


def kill_one(folder: Path) -> int:
    """End a worker that is at work, as a system short of memory does; which process it was."""
    wait_for_parts(folder, 3)
    killed = workers(folder).pop()
    os.kill(killed, signal.SIGKILL)
    return killed


@pytest.mark.usefixtures("runtime")
def test_it_writes_what_the_local_engine_writes_though_a_worker_is_killed(
    crawl: Path, tmp_path: Path, batch: Batch, contents: Contents
) -> None:
    (tmp_path / "words.tsv").write_text("council\tassembly\n")
    lists = ("--dictionary", tmp_path / "words.tsv", "--protect-quotes")
    options = ("--part-size", 4, "--max-error-rate", 1, *lists)
    local = batch(crawl, tmp_path / "local", *options)
    assert local.exit_code == 0, local.output
    with ThreadPoolExecutor() as pool:
        killing = pool.submit(kill_one, tmp_path / "ray")
        found = batch(crawl, tmp_path / "ray", *options, *RAY, "--batch-size", 1)
    assert found.exit_code == 0, found.output
    assert killing.result()
    assert found.stdout.replace("/ray/", "/local/") == local.stdout
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
    assert not list((tmp_path / "ray" / "drafts").iterdir())
    again = batch(crawl, tmp_path / "ray", *options, *RAY)
    assert again.stdout == found.stdout


@pytest.mark.usefixtures("runtime")
def test_a_signal_ends_it_in_order_and_another_engine_goes_on(
    crawl: Path, tmp_path: Path, batch: Batch, contents: Contents
) -> None:
    options = ("--part-size", 2, "--max-error-rate", 1)

    def interrupt() -> None:
        wait_for_parts(tmp_path / "ray", 3)
        os.kill(os.getpid(), signal.SIGTERM)

    with ThreadPoolExecutor() as pool:
        pool.submit(interrupt)
        found = batch(crawl, tmp_path / "ray", *options, *RAY)
    assert found.exit_code == 143, found.output
    assert "finishing the part in hand" in found.stderr
    assert "stopped: the same command goes on from here" in found.stderr
    parts = len(contents(tmp_path / "ray"))
    assert batch(crawl, tmp_path / "ray", *options).exit_code == 0
    assert batch(crawl, tmp_path / "local", *options).exit_code == 0
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
    assert 0 < parts < len(contents(tmp_path / "local"))


@pytest.mark.usefixtures("runtime")
def test_inputs_that_workers_do_not_see_end_it_early(crawl: Path, tmp_path: Path) -> None:
    output = Output(tmp_path / "ray")
    output.prepare()
    inputs = find_inputs([str(crawl)], Job().read)
    facts = manifest_of(Job(), inputs, None)
    away = [replace(input, path=f"/not/here/{input.name}") for input in inputs]
    with pytest.raises(UnspinError, match=r"does not see /not/here/.* file system that all"):
        RayEngine(None, 2, None).run(
            units(away, Job()),
            Job(),
            output,
            facts,
            model=None,
            batch_size=64,
            stop=lambda: False,
            live=False,
        )
    assert not list(output.drafts.iterdir())


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("-", *RAY), "workers cannot read standard input: write it to a file first"),
        ((*RAY, "--limit", 3), "--limit is for --engine local, which goes in order"),
        ((*RAY, "--ray-address", "ray://host:10001"), "ray:// addresses cannot be used"),
        (("--workers", 2), "--workers is for --engine ray"),
        (("--ray-address", "auto"), "--ray-address is for --engine ray"),
    ],
)
def test_what_does_not_go_together_is_a_line(
    crawl: Path, tmp_path: Path, batch: Batch, options: tuple[object, ...], line: str
) -> None:
    found = batch(crawl, *options, tmp_path / "ray", stdin="Some text.")
    assert found.exit_code == 2
    assert line in found.stderr and len(found.stderr.splitlines()) == 1
