"""The public interface: `load` a model, then `score` or `restore` texts with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, overload

from unspin.inference.constraints import NO_MARKS, Constraints, Marks
from unspin.inference.detector import (
    BoolArray,
    Detector,
    DoubleArray,
    Glance,
    Judgement,
    RawLogits,
    Reading,
)
from unspin.inference.engine import Engine
from unspin.inference.explain import explain as explained
from unspin.inference.language import reason_to_skip
from unspin.inference.memory import WindowMemory
from unspin.inference.restorer import Restorer, apply_edits
from unspin.inference.results import (
    Explanation,
    Restoration,
    RestoredEdit,
    Score,
    SentenceScore,
    Status,
    WordScore,
)
from unspin.model.encode import Encoder
from unspin.model.errors import UnspinError
from unspin.model.settings import SHIPPED, Mode, Settings

NO_WORDS = "the text has no words"

Result = TypeVar("Result", bound=Score)

Wanted = Constraints | Sequence[Constraints | None] | None
"""Constraints for all texts, or a list with those for each."""

MOST_THREADS = 1024
"""More than any machine has a use for."""

CHUNK = 200_000
"""Characters read at a time, which bounds the memory that a long list of texts takes."""


def load(path: str | Path | None = None, threads: int | None = None, *, remember: int = 0) -> Model:
    """Load a model folder, by default the weights that come with the package.

    Args:
        path: a folder written by `unspin export`.
        threads: parts of a text read at the same time; by default one for every core.
        remember: passages (some 100 words) of which the scores are kept, 3 kB each, for texts
            that share many.

    The results depend on neither of the two.

    Raises `UnspinError` if the folder is incomplete or its files are not the ones recorded.
    """
    if threads is not None and not (isinstance(threads, int) and 1 <= threads <= MOST_THREADS):
        raise UnspinError(
            f"threads must be a whole number from 1 to {MOST_THREADS}, not {threads!r}"
        )
    return Model(SHIPPED if path is None else Path(path), threads, remember)


class Model:
    """A detector and restorer. Thread-safe; see `load`."""

    def __init__(self, folder: Path, threads: int | None = None, remember: int = 0) -> None:
        self.settings = Settings.load(folder)
        self.settings.verify(folder)
        encoder = Encoder.from_file(folder / "tokenizer.json")
        engine = Engine(folder, self.settings, threads)
        memory = WindowMemory(remember) if remember else None
        self._detector = Detector(encoder, engine, self.settings, memory)
        self._restorer = Restorer(self._detector)

    @overload
    def score(
        self,
        text: str,
        mode: str = ...,
        *,
        language: str = ...,
        constraints: Wanted = ...,
        explain: bool = ...,
    ) -> Score: ...
    @overload
    def score(
        self,
        text: list[str] | tuple[str, ...],
        mode: str = ...,
        *,
        language: str = ...,
        constraints: Wanted = ...,
        explain: bool = ...,
    ) -> list[Score]: ...
    def score(
        self,
        text: str | list[str] | tuple[str, ...],
        mode: str = "balanced",
        *,
        language: str = "en",
        constraints: Wanted = None,
        explain: bool = False,
    ) -> Score | list[Score]:
        """How much of a text, or of each text of a list, a spinner damaged.

        Args:
            text: one text, or a list of them.
            mode: "precise", "balanced" or "thorough".
            language: what is not English is skipped.
            constraints: words to leave alone and phrases to report, the same for all texts, or a
                list with those for each.
            explain: whether to say why words were flagged, which takes as long as to restore.

        In a list, a text that cannot be read has the status "error" and a reason; a single one
        raises TypeError.
        """
        thresholds = mode_of(self.settings, mode)

        def read(texts: list[str], marks: list[Marks]) -> list[Score]:
            readings = self._detector.read(texts, keep_states=True)
            judgements = self._restorer.judge(readings, thresholds, marks)
            why = self._why(readings, judgements, explain)
            raw = [reading.raw for reading in readings]
            return list(map(_score, raw, judgements, marks, why))

        results = _in_chunks(_as_list(text), language, constraints, read, Score)
        return results[0] if isinstance(text, str) else results

    @overload
    def restore(
        self,
        text: str,
        mode: str = ...,
        *,
        language: str = ...,
        constraints: Wanted = ...,
        explain: bool = ...,
    ) -> Restoration: ...
    @overload
    def restore(
        self,
        text: list[str] | tuple[str, ...],
        mode: str = ...,
        *,
        language: str = ...,
        constraints: Wanted = ...,
        explain: bool = ...,
    ) -> list[Restoration]: ...
    def restore(
        self,
        text: str | list[str] | tuple[str, ...],
        mode: str = "balanced",
        *,
        language: str = "en",
        constraints: Wanted = None,
        explain: bool = False,
    ) -> Restoration | list[Restoration]:
        """The restored wording of a text, or of each text of a list; arguments as for `score`.

        Applying a result's `edits` to its `text` gives `restored`; all else stays as it was.
        """
        thresholds = mode_of(self.settings, mode)

        def read(texts: list[str], marks: list[Marks]) -> list[Restoration]:
            found = self._restorer.restore(texts, thresholds, marks)
            readings, judgements, edits = zip(*found, strict=True)
            why = self._why(readings, judgements, explain)
            raw = [reading.raw for reading in readings]
            return list(map(_restoration, map(_score, raw, judgements, marks, why), edits))

        results = _in_chunks(_as_list(text), language, constraints, read, _untouched)
        return results[0] if isinstance(text, str) else results

    def logits(self, texts: Sequence[str]) -> list[RawLogits]:
        """What the network says of each text before calibration, for fitting and analysis."""
        return [
            reading.raw
            for part in _chunks(texts, range(len(texts)))
            for reading in self._detector.read([texts[i] for i in part])
        ]

    def opinions(self, texts: Sequence[str], asked: Sequence[BoolArray]) -> list[DoubleArray]:
        """The log probability that the decoder begins with the word itself, for each word (W,) of
        each text that is `asked` of (W,), NaN for others; for fitting and analysis."""
        return [
            own
            for part in _chunks(texts, range(len(texts)))
            for own in self._restorer.opinions(
                self._detector.read([texts[i] for i in part], keep_states=True),
                [asked[i] for i in part],
            )
        ]

    def looks(self, texts: Sequence[str]) -> list[Glance]:
        """What the first look says of each text, for fitting and analysis."""
        return [
            glance
            for part in _chunks(texts, range(len(texts)))
            for glance in self._detector.glances([texts[i] for i in part])
        ]

    def _why(
        self, readings: Sequence[Reading], judgements: Sequence[Judgement], explain: bool
    ) -> list[tuple[Explanation, ...]]:
        """Why words of each text were flagged; nothing unless asked to `explain`."""
        if not explain:
            return [()] * len(readings)
        return explained(self._restorer, readings, judgements)


def mode_of(settings: Settings, name: str) -> Mode:
    """The mode of that name. Raises `UnspinError` if there is none."""
    if name not in settings.modes:
        raise UnspinError(f"no mode {name!r}: choose {', '.join(settings.modes)}")
    return settings.modes[name]


def _as_list(text: object) -> list[object]:
    if isinstance(text, str):
        return [text]
    if isinstance(text, list | tuple):
        return list(text)
    raise TypeError(f"expected a text or a list of texts, not {type(text).__name__}")


def _in_chunks(
    texts: Sequence[object],
    language: str,
    constraints: Wanted,
    read: Callable[[list[str], list[Marks]], list[Result]],
    refuse: Callable[[Status, str, str], Result],
) -> list[Result]:
    """Results of `texts` in order: those of `read`, a chunk at a time, or a refusal's."""
    results: dict[int, Result] = {}
    readable: dict[int, str] = {}
    marks: dict[int, Marks] = {}
    skip = reason_to_skip(language)
    for i, (text, wanted) in enumerate(zip(texts, _each(constraints, len(texts)), strict=True)):
        if not isinstance(text, str):
            results[i] = refuse("error", f"not a text but {type(text).__name__}", "")
        elif skip:
            results[i] = refuse("skipped", skip, text)
        else:
            try:
                marks[i] = NO_MARKS if wanted is None else wanted.marks(text)
                readable[i] = text
            except UnspinError as error:  # a pattern that does not come to an end
                results[i] = refuse("error", str(error), text)
    for part in _chunks(readable, readable):
        found = read([readable[i] for i in part], [marks[i] for i in part])
        results.update(zip(part, found, strict=True))
    return [results[i] for i in range(len(texts))]


def _each(constraints: Wanted, count: int) -> Sequence[Constraints | None]:
    """The constraints of each of `count` texts."""
    if constraints is None or isinstance(constraints, Constraints):
        return [constraints] * count
    for one in constraints if isinstance(constraints, Sequence) else [constraints]:
        if not isinstance(one, Constraints | None):
            made = "constraints are made with Constraints.of or Constraints.read"
            raise TypeError(f"{made}, not {type(one).__name__}")
    if len(constraints) != count:
        raise ValueError(f"constraints for {len(constraints)} texts were given with {count}")
    return constraints


def _chunks(texts: Sequence[str] | Mapping[int, str], chosen: Iterable[int]) -> Iterator[list[int]]:
    """Indices `chosen` in groups of about `CHUNK` characters."""
    part: list[int] = []
    size = 0
    for i in chosen:
        if part and size + len(texts[i]) > CHUNK:
            yield part
            part, size = [], 0
        part.append(i)
        size += len(texts[i])
    if part:
        yield part


def _score(
    raw: RawLogits, judgement: Judgement, marks: Marks, why: tuple[Explanation, ...]
) -> Score:
    document = raw.document
    if not document.words:
        return Score("skipped", NO_WORDS, document.text)
    return Score(
        "ok",
        None,
        document.text,
        judgement.document,
        judgement.spun,
        tuple(
            SentenceScore(start, end, float(p), bool(spun))
            for (start, end), p, spun in zip(
                document.sentences, judgement.sentence, judgement.sentence_spun, strict=True
            )
        ),
        tuple(
            WordScore(word.start, word.end, float(p))
            for word, p, flagged in zip(
                document.words, judgement.word, judgement.flagged, strict=True
            )
            if flagged
        ),
        findings=tuple(marks.findings),
        explanations=why,
    )


def _restoration(score: Score, edits: Sequence[RestoredEdit]) -> Restoration:
    return Restoration(
        score.status,
        score.reason,
        score.text,
        score.score,
        score.spun,
        score.sentences,
        score.words,
        apply_edits(score.text, edits),
        tuple(edits),
        findings=score.findings,
        explanations=score.explanations,
    )


def _untouched(status: Status, reason: str, text: str) -> Restoration:
    return Restoration(status, reason, text, restored=text)
