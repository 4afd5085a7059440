"""A trained checkpoint to the int8 ONNX files that the engine runs."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from unspin.model.network import UnspinModel, attention_bias

CANDIDATES = 8
"""Next pieces the decoder offers the beam at every step."""

OPSET = 17


class _Look(nn.Module):
    """Pieces to the states of the lower layers and the first look's scores."""

    def __init__(self, model: UnspinModel) -> None:
        super().__init__()
        self.model = model
        self.lower, _ = halves(model.encoder, model.config.look_layers)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, shape_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        embedded = self.model.embed(input_ids, shape_ids)
        bias = attention_bias(attention_mask, embedded.dtype)
        states = self.lower(inputs_embeds=embedded, attention_mask=bias).last_hidden_state
        return states, self.model.look_head(states)


class _Encode(nn.Module):
    """States of the lower layers to those of all, and head outputs."""

    def __init__(self, model: UnspinModel) -> None:
        super().__init__()
        self.head = model.head
        _, self.upper = halves(model.encoder, model.config.look_layers)

    def forward(self, states: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        bias = attention_bias(attention_mask, states.dtype)
        hidden = self.upper(inputs_embeds=states, attention_mask=bias).last_hidden_state
        return hidden, self.head(hidden)


class _Decode(nn.Module):
    """Spans and the pieces written so far to the likeliest next pieces."""

    def __init__(self, model: UnspinModel) -> None:
        super().__init__()
        self.model = model
        pieces = model.shortlist()
        weight = model.encoder.get_input_embeddings().weight
        self.register_buffer("pieces", pieces)
        self.register_buffer("weight", weight[pieces].detach().t().contiguous())
        self.register_buffer("bias", model.output_bias[pieces].detach().clone())

    def forward(
        self,
        hidden: Tensor,
        attention_mask: Tensor,
        window: Tensor,
        span_first: Tensor,
        span_last: Tensor,
        tokens: Tensor,
    ) -> tuple[Tensor, Tensor]:
        states = self.model.decode(hidden, attention_mask, window, span_first, span_last, tokens)
        scores = (states[:, -1] @ self.weight + self.bias).log_softmax(-1)
        values, places = scores.topk(CANDIDATES)
        return values, self.pieces[places]


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
    """Write `look.onnx`, `encoder.onnx` and `decoder.onnx` into `folder`.

    With `quantize`, weights become int8 (a scale per output channel) and activations are
    quantised as they come; without, the files hold fp32 for comparison.
    """
    model.train(False).float()
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.ones((2, 7), dtype=torch.long)
    hidden = torch.zeros((2, 7, model.head.in_features))
    spans = torch.tensor([0, 1, 1])
    window = {0: "batch", 1: "length"}
    _write(
        _Look(model),
        (ids, ids, torch.zeros_like(ids)),
        {"input_ids": window, "attention_mask": window, "shape_ids": window},
        {"states": window, "look": window},
        folder / "look.onnx",
        quantize,
    )
    _write(
        _Encode(model),
        (hidden, ids),
        {"states": window, "attention_mask": window},
        {"hidden": window, "heads": window},
        folder / "encoder.onnx",
        quantize,
    )
    _write(
        _Decode(model),
        (hidden, ids, spans, spans, spans, torch.ones((3, 2), dtype=torch.long)),
        {
            "hidden": window,
            "attention_mask": window,
            "window": {0: "spans"},
            "span_first": {0: "spans"},
            "span_last": {0: "spans"},
            "tokens": {0: "spans", 1: "steps"},
        },
        {"log_probs": {0: "spans"}, "ids": {0: "spans"}},
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
