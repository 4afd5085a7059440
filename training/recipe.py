"""The recipe of a set of pairs: how much of what, as a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from unspin.model.errors import UnspinError
from unspin.training.layouts import LAYOUTS
from unspin.training.passages import SHAPES


@dataclass(frozen=True)
class Recipe:
    """Shares of rows: those of the tables are relative, `clean`, `rare` and `layouts` absolute."""

    rows: int
    clean: float
    max_words: int
    rare: float
    shapes: Mapping[str, float]
    layouts: Mapping[str, float]
    families: Mapping[str, float]
    sources: Mapping[str, float]
    recent_since: str = ""
    recent_factor: int = 1

    def weight(self, source: str) -> float:
        """Of a document's source among the sources; one that is not listed is `other`."""
        return self.sources.get(source, self.sources.get("other", 0.0))


def load_recipe(path: Path | None = None) -> Recipe:
    """Read a recipe; without a path, the one that is shipped.

    Keys left out are the shipped recipe's. Raises UnspinError for a file that is missing, is not
    TOML, or holds an unknown key or a value of the wrong kind.
    """
    shipped = files("unspin.training").joinpath("recipe.toml").read_text("utf-8")
    values: dict[str, Any] = tomllib.loads(shipped)
    if path is not None:
        try:
            given = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise UnspinError(f"cannot read the recipe {path}: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UnspinError(f"the recipe {path} is not TOML: {error}") from None
        for key, value in given.items():
            if key not in values or isinstance(value, dict) is not isinstance(values[key], dict):
                raise UnspinError(f"the recipe {path} has an unknown or misplaced key: {key}")
        values |= given
    return _checked(values, "the recipe" if path is None else f"the recipe {path}")


def _checked(values: Mapping[str, Any], name: str) -> Recipe:
    tables = {t: values[t] for t in ("shapes", "layouts", "families", "sources")}
    for title, weights in tables.items():
        for key, weight in weights.items():
            if isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0:
                raise UnspinError(f"{name}: {title}.{key} must be a number, 0 or more")
    for title, known in (("shapes", SHAPES), ("layouts", tuple(LAYOUTS))):
        unknown = set(tables[title]) - set(known)
        if unknown:
            raise UnspinError(f"{name}: {title} has no {min(unknown)!r}; known: {', '.join(known)}")
    for title in ("shapes", "families"):
        if sum(tables[title].values()) <= 0:
            raise UnspinError(f"{name}: at least one of {title} must weigh more than 0")
    recent = values["recent"]
    for key in ("clean", "rare"):
        if not isinstance(values[key], int | float) or not 0 <= values[key] <= 1:
            raise UnspinError(f"{name}: {key} must be a share between 0 and 1")
    for key, number in (
        ("rows", values["rows"]),
        ("max_words", values["max_words"]),
        ("recent.factor", recent.get("factor", 1)),
    ):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise UnspinError(f"{name}: {key} must be a whole number, 1 or more")
    return Recipe(
        rows=values["rows"],
        clean=float(values["clean"]),
        max_words=values["max_words"],
        rare=float(values["rare"]),
        recent_since=str(recent.get("since", "")),
        recent_factor=recent.get("factor", 1),
        **tables,
    )
