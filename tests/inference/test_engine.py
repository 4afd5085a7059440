from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unspin import Model, UnspinError, load
from unspin.inference.api import SHIPPED
from unspin.inference.engine import Engine, WindowInput, WindowSpans
from unspin.model.encode import Encoder
from unspin.model.settings import Settings


@pytest.fixture(scope="module")
def windows() -> list[WindowInput]:
    encoder = Encoder.from_file(SHIPPED / "tokenizer.json")
    texts = ["Short.", "The travel comes arsenic Mexico has worked. " * 20, "He volition question."]
    return [
        WindowInput(*(np.array(part) for part in document.window_inputs(window, 101, 102)))
        for document in encoder.encode_batch(texts)
        for window in document.windows
    ]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(SHIPPED, Settings.load(SHIPPED), threads=2)


def test_a_window_is_read_alone(engine: Engine, windows: list[WindowInput]) -> None:
    together = list(engine.encode(windows * 5))
    assert len(together) == 5 * len(windows)
    for i, output in enumerate(together):
        [alone] = engine.encode([windows[i % len(windows)]])
        assert output.hidden.shape[0] == output.heads.shape[0] == len(windows[i % len(windows)].ids)
        assert np.array_equal(output.hidden, alone.hidden)
        assert np.array_equal(output.heads, alone.heads)


def test_spans_are_decoded_the_same_beside_other_windows(
    engine: Engine, windows: list[WindowInput]
) -> None:
    work = [
        WindowSpans(output.hidden, np.array([1, 2]), np.array([1, 3]))
        for output in engine.encode(windows)
    ]
    together = list(engine.decode(work * 3))
    assert together == [found for w in work * 3 for found in engine.decode([w])]
    for spans in together:
        assert len(spans) == 2
        for candidates in spans:
            assert candidates == sorted(candidates, key=lambda c: -c.log_probability)
            assert all(len(c.pieces) <= engine.settings.max_pieces for c in candidates)


def test_nothing_to_read_is_nothing_read(engine: Engine) -> None:
    assert list(engine.encode([])) == []
    assert list(engine.decode([])) == []


def copy_of_model(folder: Path) -> None:
    for file in SHIPPED.iterdir():
        if file.suffix in (".onnx", ".json"):
            (folder / file.name).write_bytes(file.read_bytes())


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    copy_of_model(tmp_path)
    load(tmp_path).score("Fine.")
    path = tmp_path / "encoder.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(UnspinError, match=r"encoder\.onnx"):
        load(tmp_path)


@pytest.mark.parametrize(
    "name", ["encoder.onnx", "decoder.onnx", "tokenizer.json", "settings.json"]
)
def test_an_incomplete_model_is_refused(name: str, tmp_path: Path) -> None:
    copy_of_model(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(UnspinError, match=name):
        load(tmp_path)


def test_a_folder_without_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match="no model in"):
        load(tmp_path)


def test_threads_must_be_at_least_one() -> None:
    with pytest.raises(UnspinError, match="threads"):
        load(threads=0)


def test_the_number_of_threads_changes_nothing(model: Model, seed_spun: str) -> None:
    assert load(threads=1).restore(seed_spun) == load(threads=3).restore(seed_spun)
