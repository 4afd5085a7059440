"""A unit is carried on from wherever it was left, and nothing is lost or doubled."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unspin import Model, UnspinError
from unspin.inference.batch.inputs import find_inputs
from unspin.inference.batch.job import Job, Unit, units
from unspin.inference.batch.output import Output
from unspin.inference.batch.parts import is_finished, parts_of, summary_of
from unspin.inference.batch.pipeline import Pipeline, PipelineOptions
from unspin.inference.batch.prefetch import prefetch
from unspin.inference.batch.process import process
from unspin.inference.batch.records import Document, Outcome

Work = Callable[..., Output]


@pytest.fixture(scope="module")
def pipeline(model: Model) -> Pipeline:
    return Pipeline(model, PipelineOptions())


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, lines: Callable[[int], str]) -> Unit:
    """26 rows, in a unit."""
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    path.write_text(lines(26))
    [unit] = units(find_inputs([str(path)], Job().read), Job())
    return unit


def run(unit: Unit, pipeline: Pipeline, folder: Path, **options: Any) -> Output:
    """Carry the unit on, as a run would that finds this folder."""
    output = Output(folder)
    output.prepare()
    for part in process(unit, Job(part_size=6), pipeline, output, **options):
        assert parts_of(output, unit.number)[-1] == part
    return output


def files(output: Output) -> dict[str, bytes]:
    """All that is there, state included."""
    return {
        str(path.relative_to(output.folder)): path.read_bytes()
        for path in output.folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(rows: Unit, pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Output:
    """What an undisturbed run writes."""
    return run(rows, pipeline, tmp_path_factory.mktemp("whole"))


def test_parts_are_of_one_size_and_the_last_says_so(whole: Output) -> None:
    parts = parts_of(whole, 0)
    assert [(p.first, p.documents, p.next, p.last) for p in parts] == [
        (0, 6, 6, False),
        (6, 6, 12, False),
        (12, 6, 18, False),
        (18, 6, 24, False),
        (24, 2, 26, True),
    ]
    assert is_finished(whole, 1)
    assert summary_of(whole, 1).documents == 26
    assert not any(whole.drafts.iterdir())


@pytest.mark.parametrize("size", [1, 4, 64])
def test_the_size_of_batches_changes_no_byte(
    rows: Unit, pipeline: Pipeline, whole: Output, tmp_path: Path, size: int
) -> None:
    feed = partial(prefetch, stop=lambda: False)
    assert files(run(rows, pipeline, tmp_path, batch_size=size, feed=feed)) == files(whole)
    before = files(whole)
    assert files(run(rows, pipeline, whole.folder)) == before  # all is done: nothing happens


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


@given(st.data())
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_may_die_anywhere(
    rows: Unit,
    pipeline: Pipeline,
    whole: Output,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    """It dies at any call of the operating system that makes a file count."""
    folder = tmp_path_factory.mktemp("dying")
    for _ in range(3):
        left = data.draw(st.integers(0, 14), label="calls before it dies")
        with pytest.MonkeyPatch.context() as patch:
            for name in ("replace", "fsync"):
                patch.setattr(f"os.{name}", dying(name, left))
            with suppress(Killed):
                run(rows, pipeline, folder, batch_size=4)
    assert files(run(rows, pipeline, folder)) == files(whole)


def dying(name: str, left: int) -> Callable[..., Any]:
    real, calls = getattr(os, name), count()

    def call(*arguments: Any, **options: Any) -> Any:
        if next(calls) >= left:
            raise Killed
        return real(*arguments, **options)

    return call


@given(st.lists(st.integers(1, 9), max_size=5))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_may_stop_or_be_limited_anywhere(
    rows: Unit,
    pipeline: Pipeline,
    whole: Output,
    written: Callable[[Path], Any],
    tmp_path_factory: pytest.TempPathFactory,
    limits: list[int],
) -> None:
    folder = tmp_path_factory.mktemp("stopping")
    for i, limit in enumerate(limits):
        if i % 2:
            run(rows, pipeline, folder, limit=limit)
        else:
            calls = count()
            run(rows, pipeline, folder, batch_size=1, stop=lambda: next(calls) > 2 * limit)  # noqa: B023
    output = run(rows, pipeline, folder)
    assert is_finished(output, 1)
    assert written(folder) == written(whole.folder)
    assert summary_of(output, 1).to_dict() == summary_of(whole, 1).to_dict()
    firsts = [part.first for part in parts_of(output, 0)]
    assert firsts == sorted(set(firsts)) and set(range(0, 26, 6)) <= set(firsts)


def test_an_error_of_the_reader_is_raised_and_the_rest_is_kept(
    rows: Unit, pipeline: Pipeline, tmp_path: Path
) -> None:
    def broken(numbered: Iterator[tuple[int, Document]]) -> Iterator[tuple[int, Document]]:
        for after, document in numbered:
            if after == 9:
                raise UnspinError("a library is missing")
            yield after, document

    with pytest.raises(UnspinError, match="a library is missing"):
        run(rows, pipeline, tmp_path, feed=lambda n: prefetch(broken(n), lambda: False))  # type: ignore[arg-type]
    assert [part.documents for part in parts_of(Output(tmp_path), 0)] == [6]


def test_all_that_is_done_is_told(rows: Unit, pipeline: Pipeline, tmp_path: Path) -> None:
    told: list[Outcome] = []

    def tell(outcomes: Sequence[Outcome]) -> None:
        told.extend(outcomes)

    run(rows, pipeline, tmp_path, tell=tell, limit=9)
    assert [outcome.document.position for outcome in told] == list(range(9))


def test_a_damaged_record_is_told(rows: Unit, pipeline: Pipeline, tmp_path: Path) -> None:
    output = run(rows, pipeline, tmp_path, limit=6)
    [record] = (output.state / "00000").iterdir()
    record.write_text("{")
    with pytest.raises(UnspinError, match="is damaged"):
        run(rows, pipeline, tmp_path)
