"""Trainable checkpoints: a folder with config.json, tokenizer.json and model.safetensors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.utils.hub import cached_file

from unspin.model.config import UnspinConfig
from unspin.model.encode import Encoder
from unspin.model.errors import UnspinError
from unspin.model.network import UnspinModel


class Checkpoint(NamedTuple):
    """A network, its tokenizer, and whether its own layers have been trained already."""

    model: UnspinModel
    encoder: Encoder
    trained: bool


def load_checkpoint(source: str, decoder_layers: int | None = None) -> Checkpoint:
    """A network from an unspin folder, a base model's folder or a hub id.

    Weights are read from safetensors only and no code of the source is run. A base model gets
    new, untrained heads, and `decoder_layers` layers of the span decoder where they are given.
    Raises `UnspinError` if there is nothing to load at `source`, or it has other layers.
    """
    try:
        config = AutoConfig.from_pretrained(source, trust_remote_code=False)
        if not isinstance(config, UnspinConfig):
            return Checkpoint(*_from_base(source, config, decoder_layers), False)
        if decoder_layers not in (None, config.decoder_layers):
            raise UnspinError(
                f"{source} is trained with {config.decoder_layers} decoder layers: other numbers "
                "are for a base model"
            )
        model = UnspinModel.from_pretrained(source, dtype=torch.float32, use_safetensors=True)
        tokenizer = cached_file(source, "tokenizer.json") or ""
        return Checkpoint(model, Encoder.from_file(Path(tokenizer)), True)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:  # the third: other shapes
        raise UnspinError(
            f"no model in {source!r}: name a hub id, or a folder with config.json, tokenizer.json "
            f"and model.safetensors ({str(error).splitlines()[0]})"
        ) from error


def _from_base(
    source: str, base_config: Any, decoder_layers: int | None
) -> tuple[UnspinModel, Encoder]:
    base = AutoModel.from_pretrained(
        source, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
    )
    encoder = Encoder(AutoTokenizer.from_pretrained(source, use_fast=True).backend_tokenizer)
    settings = base_config.to_dict()
    settings.pop("_name_or_path", None)
    # Dropout slows training on CPU and a model this small underfits its data anyway.
    settings |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    config = UnspinConfig(
        encoder=settings,
        base_model=_base_name(source),
        cls_token_id=encoder.cls_id,
        sep_token_id=encoder.sep_id,
        **({} if decoder_layers is None else {"decoder_layers": decoder_layers}),
    )
    model = UnspinModel(config)
    model.encoder.load_state_dict(base.state_dict(), strict=False)
    return model, encoder


def _base_name(source: str) -> str:
    """The hub id of a base model, also where it was loaded from a folder that records it."""
    if not Path(source).is_dir():
        return source
    recorded = json.loads((Path(source) / "config.json").read_text(encoding="utf-8"))
    return str(recorded.get("_name_or_path") or Path(source).name)


def save_checkpoint(model: UnspinModel, encoder: Encoder, folder: Path) -> None:
    """Write the folder, with half-precision weights (half the size, the same figures)."""
    folder.mkdir(parents=True, exist_ok=True)
    half = {
        name: tensor.half() if tensor.is_floating_point() else tensor
        for name, tensor in model.state_dict().items()
    }
    model.save_pretrained(folder, state_dict=half)
    (folder / "model.safetensors").chmod(0o644)  # the library makes it private
    encoder.tokenizer.save(str(folder / "tokenizer.json"))


def copy_tokenizer(source: Path, target: Path) -> None:
    """Carry the tokenizer of one model folder over to another."""
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
