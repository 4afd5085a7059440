"""The command `unspin batch`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from unspin.inference.batch.inputs import ReadOptions
from unspin.inference.batch.job import PART_SIZE, Job
from unspin.inference.batch.pipeline import PipelineOptions
from unspin.inference.batch.process import BATCH
from unspin.inference.commands.constraints import constraints, dictionary, protect, protect_quotes
from unspin.model.errors import UnspinError

if TYPE_CHECKING:
    from unspin.inference.batch.batch import Done
    from unspin.inference.batch.ray_engine import RayEngine

READ, PIPELINE = ReadOptions(), PipelineOptions()


@click.command(short_help="Restore a folder, a crawl or a table of articles, resumably.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.argument("output", type=click.Path(path_type=Path, file_okay=False), metavar="OUTPUT")
@click.option(
    "--task",
    type=click.Choice(["restore", "score"]),
    default="restore",
    show_default=True,
    help="Mend what is damaged, or only say what is.",
)
@click.option(
    "--mode",
    type=click.Choice(["precise", "balanced", "thorough"]),
    default="balanced",
    show_default=True,
    help="How sure to be before a word counts as damaged.",
)
@click.option(
    "--to",
    type=click.Choice(["same", "jsonl", "parquet", "csv"]),
    default="same",
    show_default=True,
    help="What to write: the same kind as is read, or rows.",
)
@click.option(
    "--html",
    type=click.Choice(["in-place", "extract"]),
    default="in-place",
    show_default=True,
    help="Restore the text of pages where it stands, or extract their main article.",
)
@click.option(
    "--text-column", metavar="NAME", help="The column that holds the text. Default: it is found."
)
@click.option(
    "--stdin-kind",
    type=click.Choice(["text", "html", "warc", "jsonl", "csv", "parquet"]),
    help="What standard input holds. Default: it is found.",
)
@click.option("--any-language", is_flag=True, help="Read what does not look like English too.")
@click.option("--min-chars", type=click.IntRange(0), default=0, help="Skip shorter documents.")
@click.option(
    "--max-chars",
    type=click.IntRange(1),
    default=PIPELINE.max_chars,
    show_default=True,
    help="Skip longer documents.",
)
@click.option(
    "--max-bytes",
    type=click.IntRange(1),
    default=READ.max_bytes,
    show_default=True,
    help="Do not even read larger documents.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=READ.timeout,
    show_default=True,
    help="Seconds that the extraction of one page may take.",
)
@protect
@protect_quotes
@dictionary
@click.option(
    "--part-size",
    type=click.IntRange(1),
    default=PART_SIZE,
    show_default=True,
    help="Documents written at a time.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    default=BATCH,
    show_default=True,
    help="Documents read at a time; the results do not depend on it.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    help="Default: one for every core; with Ray, one for every worker.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="On this machine, or on workers of Ray: a laptop's or a cluster's.",
)
@click.option(
    "--ray-address",
    metavar="ADDRESS",
    help="The cluster that this machine is a part of: auto or host:6379. Default: no cluster.",
)
@click.option(
    "--workers", type=click.IntRange(1), help="Of Ray. Default: as many as there are cores."
)
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A model folder instead of the weights that come with unspin.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N documents.")
@click.option(
    "--max-error-rate",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    metavar="SHARE",
    help="The exit code is 3 if more of the documents cannot be read.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, try a few, write nothing.")
@click.option("--overwrite", is_flag=True, help="Delete the batch in OUTPUT and begin anew.")
def batch(**options: Any) -> None:
    """Restore all articles of INPUT… into the folder OUTPUT.

    INPUT is a file or a folder of text, HTML, WARC, JSON Lines, CSV or Parquet (.gz and .zst
    too), or - for standard input. OUTPUT/data holds what is restored: files in the tree they came
    in, or rows with a status, a score, the restored text, its edits, and all that came with them.
    What could not be read lies in OUTPUT/quarantine; OUTPUT/report.html shows what was found.

    A batch that was stopped, killed or limited goes on with the same command, by any engine. On a
    cluster INPUT, OUTPUT and --model lie on a file system that all its machines share, under the
    same path.

    \b
    Exit codes: 0 done, 2 nothing could be done, 3 done with too many errors, with inputs
    lost or standard input cut off, 130 and 143 stopped by SIGINT and SIGTERM.

    \b
    Examples:
      unspin batch site/ restored/
      unspin batch --html extract --to parquet crawl.warc.gz articles/
      unspin batch --text-column body part-*.parquet restored/
      zcat crawl.jsonl.gz | unspin batch --task score - scores/
      unspin batch --engine ray --ray-address auto /shared/crawl/ /shared/restored/
    """
    sys.exit(_run(**options))


def _run(
    inputs: tuple[str, ...],
    output: Path,
    limit: int | None,
    max_error_rate: float,
    dry_run: bool,
    overwrite: bool,
    model: Path | None,
    threads: int | None,
    batch_size: int,
    engine: str,
    ray_address: str | None,
    workers: int | None,
    protect: Path | None,
    dictionary: Path | None,
    **options: Any,
) -> int:
    """The command; its exit code."""
    from unspin.inference.batch.batch import Request, plan, work
    from unspin.inference.batch.dry_run import tell_plan
    from unspin.inference.batch.interrupts import Interrupts

    listed = constraints(protect, dictionary, None, options["protect_quotes"])
    job = _job(protect=_hash(protect), dictionary=_hash(dictionary), **options)
    ray = _ray(engine, ray_address, workers, threads, limit)
    request = Request(
        inputs, output, job, listed, model, threads, batch_size, limit, overwrite, ray
    )
    planned = plan(request)
    for why, paths in (
        ("left out, as of no kind that is read", planned.passed.left_out),
        ("cannot be opened", planned.passed.lost),
    ):
        if paths:
            _say(f"{why}: {len(paths):,} in all, such as {click.format_filename(paths[0])}")
    if dry_run:
        tell_plan(request, planned)
        return 0
    hand = "part" if ray else "batch"
    stopping = f"finishing the {hand} in hand (once more stops at once)"
    with Interrupts(lambda: _say(stopping)) as stopped:
        done = work(request, planned, stop=stopped, live=sys.stderr.isatty())
    _tell(done, output)
    if stopped():
        _say("stopped: the same command goes on from here")
        return stopped.exit_code
    code = 0
    if done.broken:
        _say(f"{done.broken}; pipe all of it to the same command, which goes on from here")
        code = 3
    elif not done.finished:
        _say("the limit is reached: the same command without it goes on from here")
    if done.summary.lost:
        _say(f"{done.summary.lost:,} inputs were lost: {output / 'quarantine'} says which and why")
    if done.summary.lost or planned.passed.lost:
        code = 3
    errors, documents = done.summary.statuses["error"], done.summary.documents
    if errors > max_error_rate * documents:
        share = f"{max_error_rate:.1%} (--max-error-rate)"
        _say(f"{errors:,} of {documents:,} documents could not be read, more than {share}")
        code = 3
    return code


def _ray(
    engine: str, address: str | None, workers: int | None, threads: int | None, limit: int | None
) -> RayEngine | None:
    """The engine, if it is Ray. Raises `UnspinError` for options that do not go together."""
    from unspin.inference.batch.ray_engine import RayEngine

    if engine == "ray":
        if limit is not None:
            raise UnspinError("--limit is for --engine local, which goes in order")
        return RayEngine(address, workers, threads)
    if address or workers:
        name = "--ray-address" if address else "--workers"
        raise UnspinError(f"{name} is for --engine ray")
    return None


def _hash(path: Path | None) -> str | None:
    from unspin.model.settings import file_hash

    return file_hash(path) if path else None


def _job(
    task: Literal["restore", "score"],
    mode: str,
    to: Literal["same", "jsonl", "csv", "parquet"],
    part_size: int,
    any_language: bool,
    min_chars: int,
    max_chars: int,
    protect: str | None,
    protect_quotes: bool,
    dictionary: str | None,
    **read: Any,
) -> Job:
    pipeline = PipelineOptions(
        task, mode, any_language, min_chars, max_chars, protect, protect_quotes, dictionary
    )
    return Job(ReadOptions(**read), pipeline, to, part_size)


def _tell(done: Done, output: Path) -> None:
    """What the batch came to so far."""
    counts = ", ".join(f"{n:,} {status}" for status, n in sorted(done.summary.statuses.items()))
    click.echo(f"{done.summary.documents:,} documents: {counts or 'none'}")
    if dropped := done.summary.totals["dropped"]:
        click.echo(f"edits not made, since they cross a tag of their page: {dropped:,}")
    if done.summary.statuses["error"]:
        click.echo(f"not readable: {output / 'quarantine'}")
    click.echo(f"report: {done.report}")


def _say(text: str) -> None:
    click.echo(f"unspin: {text}", err=True)
