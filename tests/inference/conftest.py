"""The shipped model, loaded once, the seed documents, and a browser."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from unspin import Model, load

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Where there is none its tests are skipped, or fail if that is asked."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if path is None:
        missing = "no Chromium to show the page in: apt-get install chromium"
        if os.environ.get("UNSPIN_BROWSER") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium's sandbox needs rights that containers and root do not have.
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()
