"""A part while it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self

from unspin.inference.batch.durable import publish, sync
from unspin.inference.batch.job import Job, Unit
from unspin.inference.batch.output import Output
from unspin.inference.batch.parts import Digest, Part, part_name, record
from unspin.inference.batch.pipeline import Task
from unspin.inference.batch.records import Outcome, Problem, Reason, Status
from unspin.inference.batch.rows import Row, found, passed, refused, restoration
from unspin.inference.batch.summary import Summary
from unspin.inference.batch.writers.files import Files, Lost
from unspin.inference.batch.writers.parquet import Parquet
from unspin.inference.batch.writers.rows import Csv, JsonLines, Table, Writer
from unspin.inference.results import Restoration
from unspin.model.errors import UnspinError


class PartWriter:
    """Takes outcomes; nothing of them counts until `commit`. Raises OSError where the disk does."""

    def __init__(self, output: Output, unit: Unit, job: Job, first: int) -> None:
        self.documents = 0
        self._output = output
        self._unit = unit
        self._first = first
        self._name = part_name(unit.number, first)
        self._drafts: dict[Path, Path] = {}
        self._touched: set[Path] = set()
        self._writers = self._open(job)
        self._quarantine = JsonLines(self._draft(output.quarantine, "jsonl"), refused)
        self._digest = Digest()
        self._summary = Summary()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._close()
        for draft in self._drafts:
            draft.unlink(missing_ok=True)

    def add(self, outcome: Outcome) -> None:
        """Write an outcome; one that cannot be written goes to the quarantine."""
        outcome = self._written(outcome)
        if outcome.status is Status.ERROR:
            try:
                self._quarantine.add(outcome)
            except (ValueError, TypeError):  # its columns are what cannot be written
                bare = replace(outcome.document, fields={})
                self._quarantine.add(replace(outcome, document=bare))
        self._summary.add(outcome, outcome.page.dropped if outcome.page else 0)
        self._digest.add(outcome.document)
        self.documents += 1

    def commit(self, next: int, last: bool) -> Part:
        """Put all files in their places, the record last: with it, the part is there."""
        self._close()
        for draft, final in self._drafts.items():
            if draft.exists():
                final.parent.mkdir(exist_ok=True)
                publish(draft, final)
                self._touched.add(final.parent)
            else:
                final.unlink(missing_ok=True)  # what a run left that broke off right here
        sync(self._touched)
        part = Part(self._unit.number, self._first, self.documents, next, last, str(self._digest))
        record(self._output, part, self._summary)
        return part

    def _written(self, outcome: Outcome) -> Outcome:
        if outcome.status is Status.ERROR:
            return outcome
        try:
            if outcome.document.html is not None and isinstance(outcome.result, Restoration):
                outcome = replace(outcome, page=restoration(outcome))
            for writer in self._writers:
                writer.add(outcome)
        except (OSError, UnspinError):
            raise
        except Lost as error:
            return Outcome(outcome.document, Status.ERROR, Problem(Reason.LOST, str(error)))
        except Exception as error:
            detail = f"cannot be written: {type(error).__name__}: {error}".splitlines()[0]
            problem = Problem(Reason.FAILED, detail)
            return Outcome(outcome.document, Status.ERROR, problem)
        return outcome

    def _open(self, job: Job) -> Sequence[Writer]:
        """What writes the outcomes of the unit."""
        task, form, source = job.pipeline.task, self._unit.form, self._unit.inputs[0]
        if form == "files":
            draft = self._output.drafts / self._name
            files = Files(self._output, draft, self._unit.inputs, self._touched)
            return files, JsonLines(self._draft(self._output.documents, "jsonl"), _file_row)
        draft = self._draft(self._output.data, form)
        if form == "jsonl":
            return (JsonLines(draft, partial(_row, task=task)),)
        if form == "parquet":
            return (Parquet(draft, task, source),)
        return (Csv(draft, Table(task, has_columns=source.kind in ("csv", "parquet"))),)

    def _draft(self, folder: Path, suffix: str) -> Path:
        """The draft of a file of this part that is to lie in `folder`."""
        draft = self._output.drafts / f"{self._name}.{folder.name}"
        self._drafts[draft] = folder / f"{self._name}.{suffix}"
        return draft

    def _close(self) -> None:
        for writer in (*self._writers, self._quarantine):
            writer.close()


def _row(outcome: Outcome, task: Task) -> Row:
    return found(outcome, task) | passed(outcome.document.fields)


def _file_row(outcome: Outcome) -> Row:
    """What became of a file; its text lies in the file itself."""
    row = _row(outcome, "restore")
    del row["restored"]
    return row
