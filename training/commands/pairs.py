"""The command `unspin pairs`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeRemainingColumn(),
)


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the pairs go, as JSON Lines; gzip where the name ends in .gz.",
)
@click.option("--rows", type=click.IntRange(min=1), help="How many; without it, the recipe's.")
@click.option("--seed", default=1, show_default=True, help="Same seed and inputs, same pairs.")
@click.option(
    "--recipe",
    "recipe_path",
    type=click.Path(path_type=Path),
    help="A TOML file of weights; keys left out are the shipped training/recipe.toml's.",
)
@click.option(
    "--families",
    metavar="A,B,…",
    help="Only these spinners; without `clean` among them, every row is spun.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--mythes",
    type=click.Path(path_type=Path),
    help="MyThes thesaurus. [default: /usr/share/mythes/th_en_US_v2.dat]",
)
@click.option(
    "--wordnet",
    type=click.Path(path_type=Path),
    help="WordNet's folder. [default: /usr/share/wordnet]",
)
@click.option(
    "--tortured",
    type=click.Path(path_type=Path),
    help="JSON Lines of `tortured` and `expected` phrases, beside the shipped terms.",
)
@click.option("--text-column", default="text", show_default=True)
@click.option("--source-column", default="source", show_default=True)
@click.option("--title-column", default="title", show_default=True)
@click.option("--date-column", default="date", show_default=True)
def pairs(
    inputs: tuple[Path, ...],
    output: Path,
    rows: int | None,
    seed: int,
    recipe_path: Path | None,
    families: str | None,
    workers: int,
    mythes: Path | None,
    wordnet: Path | None,
    tortured: Path | None,
    text_column: str,
    source_column: str,
    title_column: str,
    date_column: str,
) -> None:
    """Make labelled pairs (spun, clean) from clean English text.

    INPUTS are folders of .txt files, .txt, .jsonl and .jsonl.gz files, or folders written by
    `datasets.Dataset.save_to_disk`.
    """
    from unspin.training.corpora import Columns, Corpora
    from unspin.training.folders import keep_apart
    from unspin.training.pairs import make_pairs, sample, write_rows
    from unspin.training.recipe import load_recipe
    from unspin.training.spinners import named_resources

    keep_apart(output, filter(None, (*inputs, recipe_path, mythes, tortured)))
    recipe = load_recipe(recipe_path)
    recipe = replace(recipe, rows=rows or recipe.rows)
    resources = named_resources(mythes, wordnet, tortured)
    corpora = Corpora(inputs, Columns(text_column, "id", source_column, title_column, date_column))
    names = [name.strip() for name in families.split(",")] if families else None
    stderr = Console(stderr=True)
    with Progress(*COLUMNS, console=stderr, transient=True) as progress:
        reading = progress.add_task("reading", total=None)
        documents = sample(progress.track(corpora, task_id=reading), seed)
        progress.remove_task(reading)
        made = make_pairs(documents, recipe, resources, seed, names, workers)
        task = progress.add_task("pairs", total=recipe.rows)
        counts = write_rows(output, progress.track(made, total=recipe.rows, task_id=task))
    for family, n in sorted(counts.items()):
        click.echo(f"{family:20}{n:>10,}", err=True)
    if corpora.skipped.count:
        click.echo(corpora.skipped, err=True)
