"""What became of each damaged word, and every word's probability: shared by the notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from unspin import Model, Restoration
from unspin.model.calibration import Probabilities
from unspin.training.truth import Truth, changes_made

RESTORED, REWRITTEN, LEFT, MISSED = (
    "restored",
    "rewritten otherwise",
    "flagged, left as found",
    "missed",
)
KINDS = (RESTORED, REWRITTEN, LEFT, MISSED)


class Outcome(NamedTuple):
    """One damaged word or phrase: what stood there, what it stands for, what became of it."""

    spun: str
    original: str
    written: str
    kind: str
    words: int


def outcomes(truth: Truth, result: Restoration) -> list[Outcome]:
    """An outcome for every change that undoing the damage of one document takes."""
    flagged = {word.start for word in result.words}
    made = changes_made(truth.text, truth.words, result.edits, truth.changes)
    found = []
    for change in sorted(truth.changes):
        first, last, wanted = change
        touching = sorted(one for one in made if one[0] < last and first < one[1])
        if change in made:
            kind = RESTORED
        elif touching:
            kind = REWRITTEN
        elif any(word.start in flagged for word in truth.words[first:last]):
            kind = LEFT
        else:
            kind = MISSED
        if first < last:  # words left out by the spinner stand nowhere
            spun = " ".join(word.text for word in truth.words[first:last])
            written = " ".join(" ".join(one[2]) for one in touching)
            found.append(Outcome(spun, " ".join(wanted), written, kind, last - first))
    return found


def probabilities(model: Model, texts: Sequence[str]) -> list[Probabilities]:
    """P(damage) of every word and sentence, those under the threshold too."""
    calibration = model.settings.calibration
    return [
        calibration.apply(raw.word, raw.sentence, raw.document.word_sentence)
        for raw in model.logits(texts)
    ]
