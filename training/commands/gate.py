"""The command `unspin gate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from unspin.model.errors import UnspinError
from unspin.model.printable import one_line
from unspin.training import gate as gates
from unspin.training.commands.evaluate import quarantined
from unspin.training.evaluate import Benchmark, LoadedModel, model_hash
from unspin.training.readers import fingerprint, load_sets


@click.command()
@click.argument("name", default="small")
@click.option("--data", type=click.Path(path_type=Path), help="The labelled text of these floors.")
@click.option("--model", "folder", type=click.Path(path_type=Path), help="Folder of weights.")
@click.option("--update", is_flag=True, help="Raise the floors that the figures have outgrown.")
@click.option("--lower", multiple=True, metavar="NAME", help="Lower this floor; needs --why.")
@click.option("--repin", is_flag=True, help="Pin all floors anew, on other data; needs --why.")
@click.option("--why", help="The reason, which is kept in the file.")
def gate(
    name: str,
    data: Path | None,
    folder: Path | None,
    update: bool,
    lower: tuple[str, ...],
    repin: bool,
    why: str | None,
) -> None:
    """Fail if a figure of the model falls below its floor.

    NAME is "small" (text that comes with the package), "full" (needs --data) or a .json file of
    floors. Floors belong to one mode and one version of the data and are refused for others. They
    only rise, unless a reason is given. A floor is named "SET: FIGURE", as the table shows it.
    """
    if (lower or repin) and not (why and why.strip()):
        raise UnspinError("lowering a floor takes a reason: add --why")
    console = Console()
    path = gates.find(name)
    pinned = gates.load(path)
    if data is None:
        if not pinned.data:
            raise UnspinError("these floors are for labelled text of yours: name it with --data")
        data = Path(gates.__file__).parent / pinned.data
    sets, _, bad = load_sets([data], phrases=True)
    if bad:
        console.print(quarantined(bad), style="yellow", soft_wrap=True, markup=False)
    found_hash = fingerprint(sets)
    if repin and why:
        pinned = gates.repinned(pinned, found_hash, why)
    elif pinned.hash is None and update:
        pinned = replace(pinned, hash=found_hash)
    elif pinned.hash is None:
        raise UnspinError(f"{path} holds no floors yet: pin them with --update")
    elif pinned.hash != found_hash:
        raise UnspinError(
            f"{data}: the data is {found_hash} and the floors were measured on {pinned.hash}: "
            "measure on that, or pin all floors anew with --repin --why REASON"
        )
    figures = Benchmark(sets).run(LoadedModel.load(folder, pinned.mode))
    model = model_hash(folder)
    if update or lower or repin:
        changes: list[gates.Change] = []
        if lower and why:
            pinned, changes = gates.lowered(pinned, figures, lower, why)
        if update or repin:
            pinned, more = gates.raised(pinned, figures)
            changes += more
        if changes:
            gates.save(replace(pinned, model=model), path)
            _show(f"Floors changed in {path}", ("was", "is"), changes, console)
    signed = f"model {model}, mode {pinned.mode}, data {found_hash}"
    fallen = gates.broken(pinned, figures)
    if fallen:
        _show(f"Below the floor ({signed})", ("floor", "measured"), fallen, console)
        raise click.exceptions.Exit(1)
    held = sum(map(len, pinned.bounds.values()))
    console.print(f"{held} figures keep their floors ({signed})", highlight=False, soft_wrap=True)


def _show(
    title: str, headings: tuple[str, str], rows: Sequence[gates.Change], console: Console
) -> None:
    table = Table(title=escape(title), title_justify="left")
    table.add_column("figure", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(Text(one_line(row.name)), _cell(row.bound), _cell(row.value))
    console.print(table)


def _cell(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
