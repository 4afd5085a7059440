"""What is said while a batch runs, and how much of it is done."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from unspin import Model
from unspin.inference.batch import progress as progresses
from unspin.inference.batch.inputs import find_inputs
from unspin.inference.batch.job import Job, units
from unspin.inference.batch.meter import Meter
from unspin.inference.batch.output import Output
from unspin.inference.batch.pipeline import Pipeline, PipelineOptions
from unspin.inference.batch.progress import duration
from unspin.inference.batch.runner import run


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (93_784, "26 h 3 min"),
    ],
)
def test_durations_are_for_people(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_the_share_goes_by_bytes(crawl: Path) -> None:
    job = Job(part_size=9)
    planned = units(find_inputs([str(crawl)], job.read), job)
    assert [len(unit.inputs) for unit in planned] == [1, 9, 9]
    total = sum(input.size for unit in planned for input in unit.inputs)
    behind = (crawl / "rows.jsonl").stat().st_size
    meter = Meter(planned, None)
    meter.begin(planned[0], 0)
    assert meter.share() == 0
    with closing(meter.watch(planned[0].documents(job.read))) as documents:
        assert len(list(islice(documents, 20))) == 20  # as far as this is read ahead
        meter.add(5)
        assert meter.share() == behind // 4 / total
    meter.begin(planned[1], 2)
    behind += sum(input.size for input in planned[1].inputs[:2])
    assert meter.share() == behind / total
    meter.add(7)
    meter.begin(planned[2], 0)
    meter.add(9)
    assert meter.share() == 1


def test_the_share_goes_by_documents_where_they_are_limited(crawl: Path) -> None:
    planned = units(find_inputs([str(crawl)], Job().read), Job())
    meter = Meter(planned, 40)
    meter.begin(planned[0], 10)
    meter.add(10)
    assert meter.share() == 0.5


def test_what_earlier_runs_did_makes_this_one_no_faster(
    crawl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = units(find_inputs([str(crawl)], Job().read), Job(part_size=9))
    sizes = [sum(input.size for input in unit.inputs) for unit in planned]
    meter = Meter(planned, None)
    progress = progresses.Progress(meter.share, False, meter.earlier)
    with progress:
        meter.begin(planned[0], 30)  # all of it is done
        meter.begin(planned[1], 6)
        meter.add(3)
        now = progresses.monotonic() + 60
        monkeypatch.setattr(progresses, "monotonic", lambda: now)
        done = sum(input.size for input in planned[1].inputs[6:])
        left = sum(sizes) - sizes[0] - sizes[1]
        assert f"about {duration(60 * left / done)} left" in str(progress)


def test_lines_come_now_and_then(
    crawl: Path,
    model: Model,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progresses, "EVERY", 0.0)
    monkeypatch.setattr(progresses, "SOON", 0.0)
    job = Job(part_size=7)
    planned = units(find_inputs([str(crawl)], job.read), job)
    output = Output(tmp_path / "out")
    output.prepare()
    pipeline = Pipeline(model, PipelineOptions())
    found = run(
        planned, job, pipeline, output, limit=None, batch_size=5, stop=lambda: False, live=False
    )
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 8
    assert lines[0].startswith("unspin: 5 documents, ") and " a second" in lines[0]
    assert lines[-1].startswith("unspin: 48 documents, ") and "4 in error" in lines[-1]
    assert "about 0 s left" in lines[-1]
    assert (found.documents, found.errors) == (48, 4)


@pytest.mark.parametrize(
    ("module", "arguments", "extra"),
    [
        ("py3langid", ["batch", "rows.jsonl", "out"], "batch"),
        ("pyarrow", ["batch", "rows.jsonl", "out", "--to", "parquet"], "batch"),
        ("uvicorn", ["serve", "--port", "0"], "serve"),
    ],
)
def test_a_missing_library_gets_one_line_that_names_its_extra(
    crawl: Path, module: str, arguments: list[str], extra: str
) -> None:
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {module!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from unspin.inference.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=crawl, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"pip install 'unspin[{extra}]'" in done.stderr
