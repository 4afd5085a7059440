"""The page in a real browser, as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from unspin import Model
from unspin.inference.restorer import apply_edits

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def trouble() -> Iterator[list[str]]:
    """Errors, dialogs, and requests to anybody but the service; there must be none in the end."""
    found: list[str] = []
    yield found
    assert not found


@pytest.fixture
def page(browser: Browser, service: Any, trouble: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service.url)
    page = context.new_page()
    page.set_default_timeout(120_000)  # a busy machine is no failure

    def asked(url: str) -> None:
        if not url.startswith((service.url, "blob:")):
            trouble.append(url)

    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.on("request", lambda request: asked(request.url))
    page.goto(service.url)
    yield page
    context.close()


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator("#text").press("Control+v")
    finished(page)


def finished(page: Page) -> None:
    page.wait_for_selector("#copy:enabled")


def copied(page: Page) -> str:
    page.click("#copy")
    page.wait_for_selector("#copy.done")
    text = page.evaluate("navigator.clipboard.readText()")
    assert isinstance(text, str)
    return text


def test_paste_reject_pick_copy_reload_and_change_mode(
    page: Page, model: Model, seed_spun: str
) -> None:
    expected = model.restore(seed_spun)
    paste(page, seed_spun)
    assert page.locator("#verdict").inner_text() == "Spun"
    assert page.locator("#found .damage").count() == len(expected.words)
    marks = page.locator("#found .damage")
    strengths = marks.evaluate_all("all => all.map(mark => mark.dataset.strength)")
    levels = [sum(word.score >= least for least in (0, 0.5, 0.7, 0.9)) for word in expected.words]
    assert list(map(int, strengths)) == levels
    shown = page.locator("#restored p").evaluate_all("all => all.map(p => p.textContent)")
    assert shown == expected.restored.splitlines()
    assert copied(page) == expected.restored

    # Reject the first edit, and pick another wording for one that has some.
    first = expected.edits[0]
    other = next(e for e in expected.edits[1:] if e.alternatives)
    page.locator("#restored .edit").nth(0).click()
    page.get_by_text(f"Keep “{first.original}”").click()
    page.click("#accept")
    page.locator("#restored .edit").nth(expected.edits.index(other) - 1).click()
    confidences = page.locator("#options .confidence").all_inner_texts()
    assert confidences[0] == f"{other.confidence:.0%}".replace("%", " %")
    page.locator("#options").get_by_text(other.alternatives[0].text, exact=True).click()
    page.keyboard.press("Escape")
    picked = replace(other, replacement=other.alternatives[0].text)
    rest = [picked if edit is other else edit for edit in expected.edits[1:]]
    chosen = apply_edits(seed_spun, rest)
    assert copied(page) == chosen

    page.reload()
    finished(page)
    assert copied(page) == chosen

    precise = model.restore(seed_spun, "precise")
    page.locator("#mode").press("ArrowLeft")
    page.wait_for_function("document.getElementById('modes').dataset.mode === 'precise'")
    finished(page)
    assert page.locator("#found .damage").count() == len(precise.words) < len(expected.words)

    page.click("#again")
    page.reload()
    assert page.locator("#text").input_value() == ""


def test_everything_can_be_done_with_the_keyboard(page: Page, model: Model) -> None:
    text = (
        "The travel comes arsenic Mexico has worked to negociate with the Trump medication to "
        "debar tariff threats.\n"
    )
    edits = model.restore(text).edits
    assert len(edits) == len(model.score(text).words) >= 4
    keys = page.keyboard
    keys.insert_text(text)
    keys.press("Control+Enter")
    finished(page)
    page.locator("body").press("n")
    keys.press("k")  # keep the first as found
    keys.press("Enter")  # open the card of the second, and accept what it says
    page.wait_for_selector("#chooser:popover-open")
    keys.press("Enter")
    keys.press("e")  # write one's own for the third
    keys.insert_text("keep off")
    keys.press("Enter")
    page.wait_for_selector("#chooser:popover-open", state="hidden")
    assert page.locator("#position").inner_text().startswith("4 of")
    keys.press("Enter")
    keys.press("ArrowDown")  # to the next wording of the fourth: a radio button
    keys.press("Escape")
    keys.press("c")
    page.wait_for_selector("#copy.done")
    fourth = edits[3].alternatives[0].text if edits[3].alternatives else edits[3].original
    wordings = [edits[0].original, edits[1].replacement, "keep off", fourth]
    wordings += [e.replacement for e in edits[4:]]
    made = [replace(e, replacement=w) for e, w in zip(edits, wordings, strict=True)]
    expected = apply_edits(text, made)
    assert page.evaluate("navigator.clipboard.readText()") == expected
    keys.press("?")
    assert page.locator("#keys").is_visible()


def test_markup_in_a_text_is_shown_and_not_obeyed(page: Page) -> None:
    text = (
        "<script>alert(1)</script> <img src=/x onerror=alert(2)> The travel comes arsenic "
        "Mexico\u202e has \x1b[31m worked &lt;b&gt;."
    )
    paste(page, text)
    for pane in ("#found", "#restored"):
        assert "<img src=/x onerror=alert(2)>" in page.locator(pane).inner_text()
        tags = page.locator(f"{pane} *").evaluate_all("all => all.map(e => e.tagName)")
        assert set(tags) == {"P", "MARK"}
        assert not re.search("[\u202e\x1b]", page.locator(pane).inner_text())
    assert "\u202e has \x1b[31m worked" in copied(page)


def test_an_html_file_gives_its_article_and_keeps_its_scripts_to_itself(
    page: Page, trouble: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "saved.html"
    file.write_text(
        "<html><head><title>No</title><script>alert(1)</script></head><body><nav>Home</nav>"
        "<article><h1>The  travel</h1><p>It comes <b>arsenic</b> Mexico\nhas worked.</p>"
        "<img src=http://elsewhere.example/a.png onerror=alert(2)><style>p{}</style>"
        "<pre>one\n two</pre><p hidden>secret</p><div>Tom &amp; Ann<br>left</div>"
        "</article><footer>Cookies</footer>" + "<div>" * 3000
    )
    page.set_input_files("#file", file)
    finished(page)
    assert all("violates the following Content Security Policy" in line for line in trouble)
    trouble.clear()
    page.click("#again")
    assert page.locator("#text").input_value().split("\n") == [
        "The travel",
        "It comes arsenic Mexico has worked.",
        "one",
        "two",
        "Tom & Ann",
        "left",
    ]


def test_a_file_comes_back_with_every_byte_outside_the_edits(
    page: Page, model: Model, tmp_path: Path
) -> None:
    text = (
        "🙂 The travel comes arsenic\r\n\tMexico 𝒳 has  worked to debar\u00a0tariffs.\r\n\r\nEnd\r"
    )
    file = tmp_path / "article.txt"
    file.write_bytes(text.encode())
    page.set_input_files("#file", file)
    finished(page)
    with page.expect_download() as started:
        page.click("#download")
    assert started.value.suggested_filename == "article-restored.txt"
    restored = model.restore(text)
    assert restored.edits
    assert Path(started.value.path()).read_bytes() == restored.restored.encode()


def test_what_cannot_be_read_is_said(page: Page, tmp_path: Path) -> None:
    def said(part: str, text: str) -> None:
        page.locator(f"#{part} .notice").filter(has_text=text).wait_for()

    page.click("#form .primary")
    said("start", "There is no text yet")
    binary = tmp_path / "picture.txt"
    binary.write_bytes(b"\0\1\2")
    page.set_input_files("#file", binary)
    said("start", "not text")
    page.fill("#text", "a" * 200_001)
    page.click("#form .primary")
    said("start", "200,001 characters; at most 200,000")
    page.fill("#text", "…")
    page.click("#form .primary")
    said("result", "no words")


def test_the_api_is_described_without_help_from_elsewhere(page: Page, service: Any) -> None:
    page.goto(f"{service.url}/docs")
    page.get_by_text("Limits of this service").wait_for()
    assert page.locator("h2 code").all_inner_texts() == [
        "POST /score",
        "POST /restore",
        "GET /health",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_one_text_at_a_time(browser: Browser, service: Any, scheme: Any) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(service.url)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(251, 250, 248)") == (scheme == "light")
    page.tap("#example")
    finished(page)
    assert page.locator("#restored").is_visible() and not page.locator("#found").is_visible()
    page.locator("#restored .edit").nth(0).tap()
    card = page.locator("#chooser").bounding_box()
    assert card and card["x"] == 0 and round(card["y"] + card["height"]) == PHONE["height"]
    page.tap("#accept")
    page.get_by_text("As found", exact=True).first.tap()
    assert page.locator("#found").is_visible() and not page.locator("#restored").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    context.close()
