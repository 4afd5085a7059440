"""Labelled pairs of spun and clean passages, made from clean documents.

Row `i` depends on the seed, the recipe and the inputs alone: its document is dealt in the parent
process and its passage is cut and spun by a generator seeded with `i`, so the number of workers
changes nothing.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from gzip import GzipFile
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

from unspin.model.errors import UnspinError
from unspin.training.corpora import CleanText
from unspin.training.coverage import Coverage
from unspin.training.layouts import LAYOUTS
from unspin.training.passages import REACH, cut, reach
from unspin.training.recipe import Recipe
from unspin.training.spinners import Resources, Spinner, make
from unspin.training.spinners.tortured import known_terms

MAX_DOCUMENTS = 200_000  # kept in memory; of a larger corpus, a random sample
BATCH = 200
IDLE = 10  # batches without a row after which there is little hope of one
DRAWS = 4  # families a passage is offered to before it stays clean

Row = dict[str, str]  # id, source, family, spun, clean


@dataclass(frozen=True, slots=True)
class Task:
    """What one row is made from."""

    index: int
    document: str
    source: str
    title: str
    part: str
    first_broken: bool
    last_broken: bool


def sample(
    documents: Iterable[CleanText], seed: int, at_most: int = MAX_DOCUMENTS
) -> list[CleanText]:
    """All documents, or `at_most` of them drawn evenly in one pass (reservoir sampling)."""
    rng = random.Random(f"sample/{seed}")
    kept: list[CleanText] = []
    for n, document in enumerate(documents):
        if n < at_most:
            kept.append(document)
        elif (place := rng.randrange(n + 1)) < at_most:
            kept[place] = document
    return kept


def weighed(documents: Iterable[CleanText], recipe: Recipe) -> list[CleanText]:
    """The documents of sources that have a weight. Raises `UnspinError` if there are none."""
    kept = [d for d in documents if recipe.weight(d.source) > 0]
    if not kept:
        raise UnspinError("no clean text: the inputs are empty or the recipe gives them no weight")
    return kept


def deal(
    documents: Sequence[CleanText], recipe: Recipe, seed: int, coverage: Coverage | None = None
) -> Iterator[Task]:
    """Parts of `weighed` documents without end.

    Most come from a source by weight, then its documents in random order; the recipe's share of
    `rare` from wherever a word drawn from the vocabulary stands, as `coverage` of the documents
    knows it (made here if it is not given).
    """
    decks: dict[str, list[int]] = {}
    for n, document in enumerate(documents):
        recent = recipe.recent_since and document.date >= recipe.recent_since
        decks.setdefault(document.source, []).extend([n] * (recipe.recent_factor if recent else 1))
    sources = sorted(decks)
    weights = [recipe.weight(source) for source in sources]
    rng = random.Random(f"deal/{seed}")
    for source in sources:
        rng.shuffle(decks[source])
    hands = {source: itertools.cycle(decks[source]) for source in sources}
    if coverage is None and recipe.rare > 0:
        coverage = Coverage([d.text for d in documents], rng)
    visits: dict[int, int] = {}
    for index in itertools.count():
        if coverage and coverage.words and rng.random() < recipe.rare:
            n, start = coverage.draw(rng)
            document = documents[n]
            part = document.text[start : start + REACH // 2]  # so that the word is in most cuts
            broken = start + REACH // 2 < len(document.text)
            yield Task(index, document.id, document.source, "", part, False, broken)
            continue
        source = rng.choices(sources, weights)[0]
        n = next(hands[source])
        visit = visits[n] = visits.get(n, -1) + 1
        document = documents[n]
        part, first, last = reach(document.text, visit, random.Random(f"{seed}/{n}"))
        yield Task(index, document.id, source, document.title, part, first, last)


class Maker:
    """Makes rows: holds the spinners, so one is built in every worker."""

    def __init__(
        self, recipe: Recipe, resources: Resources, families: Sequence[str] | None, seed: int
    ) -> None:
        self.recipe, self.seed = recipe, seed
        self.named = known_terms(resources)
        self.spinners: list[Spinner] = []
        self.weights: list[float] = []
        for name in families or [f for f, weight in recipe.families.items() if weight > 0]:
            if name == "clean":
                continue
            self.spinners.append(make(name, resources))
            self.weights.append(recipe.families.get(name) or 0.1)
        self.all_spun = "clean" not in (families or ("clean",))
        self.clean = 0.0 if self.all_spun else recipe.clean if self.spinners else 1.0

    def row(self, task: Task) -> Row | None:
        """The row of a task; None where its part holds no passage, or none that is spun though all
        are to be."""
        rng = random.Random(f"row/{self.seed}/{task.index}")
        recipe = self.recipe
        shape = rng.choices(list(recipe.shapes), list(recipe.shapes.values()))[0]
        clean = cut(
            task.part,
            task.title,
            shape,
            recipe.max_words,
            rng,
            task.first_broken,
            task.last_broken,
            self.named,
        )
        if not any(c.isalpha() for c in clean):
            return None
        for layout, share in recipe.layouts.items():
            if rng.random() < share:
                clean = LAYOUTS[layout](clean, rng)
        family, spun = self._spin(clean, rng)
        if self.all_spun and spun == clean:
            return None
        return {
            "id": f"{task.document}#{task.index}",
            "source": task.source,
            "family": family,
            "spun": spun,
            "clean": clean,
        }

    def _spin(self, clean: str, rng: random.Random) -> tuple[str, str]:
        if rng.random() >= self.clean:
            for _ in range(DRAWS):
                spinner = rng.choices(self.spinners, self.weights)[0]
                spun = spinner.spin(clean, rng)
                if spun != clean:
                    return spinner.name, spun
        return "clean", clean


def write_rows(path: Path, rows: Iterable[Row]) -> Counter[str]:
    """Write rows as JSON Lines, gzip for .gz; returns the number of rows a family.

    The file appears under its name only when it is whole. Raises UnspinError where it cannot be
    written.
    """
    counts: Counter[str] = Counter()
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as raw, ExitStack() as stack:
            file: BinaryIO | GzipFile = raw
            if path.suffix == ".gz":  # no name and time in the header: same rows, same bytes
                file = stack.enter_context(GzipFile("", "wb", 6, raw, mtime=0))
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False).encode(errors="replace") + b"\n")
                counts[row["family"]] += 1
        part.replace(path)
    except OSError as error:
        raise UnspinError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            part.unlink()
    return counts


_maker: Maker | None = None


def _start(*arguments: object) -> None:
    global _maker
    _maker = Maker(*arguments)  # type: ignore[arg-type]


def _rows(tasks: Sequence[Task]) -> list[Row]:
    assert _maker is not None
    return [row for task in tasks if (row := _maker.row(task)) is not None]


def make_pairs(
    documents: Sequence[CleanText],
    recipe: Recipe,
    resources: Resources,
    seed: int,
    families: Sequence[str] | None = None,
    workers: int = 1,
) -> Iterator[Row]:
    """`recipe.rows` rows, in the same order whatever the number of workers.

    `families` restricts the recipe's; without "clean" among them every row is spun. Raises
    UnspinError for an unknown family, a missing thesaurus, or inputs that hold no passage, or
    hardly one that these families spin.
    """
    maker = Maker(recipe, resources, families, seed)  # fails here, not in a worker
    made = idle = 0
    batches = _batches(documents, recipe, resources, seed, families, workers, maker)
    for rows in batches:
        idle = 0 if rows else idle + 1
        if idle == IDLE:
            raise UnspinError(
                f"found no passage of English prose to spin in {IDLE * BATCH:,} tries: give other "
                "inputs or --families"
            )
        yield from rows[: recipe.rows - made]
        made += len(rows)
        if made >= recipe.rows:
            return


def _batches(
    documents: Sequence[CleanText],
    recipe: Recipe,
    resources: Resources,
    seed: int,
    families: Sequence[str] | None,
    workers: int,
    maker: Maker,
) -> Iterator[list[Row]]:
    tasks = deal(weighed(documents, recipe), recipe, seed)
    batches = iter(lambda: list(itertools.islice(tasks, BATCH)), [])
    if workers <= 1:
        for batch in batches:
            yield [row for task in batch if (row := maker.row(task)) is not None]
        return
    arguments = (recipe, Resources(resources.mythes, resources.wordnet, resources.tortured))
    pool = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_start, initargs=(*arguments, families, seed)
    )
    waiting: deque[Future[list[Row]]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(_rows, batch))
            if len(waiting) > 3 * workers:
                yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
