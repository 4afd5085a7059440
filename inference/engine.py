"""ONNX Runtime sessions of a model folder: windows to logits, spans to next pieces.

A window is one run, and windows run beside each other on a pool of single-threaded sessions. That
is as fast on a CPU as padded batches, wastes nothing on padding, and makes the output of a window
independent of whatever is read with it: int8 activations are scaled over a whole run, so that in a
padded batch every score would move a little with its neighbours.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from unspin.inference.beam import Candidate, Step, likelihood, openings, search
from unspin.model.errors import UnspinError
from unspin.model.settings import Settings

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
Item = TypeVar("Item")
Result = TypeVar("Result")

BEAM = 4
"""Hypotheses a span."""


@dataclass(frozen=True, slots=True)
class WindowInput:
    """Piece ids and word shapes of a window, [CLS] and [SEP] included; (L,) each.

    `states` (1, L, D) are those of the lower layers, where a first look has found them.
    """

    ids: IntArray
    shapes: IntArray
    states: FloatArray | None = None


Output = tuple[FloatArray, FloatArray]
"""Of a window: the few numbers that are wanted of it, and its states (1, L, D)."""


@dataclass(frozen=True, slots=True)
class WindowSpans:
    """Spans to rewrite in one window: its states (1, L, D), and each's first and last piece."""

    hidden: FloatArray
    first: IntArray
    last: IntArray


class Engine:
    """Runs the exported network of a model folder. Thread-safe.

    Args:
        folder: where the four graphs that `unspin export` writes lie.
        settings: the folder's settings, for the special pieces and the length of replacements.
        threads: windows read at the same time; by default one for every core.
    """

    def __init__(self, folder: Path, settings: Settings, threads: int | None = None) -> None:
        self.settings = settings
        self.threads = threads or available_cores()
        self._folder = folder
        self._threads_of = 0

    @property
    def _pool(self) -> ThreadPoolExecutor:
        # A forked process has none of its parent's threads and needs a pool of its own.
        if self._threads_of != os.getpid():
            self._threads = ThreadPoolExecutor(self.threads, thread_name_prefix="unspin")
            self._threads_of = os.getpid()
        return self._threads

    @cached_property
    def _looker(self) -> Any:
        return _session(self._folder / "look.onnx")

    @cached_property
    def _encoder(self) -> Any:
        return _session(self._folder / "encoder.onnx")

    @cached_property
    def _memory(self) -> Any:
        return _session(self._folder / "memory.onnx")

    @cached_property
    def _decoder(self) -> Any:
        return _session(self._folder / "decoder.onnx")

    def look(self, windows: Iterable[WindowInput]) -> Iterator[Output]:
        """A first look at `windows`, in order: damage logits (L,), states of the lower layers."""
        return self._map(self._look, windows)

    def encode(self, windows: Iterable[WindowInput]) -> Iterator[Output]:
        """Head outputs (L, 5) and the encoder's states of `windows`, in order."""
        return self._map(self._encode, windows)

    def _look(self, window: WindowInput) -> Output:
        inputs = {"input_ids": window.ids[None], "shape_ids": window.shapes[None]}
        states, look = self._looker.run(["states", "look"], inputs)
        return look[0], states

    def _encode(self, window: WindowInput) -> Output:
        states = self._look(window)[1] if window.states is None else window.states
        hidden, heads = self._encoder.run(["hidden", "heads"], {"states": states})
        return heads[0], hidden

    def decode(self, windows: Iterable[WindowSpans]) -> Iterator[list[list[Candidate]]]:
        """The n best replacements of every span of `windows`, in order."""

        def one(window: WindowSpans) -> list[list[Candidate]]:
            return search(
                self._step(window),
                len(window.first),
                start=self.settings.cls_id,
                end=self.settings.sep_id,
                width=BEAM,
                max_pieces=self.settings.max_pieces,
            )

        return self._map(one, windows)

    def likelihood(self, window: WindowSpans, wordings: Sequence[Sequence[int]]) -> list[float]:
        """Log probability of each span's wording, in pieces; see `beam.likelihood`."""
        shortened = [wording[: self.settings.max_pieces] for wording in wordings]
        start, end = self.settings.cls_id, self.settings.sep_id
        return likelihood(self._step(window), shortened, start=start, end=end)

    def openings(self, windows: Iterable[tuple[WindowSpans, IntArray]]) -> Iterator[FloatArray]:
        """Log probabilities (N,) that the decoder begins with the piece that is given for each
        span of a window (N,), for `windows` in order; see `beam.openings`."""

        def one(asked: tuple[WindowSpans, IntArray]) -> FloatArray:
            window, pieces = asked
            return openings(self._step(window), pieces, start=self.settings.cls_id)

        return self._map(one, windows)

    def _step(self, window: WindowSpans) -> Step:
        """The decoder on the spans of one window; every call after the first must extend pieces
        of the call before by one."""
        memory = _run(self._memory, hidden=window.hidden)
        layers = len(memory) // 2
        rows = np.arange(len(window.first))[:, None]  # spans, and the pieces written for each
        kept = [np.zeros((len(rows), 0, 2 * window.hidden.shape[-1]), np.float32)] * layers

        def step(owner: IntArray, tokens: IntArray) -> tuple[FloatArray, IntArray]:
            nonlocal rows, kept
            asked = np.column_stack([owner, tokens])
            parent = (asked[:, None, :-1] == rows).all(-1).argmax(1)
            rows = asked
            found = _run(
                self._decoder,
                hidden=window.hidden,
                span_first=window.first[owner],
                span_last=window.last[owner],
                piece=tokens[:, -1],
                **memory,
                **{f"past_{i}": past[parent] for i, past in enumerate(kept)},
            )
            kept = [found[f"kept_{i}"] for i in range(layers)]
            return found["log_probs"], found["ids"]

        return step

    def _map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """`map` over the pool, in order, with a bounded number of items under way."""
        if self.threads == 1:
            yield from map(work, items)
            return
        source = iter(items)
        pool = self._pool
        pending = deque(pool.submit(work, item) for item in islice(source, 4 * self.threads))
        while pending:
            yield pending.popleft().result()
            pending.extend(pool.submit(work, item) for item in islice(source, 1))


def _run(session: Any, **inputs: npt.NDArray[Any]) -> dict[str, Any]:
    """The outputs of a session, by name."""
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def available_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _session(path: Path) -> Any:
    """A single-threaded session of the network in `path`."""
    import onnxruntime  # a fifth of a second: only for those who read text

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            path,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # on a CPU slower than what it replaces
        )
    except Exception as error:  # the library's errors have no common base
        reason = str(error).splitlines()[0]
        raise UnspinError(f"{path} cannot be loaded: {reason}") from error
