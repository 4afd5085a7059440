from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from unspin.inference.cli import cli
from unspin.model.errors import UnspinError
from unspin.training.gate import (
    FLOORS,
    HELD,
    Pinned,
    broken,
    find,
    load,
    lowered,
    raised,
    repinned,
    save,
)

EPSILON = {"share": 0.01, "percent": 0.1, "per_1000": 0.1}
EMPTY = Pinned("balanced", None, "aaaa", None, EPSILON)
FIGURES = {
    "clean/news": {"clean_sentences_flagged_percent": 0.5, "clean_edits_per_1000": 0.0},
    "real/A": {"word_f05": 0.9, "names_kept_percent": 100.0, "word_recall": 0.3},
    "real/F": {"word_f05": 0.1},
}
PINNED, _ = raised(EMPTY, FIGURES)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["gate", *map(str, arguments)])


def test_bounds_lie_an_epsilon_to_the_loose_side_of_what_was_measured() -> None:
    assert PINNED.bounds == {
        "clean/news": {"clean_sentences_flagged_percent": 0.6, "clean_edits_per_1000": 0.1},
        "real/A": {"word_f05": 0.89, "names_kept_percent": 99.9},  # rewriting (F) has no floor
    }
    assert broken(PINNED, FIGURES) == []


@pytest.mark.parametrize(
    ("group", "figure", "value"),
    [
        ("real/A", "word_f05", 0.8899),
        ("real/A", "word_f05", None),
        ("clean/news", "clean_sentences_flagged_percent", 0.61),
        ("clean/news", "clean_edits_per_1000", 0.2),
    ],
)
def test_a_figure_beyond_its_bound_is_named(group: str, figure: str, value: float | None) -> None:
    worse = {**FIGURES, group: {**FIGURES[group], figure: value}}
    [change] = broken(PINNED, worse)
    assert (change.name, change.value) == (f"{group}: {figure}", value)
    [gone] = broken(PINNED, {**FIGURES, "real/A": {"word_f05": 1.0}})
    assert gone.name == "real/A: names_kept_percent"


VALUES = st.floats(0, 1).map(lambda value: round(value, 4))


@given(st.lists(st.tuples(st.sampled_from(HELD), VALUES), max_size=12))
def test_raising_only_tightens(runs: list[tuple[str, float]]) -> None:
    pinned = EMPTY
    for name, value in runs:
        before = pinned.bounds.get("a", {})
        pinned, _ = raised(pinned, {"a": {name: value}})
        after = pinned.bounds["a"]
        assert before.keys() <= after.keys()
        # The new bounds, read as figures, keep every old bound.
        assert broken(replace(pinned, bounds={"a": before}), {"a": dict(after)}) == []
        if name not in before:
            assert not broken(
                replace(pinned, bounds={"a": {name: after[name]}}), {"a": {name: value}}
            )


def test_a_floor_is_lowered_by_name_and_with_its_reason() -> None:
    worse = {**FIGURES, "real/A": {**FIGURES["real/A"], "word_f05": 0.7}}
    kept, changes = raised(PINNED, worse)
    assert kept == PINNED and not changes
    pinned, [change] = lowered(PINNED, worse, ["real/A: word_f05"], "a smaller model")
    assert pinned.bounds["real/A"]["word_f05"] == change.value == 0.69
    [reason] = pinned.reasons
    assert (reason["from"], reason["to"], reason["why"]) == (0.89, 0.69, "a smaller model")
    assert pinned.bounds["clean/news"] == PINNED.bounds["clean/news"]
    with pytest.raises(UnspinError, match="no floor"):
        lowered(PINNED, worse, ["real/B: word_f05"], "why")
    with pytest.raises(UnspinError, match="nothing to lower"):
        lowered(PINNED, FIGURES, ["real/A: word_f05"], "why")


def test_a_figure_that_is_no_longer_measured_loses_its_floor_only_by_name() -> None:
    fewer = {"clean/news": FIGURES["clean/news"]}
    assert raised(PINNED, fewer)[0] == PINNED
    names = ["real/A: word_f05", "real/A: names_kept_percent"]
    pinned, _ = lowered(PINNED, fewer, names, "the set was withdrawn")
    assert "real/A" not in pinned.bounds and broken(pinned, fewer) == []
    assert [one["to"] for one in pinned.reasons] == [None, None]


def test_other_data_takes_a_reason_too(tmp_path: Path) -> None:
    pinned = repinned(PINNED, "bbbb", "more articles")
    assert (pinned.hash, pinned.bounds) == ("bbbb", {})
    assert pinned.reasons[0]["why"] == "more articles"
    save(pinned, tmp_path / "x.json")
    assert load(tmp_path / "x.json") == pinned


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("mode", "bold", '"mode" must be one of precise, balanced, thorough'),
        ("mode", [], '"mode" must be one of'),
        ("data", 5, '"data" must be text or null'),
        ("hash", {}, '"hash" must be text or null'),
        ("model", 1, '"model" must be text or null'),
        ("epsilon", {}, '"epsilon" must have a number for each of share, percent, per_1000'),
        ("epsilon", {**EPSILON, "share": None}, '"epsilon" must have'),
        ("epsilon", {**EPSILON, "share": math.nan}, '"epsilon" must have'),
        ("epsilon", 3, '"epsilon" must have'),
        ("bounds", [], '"bounds" must have numbers'),
        ("bounds", {"a": 1}, '"bounds" must have numbers'),
        ("bounds", {"a": {"word_f05": "1"}}, '"bounds" must have numbers'),
        ("bounds", {"a": {"word_f05": 10**400}}, '"bounds" must have numbers'),
        ("reasons", "why", '"reasons" must be a list'),
    ],
)
def test_floors_are_checked_as_they_are_read(
    tmp_path: Path, name: str, value: object, message: str
) -> None:
    path = tmp_path / "own.json"
    save(replace(PINNED, **{name: value}), path)  # type: ignore[arg-type]
    for arguments in ((path, "--data", tmp_path, "--update"), (path,)):
        result = run(*arguments)
        assert result.exit_code == 2, result.output
        [line] = result.stderr.splitlines()
        assert f"{path}: not a file of floors: {message}" in line


def test_groups_are_shown_as_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    row = {"family": "[/red]", "spun": "They met connected Friday.", "clean": "They met on Friday."}
    data, path = Path("data.jsonl"), Path("[bold]", "own.json")
    data.write_text(json.dumps(row) + "\n")
    path.parent.mkdir()
    save(replace(EMPTY, hash=None), path)
    result = run(path, "--data", data, "--update")
    assert result.exit_code == 0, result.output
    assert "data/[/red]: " in result.output and "[bold]" in result.output


@pytest.mark.parametrize("content", ["", "[]", '{"mode": "balanced"}', "[" * 99_999])
def test_files_that_hold_no_floors(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(UnspinError, match="not a file of floors"):
        load(tmp_path / "x.json")
    with pytest.raises(UnspinError, match="choose full, small"):
        find("none")


def test_the_shipped_weights_pass_the_small_gate() -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert f"data {load(find('small')).hash}" in result.output


def test_the_command_fails_raises_and_lowers(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    row = {"family": "A", "spun": "They met connected Friday.", "clean": "They met on Friday."}
    (texts / "pairs.jsonl").write_text(json.dumps(row) + "\n")
    path = tmp_path / "own.json"
    save(replace(EMPTY, hash=None), path)
    assert "holds no floors yet" in run(path, "--data", texts).output
    assert run(path, "--data", texts, "--update").exit_code == 0
    pinned = load(path)
    bound = pinned.bounds["pairs/A"]["damage_removed"]
    assert math.isfinite(bound) and pinned.model and pinned.hash

    pinned.bounds["pairs/A"]["damage_removed"] = 1.5
    save(pinned, path)
    for extra in ((), ("--update",)):
        result = run(path, "--data", texts, *extra)
        assert result.exit_code == 1 and "pairs/A: damage_removed" in result.output
    assert load(path) == pinned
    lower = (path, "--data", texts, "--lower", "pairs/A: damage_removed")
    assert "add --why" in run(*lower).output
    assert run(*lower, "--why", "set by hand").exit_code == 0
    assert load(path).bounds["pairs/A"]["damage_removed"] == bound
    assert load(path).reasons[0]["why"] == "set by hand"

    (texts / "pairs.jsonl").write_text(json.dumps({**row, "family": "B"}) + "\n")
    for extra in ((), ("--update",), ("--lower", "x", "--why", "y")):
        result = run(path, "--data", texts, *extra)
        assert result.exit_code == 2 and "the floors were measured on" in result.output
    assert run(path, "--data", texts, "--repin", "--why", "another family").exit_code == 0
    assert list(load(path).bounds) == ["pairs", "pairs/B"]


def test_the_files_that_ship_state_what_they_hold_for() -> None:
    for file in FLOORS.glob("*.json"):
        pinned = load(file)
        assert pinned.hash and pinned.model and pinned.bounds
