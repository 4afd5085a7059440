"""Whether the time of a batch is linear in its documents, and its memory flat.

    python -m unspin.inference.bench.scale --articles 10000 --articles 100000 FOLDER

Run in a clone, whose own texts the articles are made of. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from time import monotonic, sleep

import click

from unspin.model.errors import UnspinError

TEXTS = Path("notebooks/text")  # of a clone of the repository, where the bench is run
SENTENCES = 3
"""Sentences an article."""

SPUN = 10
"""One article in so many is spun."""

MARKS = (0.01, 0.5, 1.0)
"""Shares of the documents after which memory is read, at the latest when it last can be."""

PART = 100
"""Documents a part, after which they are counted."""

EVERY = 0.1
"""Seconds between two looks at the batch."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a batch took: `seconds` on the clock, `processor` seconds, and resident megabytes."""

    articles: int
    seconds: float
    processor: float
    megabytes: dict[str, float]


def articles(count: int) -> Iterator[str]:
    """Articles that all differ, always the same. Raises `UnspinError` outside a clone."""
    try:
        text = (TEXTS / "articles.txt").read_text(encoding="utf-8")
        table = (TEXTS / "antiquary.tsv").read_text(encoding="utf-8")
    except OSError as error:
        raise UnspinError(f"no text in {TEXTS} ({error.strerror}): run it in a clone") from None
    pool = [line for line in text.splitlines() if line]
    pairs = csv.DictReader(table.splitlines(), delimiter="\t")
    spun = {row["original"]: row["spun"] for row in pairs}
    random, seen = Random(0), set[str]()
    while len(seen) < count:
        article = " ".join(random.sample(pool, SENTENCES))
        if article in seen:
            continue
        seen.add(article)
        if len(seen) % SPUN == 0:
            article = " ".join(spun.get(word, word) for word in article.split(" "))
        yield article


def measure(count: int, folder: Path) -> Figures:
    """Run `unspin batch` on `count` articles below `folder`. Raises `UnspinError` if it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    source, output = folder / f"{count}.jsonl", folder / f"{count}"
    with source.open("w", encoding="utf-8") as file:
        for number, text in enumerate(articles(count)):
            file.write(json.dumps({"id": number, "text": text}) + "\n")
    command = [sys.executable, "-m", "unspin", "batch", "--overwrite", source, output]
    begun = monotonic()
    process = subprocess.Popen([*map(str, command), "--part-size", str(PART)])
    memory: dict[str, float] = {}
    last, usage = 0.0, None
    while usage is None:
        sleep(EVERY)
        done = len(list(output.glob("state/*/*.json"))) * PART
        if now := _resident(process.pid):
            last = now
            for mark in MARKS:
                if done >= mark * count:
                    memory.setdefault(f"{mark:.0%}", now)
        pid, status, found = os.wait4(process.pid, os.WNOHANG)
        if pid:
            usage = found
            process.returncode = os.waitstatus_to_exitcode(status)
    seconds = monotonic() - begun
    if process.returncode:
        raise UnspinError(f"the batch ended with {process.returncode}")
    for mark in MARKS:  # the batch may end before it is looked at again
        memory.setdefault(f"{mark:.0%}", last)
    memory["peak"] = usage.ru_maxrss / 1024
    return Figures(count, seconds, usage.ru_utime + usage.ru_stime, memory)


def _resident(pid: int) -> float:
    """Resident megabytes of a process; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--articles", "counts", type=click.IntRange(100), multiple=True, default=(10_000,))
def main(folder: Path, counts: tuple[int, ...]) -> None:
    """Measure batches of so many articles each, below FOLDER; a line of JSON for each."""
    for count in counts:
        click.echo(json.dumps(asdict(measure(count, folder))))


if __name__ == "__main__":
    main()
