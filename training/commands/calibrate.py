"""The command `unspin calibrate`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--leave-out",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Do not fit on documents that share a line with this text file; may be repeated.",
)
def calibrate(folder: Path, data: tuple[Path, ...], leave_out: tuple[Path, ...]) -> None:
    """Fit the probabilities and thresholds of the model in FOLDER on labelled DATA.

    DATA must hold text that the model was not trained on, spun and clean; clean news in a folder
    named "clean" decides the thresholds.
    """
    from unspin.training.calibrate import calibrate as fit
    from unspin.training.commands.evaluate import quarantined
    from unspin.training.readers import load_sets

    sets, _, bad = load_sets(data)
    if bad:
        click.echo(quarantined(bad), err=True)
    fit(folder, sets, leave_out, lambda line: click.echo(line, err=True))
