"""Beam search over many spans at once: every span's n best replacements in a few steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]

Step = Callable[[IntArray, IntArray], tuple[FloatArray, IntArray]]
"""(span of each row (N,), pieces so far (N, T)) -> (log probabilities, next pieces) (N, K) each."""

FLOOR = math.log(0.02)
"""A hypothesis less likely than this is dropped, unless it is its span's best."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A whole replacement, end piece left out, and the log probability of writing it."""

    pieces: tuple[int, ...]
    log_probability: float

    def rank(self) -> tuple[float, tuple[int, ...]]:
        """Sorting key: likeliest first, ties settled by the pieces."""
        return -self.log_probability, self.pieces


@dataclass(slots=True)
class _Span:
    """The search of one span: hypotheses still being written, and finished ones."""

    open: list[Candidate] = field(default_factory=lambda: [Candidate((), 0.0)])
    done: list[Candidate] = field(default_factory=list)

    def advance(self, grown: list[Candidate], end: int, width: int) -> None:
        """Keep the best `width` of the hypotheses one piece longer, and set finished ones aside."""
        grown = sorted(grown, key=Candidate.rank)[:width]
        kept = [c for i, c in enumerate(grown) if i == 0 or c.log_probability >= FLOOR]
        self.done += [
            Candidate(c.pieces[:-1], c.log_probability) for c in kept if c.pieces[-1] == end
        ]
        self.done = sorted(self.done, key=Candidate.rank)[:width]
        # An open hypothesis can only get less likely: it must still beat the worst place taken.
        bar = self.done[-1].log_probability if len(self.done) == width else -math.inf
        if self.done:
            bar = max(bar, FLOOR)
        self.open = [c for c in kept if c.pieces[-1] != end and c.log_probability > bar]


def search(
    step: Step, spans: int, *, start: int, end: int, width: int = 4, max_pieces: int = 8
) -> list[list[Candidate]]:
    """The n best replacements of each span, likeliest first (at most `width`, maybe none).

    Every step extends all open hypotheses of all spans in one call of `step`. Sequences start with
    the piece `start`; one that has not written `end` after `max_pieces` pieces is given up.
    """
    beams = [_Span() for _ in range(spans)]
    for _ in range(max_pieces + 1):
        rows = [(i, c) for i, beam in enumerate(beams) for c in beam.open]
        if not rows:
            break
        owner = np.array([i for i, _ in rows], dtype=np.int64)
        tokens = np.array([(start, *c.pieces) for _, c in rows], dtype=np.int64)
        log_probabilities, following = step(owner, tokens)
        so_far = np.array([c.log_probability for _, c in rows])
        total = so_far[:, None] + log_probabilities
        # Of those under the floor only the best of a span is kept: most are never made.
        likely = total >= np.minimum(total.max(1, keepdims=True), FLOOR)
        grown: list[list[Candidate]] = [[] for _ in beams]
        for row, piece, sum_ in zip(
            np.nonzero(likely)[0].tolist(),
            following[likely].tolist(),
            total[likely].tolist(),
            strict=True,
        ):
            i, c = rows[row]
            grown[i].append(Candidate((*c.pieces, piece), sum_))
        for i in sorted({i for i, _ in rows}):
            beams[i].advance(grown[i], end, width)
    return [beam.done for beam in beams]


def openings(step: Step, pieces: IntArray, *, start: int) -> FloatArray:
    """Log probability (N,) that what is written for span i begins with `pieces[i]` (N,).

    `step` tells of the likeliest next pieces only: for another, this is the most that the
    probability can be.
    """
    count = len(pieces)
    tokens = np.full((count, 1), start, dtype=np.int64)
    scores, following = step(np.arange(count), tokens)
    same = following == pieces[:, None]
    found: FloatArray = np.where(same.any(1), np.where(same, scores, -np.inf).max(1), scores.min(1))
    return found


def likelihood(
    step: Step, wordings: Sequence[Sequence[int]], *, start: int, end: int
) -> list[float]:
    """Log probability of writing exactly `wordings[i]` for span i.

    `step` tells of the likeliest next pieces only: where a piece is not among them, this is the
    most that the probability can be.
    """
    total = [0.0] * len(wordings)
    going = list(range(len(wordings)))
    for length in range(max(map(len, wordings), default=-1) + 1):
        rows = [i for i in going if length <= len(wordings[i])]
        if not rows:
            break
        tokens = np.array([(start, *wordings[i][:length]) for i in rows], dtype=np.int64)
        log_probabilities, following = step(np.array(rows, dtype=np.int64), tokens)
        going = []
        for i, scores, pieces in zip(rows, log_probabilities, following, strict=True):
            wanted = np.flatnonzero(pieces == [*wordings[i], end][length])
            total[i] += float(scores[wanted[0]] if len(wanted) else scores.min())
            if len(wanted):
                going.append(i)
    return total
