"""Others that read the same text, a file each, loaded only where its library is installed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from unspin.inference.bench.contest import Contestant

PEERS = {"torch": "torch_fp32", "t5": "t5_ctranslate2", "quire": "quire_tagger"}
"""The module of each peer; it has `contestants(folder, threads)`."""


def peer(name: str, folder: Path, threads: int) -> list[Contestant] | str:
    """A peer in each way that it reads, or why there is none."""
    try:
        found = import_module(f"{__name__}.{PEERS[name]}").contestants(folder, threads)
    except ModuleNotFoundError as error:
        return f"needs {error.name}: pip install 'unspin[bench]'"
    except Exception as error:  # a peer that fails must not end the run of the others
        return " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return list(found)
