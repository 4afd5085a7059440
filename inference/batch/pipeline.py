"""Documents to outcomes: limits, language, detection, and restoration where damage is found.

What becomes of a document depends on the document, the model and the options, and on nothing
else: not on what is read beside it or before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from unspin.inference.batch.cache import ResultCache
from unspin.inference.batch.language_id import other_language
from unspin.inference.batch.records import Document, Outcome, Problem, Reason, Status
from unspin.inference.results import Restoration, Score
from unspin.model.errors import UnspinError

if TYPE_CHECKING:
    from unspin.inference.api import Model
    from unspin.inference.constraints import Constraints

Task = Literal["restore", "score"]

WINDOWS = 10_000
"""Passages whose scores are kept (30 MB): pages of one site share their menus."""

SKIPS = frozenset([Reason.NO_ARTICLE, Reason.NO_WORDS, Reason.NOT_ENGLISH, Reason.TOO_SHORT])
"""What a reader can say of a document that is not wrong, and only holds nothing to read."""


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """What is done with a document. Raises `UnspinError` for an unknown task.

    One outside `min_chars` and `max_chars` is skipped; one that is not English too, unless
    `any_language` is to be read. `protect` and `dictionary` are hashes of the lists that
    constrain the pipeline, by which batches are told apart.
    """

    task: Task = "restore"
    mode: str = "balanced"
    any_language: bool = False
    min_chars: int = 0
    max_chars: int = 1_000_000
    protect: str | None = None
    protect_quotes: bool = False
    dictionary: str | None = None

    def __post_init__(self) -> None:
        if self.task not in (tasks := get_args(Task)):
            raise UnspinError(f"no task {self.task!r}: choose {' or '.join(tasks)}")


class Pipeline:
    """Does with documents what `options` say, with one model, within `constraints`."""

    def __init__(
        self,
        model: Model,
        options: PipelineOptions,
        cache: ResultCache | None = None,
        constraints: Constraints | None = None,
    ) -> None:
        self.model = model
        self.options = options
        self.constraints = constraints
        self._cache = ResultCache() if cache is None else cache

    @classmethod
    def load(
        cls,
        folder: Path | None,
        threads: int | None,
        options: PipelineOptions,
        constraints: Constraints | None = None,
    ) -> Pipeline:
        """A pipeline with the model in `folder`, or the shipped one. Raises `UnspinError`."""
        from unspin.inference.api import load

        model = load(folder, threads, remember=WINDOWS)
        return cls(model, options, constraints=constraints)

    def run(self, documents: Sequence[Document]) -> list[Outcome]:
        """The outcomes of `documents`, in order. A document that cannot be read never raises."""
        refusals = [self._refusal(document) for document in documents]
        wanted = [d.text for d, refusal in zip(documents, refusals, strict=True) if not refusal]
        results = self._results(wanted)
        return [
            refusal or _outcome(document, results[document.text])
            for document, refusal in zip(documents, refusals, strict=True)
        ]

    def _refusal(self, document: Document) -> Outcome | None:
        """The outcome of a document that the model is not to read."""
        if problem := document.problem:
            status = Status.SKIPPED if problem.reason in SKIPS else Status.ERROR
            return Outcome(document, status, problem)
        problem = self._reason_to_skip(document.text)
        return Outcome(document, Status.SKIPPED, problem) if problem else None

    def _reason_to_skip(self, text: str) -> Problem | None:
        options = self.options
        if len(text) < options.min_chars:
            return Problem(Reason.TOO_SHORT, f"{len(text):,} characters")
        if len(text) > options.max_chars:
            return Problem(Reason.TOO_LONG, f"{len(text):,} characters")
        if not options.any_language and (language := other_language(text)):
            return Problem(Reason.NOT_ENGLISH, f"the language is {language}")
        return None

    def _results(self, texts: Sequence[str]) -> dict[str, Score | Problem]:
        """The result of each different text, from the cache or the model."""
        found: dict[str, Score | Problem] = {}
        new: dict[str, None] = {}
        for text in texts:
            kept = self._cache.get(text)
            if kept is None:
                new[text] = None
            else:
                found[text] = kept
        read = self._read(list(new))
        for result in read.values():
            if not isinstance(result, Problem):
                self._cache.put(result)
        return found | read

    def _read(self, texts: list[str]) -> dict[str, Score | Problem]:
        """What the model finds in `texts`; one that brings it down is read alone, and refused."""
        read = self.model.restore if self.options.task == "restore" else self.model.score
        try:
            results = read(texts, self.options.mode, constraints=self.constraints)
            return dict(zip(texts, results, strict=True))
        except UnspinError:
            raise  # the model or the options: no document is to blame
        except Exception as error:
            if len(texts) > 1:
                return {text: found for one in texts for text, found in self._read([one]).items()}
            detail = f"{type(error).__name__}: {error}".splitlines()[0]
            return {text: Problem(Reason.FAILED, detail) for text in texts}


def _outcome(document: Document, result: Score | Problem) -> Outcome:
    if isinstance(result, Problem):
        return Outcome(document, Status.ERROR, result)
    if result.status != "ok":
        reason = Reason.NO_WORDS if result.status == "skipped" else Reason.FAILED
        status = Status.SKIPPED if result.status == "skipped" else Status.ERROR
        return Outcome(document, status, Problem(reason, result.reason or ""))
    restored = isinstance(result, Restoration) and bool(result.edits)
    return Outcome(document, Status.RESTORED if restored else Status.UNCHANGED, None, result)
