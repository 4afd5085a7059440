"""The network: spans do not see each other, losses stay finite, checkpoints come back."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from unspin.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from unspin.model.errors import UnspinError
from unspin.model.settings import SHIPPED
from unspin.training.features import collate, pair_features, spun_features

SPUN = "The travel comes arsenic Mexico has worked to debar tariff threats. It whitethorn fail."
CLEAN = "The trip comes as Mexico has worked to avoid tariff threats. It may fail."


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return load_checkpoint(str(SHIPPED))


@torch.no_grad()
def test_a_span_is_decoded_as_if_alone(checkpoint: Checkpoint) -> None:
    model = checkpoint.model.eval()
    ids = torch.randint(1000, 20000, (3, 24), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[1, 15:] = 0
    _, hidden, _ = model.encode(ids, mask, torch.zeros_like(ids))
    window = torch.tensor([0, 2, 0, 1, 2, 2])
    first = torch.tensor([1, 4, 9, 3, 7, 12])
    tokens = torch.randint(1000, 20000, (6, 3), generator=torch.Generator().manual_seed(2))
    together = model.decode(hidden, mask, window, first, first + 1, tokens)
    for i in range(len(window)):
        one = slice(i, i + 1)
        alone = model.decode(hidden, mask, window[one], first[one], first[one] + 1, tokens[one])
        assert torch.allclose(together[i], alone[0], atol=1e-4)


@torch.no_grad()
def test_pieces_one_at_a_time_are_pieces_together(checkpoint: Checkpoint) -> None:
    model = checkpoint.model.eval()
    ids = torch.randint(1000, 20000, (1, 24), generator=torch.Generator().manual_seed(5))
    mask = torch.ones_like(ids)
    _, hidden, _ = model.encode(ids, mask, torch.zeros_like(ids))
    first = torch.tensor([1, 4, 9])
    tokens = torch.randint(1000, 20000, (3, 4), generator=torch.Generator().manual_seed(6))
    together = model.decode(hidden, mask, torch.zeros_like(first), first, first, tokens)
    memory = model.decoder.remember(hidden)
    embedded = model.encoder.get_input_embeddings()(tokens)
    past = [torch.zeros((3, 0, 2 * hidden.shape[-1]))] * len(memory)
    for place in range(tokens.shape[1]):
        one = embedded[:, place : place + 1]
        states, past = model.decoder.step(hidden, memory, first, first, one, past)
        assert torch.allclose(states[:, 0], together[:, place], atol=1e-5)


def test_the_shortlist_holds_what_was_asked_for_most(checkpoint: Checkpoint) -> None:
    counts = checkpoint.model.piece_counts
    kept = checkpoint.model.shortlist()
    assert len(kept) <= checkpoint.model.config.max_shortlist + 1
    assert checkpoint.model.config.sep_token_id in kept
    assert counts[kept].min() >= counts.sort(descending=True).values[len(kept)]
    assert counts[kept].sum() > 0.99 * counts.sum()


@torch.no_grad()
def test_padding_changes_nothing(checkpoint: Checkpoint) -> None:
    model = checkpoint.model.eval()
    ids = torch.randint(1000, 20000, (1, 12), generator=torch.Generator().manual_seed(3))
    _, plain, _ = model.encode(ids, torch.ones_like(ids), torch.zeros_like(ids))
    padded_ids = torch.nn.functional.pad(ids, (0, 9))
    mask = torch.nn.functional.pad(torch.ones_like(ids), (0, 9))
    _, padded, _ = model.encode(padded_ids, mask, torch.zeros_like(padded_ids))
    assert torch.allclose(plain, padded[:, :12], atol=1e-4)


@pytest.mark.parametrize("rows", ["pairs", "spun only"])
def test_every_kind_of_row_gives_a_finite_loss(checkpoint: Checkpoint, rows: str) -> None:
    model, encoder, _ = checkpoint
    if rows == "pairs":
        features = list(pair_features(encoder, SPUN, CLEAN, 8, random.Random(1)))
    else:
        features = list(spun_features(encoder, SPUN))
    out = model(**collate(features, encoder.pad_id))
    assert torch.isfinite(out.loss)


def test_a_sampled_vocabulary_loss_estimates_the_whole(checkpoint: Checkpoint) -> None:
    model, encoder, _ = checkpoint
    features = list(pair_features(encoder, SPUN, CLEAN, 8, random.Random(1)))
    batch = collate(features, encoder.pad_id)
    torch.manual_seed(4)
    with torch.no_grad():
        whole = float(model.eval()(**batch).span_loss)
        model.train()  # no dropout: only the sample differs
        draws = [float(model(**batch).span_loss) for _ in range(20)]
    model.eval()
    assert len(set(draws)) > 1
    assert abs(sum(draws) / len(draws) - whole) < 0.05 * whole + 0.02


def test_a_saved_checkpoint_comes_back(checkpoint: Checkpoint, tmp_path: Path) -> None:
    save_checkpoint(checkpoint.model, checkpoint.encoder, tmp_path)
    again = load_checkpoint(str(tmp_path))
    assert again.trained
    for name, tensor in checkpoint.model.state_dict().items():
        assert torch.allclose(tensor, again.model.state_dict()[name], atol=1e-3), name


def test_a_base_model_gets_as_many_decoder_layers_as_asked(tmp_path: Path) -> None:
    config = BertConfig(
        hidden_size=24, intermediate_size=24, num_attention_heads=2, num_hidden_layers=3
    )
    BertModel(config).save_pretrained(tmp_path)
    shutil.copyfile(SHIPPED / "tokenizer.json", tmp_path / "tokenizer.json")
    for asked, got in ((None, 2), (1, 1), (3, 3)):
        model, _, trained = load_checkpoint(str(tmp_path), asked)
        assert not trained
        assert len(model.decoder.layers) == model.config.decoder_layers == got
    assert load_checkpoint(str(SHIPPED), 2).trained
    with pytest.raises(UnspinError, match="trained with 2 decoder layers"):
        load_checkpoint(str(SHIPPED), 3)


def test_pickled_weights_are_refused(checkpoint: Checkpoint, tmp_path: Path) -> None:
    save_checkpoint(checkpoint.model, checkpoint.encoder, tmp_path)
    (tmp_path / "model.safetensors").unlink()
    torch.save(checkpoint.model.state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(UnspinError, match="no model in"):
        load_checkpoint(str(tmp_path))


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match=r"config\.json"):
        load_checkpoint(str(tmp_path))
