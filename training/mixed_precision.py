"""bf16 training without autocast: bf16 network, fp32 master weights in the optimizer.

Autocast converts activations at every layer; on a CPU those copies cost a quarter of a step.
Keeping the network itself in bf16 removes them, and fp32 masters (Micikevicius et al., 2018,
"Mixed Precision Training") keep small updates from being rounded away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def has_bf16() -> bool:
    """Whether this machine multiplies bf16 matrices in hardware."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


class MasterAdamW(torch.optim.AdamW):
    """AdamW over fp32 copies of the given (lower-precision) parameters.

    Args:
        groups: parameter groups as of `torch.optim.AdamW`; their parameters stay the model's.
        options: further arguments of `torch.optim.AdamW`.
    """

    def __init__(self, groups: list[dict[str, Any]], **options: Any) -> None:
        self.parameters = [p for group in groups for p in group["params"]]
        masters = []
        for group in groups:
            copies = [nn.Parameter(p.detach().float()) for p in group["params"]]
            masters.append(group | {"params": copies})
        super().__init__(masters, **options)
        self.masters = [p for group in self.param_groups for p in group["params"]]

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        for parameter, master in zip(self.parameters, self.masters, strict=True):
            master.grad = None if parameter.grad is None else parameter.grad.to(master.dtype)
        loss: float | None = super().step(closure)
        torch._foreach_copy_(self.parameters, self.masters)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        super().zero_grad(set_to_none)
        for parameter in self.parameters:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """The masters travel with the state: the model's own file has lost their low bits."""
        return super().state_dict() | {"masters": [m.detach() for m in self.masters]}

    @torch.no_grad()
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        masters = state_dict.pop("masters")
        super().load_state_dict(state_dict)
        torch._foreach_copy_(self.masters, masters)

    @torch.no_grad()
    def restore_precision(self, model: nn.Module) -> None:
        """Make the trained model fp32 again, with the masters' values."""
        model.float()
        by_id = dict(zip(map(id, self.parameters), self.masters, strict=True))
        for parameter in model.parameters():
            if id(parameter) in by_id:
                parameter.copy_(by_id[id(parameter)])
