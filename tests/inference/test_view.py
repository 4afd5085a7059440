from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from unspin import Alternative, Explanation, Finding, Model, Restoration, RestoredEdit, WordScore
from unspin.inference.cli import cli
from unspin.inference.restorer import apply_edits
from unspin.inference.view.markup import strength
from unspin.inference.view.restoration import MOST_ROWS, paragraphs, restoration_page

Check = Callable[[str], None]

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = (
    "<script>window.hit=1</script></style></title><img src=x onerror=window.hit=1>"
    "\"'><a href=javascript:hit=1 style=color:red>&amp; $style ${body} \x00\x1b[31m\u202eback\ud800"
)
SHOWN = HOSTILE.replace("\x00", "␀").replace("\x1b", "␛").replace("\u202e", "�")[:-1] + "�"


def edited(text: str, *swaps: tuple[str, str], score: float = 0.95) -> Restoration:
    """`text` with each word of `swaps` replaced where it is next found; "arsenic" is left."""
    edits: list[RestoredEdit] = []
    for word, replacement in swaps:
        start = text.index(word, edits[-1].end if edits else 0)
        others = (Alternative(HOSTILE, 0.2), Alternative("", 0.01))
        end = start + len(word)
        edits.append(RestoredEdit(start, end, word, replacement, score, 0.7, others))
    places = [(e.start, e.end) for e in edits] + [m.span() for m in re.finditer("arsenic", text)]
    words = tuple(WordScore(start, end, score) for start, end in sorted(places))
    done = apply_edits(text, edits)
    return Restoration("ok", None, text, 0.97, True, (), words, done, tuple(edits))


class Reader(HTMLParser):
    """The elements of a page, and the text of its columns without the cards."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.columns: list[str] = []
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("meta", "rect"):
            return
        self._open.append("card" if ("class", "card") in attrs else tag)
        if tag == "section":
            self.columns.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag != "rect":
            self._open.pop()
        if tag == "p" and "section" in self._open:
            self.columns[-1] += "|"

    def handle_data(self, data: str) -> None:
        if "section" in self._open and "p" in self._open and "card" not in self._open:
            self.columns[-1] += data


def test_strength_has_four_levels() -> None:
    assert [strength(s) for s in (0.0, 0.49, 0.5, 0.69, 0.7, 0.89, 0.9, 1.0)] == [
        1,
        1,
        2,
        2,
        3,
        3,
        4,
        4,
    ]


def test_a_page_shows_the_damage_the_result_and_the_alternatives(check_inert: Check) -> None:
    text = "He went connected Friday.\r\nArsenic and arsenic, it is besides so."
    page = restoration_page(
        [("a.txt", edited(text, ("connected", "on"), (" besides", "")))], "thorough"
    )
    found, restored = Reader(page).columns
    assert found == "He went connected Friday.|Arsenic and arsenic, it is besides so.|"
    assert restored == "He went on Friday.|Arsenic and arsenic, it is so.|"
    assert '<a class="damage" data-strength="4" href="#d1e1"' in page
    assert '<mark class="kept" title="damaged, left as found">arsenic</mark>' in page
    assert "3 of 11 words damaged" in page and "2 edits" in page and "mode thorough" in page
    assert "(left out)" in page and "20%" in page
    check_inert(page)


def test_a_page_says_why_a_word_was_flagged_and_who_changed_it(check_inert: Check) -> None:
    result = edited("It went connected Friday.", ("connected", "on"))
    why = Explanation(8, 17, "connected", 0.95, None, 0.0, (Alternative("<b>", 0.9),), ())
    own = RestoredEdit(18, 24, "Friday", "Monday", 0.0, 1.0, (), "dictionary")
    listed = Finding(0, 7, "It went", None)
    page = restoration_page(
        [("", with_(result, (*result.edits, own), findings=(listed,), explanations=(why,)))],
        "balanced",
    )
    assert page.count("put back by a dictionary") == 2
    assert page.count("fits here with under 0.1%") == 2  # in the edit's card, and in the list
    assert "“It went” is in the list of phrases" in page
    check_inert(page)


def with_(result: Restoration, edits: tuple[RestoredEdit, ...], **more: Any) -> Restoration:
    done = apply_edits(result.text, edits)
    return Restoration("ok", None, result.text, 0.9, True, (), result.words, done, edits, **more)


def test_what_is_skipped_or_clean_has_a_page_too(check_inert: Check) -> None:
    skipped = Restoration("skipped", f"why {HOSTILE}", "Ein Satz.", restored="Ein Satz.")
    clean = Restoration("ok", None, "A clean one.", 0.01, False, restored="A clean one.")
    page = restoration_page([("eins", skipped), ("", clean)], "balanced")
    assert "<h1>2 restorations</h1>" in page and "Clean" in page and "skipped" in page
    assert Reader(page).columns == ["Ein Satz.|"] * 2 + ["A clean one.|"] * 2
    check_inert(page)


TEXTS = st.lists(
    st.sampled_from(["arsenic", "connected", "\n", "\n \n", "\r\n", " ", "<b>", "word", HOSTILE]),
    min_size=1,
    max_size=30,
).map(lambda parts: "x" + "".join(parts))


@given(TEXTS)
def test_paragraphs_cover_all_but_breaks_and_cut_no_edit(check_inert: Check, text: str) -> None:
    swaps = [("connected", "on")] * text.count("connected")
    result = edited(text, *swaps)
    spans = paragraphs(result)
    outside = "".join(
        text[end:start]
        for (_, end), (start, _) in zip(((0, 0), *spans), (*spans, (len(text),) * 2), strict=True)
    )
    assert not outside.strip()
    for edit in result.edits:
        assert any(start <= edit.start and edit.end <= end for start, end in spans)
    page = restoration_page([(text, result)], "balanced")
    found, restored = Reader(page).columns
    assert re.sub(r"[\s|]", "", found) == re.sub(r"\s", "", shown(text))
    assert re.sub(r"[\s|]", "", restored) == re.sub(r"\s", "", shown(result.restored))
    check_inert(page)


def shown(text: str) -> str:
    return text.replace(HOSTILE, SHOWN)


def test_an_edit_over_a_line_break_keeps_its_paragraph_whole() -> None:
    result = edited("One arsenic.\nshot\nthe pictures here.\nEnd.", ("shot\nthe pictures", "said"))
    assert [result.text[a:b] for a, b in paragraphs(result)] == [
        "One arsenic.",
        "shot\nthe pictures here.",
        "End.",
    ]
    assert len(paragraphs(edited("line\n" * (MOST_ROWS + 1)))) == 1


def test_the_command_writes_a_page(model: Model, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text("The travel comes arsenic Mexico has worked to debar tariff threats.")
    page = tmp_path / "article.html"
    done = run("restore", "--html", page, article)
    assert (done.exit_code, done.output) == (0, "")
    found, restored = Reader(page.read_text(encoding="utf-8")).columns
    assert found == article.read_text() + "|"
    assert restored == model.restore(article.read_text()).restored + "|"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["article.html", "article.txt"]
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "It comes arsenic news."}\n{"text": 3}\n{"text": "River."}\n')
    done = run("restore", "--html", "-", rows)
    assert done.exit_code == 1 and "line 2" in done.stderr
    assert "2 restorations" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--html", "page.txt", "a text"), "must end in .html"),
        (("--html", "nowhere/page.html", "a text"), "there is no folder"),
        (("--html", "own.html", "own.html"), "is the document itself"),
        (("--html", "page.html", "--diff", "a text"), "leave --diff"),
    ],
)
def test_what_cannot_be_a_page_is_refused_at_once(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.html").write_text("my own")
    done = run("restore", *arguments)
    assert done.exit_code == 2 and message in done.output
    assert [p.name for p in tmp_path.iterdir()] == ["own.html"]
    assert Path("own.html").read_text() == "my own"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.mark.parametrize("width", [1200, 390])
def test_a_browser_shows_the_page_and_lets_nothing_act(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    text = f"He went connected Friday.\n{HOSTILE} is arsenic."
    file = tmp_path / "page.html"
    page_text = restoration_page([(HOSTILE, edited(text, ("connected", HOSTILE)))], "balanced")
    file.write_text(page_text, encoding="utf-8")
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        context.set_default_timeout(120_000)
        page = context.new_page()
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.on("request", lambda request: trouble.append(request.url))
        page.goto(file.as_uri())
        assert page.title() == f"{SHOWN} · unspin"
        assert page.locator("h1").inner_text() == SHOWN
        assert SHOWN in page.locator("section").nth(1).inner_text()
        check_card(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("window.hit") is None
        assert trouble == [file.as_uri()]
        assert blocked(page) == ["script-src-elem", "style-src-attr", "img-src"]
        assert page.evaluate("window.hit") is None


def check_card(page: Page) -> None:
    """The card of an edit is seen when its word is pointed at or reached with the keyboard."""
    edit, card = page.locator(".edit[tabindex]"), page.locator(".card")
    assert not card.is_visible()
    edit.hover()
    assert card.is_visible() and "95% likely damaged" in card.inner_text()
    page.mouse.move(1, 1)
    assert not card.is_visible()
    edit.focus()
    assert card.is_visible()
    page.evaluate("document.activeElement.blur()")
    page.locator("a.damage").first.click()
    assert edit.evaluate("edit => edit.matches(':target')")


def blocked(page: Page) -> list[str]:
    """The directives that stop a script, a style and an image put into the page."""
    found: list[str] = page.evaluate(
        """async () => {
            const stopped = [];
            document.addEventListener(
                "securitypolicyviolation", event => stopped.push(event.effectiveDirective));
            document.body.insertAdjacentHTML("beforeend", '<b style="color:red"></b>');
            const script = document.createElement("script");
            script.textContent = "window.hit = 1";
            document.body.append(script);
            const image = new Image();
            image.src = "https://unspin.invalid/x.png";
            await new Promise(done => setTimeout(done, 300));
            return stopped;
        }"""
    )
    return sorted(found, key=["script-src-elem", "style-src-attr", "img-src"].index)
