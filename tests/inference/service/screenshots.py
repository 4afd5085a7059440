"""Take the README's pictures of the page: python tests/inference/service/screenshots.py"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[3]
IMAGES = ROOT / "notebooks" / "images"
SEED = ROOT / "seeds" / "003_e4e48e6647e0a585.txt"
SIZE = {"width": 1280, "height": 800}
MOMENT = 180_000  # milliseconds


def take(browser: Browser, url: str, scheme: str) -> None:
    """The seed article restored, with the card of an edit open."""
    page = browser.new_page(viewport=SIZE, color_scheme="dark" if scheme == "dark" else "light")
    page.set_default_timeout(MOMENT)
    page.goto(url)
    page.set_input_files("#file", SEED)
    page.wait_for_selector("#copy:enabled")
    page.wait_for_selector("#status:empty", state="attached")
    # The edit with the most to choose from, among those that can be seen.
    counts = []
    marks = page.locator("#restored .edit")
    for i in range(8):
        marks.nth(i).click()
        counts.append(page.locator("#options label").count())
        page.keyboard.press("Escape")
    marks.nth(counts.index(max(counts))).click()
    page.wait_for_timeout(500)  # for transitions
    page.screenshot(path=IMAGES / f"page-{scheme}.png")
    page.close()


def main() -> None:
    command = [sys.executable, "-P", "-m", "unspin", "serve", "--port", "0"]
    IMAGES.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        try:
            found = re.search(r"http://\S+", service.stderr.readline())
            assert found
            with sync_playwright() as playwright:
                path = shutil.which("chromium")
                browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
                for scheme in ("light", "dark"):
                    take(browser, found[0], scheme)
                browser.close()
        finally:
            service.terminate()


if __name__ == "__main__":
    main()
