"""Lists of the user: what a batch is to leave alone, and what it is to put back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

TEXT = (
    "The travel comes arsenic Mexico has worked to negociate with the Trump medication to "
    'debar tariff threats. "They volition debar it connected Friday," he said. Grok is new.'
)

Batch = Callable[..., Result]
Run = Callable[..., str]


@pytest.fixture
def restored(tmp_path: Path, batch: Batch) -> Run:
    """Writes files, runs a batch with options that name them, and gives the restored text."""

    def run(*options: object, **files: str) -> str:
        for name, content in files.items():
            (tmp_path / name).write_text(content)
        (tmp_path / "rows.jsonl").write_text(json.dumps({"id": 1, "text": TEXT}))
        named = [tmp_path / o if o in files else o for o in options]
        found = batch(tmp_path / "rows.jsonl", tmp_path / "out", "--overwrite", *named)
        assert found.exit_code == 0, found.output
        [part] = (tmp_path / "out" / "data").iterdir()
        text: str = json.loads(part.read_text())["restored"]
        return text

    return run


def test_what_is_protected_stays(restored: Run) -> None:
    assert "administration" in restored() and "medication" not in restored()
    kept = restored("--protect", "keep", keep="medication\n/neg\\w+/\n")
    assert "Trump medication" in kept and "negociate" in kept and "arsenic" not in kept


def test_quotations_stay_if_that_is_asked(restored: Run) -> None:
    assert "volition" not in restored()
    assert '"They volition debar it connected Friday,"' in restored("--protect-quotes")


def test_words_of_the_dictionary_are_put_back(restored: Run) -> None:
    text = restored("--dictionary", "words", words="grok\tInsight\n")
    assert text.endswith("Insight is new.")


def test_a_batch_goes_on_with_the_same_lists_only(
    restored: Run, tmp_path: Path, batch: Batch
) -> None:
    restored("--protect", "keep", keep="medication\n")
    again = (tmp_path / "rows.jsonl", tmp_path / "out", "--protect", tmp_path / "keep")
    assert batch(*again).exit_code == 0
    (tmp_path / "keep").write_text("tariff\n")
    found = batch(*again)
    assert found.exit_code == 2 and "begun with another list for --protect" in found.stderr


def test_a_bad_list_is_a_line(restored: Run, tmp_path: Path, batch: Batch) -> None:
    restored()
    (tmp_path / "words").write_text("no tab\n")
    found = batch(tmp_path / "rows.jsonl", tmp_path / "new", "--dictionary", tmp_path / "words")
    assert found.exit_code == 2
    assert "words, line 1: two columns" in found.stderr and len(found.stderr.splitlines()) == 1
    assert not (tmp_path / "new").exists()
