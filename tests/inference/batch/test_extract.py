from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from unspin import UnspinError
from unspin.inference.batch import extract as module
from unspin.inference.batch.extract import Article, extract
from unspin.inference.batch.records import Problem

PARAGRAPHS = "".join(
    f"<p>On day {i} the river rose again, and the council met in the old hall to talk about "
    "the bridge, which had been shut since the spring and would not open before winter.</p>"
    for i in range(6)
)
PAGE = (
    '<html><head><title>A bridge</title><meta name="author" content="Ann Lee">'
    '<meta property="article:published_time" content="2020-03-04"></head><body>'
    "<nav><a href=/>Home</a> <a href=/news>News</a></nav><article><h1>A bridge</h1>"
    f"{PARAGRAPHS}</article><footer>All rights reserved</footer></body></html>"
)


def text(html: str, timeout: float = 60) -> str:
    article = extract(html, timeout)
    assert isinstance(article, Article), article
    return article.text


def refusal(html: str, timeout: float = 60) -> str:
    problem = extract(html, timeout)
    assert isinstance(problem, Problem)
    return problem.reason


def child() -> module._Child:
    """The child that would read the next page."""
    return module._idle[-1]


def test_the_article_is_found_without_what_surrounds_it() -> None:
    article = extract(PAGE, 60, "http://example.org/bridge")
    assert isinstance(article, Article)
    assert article.text.count("the council met in the old hall") == 6
    assert "Home" not in article.text and "rights" not in article.text
    assert article.fields == {
        "title": "A bridge",
        "author": "Ann Lee",
        "published": "2020-03-04",
        "url": "http://example.org/bridge",
    }


@pytest.mark.parametrize("html", ["", "<p>x", "<html></html>", "\0", "<div>" * 100_000 + "x"])
def test_a_page_without_an_article_says_so(html: str) -> None:
    assert refusal(html) == "no_article"


@pytest.mark.parametrize("start", ['<?xml version="1.0" encoding="latin1"?>', "\ufeff", "\udcff"])
def test_odd_beginnings_do_no_harm(start: str) -> None:
    assert "The council" in text(start + PAGE.replace("the council", "The council"))


def test_a_page_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    text(PAGE)
    before = child()
    endless = PAGE.replace(PARAGRAPHS, PARAGRAPHS * 2000)
    assert refusal(endless, timeout=0.05) == "timeout"
    assert "the council" in text(PAGE)
    assert child() is not before


def test_a_child_that_dies_is_replaced() -> None:
    text(PAGE)
    before = child()
    before._process.kill()
    before._process.wait()
    assert "the council" in text(PAGE)
    assert child() is not before


def test_threads_do_not_get_each_others_articles() -> None:
    def work(number: int) -> str:
        return text(PAGE.replace("the bridge", f"bridge {number}"))

    with ThreadPoolExecutor(3) as threads:
        for number, found in enumerate(threads.map(work, range(30))):
            assert found.count(f"talk about bridge {number},") == 6
    assert len(module._idle) <= 3


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "trafilatura.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(module, "_idle", deque())
    with pytest.raises(UnspinError, match=r"trafilatura is not installed: pip install 'unspin\["):
        extract(PAGE, 60)
