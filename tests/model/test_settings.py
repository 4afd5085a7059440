"""Settings travel with the weights and notice when those are not the ones they describe."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from unspin.model.errors import UnspinError
from unspin.model.settings import FILE, MODES, RUN_FILES, SHIPPED, Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*RUN_FILES, FILE):
        shutil.copyfile(SHIPPED / name, tmp_path / name)
    return tmp_path


def test_shipped_settings_describe_the_shipped_files() -> None:
    settings = Settings.load(SHIPPED)
    settings.verify(SHIPPED)
    assert tuple(settings.modes) == MODES


def test_the_modes_are_ordered() -> None:
    modes = Settings.load(SHIPPED).modes
    precise, balanced, thorough = (modes[name] for name in MODES)
    assert precise.sentence >= balanced.sentence >= thorough.sentence
    assert precise.document >= balanced.document >= thorough.document
    assert precise.confidence >= balanced.confidence >= thorough.confidence


def test_save_and_load_is_identity(folder: Path) -> None:
    settings = Settings.load(folder)
    settings.save(folder)
    assert Settings.load(folder) == settings


@pytest.mark.parametrize("name", RUN_FILES)
def test_a_changed_file_is_refused(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(UnspinError, match=f"{name} was changed"):
        Settings.load(folder).verify(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "decoder.onnx").unlink()
    with pytest.raises(UnspinError, match=r"no decoder\.onnx"):
        Settings.load(folder).verify(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not valid JSON"),
        ("[" * 90_000, "not valid JSON"),
        ("[]", "format"),
        ('{"format": 1}', "format"),
        ('{"format": 3}', "lacks or misnames"),
        ('{"format": 3, "calibration": 5}', "lacks or misnames"),
    ],
)
def test_malformed_settings_are_explained(folder: Path, content: str, message: str) -> None:
    (folder / FILE).write_text(content)
    with pytest.raises(UnspinError, match=message):
        Settings.load(folder)


def test_settings_of_older_graphs_are_read_but_not_run(folder: Path) -> None:
    raw = json.loads((folder / FILE).read_text())
    (folder / FILE).write_text(json.dumps(raw | {"format": 2}))
    settings = Settings.load(folder)
    assert settings.modes == Settings.load(SHIPPED).modes
    with pytest.raises(UnspinError, match=r"older version: write it anew with `unspin export"):
        settings.verify(folder)


def test_an_unknown_setting_is_an_error(folder: Path) -> None:
    raw = json.loads((folder / FILE).read_text())
    (folder / FILE).write_text(json.dumps(raw | {"colour": "red"}))
    with pytest.raises(UnspinError, match="colour"):
        Settings.load(folder)


def test_a_folder_without_settings_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match="no model in"):
        Settings.load(tmp_path)


def test_missing_coefficients_are_noticed(folder: Path) -> None:
    raw = json.loads((folder / FILE).read_text())
    raw["calibration"]["sentence"].pop()
    (folder / FILE).write_text(json.dumps(raw))
    with pytest.raises(UnspinError, match=r"calibration\.sentence"):
        Settings.load(folder)
