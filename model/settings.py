"""What travels with a set of weights: calibration, operating points, hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from unspin.model.calibration import Calibration, sigmoid
from unspin.model.errors import UnspinError

FORMAT = 3
"""Of the graphs beside the settings, which an engine of another format cannot run."""

READABLE = (2, FORMAT)
"""Formats whose settings mean the same."""

SHIPPED = Path(__file__).parent / "weights"
"""The folder of the weights that come with the package."""

FILE = "settings.json"
RUN_FILES = ("look.onnx", "encoder.onnx", "memory.onnx", "decoder.onnx", "tokenizer.json")
"""The files that the engine runs, whose hashes are checked."""

MODES = ("precise", "balanced", "thorough")


@dataclass(frozen=True, slots=True)
class Mode:
    """An operating point: the least probability at which each level counts as damaged, and the
    least confidence of the decoder at which an edit is made.

    What looks like a name, a capital inside a sentence, asks for `name_confidence`: a name changed
    is worse than one left as a spinner wrote it.
    """

    word: float
    sentence: float
    document: float
    confidence: float
    name_confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Look:
    """When the first look at a text is enough, and what its scores say.

    A text of which `suspicion` is below `bar` is plainly sound and is read no further; with no
    bar, every text is read to the end. `word` and `sentence` are slope and intercept of the lines
    that take the look's scores (of a word; of a sentence's worst word) to the logits that the
    whole network would have given. Leaving early follows Schwartz et al. (2020, "The right tool
    for the job").
    """

    bar: float | None = None
    word: tuple[float, float] = (1.0, 0.0)
    sentence: tuple[float, float] = (1.0, 0.0)


def suspicion(scores: npt.NDArray[np.float64]) -> float:
    """How much damage a first look suspects in a text, from its words' scores (W,).

    The mean square of their probabilities: many doubtful words weigh less than a few plain ones.
    """
    return float((sigmoid(scores) ** 2).sum() / (len(scores) + 5))


def _default_modes() -> dict[str, Mode]:
    return {
        "precise": Mode(0.9, 0.9, 0.9, 0.2),
        "balanced": Mode(0.5, 0.5, 0.5, 0.1),
        "thorough": Mode(0.3, 0.3, 0.3, 0.05),
    }


@dataclass(frozen=True, slots=True)
class Settings:
    """The contents of `settings.json`."""

    version: str
    base_model: str
    max_pieces: int
    cls_id: int
    sep_id: int
    pad_id: int
    calibration: Calibration = field(default_factory=Calibration)
    look: Look = field(default_factory=Look)
    modes: Mapping[str, Mode] = field(default_factory=_default_modes)
    hashes: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @classmethod
    def load(cls, folder: Path) -> Settings:
        """Read a model folder's settings; raises `UnspinError` if missing or malformed."""
        path = folder / FILE
        try:
            raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UnspinError(f"no model in {folder}: {FILE} is missing") from None
        except (ValueError, RecursionError) as error:
            raise UnspinError(f"{path} is not valid JSON: {error}") from error
        if not isinstance(raw, dict) or raw.get("format") not in READABLE:
            raise UnspinError(f"{path} is of another format than {FORMAT}: train the model again")
        try:
            raw["calibration"] = Calibration(**_tuples(raw["calibration"]))
            raw["look"] = Look(**_tuples(raw["look"]))
            raw["modes"] = {name: Mode(**raw["modes"][name]) for name in MODES}
            return cls(**raw)
        except (AttributeError, KeyError, TypeError) as error:
            raise UnspinError(f"{path} lacks or misnames a setting: {error}") from error

    def save(self, folder: Path) -> None:
        """Write `settings.json`, with the hashes of the files beside it."""
        raw = asdict(self)
        raw["hashes"] = {name: file_hash(folder / name) for name in RUN_FILES}
        (folder / FILE).write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")

    def verify(self, folder: Path) -> None:
        """Raise `UnspinError` unless the engine can run the model and each of its files is the one
        that these settings describe."""
        if self.format != FORMAT:
            raise UnspinError(
                f"{folder} was exported by an older version: write it anew with "
                f"`unspin export {folder} -o NEW`"
            )
        for name in RUN_FILES:
            if not (folder / name).is_file():
                raise UnspinError(f"{folder} has no {name}: the model is incomplete")
            if file_hash(folder / name) != self.hashes.get(name):
                raise UnspinError(f"{folder / name} was changed or is damaged: its hash differs")


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
