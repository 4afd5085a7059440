"""datatrove: `UnspinStep`, a step of a pipeline that restores documents (extra `datatrove`).

    from datatrove.data import Document
    from unspin import UnspinStep

    spun = Document("The travel comes arsenic Mexico has worked to debar tariff threats.", id="1")
    [document] = UnspinStep()([spun])
    document.text, document.metadata["unspin_status"]

It does with a document what `unspin batch` does, and drops none: a filter after it can go by what
it says in the metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from unspin.inference.adapters.shared import check_mode, shared_model
from unspin.inference.batch.pipeline import Pipeline, PipelineOptions, Task
from unspin.inference.batch.records import Document, Outcome, Problem, Reason
from unspin.inference.results import Restoration
from unspin.model.errors import UnspinError

try:
    from datatrove.pipeline.base import PipelineStep
    from datatrove.utils.batching import batched
except ImportError as error:
    raise UnspinError("UnspinStep needs datatrove: pip install 'unspin[datatrove]'") from error


class UnspinStep(PipelineStep):  # type: ignore[misc]
    """Restores the text of documents, or only scores it.

    The metadata gets `unspin_status` ("restored", "unchanged", "skipped", "error"),
    `unspin_reason` (empty where there is none), `unspin_score`, `unspin_spun` (None where the
    text was not read) and, by task, `unspin_edits` or `unspin_words` (JSON, so that every
    writer can write them; their offsets are those of the text as it came). The statistics count
    documents by status and reason.

    Args:
        task: "restore", or "score", which leaves the text as it is.
        mode: "precise", "balanced" or "thorough".
        any_language: whether to read what does not look like English.
        min_chars, max_chars: shorter and longer texts are skipped.
        batch_size: documents read at a time; the results do not depend on it.
        model: a folder written by `unspin export`, by default the shipped weights.
        threads: parts of a text read at the same time; 1 suits many tasks a machine.

    Raises `UnspinError` for a task, model or mode that is not there.
    """

    name = "🧵 unspin"
    type = "✂️ - FORMAT"

    def __init__(
        self,
        task: Task = "restore",
        mode: str = "balanced",
        *,
        any_language: bool = False,
        min_chars: int = 0,
        max_chars: int = PipelineOptions().max_chars,
        batch_size: int = 64,
        model: str | Path | None = None,
        threads: int | None = 1,
    ) -> None:
        super().__init__()
        check_mode(mode, model)
        self.options = PipelineOptions(task, mode, any_language, min_chars, max_chars)
        self.batch_size = batch_size
        self.model = model
        self.threads = threads

    def run(self, data: Iterable[Any], rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """The documents of `data`, in order, each restored."""
        pipeline = Pipeline(shared_model(self.model, self.threads), self.options)
        for batch in batched(data, self.batch_size):
            texts = [_document(document, position) for position, document in enumerate(batch)]
            with self.track_time("batch"):
                outcomes = pipeline.run(texts)
            yield from self._done(batch, outcomes)

    def _done(self, batch: Sequence[Any], outcomes: Sequence[Outcome]) -> Iterator[Any]:
        for document, outcome in zip(batch, outcomes, strict=True):
            facts = self._facts(outcome)
            self.stat_update("total", facts["status"])
            if facts["reason"]:
                self.stat_update(f"{facts['status']}_{facts['reason']}")
            document.metadata |= {f"unspin_{name}": value for name, value in facts.items()}
            if isinstance(outcome.result, Restoration):
                document.text = outcome.result.restored
            if isinstance(document.text, str):
                self.update_doc_stats(document)
            yield document

    def _facts(self, outcome: Outcome) -> dict[str, Any]:
        result, problem = outcome.result, outcome.problem
        facts: dict[str, Any] = {
            "status": outcome.status.value,
            "reason": problem.reason.value if problem else "",
            "score": result.score if result else None,
            "spun": result.spun if result else None,
        }
        if self.options.task == "score":
            return facts | {"words": _json(result.words if result else ())}
        return facts | {"edits": _json(result.edits if isinstance(result, Restoration) else ())}


def _document(given: Any, position: int) -> Document:
    """A document of datatrove's as one of ours."""
    if isinstance(given.text, str):
        return Document(given.id, "", position, given.text)
    detail = f"the text is not a string but {type(given.text).__name__}"
    return Document(given.id, "", position, problem=Problem(Reason.NO_TEXT, detail))


def _json(found: Iterable[Any]) -> str:
    return json.dumps([one.to_dict() for one in found], ensure_ascii=False)
