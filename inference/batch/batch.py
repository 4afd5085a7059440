"""A batch from its arguments to its report: what the command runs, whatever the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unspin.inference.batch import manifest as manifests
from unspin.inference.batch.extras import need
from unspin.inference.batch.inputs import Input, Passed, find_inputs
from unspin.inference.batch.job import Job, Unit, units
from unspin.inference.batch.output import Output
from unspin.inference.batch.parts import is_finished, summary_of
from unspin.inference.batch.pipeline import Pipeline
from unspin.inference.batch.process import BATCH
from unspin.inference.batch.progress import Progress, duration
from unspin.inference.batch.ray_engine import RayEngine
from unspin.inference.batch.report import write_report
from unspin.inference.batch.runner import run
from unspin.inference.batch.summary import Summary
from unspin.inference.constraints import Constraints


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done, with what, and where to; on this machine, or by the workers of `ray`.

    `constraints` are those whose hashes the job has.
    """

    arguments: Sequence[str]
    folder: Path
    job: Job = field(default_factory=Job)
    constraints: Constraints | None = None
    model: Path | None = None
    threads: int | None = None
    batch_size: int = BATCH
    limit: int | None = None
    overwrite: bool = False
    ray: RayEngine | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The inputs of a request and their units, and what is `passed` over."""

    inputs: list[Input]
    units: list[Unit]
    passed: Passed


@dataclass(frozen=True, slots=True)
class Done:
    """What a batch came to so far; `finished` unless it was stopped or limited.

    `broken` says how standard input broke off, if it did.
    """

    summary: Summary
    finished: bool
    report: Path
    broken: str | None


def plan(request: Request) -> Plan:
    """What `request` is about. Raises `UnspinError` if there is nothing, or no place for it."""
    passed = Passed()
    inputs = find_inputs(request.arguments, request.job.read, passed, str(request.folder))
    return Plan(inputs, units(inputs, request.job), passed)


def work(request: Request, plan: Plan, *, stop: Callable[[], bool], live: bool) -> Done:
    """Do what is left of `plan`, until `stop` says so, and report what there is then.

    Raises `UnspinError` for a folder that holds another batch, and OSError.
    """
    output = Output(request.folder)
    output.check()
    with output.locked(), _ready(request, plan) as by:
        manifest = manifest_for(request, plan, output)
        if request.overwrite:  # not before all that the new run needs is known to be there
            output.clear()
        begun = output.manifest.exists()
        output.prepare()
        if not begun:
            manifests.begin(output, manifest, plan.inputs)
        progress = _run(request, plan, by, output, manifest, stop, live)
        summary = summary_of(output, len(plan.units))
        finished = is_finished(output, len(plan.units))
        counts = {"documents": summary.documents, "statuses": dict(summary.statuses)}
        manifests.save(output, manifest | {"finished": finished} | counts)
        report = write_report(summary, output.folder, _facts(request, plan, manifest, progress))
    return Done(summary, finished, report, progress.broken)


def manifest_for(request: Request, plan: Plan, output: Output) -> dict[str, Any]:
    """The manifest of the batch. Raises `UnspinError` where `output` holds another one."""
    manifest = manifests.manifest_of(request.job, plan.inputs, request.model)
    if output.manifest.exists() and not request.overwrite:
        manifests.check(output, manifest, plan.inputs)
    return manifest


@contextmanager
def _ready(request: Request, plan: Plan) -> Iterator[Pipeline | RayEngine]:
    """What does the work, once all that it needs is there. Raises `UnspinError`."""
    _need_libraries(request.job, plan)
    if request.ray:
        with request.ray.connected(plan.units) as ray:
            yield ray
    else:
        yield pipeline(request)


def pipeline(request: Request) -> Pipeline:
    """What does the work on this machine. Raises `UnspinError`."""
    options, constraints = request.job.pipeline, request.constraints
    return Pipeline.load(request.model, request.threads, options, constraints)


def _run(
    request: Request,
    plan: Plan,
    by: Pipeline | RayEngine,
    output: Output,
    manifest: Mapping[str, Any],
    stop: Callable[[], bool],
    live: bool,
) -> Progress:
    """The work itself, by the engine that was asked for."""
    if isinstance(by, RayEngine):
        return by.run(
            plan.units,
            request.job,
            output,
            manifest,
            model=request.model,
            constraints=request.constraints,
            batch_size=request.batch_size,
            stop=stop,
            live=live,
        )
    return run(
        plan.units,
        request.job,
        by,
        output,
        limit=request.limit,
        batch_size=request.batch_size,
        stop=stop,
        live=live,
    )


def _need_libraries(job: Job, plan: Plan) -> None:
    """Raise `UnspinError` if a library is missing that the run would ask for later."""
    kinds = {input.kind for input in plan.inputs}
    if not job.pipeline.any_language:
        need("py3langid.langid")
    if "parquet" in kinds or job.to == "parquet":
        need("pyarrow.parquet")
    if "warc" in kinds:
        need("fastwarc.warc")
    if "warc" in kinds or ("html" in kinds and job.read.html == "extract"):
        need("trafilatura")


def _facts(
    request: Request, plan: Plan, manifest: Mapping[str, Any], progress: Progress
) -> dict[str, str]:
    """What the report says of the run."""
    options = request.job.pipeline
    facts = {
        "Inputs": f"{len(plan.inputs):,}, {manifest['inputs']['bytes']:,} bytes",
        "Task": f"{options.task}, mode {options.mode}",
        "Model": f"{manifest['model']['version']}, settings {manifest['model']['settings'][:12]}",
        "unspin": manifest["unspin"],
        "This run": str(progress),
        "Time": duration(progress.seconds),
    }
    if left_out := plan.passed.left_out:
        facts["Left out"] = f"{len(left_out):,} files that are of no kind that is read"
    if lost := plan.passed.lost:
        facts["Not opened"] = f"{len(lost):,} files and folders, such as {lost[0]}"
    return facts
