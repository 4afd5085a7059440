"""The span decoder: replacements of all damaged spans of all windows, written side by side."""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from unspin.model.config import UnspinConfig


class SideBySide:
    """The spans of each window in a row: (N, T, D) to (B, S, T, D) and back.

    Args:
        window: the window of each span (N,); None where there is one window only.
        windows: how many there are.
    """

    def __init__(self, window: Tensor | None, windows: int) -> None:
        self.place: tuple[Tensor, Tensor] | None = None
        if window is not None:
            # A span's slot: how many spans of the same window come before it.
            slot = (window[:, None] == window[None]).tril(-1).sum(1)
            self.place = (window, slot)
            self.shape = (windows, int(slot.max()) + 1)

    def lay(self, x: Tensor) -> Tensor:
        """(N, T, D) to (B, S, T, D), zeros where a window has fewer spans."""
        if self.place is None:
            return x[None]
        return x.new_zeros((*self.shape, *x.shape[1:])).index_put(self.place, x)

    def take(self, x: Tensor) -> Tensor:
        """(B, S, T, D) to (N, T, D)."""
        return x[0] if self.place is None else x[self.place]


class DecoderLayer(nn.Module):
    """Pre-norm transformer decoder layer over short sequences (T pieces of N spans)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.self_norm = nn.LayerNorm(width)
        self.self_qkv = nn.Linear(width, 3 * width)
        self.self_out = nn.Linear(width, width)
        self.cross_norm = nn.LayerNorm(width)
        self.cross_q = nn.Linear(width, width)
        self.cross_kv = nn.Linear(width, 2 * width)
        self.cross_out = nn.Linear(width, width)
        self.ffn_norm = nn.LayerNorm(width)
        self.ffn_in = nn.Linear(width, 4 * width)
        self.ffn_out = nn.Linear(4 * width, width)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2)

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if bias is not None:
            scores = scores + bias
        return (scores.softmax(-1).to(v.dtype) @ v).transpose(1, 2).flatten(-2)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        side_by_side: SideBySide,
        causal: Tensor,
        memory_bias: Tensor | None,
    ) -> Tensor:
        q, k, v = (self._split(t) for t in self.self_qkv(self.self_norm(x)).chunk(3, -1))
        x = x + self.self_out(self._attend(q, k, v, causal))
        # A window's spans read it together: gathering its keys and values for every span would
        # cost far more.
        keys, values = (self._split(t) for t in memory.chunk(2, -1))
        queries = side_by_side.lay(self.cross_q(self.cross_norm(x)))
        read = self._attend(self._split(queries.flatten(1, 2)), keys, values, memory_bias)
        x = x + self.cross_out(side_by_side.take(read.view_as(queries)))
        out: Tensor = x + self.ffn_out(F.gelu(self.ffn_in(self.ffn_norm(x))))
        return out


class SpanDecoder(nn.Module):
    """Writes the replacement of each span, conditioned on the span's states and its window."""

    def __init__(self, config: UnspinConfig, width: int) -> None:
        super().__init__()
        self.start = nn.Linear(2 * width, width)
        self.position = nn.Embedding(config.max_pieces + 1, width)
        self.embed_norm = nn.LayerNorm(width)
        self.memory_norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(
            DecoderLayer(width, config.decoder_heads) for _ in range(config.decoder_layers)
        )
        self.out_norm = nn.LayerNorm(width)
        self.transform = nn.Linear(width, width)
        self.transform_norm = nn.LayerNorm(width)

    def remember(self, hidden: Tensor) -> Tensor:
        """Keys and values of windows' states (B, L, D) for every layer: (layers, B, L, 2 D)."""
        memory = self.memory_norm(hidden)
        layers = cast(list[DecoderLayer], self.layers)
        return torch.stack([layer.cross_kv(memory) for layer in layers])

    def forward(
        self,
        hidden: Tensor,
        memory: Tensor,
        attention_mask: Tensor | None,
        window: Tensor | None,
        span_first: Tensor,
        span_last: Tensor,
        embedded: Tensor,
    ) -> Tensor:
        """States that predict the next piece.

        Shapes: hidden (B, L, D), memory as `remember` makes it of hidden, attention_mask (B, L)
        or None where nothing is padding, window, span_first and span_last (N,), embedded
        (N, T, D), the first of which embeds [CLS]; returns (N, T, D). With one window only,
        `window` may be None.
        """
        length = embedded.shape[1]
        of = 0 if window is None else window
        ends = torch.cat([hidden[of, span_first], hidden[of, span_last]], -1)
        position = self.position(torch.arange(length, device=hidden.device))
        first = torch.arange(length, device=hidden.device).eq(0).to(hidden.dtype)[:, None]
        x = self.embed_norm(embedded + position + first * self.start(ends)[:, None])
        causal = torch.full((length, length), -1e4, device=x.device, dtype=x.dtype).triu(1)
        bias = None
        if attention_mask is not None:
            bias = (1 - attention_mask.to(x.dtype))[:, None, None] * -1e4
        side_by_side = SideBySide(window, len(hidden))
        for layer, kept in zip(self.layers, memory, strict=True):
            x = layer(x, kept, side_by_side, causal, bias)
        out: Tensor = self.transform_norm(F.gelu(self.transform(self.out_norm(x))))
        return out
