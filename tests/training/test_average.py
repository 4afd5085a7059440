"""Checkpoints averaged: every weight is the mean, counts are the highest, networks must match."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from unspin.model.checkpoint import Checkpoint, save_checkpoint
from unspin.model.errors import UnspinError
from unspin.model.network import UnspinModel
from unspin.model.settings import SHIPPED
from unspin.training.average import load_averaged


@pytest.fixture(scope="module")
def moved(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped checkpoint with all weights doubled and all counts one higher."""
    folder = tmp_path_factory.mktemp("moved")
    save_checkpoint(checkpoint.model, checkpoint.encoder, folder)
    state = load_file(folder / "model.safetensors")
    changed = {n: v * 2 if v.is_floating_point() else v + 1 for n, v in state.items()}
    save_file(changed, folder / "model.safetensors", {"format": "pt"})
    return folder


def test_weights_are_means_and_counts_the_highest(moved: Path, checkpoint: Checkpoint) -> None:
    state = load_averaged([SHIPPED, moved])[0].state_dict()
    for name, value in checkpoint.model.state_dict().items():
        wanted = value * 1.5 if value.is_floating_point() else value + 1
        assert torch.allclose(state[name], wanted, rtol=1e-3, atol=1e-5), name


def test_one_is_itself(checkpoint: Checkpoint) -> None:
    state = load_averaged([SHIPPED])[0].state_dict()
    for name, value in checkpoint.model.state_dict().items():
        assert torch.equal(state[name], value), name


def test_weights_that_do_not_fit_their_config_are_refused(moved: Path) -> None:
    state = load_file(moved / "model.safetensors")
    state["output_bias"] = state["output_bias"][:100].clone()
    save_file(state, moved / "model.safetensors", {"format": "pt"})
    with pytest.raises(UnspinError, match="no model in"):
        load_averaged([SHIPPED, moved])


def test_another_network_is_refused(checkpoint: Checkpoint, tmp_path: Path) -> None:
    config = copy.deepcopy(checkpoint.model.config)
    config.decoder_layers = 1
    save_checkpoint(UnspinModel(config), checkpoint.encoder, tmp_path)
    with pytest.raises(UnspinError, match="is another network than"):
        load_averaged([SHIPPED, tmp_path])
