"""The command `unspin evaluate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from unspin.model.errors import UnspinError
from unspin.model.printable import one_line, printable
from unspin.training.folders import keep_apart
from unspin.training.readers import BadRow, Example, fingerprint, load_sets

FIT_LIMIT = 1000  # documents of each family, enough for a linear model

Columns = tuple[tuple[str, str, int], ...]  # heading, figure, decimals
# Title, the figure a group must have to be shown, and the columns.
TABLES: tuple[tuple[str, str, Columns], ...] = (
    (
        "Detection in spun text",
        "spun_documents",
        (
            ("sent. AUROC", "sentence_auroc", 3),
            ("sent. F1", "sentence_f1", 3),
            ("word P", "word_precision", 3),
            ("word R", "word_recall", 3),
            ("word F0.5", "word_f05", 3),
            ("span R", "span_recall", 3),
            ("doc. AUROC", "document_auroc", 3),
            ("docs flagged %", "spun_documents_flagged_percent", 1),
        ),
    ),
    (
        "Restoration of spun text",
        "spun_documents",
        (
            ("restored exactly", "restored_exactly", 3),
            ("edit F0.5", "edit_f05", 3),
            ("damage removed", "damage_removed", 3),
            ("names kept %", "names_kept_percent", 2),
            ("numbers %", "numbers_kept_percent", 2),
            ("URLs %", "urls_kept_percent", 2),
            ("quotations %", "quotations_kept_percent", 2),
        ),
    ),
    (
        "Clean text (and the originals of pairs)",
        "clean_documents",
        (
            ("documents", "clean_documents", 0),
            ("docs flagged %", "clean_documents_flagged_percent", 2),
            ("sentences %", "clean_sentences_flagged_percent", 2),
            ("words %", "clean_words_flagged_percent", 3),
            ("edits /1000 words", "clean_edits_per_1000", 2),
            ("words changed", "clean_words_changed_per_1000", 2),
            ("names kept %", "clean_names_kept_percent", 2),
            ("numbers %", "clean_numbers_kept_percent", 2),
            ("URLs %", "clean_urls_kept_percent", 2),
            ("quotations %", "clean_quotations_kept_percent", 2),
        ),
    ),
    (
        "Phrases that stand for a whole wording",
        "phrases",
        (
            ("phrases", "phrases", 0),
            ("flagged", "phrases_flagged", 3),
            ("restored whole", "phrases_restored", 3),
        ),
    ),
)
SINGLE: dict[str, Columns] = {
    "spun": (
        ("sentences", "spun_documents", 0),
        ("sent. AUROC", "sentence_auroc", 3),
        ("word P", "word_precision", 3),
        ("word R", "word_recall", 3),
        ("word F0.5", "word_f05", 3),
        ("restored exactly", "restored_exactly", 3),
        ("damage removed", "damage_removed", 3),
    ),
    "clean": (
        ("sentences", "clean_documents", 0),
        ("flagged %", "clean_sentences_flagged_percent", 2),
        ("words %", "clean_words_flagged_percent", 3),
        ("edits /1000 words", "clean_edits_per_1000", 2),
    ),
}


@click.command()
@click.argument("data", nargs=-1, type=click.Path(path_type=Path))
@click.option("--model", "folder", type=click.Path(path_type=Path), help="Folder of weights.")
@click.option(
    "--mode",
    type=click.Choice(["precise", "balanced", "thorough"]),
    default="balanced",
    show_default=True,
)
@click.option("--baselines/--no-baselines", default=True, help="Measure the baselines beside it.")
@click.option("--only-baselines", is_flag=True, help="Leave the model out.")
@click.option(
    "--fit",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Labelled pairs for TF-IDF + logistic regression to learn from; not those measured on.",
)
@click.option("--families", help="Spun documents of these families or sets only, as in A,C.")
@click.option("--limit", type=click.IntRange(1), help="At most this many documents a family.")
@click.option(
    "--single", is_flag=True, help="Also read each sentence on its own, without its document."
)
@click.option("--seeds", type=click.Path(path_type=Path), help="Measure on the seed documents.")
@click.option(
    "--json",
    "output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Write the figures here.",
)
def evaluate(
    data: tuple[Path, ...],
    folder: Path | None,
    mode: str,
    baselines: bool,
    only_baselines: bool,
    fit: tuple[Path, ...],
    families: str | None,
    limit: int | None,
    single: bool,
    seeds: Path | None,
    output: Path | None,
) -> None:
    """Measure a model and the baselines on labelled files or folders of them.

    DATA are JSONL, CSV or Parquet files with the fields spun and clean, text and label, or text
    alone (clean), and perhaps family or set; or tortured and expected, a phrase and the term it
    stands for, which are set in sentences. Rows that cannot be read are left out and counted. Sets
    in a folder named "clean" are the news that spun sentences and documents are ranked against.
    Families F and J (fluent rewriting, not wrong words) have figures of their own and are left out
    of the total of their set.
    """
    if output is not None:
        keep_apart(output, (path for path in (*data, *fit) if path.is_file()))
        _try(output)
    if seeds is not None:
        found, tell = _seeds(seeds, folder, mode), _show_seeds
    else:
        found = _sets(data, folder, mode, baselines, only_baselines, fit, families, limit, single)
        tell = show
    if output is not None:
        output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    console = Console()
    # In a file or a pipe there is no line to fit into.
    tell(found, console if console.is_terminal else Console(width=200))


def _try(output: Path) -> None:
    """Raises `UnspinError` where no file could be written, before it takes minutes to fill it."""
    file = output.resolve()  # what a link leads to: the link stays
    if file.exists():
        return
    try:
        file.touch()
        file.unlink()
    except OSError as error:
        raise UnspinError(f"{output} cannot be written: {error.strerror}") from None


def _seeds(seeds: Path, folder: Path | None, mode: str) -> dict[str, Any]:
    from unspin.training.evaluate import LoadedModel, files_hash, model_hash, signature
    from unspin.training.seeds import measure

    found = measure(seeds, LoadedModel.load(folder, mode))
    signed = signature(files_hash(seeds.glob("*.*")), model_hash(folder), mode)
    return {"signature": signed, **found}


def _show_seeds(found: dict[str, Any], console: Console) -> None:
    for name, value in found.items():
        if name == "signature":
            continue
        shown = f"{value:.3f}" if isinstance(value, float) else value
        if isinstance(value, list):
            shown = "".join(f"\n  {one}" for one in value) or "none"
        console.print(Text(printable(f"{name.replace('_', ' ')}: {shown}")))
    console.print(_signed(found["signature"]), style="dim", highlight=False)


def _sets(
    data: Sequence[Path],
    folder: Path | None,
    mode: str,
    baselines: bool,
    only_baselines: bool,
    fit: Sequence[Path],
    families: str | None,
    limit: int | None,
    single: bool,
) -> dict[str, Any]:
    from unspin.training.evaluate import Benchmark, LoadedModel, Predictor, model_hash, report
    from unspin.training.evaluate import signature as sign

    notes = Console(stderr=True)
    if not data:
        raise UnspinError("name the labelled files or folders to measure on")
    groups = [name.strip() for name in families.split(",")] if families else None
    sets, skipped, bad = load_sets(data, limit, groups, phrases=True)
    for path in skipped:
        notes.print(
            f"{path}: no spun, clean or text fields; left out",
            style="dim",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
    if bad:
        notes.print(quarantined(bad), style="yellow", soft_wrap=True, highlight=False, markup=False)
    if not sets:
        raise UnspinError("no labelled documents there (or none of the families asked for)")
    predictors: list[Predictor] = []
    if not only_baselines:
        predictors.append(LoadedModel.load(folder, mode))
    fitted: dict[str, list[Example]] = {}  # what a baseline learns from
    if baselines or only_baselines:
        fitted = load_sets(fit, limit=FIT_LIMIT).sets
        predictors += _baselines([one for found in fitted.values() for one in found], notes)
    model = None if only_baselines else model_hash(folder)
    learnt = fingerprint(fitted) if fitted else None
    signed = sign(fingerprint(sets), model, mode if model else None, learnt)
    columns = (TextColumn("reading"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True) as progress:
        benchmarks = {"groups": Benchmark(sets)}
        if single:
            benchmarks["single"] = Benchmark(sets, single=True)
        total = sum(one.words for one in benchmarks.values()) * len(predictors)
        task = progress.add_task("reading", total=total)
        return report(benchmarks, predictors, signed, lambda n: progress.advance(task, n))


def _baselines(pairs: Sequence[Example], notes: Console) -> list[Any]:
    from unspin.training.baselines import InverseDictionary, TfidfRegression, WordFrequency
    from unspin.training.spinners.resources import LEXICON

    found: list[Any] = [WordFrequency()]
    if pairs:
        found.append(TfidfRegression.fit(pairs))
    else:
        notes.print("[dim]TF-IDF + logistic regression left out: it needs --fit PAIRS[/]")
    return [
        *found,
        InverseDictionary.from_lexicon(
            LEXICON / "spinner_a.tsv", name="inverse dictionary (family A)"
        ),
        InverseDictionary.from_lexicon(name="inverse dictionary (all families)", gain=0.5),
    ]


def quarantined(bad: Sequence[BadRow]) -> str:
    """One line on the rows that gave no document."""
    rows = "row" if len(bad) == 1 else "rows"
    return f"{len(bad):,} {rows} left out; the first: {bad[0].place}: {bad[0].reason}"


def show(found: dict[str, Any], console: Console) -> None:
    """The figures as tables, each with the signature below."""
    for title, needed, columns in TABLES:
        _table(found, title, "groups", needed, columns, console)
    if any("single" in one for one in found["predictors"]):
        for side in ("spun", "clean"):
            title = f"Each sentence on its own: {side} text"
            _table(found, title, "single", f"{side}_documents", SINGLE[side], console)


def _table(
    found: dict[str, Any], title: str, view: str, needed: str, columns: Columns, console: Console
) -> None:
    table = Table(
        title=title,
        caption=_signed(found["signature"]),
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("set")
    table.add_column("predictor")
    for heading, _, _ in columns:
        table.add_column(heading, justify="right")
    for group in found["predictors"][0][view]:
        table.add_section()
        first = True
        for number, predictor in enumerate(found["predictors"]):
            figures = predictor[view][group]
            cells = [_cell(figures.get(name), digits) for _, name, digits in columns]
            if figures[needed] and any(cells):
                style = "dim" if number else ""
                name = Text(one_line(group if first else ""))
                table.add_row(name, predictor["name"], *cells, style=style)
                first = False
    if table.row_count:
        console.print(table)


def _signed(signature: dict[str, str | None]) -> str:
    return ", ".join(f"{name} {value}" for name, value in signature.items() if value)


def _cell(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
