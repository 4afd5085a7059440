"""The tags of a word: the one meaning of the tag head's three logits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
"""Undamaged; begins a damaged span; continues the span of the word before."""


def damage_logits(tags: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """log(P(damaged) / P(undamaged)) of words (W,) from their tag logits (W, 3)."""
    found: npt.NDArray[np.float64] = (
        np.logaddexp(tags[:, BEGIN], tags[:, INSIDE]) - tags[:, OUTSIDE]
    )
    return found
