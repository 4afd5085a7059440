"""The command `unspin train`."""

from __future__ import annotations

from pathlib import Path

import click

from unspin.model.errors import UnspinError


@click.command()
@click.option(
    "--pairs",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSONL, CSV or Parquet rows of spun and clean, or of text and label; may be repeated.",
)
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path), help="Folder of the run."
)
@click.option(
    "--base",
    help="Base model: a folder or a hub id. [default: the weights that come with unspin]",
)
@click.option(
    "--part",
    type=click.Choice(["both", "detector", "restorer"]),
    default="both",
    show_default=True,
    help="What to train; the rest stays as it is.",
)
@click.option("--minutes", default=90.0, show_default=True, help="Time budget.")
@click.option("--epochs", default=1.0, show_default=True, help="Passes over the rows, at most.")
@click.option("--batch-size", default=48, show_default=True, type=click.IntRange(1))
@click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Of the encoder. [default: 3e-4 from a base model, 5e-5 from unspin weights]",
)
@click.option("--seed", default=1, show_default=True)
@click.option("--tensorboard", is_flag=True, help="Log for TensorBoard too.")
@click.option("--resume", is_flag=True, help="Go on from the run's last checkpoint.")
def train(
    pairs: tuple[Path, ...],
    output: Path,
    base: str | None,
    part: str,
    minutes: float,
    epochs: float,
    batch_size: int,
    learning_rate: float | None,
    seed: int,
    tensorboard: bool,
    resume: bool,
) -> None:
    """Train the detector, the restorer or both on labelled rows.

    \b
    Examples:
      unspin train --pairs mine.csv --output runs/mine --epochs 4 --minutes 10
      unspin train --pairs pairs.jsonl.gz --base path/to/MiniLM --output runs/first
    """
    from unspin.training.train import Part, TrainOptions, run

    parts: dict[str, Part] = {"both": "both", "detector": "detector", "restorer": "restorer"}
    if tensorboard:
        try:
            import tensorboard as _  # noqa: F401
        except ModuleNotFoundError:
            raise UnspinError("--tensorboard needs tensorboard: pip install tensorboard") from None
    done = run(
        TrainOptions(
            pairs=pairs,
            output=output,
            base=base,
            part=parts[part],
            minutes=minutes,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            seed=seed,
            tensorboard=tensorboard,
            resume=resume,
        )
    )
    click.echo(f"trained: {done}\nnext: unspin export {done} --output FOLDER", err=True)
