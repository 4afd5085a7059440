"""What a batch would do: its inputs and units, and a few documents to try it on."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from itertools import islice
from time import monotonic

import click

from unspin.inference.batch.batch import Plan, Request, manifest_for, pipeline
from unspin.inference.batch.inputs import Input
from unspin.inference.batch.job import Unit
from unspin.inference.batch.output import Output
from unspin.inference.batch.records import Document, Outcome
from unspin.inference.results import Restoration

SHOWN = 10
"""Inputs listed by name."""

UNITS = 3
EACH = 3
"""Units that are tried, and documents of each."""


def tell_plan(request: Request, plan: Plan) -> None:
    """Say what is read and what would be written, and read a few documents.

    Raises `UnspinError` where the run itself would before it begins.
    """
    output = Output(request.folder)
    output.check()
    manifest_for(request, plan, output)
    for line in _inputs(plan.inputs):
        click.echo(line)
    forms = Counter(unit.form for unit in plan.units)
    for form, number in sorted(forms.items()):
        what = "the files in their tree" if form == "files" else f"parts of {form}"
        click.echo(f"to write: {what} in {output.data}, from {number:,} units")
    click.echo("nothing is written; a few documents, tried:")
    for line in _tried(request, plan.units):
        click.echo(f"  {line}")


def _inputs(inputs: list[Input]) -> list[str]:
    sizes: Counter[str] = Counter()
    for input in inputs:
        sizes[input.kind] += input.size
    kinds = Counter(input.kind for input in inputs)
    lines = [f"{n:,} {kind}, {_bytes(sizes[kind])}" for kind, n in sorted(kinds.items())]
    lines += [f"  {input.name} ({_bytes(input.size)})" for input in inputs[:SHOWN]]
    if len(inputs) > SHOWN:
        lines.append(f"  … and {len(inputs) - SHOWN:,} more")
    return lines


def _tried(request: Request, units: list[Unit]) -> list[str]:
    """A line for each document of a sample, and how fast they were done."""
    ready = pipeline(request)
    sample: list[Document] = []
    for unit in units[:: max(1, len(units) // UNITS)][:UNITS]:
        with closing(unit.documents(request.job.read)) as numbered:
            sample += [document for _, document in islice(numbered, EACH)]
    begun = monotonic()
    outcomes = ready.run(sample)
    speed = len(sample) / max(monotonic() - begun, 1e-9)
    return [*map(_line, outcomes), f"{speed:.1f} documents a second, loading included"]


def _line(outcome: Outcome) -> str:
    document, problem, result = outcome.document, outcome.problem, outcome.result
    opening = " ".join(document.text[:80].split())
    if problem:
        return f"{document.key}: {outcome.status}, {problem.reason}: {problem.detail}"
    edits = f", {len(result.edits)} edits" if isinstance(result, Restoration) else ""
    score = f"{result.score:.0%} likely spun" if result else ""
    return f"{document.key}: {score}{edits}: {opening}"


def _bytes(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"
