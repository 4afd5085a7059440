"""`unspin export`: files that the engine runs, and that say what the trained network says."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from click.testing import CliRunner, Result

import unspin
from unspin.inference.cli import cli
from unspin.inference.engine import Engine, WindowInput, WindowSpans
from unspin.model.checkpoint import Checkpoint, load_checkpoint
from unspin.model.encode import Window
from unspin.model.settings import FILE, RUN_FILES, SHIPPED, Settings, file_hash
from unspin.training.export import CANDIDATES
from unspin.training.export import export as write
from unspin.training.parity import Parity, parity

SEEDS = Path(__file__).parents[2] / "seeds"
TEXT = "They met connected Friday and it ran astatine night. Nobody came.\n"


def export(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["export", *map(str, arguments)])


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The shipped checkpoint, exported once more, and what the command found when it checked."""
    folder = tmp_path_factory.mktemp("exported")
    text = folder / "text.txt"
    text.write_text(TEXT, "utf-8")
    result = export(SHIPPED, "--output", folder / "model", "--check", text)
    assert result.exit_code == 0, result.output
    return folder / "model", result.stdout


@pytest.fixture(scope="module")
def exported(checked: tuple[Path, str]) -> Path:
    return checked[0]


@pytest.fixture(scope="module")
def found(exported: Path, checkpoint: Checkpoint) -> Parity:
    texts = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    return parity(checkpoint.model, exported, [*texts, ""], "balanced")


def test_the_folder_is_a_model(exported: Path) -> None:
    model = unspin.load(exported)
    (raw,) = model.logits([TEXT])
    assert len(raw.word) == 11 and len(raw.sentence) == 2
    restored = model.restore([TEXT, ""], "thorough")
    assert [one.status for one in restored] == ["ok", "skipped"]
    assert load_checkpoint(str(exported)).trained  # and can be trained further


def test_settings_come_from_the_checkpoint_and_hashes_from_the_files(exported: Path) -> None:
    settings, source = Settings.load(exported), Settings.load(SHIPPED)
    settings.verify(exported)
    assert settings.calibration == source.calibration
    assert settings.modes == source.modes
    assert settings.base_model == source.base_model
    assert dict(settings.hashes) == {name: file_hash(exported / name) for name in RUN_FILES}


@pytest.mark.parametrize("name", ["look.onnx", "encoder.onnx", "memory.onnx", "decoder.onnx"])
def test_matrices_are_stored_in_a_byte_a_weight(exported: Path, name: str) -> None:
    operators = Counter(node.op_type for node in onnx.load(exported / name).graph.node)
    assert (exported / name).stat().st_size < 30_000_000
    assert operators["MatMulInteger"] >= 2
    # What is left multiplies activations with activations, in attention.
    assert operators["MatMul"] <= operators["MatMulInteger"]
    assert not operators["Gemm"]


def test_the_graph_computes_what_torch_does(found: Parity) -> None:
    assert found.torch_difference < 1e-3


@torch.no_grad()
def test_wordings_of_several_pieces_are_as_likely_as_to_torch(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    model, encoder, _ = checkpoint
    write(model, tmp_path, quantize=False)
    engine = Engine(tmp_path, Settings.load(SHIPPED), threads=1)
    ids, shapes = (
        torch.tensor([part]) for part in encoder.encode(TEXT).window_inputs(Window(0, 9), 101, 102)
    )
    [(_, hidden)] = engine.encode([WindowInput(ids[0].numpy(), shapes[0].numpy())])
    states, first, lengths = torch.from_numpy(hidden), np.array([2, 3, 3, 5, 7]), (1, 3, 0, 4, 2)
    pieces = model.shortlist()
    wordings, expected = list[list[int]](), list[float]()
    for place, length in zip(first, lengths, strict=True):
        written, likelihood = list[int](), 0.0
        for step in range(length + 1):  # the likeliest pieces that go on, then the end
            span = torch.tensor([place])
            read = (states, torch.ones_like(ids), torch.tensor([0]), span, span)
            logits = model.vocabulary_logits(model.decode(*read, torch.tensor([[101, *written]])))
            scores = logits[0, -1][pieces].log_softmax(-1)
            going = scores.masked_fill(pieces == 102, -torch.inf)
            if step < length:
                written.append(int(pieces[going.argmax()]))
                likelihood += float(going.max())
            else:
                least = float(scores.topk(CANDIDATES).values[-1])
                likelihood += max(float(scores[pieces == 102]), least)
        wordings.append(written)
        expected.append(likelihood)
    found = engine.likelihood(WindowSpans(hidden, first, first), wordings)
    assert found == pytest.approx(expected, abs=1e-3)


@torch.no_grad()
def test_a_network_that_was_asked_for_few_pieces(checkpoint: Checkpoint, tmp_path: Path) -> None:
    model = copy.deepcopy(checkpoint.model)
    model.piece_counts.zero_()[2000:2020] = 1
    write(model, tmp_path, quantize=False)
    engine = Engine(tmp_path, Settings.load(SHIPPED), threads=1)
    ids = np.array([101, 2001, 2002, 102])
    [(_, hidden)] = engine.encode([WindowInput(ids, np.zeros_like(ids))])
    [likelihood] = engine.likelihood(WindowSpans(hidden, np.array([1]), np.array([1])), [[2003]])
    assert -50 < likelihood < 0


def test_quantisation_keeps_the_edits(found: Parity) -> None:
    assert found.fp32_edits > 20
    assert found.agreement > 0.8
    assert found.int8_difference < 1.0


def test_the_command_tells_what_it_checked(checked: tuple[Path, str]) -> None:
    said = checked[1]
    assert "torch and fp32 graph differ by" in said
    assert "edits: " in said and "shared" in said


@pytest.mark.parametrize(
    ("edits", "agreement"), [((0, 0, 0), 1.0), ((4, 4, 4), 1.0), ((3, 2, 1), 0.25), ((0, 2, 0), 0)]
)
def test_agreement(edits: tuple[int, int, int], agreement: float) -> None:
    assert Parity(0.0, 0.0, *edits).agreement == agreement


@pytest.mark.parametrize("settings", [None, "", "[]", '{"format": 3}'])
def test_a_folder_of_other_things_stays_as_it_is(tmp_path: Path, settings: str | None) -> None:
    (tmp_path / "config.json").write_text("mine")
    if settings is not None:
        (tmp_path / "settings.json").write_text(settings)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    result = export(SHIPPED, "--output", tmp_path)
    assert result.exit_code == 2, result.output
    [line] = result.stderr.splitlines()
    assert "is not empty and holds no exported model" in line and "--output" in line
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_an_earlier_export_is_written_over(tmp_path: Path) -> None:
    older = json.loads((SHIPPED / FILE).read_text("utf-8")) | {"format": 1}
    del older["look"]  # as format 1 had none
    (tmp_path / FILE).write_text(json.dumps(older))
    result = export(SHIPPED, "--output", tmp_path)
    assert result.exit_code == 0, result.output
    Settings.load(tmp_path).verify(tmp_path)


def test_errors_come_before_the_work(tmp_path: Path) -> None:
    empty, latin = tmp_path / "empty", tmp_path / "latin1.txt"
    empty.mkdir()
    latin.write_bytes("Café.".encode("latin-1"))
    for arguments, message in [
        ([empty], "no model in"),
        ([SHIPPED, "--settings-from", empty], "settings.json is missing"),
        ([SHIPPED, "--check", latin], "latin1.txt: not UTF-8 text"),
    ]:
        result = export(*arguments, "--output", tmp_path / "out")
        assert result.exit_code == 2, result.output
        assert result.stderr.startswith("unspin: error: ") and message in result.stderr
    assert not (tmp_path / "out").exists()
