"""Detects the damage that synonym spinners do to articles, and restores the wording.

    from unspin import load
    model = load()
    model.restore("Officials will question to Mexico connected Friday.").restored

The names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unspin.inference.adapters.datasets_map import RestoreColumn, ScoreColumn
    from unspin.inference.adapters.datatrove_step import UnspinStep as UnspinStep
    from unspin.inference.adapters.sklearn_detector import SpinDetector as SpinDetector
    from unspin.inference.api import Model, load
    from unspin.inference.constraints import Constraints
    from unspin.inference.detector import RawLogits
    from unspin.inference.results import (
        Alternative,
        Explanation,
        Finding,
        Restoration,
        RestoredEdit,
        Score,
        SentenceScore,
        WordScore,
    )
    from unspin.model.errors import UnspinError

    __version__: str

_HOMES = {
    "Alternative": "unspin.inference.results",
    "Constraints": "unspin.inference.constraints",
    "Explanation": "unspin.inference.results",
    "Finding": "unspin.inference.results",
    "Model": "unspin.inference.api",
    "RawLogits": "unspin.inference.detector",
    "Restoration": "unspin.inference.results",
    "RestoreColumn": "unspin.inference.adapters.datasets_map",
    "RestoredEdit": "unspin.inference.results",
    "Score": "unspin.inference.results",
    "ScoreColumn": "unspin.inference.adapters.datasets_map",
    "SentenceScore": "unspin.inference.results",
    "SpinDetector": "unspin.inference.adapters.sklearn_detector",
    "UnspinError": "unspin.model.errors",
    "UnspinStep": "unspin.inference.adapters.datatrove_step",
    "WordScore": "unspin.inference.results",
    "load": "unspin.inference.api",
}

# SpinDetector and UnspinStep are left out: they need libraries that `import *` should not.
__all__ = [
    "Alternative",
    "Constraints",
    "Explanation",
    "Finding",
    "Model",
    "RawLogits",
    "Restoration",
    "RestoreColumn",
    "RestoredEdit",
    "Score",
    "ScoreColumn",
    "SentenceScore",
    "UnspinError",
    "WordScore",
    "__version__",
    "load",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("unspin")
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
