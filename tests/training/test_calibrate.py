"""`unspin calibrate`: regressions, the command, documents left out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from made_samples import news, noisy, sample

import unspin
from unspin.inference.cli import cli
from unspin.model.calibration import Calibration, Probabilities
from unspin.model.errors import UnspinError
from unspin.model.settings import MODES, RUN_FILES, SHIPPED, Settings
from unspin.training.calibrate import calibrate, fit, fit_heard
from unspin.training.operating_points import TARGETS
from unspin.training.readers import Example, example
from unspin.training.samples import Sample

Sets = dict[str, list[Example]]


# The regressions


def test_fitted_probabilities_tell_damage_from_sound_text() -> None:
    samples = [noisy(n, damage) for n in range(15) for damage in (0.0, 0.3)]
    calibration = fit(samples)
    for one in (noisy(n, damage) for n in range(100, 110) for damage in (0.0, 0.3)):
        found = one.heard(calibration)
        assert (found.document > 0.5) == bool(one.word_damaged.any())
        for p, label in ((found.word, one.word_damaged), (found.sentence, one.sentence_damaged)):
            assert np.mean((p > 0.5) == label) > 0.85
    assert calibration.word[1] > 0  # damage elsewhere in the document speaks against a word


def test_a_word_counts_for_more_amid_damage() -> None:
    calibration = fit([noisy(n, damage) for n in range(15) for damage in (0.0, 0.3)])
    alone = sample([0.0, *[-5.0] * 30]).heard(calibration).word[0]
    amid = sample([0.0, *[3.0] * 10, *[-5.0] * 20]).heard(calibration).word[0]
    assert amid > alone


@pytest.mark.parametrize("damage", [0.0, 0.3])
def test_regressions_need_both_kinds_of_text(damage: float) -> None:
    with pytest.raises(UnspinError, match="both spun and clean"):
        fit([noisy(n, damage) for n in range(3)])


@given(news())
def test_sentences_of_a_document_are_its_parts(one: Sample) -> None:
    parts = list(one.sentences())
    assert len(parts) == len(one.sentence_logits)
    assert np.concatenate([p.word_logits for p in parts]).tolist() == one.word_logits.tolist()
    assert np.concatenate([p.sentence_logits for p in parts]).tolist() == (
        one.sentence_logits.tolist()
    )
    assert all(not p.word_sentence.any() for p in parts)


def test_what_the_decoder_would_write_itself_is_the_sounder_for_it() -> None:
    samples = [noisy(n, damage) for n in range(15) for damage in (0.0, 0.3)]
    calibration = fit_heard(samples, fit(samples))
    assert min(calibration.word_heard[:2]) > 0
    p = Probabilities(np.full(3, 0.5), np.array([0.5]), 0.5)
    for words, plain in (([-5.0, np.nan, np.nan], False), ([-0.1] * 3, True)):
        found = calibration.hear(p, np.array(words))
        assert (found.word[0] < 0.5) == plain
        assert found.word[1:].tolist() == [0.5, 0.5] or plain


def test_where_nothing_was_asked_opinions_change_nothing() -> None:
    samples = [noisy(n, damage) for n in range(15) for damage in (0.0, 0.3)]
    deaf = [replace(s, own=np.full(40, np.nan)) for s in samples]
    calibration = fit(samples)
    assert fit_heard(deaf, calibration).word_heard == Calibration().word_heard
    for one in deaf:
        found, before = one.heard(calibration), one.alone(calibration)
        assert found.word.tolist() == before.word.tolist()
        assert found.sentence == pytest.approx(before.sentence, abs=1e-5)
        assert found.document == pytest.approx(before.document, abs=1e-5)


# The command, on a copy of the shipped weights


def model_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in (*RUN_FILES, "settings.json"):
        shutil.copyfile(SHIPPED / name, folder / name)
    return folder


def command(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["calibrate", *map(str, arguments)])


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


@pytest.fixture(scope="module")
def spun_rows(spun_pairs: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Six spun articles of four lines each."""
    return [
        {side: [pair[side] for pair in spun_pairs[at : at + 4]] for side in ("spun", "clean")}
        for at in range(0, 24, 4)
    ]


@pytest.fixture(scope="module")
def clean_rows(clean_sentences: list[str]) -> list[dict[str, str]]:
    """Six clean articles on other matters."""
    return [{"text": " ".join(clean_sentences[at : at + 4])} for at in range(24, 48, 4)]


@pytest.fixture(scope="module")
def data(
    tmp_path_factory: pytest.TempPathFactory,
    spun_rows: list[dict[str, Any]],
    clean_rows: list[dict[str, str]],
) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write(folder / "spun.jsonl", spun_rows)
    write(folder / "clean" / "news.jsonl", clean_rows)
    return folder


def test_a_calibrated_folder_keeps_its_promises(
    tmp_path: Path, data: Path, spun_rows: list[dict[str, Any]], clean_rows: list[dict[str, str]]
) -> None:
    folder = model_folder(tmp_path / "model")
    result = command(folder, data)
    assert result.exit_code == 0, result.output
    assert "18 documents" in result.stderr  # six clean, six spun, and the originals of those
    assert all(f"{name}: Mode(" in result.stderr for name in MODES)
    settings = Settings.load(folder)
    settings.verify(folder)
    assert settings.calibration != Settings.load(SHIPPED).calibration
    news = [row["text"] for row in clean_rows]
    pairs = ["\n".join(row[side]) for row in spun_rows for side in ("spun", "clean")]
    model = unspin.load(folder)
    for name in MODES:
        scores = model.score([*news, *pairs], name)[: len(news)]
        sentences = [one for score in scores for one in score.sentences]
        assert sum(score.spun for score in scores) <= TARGETS[name].documents * len(scores)
        assert sum(one.spun for one in sentences) <= TARGETS[name].sentences * len(sentences)


def test_documents_that_share_a_line_are_left_out(
    tmp_path: Path, spun_rows: list[dict[str, Any]], clean_rows: list[dict[str, str]]
) -> None:
    sets: Sets = {
        "clean/news": [example(row) for row in clean_rows],
        "spun": [example(row) for row in spun_rows[:-1]],
    }
    listed = tmp_path / "listed.txt"
    line = "Nobody was hurt when the arsenic connected astatine the mill."
    listed.write_text(f"A heading\n\n  {line}\n{spun_rows[-1]['clean'][2]}\n", "utf-8")
    more: Sets = {
        "clean/news": [*sets["clean/news"], example({"text": f"It burned.\n{line} \nAll left."})],
        "spun": [*sets["spun"], example(spun_rows[-1])],
    }
    found = []
    for number, (used, left_out) in enumerate([(sets, []), (more, [listed]), (more, [])]):
        folder = model_folder(tmp_path / str(number))
        notes: list[str] = []
        found.append(calibrate(folder, used, left_out, notes.append))
        assert notes[1].startswith("16 documents" if number < 2 else "19 documents")
        assert found[-1] == Settings.load(folder)
    assert found[0] == found[1]
    assert found[0].calibration != found[2].calibration


def test_what_is_left_out_must_be_text(tmp_path: Path, data: Path) -> None:
    latin = tmp_path / "latin1.txt"
    latin.write_bytes("Café.".encode("latin-1"))
    result = command(model_folder(tmp_path / "model"), data, "--leave-out", latin)
    assert result.exit_code == 2 and f"{latin}: not UTF-8 text" in result.stderr


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["spun.jsonl"], 'a folder named "clean"'),
        (["clean/news.jsonl"], "both spun and clean"),
    ],
)
def test_missing_kinds_of_text_take_one_line(
    tmp_path: Path, data: Path, names: list[str], message: str
) -> None:
    folder = model_folder(tmp_path / "model")
    before = (folder / "settings.json").read_bytes()
    result = command(folder, *(data / name for name in names))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("unspin: error: ")
    assert message in result.stderr
    assert (folder / "settings.json").read_bytes() == before
