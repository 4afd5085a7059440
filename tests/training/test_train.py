"""`unspin train`: real, short runs that start from the shipped weights."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result
from safetensors.torch import load_file

from unspin.inference.cli import cli
from unspin.model.checkpoint import Checkpoint, load_checkpoint
from unspin.training.train import Clock, TrainOptions, freeze, optimizers

EPOCHS = 3
BATCH = 8
ROWS = 40
SHORT = ("--epochs", EPOCHS, "--minutes", 20, "--learning-rate", 1e-4)
STEPS = (ROWS - 8) // BATCH  # an epoch's; eight rows are held out


def write_csv(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    rows = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def train(pairs: Path, output: Path, *options: object) -> Result:
    arguments = ["--pairs", pairs, "--output", output, "--batch-size", BATCH, *options]
    return CliRunner().invoke(cli, ["train", *map(str, arguments)])


def metrics(output: Path, name: str) -> dict[int, float]:
    """A figure of a run by step."""
    rows = map(json.loads, (output / "metrics.jsonl").read_text("utf-8").splitlines())
    return {row["step"]: row[name] for row in rows if name in row}


def changed(before: Checkpoint, folder: Path) -> set[str]:
    """The parts of the network whose parameters a run has moved."""
    after = load_checkpoint(str(folder)).model.state_dict()
    return {
        name.partition(".")[0]
        for name, tensor in before.model.state_dict().items()
        if not torch.allclose(tensor, after[name], atol=1e-6, rtol=1e-3)
    }


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory, spun_pairs: list[dict[str, str]]) -> Path:
    return write_csv(tmp_path_factory.mktemp("rows") / "small.csv", spun_pairs[:ROWS])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, pairs: Path) -> Path:
    """A finished run; its minutes are more than it needs."""
    output = tmp_path_factory.mktemp("run")
    result = train(pairs, output, *SHORT)
    assert result.exit_code == 0, result.output
    assert f"unspin export {output}" in result.stderr
    return output


def test_the_loss_falls(run: Path) -> None:
    losses = metrics(run, "loss")
    assert max(losses) == EPOCHS * STEPS
    # The rows of the first epoch and of the last are the same.
    first = [loss for step, loss in losses.items() if step <= STEPS]
    last = [loss for step, loss in losses.items() if step > (EPOCHS - 1) * STEPS]
    assert sum(last) / len(last) < sum(first) / len(first)
    assert EPOCHS * STEPS in metrics(run, "eval_loss")


def test_the_checkpoint_comes_back_changed(run: Path, checkpoint: Checkpoint) -> None:
    trained = load_checkpoint(str(run))
    assert trained.trained
    assert trained.encoder.tokenizer.to_str() == checkpoint.encoder.tokenizer.to_str()
    assert all(bool(tensor.isfinite().all()) for tensor in trained.model.state_dict().values())
    assert {"encoder", "head", "decoder"} <= changed(checkpoint, run)
    told = json.loads((run / "run.json").read_text("utf-8"))
    assert (told["rows"], told["epochs"], told["part"]) == (ROWS, EPOCHS, "both")


def test_the_same_rows_and_seed_give_the_same_weights(
    run: Path, tmp_path: Path, pairs: Path
) -> None:
    assert train(pairs, tmp_path, *SHORT).exit_code == 0
    first, second = (load_file(folder / "model.safetensors") for folder in (run, tmp_path))
    assert {n for n in first if not torch.equal(first[n], second[n])} == set()


def test_a_run_that_its_minutes_ended_goes_on(tmp_path: Path, pairs: Path) -> None:
    result = train(pairs, tmp_path, "--epochs", 1000, "--minutes", 0.02)
    assert result.exit_code == 0, result.output
    done = max(metrics(tmp_path, "train_loss"))
    assert 0 < done < 1000 * STEPS
    first = read_state(tmp_path)
    assert first["global_step"] == done
    result = train(pairs, tmp_path)
    assert result.exit_code == 2
    assert "holds a run: add --resume" in result.stderr
    epochs = done // STEPS + 2
    result = train(pairs, tmp_path, "--epochs", epochs, "--minutes", 20, "--resume")
    assert result.exit_code == 0, result.output
    second = read_state(tmp_path)
    assert second["global_step"] == epochs * STEPS
    assert used(second) > used(first) >= 0.02 * 60
    assert sorted(metrics(tmp_path, "eval_loss")) == [done, epochs * STEPS]


def read_state(output: Path) -> dict[str, Any]:
    """What the newest checkpoint of a run remembers."""
    newest = max(output.glob("checkpoints/checkpoint-*"), key=lambda p: int(p.name.split("-")[1]))
    state: dict[str, Any] = json.loads((newest / "trainer_state.json").read_text("utf-8"))
    return state


def used(state: Mapping[str, Any]) -> float:
    """Seconds of the budget used up."""
    return float(state["stateful_callbacks"]["Clock"]["args"]["used"])


def test_the_restorer_alone_from_few_pairs_among_clean_text(
    tmp_path: Path, spun_pairs: list[dict[str, str]], checkpoint: Checkpoint
) -> None:
    rows = [*spun_pairs[:4], *({"spun": p["clean"], "clean": p["clean"]} for p in spun_pairs[4:16])]
    output = tmp_path / "run"
    few = write_csv(tmp_path / "few.csv", rows)
    result = train(few, output, "--part", "restorer", "--epochs", 3)
    assert result.exit_code == 0, result.output
    moved = changed(checkpoint, output)
    assert {"decoder"} <= moved <= {"decoder", "output_bias", "piece_counts"}


def test_the_detector_alone_from_labels(
    tmp_path: Path, spun_pairs: list[dict[str, str]], checkpoint: Checkpoint
) -> None:
    rows = [{"text": pair[side], "label": side} for pair in spun_pairs[:6] for side in pair]
    output = tmp_path / "run"
    labels = write_csv(tmp_path / "labels.csv", rows)
    result = train(labels, output, "--part", "detector", "--epochs", 3)
    assert result.exit_code == 0, result.output
    parts = changed(checkpoint, output)
    assert {"encoder", "head"} <= parts <= {"encoder", "look_head", "head", "shape_embedding"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"before": "a", "after": "b"}], 'odd.csv:1: a row needs "spun" and "clean"'),
        ([{"text": "All is well.", "label": "perhaps"}], 'odd.csv:1: "label" must be 1 or 0'),
        ([{"spun": "", "clean": ""}] * 3, "too few usable rows in"),
        ([{"spun": "All is swell.", "clean": "All is well."}], "too few usable rows in"),
    ],
)
def test_rows_that_cannot_be_used(tmp_path: Path, rows: list[dict[str, str]], message: str) -> None:
    result = train(write_csv(tmp_path / "odd.csv", rows), tmp_path / "run")
    assert result.exit_code == 2, result.output
    last = result.stderr.splitlines()[-1]
    assert last.startswith("unspin: error: ") and message in last
    assert not (tmp_path / "run" / "model.safetensors").exists()


FOREIGN = ("cache/important.txt", "features/mine.txt", "metrics.jsonl", "config.json")


@pytest.mark.parametrize("told", [None, "", "[]", '{"rows": 3}', "not JSON"])
@pytest.mark.parametrize("resume", [(), ("--resume",)])
def test_a_folder_of_other_things_stays_as_it_is(
    tmp_path: Path, pairs: Path, told: str | None, resume: tuple[str, ...]
) -> None:
    output = tmp_path / "mine"
    for name in FOREIGN:
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text("x")
    if told is not None:
        (output / "run.json").write_text(told)
    before = {path: path.read_text() for path in output.rglob("*") if path.is_file()}
    result = train(pairs, output, *resume)
    assert result.exit_code == 2, result.output
    [line] = result.stderr.splitlines()
    assert "is not empty and holds no run" in line and "--output" in line
    assert {path: path.read_text() for path in output.rglob("*") if path.is_file()} == before


def test_a_run_that_failed_is_begun_anew(tmp_path: Path, spun_pairs: list[dict[str, str]]) -> None:
    output = tmp_path / "run"
    for few in ([{"spun": "a", "clean": "b"}], spun_pairs[:2]):
        result = train(write_csv(tmp_path / "rows.csv", few), output, "--epochs", 1)
    assert result.exit_code == 0, result.output
    assert json.loads((output / "run.json").read_text("utf-8"))["rows"] == 2


def test_nothing_is_written_before_the_base_is_found(tmp_path: Path, pairs: Path) -> None:
    result = train(pairs, tmp_path / "run", "--base", tmp_path / "none")
    assert result.exit_code == 2 and "no model in" in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["minutes", "epochs", "learning-rate"])
@pytest.mark.parametrize("value", ["0", "-5", "nan", "inf", "1e308"])
def test_numbers_out_of_range(tmp_path: Path, pairs: Path, name: str, value: str) -> None:
    result = train(pairs, tmp_path / "run", f"--{name}", value)
    assert result.exit_code == 2, result.output
    assert f"Invalid value for '--{name}'" in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seeds_out_of_range(tmp_path: Path, pairs: Path, seed: int) -> None:
    result = train(pairs, tmp_path / "run", "--seed", seed)
    assert result.exit_code == 2 and "Invalid value for '--seed'" in result.stderr


def test_there_must_be_a_run_to_resume(tmp_path: Path, pairs: Path) -> None:
    result = train(pairs, tmp_path / "none", "--resume")
    assert result.exit_code == 2
    assert "nothing to resume" in result.stderr
    assert "without --resume" in result.stderr
    assert not (tmp_path / "none").exists()


def test_the_rate_follows_the_budget(checkpoint: Checkpoint) -> None:
    model = checkpoint.model
    try:
        freeze(model, "restorer")
        options = TrainOptions((), Path(), learning_rate=1e-3, new_layers_factor=3.0)
        rates = [
            optimizers(model, options, Clock(minutes=1, checkpoint_minutes=8, used=seconds), 100)[
                1
            ].get_last_lr()
            for seconds in (0, 0.9, 30, 59, 60, 90)
        ]
    finally:
        freeze(model, "both")
    wanted = [0.0, 1.5e-3, 1.5e-3, 5e-5, 0.0, 0.0]
    for found, rate in zip(rates, wanted, strict=True):
        assert found == pytest.approx([rate] * len(found))


def test_only_the_base_model_s_own_layers_learn_slowly(checkpoint: Checkpoint) -> None:
    options = TrainOptions((), Path(), learning_rate=1e-3, new_layers_factor=3.0)
    optimizer, _ = optimizers(checkpoint.model, options, Clock(1, 8, used=30), 100)
    names = {id(parameter): name for name, parameter in checkpoint.model.named_parameters()}
    trained = iter(optimizer.parameters)
    for group in optimizer.param_groups:
        part = {names[id(next(trained))].partition(".")[0] for _ in group["params"]}
        assert ("encoder" in part) == (group["initial_lr"] == 1e-3)
        assert part == {"encoder"} or "encoder" not in part


def test_parts_share_the_parameters_out(checkpoint: Checkpoint) -> None:
    model, trained = checkpoint.model, {}
    for part in ("restorer", "detector", "both"):
        freeze(model, part)  # type: ignore[arg-type]
        trained[part] = {name for name, p in model.named_parameters() if p.requires_grad}
    assert not trained["restorer"] & trained["detector"]
    assert trained["restorer"] | trained["detector"] == trained["both"]
    assert trained["both"] == {name for name, _ in model.named_parameters()}
