from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from unspin import Model, Restoration, Score, WordScore
from unspin.inference.batch.records import Document, Outcome, Problem, Reason, Status
from unspin.inference.batch.report import FOLDED, SHOWN, report_page, write_report
from unspin.inference.batch.summary import Summary

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Check = Callable[[str], None]

HOSTILE = (
    "<script>window.hit=1</script></style><img src=x onerror=window.hit=1>"
    "\"'&amp; $brief \u202e\ud800"
)
SPUN = [
    "The travel comes arsenic Mexico has worked to negociate with the Trump medication.",
    "Officials volition sermon the tariff connected Friday, contempt the protests.",
]


@pytest.fixture(scope="module")
def summary(model: Model) -> Summary:
    """A batch with some of everything, from a hostile crawl."""
    made = Summary()
    for i, result in enumerate(model.restore([*SPUN, f"{HOSTILE} {SPUN[0]}"])):
        document = Document(f"{HOSTILE}:{i}", f"{HOSTILE}{i % 2}", i)
        made.add(Outcome(document, Status.RESTORED, None, result))
    clean = Restoration("ok", None, "A river ran.", 0.02, False, restored="A river ran.")
    for i in range(SHOWN + 5):
        document = Document(f"clean:{i}", f"site{i}.example", i)
        made.add(Outcome(document, Status.UNCHANGED, None, clean))
    odd = Document("odd", "odd.example", 0, problem=Problem(Reason.UNREADABLE, HOSTILE))
    made.add(Outcome(odd, Status.ERROR))
    made.add(Outcome(odd, Status.SKIPPED, Problem(Reason.NOT_ENGLISH, "it is German")))
    return made


def test_the_report_is_a_page_and_json_of_the_same_summary(
    summary: Summary, check_inert: Check, tmp_path: Path
) -> None:
    path = write_report(summary, tmp_path, {"Model": HOSTILE})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html", "summary.json"]
    state = json.loads((tmp_path / "summary.json").read_text())
    assert Summary.from_dict(state).to_dict() == summary.to_dict()
    assert state["facts"] == {"Model": HOSTILE}
    page = path.read_text(encoding="utf-8")
    check_inert(page)
    assert "Damaged: 3 of 28 documents read (11%), " in page
    assert page.count('<article class="example panel">') == 3
    assert "<details><summary>8 more</summary>" in page  # sources
    assert '<span class="damage" data-strength="4">connected</span>' in page
    assert "unreadable" in page and "not english" in page and "it is German" in page
    assert "<desc" in page and "25 score under 50% and 3 from 50%" in page
    assert page == report_page(Summary.from_dict(state), {"Model": HOSTILE})


def test_a_report_of_nothing_and_of_scores_alone(check_inert: Check) -> None:
    page = report_page(Summary(), {})
    check_inert(page)
    assert "0 documents, none of which could be scored." in page
    scored = Summary()
    score = Score("ok", None, "It is arsenic.", 0.8, True, (), (WordScore(6, 13, 0.8),))
    scored.add(Outcome(Document("a", "b", 0), Status.UNCHANGED, None, score))
    page = report_page(scored, {})
    check_inert(page)
    assert "No wording was replaced." in page and "100% of those read" in page
    assert 'data-strength="3" title="80% likely damaged">arsenic</mark>' in page


def test_a_report_of_many_sources_stays_short_and_its_sums_true(check_inert: Check) -> None:
    summary = Summary()
    result = Score("ok", None, "x", 0.9, True)
    for i in range(SHOWN + FOLDED + 7):
        document = Document(f"k{i}", f"s{i}", i)
        summary.add(Outcome(document, Status.UNCHANGED, None, result))
    page = report_page(summary, {})
    check_inert(page)
    assert page.count('<th scope="row"><bdi>s') == SHOWN + FOLDED
    assert 'all other sources</th><td class="number">7</td>' in page


def test_a_report_that_cannot_be_written_leaves_the_old_one(
    summary: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(Summary(), tmp_path)
    old = (tmp_path / "report.html").read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_report(summary, tmp_path)
    assert (tmp_path / "report.html").read_text() == old
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html", "summary.json"]


@pytest.mark.parametrize(("width", "scheme"), [(1200, "dark"), (390, "light")])
def test_a_browser_shows_the_report(
    browser: Browser, summary: Summary, tmp_path: Path, width: int, scheme: str
) -> None:
    file = write_report(summary, tmp_path, {"Model": HOSTILE})
    size = {"width": width, "height": 900}
    with browser.new_context(viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]
        context.set_default_timeout(120_000)
        page = context.new_page()
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text))
        page.on("request", lambda request: trouble.append(request.url))
        page.goto(file.as_uri())
        assert trouble == [file.as_uri()]
        assert page.evaluate("window.hit") is None
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_role("img", name="Documents read").is_visible()
        assert page.locator(".by-reasons summary").first.is_visible()
        page.locator(".by-reasons summary").first.click()
        assert "odd" in page.locator(".by-reasons .keys").first.inner_text()
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == ("rgb(22, 21, 19)" if scheme == "dark" else "rgb(251, 250, 248)")
