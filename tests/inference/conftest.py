"""The shipped model, loaded once, and the seed documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from unspin import Model, load

settings.register_profile("unspin", deadline=None)  # a busy machine is no failure
settings.load_profile("unspin")

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def model() -> Model:
    return load()


@pytest.fixture(scope="session")
def seed_spun() -> str:
    return (SEEDS / "003_e4e48e6647e0a585.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def seed_clean() -> str:
    return (SEEDS / "000_da9212261fc304e0.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def restoration() -> list[dict[str, Any]]:
    """The seed article restored by hand, a row a line of the article."""
    path = SEEDS / "003_e4e48e6647e0a585.restoration.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
