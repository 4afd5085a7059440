"""A batch as it was asked for, and the units it is worked through in."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from unspin.inference.batch.inputs import STDIN, Input, ReadOptions
from unspin.inference.batch.pipeline import PipelineOptions
from unspin.inference.batch.readers import documents
from unspin.inference.batch.records import Document

Numbered = Generator[tuple[int, Document], None, None]
"""Documents of a unit, each with the position after it at which reading may go on."""

Form = Literal["jsonl", "csv", "parquet", "files"]
"""What is written: rows of one kind, or files that mirror the input."""

PART_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Job:
    """All that decides what is written, but the inputs and the model.

    `to` "same" writes rows of the kind that is read, and files where files are restored. A part
    has `part_size` documents.
    """

    read: ReadOptions = field(default_factory=ReadOptions)
    pipeline: PipelineOptions = field(default_factory=PipelineOptions)
    to: Literal["same", "jsonl", "csv", "parquet"] = "same"
    part_size: int = PART_SIZE

    def form(self, input: Input) -> Form:
        """What is written for `input`."""
        if self.to != "same":
            return self.to
        if input.kind == "csv" or input.kind == "parquet":
            return input.kind
        in_place = input.kind == "text" or (input.kind == "html" and self.read.html == "in-place")
        restored = self.pipeline.task == "restore" and input.path != STDIN
        return "files" if in_place and restored else "jsonl"


@dataclass(frozen=True, slots=True)
class Unit:
    """Inputs that are read one after the other and written as one series of parts.

    One file of rows, or a group of files that are a document each.
    """

    number: int
    inputs: tuple[Input, ...]
    form: Form

    @property
    def is_stdin(self) -> bool:
        return self.inputs[0].path == STDIN

    def documents(self, options: ReadOptions, start: int = 0) -> Numbered:
        """Its documents from position `start` on."""
        if self.inputs[0].single:
            for after, input in enumerate(self.inputs[start:], start + 1):
                for document in documents(input, options):
                    yield after, document
        else:
            for document in documents(self.inputs[0], options, start):
                yield document.position + 1, document


def units(inputs: Sequence[Input], job: Job) -> list[Unit]:
    """The units of `inputs`, the same for the same inputs."""
    found: list[Unit] = []
    groups: dict[Form, list[Input]] = {}

    def add(form: Form, *members: Input) -> None:
        found.append(Unit(len(found), members, form))

    for input in inputs:
        form = job.form(input)
        if not input.single:
            add(form, input)
            continue
        group = groups.setdefault(form, [])
        group.append(input)
        if len(group) == job.part_size:
            add(form, *groups.pop(form))
    for form, group in groups.items():
        add(form, *group)
    return found
