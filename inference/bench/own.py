"""unspin itself: as a contestant, a sentence at a time, from a cold start, and its memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from unspin.inference.api import Model, load
from unspin.inference.bench.contest import Contestant, Reader

STARTS = 5
TASKS = ("score", "restore")

_PEAK = """
import json, sys
from unspin import load
folder, texts = json.load(sys.stdin)
model = load(folder)
model.score(texts)
model.restore(texts)
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


def contestant(folder: Path, threads: int) -> Contestant:
    """unspin with so many threads."""
    model = load(folder, threads)
    plural = "s" if threads > 1 else ""
    return Contestant(
        f"unspin, {threads} thread{plural}",
        "int8, ONNX Runtime",
        {t: _reader(model, t) for t in TASKS},
    )


def _reader(model: Model, task: str) -> Reader:
    read = model.score if task == "score" else model.restore
    return lambda texts: read(list(texts))


def latency(folder: Path, task: str, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds from a single sentence to its result: the median, and what 95 % stay below."""
    read = _reader(load(folder), task)
    read(texts[:1])
    taken = []
    for text in texts:
        began = perf_counter()
        read([text])
        taken.append(1000 * (perf_counter() - began))
    return {"median": median(taken), "p95": quantiles([*taken, taken[-1]], n=20)[-1]}


def cold_start(folder: Path, text: str) -> float:
    """Seconds from the start of `unspin restore` to its end, median of a few, for one sentence."""
    command = [sys.executable, "-m", "unspin", "restore", "--model", str(folder), text]
    taken = []
    for _ in range(STARTS):
        began = perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(perf_counter() - began)
    return median(taken)


def peak_memory(folder: Path, texts: Sequence[str]) -> float | None:
    """Most megabytes that a process takes which scores and restores `texts`; None where the
    system does not tell."""
    if not Path("/proc/self/status").is_file():
        return None
    found = subprocess.run(
        [sys.executable, "-c", _PEAK],
        input=json.dumps([str(folder), list(texts)]),
        check=True,
        capture_output=True,
        text=True,
    )
    return int(found.stdout) / 1024
