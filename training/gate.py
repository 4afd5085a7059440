"""The evaluation gate: bounds that figures must keep, pinned in a file with what they hold for.

A file of bounds names the mode and the hash of the data. A bound is the figure measured when it was
pinned, less (or plus, where less is better) an epsilon that the file states: scores differ a little
from one processor to the next. `raised` only ever tightens bounds; `lowered` loosens them one by
one and leaves the reason in the file.
"""

from __future__ import annotations

import datetime
import json
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from unspin.model.errors import UnspinError
from unspin.model.settings import MODES
from unspin.training.evaluate import REWRITES
from unspin.training.metrics import Figures

FLOORS = Path(__file__).parent / "floors"

# The figures that are held, in the order they are shown; of those below, less is better.
CEILINGS = (
    "clean_documents_flagged_percent",
    "clean_sentences_flagged_percent",
    "clean_edits_per_1000",
)
HELD = (
    "sentence_auroc",
    "word_f05",
    "restored_exactly",
    "damage_removed",
    "phrases_restored",
    *(
        f"{side}{kind}_kept_percent"
        for side in ("", "clean_")
        for kind in ("names", "numbers", "urls")
    ),
    *CEILINGS,
)

UNITS = ("share", "percent", "per_1000")
"""Of figures: in percent or per 1,000 words where the name ends so, else a share from 0 to 1."""

Bounds = dict[str, dict[str, float]]  # by group and figure
_SCALE = 10_000  # bounds have four decimals


@dataclass(frozen=True, slots=True)
class Pinned:
    """A file of bounds.

    data:     the folder measured on, beside this module, or null for one that a user names.
    hash:     the fingerprint of the documents there; null before anything was measured.
    epsilon:  how far a figure may fall, by its unit.
    model:    the weights that bounds were last pinned on.
    reasons:  every loosening: name, from, to, why, date.
    """

    mode: str
    data: str | None
    hash: str | None
    model: str | None
    epsilon: dict[str, float]
    bounds: Bounds = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """A bound beside what was measured or what it becomes; None where there is none."""

    name: str
    bound: float | None
    value: float | None


def find(name: str) -> Path:
    """The file that `name` means: one of `FLOORS` or a path. Raises `UnspinError`."""
    path = Path(name) if name.endswith(".json") else FLOORS / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FLOORS.glob("*.json")))
        raise UnspinError(f"no floors {name!r}: choose {known} or name a .json file")
    return path


def load(path: Path) -> Pinned:
    """Reads a file of bounds. Raises `UnspinError` for what is none."""
    try:
        pinned = Pinned(**json.loads(path.read_text(encoding="utf-8")))
        _check(pinned)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise UnspinError(f"{path}: not a file of floors: {error}") from None
    return pinned


def _check(pinned: Pinned) -> None:
    """Raises `ValueError` for contents of another kind: people write these files too."""
    if pinned.mode not in MODES:
        raise ValueError(f'"mode" must be one of {", ".join(MODES)}')
    for name in ("data", "hash", "model"):
        if not isinstance(getattr(pinned, name), str | None):
            raise ValueError(f'"{name}" must be text or null')
    if not _numbers(pinned.epsilon) or not pinned.epsilon.keys() >= set(UNITS):
        raise ValueError(f'"epsilon" must have a number for each of {", ".join(UNITS)}')
    if not isinstance(pinned.bounds, dict) or not all(map(_numbers, pinned.bounds.values())):
        raise ValueError('"bounds" must have numbers, by group and figure')
    if not isinstance(pinned.reasons, list):
        raise ValueError('"reasons" must be a list')


def _numbers(values: object) -> bool:
    """Whether these are finite numbers by name."""
    return isinstance(values, dict) and all(
        isinstance(one, int | float) and abs(one) <= sys.float_info.max for one in values.values()
    )


def save(pinned: Pinned, path: Path) -> None:
    """Writes a file of bounds. Raises `UnspinError` where that cannot be."""
    found = {name: getattr(pinned, name) for name in Pinned.__slots__}
    try:
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise UnspinError(f"{path} cannot be written: {error.strerror}") from None


def measured(figures: Mapping[str, Figures]) -> dict[str, float]:
    """The figures that are held, by the names they are shown under ("group: figure")."""
    return {
        f"{group}: {name}": value
        for group, found in figures.items()
        if group.rpartition("/")[2] not in REWRITES
        for name in HELD
        if (value := found.get(name)) is not None
    }


def broken(pinned: Pinned, figures: Mapping[str, Figures]) -> list[Change]:
    """The bounds that the figures do not keep; a figure that was not measured keeps none."""
    found = measured(figures)
    return [
        Change(name, bound, found.get(name))
        for name, bound in _flat(pinned.bounds).items()
        if name not in found or _looser(name, found[name], bound)
    ]


def raised(pinned: Pinned, figures: Mapping[str, Figures]) -> tuple[Pinned, list[Change]]:
    """Bounds as tight as the figures allow, and what that changes. None is loosened."""
    old = _flat(pinned.bounds)
    new = {name: _bound(name, value, pinned.epsilon) for name, value in measured(figures).items()}
    changes = [
        Change(name, old.get(name), value)
        for name, value in new.items()
        if name not in old or _looser(name, old[name], value)
    ]
    return _with(pinned, changes), changes


def lowered(
    pinned: Pinned, figures: Mapping[str, Figures], names: Iterable[str], why: str
) -> tuple[Pinned, list[Change]]:
    """Bounds loosened to what was measured, with the reason. Raises `UnspinError` for a name that
    has no bound or keeps the one it has."""
    old, found, changes = _flat(pinned.bounds), measured(figures), []
    for name in names:
        if name not in old:
            raise UnspinError(f"no floor {name!r}: names are as in 'clean/news: word_f05'")
        value = _bound(name, found[name], pinned.epsilon) if name in found else None
        if value is not None and not _looser(name, value, old[name]):
            raise UnspinError(f"{name}: the figure keeps its floor, nothing to lower")
        changes.append(Change(name, old[name], value))
    reasons = [_reason(one.name, one.bound, one.value, why) for one in changes]
    return replace(_with(pinned, changes), reasons=[*pinned.reasons, *reasons]), changes


def repinned(pinned: Pinned, data_hash: str, why: str) -> Pinned:
    """No bounds, for other data than they were measured on, with the reason."""
    reason = _reason("data", pinned.hash, data_hash, why)
    return replace(pinned, hash=data_hash, bounds={}, reasons=[*pinned.reasons, reason])


def _bound(name: str, value: float, epsilon: Mapping[str, float]) -> float:
    """The bound to pin for a measured value, rounded to the loose side."""
    unit = next((one for one in UNITS if name.endswith(one)), "share")
    if name.endswith(CEILINGS):
        return math.ceil(round((value + epsilon[unit]) * _SCALE, 3)) / _SCALE
    return math.floor(round((value - epsilon[unit]) * _SCALE, 3)) / _SCALE


def _looser(name: str, value: float, bound: float) -> bool:
    return value > bound if name.endswith(CEILINGS) else value < bound


def _flat(bounds: Bounds) -> dict[str, float]:
    return {f"{group}: {name}": v for group, held in bounds.items() for name, v in held.items()}


def _with(pinned: Pinned, changes: Iterable[Change]) -> Pinned:
    """`pinned` with bounds as the changes have them; a bound that becomes None goes."""
    flat: dict[str, float | None] = {**_flat(pinned.bounds)}
    flat |= {one.name: one.value for one in changes}
    bounds: Bounds = {}
    for name, value in sorted(flat.items(), key=lambda item: _place(item[0])):
        if value is not None:
            group, _, figure = name.rpartition(": ")
            bounds.setdefault(group, {})[figure] = value
    return replace(pinned, bounds=bounds)


def _place(name: str) -> tuple[str, int]:
    group, _, figure = name.rpartition(": ")
    return group, HELD.index(figure) if figure in HELD else len(HELD)


def _reason(name: str, before: object, after: object, why: str) -> dict[str, Any]:
    today = datetime.date.today().isoformat()
    return {"name": name, "from": before, "to": after, "why": why, "date": today}
