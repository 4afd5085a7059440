"""Checkpoints of one network, averaged weight by weight.

Model soups (Wortsman et al., 2022): what a run learnt from narrower data joins what an earlier one
knew, without a step of training, as long as both came from the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from unspin.model.checkpoint import load_checkpoint
from unspin.model.encode import Encoder
from unspin.model.errors import UnspinError
from unspin.model.network import UnspinModel


def load_averaged(checkpoints: Sequence[Path]) -> tuple[UnspinModel, Encoder]:
    """The network whose every weight is the mean of those of `checkpoints`, and its encoder.

    Counts (of pieces asked for in training) are the highest of any. Raises `UnspinError` for
    checkpoints of different networks.
    """
    model, encoder, _ = load_checkpoint(str(checkpoints[0]))
    state = {name: value.double() for name, value in model.state_dict().items()}
    for path in checkpoints[1:]:
        other, its_encoder, _ = load_checkpoint(str(path))
        more = other.state_dict()
        if {n: v.shape for n, v in more.items()} != {n: v.shape for n, v in state.items()} or (
            encoder.tokenizer.to_str() != its_encoder.tokenizer.to_str()
        ):
            raise UnspinError(f"{path} is another network than {checkpoints[0]}: no average")
        for name, value in more.items():
            if value.is_floating_point():
                state[name] += value.double()
            else:
                state[name] = torch.maximum(state[name], value.double())
    with torch.no_grad():
        for name, value in model.state_dict().items():
            mean = state[name] / len(checkpoints) if value.is_floating_point() else state[name]
            value.copy_(mean)
    return model, encoder
