"""What a detector remembers changes nothing but the work."""

from __future__ import annotations

import pytest

from unspin import Model, load
from unspin.inference.engine import Engine

MENU = "".join(
    f"{place} {kind}\n"
    for place in ("City", "Local", "Regional", "National", "Foreign", "Weekly")
    for kind in ("politics", "business news", "sport results", "weather maps", "travel guides")
)
STORIES = [
    "The council met on Tuesday to vote connected the bridge. Residents aforesaid it was late.",
    "Nobody objected, and the work will begin in April. The mayor thanked the engineers.",
    "The travel comes arsenic Mexico has worked to negociate with the Trump medication.",
]


@pytest.fixture
def pages() -> list[str]:
    """Pages with one menu, some of which are met again; a story is alone between two menus."""
    return [f"{MENU}\n{story}\n" for story in [*STORIES, *STORIES[:2]]] + [MENU, STORIES[2], ""]


@pytest.mark.parametrize(("remember", "threads"), [(1, 1), (3, 2), (1000, 1)])
def test_nothing_is_found_otherwise(
    model: Model, pages: list[str], remember: int, threads: int
) -> None:
    other = load(threads=threads, remember=remember)
    expected = model.restore(pages)
    for _ in range(2):
        assert other.restore(pages) == expected
    assert [other.restore(page) for page in pages] == expected


def test_what_is_known_is_not_read_again(pages: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"look": 0, "encode": 0}

    def counted(name, run):  # type: ignore[no-untyped-def]
        def first(self, windows):  # type: ignore[no-untyped-def]
            found = list(windows)
            asked[name] += len(found)
            return run(self, found)

        return first

    for name in asked:
        monkeypatch.setattr(Engine, name, counted(name, getattr(Engine, name)))
    model = load(remember=1000)
    for page in pages:
        model.score(page)
    first = dict(asked)
    for page in pages:
        model.score(page)
    assert asked["look"] == first["look"]
    # Of a suspect page, the windows that the decoder is asked about are read again: its story's
    # or its menu's.
    assert asked["encode"] - first["encode"] <= len(pages)
    small = load(remember=1)
    for page in pages:
        small.score(page)
    assert asked["look"] > 2 * first["look"]
