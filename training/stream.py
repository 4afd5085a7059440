"""Pairs made while the network trains on them: the faster the machine, the more it sees.

Every worker of the data loader deals, cuts and spins passages of its own and lays them out in
batches of about the same number of pieces, padding included. What is made is shown a few times,
in other company each time, for making it costs more than reading it (data echoing: Choi et al.,
2019).
"""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from unspin.model.encode import Encoder
from unspin.training.corpora import CleanText
from unspin.training.coverage import Coverage
from unspin.training.features import Features, pair_features
from unspin.training.pairs import Maker, deal, weighed
from unspin.training.recipe import Recipe
from unspin.training.spinners import Resources

POOL = 4096
"""Windows made before some of them are laid out in batches, by length."""

APART = 0.01
"""Share of the documents, one at least, that are measured on and not trained on."""

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Stream:
    """What rows without end are made from.

    Attributes:
        documents: clean text.
        tokenizer: the network's, as JSON.
        max_pieces: of a replacement.
        collate: lays windows out as a batch.
        batch_pieces: of a batch, padding included.
        showings: times that each row is shown.
        steps: batches of earlier, interrupted runs, after which other rows follow.
    """

    documents: Sequence[CleanText]
    recipe: Recipe
    resources: Resources
    tokenizer: str
    max_pieces: int
    collate: Callable[[Sequence[Features]], Batch]
    batch_pieces: int
    seed: int
    showings: int = 2
    steps: int = 0

    @cached_property
    def parts(self) -> tuple[list[CleanText], list[CleanText]]:
        """The documents to measure on, and those to train on: all, where there is but one."""
        documents = weighed(self.documents, self.recipe)
        random.Random(f"apart/{self.seed}").shuffle(documents)
        apart = max(1, int(APART * len(documents)))
        return documents[:apart], documents[apart:] or documents

    @cached_property
    def coverage(self) -> Coverage | None:
        """Where the rarer words stand; made once, before the workers are."""
        if self.recipe.rare <= 0:
            return None
        return Coverage([d.text for d in self.parts[1]], random.Random(f"deal/{self.seed}"))

    @cached_property
    def maker(self) -> Maker:
        """The spinners; built once, before the workers are."""
        return Maker(self.recipe, self.resources, None, self.seed)

    def features(self, share: int) -> Iterator[Features]:
        """The windows of rows without end; every `share` (a number) has rows of its own, and
        share 0, which is measured on, documents of its own."""
        seed = self.seed * 1_000_003 + share
        if self.steps and share:  # what is measured on stays
            seed += 1_000_000_007 * self.steps
        encoder = Encoder(Tokenizer.from_str(self.tokenizer))
        maker = copy(self.maker)
        maker.seed = seed
        rng = random.Random(f"features/{seed}")
        documents = self.parts[1 if share else 0]
        for task in deal(documents, self.recipe, seed, self.coverage if share else None):
            if row := maker.row(task):
                spun, clean = row["spun"], row["clean"]
                yield from pair_features(encoder, spun, clean, self.max_pieces, rng)

    def batches(self, share: int) -> Iterator[Batch]:
        """Batches without end."""
        rng = random.Random(f"batches/{self.seed}/{share}")
        made = self.features(share)
        pools: deque[list[Features]] = deque(maxlen=self.showings)
        while True:
            pools.append(list(islice(made, POOL)))
            rows = [row for pool in pools for row in pool]
            for part in lay_out(rows, self.batch_pieces, rng):
                yield self.collate(part)


class _Batches(IterableDataset[Batch]):
    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        return self.stream.batches(worker.id + 1 if worker else 1)


def loader(stream: Stream, workers: int) -> DataLoader[Batch]:
    """Batches of `stream`, made by `workers` processes, in an order that is always the same."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the workers are parallel enough
    stream.coverage, stream.maker  # noqa: B018 - shared by the workers, for they are made now
    return DataLoader(
        _Batches(stream),
        batch_size=None,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        pin_memory=torch.cuda.is_available(),
    )


def lay_out(rows: Sequence[Features], most: int, rng: random.Random) -> list[list[Features]]:
    """Rows of like length together, at most `most` pieces a batch with its padding."""
    ranked = sorted(rows, key=lambda row: (row["length"], rng.random()))
    parts: list[list[Features]] = [[]]
    for row in ranked:
        if parts[-1] and (len(parts[-1]) + 1) * row["length"] > most:
            parts.append([])
        parts[-1].append(row)
    rng.shuffle(parts)
    return parts
