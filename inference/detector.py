"""The detector: texts to raw logits, raw logits to calibrated scores and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import tee
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from unspin.inference.engine import Engine, FloatArray, WindowInput
from unspin.inference.memory import Found, WindowMemory
from unspin.inference.phrases import NOWHERE, Ranges
from unspin.model.calibration import Probabilities, pool_sentences
from unspin.model.encode import Document, Encoder
from unspin.model.settings import Look, Mode, Settings, suspicion
from unspin.model.tags import damage_logits

BoolArray = npt.NDArray[np.bool_]
DoubleArray = npt.NDArray[np.float64]

KEPT_WINDOWS = 512
"""Windows of one document whose states are kept for the decoder (100 MB); others are read again."""

TEXTS = 16
"""Texts tokenised at a time."""

LOOK, FULL = b"look", b"full"
"""How far a window is read."""


@dataclass(frozen=True, slots=True)
class RawLogits:
    """A document and what the network says of it before calibration.

    `word` (W,) is log(P(damaged) / P(undamaged)) of each word, `tags` (W, 3) its logits for
    outside, begin and inside, `sentence` (S,) the pooled logit of each sentence.
    """

    document: Document
    word: DoubleArray
    tags: DoubleArray
    sentence: DoubleArray


@dataclass(frozen=True, slots=True)
class Reading:
    """Raw logits, and the encoder states of the first windows (by window number)."""

    raw: RawLogits
    states: dict[int, FloatArray] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Calibrated probabilities of a document's parts, and what a mode decides about them."""

    document: float
    spun: bool
    sentence: DoubleArray
    sentence_spun: BoolArray
    word: DoubleArray
    flagged: BoolArray


class Glance(NamedTuple):
    """A document at first look: damage scores (W,) of its words, whether it is plainly sound and,
    if not, the states of its windows in the lower layers (None where the look was remembered)."""

    document: Document
    scores: DoubleArray
    plain: bool
    states: list[FloatArray | None]


class Detector:
    """Reads texts with one model; with a `memory`, windows that it knows are not read again."""

    def __init__(
        self,
        encoder: Encoder,
        engine: Engine,
        settings: Settings,
        memory: WindowMemory | None = None,
    ) -> None:
        self.encoder = encoder
        self.engine = engine
        self.settings = settings
        self.memory = memory

    def read(self, texts: Sequence[str], keep_states: bool = False) -> list[Reading]:
        """Raw logits of `texts`; with `keep_states`, also what the decoder needs.

        What a first look finds plainly sound is read no further.
        """
        glances, ahead = tee(self.glances(texts))
        found = self._found(
            FULL,
            (
                replace(self.window_input(glance.document, number), states=states)
                for glance in ahead
                if not glance.plain
                for number, states in enumerate(glance.states)
            ),
        )
        readings = []
        for document, scores, plain, inner in glances:
            if plain:
                readings.append(Reading(looked(document, scores, self.settings.look), {}))
                continue
            states: dict[int, FloatArray] = {}
            heads = [np.zeros((0, 5), dtype=np.float32)]
            for number, (head, state) in zip(range(len(inner)), found, strict=False):
                heads.append(head[1:-1])
                if keep_states and number < KEPT_WINDOWS and state is not None:
                    states[number] = state
            readings.append(Reading(raw_logits(document, np.concatenate(heads)), states))
        return readings

    def glances(self, texts: Sequence[str]) -> Iterator[Glance]:
        """A first look at each of `texts`."""
        # While the engine runs windows, the texts behind them are made ready.
        documents, ahead = tee(self._documents(texts))
        found = self._found(
            LOOK,
            (
                self.window_input(document, number)
                for document in ahead
                for number in range(len(document.windows))
            ),
        )
        bar = self.settings.look.bar
        for document in documents:
            scores = [np.zeros(0, dtype=np.float32)]
            states: list[FloatArray | None] = []
            for _, (look, state) in zip(document.windows, found, strict=False):
                scores.append(look[1:-1])
                states.append(state)
            words = np.concatenate(scores)[document.word_first].astype(np.float64)
            plain = bar is not None and suspicion(words) < bar
            yield Glance(document, words, plain, [] if plain else states)

    def _documents(self, texts: Sequence[str]) -> Iterator[Document]:
        """`texts` with their pieces, a few at a time."""
        for start in range(0, len(texts), TEXTS):
            yield from self.encoder.encode_batch(texts[start : start + TEXTS])

    def _found(self, stage: bytes, windows: Iterable[WindowInput]) -> Iterator[Found]:
        run = self.engine.look if stage == LOOK else self.engine.encode
        return self.memory.read(stage, run, windows) if self.memory else iter(run(windows))

    def states(self, reading: Reading, numbers: Iterable[int]) -> Iterator[FloatArray]:
        """Encoder states of the windows `numbers`, read again where they were not kept."""
        wanted = list(numbers)
        missing = [n for n in wanted if n not in reading.states]
        again = self.engine.encode(self.window_input(reading.raw.document, n) for n in missing)
        for number in wanted:
            kept = reading.states.get(number)
            yield next(again)[1] if kept is None else kept

    def window_input(self, document: Document, number: int) -> WindowInput:
        """What the network reads for one window."""
        ids, shapes = document.window_inputs(
            document.windows[number], self.encoder.cls_id, self.encoder.sep_id
        )
        return WindowInput(np.array(ids, dtype=np.int64), np.array(shapes, dtype=np.int64))

    def probabilities(self, raw: RawLogits) -> Probabilities:
        """What the detector alone says, calibrated."""
        calibration = self.settings.calibration
        return calibration.apply(raw.word, raw.sentence, raw.document.word_sentence)


def judge(
    document: Document, p: Probabilities, mode: Mode, protected: Ranges = NOWHERE
) -> Judgement:
    """What a mode decides. A word is flagged if it, its sentence and its document all reach the
    mode's thresholds; words that must stay as they are, and those that share a character with the
    `protected` ranges of the text, never are."""
    spun = bool(p.document >= mode.document)
    sentence_spun = (p.sentence >= mode.sentence) & spun
    flagged = (p.word >= mode.word) & sentence_spun[document.word_sentence]
    flagged &= ~np.array([w.protected for w in document.words], dtype=np.bool_)
    flagged &= ~covered(document, protected)
    return Judgement(p.document, spun, p.sentence, sentence_spun, p.word, flagged)


def covered(document: Document, ranges: Ranges) -> BoolArray:
    """Which words (W,) share a character with `ranges`."""
    if not ranges.starts:
        return np.zeros(len(document.words), dtype=np.bool_)
    return np.array([ranges.touch(w.start, w.end) for w in document.words], dtype=np.bool_)


def raw_logits(document: Document, heads: FloatArray) -> RawLogits:
    """Logits of words and sentences from the head outputs (pieces, 5) of a document."""
    words = heads[document.word_first].astype(np.float64)
    tags = words[:, :3]
    sentence = pool_sentences(
        words[:, 3], words[:, 4], document.word_sentence, len(document.sentences)
    )
    return RawLogits(document, damage_logits(tags), tags, sentence)


def looked(document: Document, scores: DoubleArray, look: Look) -> RawLogits:
    """Logits of words and sentences from the scores (W,) of a first look."""
    word = look.word[0] * scores + look.word[1]
    worst = np.full(len(document.sentences), scores.min(initial=0.0))
    np.maximum.at(worst, document.word_sentence, scores)
    tags = np.column_stack([np.zeros_like(word), word, np.full_like(word, -30.0)])
    return RawLogits(document, word, tags, look.sentence[0] * worst + look.sentence[1])
