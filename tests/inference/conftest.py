"""The shipped model, loaded once, the seed documents, a browser, and what a page may hold."""

from __future__ import annotations

import json
import os
import re
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from html.parser import HTMLParser
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
        if os.environ.get("UNSPIN_SKIPS") == "forbidden":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium's sandbox needs rights that containers and root do not have.
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="session")
def check_inert() -> Callable[[str], None]:
    """Asserts that nothing in a written page acts: no script, handler, address nor other style,
    and that its policy allows nothing but the style sheet it has."""

    def check(page: str) -> None:
        elements = Elements(page).found
        names = {tag for tag, _ in elements}
        assert not names & {"script", "img", "iframe", "object", "link", "base", "form", "input"}
        for name, value in ((n, v) for _, attributes in elements for n, v in attributes.items()):
            assert not name.startswith("on") and name not in {"src", "style", "srcset"}
            assert name != "href" or re.fullmatch(r"#\w+", value or "")
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
        digest = b64encode(sha256(style.encode()).digest()).decode()
        policies = [a["content"] for tag, a in elements if tag == "meta" and "http-equiv" in a]
        assert policies == [
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        ]
        assert "url(" not in style and "@import" not in style
        page.encode("utf-8")

    return check
