"""The command `unspin train`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from unspin.model.errors import UnspinError


class Positive(click.FloatRange):
    """A number above 0, up to `most`; "nan", which is in every range, is none."""

    def __init__(self, most: int) -> None:
        super().__init__(0, most, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number


@click.command()
@click.option(
    "--pairs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSONL, CSV or Parquet rows of spun and clean, or of text and label; may be repeated.",
)
@click.option(
    "--corpus",
    "corpora",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Clean text, as of `unspin pairs`, to make pairs of as the run goes; may be repeated.",
)
@click.option(
    "--recipe",
    type=click.Path(path_type=Path),
    help="With --corpus: what pairs to make. [default: the shipped training/recipe.toml]",
)
@click.option("--mythes", type=click.Path(path_type=Path), help="With --corpus: as of pairs.")
@click.option("--wordnet", type=click.Path(path_type=Path), help="With --corpus: as of pairs.")
@click.option("--tortured", type=click.Path(path_type=Path), help="With --corpus: as of pairs.")
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(0),
    help="With --corpus: processes that make pairs.",
)
@click.option(
    "--batch-pieces",
    default=4096,
    show_default=True,
    type=click.IntRange(128),
    help="With --corpus: pieces in a batch, padding included.",
)
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the run: a new or empty one, or that of an earlier run.",
)
@click.option(
    "--base",
    help="Base model: a folder or a hub id. [default: the weights that come with unspin]",
)
@click.option(
    "--decoder-layers",
    type=click.IntRange(1, 12),
    help="Layers of a base model's span decoder. [default: 2]",
)
@click.option(
    "--part",
    type=click.Choice(["both", "detector", "restorer"]),
    default="both",
    show_default=True,
    help="What to train; the rest stays as it is.",
)
@click.option(
    "--minutes", default=90.0, show_default=True, type=Positive(1_000_000), help="Time budget."
)
@click.option(
    "--epochs",
    default=1.0,
    show_default=True,
    type=Positive(1_000_000),
    help="Passes over the rows, at most.",
)
@click.option("--batch-size", default=48, show_default=True, type=click.IntRange(1))
@click.option(
    "--learning-rate",
    type=Positive(1),
    help="Of the encoder. [default: 3e-4 from a base model, 5e-5 from unspin weights]",
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**32 - 1))
@click.option("--tensorboard", is_flag=True, help="Log for TensorBoard too.")
@click.option("--resume", is_flag=True, help="Go on from the run's last checkpoint.")
def train(
    pairs: tuple[Path, ...],
    corpora: tuple[Path, ...],
    recipe: Path | None,
    mythes: Path | None,
    wordnet: Path | None,
    tortured: Path | None,
    workers: int,
    batch_pieces: int,
    output: Path,
    base: str | None,
    decoder_layers: int | None,
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
      unspin train --pairs mine.csv --output runs/mine --epochs 8 --minutes 10
      unspin train --pairs pairs.jsonl.gz --base path/to/MiniLM --output runs/first
      unspin train --corpus texts/ --base path/to/MiniLM --output runs/first --minutes 90
    """
    from unspin.training.spinners import named_resources
    from unspin.training.train import Part, TrainOptions, run

    if bool(pairs) == bool(corpora):
        raise click.UsageError("give either --pairs or --corpus")

    parts: dict[str, Part] = {"both": "both", "detector": "detector", "restorer": "restorer"}
    if tensorboard:
        try:
            import tensorboard as _  # noqa: F401
        except ModuleNotFoundError:
            raise UnspinError("--tensorboard needs tensorboard: pip install tensorboard") from None
    done = run(
        TrainOptions(
            pairs=pairs,
            corpora=corpora,
            recipe=recipe,
            resources=named_resources(mythes, wordnet, tortured),
            workers=workers,
            batch_pieces=batch_pieces,
            output=output,
            base=base,
            decoder_layers=decoder_layers,
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
