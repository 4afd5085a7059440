"""A trained checkpoint to the int8 ONNX files that the engine runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from unspin.model.network import UnspinModel

CANDIDATES = 8
"""Next pieces the decoder offers the beam at every step."""

OPSET = 17


class _Encode(nn.Module):
    def __init__(self, model: UnspinModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, shape_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        return self.model.encode(input_ids, attention_mask, shape_ids)


class _Decode(nn.Module):
    def __init__(self, model: UnspinModel) -> None:
        super().__init__()
        self.model = model

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
        scores = self.model.vocabulary_logits(states[:, -1]).log_softmax(-1)
        values, ids = scores.topk(CANDIDATES)
        return values, ids


def export(model: UnspinModel, folder: Path, quantize: bool = True) -> None:
    """Write `encoder.onnx` and `decoder.onnx` into `folder`.

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
        _Encode(model),
        (ids, ids, torch.zeros_like(ids)),
        {"input_ids": window, "attention_mask": window, "shape_ids": window},
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
