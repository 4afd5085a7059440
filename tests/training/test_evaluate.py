from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from unspin.inference.cli import cli
from unspin.model.errors import UnspinError
from unspin.training.baselines import InverseDictionary
from unspin.training.evaluate import Benchmark, files_hash, model_hash
from unspin.training.readers import fingerprint, load_sets
from unspin.training.seeds import damages, measure
from unspin.training.spinners.resources import LEXICON

SEEDS = Path(__file__).parents[2] / "seeds"
ROWS: dict[str, list[dict[str, Any]]] = {
    "spun/real.jsonl": [
        {"family": "A", "spun": ["They met connected Friday."], "clean": ["They met on Friday."]},
        {"family": "B", "spun": ["It ran astatine night."], "clean": ["It ran at night."]},
        {"family": "F", "spun": ["Friday saw them meet."], "clean": ["They met on Friday."]},
    ],
    "clean/news.jsonl": [{"text": "They met on Friday.\nNobody else came."}],
    "odd.jsonl": [{"set": "verse", "text": "She walks in beauty."}],
    "votes.jsonl": [{"word": "news", "votes": 3}],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, rows in ROWS.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path / "data"


@pytest.fixture(scope="module")
def family_a() -> InverseDictionary:
    return InverseDictionary.from_lexicon(LEXICON / "spinner_a.tsv", name="A")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["evaluate", *map(str, arguments)])


def test_figures_by_set_and_family(data: Path, family_a: InverseDictionary) -> None:
    figures = Benchmark(load_sets([data]).sets).run(family_a)
    assert list(figures) == [
        "clean/news",
        "odd",
        "odd/verse",
        "spun/real",
        "spun/real/A",
        "spun/real/B",
        "spun/real/F",
    ]
    assert figures["spun/real/A"]["restored_exactly"] == 1.0
    assert figures["spun/real"]["spun_documents"] == 2  # rewriting is reported apart
    assert figures["spun/real/F"]["spun_documents"] == 1
    assert figures["clean/news"]["clean_words_changed_per_1000"] == 0.0
    assert figures["odd"] == figures["odd/verse"]


def test_spun_text_is_ranked_against_clean_news(data: Path, family_a: InverseDictionary) -> None:
    # The odd document would tie with nothing flagged; a spun-looking one must not count either.
    row = {"text": "Connected arsenic connected arsenic."}
    (data / "odd.jsonl").write_text(json.dumps(row) + "\n")
    figures = Benchmark(load_sets([data]).sets).run(family_a)
    assert figures["spun/real/A"]["sentence_auroc"] == 1.0
    assert figures["spun/real/A"]["document_auroc"] == 1.0
    (data / "clean" / "news.jsonl").write_text(json.dumps(row) + "\n")
    figures = Benchmark(load_sets([data]).sets).run(family_a)
    assert figures["spun/real/A"]["sentence_auroc"] == 0.0


def test_pairs_alone_are_ranked_against_their_originals(
    data: Path, family_a: InverseDictionary
) -> None:
    figures = Benchmark(load_sets([data / "spun" / "real.jsonl"])[0]).run(family_a)
    assert figures["real/A"]["document_auroc"] == 1.0
    assert figures["real/A"]["clean_documents"] == 1


def test_progress_is_told_of_every_word(data: Path, family_a: InverseDictionary) -> None:
    benchmark = Benchmark(load_sets([data]).sets)
    told: list[int] = []
    benchmark.run(family_a, told.append)
    assert sum(told) == benchmark.words


def test_the_command_prints_and_writes_signed_figures(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "figures.json"
    pairs = data / "spun" / "real.jsonl"
    result = run(data, "--only-baselines", "--fit", pairs, "--json", output)
    assert result.exit_code == 0, result.output
    found = json.loads(output.read_text())
    assert set(found["signature"]) == {"version", "model", "mode", "data", "fit"}
    assert found["signature"]["fit"] == fingerprint(load_sets([pairs]).sets)
    assert [one["name"] for one in found["predictors"]] == [
        "word frequency",
        "TF-IDF + logistic regression",
        "inverse dictionary (family A)",
        "inverse dictionary (all families)",
    ]
    assert f"data {found['signature']['data']}" in result.output
    assert "votes.jsonl" in result.output and "clean/news" in result.output
    assert not any("single" in one for one in found["predictors"])


def test_each_sentence_on_its_own(data: Path, family_a: InverseDictionary) -> None:
    sets = load_sets([data]).sets
    whole, alone = Benchmark(sets).run(family_a), Benchmark(sets, single=True).run(family_a)
    assert whole["clean/news"]["clean_documents"] == 1
    assert alone["clean/news"]["clean_documents"] == 2
    assert whole.keys() == alone.keys()
    # A dictionary reads every sentence on its own, so all else must come out the same.
    same = ("word_f05", "restored_exactly", "damage_removed", "clean_words_changed_per_1000")
    for group, figures in whole.items():
        assert [alone[group][name] for name in same] == [figures[name] for name in same]


def test_the_command_measures_phrases_sentences_and_goes_on_past_bad_rows(
    data: Path, tmp_path: Path
) -> None:
    output = tmp_path / "figures.json"
    rows = '{"tortured": "connected the contrary", "expected": "on the contrary"}\n{"text": 1}\n'
    (data / "phrases.jsonl").write_text(rows)
    result = run(data, "--only-baselines", "--single", "--json", output)
    assert result.exit_code == 0, result.output
    assert "1 row left out; the first: " in result.output
    assert "Phrases that stand for" in result.output and "on its own" in result.output
    first = json.loads(output.read_text())["predictors"]
    by_name = {one["name"]: one for one in first}
    figures = by_name["inverse dictionary (family A)"]["groups"]["phrases"]
    assert (figures["phrases"], figures["phrases_restored"]) == (1, 1.0)
    assert by_name["word frequency"]["groups"]["phrases"].get("phrases_restored") is None
    assert by_name["word frequency"]["single"]["clean/news"]["clean_documents"] == 2


@pytest.mark.parametrize("name", ["[/red]", "[red]", ":fire:", "\udce9"])
def test_groups_are_shown_as_they_are_named(tmp_path: Path, name: str) -> None:
    data, output = tmp_path / "data.jsonl", tmp_path / "figures.json"
    data.write_text(json.dumps(ROWS["spun/real.jsonl"][0] | {"family": name}) + "\n")
    result = run(data, "--only-baselines", "--json", output)
    assert result.exit_code == 0, result.output
    assert f"data/{name}".replace("\udce9", "\ufffd") in result.output
    assert f"data/{name}" in json.loads(output.read_text())["predictors"][0]["groups"]


@pytest.mark.parametrize("seeds", [(), ("--seeds", SEEDS)])
@pytest.mark.parametrize("place", ["no/x.json", "."])
def test_figures_need_a_place_before_they_are_measured(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, seeds: tuple[object]
) -> None:
    monkeypatch.setattr(Benchmark, "run", None)  # whatever is measured fails otherwise
    monkeypatch.setattr("unspin.training.seeds.measure", None)
    result = run(data, *seeds, "--only-baselines", "--json", tmp_path / place)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output and place in result.output


def test_a_file_of_figures_is_kept_until_there_are_others(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "figures.json"
    assert run(data / "none.jsonl", "--json", output).exit_code == 2
    assert not output.exists()
    output.write_text("those of yesterday")
    assert run(data / "none.jsonl", "--json", output).exit_code == 2
    assert output.read_text() == "those of yesterday"


def test_what_is_measured_on_is_not_written_over(data: Path) -> None:
    pairs = data / "spun" / "real.jsonl"
    before = pairs.read_bytes()
    result = run(pairs, "--only-baselines", "--json", pairs)
    assert result.exit_code == 2 and "among the inputs" in result.output
    assert pairs.read_bytes() == before


def test_options_choose_what_is_measured(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "figures.json"
    run(data, "--only-baselines", "--families", "A", "--json", output)
    groups = json.loads(output.read_text())["predictors"][0]["groups"]
    assert list(groups) == ["clean/news", "odd", "odd/verse", "spun/real", "spun/real/A"]
    assert json.loads(output.read_text())["signature"]["data"] == fingerprint(
        load_sets([data], groups=["A"])[0]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.jsonl"], "none.jsonl: no such file"),
        ([], "name the labelled files"),
        (["data", "--model", "data"], "data"),
        (["data/odd.jsonl", "--only-baselines", "--fit", "data/odd.jsonl"], "spun and clean"),
        (["data/spun", "--families", "Z", "--only-baselines"], "no labelled documents"),
        (["--seeds", "data", "--model", "data"], "data"),
    ],
)
def test_errors_take_one_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(data.parent)
    result = run(*arguments)
    assert result.exit_code == 2
    last = result.output.splitlines()[-1]
    assert last.startswith("unspin: error: ") and message in last


def test_the_model_hash_follows_the_files_a_model_runs_on(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match="holds no model"):
        model_hash(tmp_path)
    (tmp_path / "encoder.onnx").write_bytes(b"one")
    (tmp_path / "CARD.md").write_text("a card")
    first = model_hash(tmp_path)
    (tmp_path / "CARD.md").write_text("another card")
    assert model_hash(tmp_path) == first == files_hash([tmp_path / "encoder.onnx"])
    (tmp_path / "encoder.onnx").write_bytes(b"two")
    assert model_hash(tmp_path) != first


def test_the_damage_of_the_seed_article_is_found_in_it() -> None:
    [restoration] = SEEDS.glob("*.restoration.jsonl")
    text = (SEEDS / restoration.name.replace(".restoration.jsonl", ".txt")).read_text("utf-8")
    found = list(damages(text, restoration))
    listed = [
        (spun, original)
        for line in restoration.read_text("utf-8").splitlines()
        for spun, original in json.loads(line)["substitutions"]
    ]
    assert [text[one.start : one.end] for one in found] == [spun for spun, _ in listed]
    assert [" ".join(one.accepted[0]) for one in found] == [original for _, original in listed]
    assert found == sorted(found, key=lambda one: one.start)
    accepted = {text[one.start : one.end]: one.accepted for one in found}
    assert accepted["car"] == (("auto",), ("car",))
    assert ("the", "two") in accepted["some"]


def test_the_seed_documents_as_a_measure(family_a: InverseDictionary) -> None:
    found = measure(SEEDS, family_a)
    assert found["damaged_words"] == 62
    assert found["flagged"] > 0.9 and 0.8 < found["restored"] < 1.0
    assert len(found["missed"]) == round((1 - found["restored"]) * found["damaged_words"])
    assert (found["clean_documents"], found["clean_documents_unchanged"]) == (1, 0)


def test_a_restoration_that_does_not_fit_its_text(tmp_path: Path) -> None:
    row = {"spun": "They met connected Friday.", "substitutions": [["astatine", "at"]]}
    path = tmp_path / "x.restoration.jsonl"
    path.write_text(json.dumps(row))
    with pytest.raises(UnspinError, match="'astatine' is not in"):
        list(damages(row["spun"], path))  # type: ignore[arg-type]
    with pytest.raises(UnspinError, match="not in the text"):
        list(damages("Something else.", path))
    for broken in (b"{", b"[]", b'{"spun": "a"}', b'{"spun": 1, "substitutions": []}', b"\xff"):
        path.write_bytes(broken)
        with pytest.raises(UnspinError, match=r"x\.restoration\.jsonl:1: "):
            list(damages("Something else.", path))
    for wrong in ([["a"]], [["a", 1]], [["", "x"]], [[" ", "x"]], [1], 1, {"a": "b"}):
        path.write_text(json.dumps(row | {"substitutions": wrong}))
        with pytest.raises(UnspinError, match="a row needs"):
            list(damages(str(row["spun"]), path))
    path.write_text(json.dumps(row | {"alternatives": {"astatine<-at": [1]}}))
    with pytest.raises(UnspinError, match="a row needs"):
        list(damages(str(row["spun"]), path))
    (tmp_path / "x.txt").write_bytes(b"\xff")
    with pytest.raises(UnspinError, match="not UTF-8"):
        measure(tmp_path, InverseDictionary({}))
    (tmp_path / "x.txt").write_text("Something else.")
    path.write_text("")
    with pytest.raises(UnspinError, match="names no substitution"):
        measure(tmp_path, InverseDictionary({}))
    with pytest.raises(UnspinError, match="holds no"):
        measure(tmp_path / "nothing", InverseDictionary({}))
