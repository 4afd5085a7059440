from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unspin import Model, UnspinError, load
from unspin.inference.engine import Engine, WindowInput, WindowSpans
from unspin.model.encode import Encoder
from unspin.model.settings import RUN_FILES, SHIPPED, Settings


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
    for i, (heads, hidden) in enumerate(together):
        window = windows[i % len(windows)]
        [(alone_heads, alone_hidden)] = engine.encode([window])
        assert hidden.shape[1] == heads.shape[0] == len(window.ids)
        assert np.array_equal(hidden, alone_hidden)
        assert np.array_equal(heads, alone_heads)


def test_a_first_look_is_the_beginning_of_the_reading(
    engine: Engine, windows: list[WindowInput]
) -> None:
    for window, (look, states) in zip(windows, engine.look(windows), strict=True):
        assert look.shape == window.ids.shape
        [(heads, hidden)] = engine.encode([window])
        [(after_heads, after_hidden)] = engine.encode([replace(window, states=states)])
        assert np.array_equal(heads, after_heads)
        assert np.array_equal(hidden, after_hidden)


def test_spans_are_decoded_the_same_beside_other_windows(
    engine: Engine, windows: list[WindowInput]
) -> None:
    work = [
        WindowSpans(hidden, np.array([1, 2]), np.array([1, 3]))
        for _, hidden in engine.encode(windows)
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


@pytest.mark.parametrize("name", [*RUN_FILES, "settings.json"])
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
