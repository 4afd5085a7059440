"""The span decoder: replacements of all damaged spans of all windows, written side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from unspin.model.config import UnspinConfig

Memory = tuple[Tensor, Tensor]
"""What a layer reads of windows: keys (B, H, D / H, L) and values (B, H, L, D / H)."""


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
        scores = q @ k / math.sqrt(q.shape[-1])
        if bias is not None:
            scores = scores + bias
        return (scores.softmax(-1).to(v.dtype) @ v).transpose(1, 2).flatten(-2)

    def remember(self, states: Tensor) -> Memory:
        """What `forward` reads of windows with normalised states (B, L, D)."""
        keys, values = (self._split(t) for t in self.cross_kv(states).chunk(2, -1))
        return keys.transpose(-1, -2), values

    def forward(
        self,
        x: Tensor,
        memory: Memory,
        side_by_side: SideBySide,
        causal: Tensor | None,
        memory_bias: Tensor | None,
        past: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """States (N, T, D) one layer up, and keys and values (N, P + T, 2 D) of the pieces so
        far: `past` (N, P, 2 D) and these."""
        q, own = self.self_qkv(self.self_norm(x)).split((x.shape[-1], 2 * x.shape[-1]), -1)
        kept = own if past is None else torch.cat([past, own], 1)
        k, v = kept.chunk(2, -1)
        q, k, v = map(self._split, (q, k, v))
        x = x + self.self_out(self._attend(q, k.transpose(-1, -2), v, causal))
        # A window's spans read it together: gathering its keys and values for every span would
        # cost far more.
        queries = side_by_side.lay(self.cross_q(self.cross_norm(x)))
        read = self._attend(self._split(queries.flatten(1, 2)), *memory, memory_bias)
        x = x + self.cross_out(side_by_side.take(read.view_as(queries)))
        return x + self.ffn_out(F.gelu(self.ffn_in(self.ffn_norm(x)))), kept


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

    def remember(self, hidden: Tensor) -> list[Memory]:
        """What each layer reads of windows with states (B, L, D)."""
        states = self.memory_norm(hidden)
        return [layer.remember(states) for layer in cast(list[DecoderLayer], self.layers)]

    def forward(
        self,
        hidden: Tensor,
        memory: Sequence[Memory],
        attention_mask: Tensor,
        window: Tensor,
        span_first: Tensor,
        span_last: Tensor,
        embedded: Tensor,
    ) -> Tensor:
        """States that predict the next piece.

        Shapes: hidden (B, L, D), memory as `remember` makes it of hidden, attention_mask (B, L),
        window, span_first and span_last (N,), embedded (N, T, D), the first of which embeds
        [CLS]; returns (N, T, D).
        """
        length = embedded.shape[1]
        ends = hidden[window, span_first], hidden[window, span_last]
        x = self._begin(*ends, embedded, torch.arange(length, device=hidden.device))
        causal = torch.full((length, length), -1e4, device=x.device, dtype=x.dtype).triu(1)
        bias = (1 - attention_mask.to(x.dtype))[:, None, None] * -1e4
        side_by_side = SideBySide(window, len(hidden))
        for layer, read in zip(self.layers, memory, strict=True):
            x, _ = layer(x, read, side_by_side, causal, bias)
        return self._finish(x)

    def step(
        self,
        hidden: Tensor,
        memory: Sequence[Memory],
        span_first: Tensor,
        span_last: Tensor,
        embedded: Tensor,
        past: Sequence[Tensor],
    ) -> tuple[Tensor, list[Tensor]]:
        """What `forward` finds for the last piece, given what it found on the way to it.

        There is one window, hidden (1, L, D). Shapes: span_first, span_last (N,), embedded
        (N, 1, D), `past` of each layer (N, P, 2 D), keys and values of the P pieces before;
        returns states (N, 1, D) and keys and values of each layer (N, P + 1, 2 D).
        """
        place = torch.arange(past[0].shape[1] + 1, device=hidden.device)[-1:]
        x = self._begin(hidden[0, span_first], hidden[0, span_last], embedded, place)
        side_by_side = SideBySide(None, windows=1)
        kept = []
        for layer, read, before in zip(self.layers, memory, past, strict=True):
            x, found = layer(x, read, side_by_side, None, None, before)
            kept.append(found)
        return self._finish(x), kept

    def _begin(self, first: Tensor, last: Tensor, embedded: Tensor, place: Tensor) -> Tensor:
        """Pieces (N, T, D) at `place` (T,), the first of which knows its span's ends (N, D)."""
        start = self.start(torch.cat([first, last], -1))[:, None]
        at_start = place.eq(0).to(embedded.dtype)[:, None]
        x: Tensor = self.embed_norm(embedded + self.position(place) + at_start * start)
        return x

    def _finish(self, x: Tensor) -> Tensor:
        out: Tensor = self.transform_norm(F.gelu(self.transform(self.out_norm(x))))
        return out
