"""Parts that are made apart, in any order and not all, against those that are made in turn."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from unspin import Model
from unspin.inference.batch import manifest as manifests
from unspin.inference.batch.inputs import find_inputs
from unspin.inference.batch.job import Job, Unit, units
from unspin.inference.batch.output import Output
from unspin.inference.batch.parts import is_finished, parts_of, recorded
from unspin.inference.batch.pipeline import Pipeline
from unspin.inference.batch.process import process
from unspin.inference.batch.ray_worker import Errand, Made, Maker, Trouble, read, trouble

JOB = Job(part_size=4)

Contents = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def planned(crawl: Path) -> list[Unit]:
    return units(find_inputs([str(crawl)], JOB.read), JOB)


@pytest.fixture
def errand(tmp_path: Path, planned: list[Unit]) -> Errand:
    inputs = [input for unit in planned for input in unit.inputs]
    facts = manifests.manifest_of(JOB, inputs, None)
    output = Output(tmp_path / "apart")
    output.prepare()
    (output.drafts / "desk").mkdir()
    settings = facts["model"]["settings"]
    return Errand(JOB, output.folder, "desk", None, 1, 3, facts["unspin"], settings)


@pytest.fixture
def whole(tmp_path: Path, planned: list[Unit], model: Model) -> Output:
    """What is made in turn."""
    output = Output(tmp_path / "whole")
    output.prepare()
    for unit in planned:
        list(process(unit, JOB, Pipeline(model, JOB.pipeline), output))
    return output


def sent(thing: object) -> object:
    """What comes out in another process."""
    return pickle.loads(pickle.dumps(thing))


def test_parts_made_apart_are_the_same(
    planned: list[Unit], errand: Errand, whole: Output, contents: Contents
) -> None:
    stretches = [sent(one) for unit in planned for one in read(errand, sent(unit))]
    random.Random(1).shuffle(stretches)
    makers = [Maker(errand), Maker(errand)]
    made = [makers[i % 2].make(one) for i, one in enumerate(stretches)]
    assert contents(errand.folder) == contents(whole.folder)
    assert sum(one.counts.documents for one in made) == 48
    assert sum(one.counts.errors for one in made) == 4
    assert sum(one.size for one in made) == sum(i.size for unit in planned for i in unit.inputs)
    assert makers[0].make(stretches[0]) == made[0], "a part that is made again"
    assert contents(errand.folder) == contents(whole.folder)


def test_any_engine_goes_on_after_gaps(
    planned: list[Unit], errand: Errand, whole: Output, model: Model, contents: Contents
) -> None:
    rows = next(unit for unit in planned if unit.inputs[0].kind == "jsonl")
    output, maker = Output(errand.folder), Maker(errand)
    in_turn = process(rows, JOB, Pipeline(model, JOB.pipeline), output, limit=2)
    assert [part.documents for part in in_turn] == [2]
    stretches = list(read(errand, rows))
    assert [s.first for s in stretches] == [2, 4, 8, 12, 16, 20, 24, 28]
    for stretch in (stretches[3], stretches[7]):
        assert isinstance(maker.make(stretch), Made)
    assert [part.first for part in parts_of(output, rows.number)] == [0]
    assert [part.first for part in recorded(output, rows.number)] == [0, 12, 28]
    assert not is_finished(output, 1)
    assert [s.first for s in read(errand, rows)] == [2, 4, 8, 16, 20, 24]
    for stretch in islice(read(errand, rows), 1, 3):
        maker.make(stretch)
    list(process(rows, JOB, Pipeline(model, JOB.pipeline), output))
    assert list(read(errand, rows)) == []
    assert parts_of(output, rows.number)[-1].last
    names = {part.name for part in recorded(output, rows.number)}
    assert names == {
        "part-00000-000000000",
        "part-00000-000000002",
        *(f"part-00000-{first:09}" for first in range(4, 30, 4)),
    }

    def lines(folder: Path) -> bytes:
        files = contents(folder)
        return b"".join(files[name] for name in files if name.startswith("data/part-00000"))

    assert lines(output.folder) == lines(whole.folder)


def test_a_machine_that_does_not_see_what_others_do_says_so(
    planned: list[Unit], errand: Errand, tmp_path: Path
) -> None:
    inputs = planned[0].inputs
    errand = replace(errand, sample=inputs[:1])
    assert trouble(errand) is None

    def told(errand: Errand) -> str:
        (found,) = read(errand, planned[0])
        assert isinstance(found, Trouble)
        assert Maker(errand).make(found) is found
        return found.line

    assert "not 0.0: install the same everywhere" in told(replace(errand, unspin="0.0"))
    assert "OUTPUT must lie on a file system" in told(replace(errand, folder=tmp_path / "other"))
    assert "does not see the model" in told(replace(errand, model=tmp_path))
    assert "has another model" in told(replace(errand, settings="0"))
    (stretch, *_) = read(errand, planned[0])
    Path(inputs[0].path).unlink()
    assert f"does not see {inputs[0].path} as it is: INPUT must" in told(errand)
    lost = Maker(errand).make(stretch)
    assert isinstance(lost, Trouble) and "INPUT must" in lost.line


def test_a_process_that_was_cut_off_writes_no_more(planned: list[Unit], errand: Errand) -> None:
    first, second, *_ = read(errand, planned[0])
    maker = Maker(errand)
    assert isinstance(maker.make(first), Made)
    Output(errand.folder).prepare()  # what the next run begins with
    assert isinstance(maker.make(second), Trouble)
    assert [part.first for part in recorded(Output(errand.folder), planned[0].number)] == [0]
