from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.inference.beam import FLOOR, Candidate, FloatArray, IntArray, Step, search

START, END = 1, 2
PIECES = (END, 3, 4)
LENGTH = 3

Table = dict[tuple[int, ...], list[float]]


def prefixes(length: int) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for prefix in found:
        if len(prefix) < length:
            found += [(*prefix, 3), (*prefix, 4)]
    return found


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A tiny language model: the distribution of the next piece after every prefix."""
    table = {}
    for prefix in prefixes(LENGTH):
        weights = draw(st.lists(st.floats(0.001, 1), min_size=3, max_size=3))
        table[prefix] = [w / sum(weights) for w in weights]
    return table


def stepper(models: list[Table]) -> Step:
    def step(owner: IntArray, tokens: IntArray) -> tuple[FloatArray, IntArray]:
        rows = []
        for span, (first, *prefix) in zip(owner.tolist(), tokens.tolist(), strict=True):
            assert first == START
            rows.append(models[span][tuple(prefix)])
        ids = np.tile(np.array(PIECES, dtype=np.int64), (len(rows), 1))
        return np.log(np.array(rows)).astype(np.float32), ids

    return step


def run(models: list[Table], width: int) -> list[list[Candidate]]:
    step = stepper(models)
    return search(step, len(models), start=START, end=END, width=width, max_pieces=LENGTH)


def probability(table: Table, pieces: tuple[int, ...]) -> float:
    steps = [table[pieces[:i]][PIECES.index(p)] for i, p in enumerate((*pieces, END))]
    return math.prod(steps)


@given(tables(), st.integers(1, 5))
def test_candidates_are_sorted_and_carry_their_probability(table: Table, width: int) -> None:
    [found] = run([table], width)
    assert len(found) <= width
    assert found == sorted(found, key=Candidate.rank)
    assert len({c.pieces for c in found}) == len(found)
    for candidate in found:
        expected = probability(table, candidate.pieces)
        assert math.exp(candidate.log_probability) == pytest.approx(expected, rel=1e-4)


@given(tables())
def test_a_wide_beam_finds_every_likely_sequence(table: Table) -> None:
    [found] = run([table], 64)
    likely = {p for p in prefixes(LENGTH) if probability(table, p) > 1.01 * math.exp(FLOOR)}
    assert likely <= {c.pieces for c in found}


def plain(table: Table, width: int) -> list[Candidate]:
    """The search of one span as it is described, with every hypothesis written out."""
    step = stepper([table])
    hypotheses, done = [Candidate((), 0.0)], list[Candidate]()
    for _ in range(LENGTH + 1):
        grown = []
        for hypothesis in hypotheses:
            tokens = np.array([(START, *hypothesis.pieces)])
            scores, pieces = step(np.array([0]), tokens)
            grown += [
                Candidate((*hypothesis.pieces, piece), hypothesis.log_probability + score)
                for piece, score in zip(pieces[0].tolist(), scores[0].tolist(), strict=True)
            ]
        grown = sorted(grown, key=Candidate.rank)[:width]
        grown = grown[:1] + [c for c in grown[1:] if c.log_probability >= FLOOR]
        ended = [c for c in grown if c.pieces[-1] == END]
        done += [Candidate(c.pieces[:-1], c.log_probability) for c in ended]
        done = sorted(done, key=Candidate.rank)[:width]
        least = max(done[-1].log_probability, FLOOR) if len(done) == width else FLOOR
        least = least if done else -math.inf
        hypotheses = [c for c in grown if c not in ended and c.log_probability > least]
    return done


@given(tables(), st.integers(1, 4))
def test_what_is_never_made_would_not_have_been_kept(table: Table, width: int) -> None:
    assert run([table], width) == [plain(table, width)]


@given(st.lists(tables(), min_size=1, max_size=4), st.integers(1, 4))
def test_spans_do_not_influence_each_other(models: list[Table], width: int) -> None:
    together = run(models, width)
    assert together == [run([table], width)[0] for table in models]


def test_no_spans_need_no_step() -> None:
    assert run([], 4) == []


def test_a_sequence_that_never_ends_is_given_up() -> None:
    endless = {prefix: [1e-30, 1.0, 1e-30] for prefix in prefixes(LENGTH)}
    [found] = run([endless], 1)
    assert found == []
