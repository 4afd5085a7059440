"""A trained checkpoint to the int8 ONNX files that the engine runs."""

from __future__ import annotations

import copy
import tempfile
from itertools import chain
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional as F

from unspin.model.network import UnspinModel

CANDIDATES = 8
"""Next pieces the decoder offers the beam at every step."""

BLOCK = 128
"""Pieces of the vocabulary that are looked through together for the likeliest."""

OPSET = 17


class _Look(nn.Module):
    """Pieces to the states of the lower layers and the first look's scores."""

    def __init__(self, model: UnspinModel, lower: nn.Module) -> None:
        super().__init__()
        self.model, self.lower = model, lower

    def forward(self, input_ids: Tensor, shape_ids: Tensor) -> tuple[Tensor, Tensor]:
        embedded = self.model.embed(input_ids, shape_ids)
        states = self.lower(inputs_embeds=embedded).last_hidden_state
        return states, self.model.look_head(states)


class _Encode(nn.Module):
    """States of the lower layers to those of all, and head outputs."""

    def __init__(self, model: UnspinModel, upper: nn.Module) -> None:
        super().__init__()
        self.head, self.upper = model.head, upper

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.upper(inputs_embeds=states).last_hidden_state
        return hidden, self.head(hidden)


class _Remember(nn.Module):
    """States to what the decoder reads of them at every step."""

    def __init__(self, model: UnspinModel) -> None:
        super().__init__()
        self.decoder = model.decoder

    def forward(self, hidden: Tensor) -> tuple[Tensor, ...]:
        return tuple(chain.from_iterable(self.decoder.remember(hidden)))


class _Decode(nn.Module):
    """Spans, the last piece written and what is kept of those before to the likeliest next
    pieces."""

    pieces: Tensor
    weight: Tensor
    bias: Tensor

    def __init__(self, model: UnspinModel) -> None:
        super().__init__()
        self.model = model
        pieces = model.shortlist()
        weight = model.encoder.get_input_embeddings().weight
        padding = max(CANDIDATES * BLOCK - len(pieces), -len(pieces) % BLOCK)
        self.register_buffer("pieces", F.pad(pieces, (0, padding)))
        self.register_buffer("weight", F.pad(weight[pieces].detach().t(), (0, padding)))
        self.register_buffer(
            "bias", F.pad(model.output_bias[pieces].detach(), (0, padding), value=-1e4)
        )

    def forward(
        self,
        hidden: Tensor,
        span_first: Tensor,
        span_last: Tensor,
        piece: Tensor,
        *layers: Tensor,
    ) -> tuple[Tensor, ...]:
        # of each layer: keys and values of the window, and what is kept of the pieces before
        memory, past = list(zip(layers[::3], layers[1::3], strict=True)), layers[2::3]
        embedded = self.model.encoder.get_input_embeddings()(piece)[:, None]
        states, kept = self.model.decoder.step(
            hidden, memory, span_first, span_last, embedded, past
        )
        scores = (states[:, 0] @ self.weight + self.bias).log_softmax(-1)
        values, places = largest(scores, CANDIDATES)
        return values, self.pieces[places], *kept


def largest(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """`scores.topk(count)` of rows (N, V) in a fraction of the time; V is a multiple of BLOCK,
    `count` times BLOCK at least.

    The largest `count` numbers lie in the `count` blocks with the largest maxima.
    """
    blocks = scores.reshape(-1, scores.shape[1] // BLOCK, BLOCK)
    chosen = blocks.amax(-1).topk(count).indices
    kept = blocks.gather(1, chosen[:, :, None].expand(-1, -1, BLOCK)).flatten(1)
    values, within = kept.topk(count)
    block = chosen.gather(1, within // BLOCK)
    return values, block * BLOCK + within % BLOCK


class _Passed(nn.Module):
    """Stands where an encoder embeds pieces: its input is embedded already."""

    def forward(self, *_: object, inputs_embeds: Tensor, **__: object) -> Tensor:
        return inputs_embeds


def halves(encoder: nn.Module, count: int) -> tuple[nn.Module, nn.Module]:
    """The first `count` layers of a transformers encoder, and the others, as two encoders."""
    parts = []
    for chosen in (slice(0, count), slice(count, None)):
        part = copy.deepcopy(encoder)
        stack = max((m for m in part.modules() if isinstance(m, nn.ModuleList)), key=len)
        kept = list(stack)[chosen]
        del stack[:]
        stack.extend(kept)
        parts.append(part)
    parts[1].embeddings = _Passed()
    return parts[0], parts[1]


def export(model: UnspinModel, folder: Path, quantize: bool = True) -> None:
    """Write `look.onnx`, `encoder.onnx`, `memory.onnx` and `decoder.onnx` into `folder`.

    They read one window at a time, without padding.

    With `quantize`, weights become int8 (a scale per output channel) and activations are
    quantised as they come; without, the files hold fp32 for comparison.
    """
    model.train(False).float()
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.ones((1, 7), dtype=torch.long)
    hidden = torch.zeros((1, 7, model.head.in_features))
    lower, upper = halves(model.encoder, model.config.look_layers)
    window = {1: "length"}
    _write(
        _Look(model, lower),
        (ids, torch.zeros_like(ids)),
        {"input_ids": window, "shape_ids": window},
        {"states": window, "look": window},
        folder / "look.onnx",
        quantize,
    )
    _write(
        _Encode(model, upper),
        (hidden,),
        {"states": window},
        {"hidden": window, "heads": window},
        folder / "encoder.onnx",
        quantize,
    )
    layers = list(enumerate(model.decoder.remember(hidden)))
    keys, values = {3: "length"}, {2: "length"}
    _write(
        _Remember(model),
        (hidden,),
        {"hidden": window},
        {n: axes for i, _ in layers for n, axes in ((f"keys_{i}", keys), (f"values_{i}", values))},
        folder / "memory.onnx",
        quantize,
    )
    spans = torch.tensor([0, 1, 1])
    past = torch.zeros((len(spans), 2, 2 * model.head.in_features))
    of_spans = {0: "spans"}
    written, kept = {0: "spans", 1: "written"}, {0: "spans", 1: "kept"}
    _write(
        _Decode(model),
        (hidden, spans, spans, spans, *(t for _, memory in layers for t in (*memory, past))),
        {"hidden": window, "span_first": of_spans, "span_last": of_spans, "piece": of_spans}
        | {
            name: axes
            for i, _ in layers
            for name, axes in ((f"keys_{i}", keys), (f"values_{i}", values), (f"past_{i}", written))
        },
        {"log_probs": of_spans, "ids": of_spans} | {f"kept_{i}": kept for i, _ in layers},
        folder / "decoder.onnx",
        quantize,
    )


def _write(
    module: nn.Module,
    example: tuple[Tensor, ...],
    inputs: dict[str, dict[int, str]],
    outputs: dict[str, dict[int, str]],
    path: Path,
    quantize: bool,
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / path.name
        torch.onnx.export(
            module,
            example,
            str(plain if quantize else path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=inputs | outputs,
            opset_version=OPSET,
            dynamo=False,
        )
        if quantize:
            quantize_dynamic(
                plain,
                path,
                weight_type=QuantType.QInt8,
                per_channel=True,
                op_types_to_quantize=["MatMul", "Gather"],
                extra_options={"MatMulConstBOnly": True},
            )
