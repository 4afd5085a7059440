"""One run of the bench: everything that is measured, as it is written to JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import mean
from typing import Any

from unspin.inference.bench.contest import Contestant, Key, Rate, rates
from unspin.inference.bench.own import TASKS, cold_start, contestant, latency, peak_memory
from unspin.inference.bench.peers import PEERS, peer
from unspin.inference.bench.texts import Texts, mean_words, texts_of
from unspin.inference.engine import available_cores
from unspin.model.encode import Encoder

FORMS = ("alone", "articles")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: the model in `folder` on `sentences` of each file, in `rounds` turns, with
    one thread and with `threads`, beside `peers`."""

    folder: Path
    clean: Path
    spun: Path
    sentences: int = 192
    rounds: int = 5
    threads: int = 0
    peers: Sequence[str] = tuple(PEERS)


def measure(plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """All figures. Raises `UnspinError` if there is no model or no text."""
    threads = plan.threads or available_cores()
    texts = {
        "score": texts_of(plan.clean, plan.sentences),
        "restore": texts_of(plan.spun, plan.sentences),
    }
    own = [contestant(plan.folder, n) for n in sorted({1, threads})]
    say("getting the peers ready")
    found = {name: peer(name, plan.folder, threads) for name in plan.peers}
    ready = [one for ones in found.values() if not isinstance(ones, str) for one in ones]
    say(f"{len(own) + len(ready)} contestants read in {plan.rounds} rounds")
    speed = rates([*own, *ready], texts, plan.rounds)
    say("latency, start, memory and the limit")
    return {
        "machine": _machine(threads),
        "text": _text(plan.folder, texts),
        "rounds": plan.rounds,
        "unspin": {one.name: _rates(one, speed) for one in own},
        "peers": {one.name: _rates(one, speed) | _lead(own[-1], one, speed) for one in ready},
        "skipped": {name: why for name, why in found.items() if isinstance(why, str)},
        "latency_ms": {task: latency(plan.folder, task, texts[task].alone) for task in TASKS},
        "cold_start_s": cold_start(plan.folder, texts["restore"].alone[0]),
        "peak_memory_mb": peak_memory(plan.folder, texts["restore"].alone),
        "limit": _limit(plan, threads, texts["score"], own[-1], speed),
    }


def _rates(one: Contestant, speed: dict[Key, Rate]) -> dict[str, Any]:
    """Sentences a second, and a second of processor time, by task and form."""

    def by_form(value: Callable[[Rate], float]) -> dict[str, dict[str, float]]:
        return {t: {f: value(speed[one.name, t, f]) for f in one.forms} for t in one.tasks}

    return {
        "about": one.about,
        "sentences_per_s": by_form(lambda rate: rate.wall),
        "sentences_per_processor_s": by_form(lambda rate: rate.processor),
    }


def _lead(own: Contestant, other: Contestant, speed: dict[Key, Rate]) -> dict[str, Any]:
    """How many times faster unspin does what the other does, by the clock."""
    return {
        "unspin_is_times_faster": {
            task: {
                form: speed[own.name, task, form].wall / speed[other.name, task, form].wall
                for form in other.forms
            }
            for task in other.tasks
        }
    }


def _machine(threads: int) -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": available_cores(),
        "threads": threads,
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "onnxruntime": version("onnxruntime"),
    }


def _processor() -> str:
    """The processor's name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _text(folder: Path, texts: dict[str, Texts]) -> dict[str, Any]:
    return {
        task: {
            "sentences": len(found.alone),
            "words_per_sentence": mean_words(found.alone),
            "pieces_per_window": {form: mean(_windows(folder, found.of(form))) for form in FORMS},
        }
        for task, found in texts.items()
    }


def _windows(folder: Path, texts: Sequence[str]) -> list[int]:
    """Pieces of each window, [CLS] and [SEP] included."""
    encoder = Encoder.from_file(folder / "tokenizer.json")
    documents = encoder.encode_batch(texts)
    return [window.end - window.start + 2 for document in documents for window in document.windows]


def _limit(
    plan: Plan, threads: int, texts: Texts, own: Contestant, speed: dict[Key, Rate]
) -> dict[str, Any]:
    """What the machine could score if it did nothing but the encoder's matrices, by form."""
    try:
        from unspin.inference.bench.limit import encoder_shapes, matrix_rate
    except ModuleNotFoundError as error:
        return {"skipped": f"needs {error.name}: pip install 'unspin[bench]'"}
    shapes = encoder_shapes(plan.folder)
    per_piece = sum(rows * columns for rows, columns in shapes)
    found: dict[str, Any] = {"multiply_adds_per_piece": per_piece}
    for form in FORMS:
        windows = _windows(plan.folder, texts.of(form))
        rate = matrix_rate(shapes, round(mean(windows)), threads, plan.rounds)
        most = rate / (per_piece * sum(windows) / len(texts.alone))
        found[form] = {
            "int8_multiply_adds_per_s": rate,
            "sentences_per_s": most,
            "share_reached": speed[own.name, "score", form].wall / most,
        }
    return found
