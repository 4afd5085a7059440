"""Fuzz what reads bytes, guided by coverage: `python tests/robustness/fuzz.py [--minutes 20]`.

Needs atheris (`pip install atheris`). Each input is tried as a text (all of `invariants.check`), as
a row of JSON Lines, as a page, as a table and as what is piped to the command. It ends at the first
broken promise, with the input.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["unspin"]):
    from click.testing import CliRunner
    from invariants import check, drawn

    from unspin import load
    from unspin.inference import api
    from unspin.inference.batch.html import page_text, restore_in_place
    from unspin.inference.batch.inputs import find_inputs
    from unspin.inference.batch.readers import documents
    from unspin.inference.batch.records import ReadOptions
    from unspin.inference.cli import cli
    from unspin.inference.documents import open_source
    from unspin.inference.restorer import Edit
    from unspin.model.errors import UnspinError

MODEL = load(threads=1)
api.load = lambda *arguments, **options: MODEL  # for the command, which loads it each time


def text(data: bytes) -> None:
    check(MODEL, data.decode("utf-8", "ignore"))


def rows(data: bytes) -> None:
    try:
        for row in open_source("-", io.BytesIO(data), "jsonl").rows():
            assert (row.error is None) or row.text == ""
    except UnspinError:
        pass  # one line, which says what to do


def page(data: bytes) -> None:
    html = data.decode("utf-8", "ignore")
    seen = page_text(html)
    assert restore_in_place(html, []).html == html
    words = seen.split()
    if words:
        start = seen.index(words[-1])
        edit = Edit(start, start + len(words[-1]), words[-1], "word")
        restored = restore_in_place(html, [edit])
        assert restored.dropped in (0, 1)


def table(data: bytes) -> None:
    suffix = (".csv", ".jsonl", ".parquet", ".warc", ".txt", ".html")[len(data) % 6]
    path = SCRATCH / f"input{suffix}"
    path.write_bytes(data)
    try:
        for one in find_inputs([str(path)], ReadOptions()):
            for document in documents(one, ReadOptions()):
                assert document.problem is None or document.problem.detail
    except UnspinError:
        pass


def command(data: bytes) -> None:
    form = ("text", "jsonl", "auto")[len(data) % 3]
    arguments = ["restore", "--input-format", form, "--format", "jsonl", "-"]
    found = CliRunner().invoke(cli, arguments, input=data)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    assert found.exit_code in (0, 1, 2)
    for line in filter(None, found.stdout.split("\n")):
        assert json.loads(line)["status"] in ("ok", "skipped", "error")


TARGETS = (text, text, rows, page, table, command)


def one(data: bytes) -> None:
    global TRIED
    if time.monotonic() > END:
        print(f"{TRIED:,} inputs in {MINUTES:g} minutes, no promise broken", flush=True)
        os._exit(0)
    TRIED += 1
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def corpus(folder: Path, seed: int) -> None:
    """What mutation begins with."""
    rng = random.Random(seed)
    for n in range(400):
        body = drawn(rng)
        forms = (body, f'{{"text": "{body}"}}\n', f"<p>{body}</p>", f"id,text\n1,{body}\n")
        data = bytes([n % len(TARGETS)]) + rng.choice(forms).encode("utf-8", "ignore")
        (folder / f"{n}").write_bytes(data)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    MINUTES, TRIED = options.minutes, 0
    END = time.monotonic() + 60 * MINUTES
    SCRATCH = Path(tempfile.mkdtemp())
    seeds = SCRATCH / "seeds"
    seeds.mkdir()
    corpus(seeds, options.seed)
    arguments = [sys.argv[0], str(seeds), f"-seed={options.seed}", "-max_len=4096", "-verbosity=0"]
    atheris.Setup([*arguments, f"-artifact_prefix={SCRATCH}/", "-timeout=60"], one)
    atheris.Fuzz()
