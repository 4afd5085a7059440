"""A batch from its arguments to its report: what the command runs, whatever the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unspin.inference.batch import manifest as manifests
from unspin.inference.batch.inputs import Input, find_inputs
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
from unspin.model.errors import UnspinError


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done, with what, and where to; on this machine, or by the workers of `ray`."""

    arguments: Sequence[str]
    folder: Path
    job: Job = field(default_factory=Job)
    model: Path | None = None
    threads: int | None = None
    batch_size: int = BATCH
    limit: int | None = None
    overwrite: bool = False
    ray: RayEngine | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The inputs of a request and their units; `left_out` are files of no kind that is read."""

    inputs: list[Input]
    units: list[Unit]
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class Done:
    """What a batch came to so far; `finished` unless it was stopped or limited."""

    summary: Summary
    finished: bool
    report: Path


def plan(request: Request) -> Plan:
    """What `request` is about. Raises `UnspinError` if there is nothing, or no place for it."""
    left_out: list[str] = []
    inputs = find_inputs(request.arguments, request.job.read, left_out)
    target = request.folder.resolve()
    inputs = [i for i in inputs if not Path(i.path).resolve().is_relative_to(target)]
    left_out = [path for path in left_out if not Path(path).resolve().is_relative_to(target)]
    if not inputs:
        raise UnspinError(f"all of the input lies in {request.folder}, where the output is to go")
    return Plan(inputs, units(inputs, request.job), left_out)


def work(request: Request, plan: Plan, *, stop: Callable[[], bool], live: bool) -> Done:
    """Do what is left of `plan`, until `stop` says so, and report what there is then.

    Raises `UnspinError` for a folder that holds another batch, and OSError.
    """
    output = Output(request.folder)
    output.check()
    with output.locked():
        if request.overwrite:
            output.clear()
        manifest = manifests.manifest_of(request.job, plan.inputs, request.model)
        output.prepare()
        if output.manifest.exists():
            manifests.check(output, manifest, plan.inputs)
        else:
            manifests.begin(output, manifest, plan.inputs)
        progress = _run(request, plan, output, manifest, stop, live)
        summary = summary_of(output, len(plan.units))
        finished = is_finished(output, len(plan.units))
        counts = {"documents": summary.documents, "statuses": dict(summary.statuses)}
        manifests.save(output, manifest | {"finished": finished} | counts)
        report = write_report(summary, output.folder, _facts(request, plan, manifest, progress))
    return Done(summary, finished, report)


def _run(
    request: Request,
    plan: Plan,
    output: Output,
    manifest: Mapping[str, Any],
    stop: Callable[[], bool],
    live: bool,
) -> Progress:
    """The work itself, by the engine that was asked for."""
    if request.ray:
        return request.ray.run(
            plan.units,
            request.job,
            output,
            manifest,
            model=request.model,
            batch_size=request.batch_size,
            stop=stop,
            live=live,
        )
    return run(
        plan.units,
        request.job,
        Pipeline.load(request.model, request.threads, request.job.pipeline),
        output,
        limit=request.limit,
        batch_size=request.batch_size,
        stop=stop,
        live=live,
    )


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
    if plan.left_out:
        facts["Left out"] = f"{len(plan.left_out):,} files that are of no kind that is read"
    return facts
