"""The same network as it was trained: torch, fp32, padded batches; all else is unspin's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from transformers.utils.logging import disable_progress_bar

from unspin.inference.beam import Candidate, Step, openings, search
from unspin.inference.bench.contest import Contestant
from unspin.inference.detector import Detector
from unspin.inference.engine import (
    BEAM,
    Engine,
    FloatArray,
    IntArray,
    Output,
    WindowInput,
    WindowSpans,
)
from unspin.inference.restorer import Restorer
from unspin.model.checkpoint import load_checkpoint
from unspin.model.network import UnspinModel
from unspin.model.settings import Settings

BATCH = 16
CANDIDATES = 8
"""Next pieces offered to the beam, as the exported decoder does."""

Item = TypeVar("Item")


def contestants(folder: Path, threads: int) -> list[Contestant]:
    """The network of the safetensors in `folder`."""
    disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    settings = Settings.load(folder)
    network, encoder, _ = load_checkpoint(str(folder))
    detector = Detector(encoder, TorchEngine(network.train(False), folder, settings), settings)
    restorer = Restorer(detector)
    mode = settings.modes["balanced"]

    def score(texts: Sequence[str]) -> object:
        return restorer.judge(detector.read(texts, keep_states=True), mode)

    def restore(texts: Sequence[str]) -> object:
        return restorer.restore(texts, mode)

    tasks = {"score": score, "restore": restore}
    return [Contestant("torch", "the same network, fp32, padded batches", tasks)]


class TorchEngine(Engine):
    """An engine that runs windows in padded batches."""

    def __init__(self, network: UnspinModel, folder: Path, settings: Settings) -> None:
        super().__init__(folder, settings)
        self.network = network

    def look(self, windows: Iterable[WindowInput]) -> Iterator[Output]:
        """The whole network has no use for a first look: every text is read to the end."""
        nothing = np.zeros((1, 0, 0), dtype=np.float32)
        for window in windows:
            yield np.full(len(window.ids), np.inf, dtype=np.float32), nothing

    def encode(self, windows: Iterable[WindowInput]) -> Iterator[Output]:
        for batch in _batches(windows):
            ids, mask = _padded([torch.from_numpy(window.ids) for window in batch])
            shapes, _ = _padded([torch.from_numpy(window.shapes) for window in batch])
            with torch.inference_mode():
                _, hidden, heads = self.network.encode(ids, mask, shapes)
            for window, states, outputs in zip(batch, hidden, heads, strict=True):
                length = len(window.ids)
                yield outputs[:length].numpy(), states[None, :length].numpy()

    def decode(self, windows: Iterable[WindowSpans]) -> Iterator[list[list[Candidate]]]:
        start, end = self.settings.cls_id, self.settings.sep_id
        most = self.settings.max_pieces
        for batch in _batches(windows):
            count = sum(len(window.first) for window in batch)
            step = self._together(batch)
            found = iter(search(step, count, start=start, end=end, width=BEAM, max_pieces=most))
            for window in batch:
                yield list(islice(found, len(window.first)))

    def openings(self, windows: Iterable[tuple[WindowSpans, IntArray]]) -> Iterator[FloatArray]:
        for batch in _batches(windows):
            step = self._together([window for window, _ in batch])
            pieces = np.concatenate([part for _, part in batch])
            found = openings(step, pieces, start=self.settings.cls_id)
            yield from np.split(found, np.cumsum([len(part) for _, part in batch])[:-1])

    def _together(self, batch: Sequence[WindowSpans]) -> Step:
        """The decoder on the spans of all windows of `batch`, one after another."""
        hidden, mask = _padded([torch.from_numpy(window.hidden[0]) for window in batch])
        number = np.repeat(np.arange(len(batch)), [len(window.first) for window in batch])
        first = np.concatenate([window.first for window in batch])
        last = np.concatenate([window.last for window in batch])

        def step(owner: IntArray, tokens: IntArray) -> tuple[FloatArray, IntArray]:
            window, start, end = (torch.from_numpy(p[owner]) for p in (number, first, last))
            pieces = torch.from_numpy(tokens)
            with torch.inference_mode():
                states = self.network.decode(hidden, mask, window, start, end, pieces)
                scores = self.network.vocabulary_logits(states[:, -1]).log_softmax(-1)
                values, ids = scores.topk(CANDIDATES)
            return values.numpy(), ids.numpy()

        return step


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    source = iter(items)
    while batch := list(islice(source, BATCH)):
        yield batch


def _padded(parts: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """`parts` in one tensor, and a mask of what is no padding: (B, L, …) and (B, L)."""
    lengths = torch.tensor([len(part) for part in parts])
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    return torch.nn.utils.rnn.pad_sequence(list(parts), batch_first=True), mask.long()
