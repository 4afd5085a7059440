"""`unspin pairs` from clean text to labelled rows."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from unspin.inference.cli import cli
from unspin.model.errors import UnspinError
from unspin.training import coverage
from unspin.training.corpora import CleanText
from unspin.training.pairs import Row, make_pairs, sample, write_rows
from unspin.training.recipe import load_recipe
from unspin.training.spinners import Resources

SENTENCES = [
    "The ferry was late on Tuesday because of the fog.",
    "Officials said that more people will use the new bridge in the summer.",
    "According to the company, the work may take two years.",
    "She bought a house near the river and sold the boat.",
    "The committee did not say when the report would be published.",
    "Many of the shops in the old town are closed on Monday.",
]
DOCUMENTS = [
    CleanText(
        id=f"d{n}",
        source="north" if n % 2 else "south",
        text="\n".join(
            " ".join(SENTENCES[(n + i + k) % 6] for k in range(3)) + f" Item {n}." for i in range(4)
        ),
        title="Fog delays the ferry again",
        date=f"20{10 + n}-01-01",
    )
    for n in range(12)
]
CHEAP = ["per_occurrence", "phrase_table", "clean"]


def rows_of(path: Path) -> list[Row]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["pairs", *map(str, arguments)])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "clean.jsonl"
    lines = [json.dumps({"id": d.id, "text": d.text, "title": d.title}) for d in DOCUMENTS]
    path.write_text("\n".join([*lines, '{"text": broken']), "utf-8")
    return path


def test_rows_do_not_depend_on_the_number_of_workers() -> None:
    recipe = replace(load_recipe(), rows=450)
    one, two = (
        list(make_pairs(DOCUMENTS, recipe, Resources(), 3, CHEAP, workers)) for workers in (1, 2)
    )
    assert len(one) == 450
    assert one == two
    assert one != list(make_pairs(DOCUMENTS, recipe, Resources(), 4, CHEAP))


def test_rows_of_every_family(thesauri: Resources) -> None:
    recipe = replace(load_recipe(), rows=900)
    rows = list(make_pairs(DOCUMENTS, recipe, thesauri, 1))
    families = Counter(row["family"] for row in rows)
    assert set(families) == {*recipe.families, "clean"}
    assert 0.22 < families["clean"] / len(rows) < 0.38
    assert all((row["spun"] == row["clean"]) == (row["family"] == "clean") for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["source"] for row in rows} == {"north", "south"}


def test_sources_are_weighed_and_recent_documents_favoured() -> None:
    recipe = replace(
        load_recipe(),
        rows=600,
        sources={"north": 3.0, "south": 1.0},
        recent_since="2020",
        recent_factor=5,
    )
    rows = list(make_pairs(DOCUMENTS, recipe, Resources(), 1, ["clean"]))
    sources = Counter(row["source"] for row in rows)
    assert 2.3 < sources["north"] / sources["south"] < 4.0
    drawn = Counter(row["id"].partition("#")[0] for row in rows)
    assert drawn["d11"] > 3 * max(drawn[f"d{n}"] for n in (1, 3, 5, 7, 9))


def test_a_source_without_weight_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "COMMON", 0)
    monkeypatch.setattr(coverage, "LEAST", 1)
    recipe = replace(load_recipe(), rows=50, sources={"north": 1.0, "other": 0.0})
    rows = make_pairs(DOCUMENTS, recipe, Resources(), 1, ["clean"])
    assert {row["source"] for row in rows} == {"north"}
    with pytest.raises(UnspinError, match="no clean text"):
        list(make_pairs(DOCUMENTS, replace(recipe, sources={}), Resources(), 1, ["clean"]))


def test_a_family_that_is_named_needs_no_weight() -> None:
    recipe = replace(load_recipe(), rows=5, families={"per_occurrence": 0.0, "phrase_table": 1.0})
    rows = make_pairs(DOCUMENTS, recipe, Resources(), 1, ["per_occurrence"])
    assert {row["family"] for row in rows} == {"per_occurrence"}


def test_text_without_passages_is_refused() -> None:
    with pytest.raises(UnspinError, match="no passage"):
        list(make_pairs([CleanText("x", "x", "123 456")], load_recipe(), Resources(), 1, CHEAP))


def test_sample_bounds_memory_and_is_even() -> None:
    counts = Counter(d.id for seed in range(300) for d in sample(DOCUMENTS, seed, 4))
    assert sum(counts.values()) == 1200
    assert min(counts.values()) > 60
    assert sample(DOCUMENTS, 1) == DOCUMENTS


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    row = {"id": "1", "source": "s", "family": "clean", "spun": "é", "clean": "é"}
    for name in ("a.jsonl.gz", "b.jsonl.gz", "c.jsonl"):
        assert write_rows(tmp_path / name, [row]) == {"clean": 1}
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert json.loads((tmp_path / "c.jsonl").read_text("utf-8")) == row
    with pytest.raises(UnspinError, match="cannot write"):
        write_rows(tmp_path / "c.jsonl" / "d.jsonl", [row])


def test_command(corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "made" / "pairs.jsonl.gz"
    result = command(corpus, "-o", output, "--rows", 40, "--families", "per_occurrence")
    assert result.exit_code == 0, result.output
    rows = rows_of(output)
    assert len(rows) == 40
    assert list(rows[0]) == ["id", "source", "family", "spun", "clean"]
    assert {row["family"] for row in rows} == {"per_occurrence"}
    assert "skipped 1 row" in result.stderr
    assert "line 13: not JSON" in result.stderr


def test_without_clean_every_row_is_spun(thesauri: Resources) -> None:
    recipe = replace(load_recipe(), rows=60)
    for families in (["per_occurrence"], ["tortured", "phrase_table"]):
        rows = list(make_pairs(DOCUMENTS, recipe, thesauri, 1, families))
        assert len(rows) == 60
        assert {row["family"] for row in rows} <= set(families)
        assert all(row["spun"] != row["clean"] for row in rows)


def test_text_that_no_spinner_knows_is_refused(thesauri: Resources) -> None:
    recipe = replace(load_recipe(), rows=9, shapes={"prose": 1.0}, layouts={})
    unknown = CleanText("x", "x", "Qwx zzq vvx kjh wqz xxv.")
    with pytest.raises(UnspinError, match="no passage of English prose to spin"):
        list(make_pairs([unknown], recipe, thesauri, 1, ["phrase_table"]))


@pytest.mark.parametrize("name", ["1.txt", "new.jsonl", "deep/new.jsonl.gz"])
def test_output_among_the_inputs_is_refused(tmp_path: Path, name: str) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "1.txt").write_text("\n".join(SENTENCES))
    (tmp_path / "link").symlink_to(texts)
    result = command(texts, "--rows", 3, "--families", "spinbot", "-o", tmp_path / "link" / name)
    assert result.exit_code == 2, result.output
    [line] = result.stderr.splitlines()
    assert "among the inputs" in line
    assert {path.name for path in texts.iterdir()} == {"1.txt"}
    assert (texts / "1.txt").read_text() == "\n".join(SENTENCES)


def test_no_file_that_is_read_is_replaced(corpus: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("clean = 0.5")
    for output in (corpus, recipe):
        before = output.read_bytes()
        result = command(corpus, "--recipe", recipe, "--rows", 3, "-o", output)
        assert result.exit_code == 2 and "among the inputs" in result.stderr
        assert output.read_bytes() == before


def test_command_errors_are_one_line(corpus: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    for arguments, message in [
        ([tmp_path / "none"], "no such file or folder"),
        ([corpus, "--families", "perocc"], "no spinner family 'perocc'"),
        ([corpus, "--mythes", tmp_path / "x"], "mythes-en-us"),
        ([corpus, "--wordnet", tmp_path, "--families", "random_neighbour"], "wordnet-base"),
        ([corpus, "--recipe", recipe], "cannot read the recipe"),
        ([corpus, "--text-column", "body"], "no column 'body'"),
    ]:
        result = command(*arguments, "-o", tmp_path / "out.jsonl")
        assert result.exit_code == 2, (arguments, result.output)
        assert message in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("rows = ", "not TOML"),
        ("colour = 1", "unknown or misplaced key: colour"),
        ("clean = 2", "between 0 and 1"),
        ("rows = 0", "rows must be a whole number"),
        ("[families]\nclean = -1", "0 or more"),
        ("[shapes]\npoem = 1", "no 'poem'"),
        ("[families]", "at least one of families"),
    ],
)
def test_bad_recipes(tmp_path: Path, toml: str, message: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(toml)
    with pytest.raises(UnspinError, match=message):
        load_recipe(path)


def test_a_recipe_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("clean = 0.5\n[families]\nper_occurrence = 1")
    recipe = load_recipe(path)
    assert (recipe.clean, recipe.families) == (0.5, {"per_occurrence": 1})
    assert recipe.shapes == load_recipe().shapes
