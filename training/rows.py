"""Labelled rows as features on disk, made once by several processes."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from datasets import Dataset, Value
from datasets import Features as Schema
from datasets.exceptions import DatasetGenerationError
from tokenizers import Tokenizer

from unspin.model.encode import Encoder
from unspin.model.errors import UnspinError
from unspin.training.features import Features, pair_features, spun_features
from unspin.training.readers import Example, examples

WORKERS = 2
"""Processes that make features; each takes every second row."""

FEW = 2_000_000
"""Bytes of rows that are not worth processes of their own, which fork what may hold locks."""

# Written down, for a share of the rows in which no row has a span does not show their type.
SCHEMA = Schema(
    {
        "input_ids": [Value("int64")],
        "shape_ids": [Value("int64")],
        "word_positions": [Value("int64")],
        "word_tags": [Value("int64")],
        "word_sentence": [Value("int64")],
        "sentence_labels": [Value("int64")],
        "span_first": [Value("int64")],
        "span_last": [Value("int64")],
        "targets": [[Value("int64")]],
        "length": Value("int64"),
        "row": Value("string"),  # a row of several windows is held out whole
    }
)


def features_dataset(
    pairs: Sequence[Path], output: Path, encoder: Encoder, max_pieces: int, seed: int, resume: bool
) -> Dataset:
    """Features of all rows, on disk in `output/features`; a run that goes on finds them there.

    Raises `UnspinError` for rows that cannot be used.
    """
    folder, cache = output / "features", output / "cache"
    if resume and folder.is_dir():
        return Dataset.load_from_disk(str(folder))
    for old in (folder, cache):  # of a run that ended before its first checkpoint
        shutil.rmtree(old, ignore_errors=True)
    try:
        made = Dataset.from_generator(
            _generate,
            features=SCHEMA,
            gen_kwargs={
                "shares": [(path, k) for path in pairs for k in range(WORKERS)],
                "tokenizer": encoder.tokenizer.to_str(),
                "max_pieces": max_pieces,
                "seed": seed,
            },
            cache_dir=str(cache),
            num_proc=WORKERS if sum(path.stat().st_size for path in pairs) > FEW else None,
        )
    except DatasetGenerationError:
        for path in pairs:
            for _ in examples(path):  # says what is wrong with which row
                pass
        raise
    except ValueError as error:
        if "no data" in str(error):  # the library reads no empty data set
            raise too_few(pairs) from None
        raise
    made.save_to_disk(str(folder))
    shutil.rmtree(cache, ignore_errors=True)
    return Dataset.load_from_disk(str(folder))


def too_few(pairs: Sequence[Path]) -> UnspinError:
    """What to raise where hardly a row can be used."""
    files = ", ".join(map(str, pairs))
    return UnspinError(
        f"too few usable rows in {files}: give more, each with spun and clean, or text and label"
    )


def _generate(
    shares: Sequence[tuple[Path, int]], tokenizer: str, max_pieces: int, seed: int
) -> Iterator[Features]:
    encoder = Encoder(Tokenizer.from_str(tokenizer))
    for path, share in shares:
        rng = random.Random(f"{seed}:{path.name}:{share}")
        for number, example in islice(enumerate(examples(path)), share, None, WORKERS):
            for window in _features(encoder, example, max_pieces, rng):
                yield window | {"row": f"{path}:{number}"}


def _features(
    encoder: Encoder, example: Example, max_pieces: int, rng: random.Random
) -> Iterator[Features]:
    text = example.text
    if example.spun and example.clean_text is None:
        yield from spun_features(encoder, text)
    else:
        clean = text if example.clean_text is None else example.clean_text
        yield from pair_features(encoder, text, clean, max_pieces, rng)
