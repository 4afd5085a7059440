"""The folder of a batch: what is not ours stays, what is ours is known again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from unspin.inference.batch import output as module
from unspin.inference.cli import cli

Batch = Callable[..., Result]
SPUN = (
    "The travel comes arsenic Mexico has worked to negociate with the Trump medication to "
    "debar tariff threats."
)


@pytest.fixture
def texts_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(SPUN)
    (folder / "b.txt").write_text("Nobody objected, and the work will begin in April.")
    return folder


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("options", [[], ["--overwrite"], ["--dry-run"]])
@pytest.mark.parametrize("name", ["drafts", "documents", "state", "quarantine", "data"])
def test_folders_that_are_called_like_ours_stay(
    texts_folder: Path, tmp_path: Path, batch: Batch, name: str, options: list[str]
) -> None:
    out = tmp_path / "out"
    (out / name).mkdir(parents=True)
    (out / name / "novel.txt").write_text("Years of work.")
    before = files(out)
    result = batch(texts_folder, out, *options)
    assert result.exit_code == 2 and "holds other things" in result.stderr
    assert files(out) == before


@pytest.mark.parametrize("options", [[], ["--overwrite"], ["--dry-run"]])
@pytest.mark.parametrize(
    "manifest", ['{"name": "an app", "icons": []}', '{"format": 1}', "[]", "{"]
)
def test_the_manifest_of_something_else_stays(
    texts_folder: Path, tmp_path: Path, batch: Batch, manifest: str, options: list[str]
) -> None:
    out = tmp_path / "web"
    for name in ("drafts", "data"):
        (out / name).mkdir(parents=True)
        (out / name / "post.md").write_text("A post.")
    (out / "manifest.json").write_text(manifest)
    before = files(out)
    result = batch(texts_folder, out, *options)
    assert result.exit_code == 2 and "holds other things" in result.stderr
    assert result.stderr.count("\n") == 1
    assert files(out) == before


def test_a_damaged_manifest_of_ours_can_be_overwritten(
    texts_folder: Path, tmp_path: Path, batch: Batch
) -> None:
    out = tmp_path / "out"
    assert batch(texts_folder, out).exit_code == 0
    for manifest in ('{"format": 1}', "[]", "{"):
        (out / "manifest.json").write_text(manifest)
        for options in ([], ["--dry-run"]):
            result = batch(texts_folder, out, *options)
            assert result.exit_code == 2 and "is damaged: begin anew with" in result.stderr
    assert batch(texts_folder, out, "--overwrite").exit_code == 0


@pytest.mark.parametrize("step", range(7))
def test_overwriting_that_was_killed_is_overwritten(
    texts_folder: Path, tmp_path: Path, batch: Batch, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert batch(texts_folder, out).exit_code == 0
    steps = iter(range(20))

    def killed(path: Path) -> None:
        if next(steps) == step:
            raise KeyboardInterrupt
        shutil_rmtree(path)

    shutil_rmtree = shutil.rmtree
    monkeypatch.setattr(module.shutil, "rmtree", killed)
    batch(texts_folder, out, "--overwrite", "--mode", "precise")
    monkeypatch.undo()
    result = batch(texts_folder, out, "--overwrite", "--mode", "precise")
    assert result.exit_code == 0, result.stderr
    assert "2 documents" in result.stdout


def test_results_that_are_gone_are_missed(texts_folder: Path, tmp_path: Path, batch: Batch) -> None:
    out = tmp_path / "out"
    batch(texts_folder, out)
    shutil.rmtree(out / "data")
    result = batch(texts_folder, out)
    assert result.exit_code == 2 and "data is gone: begin anew with --overwrite" in result.stderr
    assert batch(texts_folder, out, "--overwrite").exit_code == 0
    assert (out / "data" / "a.txt").is_file()


def test_no_link_leads_out_of_the_folder(texts_folder: Path, tmp_path: Path, batch: Batch) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    out.mkdir()
    (out / "data").symlink_to(outside)
    for options in ([], ["--overwrite"]):
        result = batch(texts_folder, out, *options)
        assert result.exit_code == 2 and "data is a link" in result.stderr
    assert not list(outside.iterdir())


def test_a_dry_run_refuses_what_the_run_would(
    texts_folder: Path, tmp_path: Path, batch: Batch
) -> None:
    out = tmp_path / "out"
    batch(texts_folder, out)
    result = batch(texts_folder, out, "--mode", "precise", "--dry-run")
    assert result.exit_code == 2 and "--mode balanced, not precise" in result.stderr
    assert batch(texts_folder, out, "--mode", "precise", "--overwrite", "--dry-run").exit_code == 0


def test_standard_input_goes_on_with_the_same_rows_only(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for letter, limit, code in (("a", ["--limit", "4"], 0), ("b", [], 2), ("a", [], 0)):
        rows = (json.dumps({"id": f"{letter}{i}", "text": f"It was {i}."}) for i in range(10))
        arguments = ["batch", "-", str(out), "--part-size", "2", *limit]
        result = CliRunner().invoke(cli, arguments, input="\n".join(rows) + "\n")
        assert result.exit_code == code, result.output


def test_files_whose_names_are_no_text_keep_them(
    texts_folder: Path, tmp_path: Path, batch: Batch
) -> None:
    names = [b"\xff.txt", rb"\xff.txt", "новости".encode("cp1251") * 10 + b".txt"]
    for name in names:
        (texts_folder / os.fsdecode(name)).write_text(SPUN)
    out = tmp_path / "out"
    result = batch(texts_folder, out)
    assert result.exit_code == 0 and "5 documents" in result.stdout
    assert {os.fsencode(path.name) for path in (out / "data").iterdir()} >= set(names)


def test_another_list_is_told_without_its_hash(
    texts_folder: Path, tmp_path: Path, batch: Batch
) -> None:
    lists = [tmp_path / "one", tmp_path / "two"]
    for path in lists:
        path.write_text(f"{path.name}\n")
    out = tmp_path / "out"
    batch(texts_folder, out, "--protect", lists[0])
    result = batch(texts_folder, out, "--protect", lists[1])
    assert result.exit_code == 2 and "begun with another list for --protect" in result.stderr
